import { type Issue, NO_ISSUES } from "#wire/issue";
import { NO_OCTETS, concat, putU16, u16At } from "#wire/octets";

/** RFC 2661 §3.1: the bits of the first two octets. */
export const HEADER_BITS = {
  T: 0x8000,
  L: 0x4000,
  S: 0x0800,
  O: 0x0200,
  P: 0x0100,
  reserved: 0x34f0,
  version: 0x000f,
} as const;

/** Ver of L2TPv2, and the two that are not ours but may arrive on the same port. */
export const VERSIONS = { L2F: 1, L2TPv2: 2, L2TPv3: 3 } as const;

export type HeaderFieldName = "flags" | "length" | "tunnelId" | "sessionId" | "ns" | "nr" | "offsetSize";

/** RFC 2661 §3.1: the header as it stands in the octets, with where each field stands. */
export interface HeaderView {
  readonly at: number;
  /** End of the L2TP message: by Length where that is present and sane, else the end of the datagram. */
  readonly end: number;
  /** The first 16 bits. */
  readonly flags: number;
  readonly t: boolean;
  readonly l: boolean;
  readonly s: boolean;
  readonly o: boolean;
  readonly p: boolean;
  /** The reserved bits, in place (`flags & 0x34f0`). */
  readonly reserved: number;
  readonly version: number;
  readonly length: number | undefined;
  /** 0 where the datagram ends before the field, or Ver is not 2; `fieldAt` tells. */
  readonly tunnelId: number;
  readonly sessionId: number;
  readonly ns: number | undefined;
  readonly nr: number | undefined;
  readonly offsetSize: number | undefined;
  /** Absolute offset of every field that is there whole. */
  readonly fieldAt: Readonly<Partial<Record<HeaderFieldName, number>>>;
  /** First octet past the header, offset padding included; never past `end`. */
  readonly payloadAt: number;
  /**
   * A receiver cannot go by this header and should discard the message (RFC 2661 §7.1): it is cut short, its Length or
   * Offset Size points outside the datagram, or a control message lacks Length, or Ns and Nr.
   */
  readonly malformed: boolean;
  readonly issues: readonly Issue[];
}

/**
 * Reads the header of the L2TP message in `octets[at, end)`. Never throws; bad octets become issues. A Ver other than 2
 * is named (1 is L2F, 3 is L2TPv3) and nothing past the first two octets is read, since what follows has another layout.
 */
export function viewHeader(octets: Uint8Array, at = 0, end = octets.length): HeaderView {
  const limit = Math.min(end, octets.length);
  const size = Math.max(limit - at, 0);
  if (size < 2) return unread(at, limit, 0, true, [cut(at, `the datagram has ${size} octets`)]);

  const flags = u16At(octets, at);
  const version = flags & HEADER_BITS.version;
  if (version !== VERSIONS.L2TPv2) return unread(at, limit, flags, false, [otherVersion(version, at)]);

  const t = (flags & HEADER_BITS.T) !== 0;
  const l = (flags & HEADER_BITS.L) !== 0;
  const s = (flags & HEADER_BITS.S) !== 0;
  const o = (flags & HEADER_BITS.O) !== 0;

  // A field whose bit is clear takes no space (§3.1), so every offset follows from L, S and O.
  const idsAt = at + (l ? 4 : 2);
  const nsAt = idsAt + 4;
  const offsetAt = nsAt + (s ? 4 : 0);
  const fieldsEnd = offsetAt + (o ? 2 : 0);

  const fieldAt: Partial<Record<HeaderFieldName, number>> = { flags: at };
  const length = l ? fieldIn(octets, limit, fieldAt, "length", at + 2) : undefined;
  const tunnelId = fieldIn(octets, limit, fieldAt, "tunnelId", idsAt) ?? 0;
  const sessionId = fieldIn(octets, limit, fieldAt, "sessionId", idsAt + 2) ?? 0;
  const ns = s ? fieldIn(octets, limit, fieldAt, "ns", nsAt) : undefined;
  const nr = s ? fieldIn(octets, limit, fieldAt, "nr", nsAt + 2) : undefined;
  const offsetSize = o ? fieldIn(octets, limit, fieldAt, "offsetSize", offsetAt) : undefined;

  const issues: Issue[] = [];
  if (fieldsEnd > limit) issues.push(cut(at, `the header takes ${fieldsEnd - at} octets, the datagram has ${size}`));
  const messageEnd = length === undefined ? limit : endByLength(length, at, fieldsEnd, limit, issues);
  const payloadAt = Math.min(fieldsEnd + (offsetSize ?? 0), messageEnd);
  if (offsetSize !== undefined && fieldsEnd + offsetSize > messageEnd) {
    const text = `Offset Size ${offsetSize}, but ${Math.max(messageEnd - fieldsEnd, 0)} octets follow`;
    issues.push({ code: "header-offset-long", at: offsetAt, text });
  }
  const reserved = flags & HEADER_BITS.reserved;
  if (reserved !== 0) {
    issues.push({ code: "header-reserved", at, text: `reserved bits are set: 0x${reserved.toString(16)}` });
  }
  const p = (flags & HEADER_BITS.P) !== 0;
  if (t && (!l || !s || o || p)) pushControlBits(l, s, o, p, at, issues);

  return {
    at,
    end: messageEnd,
    flags,
    t,
    l,
    s,
    o,
    p,
    reserved,
    version,
    length,
    tunnelId,
    sessionId,
    ns,
    nr,
    offsetSize,
    fieldAt,
    payloadAt,
    malformed: issues.some((issue) => DISCARD.has(issue.code)),
    issues: issues.length === 0 ? NO_ISSUES : issues,
  };
}

