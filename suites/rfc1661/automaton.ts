/**
 * The states of RFC 1661 §4 as a bench reaches them over the wire, and what tells one from another. LCP is spoken by hand:
 * what the device gets is what a case says, and nothing else. All waits are parts of the device's own Restart time, which
 * each call measures: "at once" is less than half of it.
 */
import type { conformance } from "#conformance";
import type { ClauseId } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  anyOf,
  authentication,
  control,
  echoed,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  redial,
  type FieldSpec,
  type Match,
} from "#expect/matchers";
import { control as controlPacket, lcp as lcpPacket, PPP, type LcpOption } from "#peer/script";

type Context = Parameters<Parameters<typeof conformance>[1]>[0];
type Call = Awaited<ReturnType<Awaited<ReturnType<Context["bench"]["open"]>>["call"]>>;
type Caught = Awaited<ReturnType<Context["climb"]>>;

/** Identifier of the packet that a cell is about, of further requests of the bench, and of the echo that tells Opened. */
export const EVENT_ID = 0x5c;
const REQUEST_ID = 0x71;
const ECHO_ID = 0x33;
const UNKNOWN_OPTION: LcpOption = { type: 200, octets: Uint8Array.of(0xde, 0xad) };
/** The longest wait for a request that nobody answered, whatever the device's Restart time is. */
export const REPEAT_WITHIN_MS = 20_000;
/** What two waits of a timer of whole seconds may differ by. */
export const TICK_MS = 1_000;
const AUTH_OPTION = 3;
/** More Configure-Requests than a device is configured to send. */
const MOST_REQUESTS = 40;
/** Authentication and NCPs repeat what nobody answers at their own pace; the RFC's default is the same for all. */
const UPPER_REPEATS_MS = 3_000;
/** In this time an operator's command has come to the device and taken effect, whatever its command line takes. */
export const COMMANDED_MS = 30_000;

interface Behind {
  /** Part of the stimulus before. */
  readonly behind?: boolean;
}

/** LCP on one call, the bench's side of it by hand. */
export class Automaton {
  readonly context: Context;
  readonly call: Call;
  /** The shortest wait between two requests of the device that nobody answered. */
  restartMs = 0;
  /** The device's latest request. */
  asked!: Caught;
  /** The device's Terminate-Request, where one is outstanding. */
  terminating: Caught | undefined;
  #requests = 0;
  /** Its first request, and when the bench had it: by these the age of any packet is known. */
  #first!: { readonly caught: Caught; readonly atMs: number };

  constructor(context: Context, call: Call) {
    this.context = context;
    this.call = call;
  }

  /** A packet of the device in this session. */
  of(code: string, fields: FieldSpec = {}): Match {
    return lcp(code, { "l2tp.sessionId": this.call.id, ...fields });
  }

  /** The device's Configure-Request, new or repeated. */
  get request(): Match {
    return this.of("Configure-Request");
  }

  /** The end of the call: of the session, or with the whole tunnel. */
  get gone(): Match {
    return anyOf(control("CDN"), control("StopCCN"));
  }

  /** What a device sends only once LCP is Opened (RFC 1661 §3.2). An echo is not among it: its silence is a SHOULD. */
  get upper(): Match {
    return anyOf(authentication, ipcp("Configure-Request"), otherNcps);
  }

  /** Any reply of LCP, but for the device's own requests and those named. */
  replies(...but: readonly string[]): Match {
    const codes = ["Configure-Ack", "Configure-Nak", "Configure-Reject", "Terminate-Ack", "Code-Reject"];
    const left = [...codes, "Terminate-Request", "Protocol-Reject"].filter((code) => !but.includes(code));
    const echo = but.includes("Echo-Reply") ? [] : [echoed(EVENT_ID, this.call.id)];
    return anyOf(packet("an LCP reply", { "lcp.code": oneOf(...left), "l2tp.sessionId": this.call.id }), ...echo);
  }

