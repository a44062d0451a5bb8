/**
 * An emulator of text only, for tests of the driver: it keeps the lines of a configuration by their views, prints them, and
 * refuses what a VRP refuses. It knows nothing of what the lines mean, and asks before it takes much away.
 */
import { createHash } from "node:crypto";
import type { Terminal } from "../dialogue.ts";
import { parseConfiguration, type ConfigNode } from "./snapshot.ts";

interface Node {
  readonly line: string;
  children: Node[];
}

export interface OracleOptions {
  readonly version?: string;
  readonly twoPhase?: boolean;
  /** What the device answers to a line instead of obeying; undefined lets it pass. */
  readonly refuse?: (line: string) => string | undefined;
  /** Lines that it takes and does nothing about. */
  readonly ignore?: (line: string) => boolean;
  /** Lines after which it is in the view above. */
  readonly wanders?: (line: string) => boolean;
  /** Lines, besides its own choice, about which it asks whether they are meant. */
  readonly asks?: (line: string) => boolean;
  /** Cuts the connection at this line, before or after the device has heard it. */
  readonly cut?: (line: string) => "before" | "after" | undefined;
}

const USG6000 = "VRP (R) software, Version 5.170 (USG6000 V500R005C00SPC100)";

/** Lines that open a view, from system view on and from the view of each. */
const OPENS: readonly RegExp[] = [
  /^(?:interface |l2tp-group |firewall zone |security-policy$|nat-policy$|aaa$|ip pool \S+( bas local)?$|user-manage user |lns-group |(?:nat-)?policy interzone )/,
  /^(?:rule name |service-scheme |domain |policy \d+$)/,
];
/** Views that are there whether or not anything stands in them. */
const ALWAYS = /^(?:firewall zone|security-policy$|nat-policy$|aaa$)/;
/** Settings of which there is one. */
const SINGLE =
  /^(?:ip address|tunnel password|tunnel name|tunnel timer hello|ppp authentication-mode|ppp chap user|ppp chap password|ppp pap local-user|mtu|tcp adjust-mss|remote service-scheme|remote address|section \d+|parent-group|service-type|service-scheme|ip-pool|gateway|allow l2tp|tunnel source)(?= )/;
/** Settings of which there is one, and another is not taken before it is gone. */
const STUBBORN = /^(?:start l2tp|call-lns)(?= )/;
const DEFAULT = /^(?:tunnel timer hello 60|mtu 1500|tunnel authentication)$/;
const ASKS = /^undo (?:l2tp enable|interface Virtual-Template)|^reset firewall session table$/;

export class LineOracle {
  /** Every line heard, passwords in clear. */
  readonly sent: string[] = [];
  readonly tunnels = new Map<number, string>();
  o: OracleOptions;
  logins = 0;
  #running: Node[];
  #draft: Node[] | undefined;

  constructor(configuration: string, o: OracleOptions = {}) {
    this.o = o;
    this.#running = parseConfiguration(configuration).map(copied);
  }

  /** The running configuration as `display current-configuration` prints it. */
  get text(): string {
    return `!Software Version\n#\n${printed(this.#running, 0)}return\n`;
  }

  readonly openTerminal = (): Promise<Terminal> => {
    this.logins++;
    this.#draft = undefined;
    return Promise.resolve(new OracleTerminal(this));
  };

  /** Lines to print; the view changes in place. */
  obey(line: string, path: string[]): readonly string[] | "asks" {
    this.sent.push(line);
    if (line === "commit") return this.#commit();
    const refusal = this.o.refuse?.(line);
    if (refusal !== undefined) return ["         ^", refusal];
    if (line === "display this") return this.#here(path.slice(1));
    if (line.startsWith("display ")) return this.#display(line);
    if (line.startsWith("ping ")) return pinged(line.split(" ").at(-1)!);
    if (path.length === 0) return this.#user(line, path);
    if (line === "quit") return (path.pop(), []);
    if (this.o.ignore?.(line) === true) return [];
    if (ASKS.test(line) || this.o.asks?.(line) === true) return "asks";
    const output = this.configure(line, path);
    if (this.o.wanders?.(line) === true) path.pop();
    return output;
  }

  get drafted(): boolean {
    return this.#draft !== undefined;
  }

  discard(): void {
    this.#draft = undefined;
  }

