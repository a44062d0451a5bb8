import { describe, expect, test } from "vitest";
import { concat, fromHex } from "#wire/octets";
import { PcapParser } from "./pcap.ts";
import { CaptureError, type RawRecord } from "./record.ts";

/** Magic, version 2.4, zone and accuracy 0, snap length 65535, Ethernet: as tcpdump writes it on either kind of machine. */
const HEADERS = {
  "little-endian, microseconds": "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000",
  "big-endian, microseconds": "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001",
  "little-endian, nanoseconds": "4d3cb2a1 0200 0400 00000000 00000000 ffff0000 01000000",
  "big-endian, nanoseconds": "a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001",
} as const;
/** Second 0x6553f100, fraction 500, three octets of five. */
const RECORDS = {
  little: "00f15365 f4010000 03000000 05000000 aabbcc",
  big: "6553f100 000001f4 00000003 00000005 aabbcc",
} as const;

function parse(...chunks: readonly Uint8Array[]): RawRecord[] {
  const records: RawRecord[] = [];
  const parser = new PcapParser((record) => records.push(record));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return records;
}

describe("each byte order and resolution", () => {
  test.each(Object.entries(HEADERS))("%s", (name, header) => {
    const record = RECORDS[name.startsWith("little") ? "little" : "big"];
    const unitNs = name.endsWith("nanoseconds") ? 1n : 1000n;
    const file = fromHex(header + record + record);
    expect(parse(file)).toMatchObject([
      { tNs: 0x6553f100n * 1_000_000_000n + 500n * unitNs, linkType: "ethernet", linkTypeNumber: 1, originalLength: 5 },
      { octets: fromHex("aabbcc") },
    ]);
  });
});

const HEADER = HEADERS["little-endian, microseconds"];

test.each([
  [0, "null"],
  [9, "ppp"],
  [12, "ipv4"],
  [50, "ppp-hdlc"],
  [101, "ipv4"],
  [113, "linux-sll"],
  [228, "ipv4"],
  [276, "linux-sll2"],
  [147, "other"],
] as const)("link type %i is %s", (number, linkType) => {
  const header = fromHex(HEADER);
  new DataView(header.buffer).setUint32(20, number, true);
  expect(parse(concat(header, fromHex(RECORDS.little)))).toMatchObject([{ linkType, linkTypeNumber: number }]);
});

test("the length of a frame check sequence in the upper bits is not part of the link type", () => {
  const header = fromHex(HEADER);
  new DataView(header.buffer).setUint32(20, 0x14000001, true);
  expect(parse(concat(header, fromHex(RECORDS.little)))).toMatchObject([{ linkType: "ethernet", linkTypeNumber: 1 }]);
});

test("a file without packets is whole", () => {
  expect(parse(fromHex(HEADER))).toEqual([]);
});

describe("a file that is cut", () => {
  const file = fromHex(HEADER + RECORDS.little + RECORDS.little);
  const wholeAt = [24, 24 + 19, 24 + 38];

  test.each(Array.from({ length: file.length }, (_, length) => length))("after %i octets", (length) => {
    const records: RawRecord[] = [];
    const parser = new PcapParser((record) => records.push(record));
    parser.push(file.subarray(0, length));
    expect(records).toHaveLength(Math.max(0, wholeAt.filter((at) => at <= length).length - 1));
    if (wholeAt.includes(length)) expect(() => parser.end()).not.toThrow();
    else expect(() => parser.end()).toThrow(CaptureError);
  });

  test("names the record, what it needs and what is there", () => {
    expect(() => parse(file.subarray(0, 60))).toThrow(
      "capture file, octet 43: expected a packet record of 19 octets, found the end of the file after 17",
    );
  });
});

test("a captured length that cannot be is an error at its octet, after the records before it", () => {
  const records: RawRecord[] = [];
  const parser = new PcapParser((record) => records.push(record));
  const bad = fromHex("00f15365 f4010000 ffffffff 05000000 aabbcc");
  expect(() => parser.push(concat(fromHex(HEADER + RECORDS.little), bad))).toThrow(
    "capture file, octet 51: expected a captured length of at most 262144, found 4294967295",
  );
  expect(records).toHaveLength(1);
});

test("another version is refused", () => {
  expect(() => parse(fromHex(HEADER.replace("0200 0400", "0100 0400")))).toThrow(
    "expected pcap version 2, found version 1",
  );
});
