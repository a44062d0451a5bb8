/** What was written, and when. Holds the newest part of it. */
export class OutputLog {
  readonly #most: number;
  readonly #now: () => number;
  #parts: { readonly atMs: number; readonly text: string }[] = [];
  #length = 0;

  /**
   * @param most characters kept
   * @param now the time, as `Date.now()` gives it
   */
  constructor(most = 4 * 1024 * 1024, now: () => number = Date.now) {
    this.#most = most;
    this.#now = now;
  }

  append(text: string): void {
    this.#parts.push({ atMs: this.#now(), text });
    this.#length += text.length;
    while (this.#length > this.#most && this.#parts.length > 1) this.#length -= this.#parts.shift()!.text.length;
  }

  /** What was written at that time or later. */
  since(atMs: number): string {
    const first = this.#parts.findIndex((part) => part.atMs >= atMs);
    return first < 0 ? "" : join(this.#parts.slice(first));
  }

  /** The newest characters. */
  tail(characters = 4096): string {
    return join(this.#parts).slice(-characters);
  }
}

function join(parts: readonly { readonly text: string }[]): string {
  return parts.map(({ text }) => text).join("");
}
