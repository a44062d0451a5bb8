import type { RandomOctets } from "../endpoint.ts";
import { challengeResponse } from "#wire/l2tp/hiding";
import { avpIn, type L2tpView, MESSAGES } from "#wire/l2tp/message";
import { equal } from "#wire/octets";
import { type Cause, STOPCCN_RESULT } from "./cause.ts";

const CHALLENGE_OCTETS = 16;

/**
 * Tunnel authentication (RFC 2661 §5.1.1) as one end of one tunnel sees it: the challenge that it sent, and the one that
 * it was sent. The message that carries a response enters its digest, so that one cannot be replayed in the other role.
 */
export class Authentication {
  readonly #secret: Uint8Array | undefined;
  #own: Uint8Array | undefined;
  #peers: Uint8Array | undefined;

  constructor(secret: Uint8Array | undefined) {
    this.#secret = secret;
  }

  /** A fresh Challenge AVP value for our SCCRQ or SCCRP. */
  challenge(random: RandomOctets): Uint8Array {
    return (this.#own = random(CHALLENGE_OCTETS));
  }

  /** The Challenge Response of the message that answers the peer's challenge, if it made one. */
  response(message: "SCCRP" | "SCCCN"): Uint8Array | undefined {
    if (this.#peers === undefined || this.#secret === undefined) return undefined;
    return challengeResponse(MESSAGES[message], this.#secret, this.#peers);
  }

  /**
   * Takes the peer's challenge and checks its response to ours. A wrong or missing response, or a challenge that cannot be
   * answered for want of a secret, is the fault that refuses the tunnel; a response that was not asked for is passed over.
   */
  check(view: L2tpView): Cause | undefined {
    // §4.4.3: only these two carry a challenge.
    if (view.type === "SCCRQ" || view.type === "SCCRP") this.#peers = avpIn(view, "challenge");
    if (this.#peers !== undefined && this.#secret === undefined) {
      return notAuthorized("challenged, but no tunnel secret is set");
    }
    if (this.#own === undefined || this.#secret === undefined) return undefined;
    if (view.type !== "SCCRP" && view.type !== "SCCCN") return undefined;
    const response = avpIn(view, "challengeResponse");
    if (response === undefined) return notAuthorized("no Challenge Response");
    const expected = challengeResponse(MESSAGES[view.type], this.#secret, this.#own);
    return equal(response, expected) ? undefined : notAuthorized("wrong Challenge Response");
  }
}

function notAuthorized(message: string): Cause {
  return { result: STOPCCN_RESULT.notAuthorized, error: 0, message };
}
