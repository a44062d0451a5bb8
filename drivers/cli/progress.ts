/** What a long run shows while it works: on a terminal one line that moves, elsewhere a line a case that needs a look. */
import pc from "picocolors";
import type { CaseResult, Verdict } from "#expect/verdict";
import type { CaseSink } from "#reports/case-reporter";

const COLOUR: Readonly<Record<Verdict, (text: string) => string>> = {
  pass: pc.green,
  fail: pc.red,
  remark: pc.yellow,
  inconclusive: pc.magenta,
  "not applicable": pc.dim,
  "not run": pc.dim,
};

export class Progress implements CaseSink {
  readonly #total: number;
  readonly #quiet: boolean;
  readonly #out: NodeJS.WriteStream;
  readonly #running = new Set<string>();
  readonly #began = Date.now();
  #done = 0;

  constructor(o: { total: number; quiet: boolean; out?: NodeJS.WriteStream }) {
    this.#total = o.total;
    this.#quiet = o.quiet;
    // Standard output is for results (`--json`); progress goes beside it.
    this.#out = o.out ?? process.stderr;
  }

  started(key: string): void {
    this.#running.add(key);
    this.#draw();
  }

  ended(result: CaseResult): void {
    this.#running.delete(result.key);
    this.#done++;
    if (this.#quiet) return;
    const plain = !this.#out.isTTY;
    if (plain || result.verdict !== "pass") this.#print(lineOf(result));
    this.#draw();
  }

  end(): void {
    if (this.#out.isTTY && !this.#quiet) this.#out.write("\r\x1b[K");
  }

  #print(text: string): void {
    if (this.#out.isTTY) this.#out.write("\r\x1b[K");
    this.#out.write(`${text}\n`);
  }

  #draw(): void {
    if (this.#quiet || !this.#out.isTTY) return;
    const seconds = Math.round((Date.now() - this.#began) / 1000);
    const waiting = [...this.#running].slice(0, 2).join(", ");
    this.#out.write(
      `\r\x1b[K${this.#done}/${this.#total}  ${seconds} s  ${waiting}`.slice(0, (this.#out.columns || 80) + 4),
    );
  }
}

export function lineOf(result: CaseResult): string {
  const colour = COLOUR[result.verdict];
  const reason = result.verdict === "pass" ? "" : `  ${result.reason}`;
  const { suspect } = result;
  const again =
    suspect === undefined
      ? ""
      : `  (alone, after the device died (${suspect.how}) with ${suspect.inFlight.length} in flight)`;
  return `${colour(result.verdict.padEnd(14))} ${result.key}  ${result.clause}${reason}${again}`;
}
