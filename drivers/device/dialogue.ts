/** Talks to a command line as a person would: a line in, its output and the next prompt out. */
import { TextDecoder } from "node:util";
import { DeviceError } from "./device.ts";
import { clean, withoutEcho } from "./screen.ts";

/** A terminal, whatever carries it: SSH, or a recording. */
export interface Terminal extends AsyncDisposable {
  write(text: string): void;
  onData(handler: (octets: Uint8Array) => void): void;
  /** Called once, with the reason, when nothing can be read any more. */
  onEnd(handler: (why: string) => void): void;
}

/** A question that the device may ask in the middle of a command. */
export interface Question {
  readonly name: string;
  /** Looked for at the end of what came. */
  readonly ask: RegExp;
  /** With its line end, if it takes one. Absent: the command is given up, after `decline`. */
  readonly answer?: string;
  readonly decline?: string;
}

/** What a vendor's driver knows of its command line. */
export interface Grammar {
  /** The whole last line of what came; `host` undefined before the first prompt, which names it in the group `host`. */
  prompt(host: string | undefined): RegExp;
  readonly pager?: { readonly more: RegExp; readonly answer: string };
  readonly questions: readonly Question[];
  /** A line of the output that says that the command was refused. */
  readonly refusal: RegExp;
  readonly lineEnd: string;
  readonly encoding?: "utf-8" | "gbk";
}

export interface Reply {
  /** Lines ended by `\n`, without echo, paging and control sequences. */
  readonly output: string;
  /** The prompt that followed: it tells the view. */
  readonly prompt: string;
}

export interface DialogueOptions {
  /** How long a device may be silent. */
  readonly withinMs: number;
  /** Octets that one command may print. */
  readonly maxOctets?: number;
  /** Told every line sent and everything that came, secrets masked. */
  readonly transcript?: (entry: { readonly sent?: string; readonly received?: string }) => void;
}

export interface CommandOptions {
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
  /** Asked only of this command; before the grammar's own. */
  readonly questions?: readonly Question[];
  /** Parts of the line that nobody else may read. */
  readonly secrets?: readonly string[];
}

const MASK = "***";
const MAX_OCTETS = 4 * 1024 * 1024;

interface Waiting {
  readonly step: string;
  readonly line: string;
  readonly questions: readonly Question[];
  readonly secrets: readonly string[];
  readonly withinMs: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: DeviceError) => void;
  /** The question after which the command is given up. */
  declined?: string;
  timer?: NodeJS.Timeout;
}

