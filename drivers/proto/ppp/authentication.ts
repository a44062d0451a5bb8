import type { ChapView } from "#wire/ppp/chap";
import type { PapView } from "#wire/ppp/pap";
import type { RandomOctets } from "#proto/endpoint";
import { AUTH_PROTOCOL, type AuthMethod } from "./auth-method.ts";
import type { AuthHost, AuthLimits, AuthParty, Credentials } from "./auth-party.ts";
import { ChapAuthenticator, ChapPeer, type ChapAuthenticatorOptions } from "./chap.ts";
import { PapAuthenticator, PapPeer } from "./pap.ts";

export interface AuthenticationOptions extends ChapAuthenticatorOptions {
  readonly credentials: Credentials;
  readonly limits: AuthLimits;
}

export interface AuthenticationHost {
  transmit(protocol: number, packet: Uint8Array): void;
  discard(why: string): void;
  /** For the first time since `begin`, or after a refusal. */
  authenticated(user: string, method: AuthMethod, now: number): void;
  refused(message: string, byUs: boolean, method: AuthMethod, now: number): void;
  gaveUp(why: string, method: AuthMethod, now: number): void;
  /** Whatever LCP has agreed on is through: the Network phase may begin. */
  done(now: number): void;
}

export type AuthState = "none" | "pending" | "done" | "failed";

/** Who proves himself to whom: the two directions are independent (RFC 1661 §6.2). */
type Direction = "ofPeer" | "ofUs";
type Parties = { readonly pap: AuthParty<PapView>; readonly chap: AuthParty<ChapView> };

/** The Authenticate phase (RFC 1661 §3.5), and CHAP's repetitions after it. */
export class Authentication {
  readonly #host: AuthenticationHost;
  readonly #parties: Readonly<Record<Direction, Parties>>;
  #methods: Readonly<Partial<Record<Direction, AuthMethod>>> = {};
  readonly #pending = new Set<Direction>();
  #state: AuthState = "none";
  #peerName: string | undefined;

  constructor(options: AuthenticationOptions, host: AuthenticationHost, random: RandomOctets) {
    const { credentials, limits, verify } = options;
    const hostOf = (direction: Direction, method: AuthMethod): AuthHost => this.#hostOf(direction, method);
    this.#host = host;
    this.#parties = {
      ofPeer: {
        pap: new PapAuthenticator(hostOf("ofPeer", "pap"), verify),
        chap: new ChapAuthenticator(hostOf("ofPeer", "chap"), limits, options, random),
      },
      ofUs: {
        pap: new PapPeer(hostOf("ofUs", "pap"), limits, credentials),
        chap: new ChapPeer(hostOf("ofUs", "chap"), limits, credentials),
      },
    };
  }

  get state(): AuthState {
    return this.#state;
  }

  /** The name that the peer has proved. */
  get peerName(): string | undefined {
    return this.#peerName;
  }

  /** The PPP protocols that are in use for it. */
  get protocols(): readonly number[] {
    return Object.values(this.#methods).map((method) => AUTH_PROTOCOL[method]);
  }

  /** LCP is up, and these methods were agreed on. */
  begin(ofPeer: AuthMethod | undefined, ofUs: AuthMethod | undefined, now: number): void {
    this.end();
    this.#methods = { ...(ofPeer && { ofPeer }), ...(ofUs && { ofUs }) };
    this.#state = "pending";
    if (ofPeer) this.#pending.add("ofPeer");
    if (ofUs) this.#pending.add("ofUs");
    if (this.#pending.size === 0) {
      this.#state = "none";
      this.#host.done(now);
      return;
    }
    for (const party of this.#active()) party.start(now);
  }

  /** LCP is down: what was proved holds no longer (RFC 1661 §3.4). */
  end(): void {
    for (const party of this.#active()) party.stop();
    this.#methods = {};
    this.#pending.clear();
    this.#state = "none";
    this.#peerName = undefined;
  }

  receivePap(view: PapView, octets: Uint8Array, now: number): void {
    const direction: Direction = view.codeName === "Authenticate-Request" ? "ofPeer" : "ofUs";
    if (this.#accepts("pap", direction, view)) this.#parties[direction].pap.receive(view, octets, now);
  }

  receiveChap(view: ChapView, octets: Uint8Array, now: number): void {
    const direction: Direction = view.codeName === "Response" ? "ofPeer" : "ofUs";
    if (this.#accepts("chap", direction, view)) this.#parties[direction].chap.receive(view, octets, now);
  }

  /** A new Challenge to the peer at once, where CHAP is what he proved himself by (RFC 1994 §4.1). */
  rechallenge(now: number): void {
    if (this.#methods.ofPeer === "chap") this.#parties.ofPeer.chap.start(now);
  }

  nextTimerAt(): number | undefined {
    const times = this.#active().map((party) => party.nextTimerAt());
    return times.reduce((a, b) => (a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)), undefined);
  }

  handleTimer(now: number): void {
    for (const party of this.#active()) party.handleTimer(now);
  }

  /** Neither protocol has a Code-Reject: what is unknown, malformed or was not agreed on is dropped in silence. */
  #accepts(method: AuthMethod, direction: Direction, view: PapView | ChapView): boolean {
    const good = this.#methods[direction] === method && view.codeName !== undefined && !view.malformed;
    if (!good) this.#host.discard(`${method.toUpperCase()}: malformed, of an unknown code, or not agreed on`);
    return good;
  }

  #active(): (AuthParty<PapView> | AuthParty<ChapView>)[] {
    const { ofPeer, ofUs } = this.#methods;
    return [...(ofPeer ? [this.#parties.ofPeer[ofPeer]] : []), ...(ofUs ? [this.#parties.ofUs[ofUs]] : [])];
  }

  #hostOf(direction: Direction, method: AuthMethod): AuthHost {
    return {
      transmit: (packet) => this.#host.transmit(AUTH_PROTOCOL[method], packet),
      discard: (why) => this.#host.discard(why),
      passed: (user, now) => this.#passed(direction, method, user, now),
      refused: (message, now) => {
        this.#state = "failed";
        this.#pending.add(direction);
        this.#host.refused(message, direction === "ofPeer", method, now);
      },
      gaveUp: (why, now) => {
        // A repeated proof that nobody judges changes nothing for the end that offers it.
        if (direction === "ofPeer" || this.#state !== "done") this.#host.gaveUp(why, method, now);
      },
    };
  }

  #passed(direction: Direction, method: AuthMethod, user: string, now: number): void {
    if (!this.#pending.delete(direction)) return;
    if (direction === "ofPeer") this.#peerName = user;
    this.#host.authenticated(user, method, now);
    if (this.#pending.size > 0) return;
    this.#state = "done";
    this.#host.done(now);
  }
}
