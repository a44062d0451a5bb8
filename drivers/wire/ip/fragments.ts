import { type Issue, NO_ISSUES } from "../issue.ts";
import { putU16 } from "../octets.ts";
import { checksumOf, onesSum } from "./checksum.ts";
import { type Ipv4View, viewIpv4 } from "./ipv4.ts";

export interface Reassembled {
  /** The whole datagram, under the header of its first fragment. */
  readonly octets: Uint8Array;
  readonly fragments: number;
  /** Found while putting it together, with offsets in `octets`: overlaps and contradicting ends. */
  readonly issues: readonly Issue[];
}

export interface ReassemblyOptions {
  /** RFC 1122 §3.3.2 asks for 60 to 120 s. */
  readonly lifetimeMs?: number;
  /** The oldest makes room for the newest, so that a flood of first fragments cannot fill the memory. */
  readonly maxPending?: number;
}

interface Piece {
  /** Offset in the payload of the whole datagram. */
  readonly at: number;
  readonly octets: Uint8Array;
}

interface Pending {
  readonly since: number;
  /** In the order of arrival. */
  readonly pieces: Piece[];
  /** Of the fragment with offset 0. */
  header: Uint8Array | undefined;
  /** Length of the payload, known once the last fragment has come. */
  length: number | undefined;
}

/** Reassembly of IPv4 datagrams, RFC 791 §3.2. Pure: time comes with each fragment, nothing happens by itself. */
export class Ipv4Reassembly {
  private readonly lifetimeMs: number;
  private readonly maxPending: number;
  /** In the order of their first fragments, so the oldest come first. */
  private readonly byKey = new Map<string, Pending>();

  constructor(o: ReassemblyOptions = {}) {
    this.lifetimeMs = o.lifetimeMs ?? 60_000;
    this.maxPending = o.maxPending ?? 1024;
  }

  /** Datagrams of which something is still missing. */
  get pending(): number {
    return this.byKey.size;
  }

  /**
   * Takes the datagram in `octets[at, end)`. One that is no fragment comes back as it is; the fragment that fills the
   * last gap brings the whole. Fragments that are malformed or cut short are passed over. `now` in milliseconds.
   */
  add(octets: Uint8Array, now: number, at = 0, end = octets.length): Reassembled | undefined {
    this.expire(now);
    const ip = viewIpv4(octets, at, end);
    if (ip.malformed || ip.end - ip.at < ip.totalLength) return undefined;
    if (!ip.moreFragments && ip.fragmentOffset === 0)
      return { octets: octets.slice(ip.at, ip.end), fragments: 1, issues: NO_ISSUES };

    const length = ip.end - ip.payloadAt;
    // Their place in the whole is not defined (length no multiple of 8), or lies past the longest datagram.
    if ((ip.moreFragments && length % 8 !== 0) || ip.fragmentOffset + ip.totalLength > 0xffff) return undefined;

    const key = `${ip.src}>${ip.dst}/${ip.protocol}/${ip.id}`;
    const pending = this.pendingFor(key, now);
    pending.pieces.push({ at: ip.fragmentOffset, octets: octets.slice(ip.payloadAt, ip.end) });
    if (ip.fragmentOffset === 0) pending.header = octets.slice(ip.at, ip.payloadAt);
    if (!ip.moreFragments) pending.length = ip.fragmentOffset + length;

    const whole = joined(pending);
    if (whole !== undefined) this.byKey.delete(key);
    return whole;
  }

  /** Forgets what is older than the lifetime; returns how many datagrams that were. `add` does it too. */
  expire(now: number): number {
    let forgotten = 0;
    for (const [key, pending] of this.byKey) {
      if (now - pending.since < this.lifetimeMs) break;
      this.byKey.delete(key);
      forgotten++;
    }
    return forgotten;
  }

  private pendingFor(key: string, now: number): Pending {
    let pending = this.byKey.get(key);
    if (pending === undefined) {
      if (this.byKey.size >= this.maxPending) this.byKey.delete(this.byKey.keys().next().value!);
      pending = { since: now, pieces: [], header: undefined, length: undefined };
      this.byKey.set(key, pending);
    }
    return pending;
  }
}

