/** One login on a VRP that heals: it knows in which view it is, and logs in anew where a dialogue has ended. */
import { DeviceError, nameOf } from "../device.ts";
import { Dialogue, type CommandOptions, type Question, type Reply, type Terminal } from "../dialogue.ts";
import { VRP } from "./grammar.ts";
import { Secrets } from "../secrets.ts";
import { maskSecrets } from "./mask.ts";

export interface SessionOptions {
  readonly openTerminal: (signal?: AbortSignal) => Promise<Terminal>;
  readonly withinMs: number;
  /** How long it is silent before what may still go on is taken for its last word. */
  readonly quietMs?: number;
  /** Told all that is said, secrets masked. */
  readonly transcript: (text: string) => void;
}

/** A command that cannot be undone by a word asks for one: these are answered, for the commands that ask, and no others. */
const CONFIRMED: readonly RegExp[] = [
  /^undo l2tp enable$/,
  /^undo (?:interface Virtual-Template|l2tp-group |ip pool |user-manage user |lns-group )/,
  /^undo (?:domain |service-scheme |local-user |rule name |policy )/,
  /^undo (?:nat-)?policy interzone /,
  /^undo (?:ip address|start l2tp|allow l2tp|call-lns|section|ip route-static|add interface)/,
  /^reset (?:firewall session table|l2tp tunnel )/,
];

/** Whatever it asks, it is not whether to save, restart or delete more than was said. */
const CONFIRM: Question = {
  name: "confirmed",
  ask: /^(?!.*\b(?:sav|reboot|restart))[^\n]*\[Y\/N\]\s*:?\s*(?![\s\S])/im,
  answer: "y\n",
};

/** What still prints after as many of the longest silences prints for ever. */
const SILENCES = 6;

export class VrpSession implements AsyncDisposable {
  readonly #o: SessionOptions;
  readonly #known = new Set<string>();
  #dialogue: Dialogue | undefined;
  /** Lines that led to the view from system view; undefined: the user view, or who knows. */
  #path: readonly string[] | undefined;

  constructor(o: SessionOptions) {
    this.#o = o;
  }

  /** Masked from now on wherever it is printed. */
  learn(secrets: Iterable<string>): void {
    for (const secret of secrets) this.#known.add(secret);
  }

