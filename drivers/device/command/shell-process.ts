import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

export interface ShellOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes what the command writes to its standard output and error, as it comes. */
  readonly onOutput: (text: string) => void;
}

/** How a command ended. `status` is null if a signal ended it or it could not be started. */
export interface ShellExit {
  readonly status: number | null;
  /** `SIGSEGV`, `exit 3`, or why it could not be started. */
  readonly how: string;
}

/**
 * The command runs in a process group with a watchdog that reads a pipe whose other end is ours: when this process ends,
 * however it ends, the watchdog reads the end of the pipe and kills the group. The shell itself dies by its parent-death
 * signal; what it has started has none.
 */
const LEASHED = [
  '(trap "" HUP INT TERM; exec <&3 3<&-; cat; kill -s KILL -- -$$) >/dev/null 2>&1 &',
  "exec 3<&-",
  'eval "$1"',
].join("\n");

/** Program and arguments that run a shell command on the leash; its pipe is file descriptor 3. */
export function leashed(line: string): readonly [string, readonly string[]] {
  return ["setpriv", ["--pdeathsig", "KILL", "--", "sh", "-c", LEASHED, "sh", line]];
}

const GRACE_MS = 3000;
/** How long output may keep coming once the group is dead: what escaped the group may hold the pipe for ever. */
const LAST_WORDS_MS = 500;

/**
 * One shell command, running. It and all that it starts in the foreground or with `&` end with this object, with this
 * process and with the thread that started it. What makes itself a session of its own (a daemon that goes to the background)
 * escapes: a lab file starts such programs in the foreground.
 */
export class ShellProcess implements AsyncDisposable {
  readonly exited: Promise<ShellExit>;
  readonly #child: ChildProcess;
  readonly #leash: Writable;
  readonly #closed: Promise<void>;
  #exit: ShellExit | undefined;

  constructor(line: string, { cwd, env, onOutput }: ShellOptions) {
    const [program, args] = leashed(line);
    this.#child = spawn(program, args, {
      cwd,
      env,
      // A session and process group of its own, its id that of the shell.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#leash = this.#child.stdio[3] as Writable;
    this.#leash.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding("utf8").on("data", onOutput);
    this.#closed = new Promise((resolve) => this.#child.once("close", () => resolve()));
    this.exited = new Promise((resolve) => {
      const ended = (exit: ShellExit): void => resolve((this.#exit ??= exit));
      this.#child.once("error", (error) => ended({ status: null, how: error.message }));
      this.#child.once("exit", (status, signal) => ended({ status, how: signal ?? `exit ${String(status)}` }));
    });
  }

  /** The shell's process id, which is the group's too. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended, or undefined while it runs. */
  get exit(): ShellExit | undefined {
    return this.#exit;
  }

  /**
   * Asks the group to end, and kills what is left of it after a while. All output has been handed over when it resolves.
   * Harmless when the command has ended.
   */
  async end(graceMs = GRACE_MS): Promise<void> {
    if (this.#exit === undefined) {
      this.#signal("SIGTERM");
      await within(this.exited, graceMs);
    }
    // The watchdog kills the rest of the group, itself included; the group's id is not used again while it lives.
    this.#leash.destroy();
    await this.exited;
    await within(this.#closed, LAST_WORDS_MS);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** The value, or undefined if it takes longer or the signal comes first. */
export async function within<T>(value: Promise<T>, ms: number, signal?: AbortSignal): Promise<T | undefined> {
  const done = new AbortController();
  const either = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
  const late = sleep(ms, undefined, { signal: either }).catch(() => undefined);
  try {
    return await Promise.race([value, late]);
  } finally {
    done.abort();
  }
}
