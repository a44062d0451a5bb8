import { describe, expect, test } from "vitest";
import { fromHex } from "../octets.ts";
import { encodeIpv4, viewIpv4 } from "./ipv4.ts";
import { TCP_FLAGS, viewTcp } from "./tcp.ts";

/** A SYN sent by Linux through an interface without checksum offload. */
const SYN = fromHex(
  "4500003c6d8440004006b9230a0900010a090002 c0760050a430992400000000a002ffffb5ae0000 020401000402080ada01aad0000000000103030a",
);
const view = (octets: Uint8Array) => viewTcp(octets, viewIpv4(octets));

/** The SYN with other octets from `at` on. */
function changed(at: number, text: string): Uint8Array {
  const octets = SYN.slice();
  octets.set(fromHex(text), at);
  return octets;
}
const codes = (octets: Uint8Array) => view(octets).issues.map((issue) => issue.code);

test("a SYN", () => {
  expect(view(SYN)).toEqual({
    at: 20,
    end: 60,
    srcPort: 0xc076,
    dstPort: 80,
    seq: 0xa430_9924,
    ack: 0,
    headerLength: 40,
    flags: TCP_FLAGS.SYN,
    window: 0xffff,
    checksum: 0xb5ae,
    checksumOk: true,
    checksumPartial: false,
    urgentPointer: 0,
    mss: 256,
    mssAt: 42,
    payloadAt: 60,
    issues: [],
  });
});

describe("faults", () => {
  test("cut at every octet", () => {
    for (let length = 20; length < SYN.length; length++) {
      const cut = view(SYN.subarray(0, length));
      expect(cut.checksumOk).toBe(undefined);
      expect(cut.payloadAt).toBe(length);
      expect(cut.issues.map((issue) => issue.code)).toEqual([length < 40 ? "tcp-truncated" : "tcp-data-offset"]);
    }
  });

  test("every single bit of the segment counts in the checksum", () => {
    for (let bit = 20 * 8; bit < SYN.length * 8; bit++) {
      const octets = SYN.slice();
      octets[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(view(octets).checksumOk).toBe(false);
    }
    expect(view(changed(36, "00 00")).issues).toMatchObject([{ code: "tcp-checksum", at: 36 }]);
  });

  test("a checksum that the interface has yet to finish is neither right nor wrong", () => {
    // The sum of the pseudo-header: 0a09 + 0001 + 0a09 + 0002 + 6 + 40.
    expect(view(changed(36, "1443"))).toMatchObject({ checksumOk: undefined, checksumPartial: true, issues: [] });
  });

  test("Data Offset below 5 and past the segment", () => {
    expect(view(changed(32, "40"))).toMatchObject({ headerLength: 16, payloadAt: 60 });
    expect(codes(changed(32, "40"))).toEqual(["tcp-data-offset", "tcp-checksum"]);
    expect(codes(changed(32, "b0"))).toEqual(["tcp-data-offset", "tcp-checksum"]);
    expect(view(changed(32, "50"))).toMatchObject({ headerLength: 20, payloadAt: 40, mss: undefined });
  });

  test.each([
    ["a Maximum Segment Size of length 3", "02 03 04 02", ["tcp-option", "tcp-checksum"], undefined],
    ["an option of length 0", "03 00 04 02", ["tcp-option", "tcp-checksum"], undefined],
    ["an option past the header", "03 15 04 02", ["tcp-option", "tcp-checksum"], undefined],
    ["End of Option List before it", "00 04 04 02", ["tcp-checksum"], undefined],
    ["No-Operation before other options", "01 01 01 01", ["tcp-checksum"], undefined],
    ["another size", "02 04 05 14", ["tcp-checksum"], 1300],
    ["a Maximum Segment Size of length 5", "02 05 04 02 00", ["tcp-option", "tcp-checksum"], undefined],
    ["a Maximum Segment Size of length 1", "02 01 04 02", ["tcp-option", "tcp-checksum"], undefined],
  ])("%s", (_, text, expected, mss) => {
    expect(codes(changed(40, text))).toEqual(expected);
    expect(view(changed(40, text)).mss).toBe(mss);
  });

  test("a Maximum Segment Size is found behind other options, by the place of its value", () => {
    const octets = changed(40, "01 01 04 02 02 04 05 14");
    expect(view(octets)).toMatchObject({ mss: 1300, mssAt: 46 });
    expect(view(changed(40, "02 03 04 02")).mssAt).toBeUndefined();
    expect(view(changed(32, "50")).mssAt).toBeUndefined();
  });

  test("a Maximum Segment Size that the header ends in is none", () => {
    const octets = changed(40, "01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 02 04 05");
    expect(codes(octets)).toEqual(["tcp-option", "tcp-checksum"]);
    expect(view(octets).mss).toBeUndefined();
  });

  test("a kind in the last octet has no length", () => {
    const octets = changed(40, "01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 02");
    expect(codes(octets)).toEqual(["tcp-option", "tcp-checksum"]);
  });

  test("a fragment's checksum cannot be judged", () => {
    const octets = encodeIpv4({ src: "10.9.0.1", dst: "10.9.0.2", protocol: 6, moreFragments: true }, SYN.subarray(20));
    expect(view(octets)).toMatchObject({ checksumOk: undefined, dstPort: 80, issues: [] });
  });
});
