import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, type ControlMessage, encodeMessage, type L2tpView, type Secrets, viewL2tp } from "#wire/l2tp/message";
import { u32At } from "#wire/octets";
import type { Endpoint } from "../endpoint.ts";
import { CDN_RESULT, type Cause, ERROR, generalError, STOPCCN_RESULT } from "./cause.ts";
import { ControlConnection, type Surroundings } from "./control-connection.ts";
import { freshId } from "./id.ts";
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
import { breakTie } from "./tie.ts";

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
  readonly #connections = new Map<number, ControlConnection>();
  readonly #transmits: Datagram[] = [];
  readonly #events: L2tpEvent[] = [];
  /** Those that may have something to say since a call that was given no time to say it at. */
  readonly #restless = new Set<ControlConnection>();
  readonly #around: Surroundings;
  #callSerialNumber: number;

  constructor(options: L2tpOptions) {
    this.#settings = settingsOf(options);
    this.#secrets = options.secret ? { tunnelSecret: options.secret } : {};
    // §4.4.4: rising, and unlikely to be met again soon at this end or another.
    this.#callSerialNumber = u32At(options.random(4), 0) >>> 1;
    this.#around = {
      settings: this.#settings,
      nextCallSerialNumber: () => this.#callSerialNumber++,
      emit: (event) => this.#events.push(event),
      transmit: (datagram) => this.#transmits.push(datagram),
    };
  }

  /** Opens a tunnel, as a LAC or as an LNS; returns our id of it. */
  open(remote: SocketAddress, now: number, o: OpenOptions = {}): number {
    const tunnel = this.#add(remote, now);
    tunnel.held = o.held === true;
    tunnel.open(now, o.request?.(tunnel.id));
    tunnel.pump(now);
    return tunnel.id;
  }

  /** LAC only: places an incoming call, at once or when the tunnel is open; returns our id of the session. */
  call(tunnel: number, now: number, o: CallOptions = {}): number {
    if (this.#settings.role !== "lac") throw new Error("only a LAC asks for incoming calls (RFC 2661 §5.2)");
    const connection = this.#tunnel(tunnel);
    if (connection.finished) throw new Error(`tunnel ${tunnel} has ended`);
    const call = connection.call(o, now);
    connection.pump(now);
    return call.id;
  }

  /** Sends a PPP frame. False, and nothing is sent, where the session is not established (any more). */
  sendData(tunnel: number, session: number, payload: Uint8Array, now: number, o: SendDataOptions = {}): boolean {
    const connection = this.#connections.get(tunnel);
    connection?.pump(now);
    return connection?.sendData(session, payload, o) ?? false;
  }

  /** Ends a session with CDN; nothing where it has ended already. */
  hangUp(tunnel: number, session: number, now: number, cause: Cause = { result: CDN_RESULT.administrative }): void {
    const connection = this.#connections.get(tunnel);
    connection?.calls.get(session)?.hangUp(cause);
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
    return [...this.#connections.values()].filter((c) => !c.finished).map((c) => c.id);
  }

  receive({ octets, remote }: Datagram, now: number): void {
    const view = viewL2tp(octets, 0, octets.length, this.#secrets);
    if (view.kind === "data") {
      const connection = this.#connections.get(view.header.tunnelId);
      if (connection && sameAddress(connection.channel.remote, remote)) connection.receiveData(view, octets, now);
      return;
    }
    // §7.1 a malformed header, §3.1 another version: discarded. So too a body that is too short to be even one AVP.
    if (view.kind !== "control" && view.kind !== "zlb") return;
    
    const connection = this.#addressee(view, octets, remote, now);
    if (connection === undefined) return;
    connection.receive(view, octets, now);
    connection.pump(now);
  }

  handleTimer(now: number): void {
    for (const connection of this.#connections.values()) {
      connection.handleTimer(now);
      connection.pump(now);
      if (connection.over) this.#connections.delete(connection.id);
    }
  }

  nextTimerAt(): number | undefined {
    let next: number | undefined;
    for (const connection of this.#connections.values()) {
      const at = connection.nextTimerAt();
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  pollTransmit(now: number): Datagram | undefined {
    for (const connection of this.#restless) connection.pump(now);
    this.#restless.clear();
    return this.#transmits.shift();
  }

  pollEvent(): L2tpEvent | undefined {
    return this.#events.shift();
  }

  /** The connection that a control message is for. Tunnel ID 0 means that the sender knows no id of ours (§5.3). */
  #addressee(view: L2tpView, octets: Uint8Array, remote: SocketAddress, now: number): ControlConnection | undefined {
    const { tunnelId } = view.header;
    if (tunnelId === 0) return this.#unnamed(view, octets, remote, now);
    const connection = this.#connections.get(tunnelId);
    if (connection === undefined) return undefined;
    // §8.1: the answer may come from a port of the peer's choice, and from then on nothing changes.
    if (connection.state === "wait-ctl-reply") connection.channel.remote = remote;
    return sameAddress(connection.channel.remote, remote) ? connection : undefined;
  }

  #unnamed(view: L2tpView, octets: Uint8Array, remote: SocketAddress, now: number): ControlConnection | undefined {
    const assigned = avpIn(view, "assignedTunnelId") ?? 0;
    const here = [...this.#connections.values()].filter((c) => sameAddress(c.channel.remote, remote));
    const known = here.find((c) => c.begunBy && c.channel.peerId === assigned);
    switch (view.type) {
      case "SCCRQ":
      case "SCCRP":
        if (known?.isRepeatOfRequest(octets)) return known;
        if (known) this.#replace(known);
        return this.#begin(view, octets, remote, now);
      case "StopCCN":
        // Or it refuses our SCCRQ, of which the sender could not read the id (hidden with another secret).
        return known ?? only(here.filter((c) => c.state === "wait-ctl-reply"));
      case undefined:
        // The acknowledgement of a StopCCN that refused an SCCRQ: its sender may not have taken our id from it.
        if (view.kind !== "zlb") return undefined;
        return only(here.filter((c) => c.begunBy && (c.state === "idle" || c.state === "wait-ctl-conn")));
      default:
        // SCCCN for an idle machine: clean up, and nothing is there to be cleaned (§7.2.1).
        return undefined;
    }
  }

  /** A first message: an SCCRQ, or an SCCRP that nobody asked for and §7.2.1 answers with StopCCN. */
  #begin(view: L2tpView, octets: Uint8Array, remote: SocketAddress, now: number): ControlConnection | undefined {
    if (view.header.ns !== this.#settings.delivery.initialNr) return undefined;
    if (view.type === "SCCRP" && avpIn(view, "assignedTunnelId") === undefined) return undefined;
    if (view.type === "SCCRQ" && !this.#winsTie(view, remote, now)) return undefined;
    const { maxTunnels = Infinity, holdNew = false } = this.#settings;
    const full = this.tunnels().length >= maxTunnels;
    const connection = this.#add(remote, now, octets);
    connection.held = holdNew;
    if (full) connection.refusal = generalError(ERROR.insufficientResources, "no more tunnels");
    return connection;
  }

  /** §4.4.3: compares the SCCRQ with those of ours that the same peer has not answered; true if it is to be served. */
  #winsTie(view: L2tpView, remote: SocketAddress, now: number): boolean {
    let served = true;
    for (const rival of this.#connections.values()) {
      if (rival.state !== "wait-ctl-reply" || rival.held || rival.channel.remote.address !== remote.address) continue;
      const outcome = breakTie(rival.tieBreaker, avpIn(view, "tieBreaker"));
      if (outcome === "lost") rival.loseTie(now);
      if (outcome === "both-lost") rival.discard({ by: "us", message: "both lost the tie" });
      if (outcome === "won" || outcome === "both-lost") served = false;
      if (rival.over) this.#connections.delete(rival.id);
    }
    return served;
  }

  /** The peer began anew with an id of which we know an older tunnel: it has lost that tunnel. */
  #replace(known: ControlConnection): void {
    known.discard({ by: "peer", message: "the peer began anew" });
    this.#connections.delete(known.id);
  }

  #add(remote: SocketAddress, now: number, begunBy?: Uint8Array): ControlConnection {
    const id = freshId(this.#settings.random, this.#settings.nextTunnelId, (n) => this.#connections.has(n));
    const connection = new ControlConnection(this.#around, { id, remote, ...(begunBy && { begunBy }) }, now);
    this.#connections.set(id, connection);
    return connection;
  }

  #tunnel(id: number): ControlConnection {
    const connection = this.#connections.get(id);
    if (connection === undefined) throw new Error(`no tunnel ${id}`);
    return connection;
  }
}

function only<T>(candidates: readonly T[]): T | undefined {
  return candidates.length === 1 ? candidates[0] : undefined;
}

function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.address === b.address && a.port === b.port;
}
