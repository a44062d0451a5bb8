import type { Clock } from "#link/clock";
import type { EndReason, SendDataOptions } from "#proto/l2tp/endpoint";
import type { DisconnectCause } from "#proto/ppp/disconnect-cause";
import { PppEndpoint, type PppEvent, type PppOptions } from "#proto/ppp/endpoint";
import { Ipv4Reassembly } from "#wire/ip/fragments";
import { Driver } from "./drive.ts";
import { type Echo, echoIn, replyTo } from "./echo.ts";
import { PeerError, showReason } from "./failure.ts";
import { echoPacket } from "./ppp-frames.ts";

/** What a session needs of the peer that it belongs to. */
export interface SessionCarrier {
  readonly clock: Clock;
  /** Keep what is received in lists. */
  readonly record: boolean;
  /** Whether this end answers pings for the address, besides its own. */
  isHost(address: string): boolean;
  send(session: Session, frame: Uint8Array, o?: SendDataOptions): void;
  /** `why` is told beside the Result Code (RFC 3145). */
  hangUp(session: Session, why?: DisconnectCause): void;
  event(session: Session, event: PppEvent): void;
  /** An IPv4 packet for somebody else. */
  forward(session: Session, packet: Uint8Array): void;
}

export interface Received {
  readonly atMs: number;
  readonly octets: Uint8Array;
}

export interface Addresses {
  readonly local: string;
  readonly remote: string;
  readonly dns: readonly string[];
}

export interface PingOptions {
  /** Octets of data; default 56. */
  readonly size?: number;
  readonly source?: string;
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

/** How far a call has come. `ip-up` follows `up` where PPP runs on it. */
export type SessionState = "calling" | "up" | "ip-up" | "down";

const PING_ID = 0x4c54;

/** One call of a peer: the L2TP session by its two ids, with a PPP endpoint on it or bare. */
export class Session {
  readonly tunnel: number;
  /** The id that this end assigned. */
  readonly id: number;
  /** The PPP machine; undefined on a bare session. After a call on it from outside, `wake()`. */
  readonly ppp: PppEndpoint | undefined;
  readonly #carrier: SessionCarrier;
  readonly #driver: Driver<Uint8Array, Uint8Array, PppEvent> | undefined;
  readonly #reassembly = new Ipv4Reassembly();
  readonly #frames: Received[] = [];
  readonly #packets: Received[] = [];
  readonly #replies = new Set<number>();
  #router: ((packet: Uint8Array) => void) | undefined;
  #state: SessionState = "calling";
  #addresses: Addresses | undefined;
  #user: string | undefined;
  #pppFailure: string | undefined;
  #reason: EndReason | undefined;
  #pings = 0;