  /** Waits for the device's next request, and takes its Identifier and options for the answers that follow. */
  async nextRequest(clause?: ClauseId): Promise<void> {
    const step = clause === undefined ? given(this.request) : must(this.request, clause);
    do this.asked = await this.context.climb(step.within(REPEAT_WITHIN_MS));
    while (
      // Of several that came while the case looked at something else the last one counts.
      this.restartMs > 0 &&
      this.ageMs(this.asked) > this.restartMs / 2
    );
  }

  /** The device has asked twice, unanswered: Req-Sent, with a Restart time just begun. */
  async begin(): Promise<this> {
    await this.nextRequest();
    const first = this.asked;
    this.#first = { caught: first, atMs: this.#nowMs };
    await this.nextRequest();
    this.restartMs = this.asked.msAfter(first);
    return this;
  }

  get #nowMs(): number {
    return this.context.bench.scribe.msSince(0);
  }

  /** How long ago the device has sent that packet. */
  ageMs(caught: Caught): number {
    return this.#nowMs - this.#first.atMs - caught.msAfter(this.#first.caught);
  }

  #answer(code: number, options: Uint8Array): void {
    this.call.send(controlPacket(PPP.LCP, code, this.asked.number("lcp.id"), options));
  }

  /** Configure-Ack of the device's latest request; a stimulus. */
  acknowledge(): void {
    this.#answer(2, this.requestedOptions);
  }

  /** The octets of the options that the device asked for. */
  get requestedOptions(): Uint8Array {
    const { lcp: view } = this.asked.packet.ppp!;
    return this.asked.packet.octets.slice(view!.dataAt, view!.end);
  }

  /** The device's latest request as it was, from its Code on. */
  get requestedPacket(): Uint8Array {
    const { lcp: view } = this.asked.packet.ppp!;
    return this.asked.packet.octets.slice(view!.at, view!.end);
  }

  /**
   * Refuses the device's latest request: Configure-Reject of its first option that is not authentication. One who asks for
   * nothing else may drop that, as it rejects no proper subset (RFC 1661 §5.4), so he gets Configure-Nak: of that option
   * where it has another value, and otherwise proposing an MRU; a stimulus.
   */
  refuse(): void {
    const options = this.requestedOptions;
    const option = this.#refusable(options);
    if (option !== undefined && option.length < options.length) this.#answer(4, option);
    else this.#answer(3, another(option));
  }

  /** Configure-Nak of the device's latest request, with these options; a stimulus. */
  nak(options: Uint8Array): void {
    this.#answer(3, options);
  }

  #refusable(options: Uint8Array): Uint8Array | undefined {
    for (let at = 0; at + 1 < options.length; at += Math.max(2, options[at + 1]!))
      if (options[at] !== AUTH_OPTION) return options.slice(at, at + options[at + 1]!);
    return undefined;
  }

  /** A Configure-Request without options: any device can agree to it, where it may reject every option; a stimulus, or part of one. */
  ask(id: number, o: Behind = {}): void {
    this.#send(lcpPacket.configureRequest(id, []), o);
  }

  /** The same with an option that nobody knows: it gets Configure-Reject; a stimulus, or part of the one before. */
  askTooMuch(id: number, o: Behind = {}): void {
    this.#send(lcpPacket.configureRequest(id, [UNKNOWN_OPTION]), o);
  }

  /** A Configure-Request for an MRU; a stimulus. */
  askMru(id: number, mru: number): void {
    this.call.send(lcpPacket.configureRequest(id, [{ type: "mru", value: mru }]));
  }

  #send(frame: Uint8Array, { behind = false }: Behind): void {
    if (behind) this.call.sendBehind(frame);
    else this.call.send(frame);
  }

  /** Asks; what agrees to it. */
  offer(): Match {
    const id = REQUEST_ID + this.#requests++;
    this.ask(id);
    return this.of("Configure-Ack", { "lcp.id": id });
  }

  /** Asks, and the device agrees. */
  async agree(clause?: ClauseId): Promise<Caught> {
    const ack = this.offer();
    return this.context.climb(clause === undefined ? given(ack) : must(ack, clause));
  }

  /** An Echo-Request of the bench, which has negotiated no Magic-Number. */
  echoRequest(id: number): Uint8Array {
    return lcpPacket.echoRequest(id, 0);
  }

  /** What the bench has just sent has opened LCP: an echo is answered, or authentication or an NCP begins. */
  async opens(clause?: ClauseId): Promise<void> {
    this.call.sendBehind(this.echoRequest(ECHO_ID));
    const sign = anyOf(echoed(ECHO_ID, this.call.id), this.upper);
    const step = clause === undefined ? given(sign) : must(sign, clause);
    await this.context.climb(step.within(this.restartMs / 2));
  }

  /** LCP is Opened: an echo is answered. */
  async isOpen(clause?: ClauseId): Promise<void> {
    this.call.send(this.echoRequest(ECHO_ID + 1));
    const reply = echoed(ECHO_ID + 1, this.call.id);
    await this.context.climb(clause === undefined ? given(reply) : must(reply, clause));
  }

  /** The device can be brought to open LCP, whichever of the states of a negotiation it is in. */
  async opensSomehow(clause: ClauseId): Promise<void> {
    const { climb } = this.context;
    await this.agree(clause);
    this.call.sendBehind(this.echoRequest(ECHO_ID));
    const open = anyOf(echoed(ECHO_ID, this.call.id), this.upper);
    const next = await climb(must(anyOf(open, this.request), clause));
    if (next.field("lcp.code")?.value !== "Configure-Request") return;
    this.asked = next;
    this.acknowledge();
    await this.opens(clause);
  }

  /** What the bench has just sent has not opened LCP. */
  async staysShut(clause: ClauseId): Promise<void> {
    await this.context.silence(never(this.upper, clause).within(this.restartMs / 4));
  }

  /**
   * What the bench has just sent found the device in Req-Sent. One in Ack-Rcvd opens now, and one that has given up, or is
   * closed, asks anew: so listened to no longer than the Restart timer leaves the device silent by itself.
   */
  async staysReqSent(clause: ClauseId): Promise<void> {
    const leftMs = 0.8 * this.restartMs - this.ageMs(this.asked);
    if (leftMs < this.restartMs / 10) throw new Error("the device's Restart timer left no time to listen");
    const signs = anyOf(this.upper, this.request);
    await this.context.silence(never(signs, clause).within(Math.min(leftMs, this.restartMs / 4)));
  }

  /**
   * LCP has left Opened: authentication and NCPs, which nobody has answered, should repeat nothing any more. That they are
   * told is a SHOULD (RFC 1661 §4.2), though the table has it among its actions.
   */
  async leavesOpened(): Promise<void> {
    const withinMs = 1.3 * Math.max(this.restartMs, UPPER_REPEATS_MS);
    await this.context.silence(never(this.upper, "RFC1661-4.2-04").within(withinMs));
  }

  /** Ack-Rcvd lasts until the Restart timer of the latest request ends: later steps would be about another state. */
  inTime(caught: Caught): void {
    if (caught.msAfter(this.asked) > this.restartMs * 0.9)
      throw new Error("the device's Restart timer ran out before the step that had to come first");
  }

  /**
   * Answers nothing until the device stops asking, or has asked more often than anybody is configured to. Its Restart time
   * may grow from one request to the next. Returns how long after its last one it was listened to; undefined if it never stops.
   */
  async exhaust(clause: ClauseId, asking: Match = this.request): Promise<number | undefined> {
    let gapMs = this.restartMs;
    let last: Caught | undefined;
    for (let count = 2; count < MOST_REQUESTS; count++) {
      const next = await this.context.note(may(asking, clause).within(3 * gapMs));
      if (next === undefined) return 3 * gapMs;
      if (last !== undefined) gapMs = Math.max(gapMs, next.msAfter(last));
      last = next;
    }
    return undefined;
  }

  /**
   * A slow command line tells of the Close when the first Terminate-Request is long gone: waits for one that is fresh, so
   * that Closing lasts a while. False where none comes any more.
   */
  async terminatesYet(clause: ClauseId): Promise<boolean> {
    while (this.ageMs(this.terminating!) > this.restartMs / 4) {
      const again = this.of("Terminate-Request");
      const next = await this.context.note(may(again, clause).within(1.2 * this.restartMs));
      if (next === undefined) return false;
      this.terminating = next;
    }
    return true;
  }

  /** Writes down whether the device ends the call now: what follows is then not applicable. */
  async endsCall(clause: ClauseId, withinMs: number): Promise<boolean> {
    return (await this.context.note(may(this.gone, clause).within(withinMs))) !== undefined;
  }
}

