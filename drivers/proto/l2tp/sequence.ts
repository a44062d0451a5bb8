/** RFC 2661 §5.8: sequence numbers count modulo 65536. */
const MODULUS = 0x10000;

/** `ns` moved on by `by` (which may be negative), modulo 65536. */
export function advance(ns: number, by = 1): number {
  return (((ns + by) % MODULUS) + MODULUS) % MODULUS;
}

/**
 * How far `a` lies ahead of `b` on the circle of 65536: -32768 to 32767. Against the number expected next this is the
 * RFC's comparison: the last received number and the 32767 before it give -1 to -32768, which is "already received".
 */
export function serialDiff(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}
