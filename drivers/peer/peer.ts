import type { Clock } from "#link/clock";
import type { Link } from "#link/link";
import type { RandomOctets } from "#proto/endpoint";
import {
  type Cause,
  type EndReason,
  L2tpEndpoint,
  type L2tpEvent,
  type L2tpOptions,
  type SendDataOptions,
} from "#proto/l2tp/endpoint";
import { serialDiff } from "#proto/l2tp/sequence";
import type { PppEvent, PppOptions } from "#proto/ppp/endpoint";
import type { SocketAddress } from "#wire/ip/udp";
import { type Avp, avpOf } from "#wire/l2tp/avp";
import { viewHeader } from "#wire/l2tp/header";
import { type Addressed, type Driver, driveOnLink } from "./drive.ts";
import { PeerError } from "./failure.ts";
import { intercept, type InterceptedLink, type Lie } from "./interceptor.ts";
import { type Received, Session, type SessionCarrier } from "./session.ts";

export { PeerError, type PeerErrorCode } from "./failure.ts";

/** What a LAC and an LNS have in common. */
export interface PeerOptions {
  readonly link: Link;
  readonly clock: Clock;
  /** Ids, challenges and Magic-Numbers: seeded where a run must repeat. */
  readonly random: RandomOctets;
  readonly l2tp?: Partial<Omit<L2tpOptions, "role" | "random">>;
  /** Over the role's own options; "none" leaves sessions bare, for frames by hand. */
  readonly ppp?: Partial<Omit<PppOptions, "role" | "random">> | "none";
  /** How every data message goes that is not told otherwise. */
  readonly data?: SendDataOptions;
  /** How this peer lies. */
  readonly lies?: readonly Lie[];
  /** Addresses behind this end whose pings it answers, besides its own. */
  readonly hosts?: readonly string[];
  readonly onEvent?: (event: PeerEvent) => void;
  /** IPv4 packets that came over a session for somebody else. */
  readonly onIp?: (packet: Uint8Array, session: Session) => void;
  /** Keep events, datagrams, frames and ended sessions in lists; default true. A load run does not. */
  readonly record?: boolean;
}

/** Opens a socket of the kind at hand: `(at) => network.attach(at)`, `(at) => openUdp({ ...at, clock })`. */
export type Attach = (at: SocketAddress) => Link | Promise<Link>;

export type PeerEvent = { readonly atMs: number } & (
  | { readonly layer: "l2tp"; readonly event: L2tpEvent }
  | { readonly layer: "ppp"; readonly session: Session; readonly event: PppEvent }
);

export interface ReceivedDatagram extends Received {
  readonly from: SocketAddress;
}

export interface WaitOptions {
  /** Milliseconds for the whole of it. */
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

/** As long as the delivery of an unanswered message takes by its defaults, and a little more. */
export const DEFAULT_WAIT_MS = 40_000;

interface TunnelRecord {
  up: boolean;
  ended?: EndReason;
  /** The last Nr that the other end sent. */
  peerNr: number;
}

/**
 * One end of L2TP tunnels, complete: the machine on its socket and clock, a Session for each call. Lac and Lns add what
 * their role does.
 */
export class Peer implements AsyncDisposable {
  /** The machine. After a call on it from outside, such as `send`, `hold` or `muteAcks`, call `wake()`. */
  readonly l2tp: L2tpEndpoint;
  readonly clock: Clock;
  readonly local: SocketAddress;
  readonly #link: InterceptedLink;
  readonly #driver: Driver<Addressed, Addressed, L2tpEvent>;
  readonly #options: PeerOptions;
  readonly #record: boolean;
  readonly #pppOptions: () => PppOptions | "none";
  readonly #sessions = new Map<string, Session>();
  readonly #tunnels = new Map<number, TunnelRecord>();
  readonly #events: PeerEvent[] = [];
  readonly #received: ReceivedDatagram[] = [];
  readonly #carrier: SessionCarrier;

