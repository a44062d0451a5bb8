import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "#wire/octets";
import { CaptureReader } from "./reader.ts";
import type { RawRecord } from "./record.ts";
import { PcapngWriter } from "./writer.ts";

function written(write: (writer: PcapngWriter) => void): Uint8Array {
  const blocks: Uint8Array[] = [];
  write(new PcapngWriter((block) => blocks.push(block), "us"));
  return concat(...blocks);
}

function read(file: Uint8Array): RawRecord[] {
  const records: RawRecord[] = [];
  const reader = new CaptureReader((record) => records.push(record));
  reader.push(file);
  reader.end();
  return records;
}

test("the blocks, octet by octet", () => {
  const file = written((writer) => {
    const interfaceId = writer.interface({ name: "wan", linkType: "ipv4" });
    writer.packet({ interfaceId, tNs: 0x0102030405060708n, octets: fromHex("aabbcc"), direction: "in", comment: "hi" });
  });
  expect(hex(file)).toBe(
    [
      // Section Header Block: byte order, version 1.0, length unknown, shb_userappl, end of options.
      "0a0d0d0a28000000 4d3c2b1a 01000000 ffffffffffffffff 04000200 75730000 00000000 28000000",
      // Interface Description Block: IPV4, no snap length, if_name, if_tsresol 9.
      "0100000028000000 e4000000 00000000 02000300 77616e00 09000100 09000000 00000000 28000000",
      // Enhanced Packet Block: interface 0, stamp high and low, captured, original, data, opt_comment, epb_flags inbound.
      "0600000038000000 00000000 04030201 08070605 03000000 03000000 aabbcc00 01000200 68690000 02000400 01000000 00000000 38000000",
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

test("what is written is read back", () => {
  const file = written((writer) => {
    const lan = writer.interface({ name: "lan", description: "inside", linkType: "ethernet" });
    const wan = writer.interface({ name: "wan", linkType: "linux-sll2" });
    writer.packet({ interfaceId: wan, tNs: 1_764_000_000_123_456_789n, octets: fromHex("01"), direction: "out" });
    writer.packet({ interfaceId: lan, tNs: 7n, octets: fromHex("01020304"), originalLength: 1500, comment: "" });
    writer.packet({ interfaceId: lan, tNs: 8n, octets: new Uint8Array(0) });
  });
  expect(read(file)).toMatchObject([
    {
      interfaceName: "wan",
      linkType: "linux-sll2",
      tNs: 1_764_000_000_123_456_789n,
      direction: "out",
      comment: undefined,
    },
    { interfaceName: "lan", interfaceDescription: "inside", originalLength: 1500, comment: "", direction: undefined },
    { octets: new Uint8Array(0), tNs: 8n },
  ]);
});

describe("limits", () => {
  test("a comment that its length cannot count is cut", () => {
    const file = written((writer) => {
      const interfaceId = writer.interface({ name: "wan", linkType: "ipv4" });
      writer.packet({ interfaceId, tNs: 0n, octets: fromHex("45"), comment: "x".repeat(70_000) });
    });
    expect(read(file)[0]?.comment).toHaveLength(0xffff);
  });

  test("a packet of an interface that was not described is our mistake", () => {
    expect(() => written((writer) => writer.packet({ interfaceId: 0, tNs: 0n, octets: fromHex("45") }))).toThrow(
      "interface 0 was not described",
    );
  });
});
