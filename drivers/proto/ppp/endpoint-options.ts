import { ofText } from "#wire/octets";
import { IPCP_OPTIONS } from "#wire/ppp/ipcp";
import type { PppView } from "#wire/packet";
import type { RandomOctets } from "#proto/endpoint";
import { AUTH_METHODS, type AuthMethod } from "./auth-method.ts";
import type { AuthenticationOptions } from "./authentication.ts";
import type { Credentials } from "./auth-party.ts";
import type { DisconnectCause } from "./disconnect-cause.ts";
import type { IpcpPolicy } from "./ipcp.ts";
import { DEFAULT_MRU, type LcpPolicy } from "./lcp-options.ts";
import type { KeepaliveOptions } from "./lcp.ts";
import type { NegotiationLimits } from "./negotiated-layer.ts";

export interface PppOptions {
  /** A client asks for its address; a server keeps its own and, with `assign`, gives the peer one. */
  readonly role: "client" | "server";
  readonly random: RandomOctets;

  /** Longest Information field that we ask the peer to send; 1500. */
  readonly mru?: number;
  /** Put the MRU into our request even where it is 1500, against the advice of RFC 1661 §5.1. */
  readonly requestDefaults?: boolean;
  /** MRUs of the peer that we acknowledge; 128 to 65535. */
  readonly acceptMru?: { readonly min: number; readonly max: number };
  /** Use Magic-Numbers; true. */
  readonly magic?: boolean;
  /** Ask for this Async-Control-Character-Map; L2TP itself maps nothing. */
  readonly accm?: number;
  readonly pfc?: boolean;
  readonly acfc?: boolean;
  /** Send FF 03 in front of frames: as far as the peer's ACFC does not excuse it (true), never, or always. */
  readonly addressControl?: boolean | "always";

  /** How the peer has to prove itself. CHAP is asked before PAP in any order (RFC 1334 §2). */
  readonly requireAuth?: AuthMethod | readonly AuthMethod[];
  readonly credentials?: Credentials;
  /** How we are ready to prove ourselves, best first; with `credentials` CHAP and PAP, else not at all. */
  readonly acceptAuth?: readonly AuthMethod[];
  /** The password of a known user. */
  readonly verify?: (user: string) => string | undefined;
  /** Our Name in CHAP Challenges. */
  readonly chapName?: string;
  /** 16 octets. */
  readonly chapChallengeLength?: number;
  /** Challenge again so long after each Success. */
  readonly rechallengeMs?: number;

  /** Our own IPv4 address. */
  readonly address?: string;
  readonly assign?: (user: string | undefined) => string | undefined;
  readonly releaseAddress?: (address: string) => void;
  readonly dns?: { readonly primary?: string; readonly secondary?: string };
  readonly nbns?: { readonly primary?: string; readonly secondary?: string };
  readonly requestDns?: boolean;
  /** Ask for Van Jacobson compression as long as the peer does not refuse it (RFC 1332 §4); none is ever sent. */
  readonly requestVj?: boolean;

  /** Restart timer, 3000 ms. It also paces repeats of PAP and CHAP. */
  readonly restartMs?: number;
  /** 10; also the tries of an authentication. */
  readonly maxConfigure?: number;
  /** 2 */
  readonly maxTerminate?: number;
  /** 5 */
  readonly maxFailure?: number;
  readonly echoMs?: number;
  /** 3 */
  readonly echoFailures?: number;
  /** RFC 1661 §4.2 Stopped: wait in silence where the peer does not answer. */
  readonly passive?: boolean;
  /**
   * How long the peer is given to hang up after it has terminated the link or refused us (RFC 1661 §3.5, §3.7); as long
   * as unanswered Configure-Requests would take.
   */
  readonly hangUpWaitMs?: number;
  /** How long the lower layer is kept once this end has no use for it any more; 0. RFC 1661 §4.4 leaves that open. */
  readonly lingerMs?: number;
  /** `down` says why in the words of RFC 3145, for the CDN that follows. */
  readonly tellCause?: boolean;
}

