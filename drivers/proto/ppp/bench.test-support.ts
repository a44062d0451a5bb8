import { NO_OCTETS, ofU8 } from "#wire/octets";
import { dissect } from "#wire/packet";
import { chapOf, encodeChap, type ChapPacket } from "#wire/ppp/chap";
import type { ControlTweak } from "#wire/ppp/control";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { encodeIpcp, ipcpOf, type IpcpPacket } from "#wire/ppp/ipcp";
import { encodeLcp, lcpOf, type LcpOption, type LcpPacket } from "#wire/ppp/lcp";
import { encodePap, papOf, type PapPacket } from "#wire/ppp/pap";
import type { RandomOctets } from "#proto/endpoint";
import type { State } from "./negotiation.ts";
import { PppEndpoint, type PppEvent, type PppOptions } from "./endpoint.ts";

/** Octets that look random and repeat from their seed (xorshift32). */
export function seeded(seed: number): RandomOctets {
  let x = seed || 1;
  const next = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x & 0xff;
  };
  return (n) => ofU8(...Array.from({ length: n }, next));
}

export const lcp = (packet: LcpPacket, tweak?: ControlTweak): Uint8Array =>
  encodePpp(PPP.LCP, encodeLcp(packet, tweak));
export const pap = (packet: PapPacket, tweak?: ControlTweak): Uint8Array =>
  encodePpp(PPP.PAP, encodePap(packet, tweak));
export const chap = (packet: ChapPacket, tweak?: ControlTweak): Uint8Array =>
  encodePpp(PPP.CHAP, encodeChap(packet, tweak));
export const ipcp = (packet: IpcpPacket, tweak?: ControlTweak): Uint8Array =>
  encodePpp(PPP.IPCP, encodeIpcp(packet, tweak));

/** What a frame says: `{ on: "LCP", code: "Configure-Request", id: 1, options: [...] }`. */
export type Said =
  | ({ readonly on: "LCP" } & LcpPacket)
  | ({ readonly on: "PAP" } & PapPacket)
  | ({ readonly on: "CHAP" } & ChapPacket)
  | ({ readonly on: "IPCP" } & IpcpPacket)
  | { readonly on: number; readonly payload: Uint8Array };

export function said(frame: Uint8Array): Said {
  const { ppp } = dissect(frame, "ppp");
  if (ppp?.lcp) return { on: "LCP", ...lcpOf(ppp.lcp, frame) };
  if (ppp?.pap) return { on: "PAP", ...papOf(ppp.pap, frame) };
  if (ppp?.chap) return { on: "CHAP", ...chapOf(ppp.chap, frame) };
  if (ppp?.ipcp) return { on: "IPCP", ...ipcpOf(ppp.ipcp, frame) };
  return { on: ppp?.frame.protocol ?? 0, payload: frame.slice(ppp?.frame.payloadAt ?? 0) };
}

/** `LCP Configure-Request 1`. */
export function brief(frame: Uint8Array): string {
  const what = said(frame);
  return "payload" in what ? `0x${what.on.toString(16).padStart(4, "0")}` : `${what.on} ${what.code} ${what.id}`;
}

const notable = (event: PppEvent): boolean => !["frame", "discarded", "log"].includes(event.type);

/** One endpoint, and the test in the place of its peer. */
export class Bench {
  readonly ppp: PppEndpoint;
  readonly all: PppEvent[] = [];
  readonly #history: Said[] = [];
  now = 0;

  constructor(options: Partial<PppOptions> = {}) {
    this.ppp = new PppEndpoint({ role: "server", random: seeded(7), ...options });
  }

  /** Events but for those of every frame. */
  get events(): readonly PppEvent[] {
    this.#drainEvents();
    return this.all.filter(notable);
  }

  start(): Uint8Array[] {
    this.ppp.start(this.now);
    return this.sent();
  }

  /** Hands in frames at once, and returns what comes back before time passes. */
  give(...frames: readonly Uint8Array[]): Said[] {
    return this.giveRaw(...frames).map(said);
  }

  giveRaw(...frames: readonly Uint8Array[]): Uint8Array[] {
    return frames.flatMap((frame) => {
      this.ppp.receive(frame, this.now);
      return this.sent();
    });
  }

  /** Lets time pass, timer by timer. */
  pass(ms: number): Uint8Array[] {
    const end = this.now + ms;
    const frames: Uint8Array[] = [];
    for (let at = this.ppp.nextTimerAt(); at !== undefined && at <= end; at = this.ppp.nextTimerAt()) {
      this.now = Math.max(at, this.now);
      this.ppp.handleTimer(this.now);
      frames.push(...this.sent());
    }
    this.now = end;
    return frames;
  }

