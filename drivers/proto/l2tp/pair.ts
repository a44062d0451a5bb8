/** Two ends joined by arrays, in virtual time: what the unit tests of this folder run on. */
import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, type L2tpView, viewL2tp } from "#wire/l2tp/message";
import type { RandomOctets } from "../endpoint.ts";
import { type Datagram, L2tpEndpoint, type L2tpEvent, type L2tpOptions } from "./endpoint.ts";

export type Role = "lac" | "lns";

export const LAC: SocketAddress = { address: "10.0.0.1", port: 40_000 };
export const LNS: SocketAddress = { address: "10.0.0.2", port: 1701 };

/** One datagram as the network sees it. */
export interface Passing {
  readonly from: Role;
  readonly view: L2tpView;
  /** `SCCRQ`, `ZLB`, `data`, ... */
  readonly name: string;
  /** How many of that name this end has sent, this one included, repeats counted. */
  readonly nth: number;
}

export type Fate = "pass" | "drop" | "twice" | { readonly delayMs: number };

/** The same octets every time, for the same seed. */
export function seeded(seed: number): RandomOctets {
  let state = seed >>> 0 || 1;
  const octet = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  return (n) => Uint8Array.from({ length: n }, octet);
}

const DELAY_MS = 1;

export class Pair {
  now = 0;
  readonly lac: L2tpEndpoint;
  readonly lns: L2tpEndpoint;
  readonly events: Readonly<Record<Role, L2tpEvent[]>> = { lac: [], lns: [] };
  /** One line a datagram sent: `lac SCCRQ Ns 0 Nr 0`, `lns data`. */
  readonly sent: string[] = [];
  readonly passings: Passing[] = [];
  #network: { readonly at: number; readonly to: Role; readonly octets: Uint8Array }[] = [];
  readonly #fate: (p: Passing) => Fate;
  readonly #tap: (octets: Uint8Array) => void;

  constructor(
    o: {
      readonly lac?: Partial<L2tpOptions>;
      readonly lns?: Partial<L2tpOptions>;
      readonly fate?: (p: Passing) => Fate;
      readonly tap?: (octets: Uint8Array) => void;
      readonly seed?: number;
    } = {},
  ) {
    const seed = o.seed ?? 1;
    this.lac = new L2tpEndpoint({ role: "lac", hostName: "lac.test", random: seeded(seed), ...o.lac });
    this.lns = new L2tpEndpoint({ role: "lns", hostName: "lns.test", random: seeded(seed + 1), ...o.lns });
    this.#fate = o.fate ?? (() => "pass");
    this.#tap = o.tap ?? (() => undefined);
  }

  end(role: Role): L2tpEndpoint {
    return role === "lac" ? this.lac : this.lns;
  }

  /** Hands over what is on its way and lets no timer fire but those that are due. */
  settle(): this {
    this.#drain();
    for (let next = this.#network[0]; next && next.at <= this.now + 5 * DELAY_MS; next = this.#network[0]) this.#hand();
    return this;
  }

  /** Lets `ms` pass, timers and all. */
  run(ms: number): this {
    const until = this.now + ms;
    this.#drain();
    for (;;) {
      const datagram = this.#network[0]?.at ?? Infinity;
      const timer = Math.min(this.lac.nextTimerAt() ?? Infinity, this.lns.nextTimerAt() ?? Infinity);
      if (Math.min(datagram, timer) > until) break;
      if (datagram <= timer) this.#hand();
      else {
        this.now = Math.max(this.now, timer);
        this.lac.handleTimer(this.now);
        this.lns.handleTimer(this.now);
        this.#drain();
      }
    }
    this.now = until;
    return this;
  }

  /** Lets time pass until `done` holds; throws after two minutes. */
  until(done: () => boolean): this {
    const limit = this.now + 120_000;
    while (!done()) {
      if (this.now >= limit) throw new Error(`not within two minutes:\n${this.sent.join("\n")}`);
      this.run(100);
    }
    return this;
  }

  /** What an end said, ZLBs and data left out, with result and error: `SCCRP`, `StopCCN 2/8`, `CDN 4`. */
  said(role: Role): string[] {
    return this.passings
      .filter((p) => p.from === role && p.view.kind === "control")
      .map(({ name, view }) => {
        const code = avpIn(view, "resultCode");
        if (code === undefined) return name;
        return `${name} ${code.result}${code.error === undefined ? "" : `/${code.error}`}`;
      });
  }

  /** The last message of that name that an end sent. */
  last(role: Role, name: string): L2tpView {
    const found = this.passings.findLast((p) => p.from === role && p.name === name);
    if (found === undefined) throw new Error(`${role} sent no ${name}:\n${this.sent.join("\n")}`);
    return found.view;
  }

  /** Forgets what was sent and what happened so far. */
  clear(): this {
    this.sent.length = 0;
    this.passings.length = 0;
    this.events.lac.length = 0;
    this.events.lns.length = 0;
    return this;
  }

  /** What happened, without the messages: `lac tunnel-up`, in the order of each end. */
  happened(role: Role): string[] {
    return this.events[role].filter((e) => e.type !== "message").map((e) => e.type);
  }

  /** Opens a tunnel and places a call; our ids of both at the LAC. */
  connect(): { tunnel: number; session: number } {
    const tunnel = this.lac.open(LNS, this.now);
    const session = this.lac.call(tunnel, this.now);
    this.settle();
    return { tunnel, session };
  }

  /** A datagram from outside the pair. */
  inject(to: Role, octets: Uint8Array, remote: SocketAddress = to === "lac" ? LNS : LAC): this {
    this.end(to).receive({ octets, remote }, this.now);
    return this;
  }

  #hand(): void {
    const next = this.#network.shift();
    if (next === undefined) return;
    this.now = Math.max(this.now, next.at);
    this.end(next.to).receive({ octets: next.octets, remote: next.to === "lac" ? LNS : LAC }, this.now);
    this.#drain();
  }

  #drain(): void {
    for (const role of ["lac", "lns"] as const) {
      const end = this.end(role);
      for (let d = end.pollTransmit(this.now); d; d = end.pollTransmit(this.now)) this.#pass(role, d);
      for (let e = end.pollEvent(); e; e = end.pollEvent()) this.events[role].push(e);
    }
  }

  #pass(from: Role, { octets }: Datagram): void {
    this.#tap(octets);
    const view = viewL2tp(octets);
    const name = view.type ?? (view.kind === "zlb" ? "ZLB" : view.kind);
    const nth = this.passings.filter((p) => p.from === from && p.name === name).length + 1;
    const passing = { from, view, name, nth };
    this.passings.push(passing);
    const { ns, nr } = view.header;
    this.sent.push(`${from} ${name}${ns === undefined ? "" : ` Ns ${ns} Nr ${nr}`}`);
    const fate = this.#fate(passing);
    if (fate === "drop") return;
    const at = this.now + (typeof fate === "object" ? fate.delayMs : DELAY_MS);
    const to = from === "lac" ? "lns" : "lac";
    for (let i = 0; i < (fate === "twice" ? 2 : 1); i++) this.#network.push({ at, to, octets });
    this.#network.sort((a, b) => a.at - b.at);
  }
}
