import type { Avp } from "#wire/l2tp/avp";
import type { SocketAddress } from "#wire/ip/udp";
import { type ControlMessage, encodeMessage, type Secrets, viewL2tp } from "#wire/l2tp/message";
import { u32At } from "#wire/octets";
import type { Endpoint } from "../endpoint.ts";
import { CDN_RESULT, type Cause, STOPCCN_RESULT } from "./cause.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { ControlConnection } from "./control-connection.ts";
import {
  type CallOptions,
  type Datagram,
  type L2tpEvent,
  type L2tpOptions,
  type OpenOptions,
  type SendDataOptions,
  type SendOptions,
  type Settings,
  settingsOf,
  type TunnelInfo,
} from "./options.ts";

export type { Cause, EndReason } from "./cause.ts";
export type {
  CallOptions,
  Datagram,
  L2tpEvent,
  L2tpOptions,
  OpenOptions,
  SendDataOptions,
  SendOptions,
  TunnelInfo,
} from "./options.ts";

/**
 * A LAC or an LNS on one local socket, with any number of tunnels (RFC 2661), without I/O. A LAC that uses one source port
 * a tunnel has one of these a port.
 *
 * The RFC leaves some reactions open. This end drops what comes from another address or port than the tunnel's (§8.1), what
 * names an unknown tunnel, and octets with a bad header (§7.1); it clears the tunnel on a message out of sequence (§7.1).
 */
export class L2tpEndpoint implements Endpoint<Datagram, Datagram, L2tpEvent> {
  readonly #settings: Settings;
  readonly #secrets: Secrets;
  readonly #connections: ConnectionTable;
  readonly #transmits: Datagram[] = [];
  readonly #events: L2tpEvent[] = [];
  /** Those that may have something to say since a call that was given no time to say it at. */
  readonly #restless = new Set<ControlConnection>();
  #callSerialNumber: number;

