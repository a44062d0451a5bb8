import { type Issue, NO_ISSUES } from "../issue.ts";
import { u16At, u32At } from "../octets.ts";
import { onesSum, pseudoHeaderSum } from "./checksum.ts";
import { type Ipv4View, isWhole } from "./ipv4.ts";

/** RFC 9293 §3.1. */
export const TCP_FLAGS = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

export interface TcpView {
  readonly at: number;
  readonly end: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  /** Data Offset, in octets. */
  readonly headerLength: number;
  /** Bits of TCP_FLAGS. */
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  /** Undefined where it is partial, or not all octets are here. */
  readonly checksumOk: boolean | undefined;
  /** Left for the interface to finish (checksum offload), as in `UdpView`. */
  readonly checksumPartial: boolean;
  readonly urgentPointer: number;
  /** Maximum Segment Size, where the option stands in the header. */
  readonly mss: number | undefined;
  /** Where the option's two octets of value stand. */
  readonly mssAt: number | undefined;
  /** Equal to `end` when the header is cut short or its Data Offset is wrong. */
  readonly payloadAt: number;
  readonly issues: readonly Issue[];
}

/** The segment in the payload of `ip`. Only for fragment offset 0. Never throws. */
export function viewTcp(octets: Uint8Array, ip: Ipv4View): TcpView {
  const at = ip.payloadAt;
  const end = ip.end;
  const size = end - at;
  if (size < 20)
    return unread(at, end, { code: "tcp-truncated", at, text: `a TCP header has 20 octets or more, here are ${size}` });

  const issues: Issue[] = [];
  const headerLength = (octets[at + 12]! >> 4) * 4;
  const headerOk = headerLength >= 20 && headerLength <= size;
  if (!headerOk)
    issues.push({
      code: "tcp-data-offset",
      at: at + 12,
      text: `Data Offset gives ${headerLength} octets; 20 to ${Math.min(size, 60)} are possible here`,
    });
  const mssAt = headerOk && headerLength > 20 ? mssIn(octets, at + 20, at + headerLength, issues) : undefined;

  const checksum = u16At(octets, at + 16);
  let checksumOk: boolean | undefined;
  let checksumPartial = false;
  if (isWhole(ip)) {
    const pseudoHeader = pseudoHeaderSum(octets, ip.at + 12, ip.protocol, size);
    const right = onesSum(octets, at, end, pseudoHeader) === 0xffff;
    checksumPartial = !right && checksum === pseudoHeader;
    checksumOk = checksumPartial ? undefined : right;
    if (checksumOk === false) issues.push({ code: "tcp-checksum", at: at + 16, text: "the TCP checksum is wrong" });
  }
  return {
    at,
    end,
    srcPort: u16At(octets, at),
    dstPort: u16At(octets, at + 2),
    seq: u32At(octets, at + 4),
    ack: u32At(octets, at + 8),
    headerLength,
    flags: octets[at + 13]!,
    window: u16At(octets, at + 14),
    checksum,
    checksumOk,
    checksumPartial,
    urgentPointer: u16At(octets, at + 18),
    mss: mssAt === undefined ? undefined : u16At(octets, mssAt),
    mssAt,
    payloadAt: headerOk ? at + headerLength : end,
    issues: issues.length === 0 ? NO_ISSUES : issues,
  };
}

/** Where its value is. RFC 9293 §3.2: kind 0 ends the list, kind 1 stands alone, kind 2 is the Maximum Segment Size. */
function mssIn(octets: Uint8Array, at: number, end: number, issues: Issue[]): number | undefined {
  let mssAt: number | undefined;
  while (at < end && octets[at] !== 0) {
    const kind = octets[at]!;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? octets[at + 1]! : 0;
    if (length < 2 || at + length > end || (kind === 2 && length !== 4)) {
      issues.push({
        code: "tcp-option",
        at,
        text: `option ${kind} has length ${length}; ${end - at} octets of header are left`,
      });
      break;
    }
    if (kind === 2) mssAt = at + 2;
    at += length;
  }
  return mssAt;
}

function unread(at: number, end: number, issue: Issue): TcpView {
  return {
    at,
    end,
    srcPort: 0,
    dstPort: 0,
    seq: 0,
    ack: 0,
    headerLength: 0,
    flags: 0,
    window: 0,
    checksum: 0,
    checksumOk: undefined,
    checksumPartial: false,
    urgentPointer: 0,
    mss: undefined,
    mssAt: undefined,
    payloadAt: end,
    issues: [issue],
  };
}
