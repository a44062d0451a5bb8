import { avpIn, type L2tpView } from "#wire/l2tp/message";
import { Call, type Carrier } from "./call.ts";
import { CDN_RESULT, type Cause, type EndReason, ERROR, generalError } from "./cause.ts";
import { freshId } from "./id.ts";
import type { CallOptions } from "./options.ts";
import type { MessageOfSession, SessionMessage, SessionSide } from "./session.ts";

/** The calls of one control connection: finds the one that a message is for (RFC 2661 §5.3), begins and forgets them. */
export class CallTable {
  readonly #carrier: Carrier;
  readonly #calls = new Map<number, Call>();
  /** Over, but their CDN may still be on its way. */
  #ended: Call[] = [];

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  /** Those that have not ended. */
  get live(): readonly Call[] {
    return [...this.#calls.values()].filter((call) => call.state !== "idle");
  }

  get(id: number): Call | undefined {
    return this.#calls.get(id);
  }

  /** A LAC's incoming call or an LNS's outgoing one; it waits for the tunnel. */
  place(o: CallOptions): Call {
    const call = this.#add(this.#carrier.settings.role === "lac" ? "lac-incoming" : "lns-outgoing", o);
    call.run("call");
    return call;
  }

  /** A session that was set up by hand takes its place among the others, established. */
  adopt(id: number, peerId: number): void {
    const side = `${this.#carrier.settings.role}-incoming` as const;
    const call = new Call(this.#carrier, id, side, { peerId });
    call.state = "established";
    this.#calls.set(id, call);
  }

  /** The tunnel is open: the calls that wait for it go on. */
  tunnelOpen(): void {
    for (const call of this.live) if (call.state === "wait-tunnel") call.run("tunnel-open");
  }

  /** The tunnel is gone, and its sessions with it, without any message for them (§6.4). */
  end(reason: EndReason): void {
    for (const call of this.live) call.end(reason);
    this.#calls.clear();
    this.#ended = [];
  }

  /** A call is over. It keeps its id until the peer has acknowledged our CDN, if we sent one. */
  callEnded(call: Call): void {
    if (this.#calls.get(call.id) === call) this.#ended.push(call);
  }

  /** Drops the calls that are over, and of which the peer knows it. */
  forget(acknowledged: (ns: number) => boolean): void {
    if (this.#ended.length === 0) return;
    const known = (call: Call): boolean => call.cdnNs === undefined || acknowledged(call.cdnNs);
    for (const call of this.#ended) if (known(call)) this.#calls.delete(call.id);
    this.#ended = this.#ended.filter((call) => !known(call));
  }

  learnPeerId(view: L2tpView): void {
    this.#calls.get(view.header.sessionId)?.learnPeerId(view);
  }

  /** A message that belongs to a session; `fault` is what its AVPs break. */
  receive(type: MessageOfSession, view: L2tpView, fault: Cause | undefined): void {
    const call = this.#named(type, view);
    if (type === "WEN" || type === "SLI") {
      // Both are for the telephone line, of which there is none here; but an AVP that must be understood must be.
      if (fault) call?.hangUp(fault);
    } else if (call) call.receive(type, view, fault);
    else if (type === this.#requestOfPeer) this.#ring(type, view, fault);
    else this.#outOfTheBlue(type, view, fault);
  }

  /** By the header; where that says 0, a CDN is for the call whose id of the peer it repeats (§5.3). */
  #named(type: string, view: L2tpView): Call | undefined {
    const { sessionId } = view.header;
    if (sessionId !== 0 || type !== "CDN") return this.#calls.get(sessionId);
    const assigned = avpIn(view, "assignedSessionId");
    return assigned === undefined ? undefined : this.live.find((call) => call.peerId === assigned);
  }

  /** What the other end may ask for: an LNS is asked for incoming calls, a LAC that has a telephone for outgoing ones (§5.2). */
  get #requestOfPeer(): "ICRQ" | "OCRQ" | undefined {
    const { role, bearerCapabilities } = this.#carrier.settings;
    if (role === "lns") return "ICRQ";
    return bearerCapabilities === undefined ? undefined : "OCRQ";
  }

  #ring(type: "ICRQ" | "OCRQ", view: L2tpView, fault: Cause | undefined): void {
    const side: SessionSide = type === "ICRQ" ? "lns-incoming" : "lac-outgoing";
    const refusal = fault ?? this.#refusal(type, view);
    const call = refusal ? this.#unlisted(side, view) : this.#add(side, {});
    call.receive(type, view, refusal);
  }

  #refusal(type: string, view: L2tpView): Cause | undefined {
    const { maxSessions = Infinity } = this.#carrier.settings;
    if (this.live.length >= maxSessions) return { result: CDN_RESULT.noFacilitiesNow };
    // §5.3: a call that is only asked for has no id of ours yet.
    if (view.header.sessionId !== 0) {
      return generalError(ERROR.invalidSessionId, `${type} with a Session ID in the header`);
    }
    const assigned = avpIn(view, "assignedSessionId");
    if (this.live.some((call) => call.peerId === assigned)) {
      return generalError(ERROR.invalidSessionId, `Assigned Session ID ${assigned} is that of another call`);
    }
    return undefined;
  }

  /** A message for no call that is known: the idle rows of the tables, or a request that this end has no part in. */
  #outOfTheBlue(type: SessionMessage, view: L2tpView, fault: Cause | undefined): void {
    const { role } = this.#carrier.settings;
    const side: SessionSide = type.startsWith("OC") ? `${role}-outgoing` : `${role}-incoming`;
    const request = type === "ICRQ" || type === "OCRQ";
    // §5.2: calls have a direction; and no telephone line is here to call out on.
    const refusal = request
      ? { result: CDN_RESULT.noFacilities }
      : generalError(ERROR.invalidSessionId, `${type} for no call`);
    this.#unlisted(side, view).receive(type, view, fault ?? refusal);
  }

  /** A call that lives for one answer only. It goes by the id that the peer meant, if it meant one. */
  #unlisted(side: SessionSide, view: L2tpView): Call {
    const peerId = avpIn(view, "assignedSessionId") ?? 0;
    return new Call(this.#carrier, view.header.sessionId || this.#freshId(), side, { peerId });
  }

  #add(side: SessionSide, o: CallOptions): Call {
    const call = new Call(this.#carrier, this.#freshId(), side, o);
    this.#calls.set(call.id, call);
    return call;
  }

  #freshId(): number {
    const { random, nextSessionId } = this.#carrier.settings;
    return freshId(random, nextSessionId, (id) => this.#calls.has(id));
  }
}
