/** Scripts on a host, each written down with its answer: what was asked of a device while a case ran. */
import { OutputLog } from "../command/output-log.ts";
import { DeviceError } from "../device.ts";
import { Secrets } from "../secrets.ts";
import type { Ran, RunOptions, Scripts } from "./remote-shell.ts";

export interface ScriptLogOptions {
  /** Steps whose script is counted and not shown: a configuration, with the files and secrets in it. */
  readonly counted: ReadonlySet<string>;
  /** Steps whose answer is counted and not shown: a log that is shown elsewhere. */
  readonly unanswered: ReadonlySet<string>;
  /** Steps that are asked all the time, and written down only where they fail. */
  readonly routine: ReadonlySet<string>;
}

/** Of a long answer the end: what went wrong is said last. */
const MOST = 2000;

export class ScriptLog implements Scripts, AsyncDisposable {
  /** Masked in all that is shown, also of what was written down before. */
  readonly secrets = new Secrets();
  readonly #shell: Scripts & AsyncDisposable;
  readonly #options: ScriptLogOptions;
  readonly #log = new OutputLog(256 * 1024);

  constructor(shell: Scripts & AsyncDisposable, options: ScriptLogOptions) {
    this.#shell = shell;
    this.#options = options;
  }

  async run(step: string, script: string, o?: RunOptions): Promise<string> {
    try {
      const out = await this.#shell.run(step, script, o);
      this.#write(step, script, out);
      return out;
    } catch (error) {
      this.#write(step, script, wordsOf(error));
      throw error;
    }
  }

  async try(step: string, script: string, o?: RunOptions): Promise<Ran> {
    try {
      const ran = await this.#shell.try(step, script, o);
      if (ran.status === 0 && this.#options.routine.has(step)) return ran;
      const ended = ran.status === 0 ? "" : `(status ${ran.status ?? "unknown"})`;
      this.#write(step, script, `${ran.stdout}${ran.stderr}${ended}`);
      return ran;
    } catch (error) {
      this.#write(step, script, wordsOf(error));
      throw error;
    }
  }

  /** What was said at that time or later (as `Date.now()` gives it): `>` before what was asked, `<` before the answer. */
  since(atMs: number): string {
    return this.secrets.mask(this.#log.since(atMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
  }

  #write(step: string, script: string, answer: string): void {
    const asked = this.#options.counted.has(step) ? count(script, "lines of a configuration") : script;
    // Masked before it is cut: half a secret is none that could be found afterwards.
    const said = this.#options.unanswered.has(step) ? count(answer, "lines") : this.secrets.mask(answer);
    const end = said.length > MOST ? `(${said.length - MOST} characters before)\n${said.slice(-MOST)}` : said;
    this.#log.append(`# ${step}\n${quoted("> ", asked)}${quoted("< ", end)}`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof DeviceError ? `${error.message}\n${error.output}` : String(error);
}

const count = (text: string, what: string): string =>
  text === "" ? "" : `(${text.trimEnd().split("\n").length} ${what})`;

function quoted(prefix: string, text: string): string {
  const trimmed = text.trimEnd();
  return trimmed === "" ? "" : `${prefix}${trimmed.replaceAll("\n", `\n${prefix}`)}\n`;
}
