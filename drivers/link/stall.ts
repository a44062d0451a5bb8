import { performance } from "node:perf_hooks";

const BEAT_MS = 100;

/**
 * Feels its own pulse: a process that the machine does not let run, or that is busy for long, answers nobody and times
 * nothing, and what a peer makes of that is no fault of the peer's.
 */
export class StallWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #beat = performance.now();
  #longestMs = 0;

  constructor() {
    this.#timer = setInterval(() => this.#feel(), BEAT_MS).unref();
  }

  /** The longest time, in whole milliseconds, for which the process stood still since the watch began. */
  get longestMs(): number {
    this.#feel();
    return Math.round(this.#longestMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #feel(): void {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#beat - BEAT_MS);
    this.#beat = now;
  }
}
