/**
 * One run of a night: a process of its own, so that the crash of one costs the others nothing. It has a group of its own, too: a
 * terminal's Ctrl-C reaches the night alone, which ends its runs in their order.
 */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PACKAGE_ROOT } from "#fixtures/root";

/** How a child came to its end. */
export interface ChildEnd {
  /** `null` where a signal ended it. */
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It was told to end: its time was up, or the night's was. */
  readonly told: "time" | "night" | undefined;
  /** The last line that it said of itself. */
  readonly said: string | undefined;
}

export interface ChildOptions {
  /** Takes all that it prints. */
  readonly log: string;
  readonly withinMs: number;
  /** Ends the night. */
  readonly signal: AbortSignal;
  /** Told where the log cannot be written. */
  say(line: string): void;
}

/** A run that is told to end takes its calls down and puts its device back; one that does not in this time hangs. */
const PATIENCE_MS = 240_000;
/** What a killed run has left behind ends by itself: its worker puts the device back. */
const ORPHANS_WITHIN_MS = 130_000;
const KILLED_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

/** Resolves when the run and all that it has started are gone. */
export async function runChild(args: readonly string[], o: ChildOptions): Promise<ChildEnd> {
  const main = join(PACKAGE_ROOT, "dist", "drivers", "cli", "main.js");
  // A night that is killed takes its runs with it: in their order, or at once if they have been told to end before.
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", process.execPath, main, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(o.log);
  // Comes last, behind an error too.
  const logClosed = new Promise<void>((done) => log.once("close", () => done()));
  // A full disk must not end the night; what the run prints is read on, so that it does not wait for its reader.
  log.once("error", ({ code, message }: NodeJS.ErrnoException) => {
    log.on("error", () => undefined);
    o.say(`${o.log} ends here: ${code ?? message}`);
  });
  let said: string | undefined;
  child.stdout.on("data", (data: Buffer) => log.write(data));
  child.stderr.on("data", (data: Buffer) => {
    log.write(data);
    said = lastWords(data.toString()) ?? said;
  });

  let told: ChildEnd["told"];
  const late = new AbortController();
  const end = (why: "time" | "night"): void => {
    if (told !== undefined) return;
    told = why;
    child.kill("SIGTERM");
    void sleep(PATIENCE_MS, undefined, { signal: late.signal, ref: false }).then(
      () => killGroup(child.pid, "SIGKILL"),
      () => undefined,
    );
  };
  const onNight = (): void => end("night");
  const timer = setTimeout(() => end("time"), o.withinMs);
  if (o.signal.aborted) end("night");
  o.signal.addEventListener("abort", onNight);
  try {
    const [exit, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once("error", (error) => {
        said = error.message;
        resolve([2, null]);
      });
      child.once("close", (code, by) => resolve([code, by]));
    });
    await orphansGone(child.pid);
    return { exit, signal, told, said };
  } finally {
    clearTimeout(timer);
    late.abort();
    o.signal.removeEventListener("abort", onNight);
    log.end();
    await logClosed;
  }
}

/** Whoever is left of the group has the device yet. What cannot be killed either, or is never reaped, is not waited for. */
async function orphansGone(group: number | undefined): Promise<void> {
  const began = Date.now();
  while (killGroup(group, 0) && Date.now() - began < ORPHANS_WITHIN_MS + KILLED_WITHIN_MS) {
    if (Date.now() - began > ORPHANS_WITHIN_MS) killGroup(group, "SIGKILL");
    await sleep(LOOK_EVERY_MS);
  }
}

/** False where nobody is left of it. */
function killGroup(group: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (group === undefined) return false;
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

function lastWords(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.startsWith("l2tpspec: "));
  return lines.at(-1)?.slice("l2tpspec: ".length).trim();
}