  protected constructor(
    role: "lac" | "lns",
    options: PeerOptions,
    hostName: string,
    pppOptions: () => PppOptions | "none",
  ) {
    const { clock, l2tp, random, hosts = [] } = options;
    this.clock = clock;
    this.#options = options;
    this.#record = options.record ?? true;
    this.#pppOptions = pppOptions;
    this.l2tp = new L2tpEndpoint({ hostName, ...l2tp, role, random });
    const secrets = l2tp?.secret === undefined ? {} : { tunnelSecret: l2tp.secret };
    this.#link = intercept(options.link, clock, options.lies ?? [], secrets);
    this.local = this.#link.local;
    this.#driver = driveOnLink(this.l2tp, this.#link, clock, (event) => this.#onEvent(event));
    this.#link.onDatagram((octets, remote) => this.#receive(octets, remote));
    this.#carrier = {
      clock,
      record: this.#record,
      isHost: (address) => hosts.includes(address),
      send: (session, frame, o = options.data) => {
        this.l2tp.sendData(session.tunnel, session.id, frame, clock.now(), o);
        this.wake();
      },
      hangUp: (session, why) =>
        this.hangUp(session, undefined, why === undefined ? [] : [avpOf("pppDisconnectCause", why)]),
      event: (session, event) => this.#note({ atMs: clock.now(), layer: "ppp", session, event }),
      forward: (session, packet) => options.onIp?.(packet, session),
    };
  }