function joined({ header, length, pieces }: Pending): Reassembled | undefined {
  if (header === undefined || length === undefined || header.length + length > 0xffff) return undefined;
  let covered = 0;
  for (const piece of pieces.toSorted((a, b) => a.at - b.at)) {
    if (piece.at > covered) return undefined;
    covered = Math.max(covered, piece.at + piece.octets.length);
  }
  if (covered < length) return undefined;

  const issues: Issue[] = [];
  const payload = new Uint8Array(covered);
  const filled = new Uint8Array(covered);
  for (const { at, octets } of pieces) {
    // The same octets twice are harmless; two versions of one octet are how a filter is deceived. RFC 791 §3.2 keeps
    // the one that came later.
    if (octets.some((octet, i) => filled[at + i] === 1 && payload[at + i] !== octet))
      issues.push({
        code: "ipv4-fragment-overlap",
        at: header.length + at,
        text: `the fragment at ${at} contradicts another`,
      });
    payload.set(octets, at);
    filled.fill(1, at, at + octets.length);
  }
  if (covered > length)
    issues.push({
      code: "ipv4-fragment-end",
      at: header.length + length,
      text: `the last fragment ends at ${length}, another at ${covered}`,
    });
  return { octets: underHeader(header, payload.subarray(0, length), 0, false), fragments: pieces.length, issues };
}

/**
 * The datagram in pieces of at most `mtu` octets (RFC 791 §3.2), even where Don't Fragment is set; a datagram that fits
 * comes back alone. Throws a RangeError where no eight octets of payload fit, or the datagram is malformed.
 */
export function fragmentIpv4(datagram: Uint8Array, mtu: number): Uint8Array[] {
  const ip = viewIpv4(datagram);
  if (ip.malformed) throw new RangeError(`not an IPv4 datagram: ${ip.issues[0]!.text}`);
  if (ip.totalLength <= mtu) return [datagram.slice(0, ip.end)];

  const later = laterHeader(datagram, ip);
  const pieces: Uint8Array[] = [];
  for (let at = ip.payloadAt; at < ip.end;) {
    const header = at === ip.payloadAt ? datagram.subarray(0, ip.payloadAt) : later;
    const room = Math.floor((mtu - header.length) / 8) * 8;
    if (room < 8) throw new RangeError(`an MTU of ${mtu} leaves no room behind a header of ${header.length} octets`);
    const next = Math.min(at + room, ip.end);
    pieces.push(
      underHeader(
        header,
        datagram.subarray(at, next),
        ip.fragmentOffset + at - ip.payloadAt,
        next < ip.end || ip.moreFragments,
      ),
    );
    at = next;
  }
  return pieces;
}

/** A fragment, or with offset 0 and none to follow a whole: the header with its lengths and checksum made right. */
function underHeader(header: Uint8Array, payload: Uint8Array, offset: number, more: boolean): Uint8Array {
  const octets = new Uint8Array(header.length + payload.length);
  octets.set(header);
  octets.set(payload, header.length);
  octets[0] = 0x40 | (header.length / 4);
  putU16(octets, 2, octets.length);
  putU16(octets, 6, ((octets[6]! & 0xc0) << 8) | (more ? 0x2000 : 0) | (offset / 8));
  putU16(octets, 10, 0);
  putU16(octets, 10, checksumOf(onesSum(octets, 0, header.length)));
  return octets;
}

/** The header of a later fragment: of the options it keeps those whose first bit is set (RFC 791 §3.1). */
function laterHeader(datagram: Uint8Array, ip: Ipv4View): Uint8Array {
  const header = [...datagram.subarray(0, 20)];
  for (let at = 20; at < ip.payloadAt && datagram[at] !== 0;) {
    const length = datagram[at] === 1 ? 1 : datagram[at + 1]!;
    if (length === 0 || at + length > ip.payloadAt) break;
    if ((datagram[at]! & 0x80) !== 0) header.push(...datagram.subarray(at, at + length));
    at += length;
  }
  while (header.length % 4 !== 0) header.push(0);
  return Uint8Array.from(header);
}
