import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../octets.ts";
import { encodeIcmpEcho, ICMP_TYPES, type IcmpEcho, viewIcmp } from "./icmp.ts";
import { encodeIpv4, IP_PROTOCOLS, viewIpv4 } from "./ipv4.ts";

const DATA =
  "43036b000000001f5d030000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637";

/** Of a ping through a Linux LNS and back. */
const VECTORS: readonly (readonly [string, string, IcmpEcho])[] = [
  [
    "an Echo Request",
    `4500005402cb40004001dd89ac100101ac100133 080015d4014c0001fc ${DATA}`,
    { type: "request", id: 0x014c, seq: 1, data: fromHex(`fc${DATA}`) },
  ],
  [
    "its Echo Reply",
    `45000054a0ff000040017f55ac100133ac100101 00001dd4014c0001fc ${DATA}`,
    { type: "reply", id: 0x014c, seq: 1, data: fromHex(`fc${DATA}`) },
  ],
];

/** Network unreachable, quoting the datagram that could not be delivered. */
const UNREACHABLE = fromHex(
  "45c00070c0f9000040013580c0a80101c0a80102 0300fcff00000000 4500005439310000400174cbc0a801020a01010200003c6625be0001" +
    "3f49036b000000009453080000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
);

const view = (octets: Uint8Array) => viewIcmp(octets, viewIpv4(octets));
const inIpv4 = (icmp: Uint8Array) =>
  encodeIpv4({ src: "172.16.1.1", dst: "172.16.1.51", protocol: IP_PROTOCOLS.ICMP }, icmp);

describe("echo", () => {
  test.each(VECTORS)("%s, both ways", (_, text, echo) => {
    const octets = fromHex(text);
    expect(view(octets)).toMatchObject({ at: 20, end: 84, code: 0, checksumOk: true, dataAt: 28, issues: [] });
    expect(view(octets)).toMatchObject({
      type: ICMP_TYPES[echo.type === "request" ? "Echo Request" : "Echo Reply"],
      typeName: echo.type === "request" ? "Echo Request" : "Echo Reply",
      id: echo.id,
      seq: echo.seq,
      nextHopMtu: undefined,
    });
    expect(hex(encodeIcmpEcho(echo))).toBe(hex(octets.subarray(20)));
  });

  test("without data, and with an odd octet of it", () => {
    expect(view(inIpv4(encodeIcmpEcho({ type: "request", id: 0, seq: 65535 })))).toMatchObject({
      id: 0,
      seq: 65535,
      issues: [],
    });
    expect(view(inIpv4(encodeIcmpEcho({ type: "reply", id: 1, seq: 1, data: fromHex("ff") })))).toMatchObject({
      checksumOk: true,
    });
  });

  test("every single bit counts in the checksum", () => {
    const good = inIpv4(encodeIcmpEcho({ type: "request", id: 7, seq: 9, data: fromHex("01 02 03") }));
    for (let bit = 160; bit < good.length * 8; bit++) {
      const octets = good.slice();
      octets[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(view(octets).issues).toMatchObject([{ code: "icmp-checksum", at: 22 }]);
    }
  });

  test("a checksum and a code on purpose", () => {
    const octets = inIpv4(encodeIcmpEcho({ type: "request", id: 7, seq: 9 }, { code: 5, checksum: 0 }));
    expect(view(octets)).toMatchObject({ code: 5, checksum: 0, checksumOk: false });
  });
});

describe("errors", () => {
  test("Destination Unreachable quotes a datagram", () => {
    const found = view(UNREACHABLE);
    expect(found).toMatchObject({ type: 3, typeName: "Destination Unreachable", code: 0, checksumOk: true });
    expect(found).toMatchObject({ id: undefined, seq: undefined, nextHopMtu: undefined, dataAt: 28 });
    expect(viewIpv4(UNREACHABLE, found.dataAt, found.end)).toMatchObject({
      src: "192.168.1.2",
      dst: "10.1.1.2",
      issues: [],
    });
  });

  test("fragmentation needed tells the MTU", () => {
    const octets = inIpv4(fromHex("03 04 f7 83 00 00 05 78"));
    expect(view(octets)).toMatchObject({ code: 4, nextHopMtu: 1400, checksumOk: true, issues: [] });
  });

  test("a type without a name", () => {
    expect(view(inIpv4(fromHex("28 00 d7 ff 00 00 00 00")))).toMatchObject({
      type: 40,
      typeName: undefined,
      id: undefined,
      issues: [],
    });
  });

  test("cut at every octet", () => {
    const whole = fromHex(VECTORS[0]![1]);
    for (let length = 20; length < whole.length; length++) {
      const cut = view(whole.subarray(0, length));
      expect(cut.checksumOk).toBe(undefined);
      expect(cut.type).toBe(length < 28 ? -1 : 8);
      expect(cut.issues.map((issue) => issue.code)).toEqual(length < 28 ? ["icmp-truncated"] : []);
      expect(cut.dataAt).toBe(Math.max(28, length) === 28 ? length : 28);
    }
  });
});
