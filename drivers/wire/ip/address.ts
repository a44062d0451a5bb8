/** "10.0.0.1" from four octets at `at`; the caller has checked that they are there. */
export function dotted(octets: Uint8Array, at: number): string {
  return `${octets[at]!}.${octets[at + 1]!}.${octets[at + 2]!}.${octets[at + 3]!}`;
}

/** The four octets of a dotted quad. Throws a RangeError on any other text: a wrong address is the caller's mistake. */
export function addressOctets(address: string): Uint8Array {
  const octets = new Uint8Array(4);
  writeAddress(octets, 0, address);
  return octets;
}

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Puts the four octets of a dotted quad at `at`. Throws a RangeError on any other text. */
export function writeAddress(octets: Uint8Array, at: number, address: string): void {
  const [, ...parts] = DOTTED.exec(address) ?? [];
  if (parts.length !== 4 || parts.some((part) => Number(part) > 255))
    throw new RangeError(`an IPv4 address is four decimal octets such as 10.0.0.1, not "${address}"`);
  for (let i = 0; i < 4; i++) octets[at + i] = Number(parts[i]);
}
