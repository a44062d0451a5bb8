/**
 * Octets in network order. The readers (`u16At`, `u32At`) trust their caller to have checked the bounds; past the end
 * they read zeros and never throw. The writers throw a RangeError on a value that does not fit its field: an illegal
 * message is made with a Tweak, but a number that its field cannot hold is always our own mistake.
 */

const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

export const NO_OCTETS: Uint8Array = new Uint8Array(0);

/** `0a0b`: two lower-case digits an octet, without separators. */
export function hex(octets: Uint8Array, at = 0, end = octets.length): string {
  let text = "";
  for (let i = Math.max(at, 0); i < Math.min(end, octets.length); i++) text += HEX[octets[i] as number] as string;
  return text;
}

/** Reads `0a 0b`, in either case, with or without white space. Throws a SyntaxError on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new SyntaxError(`not octets in hex: "${text}"`);
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function u16At(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

export function u32At(octets: Uint8Array, at: number): number {
  return ((u16At(octets, at) << 16) | u16At(octets, at + 2)) >>> 0;
}

export function putU8(octets: Uint8Array, at: number, value: number): void {
  octets[at] = within(value, 0xff);
}

export function putU16(octets: Uint8Array, at: number, value: number): void {
  within(value, 0xffff);
  octets[at] = value >>> 8;
  octets[at + 1] = value & 0xff;
}

export function putU32(octets: Uint8Array, at: number, value: number): void {
  within(value, 0xffff_ffff);
  putU16(octets, at, value >>> 16);
  putU16(octets, at + 2, value & 0xffff);
}

/** One octet a value. */
export function ofU8(...values: readonly number[]): Uint8Array {
  const octets = new Uint8Array(values.length);
  values.forEach((value, i) => putU8(octets, i, value));
  return octets;
}

/** Two octets a value. */
export function ofU16(...values: readonly number[]): Uint8Array {
  const octets = new Uint8Array(2 * values.length);
  values.forEach((value, i) => putU16(octets, 2 * i, value));
  return octets;
}

/** Four octets a value. */
export function ofU32(...values: readonly number[]): Uint8Array {
  const octets = new Uint8Array(4 * values.length);
  values.forEach((value, i) => putU32(octets, 4 * i, value));
  return octets;
}

// ignoreBOM keeps a leading U+FEFF in the string: dropping it would lose three octets that the sender put there.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 to a string; octets that are no UTF-8 become U+FFFD, so this way back is not always lossless. */
export function textOf(octets: Uint8Array, at = 0, end = octets.length): string {
  return decoder.decode(octets.subarray(at, end));
}

export function ofText(text: string): Uint8Array {
  return encoder.encode(text);
}

function within(value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`${value} does not fit a field of 0 to ${most}`);
}
