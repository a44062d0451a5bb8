/**
 * How to undo what was done to a device, on disk before it is done: whatever becomes of the run, the next one, or
 * `device restore`, can put the device back. It holds the vendor's own lines and no secret.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DeviceError } from "./device.ts";

/** One change, and the lines that take it back. */
export interface JournalEntry {
  readonly seq: number;
  /** For a reader: the line that makes the change, secrets masked. */
  readonly what: string;
  /** Lines from the device's outermost view of configuration, in order. */
  readonly undo: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

type Line = JournalEntry | { readonly done: number } | { readonly found: string | null; readonly at: number };

/** What the file holds already. */
interface Before {
  readonly pending: Map<number, JournalEntry>;
  readonly seq: number;
  readonly found: string | undefined;
}

/** The journal of one device. A line is in the file, and the file on the disk, before `record` returns. */
export class Journal implements Disposable {
  readonly path: string;
  readonly #fd: number;
  readonly #pending: Map<number, JournalEntry>;
  #seq: number;
  #found: string | undefined;

  private constructor(path: string, fd: number, before: Before) {
    this.path = path;
    this.#fd = fd;
    this.#pending = before.pending;
    this.#seq = before.seq;
    this.#found = before.found;
  }

  /** Opens the device's journal, with what a run before has left in it. */
  static open(folder: string, device: string): Journal {
    mkdirSync(folder, { recursive: true });
    const path = Journal.pathOf(folder, device);
    const before = existsSync(path) ? readBefore(path) : nothing();
    // What is added must not become the rest of a line that was cut off.
    if (existsSync(path) && !readFileSync(path, "utf8").endsWith("\n")) appendFileSync(path, "\n");
    const fd = openSync(path, "a", 0o600);
    // A file of which its folder knows nothing yet is lost with the power, whatever was written to it.
    const folderFd = openSync(folder, "r");
    fsyncSync(folderFd);
    closeSync(folderFd);
    return new Journal(path, fd, before);
  }

  /**
   * How many changes stand in a device's journal, for who only looks: a run that has the device open writes on in it, and
   * nothing is touched here.
   */
  static pendingIn(folder: string, device: string): number {
    const path = Journal.pathOf(folder, device);
    return existsSync(path) ? readBefore(path).pending.size : 0;
  }

  static pathOf(folder: string, device: string): string {
    return join(folder, `${device}.journal`);
  }

  /** Changes that were not taken back, newest first: the order in which to do it. */
  get pending(): readonly JournalEntry[] {
    return [...this.#pending.values()].reverse();
  }

  /** The configuration as it was first found, with what {@link keep} was given. */
  get found(): string | undefined {
    return this.#found;
  }

  /** What the device was like before the first change, secrets masked: to compare with, once it was put back. */
  keep(found: string): void {
    this.#write({ found, at: Date.now() });
    this.#found = found;
  }

  /** The device is as it was found. */
  settle(): void {
    this.#write({ found: null, at: Date.now() });
    this.#found = undefined;
  }

  /** To be called before the change is made. */
  record(what: string, undo: readonly string[]): JournalEntry {
    const entry: JournalEntry = { seq: ++this.#seq, what, undo, at: Date.now() };
    this.#write(entry);
    this.#pending.set(entry.seq, entry);
    return entry;
  }

  /** The changes were taken back, or were never made. */
  done(...entries: readonly Pick<JournalEntry, "seq">[]): void {
    if (entries.length === 0) return;
    this.#write(...entries.map(({ seq }) => ({ done: seq })));
    for (const { seq } of entries) this.#pending.delete(seq);
  }

  /** Closes the file, and removes it where nothing is left to undo or to compare. */
  [Symbol.dispose](): void {
    closeSync(this.#fd);
    if (this.#pending.size === 0 && this.#found === undefined) rmSync(this.path, { force: true });
  }

  #write(...lines: readonly Line[]): void {
    writeSync(this.#fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(this.#fd);
  }
}

const nothing = (): Before => ({ pending: new Map(), seq: 0, found: undefined });

function readBefore(path: string): Before {
  const before = { pending: new Map<number, JournalEntry>(), seq: 0, found: undefined as string | undefined };
  for (const line of linesOf(path)) {
    if ("found" in line) before.found = line.found ?? undefined;
    else if ("done" in line) before.pending.delete(line.done);
    else {
      before.pending.set(line.seq, line);
      before.seq = Math.max(before.seq, line.seq);
    }
  }
  return before;
}

/** A last line without its end was being written when the run was killed: its change was not made yet. */
function linesOf(path: string): readonly Line[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((text, i) => {
    if (text === "") return [];
    try {
      return [JSON.parse(text) as Line];
    } catch (cause) {
      if (i === lines.length - 1 || tornBefore(lines, i)) return [];
      throw new DeviceError(
        { step: "journal", text: `${path}:${i + 1} is no entry of a journal`, output: text },
        { cause },
      );
    }
  });
}

/** Where a run went on after a kill, the torn line is followed by whole ones. */
function tornBefore(lines: readonly string[], i: number): boolean {
  return lines[i]!.startsWith("{") && !lines[i]!.endsWith("}");
}