/** One dialogue on one terminal. Commands queue: a second one is sent when the first has ended. */
export class Dialogue implements AsyncDisposable {
  readonly #terminal: Terminal;
  readonly #grammar: Grammar;
  readonly #o: DialogueOptions;
  readonly #decoder: TextDecoder;
  #came = "";
  #octets = 0;
  #host: string | undefined;
  #prompt = "";
  #waiting: Waiting | undefined;
  #ended: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(terminal: Terminal, grammar: Grammar, o: DialogueOptions) {
    this.#terminal = terminal;
    this.#grammar = grammar;
    this.#o = o;
    this.#decoder = new TextDecoder(grammar.encoding ?? "utf-8");
    terminal.onData((octets) => {
      this.#came += this.#decoder.decode(octets, { stream: true });
      this.#octets += octets.length;
      this.#look();
    });
    terminal.onEnd((why) => {
      this.#ended = why;
      this.#fail(`the connection ended: ${why}`);
    });
  }

  /** The device's name, from its first prompt. */
  get host(): string | undefined {
    return this.#host;
  }

  /** The last prompt. */
  get prompt(): string {
    return this.#prompt;
  }

  /** Waits for the first prompt, answering what is asked before it. Gives what was printed till then. */
  login(signal?: AbortSignal): Promise<string> {
    return this.#enqueue(() => this.#exchange("login", "", undefined, { ...(signal && { signal }) })).then(
      ({ output }) => output,
    );
  }

  /** Rejects with a {@link DeviceError} where the device refuses, does not come back to a prompt, or prints without end. */
  command(line: string, o: CommandOptions = {}): Promise<Reply> {
    return this.#enqueue(async () => {
      const shown = masked(line, o.secrets);
      const view = this.#prompt;
      this.#o.transcript?.({ sent: shown });
      const reply = await this.#exchange(shown, line, line + this.#grammar.lineEnd, o);
      const refused = reply.output.split("\n").find((l) => this.#grammar.refusal.test(l));
      if (refused === undefined) return reply;
      throw new DeviceError({ step: shown, text: `the device refused it in ${view}`, output: reply.output });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
  }

  #enqueue<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #exchange(step: string, line: string, send: string | undefined, o: CommandOptions): Promise<Reply> {
    if (this.#ended !== undefined)
      return Promise.reject(
        new DeviceError({ step, text: `the connection has ended: ${this.#ended}`, output: this.#came }),
      );
    return new Promise<Reply>((resolve, reject) => {
      const abort = (): void => this.#fail("it was cancelled");
      const settle = (): void => o.signal?.removeEventListener("abort", abort);
      this.#waiting = {
        step,
        line,
        questions: [...(o.questions ?? []), ...this.#grammar.questions],
        secrets: o.secrets ?? [],
        withinMs: o.withinMs ?? this.#o.withinMs,
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (error) => (settle(), reject(error)),
      };
      this.#patience();
      if (o.signal?.aborted === true) return abort();
      o.signal?.addEventListener("abort", abort, { once: true });
      if (send === undefined) return this.#look();
      this.#came = "";
      this.#octets = 0;
      this.#terminal.write(send);
    });
  }

  /** The device has so long from now on: whoever prints is not silent. */
  #patience(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => this.#fail(`no prompt came within ${waiting.withinMs} ms`), waiting.withinMs);
  }

  #look(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (this.#octets > (this.#o.maxOctets ?? MAX_OCTETS))
      return this.#fail(`it printed more than ${this.#o.maxOctets ?? MAX_OCTETS} octets and no prompt`);
    this.#patience();
    const text = clean(this.#came);
    const { pager } = this.#grammar;
    if (pager?.more.test(text) === true) {
      this.#came = text.replace(pager.more, "");
      this.#terminal.write(pager.answer);
      return;
    }
    const question = waiting.questions.find(({ ask }) => ask.test(text));
    if (question !== undefined) return this.#answer(waiting, question, text);
    const last = text.slice(text.lastIndexOf("\n") + 1);
    const found = this.#grammar.prompt(this.#host).exec(last);
    if (found === null) return;
    this.#host ??= found.groups?.host;
    this.#prompt = last.trim();
    const output = masked(withoutEcho(text.slice(0, text.length - last.length), waiting.line), waiting.secrets);
    this.#o.transcript?.({ received: `${output}${this.#prompt}` });
    this.#end();
    const { declined, step } = waiting;
    if (declined === undefined) waiting.resolve({ output, prompt: this.#prompt });
    else waiting.reject(new DeviceError({ step, text: `it asked "${declined}", which nobody answers for it`, output }));
  }

  #answer(waiting: Waiting, { name, ask, answer, decline = "n" }: Question, text: string): void {
    // What was asked stays in the output; the mark keeps it from being answered twice.
    this.#came = `${text.replace(ask, (asked) => `${asked.trimEnd()} (${name})`)}\n`;
    if (answer === undefined) waiting.declined = name;
    this.#terminal.write(answer ?? decline + this.#grammar.lineEnd);
  }

  #end(): void {
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
    this.#came = "";
    this.#octets = 0;
  }

  #fail(text: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const output = masked(clean(this.#came), waiting.secrets);
    this.#o.transcript?.({ received: output });
    this.#end();
    // What still comes belongs to a command that nobody waits for: this dialogue is over.
    this.#ended ??= text;
    waiting.reject(new DeviceError({ step: waiting.step, text, output }));
  }
}

function masked(text: string, secrets: readonly string[] = []): string {
  return secrets.filter((s) => s !== "").reduce((t, secret) => t.replaceAll(secret, MASK), text);
}
