import type { OptionValue } from "#wire/ppp/control";
import { PPP } from "#wire/ppp/frame";
import { CHAP_ALGORITHMS, encodeLcpOption } from "#wire/ppp/lcp";

/** PAP (RFC 1334) or CHAP with MD5 (RFC 1994). */
export type AuthMethod = "pap" | "chap";

/** The stronger one first: RFC 1334 §2 has it offered before PAP. */
export const AUTH_METHODS: readonly AuthMethod[] = ["chap", "pap"];

export const AUTH_PROTOCOL = { pap: PPP.PAP, chap: PPP.CHAP } as const;

/** LCP's option 3 for a method: RFC 1334 §2.1, RFC 1994 §3. */
export function authOption(method: AuthMethod): Uint8Array {
  return method === "pap"
    ? encodeLcpOption({ type: "auth", protocol: PPP.PAP })
    : encodeLcpOption({ type: "auth", protocol: PPP.CHAP, algorithm: CHAP_ALGORITHMS.MD5 });
}

/** The method that an option 3 asks for; undefined for any that is not ours, or that carries more than it should. */
export function authMethodOf(value: OptionValue | undefined): AuthMethod | undefined {
  if (typeof value !== "object" || !("protocol" in value) || value.data.length > 0) return undefined;
  if (value.protocol === PPP.PAP && value.algorithm === undefined) return "pap";
  if (value.protocol === PPP.CHAP && value.algorithm === CHAP_ALGORITHMS.MD5) return "chap";
  return undefined;
}
