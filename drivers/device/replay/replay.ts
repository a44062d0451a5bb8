/**
 * Plays a recorded dialogue as a {@link Terminal}: a plain-text file with `> ` before what is sent and `< ` before each line
 * that came. The last line before a `>` is a prompt or a question, and has no line end. In what came, `\e`, `\r` and `\b`
 * are the control characters. `>! ` is sent where the device does not echo, as after a password's question; `! ` is the device
 * hanging up, and why.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Terminal } from "../dialogue.ts";

/** One turn: what the device prints, and the line that it waits for then. */
export interface Turn {
  readonly received: string;
  /** Absent at the end of the recording. */
  readonly expect: string | undefined;
  /** Whether it prints what it was sent. */
  readonly echoes: boolean;
  /** Why it hangs up then, instead of waiting. */
  readonly hangsUp: string | undefined;
}

/** Reads a recording. `#` begins a remark. Throws an Error that names the line where it is none. */
export function parseTranscript(text: string, file = "transcript"): readonly Turn[] {
  const turns: Turn[] = [];
  let received: string[] = [];
  const turn = (rest: Partial<Turn>): Turn => {
    const turned = { received: received.join("\r\n"), expect: undefined, echoes: true, hangsUp: undefined, ...rest };
    received = [];
    return turned;
  };
  text.split("\n").forEach((line, i) => {
    if (line.startsWith("#") || line.trim() === "") return;
    if (line === "<" || line.startsWith("< ")) received.push(unescape(line.slice(2)));
    else if (line === ">" || line.startsWith("> ")) turns.push(turn({ expect: unescape(line.slice(2)) }));
    else if (line.startsWith(">! ")) turns.push(turn({ expect: unescape(line.slice(3)), echoes: false }));
    else if (line.startsWith("! ")) turns.push(turn({ hangsUp: line.slice(2) }));
    else throw new Error(`${file}:${i + 1}: expected "> sent" or "< received", found "${line}"`);
  });
  return [...turns, turn({})];
}

function unescape(text: string): string {
  return text.replaceAll("\\e", "\x1b").replaceAll("\\r", "\r").replaceAll("\\b", "\b");
}

/** How the device hands its octets over. */
export interface Manner {
  /** Octets a piece; all at once unless given. */
  readonly piece?: number;
  /** Milliseconds between two pieces. */
  readonly pauseMs?: number;
  /** The echo is wrapped after so many columns: a blank, and the cursor back over it, then the line goes on. */
  readonly wrapAt?: number;
  /** What came is written in this encoding. */
  readonly encode?: (text: string) => Uint8Array;
  /** The connection is cut after so many turns. */
  readonly cutAfter?: number;
}

/** A terminal on which the recording runs. A line that the recording does not expect ends it, and the reason says so. */
export class Replay implements Terminal {
  /** What was written to it, line by line. */
  readonly sent: string[] = [];
  readonly #turns: readonly Turn[];
  readonly #manner: Manner;
  #at = 0;
  #typed = "";
  #data: (octets: Uint8Array) => void = () => undefined;
  #end: (why: string) => void = () => undefined;
  #over = false;
  #printing: Promise<void>;

  constructor(turns: readonly Turn[], manner: Manner = {}) {
    this.#turns = turns;
    this.#manner = manner;
    this.#printing = Promise.resolve().then(() => this.#play(turns[0], ""));
  }

  onData(handler: (octets: Uint8Array) => void): void {
    this.#data = handler;
  }

  onEnd(handler: (why: string) => void): void {
    this.#end = handler;
  }

  write(text: string): void {
    this.#typed += text;
    this.#printing = this.#printing.then(() => this.#take());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#printing;
  }

  async #take(): Promise<void> {
    const { expect, echoes } = this.#turns[this.#at] ?? {};
    if (this.#over || this.#typed === "") return;
    // A pager takes one key, without a line end.
    const typed = expect === " " ? this.#typed.slice(0, 1) : /^[^\n]*\n/.exec(this.#typed)?.[0];
    if (typed === undefined) return;
    this.#typed = this.#typed.slice(typed.length);
    const line = expect === " " ? typed : typed.replace(/\r?\n$/, "");
    this.sent.push(line);
    if (line !== expect)
      return this.#stop(`the recording expects ${JSON.stringify(expect)}, not ${JSON.stringify(line)}`);
    this.#at++;
    if (this.#manner.cutAfter !== undefined && this.#at > this.#manner.cutAfter) return this.#stop("cut");
    const echo = expect === " " ? "" : `${echoes === true ? this.#wrapped(line) : ""}\r\n`;
    await this.#play(this.#turns[this.#at], echo);
    if (this.#typed !== "") await this.#take();
  }

  async #play(turn: Turn | undefined, echo: string): Promise<void> {
    await this.#print(echo + (turn?.received ?? ""));
    if (turn?.hangsUp !== undefined) this.#stop(turn.hangsUp);
  }

  #wrapped(line: string): string {
    const { wrapAt } = this.#manner;
    if (wrapAt === undefined) return line;
    return line.replace(new RegExp(`.{${wrapAt}}(?=.)`, "gs"), "$& \x1b[1D");
  }

  async #print(text: string): Promise<void> {
    const { piece, pauseMs = 0, encode = (t: string): Uint8Array => Buffer.from(t) } = this.#manner;
    const octets = encode(text);
    const size = piece ?? Math.max(octets.length, 1);
    for (let i = 0; i < octets.length && !this.#over; i += size) {
      this.#data(octets.slice(i, i + size));
      if (pauseMs > 0) await sleep(pauseMs);
    }
  }

  #stop(why: string): void {
    this.#over = true;
    this.#end(why);
  }
}
