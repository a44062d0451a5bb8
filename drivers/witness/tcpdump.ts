import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** What to capture, and where. */
export interface TcpdumpOptions {
  /** The capture file, pcap with nanosecond stamps. A file that stands there is overwritten. */
  readonly file: string;
  /** An interface inside the namespace, or `any`. */
  readonly interface: string;
  /** A network namespace by name; without it the one that this process is in. */
  readonly netns?: string;
  /** A pcap filter expression; without it everything is captured. */
  readonly filter?: string;
  /** Octets kept of each packet; see `SNAP_OCTETS`. */
  readonly snapOctets?: number;
  /** The kernel's buffer; see `BUFFER_KIB`. Most of the time that tcpdump takes to start goes into making it. */
  readonly bufferKib?: number;
  /** How long tcpdump may take to open the interface. */
  readonly readyMs?: number;
}

/** What tcpdump says of a capture when it ends. */
export interface CaptureCounts {
  /** Packets in the file. */
  readonly captured: number;
  /** Packets that passed the filter in the kernel; on a loopback interface each one twice. */
  readonly received: number;
  /** Packets lost because the buffer was full: with any, the capture is no evidence for what is not in it. */
  readonly droppedByKernel: number;
  /** Packets lost by the interface, where it tells. */
  readonly droppedByInterface: number;
}

/** tcpdump could not be run or did not end as it should. The message is its own line where it gave one. */
export class TcpdumpError extends Error {
  override readonly name = "TcpdumpError";
  readonly code: "not-started" | "died" | "no-counts";

  constructor(code: TcpdumpError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const READY = /^(?:tcpdump: )?listening on /m;
const READY_MS = 5000;
const REPORT_MS = 3000;
/** The kernel's buffer, in KiB. It waits there for tcpdump while a busy machine runs something else. */
const BUFFER_KIB = 65536;
/**
 * More than any Ethernet frame has. tcpdump's own default makes the kernel set aside 64 KiB for each packet on loopback and
 * on interfaces with offloading (veth is one), so that the same buffer overflows after a burst of few packets.
 */
const SNAP_OCTETS = 16384;

/** A running capture. It ends with this process, and with the thread that started it, whatever happens to them. */
export class Tcpdump implements AsyncDisposable {
  readonly file: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #stderr = "";
  #counts: Promise<CaptureCounts> | undefined;

  private constructor(file: string, child: ChildProcess) {
    this.file = file;
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once("close", () => resolve());
      child.once("error", (error) => {
        this.#stderr += `${error.message}\n`;
        resolve();
      });
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
  }

  /** Resolves once packets are being captured: what is sent from now on is in the file. */
  static async start(options: TcpdumpOptions): Promise<Tcpdump> {
    const [command, ...args] = commandLine(options);
    // In a group of its own: a terminal's Ctrl-C ends the run in its order, and not its witness before it.
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    const tcpdump = new Tcpdump(options.file, child);
    try {
      await tcpdump.#ready(options.readyMs ?? READY_MS);
    } catch (error) {
      child.kill("SIGKILL");
      await tcpdump.#exited;
      throw error;
    }
    return tcpdump;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False once it has ended, by `stop` or by itself. */
  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Packets lost so far because the buffer was full. */
  async dropped(withinMs = REPORT_MS): Promise<number> {
    if (!this.running) throw new TcpdumpError("died", complaint(this.#stderr) ?? "tcpdump died during the capture");
    const before = this.#stderr.length;
    const signal = AbortSignal.timeout(withinMs);
    this.#child.kill("SIGUSR1");
    try {
      for (;;) {
        const dropped = /(\d+) packets? dropped by kernel/.exec(this.#stderr.slice(before))?.[1];
        if (dropped !== undefined) return Number(dropped);
        await once(this.#child.stderr!, "data", { signal });
      }
    } catch (cause) {
      throw new TcpdumpError("no-counts", `tcpdump gave no counts within ${withinMs} ms`, { cause });
    }
  }

  /** Ends the capture after the packets that the kernel still held have been written. */
  stop(): Promise<CaptureCounts> {
    return (this.#counts ??= this.#stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined);
  }

  async #ready(withinMs: number): Promise<void> {
    const deadline = new AbortController();
    const listening = (async () => {
      while (!READY.test(this.#stderr)) await once(this.#child.stderr!, "data", { signal: deadline.signal });
    })();
    const failed = this.#exited.then(() => {
      throw new TcpdumpError("not-started", complaint(this.#stderr) ?? "tcpdump ended at once");
    });
    const late = sleep(withinMs, undefined, { signal: deadline.signal }).then(() => {
      throw new TcpdumpError("not-started", `tcpdump is not listening after ${withinMs} ms`);
    });
    try {
      await Promise.race([listening, failed, late]);
    } finally {
      deadline.abort();
      for (const loser of [listening, failed, late]) loser.catch(() => undefined);
    }
  }

  async #stop(): Promise<CaptureCounts> {
    if (!this.running) throw new TcpdumpError("died", complaint(this.#stderr) ?? "tcpdump died during the capture");
    await this.#drain();
    this.#child.kill("SIGINT");
    await this.#exited;
    const counts = countsIn(this.#stderr);
    if (counts === undefined) {
      throw new TcpdumpError("no-counts", `tcpdump gave no counts: ${complaint(this.#stderr) ?? "no output"}`);
    }
    return counts;
  }

  /**
   * tcpdump leaves what is still in the kernel's buffer behind when it is told to end, so it is asked for its counts
   * (SIGUSR1) until two reports agree.
   */
  async #drain(): Promise<void> {
    let last = "";
    for (let asked = 0; asked < 40 && this.running; asked++) {
      const before = this.#stderr.length;
      this.#child.kill("SIGUSR1");
      await sleep(25);
      const report = this.#stderr.slice(before);
      if (report !== "" && report === last) return;
      last = report;
    }
  }
}

function commandLine({
  file,
  interface: name,
  netns,
  filter,
  snapOctets,
  bufferKib,
}: TcpdumpOptions): [string, ...string[]] {
  const inside = netns === undefined ? [] : ["ip", "netns", "exec", netns];
  // Debian's tcpdump gives up root for a user that may not write into a run folder.
  const stayRoot = process.getuid?.() === 0 ? ["-Z", "root"] : [];
  return [
    "setpriv",
    ...["--pdeathsig", "KILL", "--"],
    ...inside,
    "tcpdump",
    ...["-n", "-U", "--immediate-mode", "--time-stamp-precision=nano"],
    ...["-s", String(snapOctets ?? SNAP_OCTETS), "-B", String(bufferKib ?? BUFFER_KIB)],
    ...stayRoot,
    ...["-i", name, "-w", file],
    ...(filter === undefined ? [] : ["--", filter]),
  ];
}

/** The counts of the final report; the reports on the way stand in one line and end otherwise. */
export function countsIn(stderr: string): CaptureCounts | undefined {
  const number = (what: string): number | undefined => {
    const found = new RegExp(`^(\\d+) packets? ${what}`, "m").exec(stderr)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const captured = number("captured");
  const received = number("received by filter");
  const droppedByKernel = number("dropped by kernel");
  if (captured === undefined || received === undefined || droppedByKernel === undefined) return undefined;
  return { captured, received, droppedByKernel, droppedByInterface: number("dropped by interface") ?? 0 };
}

/** What went wrong in tcpdump's words: its first line that is neither greeting nor counts. */
function complaint(stderr: string): string | undefined {
  return stderr.split("\n").find((line) => line !== "" && !READY.test(line) && !/\d packets? /.test(line));
}
