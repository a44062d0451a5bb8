/** What the first octet of a captured packet belongs to. */
export type LinkType = "ipv4" | "ethernet" | "linux-sll" | "linux-sll2" | "null" | "ppp" | "ppp-hdlc" | "other";

const ETHERTYPE_IPV4 = 0x0800;
/** 802.1Q, 802.1ad, and the number that was used for stacked tags before 802.1ad. */
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const AF_INET = 2;

/** Where the IPv4 header begins behind the link's own header, or undefined when the packet holds no IPv4. */
export function ipv4At(octets: Uint8Array, linkType: LinkType): number | undefined {
  switch (linkType) {
    case "ipv4":
      // "Raw IP" captures mix IPv4 and IPv6; only the version nibble tells them apart.
      return octets.length > 0 && octets[0]! >> 4 !== 6 ? 0 : undefined;
    case "ethernet":
      return behindEthernet(octets);
    case "linux-sll":
      return u16(octets, 14) === ETHERTYPE_IPV4 ? 16 : undefined;
    case "linux-sll2":
      return u16(octets, 0) === ETHERTYPE_IPV4 ? 20 : undefined;
    case "null":
      // The family stands in the byte order of the machine that captured.
      return octets.length >= 4 &&
        (octets[0] === AF_INET || octets[3] === AF_INET) &&
        octets[1] === 0 &&
        octets[2] === 0
        ? 4
        : undefined;
    case "ppp":
    case "ppp-hdlc":
    case "other":
      return undefined;
  }
}

function behindEthernet(octets: Uint8Array): number | undefined {
  let typeAt = 12;
  let type = u16(octets, typeAt);
  while (type !== undefined && VLAN_TAGS.has(type)) type = u16(octets, (typeAt += 4));
  return type === ETHERTYPE_IPV4 ? typeAt + 2 : undefined;
}

function u16(octets: Uint8Array, at: number): number | undefined {
  return at + 2 <= octets.length ? (octets[at]! << 8) | octets[at + 1]! : undefined;
}
