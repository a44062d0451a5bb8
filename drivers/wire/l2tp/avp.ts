import { concat, equal, ofU16 } from "#wire/octets";
import { type AvpName, type AvpValues, rowOf } from "./avp-table.ts";
import { AVP_BITS, AVP_HEADER, type AvpView, nameOrNumber, RESERVED_SHIFT } from "./avp-view.ts";
import { hide } from "./hiding.ts";

export type { Accm, CallErrors, PppDisconnectCause, Q931CauseCode, ResultCode, Shape } from "./avp-shape.ts";
export { AVP_NAMES, type AvpName, avpName, type AvpRow, AVPS, type AvpValues, rowOf } from "./avp-table.ts";
export { AVP_BITS, AVP_HEADER, type AvpsView, type AvpView, nameOrNumber, type Secrets, viewAvps } from "./avp-view.ts";

/** Length has 10 bits and counts the header too, so a value has 1017 octets at most (RFC 2661 §4.1 says 1023). */
export const AVP_MOST = AVP_BITS.length;

/** How an AVP lies. Whatever is not given is as it should be. */
export interface AvpTweak {
  readonly m?: 0 | 1;
  readonly h?: 0 | 1;
  /** 0 to 15. */
  readonly reserved?: number;
  readonly vendor?: number;
  readonly type?: number;
  readonly length?: number;
  /** Value octets in place of the encoded value; `hide` still applies to them. */
  readonly value?: Uint8Array;
  /** Hides the value and sets H. The Random Vector AVP is the caller's to place before it. */
  readonly hide?: {
    readonly secret: Uint8Array;
    readonly randomVector: Uint8Array;
    readonly padding?: Uint8Array;
    /** Stands in the hidden length field in place of the length of the value. */
    readonly toldLength?: number;
  };
}

/** An AVP of the table. */
export type NamedAvp = {
  readonly [N in AvpName]: { readonly name: N; readonly value: AvpValues[N]; readonly tweak?: AvpTweak };
}[AvpName];

/** Any other AVP, or one of the table whose value cannot be told. M is 0 unless the tweak sets it. */
export interface RawAvp {
  readonly vendor: number;
  readonly type: number;
  readonly octets: Uint8Array;
  readonly tweak?: AvpTweak;
}

export type Avp = NamedAvp | RawAvp;

/** An AVP of the table, with M as the RFC asks and not hidden. */
export function avpOf<N extends AvpName>(name: N, value: AvpValues[N], tweak?: AvpTweak): Avp {
  return { name, value, ...(tweak && { tweak }) } as NamedAvp;
}

/** An AVP that is in no table; M is 0 unless the tweak sets it. */
export function unknownAvp(vendor: number, type: number, octets: Uint8Array, tweak?: AvpTweak): Avp {
  return { vendor, type, octets, ...(tweak && { tweak }) };
}

/** Throws a RangeError where the value is too long for Length, unless `tweak.length` says what to write instead. */
export function encodeAvp(avp: Avp): Uint8Array {
  const plain = "name" in avp ? plainOf(avp) : { ...avp, m: 0 };
  const { m, h, reserved, vendor, type, length, value, hide: hiding }: AvpTweak = avp.tweak ?? {};

  const writtenVendor = vendor ?? plain.vendor;
  const writtenType = type ?? plain.type;
  const clear = value ?? plain.octets;
  const octets = hiding ? hideWith(hiding, writtenType, clear) : clear;
  const writtenLength = length ?? AVP_HEADER + octets.length;
  if (writtenLength > AVP_MOST) {
    const who = nameOrNumber(writtenVendor, writtenType);
    throw new RangeError(`${who}: Length ${writtenLength} does not fit its 10 bits`);
  }

  let bits = writtenLength | ((reserved ?? 0) << RESERVED_SHIFT);
  if ((m ?? plain.m) === 1) bits |= AVP_BITS.M;
  if ((h ?? (hiding ? 1 : 0)) === 1) bits |= AVP_BITS.H;
  return concat(ofU16(bits, writtenVendor, writtenType), octets);
}

function hideWith(h: NonNullable<AvpTweak["hide"]>, type: number, clear: Uint8Array): Uint8Array {
  return hide(type, clear, h.secret, h.randomVector, h.padding, h.toldLength);
}

function plainOf(avp: NamedAvp): { vendor: number; type: number; octets: Uint8Array; m: number } {
  const row = rowOf(avp.name);
  return { vendor: 0, type: row.type, octets: row.shape.encode(avp.value), m: row.m };
}

/**
 * The AVP behind a view, such that `encodeAvp` gives back its octets. A hidden AVP that was revealed has its clear value
 * and the cipher text as a Tweak; one that was not is raw.
 */
export function valueOfAvp(view: AvpView, octets: Uint8Array): Avp {
  const wire = octets.slice(view.valueAt, view.valueEnd);
  if (view.name === undefined || view.value === undefined) {
    const tweak: AvpTweak = {
      ...(view.m && { m: 1 }),
      ...(view.h && { h: 1 }),
      ...(view.reserved !== 0 && { reserved: view.reserved }),
      ...(view.length !== AVP_HEADER + wire.length && { length: view.length }),
    };
    return unknownAvp(view.vendor, view.type, wire, orNothing(tweak));
  }
  const row = rowOf(view.name);
  const m = view.m ? 1 : 0;
  const tweak: AvpTweak = {
    ...(m !== row.m && { m }),
    ...(view.h && { h: 1 }),
    // Reserved octets and text that is no UTF-8 are not in the value, so what it encodes to may differ.
    ...(!equal(row.shape.encode(view.value), wire) && { value: wire }),
  };
  return avpOf(view.name, view.value, orNothing(tweak));
}

function orNothing(tweak: AvpTweak): AvpTweak | undefined {
  return Object.keys(tweak).length === 0 ? undefined : tweak;
}
