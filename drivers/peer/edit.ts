import { type Avp, type AvpName, AVPS, type AvpTweak, avpOf, type NamedAvp } from "#wire/l2tp/avp";
import type { ControlMessage } from "#wire/l2tp/message";

/**
 * One change to a control message: a bad message is a good one and one edit. All leave the message that they are given
 * alone, and throw when what they are to change is not there, since an edit that does nothing makes a test that tests
 * nothing.
 */
export type Edit = (m: ControlMessage) => ControlMessage;

/** With further AVPs behind all others, also where the message has one of that kind already. */
export function append(m: ControlMessage, ...avps: readonly Avp[]): ControlMessage {
  return { ...m, avps: [...m.avps, ...avps] };
}

/** With AVPs right after the Message Type. */
export function prepend(m: ControlMessage, ...avps: readonly Avp[]): ControlMessage {
  return { ...m, avps: [...avps, ...m.avps] };
}

/** With these AVPs each in the place of the one of its kind, or appended where the message has none of it. */
export function withAvps(m: ControlMessage, ...avps: readonly Avp[]): ControlMessage {
  return { ...m, avps: avps.reduce(replaceOrAppend, m.avps) };
}

/** Without any AVP of these names. */
export function without(m: ControlMessage, ...names: readonly AvpName[]): ControlMessage {
  for (const name of names) placeOf(m, name);
  return { ...m, avps: m.avps.filter((avp) => !names.some((name) => isNamed(avp, name))) };
}

/** With the first AVP of that name written as the tweak says; what it leaves open stays. */
export function tweakAvp(m: ControlMessage, name: AvpName, tweak: AvpTweak): ControlMessage {
  const at = placeOf(m, name);
  const avp = m.avps[at] as Avp;
  return { ...m, avps: m.avps.with(at, { ...avp, tweak: { ...avp.tweak, ...tweak } }) };
}

/** With the Message Type AVP written as the tweak says. */
export function tweakMessageType(m: ControlMessage, tweak: AvpTweak): ControlMessage {
  return { ...m, tweak: { ...m.tweak, messageType: { ...m.tweak?.messageType, ...tweak } } };
}

/** With the AVPs of these names moved to the front, in this order. */
export function inOrder(m: ControlMessage, ...names: readonly AvpName[]): ControlMessage {
  const first = names.map((name) => m.avps[placeOf(m, name)] as Avp);
  return { ...m, avps: [...first, ...m.avps.filter((avp) => !first.includes(avp))] };
}

export interface Hiding {
  readonly secret: Uint8Array;
  readonly randomVector: Uint8Array;
  readonly padding?: Uint8Array;
  /** A lie about the length of the clear value. */
  readonly toldLength?: number;
}

/** With these AVPs hidden, and the Random Vector that this takes right before the first of them (RFC 2661 §4.3). */
export function hidden(m: ControlMessage, hiding: Hiding, ...names: readonly AvpName[]): ControlMessage {
  const first = Math.min(...names.map((name) => placeOf(m, name)));
  const avps = m.avps.map((avp) =>
    names.some((name) => isNamed(avp, name)) ? { ...avp, tweak: { ...avp.tweak, hide: hiding } } : avp,
  );
  return { ...m, avps: avps.toSpliced(first, 0, avpOf("randomVector", hiding.randomVector)) };
}

/** With all AVPs hidden that may be, as `hidden` does it; a message that has none of them stays as it is. */
export function hiddenThroughout(m: ControlMessage, hiding: Hiding): ControlMessage {
  const names = m.avps.flatMap((avp) => ("name" in avp && AVPS[avp.name].h === "may" ? [avp.name] : []));
  return names.length === 0 ? m : hidden(m, hiding, ...names);
}

export function isNamed(avp: Avp, name: AvpName): avp is NamedAvp {
  return "name" in avp && avp.name === name;
}

function placeOf(m: ControlMessage, name: AvpName): number {
  const at = m.avps.findIndex((avp) => isNamed(avp, name));
  if (at < 0) throw new RangeError(`${m.type} has no ${name} to change`);
  return at;
}

function replaceOrAppend(avps: readonly Avp[], avp: Avp): readonly Avp[] {
  const at = avps.findIndex((other) => isSameKind(other, avp));
  return at < 0 ? [...avps, avp] : avps.with(at, avp);
}

function isSameKind(a: Avp, b: Avp): boolean {
  if ("name" in a) return isNamed(b, a.name);
  return !("name" in b) && a.vendor === b.vendor && a.type === b.type;
}