  configure(line: string, path: string[]): readonly string[] {
    const root = this.o.twoPhase === true ? (this.#draft ??= this.#running.map(copied)) : this.#running;
    const views = path.slice(1);
    let nodes = root;
    for (const at of views) nodes = nodes.find((node) => node.line === at)!.children;
    if (OPENS[views.length]?.test(line) === true) {
      if (!nodes.some((node) => node.line === line)) nodes.push({ line, children: [] });
      path.push(line);
      return [];
    }
    return line.startsWith("undo ") ? undo(line.slice(5), nodes, root) : set(line, nodes, root);
  }

  #commit(): readonly string[] {
    const refusal = this.o.refuse?.("commit");
    if (refusal !== undefined) return [refusal];
    this.#running = this.#draft ?? this.#running;
    this.#draft = undefined;
    return [];
  }

  #user(line: string, path: string[]): readonly string[] | "asks" {
    if (line === "system-view") return (path.push(""), ["Enter system view, return user view with Ctrl+Z."]);
    if (ASKS.test(line)) return "asks";
    const id = /^reset l2tp tunnel local-id (\d+)$/.exec(line)?.[1];
    if (id !== undefined) return this.tunnels.delete(Number(id)) ? [] : ["Error: The tunnel does not exist."];
    return line.startsWith("screen-length ") ? [] : ["Error: Unrecognized command found at '^' position."];
  }

  #here(views: readonly string[]): readonly string[] {
    let nodes = this.#running;
    for (const at of views.slice(0, -1)) nodes = nodes.find((node) => node.line === at)!.children;
    const own = nodes.filter((node) => node.line === views.at(-1));
    return [
      "[V500R005C00SPC100]",
      "#",
      ...printed(own, views.length - 1)
        .trimEnd()
        .split("\n"),
      "#",
      "return",
    ];
  }

  #display(line: string): readonly string[] {
    if (line === "display version") return ["Huawei Versatile Routing Platform Software", this.o.version ?? USG6000];
    if (line === "display current-configuration") return this.text.trimEnd().split("\n");
    if (line === "display l2tp tunnel")
      return [
        " LocalTID RemoteTID RemoteAddress    Port   Sessions RemoteName",
        ...[...this.tunnels].map(([id, address]) => ` ${id}        9         ${address}          1701   1        lns`),
      ];
    return ["Error: Unrecognized command found at '^' position."];
  }
}

/** Everybody answers. */
function pinged(host: string): readonly string[] {
  return [`  --- ${host} ping statistics ---`, "    1 packet(s) transmitted", "    1 packet(s) received"];
}

const ABSENT = ["Error: The configuration does not exist."];

function undo(what: string, nodes: Node[], root: readonly Node[]): readonly string[] {
  if (what === "tunnel authentication") return put(`undo ${what}`, nodes);
  const doomed = nodes.filter(({ line }) => line === what || line.startsWith(`${what} `));
  if (doomed.length === 0) return ABSENT;
  const name = /^(?:interface|ip pool|service-scheme) (\S+)/.exec(what)?.[1];
  if (name !== undefined && isUsed(name, root, doomed)) return ["Error: The object is in use."];
  for (const node of doomed) nodes.splice(nodes.indexOf(node), 1);
  return [];
}

function isUsed(name: string, nodes: readonly Node[], but: readonly Node[]): boolean {
  return nodes.some(
    (node) =>
      !but.includes(node) &&
      ((node.line.endsWith(` ${name}`) && !/^(?:interface|ip pool|service-scheme [^ ]+$)/.test(node.line)) ||
        isUsed(name, node.children, but)),
  );
}

function set(line: string, nodes: Node[], root: readonly Node[]): readonly string[] {
  if (line === "tunnel authentication") return (remove(nodes, `undo ${line}`), []);
  if (line === "shutdown") remove(nodes, "undo shutdown");
  if (line.startsWith("add interface ") && isUsedInZone(line, nodes, root))
    return ["Error: The interface has been added to another zone."];
  const stubborn = STUBBORN.exec(line)?.[0];
  if (stubborn !== undefined && nodes.some((node) => node.line.startsWith(stubborn) && node.line !== line))
    return [`Error: The ${stubborn} exists already.`];
  const single = (SINGLE.exec(line) ?? /^local-user \S+ (?:password|service-type)(?= )/.exec(line))?.[0];
  const second = line.endsWith(" sub");
  if (single !== undefined && !second)
    for (const node of nodes.filter((n) => n.line.startsWith(`${single} `) && !n.line.endsWith(" sub")))
      nodes.splice(nodes.indexOf(node), 1);
  return DEFAULT.test(line) ? [] : put(enciphered(line), nodes);
}

function isUsedInZone(line: string, here: readonly Node[], root: readonly Node[]): boolean {
  return root.some(({ children }) => children !== here && children.some((node) => node.line === line));
}

function put(line: string, nodes: Node[]): readonly string[] {
  if (!nodes.some((node) => node.line === line)) nodes.push({ line, children: [] });
  return [];
}

