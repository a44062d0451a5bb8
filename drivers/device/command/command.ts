import { setTimeout as sleep } from "node:timers/promises";
import { type Ability, type Call, type Device, DeviceError, type Target } from "../device.ts";
import { OutputLog } from "./output-log.ts";
import { type ShellExit, ShellProcess, within } from "./shell-process.ts";

/**
 * The steps of a device that is driven by shell commands. In each, `{run}` is the run's folder, other names in braces are
 * the lab's variables, and `{tester}`, `{user}`, `{password}` those of the call.
 */
export interface CommandSteps {
  /**
   * Started one after the other and kept running until `stop`; none waits for the one before, and one that ends with 0 has
   * done its part. Programs stay in the foreground (`prepare && exec program`), so that they end with the run.
   */
  readonly start?: readonly string[] | undefined;
  /** Tried until it ends with 0: the device is ready. Without it the device is ready at once. */
  readonly ready?: string | undefined;
  /** Ends with 0 while the device lives. Without it the device lives while the processes of `start` do. */
  readonly alive?: string | undefined;
  /** Kept running until the call is disposed of. */
  readonly dial?: string | undefined;
  readonly hangUp?: string | undefined;
  readonly adminClose?: string | undefined;
  /** Without it, a device with `start` is restarted by stopping and starting it. */
  readonly restart?: string | undefined;
  /** Run before the processes of `start` are ended. */
  readonly stop?: string | undefined;
  /** Prints the device's log; `{since}` is the time from which on it is wanted, in seconds since 1970. */
  readonly log?: string | undefined;
}

export interface CommandDeviceOptions {
  readonly id: string;
  readonly steps: CommandSteps;
  /** The folder in which the commands run. */
  readonly run: string;
  /** What the names in braces stand for, besides `{run}`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly readyWithinMs?: number;
  /** How long a command of `dial` or `start` is watched for an end that says that it cannot work. */
  readonly failsWithinMs?: number;
  /** How long any other step may take. */
  readonly stepWithinMs?: number;
}

const READY_WITHIN_MS = 30_000;
const STEP_WITHIN_MS = 15_000;
const READY_EVERY_MS = 50;
/** On a machine that is not busy a command that cannot work has ended by then; each call waits so long. */
const FAILS_WITHIN_MS = 50;

/** A device of which nothing is known but the commands that a lab file gives. */
export class CommandDevice implements Device {
  readonly id: string;
  readonly can: ReadonlySet<Ability>;
  readonly dial?: (target: Target, signal: AbortSignal) => Promise<Call>;
  readonly adminClose?: (target: Target, signal: AbortSignal) => Promise<void>;
  readonly restart?: (signal: AbortSignal) => Promise<void>;
  readonly #options: CommandDeviceOptions;
  readonly #output = new OutputLog();
  #processes: { readonly line: string; readonly process: ShellProcess }[] = [];

  constructor(options: CommandDeviceOptions) {
    this.id = options.id;
    this.#options = options;
    const { dial, hangUp, adminClose, restart, start } = options.steps;
    const can = new Set<Ability>(["log"]);
    if (dial !== undefined) {
      can.add("dial");
      if (hangUp !== undefined) can.add("hang-up");
      this.dial = (target, signal) => this.#dial(dial, target, signal);
    }
    if (adminClose !== undefined) {
      can.add("admin-close");
      this.adminClose = async (target, signal) => {
        await this.#step("admin-close", adminClose, signal, { ...target });
      };
    }
    if (restart !== undefined || start !== undefined) {
      can.add("restart");
      this.restart = (signal) => this.#restart(restart, signal);
    }
    this.can = can;
  }

