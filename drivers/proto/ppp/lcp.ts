import { NO_OCTETS, ofText } from "#wire/octets";
import { PPP } from "#wire/ppp/frame";
import { encodeLcp, LCP_CODES, type LcpView } from "#wire/ppp/lcp";
import type { RandomOctets } from "#proto/endpoint";
import type { LcpEnd } from "./disconnect-cause.ts";
import { DEFAULT_MRU, LcpOptions, type LcpPolicy } from "./lcp-options.ts";
import type { Log } from "./log.ts";
import type { Event } from "./negotiation.ts";
import type { NegotiatedLayer, NegotiationLimits } from "./negotiated-layer.ts";
import { Negotiator } from "./negotiator.ts";
import type { Judgement, ReceivedOption } from "./options.ts";

export interface KeepaliveOptions {
  /** Time between Echo-Requests in Opened; none are sent without it. */
  readonly echoMs: number | undefined;
  /** Echo-Requests in a row without a valid reply after which the link is given up. */
  readonly echoFailures: number;
}

/** What the link makes of LCP. */
export interface LcpHost extends Log {
  transmit(packet: Uint8Array): void;
  /** A new negotiation begins. */
  begin(): void;
  up(now: number): void;
  down(now: number): void;
  /** LCP needs the lower layer no longer. `byPeer`: the peer has asked for the end. */
  finished(reason: string, byPeer: boolean, now: number, end: LcpEnd): void;
  protocolRejected(protocol: number, now: number): void;
}

/** The Link Control Protocol (RFC 1661 §5, §6): what it adds to the automaton that its `negotiator` runs. */
export class Lcp implements NegotiatedLayer<LcpView> {
  readonly negotiator: Negotiator<LcpView>;
  readonly options: LcpOptions;
  readonly #host: LcpHost;
  readonly #keepalive: KeepaliveOptions;
  /** Codes that came back in a Code-Reject. */
  readonly #unknownToPeer = new Set<number>();
  #endReason: string | undefined;
  #endedByPeer = false;
  #end: LcpEnd | undefined;
  #echoAt: number | undefined;
  #echoId: number | undefined;
  #echoesUnanswered = 0;

  constructor(
    host: LcpHost,
    policy: LcpPolicy,
    limits: NegotiationLimits,
    keepalive: KeepaliveOptions,
    random: RandomOctets,
  ) {
    this.#host = host;
    this.#keepalive = keepalive;
    this.options = new LcpOptions(policy, random);
    this.negotiator = new Negotiator(this, limits);
  }

  close(now: number, reason: string): void {
    this.#endReason = reason;
    this.#endedByPeer = false;
    this.#end = "closed";
    this.negotiator.close(now, ofText(reason));
  }

  /** Ends the link for a fault; administratively it stays open for another attempt (RFC 1661 §4.3 Close). */
  failed(reason: string, now: number, end: LcpEnd = "failed"): void {
    this.note(reason);
    this.#endReason = reason;
    this.#end ??= end;
    this.negotiator.abandon(now, ofText(reason));
  }

