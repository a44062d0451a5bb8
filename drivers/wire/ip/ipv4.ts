import { type Issue, NO_ISSUES } from "../issue.ts";
import { NO_OCTETS, putU16, putU8, u16At } from "../octets.ts";
import { dotted, writeAddress } from "./address.ts";
import { checksumOf, onesSum } from "./checksum.ts";

/** IANA protocol numbers that occur here. */
export const IP_PROTOCOLS = { ICMP: 1, TCP: 6, UDP: 17, GRE: 47, ESP: 50, L2TP: 115 } as const;

/** RFC 791 §3.1. Lengths and the fragment offset are in octets, whatever unit the header has. */
export interface Ipv4View {
  readonly at: number;
  /** End of the datagram: by Total Length where that is sane, else the end of the octets. */
  readonly end: number;
  readonly version: number;
  readonly headerLength: number;
  readonly tos: number;
  readonly totalLength: number;
  readonly id: number;
  /** The bit that RFC 791 keeps at zero. */
  readonly reservedFlag: boolean;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly checksum: number;
  readonly checksumOk: boolean;
  /** Dotted quads; empty where the header could not be read. */
  readonly src: string;
  readonly dst: string;
  /** Past the options, which begin at `at + 20`. Equal to `end` when the header is malformed. */
  readonly payloadAt: number;
  /** No payload can be found by this header: it is cut short, of another version, or its lengths contradict each other. */
  readonly malformed: boolean;
  readonly issues: readonly Issue[];
}

/** Never throws; bad octets become issues. Fields of a header that is cut short or of another version are zero. */
export function viewIpv4(octets: Uint8Array, at = 0, end = octets.length): Ipv4View {
  const limit = Math.min(end, octets.length);
  const size = Math.max(limit - at, 0);
  const version = size > 0 ? octets[at]! >> 4 : 0;
  if (size > 0 && version !== 4)
    return unread(at, limit, version, { code: "ipv4-version", at, text: `version ${version} where IPv4 is expected` });
  if (size < 20)
    return unread(at, limit, version, {
      code: "ipv4-truncated",
      at,
      text: `an IPv4 header has 20 octets or more, here are ${size}`,
    });

  const issues: Issue[] = [];
  const headerLength = (octets[at]! & 0x0f) * 4;
  const totalLength = u16At(octets, at + 2);
  const flags = octets[at + 6]!;
  const moreFragments = (flags & 0x20) !== 0;
  const fragmentOffset = (u16At(octets, at + 6) & 0x1fff) * 8;

  const malformed = !lengthsAgree(at, size, headerLength, totalLength, issues);
  const datagramEnd = !malformed && totalLength < size ? at + totalLength : limit;
  const payloadAt = malformed ? datagramEnd : at + headerLength;
  const checksumOk = headerLength >= 20 && headerLength <= size && onesSum(octets, at, at + headerLength) === 0xffff;
  if (!malformed) {
    if (!checksumOk) issues.push({ code: "ipv4-checksum", at: at + 10, text: "the Header Checksum is wrong" });
    if (headerLength > 20) checkOptions(octets, at + 20, at + headerLength, issues);
    checkFragment(at, moreFragments, fragmentOffset, headerLength, totalLength, issues);
  }
  if ((flags & 0x80) !== 0)
    issues.push({ code: "ipv4-reserved-flag", at: at + 6, text: "the reserved flag is 1; RFC 791 §3.1 keeps it at 0" });

  return {
    at,
    end: datagramEnd,
    version,
    headerLength,
    tos: octets[at + 1]!,
    totalLength,
    id: u16At(octets, at + 4),
    reservedFlag: (flags & 0x80) !== 0,
    dontFragment: (flags & 0x40) !== 0,
    moreFragments,
    fragmentOffset,
    ttl: octets[at + 8]!,
    protocol: octets[at + 9]!,
    checksum: u16At(octets, at + 10),
    checksumOk,
    src: dotted(octets, at + 12),
    dst: dotted(octets, at + 16),
    payloadAt,
    malformed,
    issues: issues.length === 0 ? NO_ISSUES : issues,
  };
}

/** All octets that Total Length promises are here, and they are the whole of a datagram: its checksums can be judged. */
export function isWhole(ip: Ipv4View): boolean {
  return !ip.malformed && !ip.moreFragments && ip.fragmentOffset === 0 && ip.end - ip.at === ip.totalLength;
}

