import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../octets.ts";
import { encodeIpv4, IP_PROTOCOLS, type Ipv4Header, type Ipv4Tweak, isWhole, viewIpv4 } from "./ipv4.ts";

/** Sent by Linux: octets, what the header says, and its options. */
const VECTORS: readonly (readonly [string, string, Ipv4Header, string])[] = [
  [
    "a UDP datagram with Don't Fragment",
    "450000214c6240004011da550a0900010a090002 9c4006a5000d050868656c6c6f",
    { src: "10.9.0.1", dst: "10.9.0.2", protocol: IP_PROTOCOLS.UDP, id: 0x4c62, dontFragment: true },
    "",
  ],
  [
    "a fragment in the middle",
    "450000644ca6200a4011f9c40a0900010a090002 48494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f6061626364656667" +
      "68696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f9091929394959697",
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      protocol: IP_PROTOCOLS.UDP,
      id: 0x4ca6,
      moreFragments: true,
      fragmentOffset: 80,
    },
    "",
  ],
  [
    "a last fragment with a Router Alert option",
    "4600003d4ca90009401184e50a0900010a09000294040000 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f6061626364",
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      protocol: IP_PROTOCOLS.UDP,
      id: 0x4ca9,
      fragmentOffset: 72,
    },
    "94 04 00 00",
  ],
  [
    "an ICMP error, Type of Service c0",
    "45c00070c0f9000040013580c0a80101c0a80102 0300fcff000000004500005439310000400174cbc0a801020a01010200003c6625be00013f49036b00000000" +
      "9453080000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
    { src: "192.168.1.1", dst: "192.168.1.2", protocol: IP_PROTOCOLS.ICMP, id: 0xc0f9, tos: 0xc0 },
    "",
  ],
];

const HEADER: Ipv4Header = { src: "10.0.0.1", dst: "10.0.0.2", protocol: 17 };
const EIGHT = fromHex("00 01 02 03 04 05 06 07");
const codes = (octets: Uint8Array) => viewIpv4(octets).issues.map((issue) => issue.code);

describe("vectors", () => {
  test.each(VECTORS)("%s", (_, text, header, optionsText) => {
    const octets = fromHex(text);
    const options = fromHex(optionsText);
    const headerLength = 20 + options.length;
    const defaults = { ttl: 64, tos: 0, dontFragment: false, moreFragments: false, fragmentOffset: 0 };
    const view = viewIpv4(octets);
    expect(view).toMatchObject({ ...defaults, ...header });
    expect(view).toMatchObject({ at: 0, end: octets.length, version: 4, headerLength, payloadAt: headerLength });
    expect(view).toMatchObject({ totalLength: octets.length, checksumOk: true, malformed: false, issues: [] });
    expect(hex(encodeIpv4({ ...header, options }, octets.subarray(headerLength)))).toBe(hex(octets));
  });

  test("offsets are absolute, and what follows Total Length is not of the datagram", () => {
    const datagram = encodeIpv4(HEADER, EIGHT);
    const octets = new Uint8Array(14 + datagram.length + 18);
    octets.set(datagram, 14);
    expect(viewIpv4(octets, 14)).toMatchObject({ at: 14, payloadAt: 34, end: 42, src: "10.0.0.1", issues: [] });
  });
});

describe("malformed headers", () => {
  test.each(VECTORS)("%s, cut at every octet", (_, text) => {
    const whole = fromHex(text);
    const headerLength = (whole[0]! & 0x0f) * 4;
    for (let length = 0; length < whole.length; length++) {
      const view = viewIpv4(whole.subarray(0, length));
      expect(view.malformed).toBe(length < headerLength);
      expect(view.issues.length).toBeGreaterThan(0);
      expect(view.payloadAt).toBeLessThanOrEqual(length);
      expect(view.end).toBe(length);
      expect(isWhole(view)).toBe(false);
    }
  });

  test.each<[string, Ipv4Tweak, string]>([
    ["an IHL of 4", { headerLength: 16 }, "ipv4-header-length"],
    ["an IHL past the octets", { headerLength: 32 }, "ipv4-header-length"],
    ["Total Length below the header", { totalLength: 19 }, "ipv4-total-length"],
    ["Total Length zero, as segmentation offload leaves it", { totalLength: 0 }, "ipv4-total-length"],
    ["version 6", { version: 6 }, "ipv4-version"],
  ])("%s", (_, tweak, code) => {
    const octets = encodeIpv4(HEADER, EIGHT, tweak);
    expect(codes(octets)).toEqual([code]);
    const view = viewIpv4(octets);
    expect(view.malformed).toBe(true);
    expect(view.payloadAt).toBe(view.end);
  });

  test("nothing of an unreadable header is guessed", () => {
    const issues = [{ code: "ipv4-truncated", at: 20, text: "an IPv4 header has 20 octets or more, here are 0" }];
    const lengths = { version: 0, headerLength: 0, totalLength: 0, fragmentOffset: 0 };
    const numbers = { ...lengths, tos: 0, id: 0, ttl: 0, protocol: 0, checksum: 0 };
    const flags = {
      reservedFlag: false,
      dontFragment: false,
      moreFragments: false,
      checksumOk: false,
      malformed: true,
    };
    const places = { at: 20, end: 20, payloadAt: 20, src: "", dst: "" };
    expect(viewIpv4(EIGHT, 20)).toEqual({ ...numbers, ...flags, ...places, issues });
    expect(viewIpv4(new Uint8Array(0))).toMatchObject({ ...flags, at: 0, end: 0, payloadAt: 0 });
  });

  test("octets past the given end do not count, and an end past the octets adds none", () => {
    const octets = encodeIpv4(HEADER, EIGHT);
    expect(viewIpv4(octets, 0, 24)).toMatchObject({ end: 24, issues: [{ code: "ipv4-total-length" }] });
    expect(viewIpv4(octets, 0, 19)).toMatchObject({ end: 19, malformed: true });
    expect(viewIpv4(octets.subarray(0, 24), 0, 28)).toMatchObject({ end: 24, issues: [{ code: "ipv4-total-length" }] });
  });
});

