import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, type ControlMessage, encodeMessage, type L2tpView } from "#wire/l2tp/message";
import { equal } from "#wire/octets";
import { avpFault, unknownTypeFault, versionFault } from "./acceptance.ts";
import { Authentication } from "./authentication.ts";
import type { Call, Carrier } from "./call.ts";
import { CallTable } from "./call-table.ts";
import { type Addressed, Channel } from "./channel.ts";
import { type Cause, causeOf, type EndReason, ERROR, STOPCCN_RESULT } from "./cause.ts";
import { hello, scccn, sccrp, sccrq, stopCcn } from "./compose.ts";
import type { CallOptions, Datagram, L2tpEvent, SendDataOptions, Settings } from "./options.ts";
import { isOfSession, type MessageOfSession } from "./session.ts";
import { step, type TunnelAction, type TunnelEvent, type TunnelState, type TunnelStep } from "./tunnel.ts";

/** What a control connection needs of the endpoint that it belongs to. */
export interface Surroundings {
  readonly settings: Settings;
  readonly nextCallSerialNumber: () => number;
  readonly emit: (event: L2tpEvent) => void;
  readonly transmit: (datagram: Datagram) => void;
}

/** What made a step happen, and what its actions need. */
interface Occasion {
  readonly now: number;
  readonly reason: EndReason;
  /** Goes out in place of the machine's own SCCRQ. */
  readonly request?: ControlMessage | undefined;
}

/** §7.1: a message out of sequence, or a wish of ours that §7.2.1 has no row for, clears the control connection. */
const CLEAR: TunnelStep = { next: "idle", does: ["send StopCCN", "clean up"] };

/** Octets of the header of any control message (§3.1). */
const CONTROL_HEADER = 12;
const BY_US: EndReason = { by: "us" };

/** One control connection: the state table of RFC 2661 §7.2.1 in action, over its reliable channel, with its calls. */
export class ControlConnection implements Carrier {
  /** The tunnel id that this end assigned. */
  readonly id: number;
  readonly channel: Channel;
  peerHostName: string | undefined;
  peerFraming = 0;
  peerBearer: number | undefined;
  state: TunnelState = "idle";
  /** The machine does not react; what comes is acknowledged and reported all the same. */
  held = false;
  /** The peer's message that began this connection, whole; undefined where we began. */
  readonly begunBy: Uint8Array | undefined;
  /** Why the peer's request is refused before it is looked at. */
  refusal: Cause | undefined;
  /** The Tie Breaker of our SCCRQ. */
  tieBreaker: Uint8Array | undefined;
  readonly calls: CallTable;
  readonly #around: Surroundings;
  readonly #authentication: Authentication;
  #stoppedByPeer = false;
  #up = false;
  #ended = false;
  #discarded = false;
  /** The last session has ended, and an empty tunnel is not to stay. */
  #idle = false;
  /** Since when an established tunnel has no session. */
  #emptySince: number | undefined;
  #lastReceivedAt: number;

  constructor(
    around: Surroundings,
    o: { readonly id: number; readonly remote: SocketAddress; readonly begunBy?: Uint8Array },
    now: number,
  ) {
    this.#around = around;
    this.id = o.id;
    this.begunBy = o.begunBy;
    this.calls = new CallTable(this);
    this.channel = new Channel(around.settings.delivery, o.remote, around.transmit);
    this.#authentication = new Authentication(around.settings.secret);
    this.#lastReceivedAt = now;
  }

  get settings(): Settings {
    return this.#around.settings;
  }

  /** Nothing of it is needed any more. */
  get over(): boolean {
    return this.#discarded || this.channel.delivery.state === "gave-up" || this.channel.delivery.state === "done";
  }

