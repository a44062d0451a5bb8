/** Why a PPP link has ended, in the words of RFC 3145: what the end that hangs up can tell beside the Result Code. */
import { PPP } from "#wire/ppp/frame";
import { AUTH_PROTOCOL, type AuthMethod } from "./auth-method.ts";

/** RFC 3145 §2. */
export interface DisconnectCause {
  readonly code: number;
  /** PPP number of the control protocol; 0 for a global error. */
  readonly protocol: number;
  /** 0 for no direction, 1 at the peer, 2 at this end. */
  readonly direction: 0 | 1 | 2;
}

/** How LCP came to its end. */
export type LcpEnd = "terminated" | "closed" | "timeout" | "no echo" | "authentication refused" | "failed";

const AT_PEER = 1;
const LOCAL = 2;

/** RFC 3145 §3.1 to §3.3. `heard`: the peer has sent LCP; `method`: what it was asked to prove itself by. */
export function causeOfLcpEnd(end: LcpEnd, o: { heard: boolean; method: AuthMethod | undefined }): DisconnectCause {
  switch (end) {
    case "terminated":
      return { code: 3, protocol: 0, direction: AT_PEER };
    case "closed":
      return { code: 3, protocol: 0, direction: LOCAL };
    case "timeout":
      return { code: o.heard ? 5 : 6, protocol: PPP.LCP, direction: 0 };
    case "no echo":
      return { code: 8, protocol: PPP.LCP, direction: 0 };
    case "authentication refused":
      return { code: 15, protocol: AUTH_PROTOCOL[o.method ?? "pap"], direction: AT_PEER };
    case "failed":
      return { code: 0, protocol: 0, direction: 0 };
  }
}

/** RFC 3145 §3.3: a name or secret was wrong, the peer's or ours; or nobody answered. */
export function causeOfAuthentication(
  what: "peer refused" | "we refused" | "timeout",
  method: AuthMethod,
): DisconnectCause {
  const protocol = AUTH_PROTOCOL[method];
  if (what === "timeout") return { code: 13, protocol, direction: 0 };
  return { code: 16, protocol, direction: what === "peer refused" ? AT_PEER : LOCAL };
}
