import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PdmlParser, type TsharkFrame } from "./pdml.ts";

export type { TsharkField, TsharkFrame, TsharkLayer } from "./pdml.ts";

export interface TsharkOptions {
  /** UDP ports that carry L2TP besides 1701. */
  readonly l2tpPorts?: Iterable<number>;
  readonly signal?: AbortSignal;
}

/** tshark could not be run, or could not read the capture to its end. The message is its own line where it gave one. */
export class TsharkError extends Error {
  override readonly name = "TsharkError";
  readonly code: "not-started" | "failed";

  constructor(code: TsharkError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The protocols of which tshark prints the fields; of the others only that they are there. */
const PROTOCOLS = ["l2tp", "ppp", "lcp", "pap", "chap", "ipcp", "ccp", "ipv6cp"];

/**
 * Runs tshark once over a capture file and gives the frames in which it sees L2TP or PPP, in their order. One frame is held
 * at a time. What it could read comes first, then a TsharkError if the file was not sound.
 */
export async function* tsharkFrames(file: string, options: TsharkOptions = {}): AsyncGenerator<TsharkFrame, void> {
  const [command, ...args] = commandLine(file, options);
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    // Preferences of whoever runs this could change what is dissected.
    env: { ...process.env, WIRESHARK_CONFIG_DIR: "/nonexistent" },
    signal: options.signal,
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const closed = once(child, "close") as Promise<[number | null]>;
  closed.catch(() => undefined);
  try {
    const parser = new PdmlParser();
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      const frame = parser.push(line);
      if (frame !== undefined) yield frame;
    }
    const status = await closed.then(([code]) => code, notStarted);
    options.signal?.throwIfAborted();
    if (status !== 0)
      throw new TsharkError("failed", complaint(stderr) ?? `tshark ended with status ${String(status)}`);
  } finally {
    child.kill("SIGKILL");
  }
}

function commandLine(file: string, { l2tpPorts = [] }: TsharkOptions): [string, ...string[]] {
  return [
    "setpriv",
    ...["--pdeathsig", "KILL", "--"],
    "tshark",
    ...["-n", "-r", file, "-T", "pdml"],
    ...["-Y", "l2tp or ppp", "-J", PROTOCOLS.join(" ")],
    // A fragment is judged as it came, by both decoders.
    ...["-o", "ip.defragment:FALSE"],
    ...[...l2tpPorts].flatMap((port) => ["-d", `udp.port==${port},l2tp`]),
  ];
}

function notStarted(cause: unknown): never {
  throw new TsharkError("not-started", `tshark: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

function complaint(stderr: string): string | undefined {
  return stderr.split("\n").find((line) => line !== "" && !line.startsWith("Running as user"));
}