function remove(nodes: Node[], line: string): void {
  const at = nodes.findIndex((node) => node.line === line);
  if (at >= 0) nodes.splice(at, 1);
}

/** No password is printed as it was typed. */
function enciphered(line: string): string {
  return line.replace(/\b(password cipher|password) (\S+)$/, (_, word: string, secret: string) => {
    return `${word} %^%#${createHash("sha256").update(secret).digest("base64").slice(0, 20)}%^%#`;
  });
}

/** Sorted, as a device prints in an order of its own; but rules stand as they came. */
function printed(nodes: readonly Node[], depth: number): string {
  const outer = depth === 0 ? nodes.toSorted((a, b) => (a.line < b.line ? -1 : 1)) : nodes;
  return outer
    .filter(({ line, children }) => !line.startsWith("user-manage ") && (children.length > 0 || !ALWAYS.test(line)))
    .map(({ line, children }) => {
      const inside = /^rule |^policy /.test(children[0]?.line ?? "") ? children : children.toSorted(byLine);
      const blanks = depth === 0 && !OPENS[0]!.test(line) ? 1 : depth;
      return `${" ".repeat(blanks)}${line}\n${printed(inside, depth + 1)}${depth === 0 ? "#\n" : ""}`;
    })
    .join("");
}

function byLine(a: Node, b: Node): number {
  return a.line < b.line ? -1 : 1;
}

function copied({ line, children }: ConfigNode): Node {
  return { line, children: children.map(copied) };
}

class OracleTerminal implements Terminal {
  readonly #oracle: LineOracle;
  #data: (octets: Uint8Array) => void = () => undefined;
  #end: (why: string) => void = () => undefined;
  #typed = "";
  #over = false;
  /** Empty in user view; then an empty line for system view, and the lines that opened views. */
  readonly #path: string[] = [];
  #asked: ((yes: boolean) => readonly string[]) | undefined;

  constructor(oracle: LineOracle) {
    this.#oracle = oracle;
  }

  onData(handler: (octets: Uint8Array) => void): void {
    this.#data = handler;
    queueMicrotask(() => this.#print([]));
  }

  onEnd(handler: (why: string) => void): void {
    this.#end = handler;
  }

  write(text: string): void {
    this.#typed += text;
    const lines = this.#typed.split("\n");
    this.#typed = lines.pop() ?? "";
    for (const line of lines) queueMicrotask(() => this.#take(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    return Promise.resolve();
  }

  #take(line: string): void {
    if (this.#over) return;
    const cut = this.#oracle.o.cut?.(line);
    if (cut === "before") return this.#cut();
    this.#data(Buffer.from(`${line}\r\n`));
    const output = this.#asked === undefined ? this.#obey(line) : this.#answer(line);
    if (cut === "after") return this.#cut();
    if (output !== undefined) this.#print(output);
  }

  #obey(line: string): readonly string[] | undefined {
    if (line === "return" && this.#path.length > 0) return this.#leave();
    const output = this.#oracle.obey(line, this.#path);
    if (output !== "asks") return output;
    return this.#ask("Warning: This clears much. Continue? [Y/N]:", (yes) =>
      yes && this.#path.length > 0 ? this.#oracle.configure(line, this.#path) : [],
    );
  }

  #leave(): readonly string[] | undefined {
    this.#oracle.sent.push("return");
    if (!this.#oracle.drafted) return ((this.#path.length = 0), []);
    const warning =
      "Warning: Uncommitted configurations found. Are you sure to commit them before exiting? [Y(yes)/N(no)/C(cancel)]:";
    return this.#ask(warning, (yes) => {
      if (yes) this.#oracle.obey("commit", this.#path);
      this.#oracle.discard();
      this.#path.length = 0;
      return [];
    });
  }

  #ask(question: string, then: (yes: boolean) => readonly string[]): undefined {
    this.#asked = then;
    this.#data(Buffer.from(question));
  }

  #answer(line: string): readonly string[] {
    const then = this.#asked!;
    this.#asked = undefined;
    return then(line.toLowerCase() === "y");
  }

  #print(output: readonly string[]): void {
    if (this.#over) return;
    const view = this.#path
      .slice(1)
      .map((line) => `-${line.replace(/\s+/g, "-")}`)
      .join("");
    const mark = this.#oracle.o.twoPhase === true ? (this.#oracle.drafted ? "*" : "~") : "";
    const prompt = this.#path.length === 0 ? "<FW>" : `[${mark}FW${view}]`;
    this.#data(Buffer.from([...output, prompt].join("\r\n")));
  }

  #cut(): void {
    this.#over = true;
    this.#oracle.discard();
    this.#end("cut");
  }
}
