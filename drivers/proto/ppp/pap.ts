import { equal, ofText } from "#wire/octets";
import { encodePap, type PapView } from "#wire/ppp/pap";
import type { AuthHost, AuthLimits, AuthParty, Credentials } from "./auth-party.ts";

/** The end that proves itself: RFC 1334 §2.2.1. */
export class PapPeer implements AuthParty<PapView> {
  readonly #host: AuthHost;
  readonly #limits: AuthLimits;
  readonly #credentials: Credentials;
  #identifier = 0;
  /** Identifiers of this attempt: on a slow link the reply may be to a request before the last. */
  readonly #sent = new Set<number>();
  #repeatAt: number | undefined;

  constructor(host: AuthHost, limits: AuthLimits, credentials: Credentials) {
    this.#host = host;
    this.#limits = limits;
    this.#credentials = credentials;
  }

  start(now: number): void {
    this.stop();
    this.#request(now);
  }

  stop(): void {
    this.#sent.clear();
    this.#repeatAt = undefined;
  }

  receive(view: PapView, _octets: Uint8Array, now: number): void {
    if (!this.#sent.has(view.id)) this.#host.discard("PAP: reply to no open Authenticate-Request");
    else if (view.codeName === "Authenticate-Ack" || view.codeName === "Authenticate-Nak") {
      this.stop();
      // RFC 1334 §2.2.2: the code decides, whatever the message says.
      if (view.codeName === "Authenticate-Ack") this.#host.passed(this.#credentials.user, now);
      else this.#host.refused(view.message ?? "", now);
    }
  }

  nextTimerAt(): number | undefined {
    return this.#repeatAt;
  }

  handleTimer(now: number): void {
    if (this.#repeatAt === undefined || now < this.#repeatAt) return;
    if (this.#sent.size < this.#limits.maxTries) this.#request(now);
    else {
      this.stop();
      this.#host.gaveUp("no answer to Authenticate-Requests", now);
    }
  }

  #request(now: number): void {
    // A new Identifier for every request, repeated ones included: unlike LCP, RFC 1334 §2.2.1 lets none keep it.
    const id = (this.#identifier = (this.#identifier + 1) & 0xff);
    this.#sent.add(id);
    this.#repeatAt = now + this.#limits.restartMs;
    const { user, password } = this.#credentials;
    this.#host.transmit(encodePap({ code: "Authenticate-Request", id, peerId: user, password }));
  }
}

/** The end that checks: RFC 1334 §2.2. It waits for as long as the peer takes (RFC 1661 §3.5), and never speaks first. */
export class PapAuthenticator implements AuthParty<PapView> {
  readonly #host: AuthHost;
  readonly #verify: (user: string) => string | undefined;
  #verdict: "Authenticate-Ack" | "Authenticate-Nak" | undefined;

  constructor(host: AuthHost, verify: (user: string) => string | undefined) {
    this.#host = host;
    this.#verify = verify;
  }

  start(): void {
    this.#verdict = undefined;
  }

  stop(): void {
    this.#verdict = undefined;
  }

  receive(view: PapView, octets: Uint8Array, now: number): void {
    const { id, codeName, peerId } = view;
    if (codeName !== "Authenticate-Request" || peerId === undefined) return;
    // RFC 1334 §2.2.1: once decided, every repeat gets the same code, as our reply may have been lost.
    const isNew = this.#verdict === undefined;
    const verdict = (this.#verdict ??= this.#check(view, octets) ? "Authenticate-Ack" : "Authenticate-Nak");
    const isGood = verdict === "Authenticate-Ack";
    const message = isGood ? "Login ok" : "Login incorrect";
    this.#host.transmit(encodePap({ code: verdict, id, message }));
    if (!isNew) return;
    if (isGood) this.#host.passed(peerId, now);
    else this.#host.refused(message, now);
  }

  nextTimerAt(): undefined {
    return undefined;
  }

  handleTimer(): void {
    // Nothing is repeated here: the peer is in control of the attempts (RFC 1334 §2).
  }

  #check({ peerId, passwordAt, passwordEnd }: PapView, octets: Uint8Array): boolean {
    const password = this.#verify(peerId ?? "");
    return password !== undefined && equal(ofText(password), octets.subarray(passwordAt, passwordEnd));
  }
}
