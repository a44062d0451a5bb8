import { equal, hex } from "#wire/octets";
import { chapMd5, encodeChap, type ChapView } from "#wire/ppp/chap";
import type { RandomOctets } from "#proto/endpoint";
import type { AuthHost, AuthLimits, AuthParty, Credentials } from "./auth-party.ts";

/** The end that proves itself: RFC 1994 §4.1. */
export class ChapPeer implements AuthParty<ChapView> {
  readonly #host: AuthHost;
  readonly #limits: AuthLimits;
  readonly #credentials: Credentials;
  /** A Response without its Success or Failure. */
  #open: { readonly id: number; readonly packet: Uint8Array; tries: number; repeatAt: number } | undefined;

  constructor(host: AuthHost, limits: AuthLimits, credentials: Credentials) {
    this.#host = host;
    this.#limits = limits;
    this.#credentials = credentials;
  }

  start(): void {
    this.stop();
  }

  stop(): void {
    this.#open = undefined;
  }

  receive(view: ChapView, _octets: Uint8Array, now: number): void {
    if (view.codeName === "Challenge") this.#respond(view, now);
    else if (view.id !== this.#open?.id) this.#host.discard("CHAP: verdict on no open Response");
    else if (view.codeName === "Success" || view.codeName === "Failure") {
      this.stop();
      // RFC 1994 §4.2: the code decides, whatever the message says.
      if (view.codeName === "Success") this.#host.passed(this.#credentials.user, now);
      else this.#host.refused(view.message ?? "", now);
    }
  }

  nextTimerAt(): number | undefined {
    return this.#open?.repeatAt;
  }

  /** Repeats the Response: a lost Success is had again by it (RFC 1994 §4.1), and the authenticator asks no more. */
  handleTimer(now: number): void {
    const open = this.#open;
    if (!open || now < open.repeatAt) return;
    if (open.tries < this.#limits.maxTries) {
      open.tries++;
      open.repeatAt = now + this.#limits.restartMs;
      this.#host.transmit(open.packet);
    } else {
      this.stop();
      this.#host.gaveUp("no verdict on the CHAP Response", now);
    }
  }

  #respond({ id, value }: ChapView, now: number): void {
    // RFC 1994 §4.1: a Value has an octet or more; Response to nothing would be the same each time.
    if (!value || value.length === 0) {
      this.#host.discard("CHAP: Challenge without a Value");
      return;
    }
    const { user, password } = this.#credentials;
    const packet = encodeChap({ code: "Response", id, value: chapMd5(id, password, value), name: user });
    this.#open = { id, packet, tries: 1, repeatAt: now + this.#limits.restartMs };
    this.#host.transmit(packet);
  }
}

export interface ChapAuthenticatorOptions {
  /** Our Name in the Challenge, one octet or more. */
  readonly name: string;
  /** Octets of a Challenge Value. */
  readonly challengeLength: number;
  /** Time from one Success to the next Challenge; undefined for one authentication only. */
  readonly rechallengeMs: number | undefined;
  readonly verify: (user: string) => string | undefined;
}

/** The end that checks: RFC 1994 §4. */
export class ChapAuthenticator implements AuthParty<ChapView> {
  readonly #host: AuthHost;
  readonly #limits: AuthLimits;
  readonly #options: ChapAuthenticatorOptions;
  readonly #random: RandomOctets;
  #identifier = 0;
  /** Values of former Challenges, over the life of the link: none is used twice (RFC 1994 §2.3). */
  readonly #used = new Set<string>();
  #challenge:
    { readonly id: number; readonly value: Uint8Array; verdict: "Success" | "Failure" | undefined } | undefined;
  #tries = 0;
  #challengeAt: number | undefined;

  constructor(host: AuthHost, limits: AuthLimits, options: ChapAuthenticatorOptions, random: RandomOctets) {
    this.#host = host;
    this.#limits = limits;
    this.#options = options;
    this.#random = random;
  }

  start(now: number): void {
    this.#tries = 0;
    this.#send(now);
  }

  stop(): void {
    this.#challenge = undefined;
    this.#challengeAt = undefined;
  }

  receive(view: ChapView, _octets: Uint8Array, now: number): void {
    const challenge = this.#challenge;
    if (view.codeName !== "Response") return;
    // RFC 1994 §2.3: a Response to a former Challenge proves nothing, and may be a replay.
    if (view.id !== challenge?.id) {
      this.#host.discard("CHAP: Response to no current Challenge");
      return;
    }
    // §4.1: one Challenge has one verdict, so that other names and secrets cannot be tried on it.
    const isNew = challenge.verdict === undefined;
    const verdict = (challenge.verdict ??= this.#check(view, challenge.value) ? "Success" : "Failure");
    const isGood = verdict === "Success";
    const message = isGood ? "Welcome" : "Authentication failed";
    this.#host.transmit(encodeChap({ code: verdict, id: view.id, message }));
    if (!isNew) return;
    const { rechallengeMs } = this.#options;
    this.#tries = 0;
    this.#challengeAt = isGood && rechallengeMs !== undefined ? now + rechallengeMs : undefined;
    if (isGood) this.#host.passed(view.name ?? "", now);
    else this.#host.refused(message, now);
  }

  nextTimerAt(): number | undefined {
    return this.#challengeAt;
  }

  handleTimer(now: number): void {
    if (this.#challengeAt === undefined || now < this.#challengeAt) return;
    if (this.#tries < this.#limits.maxTries) this.#send(now);
    else {
      this.stop();
      this.#host.gaveUp("no Response to CHAP Challenges", now);
    }
  }

  #send(now: number): void {
    // RFC 1994 §4.1: Identifier and Value are new each time, in a repeated Challenge too.
    const id = (this.#identifier = (this.#identifier + 1) & 0xff);
    this.#challenge = { id, value: this.#newValue(), verdict: undefined };
    this.#tries++;
    this.#challengeAt = now + this.#limits.restartMs;
    const { name } = this.#options;
    this.#host.transmit(encodeChap({ code: "Challenge", id, value: this.#challenge.value, name }));
  }

  #newValue(): Uint8Array {
    const value = this.#random(this.#options.challengeLength).slice();
    // A source that repeats itself is helped on; so many steps exhaust only a Value of one octet.
    for (let steps = 0; steps < 256 && this.#used.has(hex(value)); steps++)
      for (let i = value.length - 1; i >= 0; i--) {
        value[i] = ((value[i] as number) + 1) & 0xff;
        if (value[i] !== 0) break;
      }
    this.#used.add(hex(value));
    return value;
  }

  #check({ id, value, name }: ChapView, challenge: Uint8Array): boolean {
    const secret = this.#options.verify(name ?? "");
    // RFC 1994 §2.3: a secret has an octet or more. An empty one would let everybody in.
    return secret !== undefined && secret !== "" && equal(chapMd5(id, secret, challenge), value ?? new Uint8Array());
  }
}
