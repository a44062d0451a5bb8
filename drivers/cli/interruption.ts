const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The first Ctrl-C or SIGTERM asks for an end in order; the second one ends the process at once. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#on);
  }

  /** Aborted by the first of them. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which one it was. */
  get by(): NodeJS.Signals | undefined {
    return this.signal.aborted ? (this.signal.reason as NodeJS.Signals) : undefined;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#on);
  }

  readonly #on = (signal: NodeJS.Signals): void => {
    if (!this.signal.aborted) {
      this.#controller.abort(signal);
      return;
    }
    this[Symbol.dispose]();
    process.kill(process.pid, signal);
  };
}