export type PppEvent =
  /** `auth`: what the peer has to prove itself by, or else we. */
  | { readonly type: "lcp-up"; readonly mru: number; readonly peerMru: number; readonly auth?: AuthMethod }
  | { readonly type: "authenticated"; readonly user: string; readonly method: AuthMethod }
  | { readonly type: "auth-failed"; readonly message: string }
  /** An address that was not agreed on is 0.0.0.0. */
  | { readonly type: "ip-up"; readonly local: string; readonly remote: string; readonly dns?: readonly string[] }
  | { readonly type: "ip-down" }
  | { readonly type: "ip"; readonly packet: Uint8Array }
  /** The lower layer is needed no longer; once between `start` and the next. */
  | { readonly type: "down"; readonly reason: string; readonly cause?: DisconnectCause }
  /** Every frame received, before it is acted on; offsets are into `octets`. */
  | { readonly type: "frame"; readonly view: PppView; readonly octets: Uint8Array }
  /** The frame before it was dropped without an answer. */
  | { readonly type: "discarded"; readonly reason: string }
  | { readonly type: "log"; readonly text: string };

/** What each part of the endpoint needs to know, defaults filled in. */
export interface Settings {
  readonly limits: NegotiationLimits;
  readonly keepalive: KeepaliveOptions;
  readonly lcp: LcpPolicy;
  readonly authentication: AuthenticationOptions;
  readonly ipcp: IpcpPolicy;
  readonly hangUpWaitMs: number;
  readonly lingerMs: number;
}

/** Defaults are those of RFC 1661 §4.6 where it has one. Throws a RangeError on a setting that no packet could carry. */
export function settingsOf(o: PppOptions): Settings {
  const { credentials = { user: "", password: "" }, chapName = "l2tpspec", chapChallengeLength = 16 } = o;
  inOctets("user", ofText(credentials.user).length, 0);
  inOctets("password", ofText(credentials.password).length, 0);
  inOctets("CHAP Name", ofText(chapName).length, 1);
  inOctets("CHAP Challenge Value", chapChallengeLength, 1);
  const { restartMs = 3000, maxConfigure = 10, maxTerminate = 2, maxFailure = 5, passive = false } = o;
  const required = typeof o.requireAuth === "string" ? [o.requireAuth] : (o.requireAuth ?? []);
  const servers: readonly (readonly [number, string | undefined])[] = [
    [IPCP_OPTIONS.primaryDns.type, o.dns?.primary],
    [IPCP_OPTIONS.primaryNbns.type, o.nbns?.primary],
    [IPCP_OPTIONS.secondaryDns.type, o.dns?.secondary],
    [IPCP_OPTIONS.secondaryNbns.type, o.nbns?.secondary],
  ];
  return {
    limits: { restartMs, maxConfigure, maxTerminate, maxFailure, passive },
    keepalive: { echoMs: o.echoMs, echoFailures: o.echoFailures ?? 3 },
    lcp: {
      mru: o.mru ?? DEFAULT_MRU,
      requestDefaults: o.requestDefaults ?? false,
      acceptMru: o.acceptMru ?? { min: 128, max: 0xffff },
      magic: o.magic ?? true,
      accm: o.accm,
      pfc: o.pfc ?? false,
      acfc: o.acfc ?? false,
      requireAuth: AUTH_METHODS.filter((method) => required.includes(method)),
      acceptAuth: o.acceptAuth ?? (o.credentials ? AUTH_METHODS : []),
    },
    authentication: {
      credentials,
      limits: { restartMs, maxTries: maxConfigure },
      name: chapName,
      challengeLength: chapChallengeLength,
      rechallengeMs: o.rechallengeMs,
      verify: o.verify ?? (() => undefined),
    },
    ipcp: {
      role: o.role,
      address: o.address,
      assign: o.assign,
      release: o.releaseAddress ?? (() => undefined),
      servers: new Map(servers.filter((entry): entry is [number, string] => entry[1] !== undefined)),
      requestDns: o.requestDns ?? false,
      requestVj: o.requestVj ?? false,
    },
    hangUpWaitMs: o.hangUpWaitMs ?? restartMs * maxConfigure,
    lingerMs: o.lingerMs ?? 0,
  };
}

/** One octet counts the length of each. */
function inOctets(what: string, length: number, least: number): void {
  if (length < least || length > 255) throw new RangeError(`${what} has ${least} to 255 octets, not ${length}`);
}
