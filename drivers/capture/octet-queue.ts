/**
 * Joins chunks only where a record straddles them, so that a file is read in bounded memory and most records are
 * views into the chunk that they came in.
 */
export class OctetQueue {
  /** What is ready to be parsed, from `at` on. */
  octets: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.octets.buffer);
  at = 0;
  /** Offset in the file of `octets[0]`. */
  #base = 0;
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;
  #needed = 0;

  /** Takes a chunk; false while fewer octets are there than the last `need` asked for. */
  push(chunk: Uint8Array): boolean {
    const rest = this.octets.length - this.at;
    if (rest === 0 && this.#waiting.length === 0) {
      this.#become(chunk);
      return true;
    }
    this.#waiting.push(chunk);
    this.#waitingLength += chunk.length;
    if (rest + this.#waitingLength < this.#needed) return false;
    const joined = new Uint8Array(rest + this.#waitingLength);
    joined.set(this.octets.subarray(this.at));
    let at = rest;
    for (const part of this.#waiting) {
      joined.set(part, at);
      at += part.length;
    }
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#become(joined);
    return true;
  }

  /** Whether n octets lie from `at` on; if not, `push` stays false until they do. */
  need(n: number): boolean {
    if (this.octets.length - this.at >= n) return true;
    this.#needed = n;
    return false;
  }

  /** A view of octets that are there; quicker than `subarray`, which looks up the class of its result each time. */
  slice(at: number, length: number): Uint8Array {
    return new Uint8Array(this.octets.buffer, this.octets.byteOffset + at, length);
  }

  /** Offset in the file of the octet at `at`. */
  get offset(): number {
    return this.#base + this.at;
  }

  /** Octets that were pushed and not consumed. */
  get left(): number {
    return this.octets.length - this.at + this.#waitingLength;
  }

  #become(octets: Uint8Array): void {
    this.#base += this.at;
    this.octets = octets;
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.at = 0;
    this.#needed = 0;
  }
}
