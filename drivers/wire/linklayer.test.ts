import { describe, expect, test } from "vitest";
import { fromHex } from "./octets.ts";
import { ipv4At, ipv6At, type LinkType } from "./linklayer.ts";

const MACS = "000102030405 060708090a0b";

describe("where IPv4 begins", () => {
  test.each<[string, LinkType, string, number | undefined]>([
    ["Ethernet", "ethernet", `${MACS} 0800 45`, 14],
    ["802.1Q", "ethernet", `${MACS} 8100 0064 0800 45`, 18],
    ["802.1ad around 802.1Q", "ethernet", `${MACS} 88a8 0064 8100 0065 0800 45`, 22],
    ["ARP", "ethernet", `${MACS} 0806 0001`, undefined],
    ["IPv6", "ethernet", `${MACS} 86dd 60`, undefined],
    ["a frame that ends in its tag", "ethernet", `${MACS} 8100 00`, undefined],
    ["Linux cooked", "linux-sll", "0000 0001 0006 000102030405 0000 0800 45", 16],
    ["Linux cooked, IPv6", "linux-sll", "0000 0001 0006 000102030405 0000 86dd 60", undefined],
    ["Linux cooked, version 2", "linux-sll2", "0800 0000 00000003 0001 00 06 0001020304050000 45", 20],
    ["Linux cooked, 802.1Q", "linux-sll", "0000 0001 0006 000102030405 0000 8100 0064 0800 45", 20],
    [
      "Linux cooked, version 2, 802.1Q",
      "linux-sll2",
      "8100 0000 00000003 0001 00 06 0001020304050000 0064 0800 45",
      24,
    ],
    ["a tag of before 802.1ad around 802.1Q", "ethernet", `${MACS} 9100 0064 8100 0065 0800 45`, 22],
    ["PPP over Ethernet", "ethernet", `${MACS} 8864 1100 0001 0003 0021 45`, 22],
    ["PPP over Ethernet in a VLAN", "ethernet", `${MACS} 8100 0064 8864 1100 0001 0003 0021 45`, 26],
    ["LCP over Ethernet", "ethernet", `${MACS} 8864 1100 0001 0003 c021 01`, undefined],
    ["PPP over Ethernet that is cut off", "ethernet", `${MACS} 8864 1100 0001 0003 00`, undefined],
    ["loopback of a little-endian machine", "null", "02000000 45", 4],
    ["loopback of a big-endian machine", "null", "00000002 45", 4],
    ["loopback, IPv6 of macOS", "null", "1e000000 60", undefined],
    ["raw IPv4", "ipv4", "45", 0],
    ["raw IPv6", "ipv4", "60", undefined],
    ["nothing", "ipv4", "", undefined],
    ["PPP, whose frames have no IPv4 header in front", "ppp", "ff03 0021 45", undefined],
    ["a link that is not known", "other", "45", undefined],
  ])("%s", (_, linkType, octets, at) => {
    expect(ipv4At(fromHex(octets), linkType)).toBe(at);
  });

  test("and where IPv6 does, for whoever counts what is passed over", () => {
    const found = [
      ipv6At(fromHex(`${MACS} 86dd 60`), "ethernet"),
      ipv6At(fromHex(`${MACS} 8864 1100 0001 0003 0057 60`), "ethernet"),
      ipv6At(fromHex("1e000000 60"), "null"),
      ipv6At(fromHex("60"), "ipv4"),
      ipv6At(fromHex("45"), "ipv4"),
      ipv6At(fromHex("02000000 45"), "null"),
    ];
    expect(found).toEqual([14, 22, 4, 0, undefined, undefined]);
  });
});
