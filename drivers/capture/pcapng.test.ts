import { describe, expect, test } from "vitest";
import { concat, fromHex, NO_OCTETS, ofText } from "#wire/octets";
import { PcapngParser } from "./pcapng.ts";
import { CaptureError, type RawRecord } from "./record.ts";

function parse(...chunks: readonly Uint8Array[]): RawRecord[] {
  const records: RawRecord[] = [];
  const parser = new PcapngParser((record) => records.push(record));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return records;
}

/** Writes blocks in either byte order, apart from our own writer. */
function blocks(littleEndian: boolean) {
  const u16 = (value: number): Uint8Array => {
    const octets = new Uint8Array(2);
    new DataView(octets.buffer).setUint16(0, value, littleEndian);
    return octets;
  };
  const u32 = (value: number): Uint8Array => {
    const octets = new Uint8Array(4);
    new DataView(octets.buffer).setUint32(0, value, littleEndian);
    return octets;
  };
  const padded = (octets: Uint8Array): Uint8Array => concat(octets, new Uint8Array((4 - (octets.length % 4)) % 4));
  const block = (type: number, ...body: readonly Uint8Array[]): Uint8Array => {
    const whole = concat(...body);
    return concat(u32(type), u32(whole.length + 12), whole, u32(whole.length + 12));
  };
  const option = (code: number, value: Uint8Array): Uint8Array => concat(u16(code), u16(value.length), padded(value));
  return {
    u16,
    u32,
    block,
    option,
    section: (): Uint8Array => block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)),
    iface: (linkType: number, snap: number, ...options: readonly Uint8Array[]): Uint8Array =>
      block(1, u16(linkType), u16(0), u32(snap), ...options),
    packet: (id: number, high: number, low: number, data: Uint8Array, ...options: readonly Uint8Array[]): Uint8Array =>
      block(6, u32(id), u32(high), u32(low), u32(data.length), u32(data.length), padded(data), ...options),
  };
}

const DATA = fromHex("010203");

describe.each([
  ["little-endian", true],
  ["big-endian", false],
])("%s", (_, littleEndian) => {
  const b = blocks(littleEndian);
  const end = b.option(0, NO_OCTETS);

  test("an enhanced packet with interface name, comment and direction", () => {
    const file = concat(
      b.section(),
      b.iface(1, 0, b.option(2, ofText("wan")), b.option(3, ofText("the outside")), end),
      b.packet(0, 1, 2, DATA, b.option(1, ofText("naïve")), b.option(2, b.u32(1)), end),
      b.packet(0, 1, 3, DATA, b.option(2, b.u32(2)), end),
    );
    const us = (1n << 32n) | 2n;
    expect(parse(file)).toEqual([
      {
        tNs: us * 1000n,
        linkType: "ethernet",
        linkTypeNumber: 1,
        octets: DATA,
        originalLength: 3,
        interfaceName: "wan",
        interfaceDescription: "the outside",
        direction: "in",
        comment: "naïve",
      },
      expect.objectContaining({ tNs: (us + 1n) * 1000n, direction: "out", comment: undefined }),
    ]);
  });

  test.each([
    ["seconds", [0], 7_000_000_000n],
    ["milliseconds", [3], 7_000_000n],
    ["microseconds where nothing is said", [], 7_000n],
    ["nanoseconds", [9], 7n],
    ["picoseconds, which we cannot hold", [12], 0n],
    ["units of 2 to the power of -10", [0x8a], 6_835_937n],
  ])("a stamp in %s", (_name, resolution, tNs) => {
    const options = resolution.map((value) => b.option(9, Uint8Array.of(value)));
    const file = concat(b.section(), b.iface(101, 0, ...options, end), b.packet(0, 0, 7, DATA));
    expect(parse(file)).toMatchObject([{ tNs }]);
  });

  test("an interface's offset in seconds is added, a negative one too", () => {
    const offset = littleEndian ? fromHex("ffffffffffffffff") : fromHex("ffffffffffffffff");
    const file = concat(b.section(), b.iface(101, 0, b.option(14, offset), end), b.packet(0, 0, 3_000_000, DATA));
    expect(parse(file)).toMatchObject([{ tNs: 2_000_000_000n }]);
  });

  test("a simple packet is the first interface's, cut at its snap length and without padding", () => {
    const file = concat(
      b.section(),
      b.iface(228, 5, end),
      b.iface(1, 0, end),
      b.block(3, b.u32(3), fromHex("01020300")),
      b.block(3, b.u32(90), fromHex("0102030405000000")),
    );
    expect(parse(file)).toMatchObject([
      { linkType: "ipv4", octets: DATA, originalLength: 3, tNs: 0n },
      { octets: fromHex("0102030405"), originalLength: 90 },
    ]);
  });

  test("an obsolete packet", () => {
    const body = [b.u16(0), b.u16(65535), b.u32(0), b.u32(7), b.u32(3), b.u32(60), fromHex("01020300")];
    const file = concat(b.section(), b.iface(1, 0), b.block(2, ...body, b.option(2, b.u32(2)), end));
    expect(parse(file)).toMatchObject([{ octets: DATA, originalLength: 60, tNs: 7000n, direction: "out" }]);
  });

  test("blocks that are unknown, and statistics and names, are passed over", () => {
    const strange = [4, 5, 0x0bad, 0x80000001].map((type) => b.block(type, b.u32(0), b.u32(0)));
    expect(parse(concat(b.section(), ...strange, b.iface(1, 0), ...strange, b.packet(0, 0, 0, DATA)))).toHaveLength(1);
  });
});

