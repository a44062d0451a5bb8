import type { Avp } from "#wire/l2tp/avp";
import { avpIn, type ControlMessage, type L2tpView } from "#wire/l2tp/message";
import type { Addressed } from "./channel.ts";
import { bearerFault, framingFault } from "./acceptance.ts";
import { CDN_RESULT, type Cause, causeOf, type EndReason, ERROR, generalError } from "./cause.ts";
import { cdn, has, iccn, icrp, icrq, occn, ocrp, ocrq } from "./compose.ts";
import { DataChannel } from "./data.ts";
import type { CallOptions, L2tpEvent, Settings } from "./options.ts";
import {
  type SessionAction,
  type SessionEvent,
  type SessionMessage,
  type SessionSide,
  type SessionState,
  step,
} from "./session.ts";

/** What a call needs of the control connection that it belongs to. */
export interface Carrier {
  /** Our id of the tunnel. */
  readonly id: number;
  readonly settings: Settings;
  /** Framing Capabilities of the peer. */
  readonly peerFraming: number;
  /** Bearer Capabilities of the peer; undefined where it places no outgoing calls. */
  readonly peerBearer: number | undefined;
  nextCallSerialNumber(): number;
  /** Queues a message with the session id that the call has when it goes out; returns its Ns. */
  send(message: ControlMessage, call: Addressed): number;
  emit(event: L2tpEvent): void;
  /** The call is over, as far as this end is concerned. */
  callEnded(call: Call): void;
}

const TX_CONNECT_SPEED = 100_000_000;
/** The peer's message in which the Framing Type of the call stands. */
const TELLS_FRAMING: Readonly<Partial<Record<SessionSide, SessionMessage>>> = {
  "lns-incoming": "ICCN",
  "lac-outgoing": "OCRQ",
  "lns-outgoing": "OCCN",
};
const FRAMING = { sync: 1, async: 2 } as const;

/** One call, that is one session: the state table of RFC 2661 §7.4 or §7.5 in action, and its data channel. */
export class Call {
  /** The session id that this end assigned. */
  readonly id: number;
  readonly side: SessionSide;
  readonly data: DataChannel;
  /** The session id that the peer assigned; 0 until it is known. */
  peerId: number;
  state: SessionState = "idle";
  /** Ns of our CDN: until it is acknowledged the call is remembered, so that it names the session rightly. */
  cdnNs: number | undefined;
  /** What OCRQ asks of an outgoing call. */
  #asked = { number: "", framing: 0 };
  /** What our CDN tells besides. */
  #cdnAvps: readonly Avp[] = [];
  readonly #carrier: Carrier;
  readonly #options: CallOptions;

  constructor(carrier: Carrier, id: number, side: SessionSide, o: CallOptions & { readonly peerId?: number } = {}) {
    this.#carrier = carrier;
    this.#options = o;
    this.id = id;
    this.side = side;
    this.peerId = o.peerId ?? 0;
    this.data = new DataChannel(carrier.settings.role, carrier.settings.dataSequencing === true);
  }

  /** RFC 2661 §4.4.4: from here on the session id that the peer assigned stands in the header of all that we send. */
  learnPeerId(view: L2tpView): void {
    const names = this.side.endsWith("incoming") ? ["ICRQ", "ICRP"] : ["OCRQ", "OCRP"];
    if (names.includes(view.type ?? "")) this.peerId ||= avpIn(view, "assignedSessionId") ?? 0;
  }

  /** A message for this session; `fault` is what its AVPs break. */
  receive(type: SessionMessage, view: L2tpView, fault: Cause | undefined): void {
    if (type === "CDN") {
      this.#run("CDN", { by: "peer", ...avpIn(view, "resultCode") });
      return;
    }
    this.learnPeerId(view);
    const wrong = fault ?? this.#fault(type, view);
    if (wrong === undefined && avpIn(view, "sequencingRequired")) this.data.require();
    if (type === "OCRQ")
      this.#asked = { number: avpIn(view, "calledNumber") ?? "", framing: avpIn(view, "framingType") ?? 0 };
    // CDN has no Result Code for a message in the wrong state; the Error Code for what no other fits takes its place.
    const misplaced = generalError(ERROR.vendorSpecific, `${type} in state ${this.state} of an ${this.side} call`);
    this.#run(`${type} ${wrong ? "bad" : "ok"}`, { by: "us", ...(wrong ?? misplaced) });
  }

  /** Something on this side of the call: it begins, the tunnel is open. */
  run(event: "call" | "tunnel-open"): void {
    // §4.4.3, §6.9: a call must not be asked for with a framing, or over a bearer, that the peer did not tell.
    const lacks = this.#framingType() === undefined ? "framing" : this.#lacksBearer() ? "bearer" : undefined;
    if (event === "tunnel-open" && lacks !== undefined) {
      this.end({ by: "us", result: CDN_RESULT.noFacilities, message: `the peer tells no ${lacks}` });
      return;
    }
    this.#run(event, { by: "us" });
  }