  /** It has been cleaned up; only its delivery may still be at work. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Whether `octets` repeat the peer's message that began this connection, rather than begin anew. The octets tell. Only
   * while the peer has not confirmed our SCCRP is it surely still repeating, and a fresh Random Vector may make the repeat
   * differ (§4.3); and after its own StopCCN it surely is not.
   */
  isRepeatOfRequest(octets: Uint8Array): boolean {
    if (this.begunBy === undefined || this.#stoppedByPeer) return false;
    const body = (message: Uint8Array): Uint8Array => message.subarray(CONTROL_HEADER);
    return this.state === "wait-ctl-conn" || equal(body(this.begunBy), body(octets));
  }

  nextCallSerialNumber(): number {
    return this.#around.nextCallSerialNumber();
  }

  emit(event: L2tpEvent): void {
    this.#around.emit(event);
  }

  callEnded(call: Call): void {
    this.calls.callEnded(call);
    this.#idle = this.settings.closeEmptyTunnels === true && this.calls.live.length === 0;
  }

  /** Local open request. `request` goes out in place of the machine's own SCCRQ. */
  open(now: number, request?: ControlMessage): void {
    this.#run("open", { now, reason: BY_US, request });
  }

  /** A call of ours: the session waits for the tunnel, which may be open already (§7.2.1: new call). */
  call(o: CallOptions, now: number): Call {
    const call = this.calls.place(o);
    if (this.state === "established") this.#run("open", { now, reason: BY_US });
    return call;
  }

  /** Admin tunnel close. The RFC has no row for it before the tunnel is established; StopCCN is in place there too (§4.4.3). */
  close(cause: Cause, now: number): void {
    if (!this.#ended) this.#run("close", { now, reason: { ...BY_US, ...cause } });
  }

  /** The rival request has won (§4.4.3); the endpoint takes that up as in idle. */
  loseTie(now: number): void {
    this.#run("SCCRQ lost-tie", { now, reason: { ...BY_US, message: "the tie was lost" } });
  }

  /** Gone at once and without a message: both lost the tie (§4.4.3), the peer is silent (§5.8), or it has begun anew. */
  discard(reason: EndReason): void {
    this.state = "idle";
    this.#discarded = true;
    this.#end(reason);
  }

  /** The bench has brought the tunnel up by hand, and the machine takes over. */
  takeOver(): void {
    this.state = "established";
    this.#tunnelOpen();
  }

  /** A control message, ZLBs included, whose header is good and which is for this connection. */
  receive(view: L2tpView, octets: Uint8Array, now: number): void {
    this.#lastReceivedAt = now;
    for (const due of this.channel.receive(view, octets, now)) {
      this.emit({ type: "message", tunnel: this.id, message: due.view, octets: due.octets });
      this.#learn(due.view);
      // After StopCCN only the transport goes on.
      if (!this.held && this.channel.delivery.state === "open") this.#react(due.view, now);
    }
  }

  /** A data message for this tunnel. */
  receiveData(view: L2tpView, octets: Uint8Array, now: number): void {
    const { ns, sessionId, payloadAt, end } = view.header;
    this.#lastReceivedAt = now;
    const call = this.calls.get(sessionId);
    // §5.0: no PPP frame before the session is established. On a held tunnel the bench keeps the sessions itself.
    if (call?.state !== "established" && !(this.held && call === undefined)) return;
    call?.data.received(ns);
    const payload = octets.slice(payloadAt, end);
    this.emit({ type: "data", tunnel: this.id, session: sessionId, payload, ...(ns !== undefined && { ns }) });
  }

  /** False where there is no such session, or it is not established. */
  sendData(session: number, payload: Uint8Array, o: SendDataOptions): boolean {
    const call = this.calls.get(session);
    if (call?.state !== "established") return false;
    const length = o.length ?? this.settings.lengthInData === true;
    this.channel.sendData(call, payload, call.data.next(o), { ...o, length });
    return true;
  }

  send(message: ControlMessage, session?: Addressed): number {
    const ns = this.channel.send(encodeMessage(message), session && { session });
    const followers = typeof message.type === "string" ? this.settings.followUps?.[message.type] : undefined;
    for (const next of followers ?? []) {
      // §5.3: a call that is only asked for has no id in the header yet.
      const asks = next.type === "ICRQ" || next.type === "OCRQ";
      this.channel.send(encodeMessage(next), session && !asks ? { session } : {});
    }
    return ns;
  }

  handleTimer(now: number): void {
    this.channel.delivery.handleTimer(now);
    if (this.channel.delivery.state === "gave-up") {
      this.discard({ by: "timeout" });
      return;
    }
    const helloAt = this.#helloAt();
    if (helloAt !== undefined && helloAt <= now) this.send(hello(this.settings));
    const emptyUntil = this.#emptyUntil();
    if (emptyUntil !== undefined && emptyUntil <= now) this.close({ result: STOPCCN_RESULT.generalRequest }, now);
  }

  nextTimerAt(): number | undefined {
    const timers = [this.channel.delivery.nextTimerAt(), this.#helloAt(), this.#emptyUntil()];
    const next = Math.min(...timers.map((at) => at ?? Infinity));
    return next === Infinity ? undefined : next;
  }

  /** Hands what the channel lets go to the endpoint. Nothing is to be said for a connection that is gone. */
  pump(now: number): void {
    if (this.#discarded) return;
    const isEmpty = this.state === "established" && this.calls.live.length === 0;
    if (this.#idle && isEmpty) this.close({ result: STOPCCN_RESULT.generalRequest }, now);
    this.#emptySince = isEmpty ? (this.#emptySince ?? now) : undefined;
    this.channel.pump(now);
    this.calls.forget((ns) => this.channel.delivery.acknowledged(ns));
  }

  /** §6.5: after a silence of the peer, data included. What is unacknowledged asks whether it lives as well as a HELLO. */
  #helloAt(): number | undefined {
    const { helloAfterMs } = this.settings;
    if (this.state !== "established" || this.held || helloAfterMs <= 0) return undefined;
    return this.channel.delivery.unacknowledged > 0 ? undefined : this.#lastReceivedAt + helloAfterMs;
  }

  #emptyUntil(): number | undefined {
    const { closeEmptyAfterMs } = this.settings;
    if (this.state !== "established" || this.#emptySince === undefined) return undefined;
    return closeEmptyAfterMs === undefined || this.held ? undefined : this.#emptySince + closeEmptyAfterMs;
  }

  /** What a message tells of the peer, whether or not the machine acts on it. */
  #learn(view: L2tpView): void {
    if ((view.type === "SCCRQ" || view.type === "SCCRP") && this.channel.peerId === 0) {
      this.channel.peerId = avpIn(view, "assignedTunnelId") ?? 0;
      this.peerHostName = avpIn(view, "hostName");
      this.peerFraming = avpIn(view, "framingCapabilities") ?? 0;
      this.peerBearer = avpIn(view, "bearerCapabilities");
      const window = avpIn(view, "receiveWindowSize");
      if (window !== undefined) this.channel.delivery.setPeerWindow(window);
    }
    this.calls.learnPeerId(view);
  }

  #react(view: L2tpView, now: number): void {
    const { type } = view;
    if (type === undefined) this.#clear(unknownTypeFault(view), now);
    else if (type === "HELLO") this.#clear(avpFault(view), now);
    else if (type === "StopCCN") {
      this.#stoppedByPeer = true;
      this.#run("StopCCN", { now, reason: { by: "peer", ...avpIn(view, "resultCode") } });
    } else if (isOfSession(type)) this.#reactToSession(type, view, now);
    else {
      const fault = this.refusal ?? versionFault(view) ?? avpFault(view) ?? this.#authentication.check(view);
      const reason = { ...BY_US, ...(fault ?? this.#outOfPlace(type)) };
      this.#run(`${type} ${fault ? "bad" : "ok"}`, { now, reason });
    }
  }

  #reactToSession(type: MessageOfSession, view: L2tpView, now: number): void {
    if (this.state === "established") this.calls.receive(type, view, avpFault(view));
    // §5.0: no call before the tunnel is established.
    else this.#clear(this.#outOfPlace(type), now);
  }

  #outOfPlace(type: string): Cause {
    return { result: STOPCCN_RESULT.stateMachine, error: ERROR.none, message: `${type} in state ${this.state}` };
  }

  #clear(cause: Cause | undefined, now: number): void {
    if (cause) this.#apply(CLEAR, { now, reason: { ...BY_US, ...cause } });
  }

  #run(event: TunnelEvent, occasion: Occasion): void {
    this.#apply(step(this.state, event) ?? CLEAR, occasion);
  }

