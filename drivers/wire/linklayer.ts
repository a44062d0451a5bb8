/** What the first octet of a captured packet belongs to. */
export type LinkType = "ipv4" | "ethernet" | "linux-sll" | "linux-sll2" | "null" | "ppp" | "ppp-hdlc" | "other";

const ETHERTYPE = { ipv4: 0x0800, ipv6: 0x86dd, pppoeSession: 0x8864 } as const;
/** 802.1Q, 802.1ad, and the number that was used for stacked tags before 802.1ad. */
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const AF_INET = 2;
/** What the BSDs and macOS count IPv6 as, and Linux. */
const AF_INET6: ReadonlySet<number> = new Set([10, 24, 28, 30]);
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;

/** Where the IPv4 header begins behind the link's own header, or undefined when the packet holds no IPv4. */
export function ipv4At(octets: Uint8Array, linkType: LinkType): number | undefined {
  const found = networkOf(octets, linkType);
  return found?.version === 4 ? found.at : undefined;
}

/** The same of IPv6, which is not dissected: who counts what was passed over asks for it. */
export function ipv6At(octets: Uint8Array, linkType: LinkType): number | undefined {
  const found = networkOf(octets, linkType);
  return found?.version === 6 ? found.at : undefined;
}

interface Network {
  readonly at: number;
  readonly version: 4 | 6;
}

function networkOf(octets: Uint8Array, linkType: LinkType): Network | undefined {
  switch (linkType) {
    case "ipv4":
      // "Raw IP" captures mix IPv4 and IPv6; only the version nibble tells them apart.
      return octets.length > 0 ? { at: 0, version: octets[0]! >> 4 === 6 ? 6 : 4 } : undefined;
    case "ethernet":
      return behindType(octets, 12, 14);
    case "linux-sll":
      return behindType(octets, 14, 16);
    case "linux-sll2":
      return behindType(octets, 0, 20);
    case "null":
      return behindFamily(octets);
    case "ppp":
    case "ppp-hdlc":
    case "other":
      return undefined;
  }
}

/** The EtherType at `typeAt` tells what begins at `at`: IP, a tag with another EtherType behind it, or PPP over Ethernet. */
function behindType(octets: Uint8Array, typeAt: number, at: number): Network | undefined {
  let type = u16(octets, typeAt);
  while (type !== undefined && VLAN_TAGS.has(type)) {
    type = u16(octets, at + 2);
    at += 4;
  }
  if (type === ETHERTYPE.ipv4) return { at, version: 4 };
  if (type === ETHERTYPE.ipv6) return { at, version: 6 };
  if (type !== ETHERTYPE.pppoeSession) return undefined;
  // RFC 2516 §4: six octets, then the PPP protocol, which is never compressed to one octet there (§7).
  const protocol = u16(octets, at + 6);
  if (protocol === PPP_IPV4) return { at: at + 8, version: 4 };
  return protocol === PPP_IPV6 ? { at: at + 8, version: 6 } : undefined;
}

/** The family stands in the byte order of the machine that captured. */
function behindFamily(octets: Uint8Array): Network | undefined {
  if (octets.length < 4 || octets[1] !== 0 || octets[2] !== 0) return undefined;
  const family = octets[0] === 0 ? octets[3]! : octets[3] === 0 ? octets[0]! : undefined;
  if (family === AF_INET) return { at: 4, version: 4 };
  return family !== undefined && AF_INET6.has(family) ? { at: 4, version: 6 } : undefined;
}

function u16(octets: Uint8Array, at: number): number | undefined {
  return at + 2 <= octets.length ? (octets[at]! << 8) | octets[at + 1]! : undefined;
}