/** Issues for which a receiver should discard the message (RFC 2661 §7.1); it can live with the others. */
const DISCARD: ReadonlySet<string> = new Set([
  "header-cut",
  "header-length-long",
  "header-length-short",
  "header-offset-long",
  "header-control-l",
  "header-control-s",
]);

/** Where the message ends. A Length that cannot be is reported and not followed. */
function endByLength(length: number, at: number, fieldsEnd: number, limit: number, issues: Issue[]): number {
  const size = limit - at;
  if (length === size) return limit;
  const wrong = (code: string, text: string): void => {
    issues.push({ code, at: at + 2, text });
  };
  if (length > size) {
    wrong("header-length-long", `Length ${length}, but the datagram has ${size} octets`);
    return limit;
  }
  if (at + length < fieldsEnd) {
    wrong("header-length-short", `Length ${length}, but the header alone takes ${fieldsEnd - at} octets`);
    return limit;
  }
  // No rule forbids octets past Length: a receiver may drop the message or use the first Length octets.
  wrong("header-length-trailing", `Length ${length}, but the datagram has ${size} octets`);
  return at + length;
}

/** RFC 2661 §3.1 fixes four bits of a control message; without Length, Ns and Nr there is nothing to go by (§3.0). */
function pushControlBits(l: boolean, s: boolean, o: boolean, p: boolean, at: number, issues: Issue[]): void {
  if (!l) issues.push({ code: "header-control-l", at, text: "a control message without Length (L is 0)" });
  if (!s) issues.push({ code: "header-control-s", at, text: "a control message without Ns and Nr (S is 0)" });
  if (o) issues.push({ code: "header-control-o", at, text: "a control message with Offset Size (O is 1)" });
  if (p) issues.push({ code: "header-control-p", at, text: "a control message with Priority (P is 1)" });
}

/**
 * How a header lies. Bits and fields are apart: `flags`, `setBits`, `clearBits` and `version` change only the first 16
 * bits and move no field; `omitLength`, `omitSequence` and `offset` change the layout together with their bit.
 */
export interface HeaderTweak {
  /** The first 16 bits in place of those that the layout asks for. */
  readonly flags?: number;
  readonly setBits?: number;
  readonly clearBits?: number;
  readonly version?: number;
  readonly length?: number;
  readonly tunnelId?: number;
  readonly sessionId?: number;
  readonly ns?: number;
  readonly nr?: number;
  readonly omitLength?: boolean;
  readonly omitSequence?: boolean;
  /** Offset padding: O is set, Offset Size and these octets follow. */
  readonly offset?: Uint8Array;
  /** Offset Size in place of the length of the padding. */
  readonly offsetSize?: number;
  /** Octets after the message that Length does not count. */
  readonly trailing?: Uint8Array;
  /** Only so many octets of the whole are kept; Length still counts all. */
  readonly truncateTo?: number;
}

export interface ControlHeader {
  readonly tunnelId: number;
  readonly sessionId: number;
  readonly ns: number;
  readonly nr: number;
}

/** A control message: T, L and S set, Ver 2 (RFC 2661 §3.1). An empty body makes a ZLB. */
export function encodeControl(h: ControlHeader, body: Uint8Array, tweak: HeaderTweak = {}): Uint8Array {
  return encode({ ...h, length: true }, HEADER_BITS.T, body, tweak);
}

