/** Talks to a command line as a person would: a line in, its output and the next prompt out. */
import { TextDecoder } from "node:util";
import { DeviceError, nameOf } from "./device.ts";
import { echoOf } from "./echo.ts";
import { clean, cleanCut, lastLine } from "./screen.ts";
import { Secrets } from "./secrets.ts";

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
  /** Looked for at the end of what came: it has to reach into the last line, which has no line end yet. */
  readonly ask: RegExp;
  /** With its line end, if it takes one. Absent: the command is given up, after `decline`. */
  readonly answer?: string;
  readonly decline?: string;
}

/** What a vendor's driver knows of its command line. */
export interface Grammar {
  /** The whole last line of what came; `host` undefined before the first prompt, which names it in the group `host`. */
  prompt(host: string | undefined): RegExp;
  /** `more` is looked for in the last line. */
  readonly pager?: { readonly more: RegExp; readonly answer: string };
  readonly questions: readonly Question[];
  /** A line of the output that says that the command was refused. */
  readonly refusal: RegExp;
  /** What the device may print behind an echo, on its line. */
  readonly echoMark?: RegExp;
  /** The line before a refusal that points at the word in question. */
  readonly caret?: RegExp;
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
  /** How long one command may print. */
  readonly totalMs?: number;
  /** How long the device is silent before what may still go on is taken for its last word. */
  readonly quietMs?: number;
  /** Octets that one command may print. */
  readonly maxOctets?: number;
  /** What nobody may read, from the first octet on: the password of the login. */
  readonly secrets?: readonly string[];
  /** Told every line sent and everything that came, secrets masked. */
  readonly transcript?: (entry: { readonly sent?: string; readonly received?: string }) => void;
}

export interface LoginOptions {
  /** Asked only on the way to the first prompt; before the grammar's own. */
  readonly questions?: readonly Question[];
  /** Parts of the answers that nobody else may read, in this dialogue or later. */
  readonly secrets?: readonly string[];
}

export interface CommandOptions extends LoginOptions {
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

const MAX_OCTETS = 4 * 1024 * 1024;
const TOTAL_MS = 600_000;
const QUIET_MS = 200;
/** Answers to one question in one command: who asks on does not understand the answer. */
const MAX_ANSWERS = 10;
/** How far back a question may begin, and how long a last line is looked at. */
const SPAN = 4096;

interface Waiting {
  readonly step: string;
  /** The line whose echo is expected; empty at login. */
  readonly line: string;
  readonly questions: readonly Question[];
  readonly withinMs: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: DeviceError) => void;
  readonly answers: Map<string, number>;
  /** The question after which the command is given up. */
  declined?: string;
  silence?: NodeJS.Timeout;
  total?: NodeJS.Timeout;
}

/** What stands at the end of what came and may be waiting for us. */
interface Sight {
  readonly act: () => void;
  /** Whether it can be taken at once where it came in one piece, or only when nothing follows it. */
  readonly sure: boolean;
}

/**
 * One dialogue on one terminal. Commands queue: a second one is sent when the first has ended.
 *
 * An answer ends at a prompt of the host behind the echo of the line, unterminated at the end of what came. A prompt that came
 * in one piece is taken at once; one that dribbles in may be the beginning of a line of the output, so it has to stand for
 * `quietMs`, as has everything else that only what follows can tell: the first prompt, a question, and a prompt without an echo,
 * for devices that do not echo. A device that has echoed once is held to it: with it a prompt without an echo is an old one.
 */
