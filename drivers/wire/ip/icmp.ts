import { type Issue, NO_ISSUES } from "../issue.ts";
import { namesOf } from "../names.ts";
import { NO_OCTETS, putU16, putU8, u16At } from "../octets.ts";
import { checksumOf, onesSum } from "./checksum.ts";
import { type Ipv4View, isWhole } from "./ipv4.ts";

/** RFC 792. */
export const ICMP_TYPES = {
  "Echo Reply": 0,
  "Destination Unreachable": 3,
  "Source Quench": 4,
  Redirect: 5,
  "Echo Request": 8,
  "Time Exceeded": 11,
  "Parameter Problem": 12,
  "Timestamp Request": 13,
  "Timestamp Reply": 14,
} as const;
export type IcmpTypeName = keyof typeof ICMP_TYPES;

const TYPE_NAMES = namesOf(ICMP_TYPES);

/** Types whose second word is Identifier and Sequence Number. */
const QUERIES: ReadonlySet<number> = new Set([0, 8, 13, 14]);

export interface IcmpView {
  readonly at: number;
  readonly end: number;
  readonly type: number;
  readonly typeName: IcmpTypeName | undefined;
  readonly code: number;
  readonly checksum: number;
  /** Undefined where not all octets are here. */
  readonly checksumOk: boolean | undefined;
  /** Identifier and Sequence Number of an echo or timestamp message. */
  readonly id: number | undefined;
  readonly seq: number | undefined;
  /** The MTU in "fragmentation needed and DF set" (type 3, code 4); 0 from a router that does not know RFC 1191 §4. */
  readonly nextHopMtu: number | undefined;
  /** Echo data, or the datagram that an error message quotes. */
  readonly dataAt: number;
  readonly issues: readonly Issue[];
}

/** The message in the payload of `ip`. Only for fragment offset 0. Never throws. A message cut short has type and code -1. */
export function viewIcmp(octets: Uint8Array, ip: Ipv4View): IcmpView {
  const at = ip.payloadAt;
  const end = ip.end;
  const size = end - at;
  // Every message of RFC 792 has eight octets at least.
  if (size < 8) {
    const issues = [{ code: "icmp-truncated", at, text: `an ICMP message has 8 octets or more, here are ${size}` }];
    const none = { typeName: undefined, checksumOk: undefined, id: undefined, seq: undefined, nextHopMtu: undefined };
    return { at, end, type: -1, code: -1, checksum: 0, ...none, dataAt: end, issues };
  }
  const type = octets[at]!;
  const code = octets[at + 1]!;
  const query = QUERIES.has(type);
  const checksumOk = isWhole(ip) ? onesSum(octets, at, end) === 0xffff : undefined;
  return {
    at,
    end,
    type,
    typeName: TYPE_NAMES.get(type),
    code,
    checksum: u16At(octets, at + 2),
    checksumOk,
    id: query ? u16At(octets, at + 4) : undefined,
    seq: query ? u16At(octets, at + 6) : undefined,
    nextHopMtu: type === ICMP_TYPES["Destination Unreachable"] && code === 4 ? u16At(octets, at + 6) : undefined,
    dataAt: at + 8,
    issues:
      checksumOk === false ? [{ code: "icmp-checksum", at: at + 2, text: "the ICMP checksum is wrong" }] : NO_ISSUES,
  };
}

export interface IcmpEcho {
  readonly type: "request" | "reply";
  readonly id: number;
  readonly seq: number;
  readonly data?: Uint8Array;
}

/** Written in place of what is right. */
export interface IcmpTweak {
  readonly code?: number;
  readonly checksum?: number;
}

/** The ICMP message alone; `encodeIpv4` with `IP_PROTOCOLS.ICMP` puts it into a datagram. */
export function encodeIcmpEcho(echo: IcmpEcho, tweak: IcmpTweak = {}): Uint8Array {
  const data = echo.data ?? NO_OCTETS;
  const octets = new Uint8Array(8 + data.length);
  putU8(octets, 0, ICMP_TYPES[echo.type === "request" ? "Echo Request" : "Echo Reply"]);
  putU8(octets, 1, tweak.code ?? 0);
  putU16(octets, 4, echo.id);
  putU16(octets, 6, echo.seq);
  octets.set(data, 8);
  putU16(octets, 2, tweak.checksum ?? checksumOf(onesSum(octets)));
  return octets;
}
