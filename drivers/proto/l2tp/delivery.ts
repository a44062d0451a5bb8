import { CongestionWindow } from "./congestion.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { advance, serialDiff } from "./sequence.ts";

export { DELIVERY_DEFAULTS, type DeliveryOptions } from "./delivery-options.ts";

/** A control message as it came in; without `message` it is a ZLB. */
export interface Arrival<In> {
  readonly ns: number;
  readonly nr: number;
  readonly message: In | undefined;
}

/** A control message to be sent now; without `message` it is a ZLB. */
export interface Departure<Out> {
  readonly ns: number;
  readonly nr: number;
  readonly message: Out | undefined;
}

interface Pending<Out> {
  readonly ns: number;
  readonly message: Out;
  /** Transmissions so far, the first one included. */
  tries: number;
  sentAt: number;
  /** When it is to be sent again; undefined before its first transmission and while it waits for the window. */
  dueAt: number | undefined;
  /** Its first transmission does not ask the window. */
  lifted: boolean;
}

/** Numbers of which `resend` still knows the message. */
const HISTORY = 256;

/**
 * The reliable channel of one control connection (RFC 2661 §5.8): numbers, windows, acknowledgement, retransmission. It
 * lies below the state tables: what it hands up comes in order and once. It knows nothing of octets; `Out` and `In` are
 * whatever its owner makes of messages.
 *
 * - `open`: at work. `lingering`: shut down, still delivering what was sent and acknowledging what comes. `gave-up`: a
 *   message was never acknowledged. `done`: lingered long enough. The last two send nothing any more.
 */
export class Delivery<Out, In> {
  readonly options: DeliveryOptions;
  #state: "open" | "lingering" | "gave-up" | "done" = "open";

  /** Unacknowledged messages in order of Ns: first those on their way, then those never sent. */
  #queue: Pending<Out>[] = [];
  readonly #sent = new Map<number, Out>();
  /** Numbers that `resend` asked for, once each. */
  #again: number[] = [];
  #nextNs: number;
  readonly #window: CongestionWindow;
  #peerWindow: number;
  /** When the window last shrank; the loss of anything sent before is part of the same congestion. */
  #congestedAt = -Infinity;

  #nr: number;
  readonly #early = new Map<number, In>();
  /** When an acknowledgement is owed at the latest. */
  #ackAt: number | undefined;
  /** While acknowledgements are muted: the Nr that is sent instead of the true one. */
  #mutedNr: number | undefined;
  #lastExchangeAt = 0;

  constructor(options: DeliveryOptions) {
    this.options = options;
    this.#nextNs = options.initialNs;
    this.#nr = options.initialNr;
    this.#peerWindow = options.peerWindow;
    this.#window = new CongestionWindow(options.peerWindow, options.congestionControl);
  }

  get state(): "open" | "lingering" | "gave-up" | "done" {
    return this.#state;
  }

  /** The Ns that the next new message gets. */
  get ns(): number {
    return this.#nextNs;
  }

  /** The Ns expected next from the peer, which is what Nr says unless acknowledgements are muted. */
  get nr(): number {
    return this.#nr;
  }

  /** Messages that the peer has not acknowledged, those included that wait for the window. */
  get unacknowledged(): number {
    return this.#queue.length;
  }

