import { type Issue, NO_ISSUES } from "#wire/issue";
import { u16At } from "#wire/octets";
import { type AvpName, avpName, type AvpValues, rowOf } from "./avp-table.ts";
import { reveal } from "./hiding.ts";
import { messageName } from "./message-type.ts";

/** RFC 2661 §4.1: the bits of the first two octets of an AVP. */
export const AVP_BITS = { M: 0x8000, H: 0x4000, reserved: 0x3c00, length: 0x03ff } as const;
/** By how much the four reserved bits are shifted in the first two octets. */
export const RESERVED_SHIFT = 10;
/** Octets before the Attribute Value; the least that Length can be. */
export const AVP_HEADER = 6;

/** What opens hidden AVPs: the tunnel secret, or clear values that were written down earlier, by the AVP's offset. */
export interface Secrets {
  readonly tunnelSecret?: Uint8Array;
  reveal?(avpAt: number): Uint8Array | undefined;
}

/** One AVP as it stands in the octets. */
export interface AvpView {
  readonly at: number;
  /** As the Length field says. */
  readonly length: number;
  readonly m: boolean;
  readonly h: boolean;
  /** The four reserved bits as a number, 0 to 15. */
  readonly reserved: number;
  readonly vendor: number;
  readonly type: number;
  /** Undefined for an AVP that is not recognised: unknown, of another vendor, or with a reserved bit set (RFC 2661 §4.1). */
  readonly name: AvpName | undefined;
  readonly valueAt: number;
  /** Never past the end of the message. Where Length is below 6 or overruns, the AVP is taken to be all the rest. */
  readonly valueEnd: number;
  /** Undefined when hidden and not revealed, not recognised, or of a wrong length. A number out of range is given. */
  readonly value: AvpValues[AvpName] | undefined;
  /** Clear value octets of a hidden AVP. */
  readonly revealed?: Uint8Array;
  /** RFC 2661 §7.1: a receiver cannot use it and goes by its M bit. The value is absent or out of range. */
  readonly malformed: boolean;
  readonly issues: readonly Issue[];
}

export interface AvpsView {
  readonly avps: readonly AvpView[];
  /** Where the AVPs end: the end of the body, unless that leaves fewer octets than an AVP's header takes. */
  readonly restAt: number;
}

/** Reads the AVPs in `octets[at, end)`, the body of a control message. Never throws. */
export function viewAvps(octets: Uint8Array, at = 0, end = octets.length, secrets: Secrets = {}): AvpsView {
  const limit = Math.min(end, octets.length);
  const avps: AvpView[] = [];
  let randomVector: Uint8Array | undefined;
  let next = at;
  while (next + AVP_HEADER <= limit) {
    const avp = viewAvp(octets, next, limit, randomVector, secrets);
    avps.push(avp);
    // §4.3: a hidden AVP is opened with the last Random Vector before it.
    if (avp.name === "randomVector" && avp.value instanceof Uint8Array) randomVector = avp.value;
    next = avp.valueEnd;
  }
  return { avps, restAt: next };
}

/** Issues that make an AVP malformed, so that its M bit decides (RFC 2661 §7.1). */
const MALFORMED: ReadonlySet<string> = new Set([
  "avp-length-short",
  "avp-overrun",
  "avp-length",
  "avp-range",
  "avp-hidden-without-vector",
  "avp-hidden-length",
]);

/** The header's six octets are there. */
function viewAvp(
  octets: Uint8Array,
  at: number,
  end: number,
  randomVector: Uint8Array | undefined,
  secrets: Secrets,
): AvpView {
  const bits = u16At(octets, at);
  const length = bits & AVP_BITS.length;
  const m = (bits & AVP_BITS.M) !== 0;
  const h = (bits & AVP_BITS.H) !== 0;
  const reserved = (bits & AVP_BITS.reserved) >> RESERVED_SHIFT;
  const vendor = u16At(octets, at + 2);
  const type = u16At(octets, at + 4);
  // §4.1: a reserved bit makes an AVP unrecognised, whatever its type.
  const name = reserved === 0 ? avpName(vendor, type) : undefined;
  const valueAt = at + AVP_HEADER;
  const whole = length >= AVP_HEADER && at + length <= end;
  const valueEnd = whole ? at + length : end;

  const issues: Issue[] = [];
  if (!whole) issues.push(wrongLength(length, at, end));
  if (reserved !== 0) {
    const text = `${nameOrNumber(vendor, type)}: reserved bits are set: ${reserved.toString(2).padStart(4, "0")}`;
    issues.push({ code: "avp-reserved", at, text });
  }
  const revealed = h && whole ? open(octets, at, type, valueEnd, randomVector, secrets, issues) : undefined;

  let value: AvpValues[AvpName] | undefined;
  if (name !== undefined) {
    if (revealed !== undefined) value = valueIn(name, revealed, 0, revealed.length, valueAt, issues);
    else if (whole && !h) value = valueIn(name, octets, valueAt, valueEnd, valueAt, issues);
    pushBits(name, m, h, value, at, issues);
  }

  return {
    at,
    length,
    m,
    h,
    reserved,
    vendor,
    type,
    name,
    valueAt,
    valueEnd,
    value,
    ...(revealed && { revealed }),
    malformed: issues.some((issue) => MALFORMED.has(issue.code)),
    issues: issues.length === 0 ? NO_ISSUES : issues,
  };
}