export class Dialogue implements AsyncDisposable {
  readonly #terminal: Terminal;
  readonly #grammar: Grammar;
  readonly #o: DialogueOptions;
  readonly #decoder: TextDecoder;
  readonly #secrets = new Secrets();
  #came = "";
  /** The end of it, a span or two long: whoever prints megabytes in small pieces is not read from the beginning each time. */
  #recent = "";
  #octets = 0;
  #pieces = 0;
  #host: string | undefined;
  /** Whether the host's name has been seen again behind an echo: the first prompt may have been a line of a banner. */
  #confirmed = false;
  #echoes = false;
  #prompt = "";
  #waiting: Waiting | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #ended: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(terminal: Terminal, grammar: Grammar, o: DialogueOptions) {
    this.#terminal = terminal;
    this.#grammar = grammar;
    this.#o = o;
    this.#secrets.add(o.secrets);
    this.#decoder = new TextDecoder(grammar.encoding ?? "utf-8");
    terminal.onData((octets) => this.#take(octets));
    terminal.onEnd((why) => {
      this.#ended ??= nameOf(why);
      this.#fail(`the connection ended: ${nameOf(why)}`);
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

  /** Why nothing can be said any more; undefined while the dialogue goes on. Whoever wants more has to log in anew. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Waits for the first prompt, answering what is asked before it. Gives what was printed till then. */
  login(signal?: AbortSignal, o: LoginOptions = {}): Promise<string> {
    return this.#enqueue(() => this.#exchange("login", "", undefined, { ...o, ...(signal && { signal }) })).then(
      ({ output }) => output,
    );
  }

  /** Rejects with a {@link DeviceError} where the device refuses, does not come back to a prompt, or prints without end. */
  command(line: string, o: CommandOptions = {}): Promise<Reply> {
    this.#secrets.add(o.secrets);
    return this.#enqueue(async () => {
      const shown = this.#secrets.mask(line);
      const view = nameOf(this.#prompt);
      const reply = await this.#exchange(shown, line, line + this.#grammar.lineEnd, o);
      const said = this.#refusalIn(reply.output);
      if (said === undefined) return reply;
      throw new DeviceError({ step: shown, text: `the device refused it in ${view}`, output: reply.output, said });
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
    this.#secrets.add(o.secrets);
    const { signal, withinMs = this.#o.withinMs } = o;
    const { totalMs = TOTAL_MS } = this.#o;
    if (this.#ended !== undefined)
      return refused(step, `the connection has ended: ${this.#ended}`, this.#secrets.maskCut(cleanCut(this.#came)));
    // Nothing has been sent: the dialogue stands where it stood.
    if (signal?.aborted === true) return refused(step, "it was cancelled", "");
    return new Promise<Reply>((resolve, reject) => {
      const abort = (): void => this.#fail("it was cancelled");
      const settle = (): void => signal?.removeEventListener("abort", abort);
      const waiting: Waiting = {
        step,
        line,
        questions: [...(o.questions ?? []), ...this.#grammar.questions],
        withinMs,
        answers: new Map(),
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (error) => (settle(), reject(error)),
      };
      this.#waiting = waiting;
      waiting.total = setTimeout(() => this.#fail(`it printed for ${totalMs} ms and no prompt`), totalMs);
      this.#patience(waiting);
      signal?.addEventListener("abort", abort, { once: true });
      if (send === undefined) return this.#look(waiting, this.#came);
      // What came unasked, such as a line of the log, answers nobody.
      if (this.#came !== "") this.#o.transcript?.({ received: this.#secrets.mask(cleanCut(this.#came)) });
      this.#forget();
      this.#o.transcript?.({ sent: step });
      this.#terminal.write(send);
    });
  }

  #take(octets: Uint8Array): void {
    const piece = this.#decoder.decode(octets, { stream: true });
    this.#came += piece;
    this.#recent = this.#recent.length > SPAN ? this.#recent.slice(-SPAN) + piece : this.#recent + piece;
    this.#octets += octets.length;
    this.#pieces++;
    clearTimeout(this.#quiet);
    const { maxOctets = MAX_OCTETS } = this.#o;
    if (this.#waiting !== undefined) {
      if (this.#octets > maxOctets) return this.#fail(`it printed more than ${maxOctets} octets and no prompt`);
      this.#patience(this.#waiting);
      this.#look(this.#waiting, piece);
    } else if (this.#octets > maxOctets) this.#forget();
  }

  /** The device has so long from now on: whoever prints is not silent. */
  #patience(waiting: Waiting): void {
    clearTimeout(waiting.silence);
    waiting.silence = setTimeout(() => this.#fail(this.#whatIsMissing(waiting)), waiting.withinMs);
  }

  #whatIsMissing({ line, withinMs }: Waiting): string {
    const isOld = this.#echoes && line.trim() !== "" && this.#promptIn(lastLine(this.#came)) !== undefined;
    return isOld ? `the device did not echo it within ${withinMs} ms` : `no prompt came within ${withinMs} ms`;
  }

  /** What came so far, as if it were this. */
  #now(came: string): void {
    this.#came = came;
    this.#recent = came.slice(-SPAN);
  }

  #forget(): void {
    this.#now("");
    this.#octets = 0;
  }

  #look(waiting: Waiting, piece: string): void {
    const tail = lastLine(this.#recent);
    if (tail.trim() === "") return;
    const isLast = this.#promptIn(tail) !== undefined || this.#grammar.pager?.more.test(tail) === true;
    if (isLast && clean(piece).endsWith(tail)) {
      const sight = this.#sightOf(waiting, tail);
      if (sight?.sure === true) return sight.act();
    }
    const pieces = this.#pieces;
    const quietMs = Math.min(this.#o.quietMs ?? QUIET_MS, waiting.withinMs / 2);
    const unlessMoreCame = (): void => {
      if (pieces === this.#pieces && this.#waiting === waiting) this.#sightOf(waiting, tail)?.act();
    };
    // After the timer the sockets have a turn: on a busy machine what came long ago may not have been read.
    this.#quiet = setTimeout(() => setImmediate(unlessMoreCame), quietMs);
  }

  #sightOf(waiting: Waiting, tail: string): Sight | undefined {
    const pager = this.#grammar.pager?.more.test(tail) === true ? this.#grammar.pager : undefined;
    const recent = clean(this.#recent);
    const question = waiting.questions.find(({ ask }) => {
      const asked = ask.exec(recent);
      return asked !== null && asked.index + asked[0].length > recent.length - tail.length;
    });
    const prompt = this.#promptIn(tail);
    if (pager === undefined && question === undefined && prompt === undefined) return undefined;
    const text = clean(this.#came);
    const echo = echoOf(text, waiting.line, (t) => this.#promptIn(t) !== undefined, this.#grammar.echoMark);
    if (echo === "open" || (echo === undefined && this.#echoes && waiting.line.trim() !== "")) return undefined;
    const printed = text.slice(0, text.length - tail.length);
    if (pager !== undefined)
      return {
        sure: true,
        act: () => {
          this.#now(printed + tail.replace(pager.more, ""));
          this.#terminal.write(pager.answer);
        },
      };
    if (question !== undefined) return { sure: false, act: () => this.#answer(waiting, question, text) };
    return {
      sure: echo !== undefined && prompt?.renames === false,
      act: () => {
        this.#host = prompt?.host ?? this.#host;
        this.#confirmed ||= echo !== undefined;
        this.#echoes ||= echo !== undefined;
        this.#prompt = tail.trim();
        this.#finish(waiting, printed.slice(echo?.end ?? 0));
      },
    };
  }

  /** A prompt of the host; until its name is confirmed, of any host. */
  #promptIn(tail: string): { readonly host: string | undefined; readonly renames: boolean } | undefined {
    if (this.#host !== undefined && this.#grammar.prompt(this.#host).test(tail))
      return { host: this.#host, renames: false };
    const found = this.#confirmed ? null : this.#grammar.prompt(undefined).exec(tail);
    return found === null ? undefined : { host: found.groups?.host, renames: true };
  }

  #finish({ declined, step, resolve, reject }: Waiting, printed: string): void {
    const output = this.#secrets.mask(printed);
    this.#o.transcript?.({ received: `${output}${this.#prompt}` });
    this.#end();
    if (declined === undefined) resolve({ output, prompt: this.#prompt });
    else reject(new DeviceError({ step, text: `it asked "${declined}", which nobody answers for it`, output }));
  }

  #answer(waiting: Waiting, { name, ask, answer, decline = "n" }: Question, text: string): void {
    const times = (waiting.answers.get(name) ?? 0) + 1;
    waiting.answers.set(name, times);
    if (times > MAX_ANSWERS) return this.#fail(`it asks "${name}" again and again`);
    // What was asked stays in the output; the mark keeps it from being answered twice.
    const from = Math.max(0, text.length - SPAN);
    const marked = text.slice(from).replace(ask, (asked) => `${asked.trimEnd()} (${name})`);
    this.#now(`${text.slice(0, from)}${marked}\n`);
    if (answer === undefined) waiting.declined = name;
    this.#patience(waiting);
    this.#terminal.write(answer ?? decline + this.#grammar.lineEnd);
  }

  /** The first line that refuses, with the line that points at the word, as the device wrote them. */
  #refusalIn(output: string): string | undefined {
    const lines = output.split("\n").filter((line) => line.trim() !== "");
    const at = lines.findIndex((line) => this.#grammar.refusal.test(line));
    if (at < 0) return undefined;
    const before = lines[at - 1];
    const points = before !== undefined && this.#grammar.caret?.test(before) === true;
    return points ? `${before}\n${lines[at]!}` : lines[at];
  }

  #end(): void {
    clearTimeout(this.#waiting?.silence);
    clearTimeout(this.#waiting?.total);
    clearTimeout(this.#quiet);
    this.#waiting = undefined;
    this.#forget();
  }

  #fail(text: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const output = this.#secrets.maskCut(cleanCut(this.#came));
    this.#o.transcript?.({ received: output });
    this.#end();
    // What still comes belongs to a command that nobody waits for: this dialogue is over.
    this.#ended ??= text;
    waiting.reject(new DeviceError({ step: waiting.step, text, output }));
  }
}

function refused(step: string, text: string, output: string): Promise<never> {
  return Promise.reject(new DeviceError({ step, text, output }));
}