  async start(signal: AbortSignal): Promise<void> {
    try {
      for (const line of this.#options.steps.start ?? []) {
        signal.throwIfAborted();
        const process = this.#process(line, {});
        this.#processes.push({ line, process });
        await within(process.exited, this.#options.failsWithinMs ?? FAILS_WITHIN_MS);
        this.#failIfDied();
      }
      await this.#ready(signal);
    } catch (error) {
      await this.#endProcesses();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const { stop } = this.#options.steps;
    try {
      if (stop !== undefined) await this.#step("stop", stop, NEVER);
    } finally {
      await this.#endProcesses();
    }
  }

  async alive(): Promise<boolean> {
    if (this.#dead() !== undefined) return false;
    const { alive } = this.#options.steps;
    if (alive === undefined) return true;
    const { status } = await this.#run("alive", alive, NEVER);
    return status === 0;
  }

  howItDied(): string | undefined {
    return this.#dead()?.how;
  }

  /** Runs one more command of the lab's, with the device's names in braces filled in and these; it has to succeed. */
  async order(step: string, line: string, signal: AbortSignal, own: Variables = {}): Promise<void> {
    await this.#step(step, line, signal, own);
  }

  async log(sinceMs: number): Promise<string> {
    const { log } = this.#options.steps;
    if (log === undefined) return this.#output.since(sinceMs);
    const since = String(Math.floor(sinceMs / 1000));
    const { output } = await this.#step("log", log, NEVER, { since });
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ready(signal: AbortSignal): Promise<void> {
    const { steps, readyWithinMs = READY_WITHIN_MS } = this.#options;
    if (steps.ready === undefined) return;
    const deadline = performance.now() + readyWithinMs;
    for (;;) {
      this.#failIfDied();
      const { status, output } = await this.#run("ready", steps.ready, signal);
      if (status === 0) return;
      if (performance.now() >= deadline) {
        const said = `${output}${this.#output.tail()}`;
        throw new DeviceError({ step: "ready", text: `not ready after ${readyWithinMs} ms`, output: said });
      }
      await sleep(READY_EVERY_MS, undefined, { signal });
    }
  }

  async #restart(line: string | undefined, signal: AbortSignal): Promise<void> {
    if (line === undefined) {
      await this.stop();
      await this.start(signal);
      return;
    }
    await this.#step("restart", line, signal);
    await this.#ready(signal);
  }

  async #dial(line: string, target: Target, signal: AbortSignal): Promise<Call> {
    signal.throwIfAborted();
    const log = new OutputLog();
    const process = this.#process(line, { ...target }, log);
    const exit = await within(process.exited, this.#options.failsWithinMs ?? FAILS_WITHIN_MS);
    if (exit !== undefined && exit.status !== 0) {
      await process.end();
      throw new DeviceError({ step: "dial", text: `the command ended with ${exit.how}`, output: log.tail() });
    }
    const { hangUp } = this.#options.steps;
    return {
      ...(hangUp !== undefined && {
        hangUp: async (until: AbortSignal) => {
          await this.#step("hang-up", hangUp, until, { ...target });
        },
      }),
      crashed: () => crashOf(process.exit),
      [Symbol.asyncDispose]: () => process.end(),
    };
  }

  /** Runs a command to its end; it has to succeed. */
  async #step(step: string, line: string, signal: AbortSignal, own: Variables = {}): Promise<{ output: string }> {
    const { status, how, output } = await this.#run(step, line, signal, own);
    if (status !== 0) throw new DeviceError({ step, text: `the command ended with ${how}`, output });
    return { output };
  }

  async #run(
    step: string,
    line: string,
    signal: AbortSignal,
    own: Variables = {},
  ): Promise<ShellExit & { readonly output: string }> {
    signal.throwIfAborted();
    const { stepWithinMs = STEP_WITHIN_MS } = this.#options;
    const log = new OutputLog();
    const process = this.#process(line, own, log, step === "log" || step === "ready");
    const exit = await within(process.exited, stepWithinMs, signal);
    await process.end();
    signal.throwIfAborted();
    if (exit === undefined) {
      throw new DeviceError({ step, text: `the command did not end within ${stepWithinMs} ms`, output: log.tail() });
    }
    return { ...exit, output: log.since(0) };
  }

  /** What a command says is part of the device's log, unless it asks for that log. */
  #process(line: string, own: Variables, log?: OutputLog, apart = false): ShellProcess {
    const { run, variables, env } = this.#options;
    return new ShellProcess(filled(line, { ...variables, ...own, run }), {
      cwd: run,
      env: { ...process.env, ...env },
      onOutput: (text) => {
        log?.append(text);
        if (!apart) this.#output.append(text);
      },
    });
  }

  /** A process of `start` that ended otherwise than with 0. */
  #dead(): { readonly line: string; readonly how: string } | undefined {
    for (const { line, process } of this.#processes) {
      if (process.exit !== undefined && process.exit.status !== 0) return { line, how: process.exit.how };
    }
    return undefined;
  }

  #failIfDied(): void {
    const dead = this.#dead();
    if (dead === undefined) return;
    throw new DeviceError({
      step: "start",
      text: `"${dead.line}" ended with ${dead.how}`,
      output: this.#output.tail(),
    });
  }

  /** The last started first, as it may need the others. */
  async #endProcesses(): Promise<void> {
    for (const { process } of this.#processes.splice(0).reverse()) await process.end();
  }
}

/** What a program is ended by that does what it must not; a shell tells it as 128 and the number. */
const CRASHES = new Map([
  [132, "SIGILL"],
  [134, "SIGABRT"],
  [135, "SIGBUS"],
  [136, "SIGFPE"],
  [139, "SIGSEGV"],
]);

function crashOf(exit: ShellExit | undefined): string | undefined {
  if (exit === undefined) return undefined;
  if (exit.status !== null) return CRASHES.get(exit.status);
  return [...CRASHES.values()].find((signal) => signal === exit.how);
}

type Variables = Readonly<Record<string, string | undefined>>;

const NEVER = new AbortController().signal;

/** Puts values for the names in braces. A name that is not known stays, and so does a shell's `${name}`. */
export function filled(line: string, variables: Variables): string {
  return line.replace(/(?<!\$)\{([a-zA-Z]+)\}/g, (braced, name: string) => variables[name] ?? braced);
}
