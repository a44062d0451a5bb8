import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { concat, fromHex } from "#wire/octets";
import { CaptureReader } from "./reader.ts";
import { CaptureError, type RawRecord } from "./record.ts";
import { PcapngWriter } from "./writer.ts";

function read(chunks: readonly Uint8Array[]): RawRecord[] {
  const records: RawRecord[] = [];
  const reader = new CaptureReader((record) => records.push(record));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return records;
}

function pcapng(packets: readonly Uint8Array[]): Uint8Array {
  const written: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => written.push(block));
  const interfaceId = writer.interface({ name: "wan", linkType: "ipv4" });
  packets.forEach((octets, i) => writer.packet({ interfaceId, tNs: BigInt(i), octets, comment: `packet ${i}` }));
  return concat(...written);
}

function pcap(packets: readonly Uint8Array[]): Uint8Array {
  const records = packets.map((octets) => {
    const header = new Uint8Array(16);
    const view = new DataView(header.buffer);
    view.setUint32(8, octets.length, true);
    view.setUint32(12, octets.length, true);
    return concat(header, octets);
  });
  return concat(fromHex("d4c3b2a1 0200 0400 00000000 00000000 ffff0000 e4000000"), ...records);
}

/** The octets in pieces, each as long as the next number says. */
function cut(octets: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < octets.length; i++) {
    const length = lengths[i % lengths.length]!;
    chunks.push(octets.slice(at, at + length));
    at += length;
  }
  return chunks;
}

describe.each([
  ["pcap", pcap],
  ["pcapng", pcapng],
])("%s", (_, write) => {
  test("is read the same in chunks of any length", () => {
    const packet = fc.uint8Array({ maxLength: 40 });
    const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), lengths, (packets, pieces) => {
        const file = write(packets);
        const records = read(cut(file, pieces));
        expect(records.map((record) => [...record.octets])).toEqual(packets.map((octets) => [...octets]));
        expect(records).toEqual(read([file]));
      }),
    );
  });

  test("records stay as they were when later chunks come", () => {
    const packets = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6), Uint8Array.of(7, 8, 9)];
    const records = read(cut(write(packets), [20]));
    expect(records.map((record) => record.octets)).toEqual(packets);
  });

  test("whatever the octets, there is nothing but records and a CaptureError", () => {
    const patch = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(patch, fc.nat(400), (patches, length) => {
        const file = write([fromHex("0102030405"), fromHex("45"), new Uint8Array(60)]).slice(0, length);
        for (const [at, value] of patches) if (at < file.length) file[at] = value;
        try {
          for (const record of read(cut(file, [7]))) expect(record.octets).toBeInstanceOf(Uint8Array);
        } catch (error) {
          expect(error).toBeInstanceOf(CaptureError);
        }
      }),
    );
  });
});

describe("what is no capture is refused by name", () => {
  test.each([
    ["nothing", "", "octet 0: expected a pcap or pcapng file, found the end of the file after 0 octets"],
    ["three octets", "d4c3b2", "found the end of the file after 3 octets"],
    ["a text", "68656c6c6f", "octet 0: expected the first octets of pcap or pcapng, found 68656c6c"],
    ["gzip", "1f8b080000000000", "found a gzip file (unpack it first)"],
    ["snoop", "736e6f6f70000000", "found a snoop file"],
    ["a modified pcap", "34cdb2a102000400", "found the modified pcap of A. Kuznetzov's patches"],
  ])("%s", (_name, octets, message) => {
    expect(() => read([fromHex(octets)])).toThrow(message);
  });
});