  constructor(carrier: SessionCarrier, tunnel: number, id: number, ppp: PppOptions | "none") {
    this.#carrier = carrier;
    this.tunnel = tunnel;
    this.id = id;
    if (ppp === "none") return;
    this.ppp = new PppEndpoint(ppp);
    this.#driver = new Driver(this.ppp, carrier.clock, {
      transmit: (frame) => carrier.send(this, frame),
      event: (event) => this.#onEvent(event),
    });
  }

  get state(): SessionState {
    return this.#state;
  }
  /** What IPCP agreed on, from `ip-up` on. */
  get addresses(): Addresses | undefined {
    return this.#addresses;
  }
  /** Who proved itself on this session. */
  get user(): string | undefined {
    return this.#user;
  }
  /** Why PPP failed or ended: what the peer said where it refused us. */
  get pppFailure(): string | undefined {
    return this.#pppFailure;
  }
  /** Why the session ended. */
  get reason(): EndReason | undefined {
    return this.#reason;
  }
  /** Why a session is down, as an error to throw. */
  failure(): PeerError {
    if (this.#pppFailure !== undefined) return new PeerError("ppp-failed", `PPP ended: ${this.#pppFailure}`);
    const how = this.#reason === undefined ? "without a reason" : showReason(this.#reason);
    return new PeerError("session-ended", `the call was ended ${how}`);
  }
  /** PPP frames received, oldest first. */
  get frames(): readonly Received[] {
    return this.#frames;
  }
  /** IPv4 packets received, fragments put together, oldest first. */
  get packets(): readonly Received[] {
    return this.#packets;
  }

  /** Sends a PPP frame as it is, past the PPP machine. */
  sendFrame(frame: Uint8Array, o?: SendDataOptions): void {
    this.#carrier.send(this, frame, o);
  }

  /** Sends an IPv4 packet by way of the PPP machine, which fragments and frames it. */
  sendIp(packet: Uint8Array): void {
    this.ppp?.sendIp(packet, this.#carrier.clock.now());
    this.wake();
  }

  /**
   * From now on every IPv4 packet of the session goes there as it came, fragments one by one: somebody else is the host and
   * the router here, and this end answers no ping and puts nothing together. `undefined` takes that back.
   */
  route(to: ((packet: Uint8Array) => void) | undefined): void {
    this.#router = to;
  }

  /** Carries out what the PPP machine has to do. */
  wake(): void {
    this.#driver?.wake();
  }

  /** Ends the session with CDN, PPP without a word. */
  hangUp(): void {
    this.#carrier.hangUp(this);
  }

  /** Ends PPP with Terminate-Request; the session follows when that is done. */
  stopPpp(reason?: string): void {
    this.ppp?.stop(this.#carrier.clock.now(), reason);
    this.wake();
  }

  /** One ICMP echo; the milliseconds until its reply, or undefined when none came. */
  async ping(address: string, o: PingOptions = {}): Promise<number | undefined> {
    const { clock } = this.#carrier;
    const source = o.source ?? this.#addresses?.local;
    if (source === undefined) throw new Error("a ping needs a source address, and the session has none");
    const seq = ++this.#pings & 0xffff;
    const sentAt = clock.now();
    this.sendIp(echoPacket("request", source, address, PING_ID, seq, { data: o.size ?? 56 }));
    const answered = await clock.until(() => this.#replies.delete(seq), sentAt + (o.withinMs ?? 5_000), o.signal);
    return answered ? clock.now() - sentAt : undefined;
  }

  /** L2TP reports the session established. */
  onUp(): void {
    if (this.#state !== "calling") return;
    this.#state = "up";
    this.ppp?.start(this.#carrier.clock.now());
    this.wake();
  }

  /** L2TP reports the session ended. */
  onDown(reason: EndReason): void {
    if (this.#state === "down") return;
    this.#state = "down";
    this.#reason = reason;
    this.ppp?.lowerDown(this.#carrier.clock.now());
    this.wake();
    this.stop();
  }

  /** L2TP hands up the payload of a data message. */
  onFrame(frame: Uint8Array): void {
    if (this.#carrier.record) this.#frames.push({ atMs: this.#carrier.clock.now(), octets: frame });
    this.#driver?.receive(frame);
  }

  stop(): void {
    this.#driver?.stop();
  }

  #onEvent(event: PppEvent): void {
    if (event.type === "authenticated") this.#user = event.user;
    if (event.type === "auth-failed") this.#pppFailure = event.message || "authentication failed";
    if (event.type === "ip-up") {
      this.#addresses = { local: event.local, remote: event.remote, dns: event.dns ?? [] };
      if (this.#state === "up") this.#state = "ip-up";
    }
    if (event.type === "ip-down" && this.#state === "ip-up") this.#state = "up";
    if (event.type === "ip") this.#onIp(event.packet);
    this.#carrier.event(this, event);
    // Where the call went first, its own reason tells why.
    if (event.type === "down" && this.#state !== "down") {
      this.#pppFailure ??= event.reason;
      // The call carries one PPP link, and with it gone there is no use for the call.
      this.#carrier.hangUp(this, event.cause);
    }
  }

  #onIp(fragment: Uint8Array): void {
    if (this.#router !== undefined) return this.#router(fragment);
    const now = this.#carrier.clock.now();
    const packet = this.#reassembly.add(fragment, now)?.octets;
    if (packet === undefined) return;
    if (this.#carrier.record) this.#packets.push({ atMs: now, octets: packet });
    const echo = echoIn(packet);
    const ours = echo !== undefined && (echo.dst === this.#addresses?.local || this.#carrier.isHost(echo.dst));
    if (ours) this.#onEcho(echo);
    else this.#carrier.forward(this, packet);
  }

  #onEcho(echo: Echo): void {
    if (echo.type === "request") this.sendIp(replyTo(echo));
    else if (echo.id === PING_ID) this.#replies.add(echo.seq);
  }
}