  /** Whether the peer has acknowledged our message with that Ns. */
  acknowledged(ns: number): boolean {
    return serialDiff(ns, this.#queue[0]?.ns ?? this.#nextNs) < 0;
  }

  /** The peer's Receive Window Size AVP, or 4 where it sent none (§4.4.3). */
  setPeerWindow(messages: number): void {
    this.#peerWindow = messages;
    this.#window.setPeerWindow(messages);
  }

  /**
   * While muted no ZLB goes out and the Nr of every message stays what it was, as if nothing had come; what came is handed
   * up all the same. Unmuting lets an acknowledgement that is owed go.
   */
  muteAcks(muted: boolean): void {
    if (muted) this.#mutedNr ??= this.#nr;
    else this.#mutedNr = undefined;
  }

  /** Queues a message and returns its Ns. `burst` sends it, and what waits before it, past any window. */
  send(message: Out, o: { readonly burst?: boolean } = {}): number {
    const ns = this.#nextNs;
    this.#nextNs = advance(ns);
    this.#queue.push({ ns, message, tries: 0, sentAt: -Infinity, dueAt: undefined, lifted: false });
    if (o.burst) for (const p of this.#queue) p.lifted = true;
    return ns;
  }

  /** Sends a message again out of turn, acknowledged or not; its timer is not touched. False when it is not known. */
  resend(ns: number): boolean {
    if (!this.#sent.has(ns)) return false;
    this.#again.push(ns);
    return true;
  }

  /** Takes back what was queued but never sent; the numbers are given anew. */
  dropUnsent(): void {
    const firstUnsent = this.#queue.findIndex((p) => p.tries === 0);
    if (firstUnsent < 0) return;
    this.#nextNs = this.#sendNext();
    this.#queue.length = firstUnsent;
  }

  /**
   * The tunnel is being shut down: keep delivering and acknowledging for a full retransmission cycle after the last
   * exchange (§5.7, §5.8). With `drop` the peer no longer listens (it sent StopCCN) and nothing of ours is sent any more.
   */
  linger(now: number, o: { readonly drop?: boolean } = {}): void {
    if (o.drop) {
      this.dropUnsent();
      this.#queue = [];
    }
    if (this.#state === "open") this.#state = "lingering";
    this.#lastExchangeAt = now;
  }

  /** Takes in one control message and returns those that are now due to the layer above, in order. */
  receive(arrival: Arrival<In>, now: number): readonly In[] {
    if (this.#state === "gave-up" || this.#state === "done") return [];
    this.#lastExchangeAt = now;
    // §5.8: an Nr counts on whatever message it comes, duplicates and early ones too.
    this.#acknowledge(arrival.nr);
    // §5.8: the Ns of a ZLB takes no slot and moves nothing; a ZLB in return would never end.
    if (arrival.message === undefined) return [];
    const ahead = serialDiff(arrival.ns, this.#nr);
    if (ahead > 0) {
      if (this.options.queueOutOfOrder && ahead < this.options.receiveWindow) {
        this.#early.set(arrival.ns, arrival.message);
      }
      return [];
    }
    // §5.8: a duplicate is acknowledged too, since it tells that the acknowledgement was lost.
    this.#ackAt ??= now + this.options.ackDelayMs;
    if (ahead < 0) return [];
    const due = [arrival.message];
    this.#nr = advance(this.#nr);
    for (let next = this.#early.get(this.#nr); next !== undefined; next = this.#early.get(this.#nr)) {
      this.#early.delete(this.#nr);
      due.push(next);
      this.#nr = advance(this.#nr);
    }
    return due;
  }

  handleTimer(now: number): void {
    if (this.#state === "gave-up" || this.#state === "done") return;
    for (const p of this.#queue) {
      if (p.dueAt === undefined || p.dueAt > now) continue;
      p.dueAt = undefined;
      // §5.8: no response after several retransmissions; the tunnel is cleared.
      if (p.tries > this.options.maxTries) {
        this.#end("gave-up");
        return;
      }
    }
    const lingerUntil = this.#lingerUntil();
    if (lingerUntil !== undefined && lingerUntil <= now) this.#end("done");
  }

  nextTimerAt(): number | undefined {
    if (this.#state === "gave-up" || this.#state === "done") return undefined;
    const ackAt = this.#mutedNr === undefined ? this.#ackAt : undefined;
    let next = Math.min(ackAt ?? Infinity, this.#lingerUntil() ?? Infinity);
    for (const p of this.#queue) next = Math.min(next, p.dueAt ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  /** What is to be sent now, one message a call, or undefined. Nr is always the current one, on a repeat too (§5.8). */
  poll(now: number): Departure<Out> | undefined {
    if (this.#state === "gave-up" || this.#state === "done") return undefined;
    const again = this.#again.shift();
    if (again !== undefined) return this.#depart(again, this.#sent.get(again));
    const ready = this.#queue.find((p, i) => p.dueAt === undefined && this.#mayGo(p, i));
    if (ready) return this.#transmit(ready, now);
    if (this.#ackAt !== undefined && this.#ackAt <= now && this.#mutedNr === undefined) {
      // §5.8, Appendix B: a ZLB shows the number that the next real message will have.
      return this.#depart(this.#sendNext(), undefined);
    }
    return undefined;
  }

  /** The invariants that do not hold, in words; none, unless this class is wrong. Tests ask after every call. */
  broken(): readonly string[] {
    const over = this.#state === "gave-up" || this.#state === "done";
    const onTheirWay = this.#queue.filter((p) => p.tries > 0);
    const asked = onTheirWay.filter((p) => !p.lifted).length;
    const first = advance(this.#nextNs, -this.#queue.length);
    const held: readonly [string, boolean][] = [
      ["queued numbers are consecutive up to the next Ns", this.#queue.every((p, i) => p.ns === advance(first, i))],
      ["what was sent stands before what was not", this.#queue.every((p, i) => p.tries > 0 === i < onTheirWay.length)],
      ["what was not sent has no timer", this.#queue.every((p) => p.tries > 0 || p.dueAt === undefined)],
      ["no message is sent too often", this.#queue.every((p) => p.tries <= this.options.maxTries + 1)],
      ["the peer's window is kept", asked <= Math.max(1, this.#peerWindow)],
      ["the window never exceeds the peer's", this.#window.size <= Math.max(1, this.#peerWindow)],
      [
        "early messages lie inside the receive window, past the gap",
        [...this.#early.keys()].every((ns) => this.#isEarly(ns)),
      ],
      ["once over, nothing waits", !over || (this.#queue.length === 0 && this.nextTimerAt() === undefined)],
    ];
    return held.filter(([, holds]) => !holds).map(([what]) => what);
  }

  #isEarly(ns: number): boolean {
    const ahead = serialDiff(ns, this.#nr);
    return ahead > 0 && ahead < this.options.receiveWindow;
  }

  #mayGo(p: Pending<Out>, index: number): boolean {
    return index < this.#window.size || (p.tries === 0 && p.lifted);
  }

  #transmit(p: Pending<Out>, now: number): Departure<Out> {
    if (p.tries > 0 && p.sentAt >= this.#congestedAt) {
      this.#window.onRetransmission();
      this.#congestedAt = now;
    }
    // §5.8: 1 s, 2 s, 4 s and so on, up to the cap.
    const { retransmitMs, backoffCapMs } = this.options;
    p.dueAt = now + Math.min(retransmitMs * 2 ** p.tries, Math.max(backoffCapMs, retransmitMs));
    p.tries++;
    p.sentAt = now;
    if (p.tries === 1) this.#remember(p);
    return this.#depart(p.ns, p.message);
  }

  #depart(ns: number, message: Out | undefined): Departure<Out> {
    if (this.#mutedNr === undefined) this.#ackAt = undefined;
    return { ns, nr: this.#mutedNr ?? this.#nr, message };
  }

  #remember(p: Pending<Out>): void {
    this.#sent.set(p.ns, p.message);
    if (this.#sent.size > HISTORY) this.#sent.delete(this.#sent.keys().next().value as number);
  }

  /** Flushes what `nr` acknowledges. An Nr past anything ever sent acknowledges nothing. */
  #acknowledge(nr: number): void {
    if (serialDiff(nr, this.#sendNext()) > 0) return;
    const before = this.#queue.length;
    this.#queue = this.#queue.filter((p) => p.tries === 0 || serialDiff(p.ns, nr) >= 0);
    if (this.#queue.length < before) this.#window.onAck();
  }

  /** The number of the first message never sent. */
  #sendNext(): number {
    return this.#queue.find((p) => p.tries === 0)?.ns ?? this.#nextNs;
  }

  #lingerUntil(): number | undefined {
    if (this.#state !== "lingering" || this.#queue.length > 0) return undefined;
    return this.#lastExchangeAt + this.options.lingerMs;
  }

  #end(state: "gave-up" | "done"): void {
    this.#state = state;
    this.#queue = [];
    this.#again = [];
    this.#early.clear();
  }
}
