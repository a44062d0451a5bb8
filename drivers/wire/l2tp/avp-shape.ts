import { NO_OCTETS, concat, equal, ofText, ofU16, ofU32, ofU8, textOf, u16At, u32At } from "#wire/octets";

/** What is wrong with a value whose length is right. Only `avp-range` makes the AVP malformed (RFC 2661 §7.1). */
export interface ShapeFault {
  readonly code: "avp-range" | "avp-reserved-field" | "avp-text";
  readonly text: string;
}

/** How an Attribute Value lies in octets. Lengths count the value alone, before hiding. */
export interface Shape<V> {
  /** The lengths that fit, for a reader: `2`, `1 or more`. */
  readonly lengths: string;
  fits(length: number): boolean;
  /** Reads `octets[at, end)`; the length fits already. */
  decode(octets: Uint8Array, at: number, end: number): V;
  /** Throws a RangeError where a number is too large for its field. */
  encode(value: V): Uint8Array;
  fault?(value: V, octets: Uint8Array, at: number, end: number): ShapeFault | undefined;
}

export const u16: Shape<number> = {
  ...exactly(2),
  decode: u16At,
  encode: (value) => ofU16(value),
};

export const u32: Shape<number> = {
  ...exactly(4),
  decode: u32At,
  encode: (value) => ofU32(value),
};

/** A number for which 0 is out of range: an assigned id (RFC 2661 §5.3), a window (§5.8). */
export function nonZero(shape: Shape<number>): Shape<number> {
  return {
    ...shape,
    fault: (value) => (value === 0 ? { code: "avp-range", text: "0 is out of range" } : undefined),
  };
}

/** A 32-bit mask of which only the bits in `defined` have a meaning; the others are sent as 0 (RFC 2661 §6.0). */
export function mask(defined: number): Shape<number> {
  return {
    ...u32,
    fault: (value) =>
      (value & ~defined) === 0
        ? undefined
        : { code: "avp-reserved-field", text: `reserved bits are set: 0x${value.toString(16).padStart(8, "0")}` },
  };
}

/** Two octets of which the first is reserved (Proxy Authen ID, RFC 2661 §4.4.5). */
export const octetInU16: Shape<number> = {
  ...u16,
  fault: (value) =>
    value <= 0xff ? undefined : { code: "avp-reserved-field", text: `the first octet is reserved: ${value}` },
};

/** No value at all: the AVP speaks by being there (Sequencing Required). */
export const presence: Shape<true> = {
  ...exactly(0),
  decode: () => true,
  encode: () => NO_OCTETS,
};

/** Octets without further meaning, `least` to `most` of them. */
export function octets(least = 0, most = Infinity): Shape<Uint8Array> {
  return {
    ...between(least, most),
    decode: (from, at, end) => from.slice(at, end),
    encode: (value) => value,
  };
}

/** `any` where the RFC names no character set: it is read as UTF-8, but other octets are no fault. */
export type Charset = "any" | "ascii" | "utf-8";

export function text(charset: Charset, least = 0): Shape<string> {
  return {
    ...between(least, Infinity),
    decode: textOf,
    encode: ofText,
    fault: (_value, from, at, end) => charsetFault(charset, from, at, end),
  };
}

export interface ResultCode {
  readonly result: number;
  readonly error?: number;
  readonly message?: string;
}

/** RFC 2661 §4.4.2: the Error Code is there when the length says so, the message only after an Error Code. */
export const resultCode: Shape<ResultCode> = {
  lengths: "2, or 4 or more",
  fits: (length) => length === 2 || length >= 4,
  decode: (from, at, end) => ({
    result: u16At(from, at),
    ...(end - at >= 4 && { error: u16At(from, at + 2) }),
    ...(end - at > 4 && { message: textOf(from, at + 4, end) }),
  }),
  encode: ({ result, error, message }) => {
    if (error === undefined && message === undefined) return ofU16(result);
    // There is no room for a message without an Error Code; 0 is "no general error".
    return concat(ofU16(result, error ?? 0), ofText(message ?? ""));
  },
  fault: (_value, from, at, end) => charsetFault("utf-8", from, at + 4, end),
};

export interface Q931CauseCode {
  readonly cause: number;
  readonly msg: number;
  readonly advisory?: string;
}