  sent(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let frame = this.ppp.pollTransmit(this.now); frame; frame = this.ppp.pollTransmit(this.now))
      frames.push(frame);
    this.#history.push(...frames.map(said));
    this.#drainEvents();
    return frames;
  }

  /** The endpoint's last Configure-Request. */
  request(): Extract<LcpPacket, { readonly options: unknown }> {
    const last = this.#history.findLast((what) => what.on === "LCP" && what.code === "Configure-Request");
    if (last?.on !== "LCP" || !("options" in last)) throw new Error("no Configure-Request yet");
    const { id, options } = last;
    return { code: "Configure-Request", id, options };
  }

  /** Acknowledges that request. */
  ackRequest(): Said[] {
    return this.give(lcp({ ...this.request(), code: "Configure-Ack" }));
  }

  /** Takes LCP to a state by packets alone, and leaves the Restart timer freshly started where it runs. */
  reach(state: State, options: readonly LcpOption[] = []): this {
    if (state === "Initial") return this;
    this.start();
    if (state === "Starting") this.ppp.lowerDown(this.now);
    if (["Starting", "Req-Sent"].includes(state)) return this;
    if (state !== "Ack-Sent") this.ackRequest();
    if (state === "Ack-Rcvd") return this;
    this.give(lcp({ code: "Configure-Request", id: 200, options }));
    if (state === "Ack-Sent" || state === "Opened") return this;
    if (state === "Stopping" || state === "Stopped")
      this.give(lcp({ code: "Terminate-Request", id: 201, data: NO_OCTETS }));
    if (state === "Stopped") this.pass(3000);
    if (state === "Closing" || state === "Closed") this.ppp.stop(this.now);
    this.sent();
    if (state === "Closed") this.give(lcp({ code: "Terminate-Ack", id: 2, data: NO_OCTETS }));
    return this;
  }

  #drainEvents(): void {
    for (let event = this.ppp.pollEvent(); event; event = this.ppp.pollEvent()) this.all.push(event);
  }
}

export type EndName = "client" | "server";
/** What arrives in place of a frame: nothing, itself, several. `nth` counts the frames of that end from 1. */
export type Tamper = (from: EndName, frame: Uint8Array, nth: number) => readonly Uint8Array[];

/** Two endpoints and 10 ms of line between them, in virtual time. */
export class Line {
  readonly ends: Readonly<Record<EndName, PppEndpoint>>;
  readonly events: Record<EndName, PppEvent[]> = { client: [], server: [] };
  /** Every frame sent, as `client LCP Configure-Request 1`. */
  readonly trace: string[] = [];
  readonly frames: { readonly from: EndName; readonly frame: Uint8Array; readonly at: number }[] = [];
  now = 0;
  tamper: Tamper = (_, frame) => [frame];
  readonly #flying: { readonly to: EndName; readonly frame: Uint8Array; readonly at: number }[] = [];
  readonly #count: Record<EndName, number> = { client: 0, server: 0 };

  constructor(client: Partial<PppOptions> = {}, server: Partial<PppOptions> = {}) {
    this.ends = {
      client: new PppEndpoint({ role: "client", random: seeded(11), ...client }),
      server: new PppEndpoint({ role: "server", random: seeded(23), ...server }),
    };
  }

  get client(): PppEndpoint {
    return this.ends.client;
  }

  get server(): PppEndpoint {
    return this.ends.server;
  }

  start(): this {
    this.client.start(this.now);
    this.server.start(this.now);
    return this;
  }

  /** Runs until `done`, or for `ms`; tells whether it got done. */
  run(ms: number, done: () => boolean = () => false): boolean {
    const end = this.now + ms;
    for (;;) {
      this.#collect();
      if (done()) return true;
      const times = [this.#flying[0]?.at, this.client.nextTimerAt(), this.server.nextTimerAt()];
      const next = Math.min(...times.filter((time) => time !== undefined));
      if (next > end) break;
      this.now = Math.max(this.now, next);
      this.client.handleTimer(this.now);
      this.server.handleTimer(this.now);
      while (this.#flying[0] && this.#flying[0].at <= this.now) {
        const { to, frame } = this.#flying.shift()!;
        this.ends[to].receive(frame, this.now);
        this.#collect();
      }
    }
    this.now = end;
    return false;
  }

  /** The last event of a type at one end. */
  last<T extends PppEvent["type"]>(end: EndName, type: T): Extract<PppEvent, { type: T }> | undefined {
    return this.events[end].findLast((event): event is Extract<PppEvent, { type: T }> => event.type === type);
  }

  bothUp = (): boolean => this.client.states.ipcp === "Opened" && this.server.states.ipcp === "Opened";

  #collect(): void {
    for (const from of ["client", "server"] as const) {
      const end = this.ends[from];
      for (let frame = end.pollTransmit(this.now); frame; frame = end.pollTransmit(this.now)) {
        this.trace.push(`${from} ${brief(frame)}`);
        this.frames.push({ from, frame, at: this.now });
        const to = from === "client" ? "server" : "client";
        for (const arrived of this.tamper(from, frame, ++this.#count[from]))
          this.#flying.push({ to, frame: arrived, at: this.now + 10 });
      }
      for (let event = end.pollEvent(); event; event = end.pollEvent())
        if (notable(event)) this.events[from].push(event);
    }
  }
}
