/** Networks as VRP writes them. Pure. */

/** `10.1.1.0/24` in its two parts. An address alone is a network of one. */
export function partsOf(network: string): { readonly address: string; readonly length: number } {
  const [address = "", length = "32"] = network.split("/");
  return { address, length: Number(length) };
}

/** 24 -> 255.255.255.0 */
export function maskOf(length: number): string {
  return dotted(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);
}

/** 24 -> 0.0.0.255, as rules of the old generation want it. */
export function wildcardOf(length: number): string {
  return dotted(length === 32 ? 0 : 0xffffffff >>> length);
}

/** 255.255.255.0 -> 24; undefined where it is no mask. */
export function lengthOfMask(mask: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(mask)) return undefined;
  const ones = bitsOf(mask).toString(2).padStart(32, "0");
  return /^1*0*$/.test(ones) ? ones.replaceAll("0", "").length : undefined;
}

/** 0.0.0.255, or plainly 0 for a single host -> 24; undefined where it is no wildcard. */
export function lengthOfWildcard(wildcard: string): number | undefined {
  if (wildcard === "0") return 32;
  return lengthOfMask(
    wildcard
      .split(".")
      .map((octet) => String(255 - Number(octet)))
      .join("."),
  );
}

/** Whether the address lies in the network. */
export function isIn(network: string, address: string): boolean {
  const { address: base, length } = partsOf(network);
  const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return (bitsOf(base) & mask) === (bitsOf(address) & mask);
}

function bitsOf(address: string): number {
  return address.split(".").reduce((bits, octet) => ((bits << 8) | Number(octet)) >>> 0, 0);
}

function dotted(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}
