import type { CallOptions } from "#proto/l2tp/endpoint";
import type { SocketAddress } from "#wire/ip/udp";
import { PeerError, showReason } from "./failure.ts";
import { type Attach, Peer, type PeerOptions, type WaitOptions } from "./peer.ts";
import type { PingOptions, Session } from "./session.ts";

export interface LacOptions extends PeerOptions {
  /** Where the LNS listens. */
  readonly lns: SocketAddress;
  /** What the PPP client proves itself with. */
  readonly user?: string;
  readonly password?: string;
  /** Numbers that are busy when an LNS wants them called; all others answer. Needs `l2tp.bearerCapabilities`. */
  readonly busy?: readonly string[];
}

/** Until the telephone of an outgoing call answers, or is found busy. */
const RINGS_MS = 500;

export interface CallSetup extends CallOptions {
  /** A session without PPP, for frames by hand. */
  readonly ppp?: "none";
}

/**
 * A LAC that calls by itself (Call-LNS): it opens tunnels, places incoming calls in them, and is the PPP client of each.
 * One Lac is one source port; the RFC's LAC with a port for each tunnel is several of them.
 */
export class Lac extends Peer {
  readonly #lns: SocketAddress;
  readonly #busy: readonly string[];

  constructor(options: LacOptions) {
    const { ppp, user, password, random } = options;
    const credentials = user === undefined ? {} : { credentials: { user, password: password ?? "" } };
    super("lac", options, "LAC", () => (ppp === "none" ? "none" : { ...credentials, ...ppp, role: "client", random }));
    this.#lns = options.lns;
    this.#busy = options.busy ?? [];
  }

  /** A Lac on a socket of its own, from a free port unless one is given (RFC 2661 §8.1). */
  static async at(
    attach: Attach,
    local: { readonly address: string; readonly port?: number },
    options: Omit<LacOptions, "link">,
  ): Promise<Lac> {
    return new Lac({ ...options, link: await attach({ port: 0, ...local }) });
  }

  /** Opens a tunnel; resolves with our id of it when it is up. Rejects with a PeerError when it does not come up. */
  async open(o: WaitOptions = {}): Promise<number> {
    const tunnel = this.l2tp.open(this.#lns, this.clock.now());
    this.wake();
    const state = this.tunnelState(tunnel);
    const inTime = await this.clock.until(() => state.up || state.ended !== undefined, this.deadline(o), o.signal);
    if (state.ended !== undefined)
      throw new PeerError("tunnel-ended", `the tunnel was ended ${showReason(state.ended)}`);
    if (!inTime) throw new PeerError("timeout", "the tunnel did not come up in time");
    return tunnel;
  }

  /** Places a call; resolves when the session is established, PPP then begins. Rejects with a PeerError otherwise. */
  async call(tunnel: number, o: CallSetup & WaitOptions = {}): Promise<Session> {
    const session = this.addSession(tunnel, this.l2tp.call(tunnel, this.clock.now(), o), o.ppp);
    this.wake();
    const inTime = await this.clock.until(() => session.state !== "calling", this.deadline(o), o.signal);
    if (!inTime) throw new PeerError("timeout", "the call was not answered in time");
    if (session.state === "down") throw session.failure();
    return session;
  }

  /** A tunnel, a call in it, and PPP up to an address of our own. Rejects with a PeerError that says how far it came. */
  async dial(o: CallSetup & WaitOptions = {}): Promise<Session> {
    const deadline = this.deadline(o);
    const rest = (): CallSetup & WaitOptions => ({ ...o, withinMs: deadline - this.clock.now() });
    const session = await this.call(await this.open(rest()), rest());
    if (session.ppp === undefined) return session;
    const settled = (): boolean => session.state === "ip-up" || session.state === "down";
    const inTime = await this.clock.until(settled, deadline, o.signal);
    if (session.state === "down") throw session.failure();
    if (!inTime) throw new PeerError("timeout", `PPP did not come up in time: ${JSON.stringify(session.ppp.states)}`);
    return session;
  }

  /** There is no telephone here: this end is the one that is called, and its PPP that of the caller. */
  protected override dialOut(tunnel: number, session: number, number: string): void {
    const came = this.#busy.includes(number) ? "failure" : "answer";
    this.clock.schedule(this.clock.now() + RINGS_MS, () => {
      this.l2tp.bearer(tunnel, session, came, this.clock.now());
      this.wake();
    });
  }

  /** A ping through the latest session; the milliseconds until its reply, or undefined when none came. */
  ping(address: string, o?: PingOptions): Promise<number | undefined> {
    return this.latestSession().ping(address, o);
  }
}
