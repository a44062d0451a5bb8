/**
 * The Internet checksum (RFC 1071) in two steps, so that a pseudo-header can come first: 16-bit words are added with
 * end-around carry, and the field is the complement of the sum.
 */

/**
 * Adds `octets[at, end)` to `sum`. An odd last octet counts as if a zero followed, so every piece but the last must
 * have an even number of octets.
 */
export function onesSum(octets: Uint8Array, at = 0, end = octets.length, sum = 0): number {
  const whole = end - ((end - at) & 1);
  for (let i = at; i < whole; i += 2) sum += (octets[i]! << 8) | octets[i + 1]!;
  if (whole < end) sum += octets[whole]! << 8;
  // 65 535 octets add up to less than 2^32, so the carries can wait until the end.
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** The field for a finished sum. Over octets that hold a right checksum the sum is 0xffff, so this is 0. */
export function checksumOf(sum: number): number {
  return ~sum & 0xffff;
}

/** The part of the sum that UDP (RFC 768) and TCP take from IPv4: both addresses, which follow each other, protocol and length. */
export function pseudoHeaderSum(octets: Uint8Array, addressesAt: number, protocol: number, length: number): number {
  return onesSum(octets, addressesAt, addressesAt + 8, protocol + length);
}
