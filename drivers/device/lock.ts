/** One run at a time on a device: a file that says who has it. */
import { createHash, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { DeviceError } from "./device.ts";
import { isAlive, startOf } from "./process.ts";

/** Who holds a device. */
export interface LockOwner {
  readonly user: string;
  readonly pid: number;
  /** When the process began, in clock ticks since boot: with its number it names a process for good. */
  readonly start: string;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Makes each taking's text its own. */
  readonly id: string;
}

/** Held until it is disposed of. A process that dies leaves its file, which the next one on the same host takes over. */
export class DeviceLock implements Disposable {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Throws a {@link DeviceError} that says who has the device, and since when. */
  static take(folder: string, device: string): DeviceLock {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${device}.lock`);
    const text = JSON.stringify(ourselves());
    for (let tries = 0; tries < TRIES; tries++) {
      const holder = acquire(path, text);
      if (holder === undefined) {
        sweep(folder, `${device}.lock.`);
        return new DeviceLock(path, text);
      }
      if (holder !== "busy") throw new DeviceError({ step: "lock", text: held(holder, path), output: "" });
      Atomics.wait(SLEEPER, 0, 0, 5);
    }
    throw new DeviceError({ step: "lock", text: `${path} changes hands too fast`, output: "" });
  }

  [Symbol.dispose](): void {
    if (readText(this.#path) === this.#text) rmSync(this.#path, { force: true });
  }
}

const TRIES = 100;
const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

/**
 * Gives the path to us, unless a living owner has it ("busy": it is changing hands, look again).
 *
 * A dead owner's file is replaced under a claim of its own, which bears the file's digest in its name and is acquired the same
 * way: only who has the claim may replace that one file, and a file that is replaced never comes back, as each text is unique.
 * So whoever looked before somebody else took over finds, with the claim in hand, another text, and lets go.
 */
function acquire(path: string, text: string): LockOwner | "busy" | undefined {
  if (write(path, text)) return undefined;
  const found = readText(path);
  if (found === undefined) return "busy";
  const owner = ownerIn(found, path);
  if (!isDead(owner)) return owner;
  const claim = `${path}.${createHash("sha256").update(found).digest("hex").slice(0, 16)}`;
  if (acquire(claim, text) !== undefined) return "busy";
  try {
    return replace(path, found, text) ? undefined : "busy";
  } finally {
    rmSync(claim, { force: true });
  }
}

function ourselves(): LockOwner {
  const { pid } = process;
  return {
    user: userInfo().username,
    pid,
    start: startOf(pid) ?? "",
    host: hostname(),
    since: Date.now(),
    id: randomUUID(),
  };
}

/** Whole or not at all: the name appears only when everything stands in the file. */
function write(path: string, text: string): boolean {
  const own = draft(path, text);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** With the claim in hand. The name is never free in between. */
function replace(path: string, dead: string, text: string): boolean {
  if (readText(path) !== dead) return false;
  renameSync(draft(path, text), path);
  return true;
}

function draft(path: string, text: string): string {
  const own = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  writeFileSync(own, text, { flag: "wx", mode: 0o600 });
  return own;
}

/** Claims of runs that were killed in the middle of taking over. Only the holder comes here: nobody needs them any more. */
function sweep(folder: string, prefix: string): void {
  for (const name of readdirSync(folder).filter((n) => n.startsWith(prefix))) {
    const path = join(folder, name);
    try {
      if (isDead(JSON.parse(readFileSync(path, "utf8")) as LockOwner)) rmSync(path, { force: true });
    } catch {
      // Gone, or another run is just writing it: its own to remove.
    }
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function ownerIn(text: string, path: string): LockOwner {
  try {
    return JSON.parse(text) as LockOwner;
  } catch (cause) {
    throw new DeviceError(
      { step: "lock", text: `${path} is no lock file; remove it if no run uses the device`, output: text },
      { cause },
    );
  }
}

/** Of a process on another host nobody can tell. */
function isDead(owner: LockOwner): boolean {
  return owner.host === hostname() && !isAlive(owner);
}

function held({ user, pid, host, since }: LockOwner, path: string): string {
  const minutes = Math.floor((Date.now() - since) / 60_000);
  const age = minutes < 1 ? "for less than a minute" : `for ${minutes} min`;
  return `${user} has the device ${age} (process ${pid} on ${host}); if that run is gone, remove ${path}`;
}