  /** What became of the telephone call of an outgoing call; nothing where the call has ended meanwhile. */
  bearer(event: "bearer-answer" | "bearer-failure", cause: Cause = { result: CDN_RESULT.busy }): void {
    if (this.state === "wait-cs-answer") this.#run(event, { by: "us", ...cause });
  }

  /** Ends the call for a reason of our own: CDN where the peer knows of the call. */
  hangUp(cause: Cause, avps: readonly Avp[] = []): void {
    if (this.state === "idle") return;
    this.#cdnAvps = avps;
    this.#run("local-close", { by: "us", ...cause });
  }

  /** The call is over without a message: its tunnel is, or it never reached the peer. */
  end(reason: EndReason): void {
    if (this.state === "idle") return;
    this.state = "idle";
    this.#emitDown(reason);
    this.#carrier.callEnded(this);
  }

  #run(event: SessionEvent, reason: EndReason): void {
    const before = this.state;
    // A message that no row has room for ends the session, as the tables do wherever they name one out of place (§7.1).
    const { next, does } = step(this.side, before, event) ?? { next: "idle", does: ["send CDN", "clean up"] as const };
    this.state = next;
    for (const action of does) this.#perform(action, before, reason);
    if (next === "idle") this.#carrier.callEnded(this);
    if (before !== "established" && next === "established") {
      this.#carrier.emit({ type: "session-up", tunnel: this.#carrier.id, session: this.id });
    }
  }

  #perform(action: SessionAction, before: SessionState, reason: EndReason): void {
    const { settings } = this.#carrier;
    switch (action) {
      case "send ICRQ": {
        const serial = this.#options.callSerialNumber ?? this.#carrier.nextCallSerialNumber();
        this.#carrier.send(icrq(settings, this.id, serial, this.#options.avps?.ICRQ), this);
        return;
      }
      case "send ICRP":
        this.#carrier.send(icrp(settings, this.id), this);
        return;
      case "send ICCN": {
        this.#sendConnected(iccn(settings, this.#connected(), this.#options.avps?.ICCN));
        return;
      }
      case "send CDN":
        this.cdnNs = this.#carrier.send(
          cdn(settings, this.id, causeOf(reason, CDN_RESULT.administrative), this.#cdnAvps),
          this,
        );
        return;
      case "clean up":
        if (before !== "idle") this.#emitDown(reason);
        return;
      case "open tunnel": // the control connection's business
      case "prepare for data": // nothing to prepare
        return;
      case "send OCRQ":
        this.#sendOcrq();
        return;
      case "send OCRP":
        this.#carrier.send(ocrp(settings, this.id), this);
        return;
      case "send OCCN":
        this.#sendConnected(occn(settings, this.#connected()));
        return;
      case "open bearer":
        this.#carrier.emit({
          type: "dial-out",
          tunnel: this.#carrier.id,
          session: this.id,
          number: this.#asked.number,
        });
        return;
    }
  }

  #sendOcrq(): void {
    const { settings, peerBearer = 0 } = this.#carrier;
    const call = {
      serial: this.#options.callSerialNumber ?? this.#carrier.nextCallSerialNumber(),
      // One of those that the peer told, the lowest bit of them.
      bearerType: peerBearer & -peerBearer,
      framingType: this.#framingType() ?? FRAMING.sync,
      calledNumber: this.#options.calledNumber ?? "",
    };
    this.#carrier.send(ocrq(settings, this.id, call, this.#options.avps?.OCRQ), this);
  }

  /** Sends ICCN or OCCN. */
  #sendConnected(message: ControlMessage): void {
    if (has(message, "sequencingRequired")) this.data.require();
    this.#carrier.send(message, this);
  }

  #connected(): Parameters<typeof occn>[1] {
    return {
      txConnectSpeed: this.#options.txConnectSpeed ?? TX_CONNECT_SPEED,
      framingType: this.#framingType() ?? FRAMING.sync,
      sequencing: this.#carrier.settings.dataSequencing === true,
    };
  }

  /** What the message asks for and this end did not tell. */
  #fault(type: SessionMessage, view: L2tpView): Cause | undefined {
    const { framingCapabilities, bearerCapabilities } = this.#carrier.settings;
    if (type !== TELLS_FRAMING[this.side]) return undefined;
    const bearer = type === "OCRQ" ? bearerFault(view, bearerCapabilities) : undefined;
    return bearer ?? framingFault(view, framingCapabilities);
  }

  #lacksBearer(): boolean {
    return this.side === "lns-outgoing" && !this.#carrier.peerBearer;
  }

  /** What the caller said, else the one framing that was asked for or that the peer told, synchronous before asynchronous. */
  #framingType(): number | undefined {
    const told = this.#asked.framing || this.#carrier.peerFraming;
    return this.#options.framingType ?? [FRAMING.sync, FRAMING.async].find((framing) => told & framing);
  }

  #emitDown(reason: EndReason): void {
    this.#carrier.emit({ type: "session-down", tunnel: this.#carrier.id, session: this.id, reason });
  }
}
