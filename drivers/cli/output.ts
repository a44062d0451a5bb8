import { once } from "node:events";

/** Enough that a line costs no system call, little enough that a reader sees lines as they come. */
const CHUNK = 64 * 1024;

/** Lines to a stream, in large pieces, no faster than they are taken. */
export class Output {
  readonly #stream: NodeJS.WritableStream;
  #pending = "";

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  /** Adds text; what has gathered goes out with the next `flush`. `true` when that is due. */
  add(text: string): boolean {
    this.#pending += text;
    return this.#pending.length >= CHUNK;
  }

  /** Hands everything over and waits until the stream wants more. */
  async flush(): Promise<void> {
    const text = this.#pending;
    if (text === "") return;
    this.#pending = "";
    if (!this.#stream.write(text)) await once(this.#stream, "drain");
  }
}