  /** Events of both layers, oldest first. */
  get events(): readonly PeerEvent[] {
    return this.#events;
  }
  /** Datagrams received, as the machine saw them, oldest first. */
  get received(): readonly ReceivedDatagram[] {
    return this.#received;
  }
  /** In the order in which they began, ended ones included where the peer records. */
  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }
  /** How often each lie was told. */
  get fired(): ReadonlyMap<string, number> {
    return this.#link.fired;
  }

  /** Transmits what the machine has queued, hands out its events, sets its timer anew. */
  wake(): void {
    this.#driver.wake();
  }

  /** Ends every tunnel with StopCCN. */
  closeAll(): void {
    for (const tunnel of this.l2tp.tunnels()) this.l2tp.close(tunnel, this.clock.now());
    this.wake();
  }

  /** Ends a call with CDN, or the latest one. */
  hangUp(session: Session = this.latestSession(), cause?: Cause, avps?: readonly Avp[]): void {
    this.l2tp.hangUp(session.tunnel, session.id, this.clock.now(), cause, avps);
    this.wake();
  }

  /** Ends every call with CDN, those that are not up yet as well. */
  hangUpAll(cause?: Cause): void {
    for (const tunnel of this.l2tp.tunnels())
      for (const { ourId } of this.l2tp.tunnelInfo(tunnel)?.sessions ?? [])
        this.l2tp.hangUp(tunnel, ourId, this.clock.now(), cause);
    this.wake();
  }

  /** Ends a tunnel with StopCCN, and waits until the other end has acknowledged it; false when it never did. */
  async closeTunnel(tunnel: number, o: WaitOptions & { readonly cause?: Cause } = {}): Promise<boolean> {
    this.l2tp.close(tunnel, this.clock.now(), o.cause);
    this.wake();
    return this.clock.until(() => this.acknowledged(tunnel), this.deadline(o), o.signal);
  }

  /** Whether the other end has acknowledged all that was sent on the tunnel. */
  acknowledged(tunnel: number): boolean {
    const info = this.l2tp.tunnelInfo(tunnel);
    return info === undefined || serialDiff(this.#tunnelRecord(tunnel).peerNr, info.ns) >= 0;
  }

  /** Takes a session that a script has set up by hand, with PPP or bare. */
  adopt(
    tunnel: number,
    ids: { readonly ourId: number; readonly peerId: number },
    o: { readonly ppp?: "none" } = {},
  ): Session {
    this.l2tp.adopt(tunnel, ids);
    const session = this.addSession(tunnel, ids.ourId, o.ppp);
    this.wake();
    session.onUp();
    return session;
  }

  /** Closes every tunnel in order, then the socket. */
  async shutDown(o: WaitOptions = {}): Promise<void> {
    const wait = { withinMs: 3_000, ...o };
    await Promise.all(this.l2tp.tunnels().map((tunnel) => this.closeTunnel(tunnel, wait)));
    // What has ended by itself may still owe the other end the word of it.
    const told = (): boolean => [...this.#tunnels.keys()].every((tunnel) => this.acknowledged(tunnel));
    await this.clock.until(told, this.deadline(wait), o.signal);
    await this[Symbol.asyncDispose]();
  }

  /** Drops everything without a word to the other end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#driver.stop();
    for (const session of this.#sessions.values()) session.stop();
    await this.#link.close();
  }

  /** Where the tunnel stands: opening, up, or ended for a reason. It goes on to tell when it is kept. */
  tunnelState(tunnel: number): { readonly up: boolean; readonly ended?: EndReason } {
    return this.#tunnelRecord(tunnel);
  }

  /** The other end wants that number called. Whoever has no telephone lets it wait. */
  protected dialOut(_tunnel: number, _session: number, _number: string): void {}

  protected deadline(o: WaitOptions): number {
    return this.clock.now() + (o.withinMs ?? DEFAULT_WAIT_MS);
  }

  protected latestSession(): Session {
    const session = this.sessions.findLast((one) => one.state !== "down");
    if (session === undefined) throw new PeerError("no-session", "there is no session");
    return session;
  }

  protected addSession(tunnel: number, id: number, ppp?: "none"): Session {
    const session = new Session(this.#carrier, tunnel, id, ppp ?? this.#pppOptions());
    this.#sessions.set(`${tunnel}/${id}`, session);
    return session;
  }

  #receive(octets: Uint8Array, from: SocketAddress): void {
    if (this.#record) this.#received.push({ atMs: this.clock.now(), octets, from });
    const { t, tunnelId, nr } = viewHeader(octets);
    if (t && nr !== undefined && this.l2tp.tunnelInfo(tunnelId)) this.#tunnelRecord(tunnelId).peerNr = nr;
    this.#driver.receive({ octets, remote: from });
  }

  #tunnelRecord(tunnel: number): TunnelRecord {
    let record = this.#tunnels.get(tunnel);
    if (record === undefined) this.#tunnels.set(tunnel, (record = { up: false, peerNr: 0 }));
    return record;
  }

  #onEvent(event: L2tpEvent): void {
    this.#note({ atMs: this.clock.now(), layer: "l2tp", event });
    const key = "session" in event ? `${event.tunnel}/${event.session}` : "";
    switch (event.type) {
      case "tunnel-up":
        this.#tunnelRecord(event.tunnel).up = true;
        break;
      case "tunnel-down":
        this.#endTunnel(event.tunnel, event.reason);
        break;
      case "session-up":
        (this.#sessions.get(key) ?? this.addSession(event.tunnel, event.session)).onUp();
        break;
      case "session-down":
        this.#endSession(key, event.reason);
        break;
      case "data":
        this.#sessions.get(key)?.onFrame(event.payload);
        break;
      case "dial-out":
        this.dialOut(event.tunnel, event.session, event.number);
        break;
      case "message":
        break;
    }
  }

  #endTunnel(tunnel: number, reason: EndReason): void {
    const record = this.#tunnelRecord(tunnel);
    record.up = false;
    record.ended = reason;
    for (const [key, session] of this.#sessions) if (session.tunnel === tunnel) this.#endSession(key, reason);
    if (!this.#record) this.#forgetTunnels();
  }

  #forgetTunnels(): void {
    for (const [id, { ended }] of this.#tunnels) {
      if (ended !== undefined && this.l2tp.tunnelInfo(id) === undefined) this.#tunnels.delete(id);
    }
  }

  #endSession(key: string, reason: EndReason): void {
    this.#sessions.get(key)?.onDown(reason);
    if (!this.#record) this.#sessions.delete(key);
  }

  #note(event: PeerEvent): void {
    if (this.#record) this.#events.push(event);
    this.#options.onEvent?.(event);
  }
}