  mask(text: string): string {
    return maskSecrets(text, this.#known);
  }

  /** Masked by all that is known now, as the dialogue masks what it shows: for what was printed when less was known. */
  maskShown(text: string): string {
    const secrets = new Secrets();
    secrets.add([...this.#known]);
    return secrets.mask(text);
  }

  /** A command that may stand in any view: `display …`. */
  async display(line: string, signal?: AbortSignal): Promise<string> {
    return (await this.#command(line, signal && { signal })).output;
  }

  /**
   * A command of the user view: `reset …`.
   * @param silentMs how long it may say nothing of its own accord, besides what the device takes for any command
   */
  async user(line: string, signal?: AbortSignal, silentMs = 0): Promise<string> {
    await this.leave(signal);
    return (await this.#command(line, { ...(signal && { signal }), withinMs: this.#o.withinMs + silentMs })).output;
  }

  /** What stands in a view. */
  async here(path: readonly string[], signal?: AbortSignal): Promise<string> {
    await this.#enter(path, signal);
    return (await this.#command("display this", signal && { signal })).output;
  }

  /** A line in a view of configuration. Without a line, the view is entered, which makes it. */
  async send(
    path: readonly string[],
    line?: string,
    o: { readonly secrets?: readonly string[]; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    await this.#enter(path, o.signal);
    if (line === undefined) return;
    this.learn(o.secrets ?? []);
    const before = this.#view;
    await this.#command(line, o);
    // It opened a view, or closed one, against what we know of it.
    if (this.#view !== before) this.#path = undefined;
  }

  /** Two-phase: makes the draft the configuration. */
  async commit(signal?: AbortSignal): Promise<void> {
    await this.#command("commit", signal && { signal });
  }

  /** Back to the user view, whatever the view. A draft of the two-phase kind is given up. */
  async leave(signal?: AbortSignal): Promise<void> {
    const dialogue = await this.#open(signal);
    this.#path = undefined;
    if (!isUserView(dialogue.prompt)) await this.#command("return", signal && { signal });
  }

  /** Whether there is no dialogue: the next command logs in. */
  get ended(): boolean {
    return this.#dialogue === undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop();
  }

  /** The prompt without the mark of a draft. */
  get #view(): string {
    return (this.#dialogue?.prompt ?? "").replace(/^\[[~*]/, "[");
  }

  async #enter(path: readonly string[], signal?: AbortSignal): Promise<void> {
    await this.#open(signal);
    if (this.#path === undefined) {
      await this.leave(signal);
      await this.#step("system-view", signal);
      this.#path = [];
    }
    const common = this.#path.findIndex((line, i) => line !== path[i]);
    const keep = common < 0 ? this.#path.length : common;
    while (this.#path.length > keep) {
      const above = this.#path.slice(0, -1);
      await this.#step("quit", signal);
      this.#path = above;
    }
    for (const line of path.slice(keep)) {
      const above: readonly string[] = this.#path;
      await this.#step(line, signal);
      this.#path = [...above, line];
    }
  }

  /** A line that has to lead to another view. Until it has, nobody knows where we are. */
  async #step(line: string, signal?: AbortSignal): Promise<void> {
    const before = this.#view;
    const above = this.#path;
    this.#path = undefined;
    try {
      const { output } = await this.#command(line, signal && { signal });
      if (this.#view === before)
        throw new DeviceError({ step: line, text: `it leads to no other view than ${nameOf(before)}`, output });
    } catch (error) {
      if (!this.ended && this.#view === before) this.#path = above;
      throw error;
    }
  }

  async #open(signal?: AbortSignal): Promise<Dialogue> {
    if (this.#dialogue !== undefined) return this.#dialogue;
    this.#path = undefined;
    const terminal = await this.#o.openTerminal(signal);
    const dialogue = new Dialogue(terminal, VRP, {
      withinMs: this.#o.withinMs,
      totalMs: SILENCES * this.#o.withinMs,
      ...(this.#o.quietMs !== undefined && { quietMs: this.#o.quietMs }),
      transcript: ({ sent, received }) => {
        this.#o.transcript(this.mask(sent === undefined ? `< ${received ?? ""}` : `> ${sent}`));
      },
    });
    try {
      await dialogue.login(signal);
    } catch (error) {
      await dialogue[Symbol.asyncDispose]();
      throw this.#cleared(error);
    }
    this.#dialogue = dialogue;
    // Refused to a user of low level; then pages are turned.
    await this.#command("screen-length 0 temporary", signal && { signal }).catch((error: unknown) => {
      if (this.ended) throw error;
    });
    return dialogue;
  }

  async #command(line: string, o: CommandOptions = {}): Promise<Reply> {
    const dialogue = await this.#open(o.signal);
    const questions = CONFIRMED.some((command) => command.test(line)) ? [CONFIRM] : [];
    try {
      return await dialogue.command(line, { ...o, questions });
    } catch (error) {
      // Only a refusal leaves the dialogue at a prompt.
      if (!(error instanceof DeviceError) || !isRefusal(error)) await this.#drop();
      throw this.#cleared(error);
    }
  }

  async #drop(): Promise<void> {
    const dialogue = this.#dialogue;
    this.#dialogue = undefined;
    this.#path = undefined;
    await dialogue?.[Symbol.asyncDispose]();
  }

  /** A device prints what it likes; what an error says of it goes to disk. */
  #cleared(error: unknown): unknown {
    if (!(error instanceof DeviceError)) return error;
    const { step, output, said } = error;
    if (this.mask(output) === output) return error;
    const text = this.mask(error.message.slice(`device: ${step}: `.length));
    const words = { output: this.mask(output), ...(said !== undefined && { said: this.mask(said) }) };
    return new DeviceError({ step, text, ...words }, { cause: error.cause });
  }
}

/** The device said no, and stands at its prompt again. */
export function isRefusal(error: unknown): error is DeviceError {
  return error instanceof DeviceError && error.output.split("\n").some((line) => VRP.refusal.test(line));
}

function isUserView(prompt: string): boolean {
  return prompt.includes("<");
}