export interface DataHeader {
  readonly tunnelId: number;
  readonly sessionId: number;
  /** With the Length field; default not. */
  readonly length?: boolean;
  /** With Ns and Nr when given; Nr is 0 unless given, since in data it means nothing (RFC 2661 §3.1). */
  readonly ns?: number;
  readonly nr?: number;
  /** Offset padding; its length becomes Offset Size. */
  readonly offset?: Uint8Array;
  readonly priority?: boolean;
}

/** A data message; `payload` is the PPP frame. */
export function encodeData(h: DataHeader, payload: Uint8Array, tweak: HeaderTweak = {}): Uint8Array {
  return encode(h, h.priority ? HEADER_BITS.P : 0, payload, tweak);
}

function encode(h: DataHeader, kindBits: number, payload: Uint8Array, tweak: HeaderTweak): Uint8Array {
  const l = h.length === true && !tweak.omitLength;
  const s = (h.ns !== undefined || h.nr !== undefined) && !tweak.omitSequence;
  const padding = tweak.offset ?? h.offset;
  const o = padding !== undefined;

  const header = new Uint8Array(6 + (l ? 2 : 0) + (s ? 4 : 0) + (o ? 2 : 0));
  let at = 0;
  const put = (value: number): void => {
    putU16(header, at, value);
    at += 2;
  };
  put(flagsOf(kindBits | (l ? HEADER_BITS.L : 0) | (s ? HEADER_BITS.S : 0) | (o ? HEADER_BITS.O : 0), tweak));
  if (l) put(tweak.length ?? header.length + (padding?.length ?? 0) + payload.length);
  put(tweak.tunnelId ?? h.tunnelId);
  put(tweak.sessionId ?? h.sessionId);
  if (s) {
    put(tweak.ns ?? h.ns ?? 0);
    put(tweak.nr ?? h.nr ?? 0);
  }
  if (o) put(tweak.offsetSize ?? padding.length);

  const whole = concat(header, padding ?? NO_OCTETS, payload, tweak.trailing ?? NO_OCTETS);
  return tweak.truncateTo === undefined ? whole : whole.slice(0, tweak.truncateTo);
}

function flagsOf(layoutBits: number, tweak: HeaderTweak): number {
  const bits = tweak.flags ?? layoutBits | VERSIONS.L2TPv2;
  const changed = (bits | (tweak.setBits ?? 0)) & ~(tweak.clearBits ?? 0);
  return tweak.version === undefined ? changed : (changed & ~HEADER_BITS.version) | tweak.version;
}

/** Reads a field that ends before `limit` and notes where it stands. */
function fieldIn(
  octets: Uint8Array,
  limit: number,
  fieldAt: Partial<Record<HeaderFieldName, number>>,
  name: HeaderFieldName,
  at: number,
): number | undefined {
  if (at + 2 > limit) return undefined;
  fieldAt[name] = at;
  return u16At(octets, at);
}

/** A header of which at most the first two octets can be told. */
function unread(at: number, end: number, flags: number, malformed: boolean, issues: readonly Issue[]): HeaderView {
  return {
    at,
    end: Math.max(at, end),
    flags,
    t: (flags & HEADER_BITS.T) !== 0,
    l: (flags & HEADER_BITS.L) !== 0,
    s: (flags & HEADER_BITS.S) !== 0,
    o: (flags & HEADER_BITS.O) !== 0,
    p: (flags & HEADER_BITS.P) !== 0,
    reserved: flags & HEADER_BITS.reserved,
    version: flags & HEADER_BITS.version,
    length: undefined,
    tunnelId: 0,
    sessionId: 0,
    ns: undefined,
    nr: undefined,
    offsetSize: undefined,
    fieldAt: malformed ? {} : { flags: at },
    payloadAt: Math.max(at, end),
    malformed,
    issues,
  };
}

function cut(at: number, text: string): Issue {
  return { code: "header-cut", at, text };
}

/** RFC 2661 §3.1: any Ver but 2 is to be discarded; 1 is kept free so that L2F can be told. */
function otherVersion(version: number, at: number): Issue {
  if (version === VERSIONS.L2F) return { code: "header-version-l2f", at, text: "Ver 1: this is L2F, not L2TPv2" };
  if (version === VERSIONS.L2TPv3)
    return { code: "header-version-l2tpv3", at, text: "Ver 3: this is L2TPv3, not L2TPv2" };
  return { code: "header-version", at, text: `Ver ${version} is unknown` };
}
