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

type Line = JournalEntry | { readonly done: number };

/** The journal of one device. A line is in the file, and the file on the disk, before `record` returns. */
export class Journal implements Disposable {
  readonly path: string;
  readonly #fd: number;
  readonly #pending: Map<number, JournalEntry>;
  #seq: number;

  private constructor(path: string, fd: number, pending: Map<number, JournalEntry>, seq: number) {
    this.path = path;
    this.#fd = fd;
    this.#pending = pending;
    this.#seq = seq;
  }

  /** Opens the device's journal, with what a run before has left in it. */
  static open(folder: string, device: string): Journal {
    mkdirSync(folder, { recursive: true });
    const path = Journal.pathOf(folder, device);
    const lines = existsSync(path) ? linesOf(path) : [];
    const pending = new Map<number, JournalEntry>();
    let seq = 0;
    for (const line of lines) {
      if ("done" in line) pending.delete(line.done);
      else {
        pending.set(line.seq, line);
        seq = Math.max(seq, line.seq);
      }
    }
    // What is added must not become the rest of a line that was cut off.
    if (existsSync(path) && !readFileSync(path, "utf8").endsWith("\n")) appendFileSync(path, "\n");
    return new Journal(path, openSync(path, "a", 0o600), pending, seq);
  }

  static pathOf(folder: string, device: string): string {
    return join(folder, `${device}.journal`);
  }

  /** Changes that were not taken back, newest first: the order in which to do it. */
  get pending(): readonly JournalEntry[] {
    return [...this.#pending.values()].reverse();
  }

  /** To be called before the change is made. */
  record(what: string, undo: readonly string[]): JournalEntry {
    const entry: JournalEntry = { seq: ++this.#seq, what, undo, at: Date.now() };
    this.#write(entry);
    this.#pending.set(entry.seq, entry);
    return entry;
  }

  /** The change was taken back, or was never made. */
  done({ seq }: Pick<JournalEntry, "seq">): void {
    this.#write({ done: seq });
    this.#pending.delete(seq);
  }

  /** Closes the file, and removes it where nothing is left to undo. */
  [Symbol.dispose](): void {
    closeSync(this.#fd);
    if (this.#pending.size === 0) rmSync(this.path, { force: true });
  }

  #write(line: Line): void {
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#fd);
  }
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