/** `hostName`, or `AVP 9/1` for one of no table. */
export function nameOrNumber(vendor: number, type: number): string {
  return avpName(vendor, type) ?? `AVP ${vendor}/${type}`;
}

function wrongLength(length: number, at: number, end: number): Issue {
  if (length < AVP_HEADER) {
    return {
      code: "avp-length-short",
      at,
      text: `Length ${length}, but the header of an AVP takes ${AVP_HEADER} octets`,
    };
  }
  return { code: "avp-overrun", at, text: `Length ${length}, but the message ends after ${end - at} octets` };
}

/** Opens a hidden value, if it can be opened and there is something to open it with. */
function open(
  octets: Uint8Array,
  at: number,
  type: number,
  valueEnd: number,
  randomVector: Uint8Array | undefined,
  secrets: Secrets,
  issues: Issue[],
): Uint8Array | undefined {
  // §4.3: whoever has no vector cannot read the value, secret or not.
  if (randomVector === undefined) {
    issues.push({ code: "avp-hidden-without-vector", at, text: "hidden, but no Random Vector stands before it" });
    return undefined;
  }
  const valueAt = at + AVP_HEADER;
  if (valueEnd - valueAt < 2) {
    const text = `hidden, but ${valueEnd - valueAt} octets cannot hold the original length`;
    issues.push({ code: "avp-hidden-length", at: valueAt, text });
    return undefined;
  }
  const known = secrets.reveal?.(at);
  if (known !== undefined) return known;
  if (secrets.tunnelSecret === undefined) return undefined;
  const opened = reveal(type, octets.subarray(valueAt, valueEnd), secrets.tunnelSecret, randomVector);
  if ("value" in opened) return opened.value;
  issues.push({
    code: "avp-hidden-length",
    at: valueAt,
    text: `hidden with another secret or wrongly: ${opened.issue}`,
  });
  return undefined;
}

/** Reads a value of the table from `octets[at, end)`; `valueAt` is where its issues point. */
function valueIn(
  name: AvpName,
  octets: Uint8Array,
  at: number,
  end: number,
  valueAt: number,
  issues: Issue[],
): AvpValues[AvpName] | undefined {
  const { shape } = rowOf(name);
  if (!shape.fits(end - at)) {
    const text = `${name}: ${end - at} octets of value, expected ${shape.lengths}`;
    issues.push({ code: "avp-length", at: valueAt, text });
    return undefined;
  }
  const value = shape.decode(octets, at, end) as AvpValues[AvpName];
  const fault = shape.fault?.(value, octets, at, end);
  if (fault) issues.push({ code: fault.code, at: valueAt, text: `${name}: ${fault.text}` });
  return value;
}

/** M and H are fixed for each AVP of the table (RFC 2661 §4.4). */
function pushBits(name: AvpName, m: boolean, h: boolean, value: unknown, at: number, issues: Issue[]): void {
  const row = rowOf(name);
  // §4.4.1: M of a Message Type says what to do with an unknown message, so that for those either value is right.
  const free = name === "messageType" && typeof value === "number" && messageName(value) === undefined;
  if (m !== (row.m === 1) && !free) {
    issues.push({ code: "avp-m-bit", at, text: `${name}: M is ${m ? 1 : 0}, expected ${row.m} (${row.clause})` });
  }
  if (h && row.h === 0) {
    issues.push({ code: "avp-h-bit", at, text: `${name}: H is 1, but it is never hidden (${row.clause})` });
  }
}