  #apply({ next, does }: TunnelStep, occasion: Occasion): void {
    this.state = next;
    for (const action of does) this.#perform(action, occasion);
  }

  #perform(action: TunnelAction, { now, reason, request }: Occasion): void {
    switch (action) {
      case "send SCCRQ": {
        this.#sendSccrq(request ?? sccrq(this.settings, this.id, this.#challenge()));
        return;
      }
      case "send SCCRP": {
        const response = this.#authentication.response("SCCRP");
        this.send(sccrp(this.settings, this.id, this.#challenge(), response));
        return;
      }
      case "send SCCCN":
        this.send(scccn(this.settings, this.#authentication.response("SCCCN")));
        return;
      case "send StopCCN":
        // What never went out need not precede it.
        this.channel.delivery.dropUnsent();
        this.send(stopCcn(this.settings, this.id, causeOf(reason, STOPCCN_RESULT.generalRequest)));
        return;
      case "tunnel-open": {
        this.#tunnelOpen();
        return;
      }
      case "clean up":
        // §7.1: reliable delivery goes on, whoever ended the tunnel.
        this.channel.delivery.linger(now, { drop: this.#stoppedByPeer });
        {
          this.#end(reason);
          return;
        }
      case "requeue SCCRQ":
        // §4.4.3: the loser goes without a word, so its delivery does not go on.
        this.#discarded = true;
        return;
    }
  }

  #sendSccrq(request: ControlMessage): void {
    const tie = request.avps.find((avp) => "name" in avp && avp.name === "tieBreaker");
    if (tie !== undefined && "value" in tie) this.tieBreaker = tie.value;
    this.send(request);
  }

  #tunnelOpen(): void {
    if (!this.#up) this.emit({ type: "tunnel-up", tunnel: this.id });
    this.#up = true;
    this.calls.tunnelOpen();
  }

  #challenge(): Uint8Array | undefined {
    return this.settings.challengePeer ? this.#authentication.challenge(this.settings.random) : undefined;
  }

  #end(reason: EndReason): void {
    this.calls.end(reason);
    if (!this.#ended) this.emit({ type: "tunnel-down", tunnel: this.id, reason });
    this.#ended = true;
  }
}