describe("faults that leave the header readable", () => {
  test("Total Length one past the octets: the rest is read as it is", () => {
    const octets = encodeIpv4(HEADER, EIGHT, { totalLength: 29 });
    expect(viewIpv4(octets)).toMatchObject({ end: 28, payloadAt: 20, totalLength: 29, malformed: false });
    expect(codes(octets)).toEqual(["ipv4-total-length"]);
  });

  test("every single bit of a header breaks its checksum", () => {
    const good = encodeIpv4(HEADER, EIGHT);
    for (let bit = 8; bit < 160; bit++) {
      const octets = good.slice();
      octets[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(viewIpv4(octets).checksumOk).toBe(false);
    }
    expect(viewIpv4(encodeIpv4(HEADER, EIGHT, { checksum: 0x1234 })).issues).toMatchObject([
      { code: "ipv4-checksum", at: 10 },
    ]);
  });

  test("the reserved flag", () => {
    const octets = encodeIpv4(HEADER, EIGHT, { reservedFlag: true });
    expect(viewIpv4(octets)).toMatchObject({
      reservedFlag: true,
      dontFragment: false,
      issues: [{ code: "ipv4-reserved-flag", at: 6 }],
    });
  });

  test("a fragment that is not the last has a multiple of eight octets", () => {
    expect(codes(encodeIpv4({ ...HEADER, moreFragments: true }, EIGHT))).toEqual([]);
    expect(codes(encodeIpv4({ ...HEADER, moreFragments: true }, EIGHT.subarray(1)))).toEqual(["ipv4-fragment-length"]);
    expect(codes(encodeIpv4({ ...HEADER, fragmentOffset: 8 }, EIGHT.subarray(1)))).toEqual([]);
  });

  test("a fragment may not end past 65535", () => {
    // The greatest offset is 65528; with a header of 20 a payload of 8 just misses, an offset of 65504 just fits.
    expect(codes(encodeIpv4({ ...HEADER, fragmentOffset: 65504 }, EIGHT))).toEqual([]);
    expect(codes(encodeIpv4({ ...HEADER, fragmentOffset: 65528 }, EIGHT))).toEqual(["ipv4-fragment-beyond"]);
  });

  test.each([
    ["01 01 01 01", []],
    ["94 04 00 00", []],
    ["00 ff ff ff", []],
    ["07 07 04 00 00 00 00 00", []],
    ["07 01 00 00", ["ipv4-option"]],
    ["07 00 00 00", ["ipv4-option"]],
    ["07 05 04 00", ["ipv4-option"]],
    ["01 01 01 07", ["ipv4-option"]],
  ])("options %s", (options, expected) => {
    expect(codes(encodeIpv4({ ...HEADER, options: fromHex(options) }, EIGHT))).toEqual(expected);
  });
});

describe("encoding", () => {
  test("options are padded to four octets", () => {
    expect(viewIpv4(encodeIpv4({ ...HEADER, options: fromHex("07 03 04") }, EIGHT))).toMatchObject({
      headerLength: 24,
      payloadAt: 24,
    });
  });

  test.each<[string, Ipv4Header]>([
    ["a fragment offset that is no multiple of 8", { ...HEADER, fragmentOffset: 12 }],
    ["a fragment offset of 65536", { ...HEADER, fragmentOffset: 65536 }],
    ["a TTL of 256", { ...HEADER, ttl: 256 }],
    ["an id of 65536", { ...HEADER, id: 65536 }],
    ["41 octets of options", { ...HEADER, options: new Uint8Array(41) }],
    ["a name for an address", { ...HEADER, dst: "lns" }],
  ])("%s is the caller's mistake", (_, header) => {
    expect(() => encodeIpv4(header, EIGHT)).toThrow(RangeError);
  });

  test("only a datagram that is here from end to end is whole", () => {
    expect(isWhole(viewIpv4(encodeIpv4(HEADER, EIGHT)))).toBe(true);
    expect(isWhole(viewIpv4(encodeIpv4({ ...HEADER, moreFragments: true }, EIGHT)))).toBe(false);
    expect(isWhole(viewIpv4(encodeIpv4({ ...HEADER, fragmentOffset: 8 }, EIGHT)))).toBe(false);
  });
});
