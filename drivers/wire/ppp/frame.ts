import { type Issue, NO_ISSUES } from "../issue.ts";
import { namesOf } from "../names.ts";
import { concat, NO_OCTETS, ofU16, ofU8, u16At } from "../octets.ts";

/** PPP Protocol field values (RFC 1661 §2 and the IANA register). */
export const PPP = {
  PADDING: 0x0001,
  IP: 0x0021,
  VJ_COMPRESSED: 0x002d,
  VJ_UNCOMPRESSED: 0x002f,
  BRIDGING: 0x0031,
  MP: 0x003d,
  IPV6: 0x0057,
  COMPRESSED_LINK: 0x00fb,
  COMPRESSED: 0x00fd,
  MPLS: 0x0281,
  IPCP: 0x8021,
  BCP: 0x8031,
  ECP: 0x8053,
  IPV6CP: 0x8057,
  CCP_LINK: 0x80fb,
  CCP: 0x80fd,
  MPLSCP: 0x8281,
  LCP: 0xc021,
  PAP: 0xc023,
  LQR: 0xc025,
  CBCP: 0xc029,
  BACP: 0xc02b,
  CHAP: 0xc223,
  EAP: 0xc227,
} as const;
export type PppName = keyof typeof PPP;

const NAMES = namesOf(PPP);

/** "LCP" for 0xc021; undefined for a number that is not in PPP. */
export function pppName(protocol: number): PppName | undefined {
  return NAMES.get(protocol);
}

const ADDRESS = 0xff;
const CONTROL = 0x03;
const ADDRESS_CONTROL = ofU8(ADDRESS, CONTROL);

/** RFC 1661 §2: Network Control Protocols have numbers from 8000 to bfff. */
export function isNcp(protocol: number): boolean {
  return protocol >= 0x8000 && protocol <= 0xbfff;
}

export interface PppFrameView {
  readonly at: number;
  readonly end: number;
  /** The frame begins with FF 03. */
  readonly addressControl: boolean;
  /** As read, one octet (00xx) or two; 0, which is no protocol, where the field is not there whole. */
  readonly protocol: number;
  readonly protocolAt: number;
  readonly protocolLength: 0 | 1 | 2;
  readonly payloadAt: number;
  readonly issues: readonly Issue[];
}

/**
 * A frame as L2TP carries it, without flags, stuffing or FCS (RFC 2661 §5.3). Address and Control, and the first octet
 * of Protocol, may be left out whatever was negotiated: each form can be told by its octets alone (RFC 1661 §6.5,
 * RFC 1662 §3.2), and whether it was allowed is not for this view to say. Never throws; bad octets become issues.
 */
export function viewPppFrame(octets: Uint8Array, at = 0, end = octets.length): PppFrameView {
  const limit = Math.max(at, Math.min(end, octets.length));
  const addressControl = limit - at >= 2 && octets[at] === ADDRESS && octets[at + 1] === CONTROL;
  const protocolAt = addressControl ? at + 2 : at;
  const left = limit - protocolAt;
  if (left === 0 || (left === 1 && (octets[protocolAt]! & 1) === 0)) {
    const text = left === 0 ? "no Protocol field" : "half of a Protocol field: an even first octet needs a second";
    const issues = [{ code: "ppp-truncated", at: protocolAt, text }];
    return { at, end: limit, addressControl, protocol: 0, protocolAt, protocolLength: 0, payloadAt: limit, issues };
  }
  // RFC 1661 §6.5: the low bit says whether the field ends with this octet.
  const protocolLength = (octets[protocolAt]! & 1) === 1 ? 1 : 2;
  const protocol = protocolLength === 1 ? octets[protocolAt]! : u16At(octets, protocolAt);
  const issue = faultOf(protocol, protocolAt, protocolLength, addressControl);
  const issues = issue === undefined ? NO_ISSUES : [issue];
  return {
    at,
    end: limit,
    addressControl,
    protocol,
    protocolAt,
    protocolLength,
    payloadAt: protocolAt + protocolLength,
    issues,
  };
}

function faultOf(protocol: number, at: number, length: 1 | 2, addressControl: boolean): Issue | undefined {
  const shown = `0x${protocol.toString(16).padStart(4, "0")}`;
  // RFC 1662 §3.2: both octets or neither. Half of them reads as a number that RFC 1661 §2 reserved for this reason.
  if (!addressControl && length === 1 && (protocol === ADDRESS || protocol === CONTROL)) {
    const text = protocol === ADDRESS ? "Address FF without Control 03" : "Control 03 without Address FF";
    return { code: "ppp-address-control", at, text };
  }
  if ((protocol & 1) === 0)
    return { code: "ppp-protocol-even", at, text: `protocol ${shown} has an even low octet (RFC 1661 §2)` };
  if (isReserved(protocol))
    return { code: "ppp-protocol-reserved", at, text: `protocol ${shown} is reserved (RFC 1661 §2)` };
  // Network control and link protocols lie above 0x7fff, so this is rather a high octet that RFC 1661 §2 wants even.
  if (length === 1 && protocol >= 0x80 && !NAMES.has(protocol))
    return {
      code: "ppp-protocol-odd-high",
      at,
      text: `reads as the one-octet protocol ${shown}; as a high octet it would have to be even`,
    };
  return undefined;
}

/** RFC 1661 §2: numbers that serial lines cannot carry well, and the NCP numbers that would belong to them. */
function isReserved(protocol: number): boolean {
  const low = protocol & 0x7fff;
  if (low > 0xff) return false;
  return (low >= 0x03 && low <= 0x1f) || low === 0x7d || low === 0xcf || low === 0xff || protocol === 0x8001;
}

export interface PppFrameOptions {
  /** FF 03 in front (default), nothing, or these octets in its place. */
  readonly addressControl?: boolean | Uint8Array;
  /** One octet for a protocol below 0x100; a larger one has no short form and stays as it is. */
  readonly compressProtocol?: boolean;
}

export function encodePpp(protocol: number, payload: Uint8Array, o: PppFrameOptions = {}): Uint8Array {
  const { addressControl = true, compressProtocol = false } = o;
  const front = addressControl === true ? ADDRESS_CONTROL : addressControl === false ? NO_OCTETS : addressControl;
  return concat(front, compressProtocol && protocol <= 0xff ? ofU8(protocol) : ofU16(protocol), payload);
}
