import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { has } from "#fixtures/machine";
import { concat, equal, hex } from "#wire/octets";
import { captureRecords, readCapture } from "./file.ts";
import { encodeFrames, frameOf } from "./frames-file.ts";
import { CaptureError, type RawRecord } from "./record.ts";
import { Timeline } from "./timeline.ts";
import { PcapngWriter } from "./writer.ts";

const CAPTURE = fileURLToPath(new URL("../../fixtures/captures/xl2tpd-slirp.pcap", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "l2tpspec-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

function collected(path: string): { records: RawRecord[]; error: unknown } {
  const records: RawRecord[] = [];
  try {
    readCapture(path, (record) => records.push(record));
    return { records, error: undefined };
  } catch (error) {
    return { records, error };
  }
}

/** Octets as text: comparing thousands of arrays element by element would take seconds. */
function told(records: Iterable<RawRecord>): string[] {
  return Array.from(records, (r) => `${r.tNs} ${r.linkType} ${r.originalLength} ${hex(r.octets)}`);
}

test("both ways of reading give the same records", () => {
  const { records } = collected(CAPTURE);
  expect(records).toHaveLength(1043);
  expect(told(captureRecords(CAPTURE))).toEqual(told(records));
});

test("a file longer than one chunk is read whole", () => {
  const path = join(folder, "long.pcapng");
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block));
  const interfaceId = writer.interface({ name: "wan", linkType: "ipv4" });
  const packets = Array.from({ length: 50 }, (_, i) => new Uint8Array(60_001).fill(i));
  for (const octets of packets) writer.packet({ interfaceId, tNs: 0n, octets });
  writeFileSync(path, concat(...blocks));
  const read = [...captureRecords(path)].map((record) => record.octets);
  expect(read).toHaveLength(packets.length);
  expect(read.every((octets, i) => equal(octets, packets[i]!))).toBe(true);
});

test("of a cut file, all that is whole comes before the error", () => {
  const path = join(folder, "cut.pcap");
  writeFileSync(path, readFileSync(CAPTURE).subarray(0, 60_000));
  const { records, error } = collected(path);
  expect(error).toBeInstanceOf(CaptureError);
  expect(told(records)).toEqual(told(collected(CAPTURE).records.slice(0, records.length)));
  expect(records.length).toBeGreaterThan(400);

  const lazily: RawRecord[] = [];
  expect(() => {
    for (const record of captureRecords(path)) lazily.push(record);
  }).toThrow(CaptureError);
  expect(told(lazily)).toEqual(told(records));
});

test("a reader that stops early leaves the rest unread", () => {
  const path = join(folder, "torn.pcap");
  writeFileSync(path, readFileSync(CAPTURE).subarray(0, 60_000));
  for (const record of captureRecords(path)) {
    expect(record.linkType).toBe("ethernet");
    break;
  }
});

test("a file that is not there is named", () => {
  expect(() => readCapture(join(folder, "absent.pcap"), () => {})).toThrow(/ENOENT.*absent\.pcap/);
});

const tshark = has("what we write, by another reader", "tshark");

describe.skipIf(!tshark)("what we write, by another reader (skipped where there is no tshark)", () => {
  test("tshark finds the same packets, stamps, interface names, directions and comments", () => {
    const timeline = new Timeline();
    for (const record of captureRecords(CAPTURE)) timeline.add(frameOf(record, { dut: new Set(["10.99.0.1"]) }));
    const frames = timeline.frames.slice(0, 50);
    const path = join(folder, "frames.pcapng");
    writeFileSync(
      path,
      encodeFrames(frames, (frame) => `frame ${frame.no}`),
    );
    const wanted = [
      "frame.time_epoch",
      "frame.len",
      "frame.interface_name",
      "frame.packet_flags_direction",
      "frame.comment",
    ];
    const table = execFileSync(
      "tshark",
      ["-n", "-r", path, "-T", "fields", ...wanted.flatMap((field) => ["-e", field])],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const direction = { ref: "0x00000002", dut: "0x00000001", foreign: "" };
    const seconds = (tNs: bigint): string => `${tNs / 1_000_000_000n}.${String(tNs % 1_000_000_000n).padStart(9, "0")}`;
    expect(table.trimEnd().split("\n")).toEqual(
      frames.map(({ no, tNs, octets, from }) =>
        [seconds(tNs), octets.length, "wan", direction[from], `frame ${no}`].join("\t"),
      ),
    );
  });
});