/** An option with another value; where none can have one, an MRU. */
function another(option: Uint8Array | undefined): Uint8Array {
  const [type = 0] = option ?? [];
  if (option === undefined || option.length === 2) return Uint8Array.of(1, 4, 1500 >> 8, 1500 & 0xff);
  if (type === 1) return Uint8Array.of(1, 4, 1400 >> 8, 1400 & 0xff);
  return option.map((octet, i) => (i === option.length - 1 ? octet ^ 0x55 : octet));
}

/** In this time a device has said what the opening of LCP makes it say. */
const SETTLING_MS = 200;

/** States that the wire can lead to; `Stopping, counting` has a Terminate-Request of the device outstanding. */
export type ReachedState =
  | "Req-Sent"
  | "Ack-Rcvd"
  | "Ack-Sent"
  | "Opened"
  | "Stopping"
  | "Stopped"
  | "Stopping, counting"
  // A case of these needs "close-ppp".
  | "Closing"
  | "Closed";

/**
 * A call on which the device's LCP is in that state; undefined where the device has ended the call on the way, as it may
 * (its This-Layer-Finished), so that the state cannot be seen. `clause` is the one that this is noted under.
 */
export async function reach(context: Context, state: ReachedState, clause: ClauseId): Promise<Automaton | undefined> {
  const { bench, allow, climb, note } = context;
  const tunnel = await bench.open();
  const call = await tunnel.call();
  allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
  const lcpByHand = await new Automaton(context, call).begin();
  if (state === "Req-Sent") return lcpByHand;
  if (state === "Ack-Rcvd") {
    lcpByHand.acknowledge();
    return lcpByHand;
  }
  await lcpByHand.agree();
  if (state === "Ack-Sent") return lcpByHand;
  lcpByHand.acknowledge();
  await lcpByHand.isOpen();
  // An opening link sets off authentication and every network protocol at once: that is no answer to what comes next.
  await context.elapse(SETTLING_MS);
  if (state === "Opened") return lcpByHand;

  allow(lcpByHand.gone, redial);
  if (state === "Stopping, counting") {
    call.send(lcpPacket.codeReject(EVENT_ID + 1, lcpByHand.requestedPacket));
  }
  if (state === "Closing" || state === "Closed") await bench.closePpp();
  if (state === "Stopping, counting" || state === "Closing" || state === "Closed") {
    const ends = anyOf(lcpByHand.of("Terminate-Request"), lcpByHand.gone);
    const ending = await note(
      state === "Stopping, counting" ? may(ends, clause) : may(ends, clause).within(COMMANDED_MS),
    );
    if (ending?.field("lcp.id") === undefined) return undefined;
    lcpByHand.terminating = ending;
    if (state === "Closing") return (await lcpByHand.terminatesYet(clause)) ? lcpByHand : undefined;
    if (state !== "Closed") return lcpByHand;
    call.send(lcpPacket.terminateAck(ending.number("lcp.id")));
    return (await lcpByHand.endsCall(clause, lcpByHand.restartMs)) ? undefined : lcpByHand;
  }
  call.send(lcpPacket.terminateRequest(EVENT_ID + 1));
  await climb(given(lcpByHand.of("Terminate-Ack")));
  if (state === "Stopping") return lcpByHand;
  return (await lcpByHand.endsCall(clause, 2 * lcpByHand.restartMs)) ? undefined : lcpByHand;
}