test("each section has its own byte order and its own interfaces", () => {
  const [little, big] = [blocks(true), blocks(false)];
  const file = concat(
    little.section(),
    little.iface(1, 0),
    little.packet(0, 0, 1, DATA),
    big.section(),
    big.iface(228, 0),
    big.packet(0, 0, 2, DATA),
  );
  expect(parse(file)).toMatchObject([
    { linkType: "ethernet", tNs: 1000n },
    { linkType: "ipv4", tNs: 2000n },
  ]);
  expect(() => parse(concat(little.section(), little.iface(1, 0), big.section(), big.packet(0, 0, 1, DATA)))).toThrow(
    "expected an interface below 0 (that many are described), found 0",
  );
});

describe("what cannot be read", () => {
  const b = blocks(true);
  const start = concat(b.section(), b.iface(1, 0), b.packet(0, 0, 1, DATA));
  const patched = (at: number, value: number): Uint8Array => {
    const octets = start.slice();
    new DataView(octets.buffer).setUint32(at, value, true);
    return octets;
  };
  const packetAt = 28 + 20;

  test.each([
    [
      "a byte-order magic of neither order",
      patched(8, 0x01020304),
      "octet 8: expected the byte-order magic 1a2b3c4d, found 01020304",
    ],
    ["another version", patched(12, 2), "octet 12: expected pcapng version 1, found version 2"],
    [
      "a block length that is no multiple of 4",
      patched(packetAt + 4, 37),
      "octet 52: expected a block length from 12 to 16777216, a multiple of 4, found 37",
    ],
    ["a block length below a block's own", patched(packetAt + 4, 8), "octet 52: expected a block length"],
    ["a block length beyond reason", patched(packetAt + 4, 0x7ffffffc), "octet 52: expected a block length"],
    ["two block lengths", patched(start.length - 4, 40), "octet 80: expected the block's length, 36, again, found 40"],
    [
      "an interface that nobody described",
      patched(packetAt + 8, 9),
      "octet 56: expected an interface below 1 (that many are described), found 9",
    ],
    [
      "more captured than the block holds",
      patched(packetAt + 20, 5),
      "octet 68: expected a captured length of at most 4, found 5",
    ],
    [
      "a captured length beyond 31 bits",
      patched(packetAt + 20, 0xffffffff),
      "octet 68: expected a captured length of at most 4, found 4294967295",
    ],
    [
      "a packet block without room for its fields",
      concat(start, b.block(6, b.u32(0))),
      "octet 92: expected a block body of at least 20 octets, found 4",
    ],
    [
      "an option that overruns",
      concat(start, b.packet(0, 0, 0, DATA, b.u16(1), b.u16(9), b.u32(0))),
      "octet 118: expected an option of at most 4 octets, found 9",
    ],
  ])("%s", (_name, file, message) => {
    expect(() => parse(file)).toThrow(CaptureError);
    expect(() => parse(file)).toThrow(message);
  });

  test("every cut that is no block's end", () => {
    const ends = [0, 28, 48, start.length];
    for (let length = 0; length <= start.length; length++) {
      const cut = () => parse(start.subarray(0, length));
      if (ends.includes(length)) expect(cut).not.toThrow();
      else expect(cut, `after ${length} octets`).toThrow(CaptureError);
    }
  });
});