function lengthsAgree(at: number, size: number, headerLength: number, totalLength: number, issues: Issue[]): boolean {
  if (headerLength < 20 || headerLength > size) {
    issues.push({
      code: "ipv4-header-length",
      at,
      text: `IHL gives ${headerLength} octets; 20 to ${Math.min(size, 60)} are possible here`,
    });
    return false;
  }
  if (totalLength < headerLength) {
    issues.push({
      code: "ipv4-total-length",
      at: at + 2,
      text: `Total Length ${totalLength} is less than the header's ${headerLength}`,
    });
    return false;
  }
  if (totalLength > size)
    issues.push({
      code: "ipv4-total-length",
      at: at + 2,
      text: `Total Length is ${totalLength}, but ${size} octets are here`,
    });
  return true;
}

function checkFragment(
  at: number,
  more: boolean,
  offset: number,
  headerLength: number,
  totalLength: number,
  issues: Issue[],
): void {
  const length = totalLength - headerLength;
  // RFC 791 §3.2: offsets count in eights, so only a last fragment may have another length.
  if (more && length % 8 !== 0)
    issues.push({
      code: "ipv4-fragment-length",
      at: at + 2,
      text: `a fragment that is not the last has ${length} octets, no multiple of 8`,
    });
  if (offset + totalLength > 0xffff)
    issues.push({
      code: "ipv4-fragment-beyond",
      at: at + 6,
      text: `the fragment ends at ${offset + totalLength}, past the longest datagram`,
    });
}

function checkOptions(octets: Uint8Array, at: number, end: number, issues: Issue[]): void {
  while (at < end && octets[at] !== 0) {
    if (octets[at] === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? octets[at + 1]! : 0;
    if (length < 2 || at + length > end) {
      issues.push({
        code: "ipv4-option",
        at,
        text: `option ${octets[at]} has length ${length}; ${end - at} octets of header are left`,
      });
      return;
    }
    at += length;
  }
}

function unread(at: number, end: number, version: number, issue: Issue): Ipv4View {
  return {
    at,
    end: Math.max(at, end),
    version,
    headerLength: 0,
    tos: 0,
    totalLength: 0,
    id: 0,
    reservedFlag: false,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 0,
    protocol: 0,
    checksum: 0,
    checksumOk: false,
    src: "",
    dst: "",
    payloadAt: Math.max(at, end),
    malformed: true,
    issues: [issue],
  };
}

export interface Ipv4Header {
  readonly src: string;
  readonly dst: string;
  readonly protocol: number;
  /** 0 unless given. */
  readonly id?: number;
  /** 64 unless given. */
  readonly ttl?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In octets, a multiple of 8. */
  readonly fragmentOffset?: number;
  /** Padded with End of Option List to a multiple of four. */
  readonly options?: Uint8Array;
}

/** Written in place of what is right; `headerLength` and `totalLength` in octets. */
export interface Ipv4Tweak {
  readonly version?: number;
  readonly headerLength?: number;
  readonly totalLength?: number;
  readonly reservedFlag?: boolean;
  readonly checksum?: number;
}

/** Throws a RangeError on a value that its field cannot hold. */
export function encodeIpv4(header: Ipv4Header, payload: Uint8Array, tweak: Ipv4Tweak = {}): Uint8Array {
  const options = header.options ?? NO_OCTETS;
  const headerLength = 20 + Math.ceil(options.length / 4) * 4;
  const offset = header.fragmentOffset ?? 0;
  if (offset % 8 !== 0 || offset > 0x1fff * 8)
    throw new RangeError(`${offset} is no fragment offset: a multiple of 8 up to ${0x1fff * 8}`);

  const octets = new Uint8Array(headerLength + payload.length);
  putU8(octets, 0, ((tweak.version ?? 4) << 4) | inFours(tweak.headerLength ?? headerLength));
  putU8(octets, 1, header.tos ?? 0);
  putU16(octets, 2, tweak.totalLength ?? octets.length);
  putU16(octets, 4, header.id ?? 0);
  const flags =
    (tweak.reservedFlag ? 0x8000 : 0) | (header.dontFragment ? 0x4000 : 0) | (header.moreFragments ? 0x2000 : 0);
  putU16(octets, 6, flags | (offset / 8));
  putU8(octets, 8, header.ttl ?? 64);
  putU8(octets, 9, header.protocol);
  writeAddress(octets, 12, header.src);
  writeAddress(octets, 16, header.dst);
  octets.set(options, 20);
  putU16(octets, 10, tweak.checksum ?? checksumOf(onesSum(octets, 0, headerLength)));
  octets.set(payload, headerLength);
  return octets;
}

function inFours(length: number): number {
  if (length % 4 === 0 && length >= 0 && length <= 60) return length / 4;
  throw new RangeError(`${length} is no IPv4 header length: a multiple of 4 up to 60`);
}
