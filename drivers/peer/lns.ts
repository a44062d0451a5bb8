import type { PppOptions } from "#proto/ppp/endpoint";
import type { SocketAddress } from "#wire/ip/udp";
import { L2TP_PORT } from "#wire/packet";
import { PeerError } from "./failure.ts";
import { type Attach, Peer, type PeerOptions, type WaitOptions } from "./peer.ts";
import { AddressPool } from "./pool.ts";
import type { Session } from "./session.ts";

/** Who may call. */
export interface User {
  readonly name: string;
  readonly password: string;
  /** The address that this user always gets. */
  readonly address?: string;
}

export interface LnsOptions extends PeerOptions {
  readonly users?: readonly User[];
  /** Addresses for callers; default 172.16.1.0/24. */
  readonly pool?: string;
  /** The LNS's own address inside PPP; default 172.16.1.1. */
  readonly gateway?: string;
  /** How callers prove themselves; default "pap". */
  readonly auth?: NonNullable<PppOptions["requireAuth"]> | "none";
  readonly dns?: NonNullable<PppOptions["dns"]>;
}

/** An LNS that takes every tunnel and call, asks who it is, and gives out addresses. It serves from the moment it exists. */
export class Lns extends Peer {
  readonly pool: AddressPool;
  readonly #claimed = new WeakSet<Session>();

  constructor(options: LnsOptions) {
    const { users = [], auth = "pap", gateway = "172.16.1.1", dns, ppp, random } = options;
    const passwords = new Map(users.map((user) => [user.name, user.password]));
    const fixed = new Map(users.flatMap(({ name, address }) => (address === undefined ? [] : [[name, address]])));
    const pool = new AddressPool({ prefix: options.pool ?? "172.16.1.0/24", taken: [gateway], fixed });
    super("lns", options, "LNS", () => {
      if (ppp === "none") return "none";
      return {
        address: gateway,
        assign: (user) => pool.assign(user),
        releaseAddress: (address) => pool.release(address),
        verify: (user) => passwords.get(user),
        ...(auth !== "none" && { requireAuth: auth }),
        ...(dns && { dns }),
        ...ppp,
        role: "server",
        random,
      };
    });
    this.pool = pool;
  }

  /** An Lns on a socket of its own, on port 1701 unless another is given. */
  static async at(
    attach: Attach,
    local: { readonly address: string; readonly port?: number },
    options: Omit<LnsOptions, "link">,
  ): Promise<Lns> {
    return new Lns({ ...options, link: await attach({ port: L2TP_PORT, ...local }) });
  }

  /** Asks a LAC for an outgoing call, in the tunnel that is there or in one of its own; what comes of it are events. */
  callOut(lac: SocketAddress, number: string): void {
    const now = this.clock.now();
    const toLac = (tunnel: number): boolean => this.l2tp.tunnelInfo(tunnel)?.remote.address === lac.address;
    const tunnel = this.l2tp.tunnels().find(toLac) ?? this.l2tp.open(lac, now);
    this.l2tp.callOut(tunnel, now, { calledNumber: number });
    this.wake();
  }

  /**
   * A call that nobody has asked for yet, once it is up: with PPP when both have their addresses. Rejects with a PeerError
   * for a call that failed, and when none comes.
   */
  async nextSession(o: WaitOptions = {}): Promise<Session> {
    let session: Session | undefined;
    const claim = (): boolean => {
      session = this.sessions.find((one) => !this.#claimed.has(one) && isSettled(one));
      if (session !== undefined) this.#claimed.add(session);
      return session !== undefined;
    };
    await this.clock.until(claim, this.deadline(o), o.signal);
    if (session === undefined) throw new PeerError("timeout", "no call came up in time");
    if (session.state === "down") throw session.failure();
    return session;
  }
}

function isSettled({ state, ppp }: Session): boolean {
  return state === "ip-up" || state === "down" || (ppp === undefined && state === "up");
}