  /** RFC 1661 §5.7. `information` is the Information field of the refused frame. */
  protocolReject(protocol: number, information: Uint8Array): void {
    if (!this.negotiator.opened || this.#unknownToPeer.has(LCP_CODES["Protocol-Reject"])) return;
    const data = information.subarray(0, Math.max(this.limit() - 6, 0));
    this.transmit(encodeLcp({ code: "Protocol-Reject", id: this.negotiator.nextIdentifier(), protocol, data }));
  }

  nextTimerAt(): number | undefined {
    const restartAt = this.negotiator.nextTimerAt();
    if (restartAt === undefined || this.#echoAt === undefined) return restartAt ?? this.#echoAt;
    return Math.min(restartAt, this.#echoAt);
  }

  handleTimer(now: number): void {
    this.negotiator.handleTimer(now);
    if (this.#echoAt !== undefined && now >= this.#echoAt) this.#keepAlive(this.#keepalive.echoMs as number, now);
  }

  // What the negotiator asks of LCP.

  transmit(packet: Uint8Array): void {
    this.#host.transmit(packet);
  }

  discard(why: string): void {
    this.#host.discard(`LCP: ${why}`);
  }

  note(what: string): void {
    this.#host.note(`LCP: ${what}`);
  }

  limit(): number {
    const { mru } = this.options.peer;
    // RFC 1661 §5: codes 1 to 7 go out as if nothing had been negotiated, so a larger MRU holds in Opened only.
    return this.negotiator.opened ? mru : Math.min(mru, DEFAULT_MRU);
  }

  begin(): void {
    this.#unknownToPeer.clear();
    this.#endReason = undefined;
    this.#endedByPeer = false;
    this.#end = undefined;
    this.options.begin();
    this.#host.begin();
  }

  wanted(): readonly Uint8Array[] {
    return this.options.wanted();
  }

  naked(options: readonly ReceivedOption[]): undefined {
    this.options.naked(options);
  }

  rejected(options: readonly ReceivedOption[], outright: boolean): string | undefined {
    const refusal = this.options.rejected(options, outright);
    // The only option without which there is no link.
    if (refusal !== undefined) this.#end = "authentication refused";
    return refusal;
  }

  judge(option: ReceivedOption): Judgement {
    return this.options.judge(option);
  }

  missing(): readonly Uint8Array[] {
    return [];
  }

  acknowledged(options: readonly ReceivedOption[]): void {
    this.options.acknowledged(options);
  }

  extended(view: LcpView, _octets: Uint8Array, now: number): "RXR" | "RXJ+" | "RXJ-" | "drop" | undefined {
    switch (view.code) {
      case LCP_CODES["Protocol-Reject"]:
        return this.#protocolRejected(view, now);
      case LCP_CODES["Echo-Request"]:
      case LCP_CODES["Echo-Reply"]:
      case LCP_CODES["Discard-Request"]:
        return "RXR";
      default:
        return undefined;
    }
  }

  codeRejected(code: number): void {
    this.#unknownToPeer.add(code);
    if (code === LCP_CODES["Echo-Request"]) this.#echoAt = undefined;
  }

  echo(view: LcpView, octets: Uint8Array): void {
    const { magic: own } = this.options.own;
    const { magic } = view;
    // RFC 1661 §6.4 leaves the cure open. Our own Echo-Reply come back proves no peer; a wrong number is just noted.
    const looped = own !== 0 && magic === own;
    if (looped) this.note("own Magic-Number received: the link is looped back");
    else if (magic !== this.options.peer.magic) this.note("Magic-Number is not what the peer has negotiated");

    if (view.code === LCP_CODES["Echo-Request"]) this.#sendEchoReply(view, octets);
    else if (view.code === LCP_CODES["Echo-Reply"] && !looped) this.#echoReply(view.id);
  }

  thisLayerUp(now: number): void {
    this.#echoesUnanswered = 0;
    if (this.#keepalive.echoMs !== undefined) this.#echoAt = now + this.#keepalive.echoMs;
    this.#host.up(now);
  }

  thisLayerDown(event: Event, now: number): void {
    this.#echoAt = undefined;
    this.#echoId = undefined;
    if (event === "RTR") {
      this.#endReason = "terminated by the peer";
      this.#endedByPeer = true;
      this.#end = "terminated";
    } else if (event === "RXJ-") this.#endReason = "the peer rejects LCP";
    this.#host.down(now);
  }

  thisLayerFinished(event: Event, now: number): void {
    const fallback = event === "TO-" ? "the peer does not answer" : "the peer rejects LCP";
    const end = this.#end ?? (event === "TO-" ? "timeout" : "failed");
    this.#host.finished(this.#endReason ?? fallback, this.#endedByPeer, now, end);
  }

  #protocolRejected({ rejectedProtocol = 0 }: LcpView, now: number): "RXJ+" | "RXJ-" | "drop" {
    // RFC 1661 §5.7 overrules the RXJ cells of the table: outside Opened a Protocol-Reject does nothing.
    if (!this.negotiator.opened) {
      this.discard("Protocol-Reject outside Opened");
      return "drop";
    }
    if (rejectedProtocol === PPP.LCP) return "RXJ-";
    this.note(`the peer does not know protocol 0x${rejectedProtocol.toString(16).padStart(4, "0")}`);
    this.#host.protocolRejected(rejectedProtocol, now);
    return "RXJ+";
  }

  #echoReply(id: number): void {
    if (id !== this.#echoId) this.discard("Echo-Reply to no open Echo-Request");
    else {
      this.#echoId = undefined;
      this.#echoesUnanswered = 0;
    }
  }

  #sendEchoReply(view: LcpView, octets: Uint8Array): void {
    if (this.#unknownToPeer.has(LCP_CODES["Echo-Reply"])) return;
    // RFC 1661 §5: no LCP packet exceeds the peer's MRU, though the Echo-Request may have exceeded it.
    const data = octets.slice(view.bodyAt, Math.min(view.end, view.bodyAt + Math.max(this.limit() - 8, 0)));
    this.transmit(encodeLcp({ code: "Echo-Reply", id: view.id, magic: this.options.own.magic, data }));
  }

  #keepAlive(echoMs: number, now: number): void {
    if (this.#echoesUnanswered >= this.#keepalive.echoFailures) {
      this.#echoAt = undefined;
      this.failed("no answer to Echo-Requests", now, "no echo");
      return;
    }
    this.#echoesUnanswered++;
    this.#echoAt = now + echoMs;
    this.#echoId = this.negotiator.nextIdentifier();
    this.transmit(
      encodeLcp({ code: "Echo-Request", id: this.#echoId, magic: this.options.own.magic, data: NO_OCTETS }),
    );
  }
}