  constructor(options: L2tpOptions) {
    this.#settings = settingsOf(options);
    this.#secrets = options.secret ? { tunnelSecret: options.secret } : {};
    // §4.4.4: rising, and unlikely to be met again soon at this end or another.
    this.#callSerialNumber = u32At(options.random(4), 0) >>> 1;
    this.#connections = new ConnectionTable({
      settings: this.#settings,
      nextCallSerialNumber: () => this.#callSerialNumber++,
      emit: (event) => this.#events.push(event),
      transmit: (datagram) => this.#transmits.push(datagram),
    });
  }

  /** Opens a tunnel, as a LAC or as an LNS; returns our id of it. */
  open(remote: SocketAddress, now: number, o: OpenOptions = {}): number {
    const tunnel = this.#connections.add(remote, now);
    tunnel.held = o.held === true;
    tunnel.open(now, o.request?.(tunnel.id));
    tunnel.pump(now);
    return tunnel.id;
  }

  /** LAC only: places an incoming call, at once or when the tunnel is open; returns our id of the session. */
  call(tunnel: number, now: number, o: CallOptions = {}): number {
    if (this.#settings.role !== "lac") throw new Error("only a LAC asks for incoming calls (RFC 2661 §5.2)");
    return this.#place(tunnel, now, o);
  }

  /** LNS only: asks the LAC for an outgoing call, at once or when the tunnel is open; returns our id of the session. */
  callOut(tunnel: number, now: number, o: CallOptions = {}): number {
    if (this.#settings.role !== "lns") throw new Error("only an LNS asks for outgoing calls (RFC 2661 §5.2)");
    return this.#place(tunnel, now, o);
  }

  /** LAC only: what became of the telephone call that `dial-out` asked for. Busy, unless a cause is given. */
  bearer(tunnel: number, session: number, came: "answer" | "failure", now: number, cause?: Cause): void {
    const connection = this.#connections.get(tunnel);
    connection?.calls.get(session)?.bearer(`bearer-${came}`, cause);
    connection?.pump(now);
  }

  /** Sends a PPP frame. False, and nothing is sent, where the session is not established (any more). */
  sendData(tunnel: number, session: number, payload: Uint8Array, now: number, o: SendDataOptions = {}): boolean {
    const connection = this.#connections.get(tunnel);
    connection?.pump(now);
    return connection?.sendData(session, payload, o) ?? false;
  }

  /** Ends a session with CDN, and these AVPs in it; nothing where it has ended already. */
  hangUp(
    tunnel: number,
    session: number,
    now: number,
    cause: Cause = { result: CDN_RESULT.administrative },
    avps: readonly Avp[] = [],
  ): void {
    const connection = this.#connections.get(tunnel);
    connection?.calls.get(session)?.hangUp(cause, avps);
    connection?.pump(now);
  }

  /** Ends a tunnel with StopCCN; nothing where it has ended already. */
  close(tunnel: number, now: number, cause: Cause = { result: STOPCCN_RESULT.generalRequest }): void {
    const connection = this.#connections.get(tunnel);
    connection?.close(cause, now);
    connection?.pump(now);
  }

  /** The machine stops reacting to what comes on this tunnel and sends no HELLO; delivery goes on. */
  hold(tunnel: number): void {
    this.#tunnel(tunnel).held = true;
  }

  /** The machine reacts again from here on; `established` where the tunnel was brought up by hand meanwhile. */
  release(tunnel: number, as?: "established"): void {
    const connection = this.#tunnel(tunnel);
    connection.held = false;
    if (as === "established") connection.takeOver();
    this.#restless.add(connection);
  }

  /** A session that was set up by hand becomes one of the machine's, established. */
  adopt(tunnel: number, session: { readonly ourId: number; readonly peerId: number }): void {
    this.#tunnel(tunnel).calls.adopt(session.ourId, session.peerId);
  }

  /** While muted nothing is acknowledged: no ZLB goes out, and Nr stands still. */
  muteAcks(tunnel: number, muted: boolean): void {
    const connection = this.#tunnel(tunnel);
    connection.channel.delivery.muteAcks(muted);
    this.#restless.add(connection);
  }

  /** Sends a control message, or the body of one, with the next Ns, reliably like any other; returns that Ns. */
  send(tunnel: number, message: ControlMessage | Uint8Array, now: number, o: SendOptions = {}): number {
    const connection = this.#tunnel(tunnel);
    const body = message instanceof Uint8Array ? message : encodeMessage(message);
    const ns = connection.channel.send(body, {
      session: { peerId: o.sessionId ?? 0 },
      tweak: o.header,
      burst: o.burst === true,
    });
    connection.pump(now);
    return ns;
  }

  /** Sends the message with that Ns once more, acknowledged or not, with the Nr of the moment. */
  resend(tunnel: number, ns: number, now: number): void {
    const connection = this.#tunnel(tunnel);
    if (!connection.channel.delivery.resend(ns)) throw new Error(`tunnel ${tunnel} remembers no message with Ns ${ns}`);
    connection.pump(now);
  }

  /** Sends any octets; no machine knows of them. */
  sendRaw(octets: Uint8Array, remote: SocketAddress): void {
    this.#transmits.push({ octets, remote });
  }

  tunnelInfo(tunnel: number): TunnelInfo | undefined {
    const connection = this.#connections.get(tunnel);
    if (connection === undefined) return undefined;
    const { id, channel, state, calls, peerHostName } = connection;
    const sessions = calls.live.map((call) => ({ ourId: call.id, peerId: call.peerId, state: call.state }));
    const { peerId, remote } = channel;
    const { ns, nr } = channel.delivery;
    return { ourId: id, peerId, remote, state, ns, nr, sessions, ...(peerHostName !== undefined && { peerHostName }) };
  }

  /** Our ids of the tunnels that have not ended. */
  tunnels(): readonly number[] {
    return this.#connections.live.map((connection) => connection.id);
  }

  receive({ octets, remote }: Datagram, now: number): void {
    const view = viewL2tp(octets, 0, octets.length, this.#secrets);
    if (view.kind === "data") return this.#connections.named(view, remote)?.receiveData(view, octets, now);
    // §7.1 a malformed header, §3.1 another version: discarded. So too a body that is too short to be even one AVP.
    if (view.kind !== "control" && view.kind !== "zlb") return;
    if (view.kind === "control" && view.avps.length === 0) return;
    const connection = this.#connections.addressee({ view, octets, remote, now });
    connection?.receive(view, octets, now);
    connection?.pump(now);
  }

  handleTimer(now: number): void {
    for (const connection of this.#connections.all) {
      connection.handleTimer(now);
      connection.pump(now);
      if (connection.over) this.#connections.remove(connection);
    }
  }

  nextTimerAt(): number | undefined {
    let next = Infinity;
    for (const connection of this.#connections.all) next = Math.min(next, connection.nextTimerAt() ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  pollTransmit(now: number): Datagram | undefined {
    for (const connection of this.#restless) connection.pump(now);
    this.#restless.clear();
    return this.#transmits.shift();
  }

  pollEvent(): L2tpEvent | undefined {
    return this.#events.shift();
  }

  #place(tunnel: number, now: number, o: CallOptions): number {
    const connection = this.#tunnel(tunnel);
    if (connection.ended) throw new Error(`tunnel ${tunnel} has ended`);
    const call = connection.call(o, now);
    connection.pump(now);
    return call.id;
  }

  #tunnel(id: number): ControlConnection {
    const connection = this.#connections.get(id);
    if (connection === undefined) throw new Error(`no tunnel ${id}`);
    return connection;
  }
}
