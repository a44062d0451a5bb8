/** One run at a time on a device: a file that says who has it. */
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
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
}

/** Held until it is disposed of. A process that dies leaves its file, which the next one on the same host takes over. */
export class DeviceLock implements Disposable {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Rejects with a {@link DeviceError} that says who has the device, and since when. */
  static take(folder: string, device: string): DeviceLock {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${device}.lock`);
    const text = JSON.stringify(ourselves());
    for (let tries = 0; tries < TRIES; tries++) {
      if (write(path, text)) return new DeviceLock(path, text);
      const owner = read(path);
      // Gone between the two looks, or left by a process that has ended.
      if (owner === undefined) continue;
      if (!isDead(owner)) throw new DeviceError({ step: "lock", text: held(owner, path), output: "" });
      removeThat(path, owner);
    }
    throw new DeviceError({ step: "lock", text: `${path} changes hands too fast`, output: "" });
  }

  [Symbol.dispose](): void {
    if (readText(this.#path) === this.#text) rmSync(this.#path, { force: true });
  }
}

const TRIES = 20;

function ourselves(): LockOwner {
  const { pid } = process;
  return { user: userInfo().username, pid, start: startOf(pid) ?? "", host: hostname(), since: Date.now() };
}

/** Whole or not at all: the name appears only when everything stands in the file. */
function write(path: string, text: string): boolean {
  const own = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  const fd = openSync(own, "wx", 0o600);
  writeSync(fd, text);
  closeSync(fd);
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

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function read(path: string): LockOwner | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
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

/** Only the dead owner's file: another run may have been faster and hold it by now. */
function removeThat(path: string, owner: LockOwner): void {
  if (readText(path) === JSON.stringify(owner)) rmSync(path, { force: true });
}

function held({ user, pid, host, since }: LockOwner, path: string): string {
  const minutes = Math.floor((Date.now() - since) / 60_000);
  const age = minutes < 1 ? "for less than a minute" : `for ${minutes} min`;
  return `${user} has the device ${age} (process ${pid} on ${host}); if that run is gone, remove ${path}`;
}
