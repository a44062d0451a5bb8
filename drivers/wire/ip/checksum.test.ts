import { describe, expect, test } from "vitest";
import { fromHex } from "../octets.ts";
import { checksumOf, onesSum, pseudoHeaderSum } from "./checksum.ts";

describe("the Internet checksum", () => {
  // RFC 1071 §3 works this example: the sum is ddf2.
  test("of the RFC's example", () => {
    expect(onesSum(fromHex("00 01 f2 03 f4 f5 f6 f7"))).toBe(0xddf2);
    expect(checksumOf(0xddf2)).toBe(0x220d);
  });

  test("over octets that hold their own checksum comes out as zero", () => {
    // An IPv4 header made by Linux.
    expect(checksumOf(onesSum(fromHex("450000214c624000 4011da55 0a090001 0a090002")))).toBe(0);
  });

  test("an odd last octet is the high half of a word", () => {
    expect(onesSum(fromHex("00 01 f2"))).toBe(0xf201);
  });

  test("carries come back at the low end, however many there are", () => {
    expect(onesSum(new Uint8Array(65534).fill(0xff))).toBe(0xffff);
    expect(onesSum(fromHex("ff ff 00 01"))).toBe(1);
  });

  test("pieces add up to the whole, and nothing adds nothing", () => {
    const octets = fromHex("00 01 f2 03 f4 f5 f6 f7");
    expect(onesSum(octets, 4, 8, onesSum(octets, 0, 4))).toBe(0xddf2);
    expect(onesSum(octets, 3, 3, 0x1234)).toBe(0x1234);
  });

  test("the pseudo-header is both addresses, protocol and length", () => {
    const addresses = fromHex("0a090001 0a090002");
    expect(pseudoHeaderSum(addresses, 0, 17, 13)).toBe(0x0a09 + 0x0001 + 0x0a09 + 0x0002 + 17 + 13);
  });
});
