import { avpIn, type ControlMessage, type L2tpView } from "#wire/l2tp/message";
import type { Addressed } from "./channel.ts";
import { framingFault } from "./acceptance.ts";
import { CDN_RESULT, type Cause, causeOf, type EndReason, ERROR, generalError } from "./cause.ts";
import { cdn, has, iccn, icrp, icrq } from "./compose.ts";
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
  nextCallSerialNumber(): number;
  /** Queues a message with the session id that the call has when it goes out; returns its Ns. */
  send(message: ControlMessage, call: Addressed): number;
  emit(event: L2tpEvent): void;
  /** The call is over, as far as this end is concerned. */
  callEnded(call: Call): void;
}

const TX_CONNECT_SPEED = 100_000_000;
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
    if (view.type === "ICRQ" || view.type === "ICRP") this.peerId ||= avpIn(view, "assignedSessionId") ?? 0;
  }

  /** A message for this session; `fault` is what its AVPs break. */
  receive(type: SessionMessage, view: L2tpView, fault: Cause | undefined): void {
    if (type === "CDN") {
      this.#run("CDN", { by: "peer", ...avpIn(view, "resultCode") });
      return;
    }
    this.learnPeerId(view);
    const wrong =
      fault ?? (type === "ICCN" ? framingFault(view, this.#carrier.settings.framingCapabilities) : undefined);
    if (wrong === undefined && type === "ICCN" && avpIn(view, "sequencingRequired")) this.data.require();
    // CDN has no Result Code for a message in the wrong state; the Error Code for what no other fits takes its place.
    const misplaced = generalError(ERROR.vendorSpecific, `${type} in state ${this.state} of an ${this.side} call`);
    this.#run(`${type} ${wrong ? "bad" : "ok"}`, { by: "us", ...(wrong ?? misplaced) });
  }

  /** Something on this side of the call: it begins, the tunnel is open. */
  run(event: "call" | "tunnel-open"): void {
    if (event === "tunnel-open" && this.#framingType() === undefined) {
      // §4.4.3: a call must not be asked for with a framing that the peer did not tell.
      this.end({ by: "us", result: CDN_RESULT.noFacilities, message: "the peer tells no framing" });
      return;
    }
    this.#run(event, { by: "us" });
  }

  /** Ends the call for a reason of our own: CDN where the peer knows of the call. */
  hangUp(cause: Cause): void {
    if (this.state === "idle") return;
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
        this.#sendIccn();
        return;
      }
      case "send CDN":
        this.cdnNs = this.#carrier.send(cdn(settings, this.id, causeOf(reason, CDN_RESULT.administrative)), this);
        return;
      case "clean up":
        if (before !== "idle") this.#emitDown(reason);
        return;
      case "open tunnel": // the control connection's business
      case "prepare for data": // nothing to prepare
        return;
      case "send OCRQ":
      case "send OCRP":
      case "send OCCN":
      case "open bearer":
        throw new Error(`${action}: this machine places no outgoing calls`);
    }
  }

  #sendIccn(): void {
    const { settings } = this.#carrier;
    const call = {
      txConnectSpeed: this.#options.txConnectSpeed ?? TX_CONNECT_SPEED,
      framingType: this.#framingType() ?? FRAMING.sync,
      sequencing: settings.dataSequencing === true,
    };
    const message = iccn(settings, call, this.#options.avps?.ICCN);
    if (has(message, "sequencingRequired")) this.data.require();
    this.#carrier.send(message, this);
  }

  /** What the caller said, else the one framing that the peer told, synchronous before asynchronous. */
  #framingType(): number | undefined {
    const { peerFraming } = this.#carrier;
    return this.#options.framingType ?? [FRAMING.sync, FRAMING.async].find((framing) => peerFraming & framing);
  }

  #emitDown(reason: EndReason): void {
    this.#carrier.emit({ type: "session-down", tunnel: this.#carrier.id, session: this.id, reason });
  }
}
