import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, type L2tpView } from "#wire/l2tp/message";
import { ERROR, generalError } from "./cause.ts";
import { ControlConnection, type Surroundings } from "./control-connection.ts";
import { freshId } from "./id.ts";
import { breakTie } from "./tie.ts";

/** A control message or ZLB with a good header, as it came in. */
export interface Arrived {
  readonly view: L2tpView;
  readonly octets: Uint8Array;
  readonly remote: SocketAddress;
  readonly now: number;
}

/** The control connections of one endpoint: finds the one that a message is for, and begins new ones. */
export class ConnectionTable {
  readonly #around: Surroundings;
  readonly #connections = new Map<number, ControlConnection>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get all(): Iterable<ControlConnection> {
    return this.#connections.values();
  }

  /** Those that have not ended. */
  get live(): readonly ControlConnection[] {
    return [...this.all].filter((connection) => !connection.ended);
  }

  get(id: number): ControlConnection | undefined {
    return this.#connections.get(id);
  }

  /** A new connection with an id that no other has; `begunBy` is the peer's message where the peer begins it. */
  add(remote: SocketAddress, now: number, begunBy?: Uint8Array): ControlConnection {
    const { random, nextTunnelId } = this.#around.settings;
    const id = freshId(random, nextTunnelId, (n) => this.#connections.has(n));
    const connection = new ControlConnection(this.#around, { id, remote, ...(begunBy && { begunBy }) }, now);
    this.#connections.set(id, connection);
    return connection;
  }

  remove(connection: ControlConnection): void {
    this.#connections.delete(connection.id);
  }

  /** The connection that the header names, if it is with that address and port: they stay what they are (§8.1). */
  named(view: L2tpView, remote: SocketAddress): ControlConnection | undefined {
    const connection = this.#connections.get(view.header.tunnelId);
    return connection && sameAddress(connection.channel.remote, remote) ? connection : undefined;
  }

  /** The connection that a control message is for, a new one where it begins one; undefined where it is to be dropped. */
  addressee(arrived: Arrived): ControlConnection | undefined {
    const { view, remote } = arrived;
    // §5.3: 0 means that the sender knows no id of ours yet.
    if (view.header.tunnelId === 0) return this.#unnamed(arrived);
    const connection = this.#connections.get(view.header.tunnelId);
    // §8.1: the answer to our SCCRQ may come from a port of the peer's choice.
    if (connection?.state === "wait-ctl-reply") connection.channel.remote = remote;
    return this.named(view, remote);
  }

  #unnamed(arrived: Arrived): ControlConnection | undefined {
    const { view, octets, remote } = arrived;
    const assigned = avpIn(view, "assignedTunnelId") ?? 0;
    const here = [...this.all].filter((c) => sameAddress(c.channel.remote, remote));
    const known = here.find((c) => c.begunBy && c.channel.peerId === assigned);
    switch (view.type) {
      case "SCCRQ":
      case "SCCRP":
        return known?.isRepeatOfRequest(octets) ? known : this.#begin(arrived, known);
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

  /**
   * A first message: an SCCRQ, or an SCCRP that nobody asked for and §7.2.1 answers with StopCCN. `known` is the tunnel for
   * which the peer has used the same id: asking for a new one, it has lost that one.
   */
  #begin({ view, octets, remote, now }: Arrived, known: ControlConnection | undefined): ControlConnection | undefined {
    const { delivery, maxTunnels = Infinity, holdNew = false } = this.#around.settings;
    if (view.header.ns !== delivery.initialNr) return undefined;
    if (view.type === "SCCRP" && (known || avpIn(view, "assignedTunnelId") === undefined)) return undefined;
    if (view.type === "SCCRQ" && !this.#winsTie(view, remote, now)) return undefined;
    if (known) {
      known.discard({ by: "peer", message: "the peer began anew" });
      this.remove(known);
    }
    const full = this.live.length >= maxTunnels;
    const connection = this.add(remote, now, octets);
    connection.held = holdNew;
    if (full) connection.refusal = generalError(ERROR.insufficientResources, "no more tunnels");
    return connection;
  }

  /** §4.4.3: compares the SCCRQ with those of ours that the same peer has not answered; true if it is to be served. */
  #winsTie(view: L2tpView, remote: SocketAddress, now: number): boolean {
    let served = true;
    for (const rival of this.all) {
      if (rival.state !== "wait-ctl-reply" || rival.held || rival.channel.remote.address !== remote.address) continue;
      const outcome = breakTie(rival.tieBreaker, avpIn(view, "tieBreaker"));
      if (outcome === "lost") rival.loseTie(now);
      if (outcome === "both-lost") rival.discard({ by: "us", message: "both lost the tie" });
      if (outcome === "won" || outcome === "both-lost") served = false;
      if (rival.over) this.remove(rival);
    }
    return served;
  }
}

function only<T>(candidates: readonly T[]): T | undefined {
  return candidates.length === 1 ? candidates[0] : undefined;
}

function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.address === b.address && a.port === b.port;
}