/** RFC 2661 §4.4.4. */
export const q931CauseCode: Shape<Q931CauseCode> = {
  ...between(3, Infinity),
  decode: (from, at, end) => ({
    cause: u16At(from, at),
    msg: from[at + 2] ?? 0,
    ...(end - at > 3 && { advisory: textOf(from, at + 3, end) }),
  }),
  encode: ({ cause, msg, advisory }) => concat(ofU16(cause), ofU8(msg), ofText(advisory ?? "")),
  fault: (_value, from, at, end) => charsetFault("ascii", from, at + 3, end),
};

export interface CallErrors {
  readonly crcErrors: number;
  readonly framingErrors: number;
  readonly hardwareOverruns: number;
  readonly bufferOverruns: number;
  readonly timeoutErrors: number;
  readonly alignmentErrors: number;
}

/** RFC 2661 §4.4.6: two reserved octets, then six counters that are not aligned to four octets. */
export const callErrors: Shape<CallErrors> = {
  ...exactly(26),
  decode: (from, at) => ({
    crcErrors: u32At(from, at + 2),
    framingErrors: u32At(from, at + 6),
    hardwareOverruns: u32At(from, at + 10),
    bufferOverruns: u32At(from, at + 14),
    timeoutErrors: u32At(from, at + 18),
    alignmentErrors: u32At(from, at + 22),
  }),
  encode: (e) =>
    concat(
      ofU16(0),
      ofU32(e.crcErrors, e.framingErrors, e.hardwareOverruns, e.bufferOverruns, e.timeoutErrors, e.alignmentErrors),
    ),
  fault: reservedU16,
};

export interface Accm {
  readonly send: number;
  readonly receive: number;
}

/** RFC 2661 §4.4.6: two reserved octets, then both maps. */
export const accm: Shape<Accm> = {
  ...exactly(10),
  decode: (from, at) => ({ send: u32At(from, at + 2), receive: u32At(from, at + 6) }),
  encode: ({ send, receive }) => concat(ofU16(0), ofU32(send, receive)),
  fault: reservedU16,
};

export interface PppDisconnectCause {
  readonly code: number;
  /** PPP protocol number of the control protocol that failed, or 0. */
  readonly protocol: number;
  /** 0 global, 1 at peer, 2 at local. */
  readonly direction: number;
  readonly message?: string;
}

/** RFC 3145 §2. Its "at least 11" can only mean the whole AVP: the three fields take 5 octets. */
export const pppDisconnectCause: Shape<PppDisconnectCause> = {
  ...between(5, Infinity),
  decode: (from, at, end) => ({
    code: u16At(from, at),
    protocol: u16At(from, at + 2),
    direction: from[at + 4] ?? 0,
    ...(end - at > 5 && { message: textOf(from, at + 5, end) }),
  }),
  encode: ({ code, protocol, direction, message }) =>
    concat(ofU16(code, protocol), ofU8(direction), ofText(message ?? "")),
  fault: (value, from, at, end) =>
    value.direction > 2
      ? { code: "avp-reserved-field", text: `Direction ${value.direction} is reserved` }
      : charsetFault("utf-8", from, at + 5, end),
};

function exactly(length: number): Pick<Shape<never>, "lengths" | "fits"> {
  return { lengths: String(length), fits: (n) => n === length };
}

function between(least: number, most: number): Pick<Shape<never>, "lengths" | "fits"> {
  if (least === most) return exactly(least);
  const lengths = most === Infinity ? `${least} or more` : `${least} to ${most}`;
  return { lengths, fits: (n) => n >= least && n <= most };
}

function reservedU16(_value: unknown, from: Uint8Array, at: number): ShapeFault | undefined {
  const reserved = u16At(from, at);
  return reserved === 0 ? undefined : { code: "avp-reserved-field", text: `the reserved octets hold ${reserved}` };
}

function charsetFault(charset: Charset, from: Uint8Array, at: number, end: number): ShapeFault | undefined {
  if (charset === "any" || at >= end) return undefined;
  const part = from.subarray(at, end);
  const right = charset === "ascii" ? part.every((octet) => octet < 0x80) : equal(ofText(textOf(part)), part);
  return right ? undefined : { code: "avp-text", text: `the text is not ${charset === "ascii" ? "ASCII" : "UTF-8"}` };
}
