import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "../octets.ts";
import { fragmentIpv4, Ipv4Reassembly } from "./fragments.ts";
import { encodeIpv4, type Ipv4Header, viewIpv4 } from "./ipv4.ts";
import { encodeUdpDatagram, viewUdp } from "./udp.ts";

/** What Linux made of a UDP datagram with 201 octets (00 01 02 ...) where the MTU was 100. */
const LINUX = [
  "450000644ca620004011f9ce0a0900010a0900029c4006a500d1ac1a000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f4041424344454647",
  "450000644ca6200a4011f9c40a0900010a09000248494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f" +
    "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f9091929394959697",
  "450000454ca60014401119da0a0900010a09000298999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf" +
    "c0c1c2c3c4c5c6c7c8",
].map((text) => fromHex(text));
/** The same with 101 octets and a Router Alert option, which is copied into every fragment. */
const LINUX_OPTION = [
  "460000604ca92000401164cb0a0900010a090002940400009c4006a5006d484c000102030405060708090a0b0c0d0e0f101112131415161718191a1b" +
    "1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
  "4600003d4ca90009401184e50a0900010a09000294040000404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60616263" +
    "64",
].map((text) => fromHex(text));

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);
const HEADER: Ipv4Header = { src: "10.0.0.1", dst: "10.0.0.2", protocol: 17, id: 1 };
const piece = (offset: number, payload: Uint8Array, moreFragments: boolean, header: Partial<Ipv4Header> = {}) =>
  encodeIpv4({ ...HEADER, ...header, fragmentOffset: offset, moreFragments }, payload);

/** The last answer after all pieces in this order. */
function fed(pieces: readonly Uint8Array[], reassembly = new Ipv4Reassembly()) {
  return pieces.map((octets) => reassembly.add(octets, 0)).at(-1);
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

describe("reassembly", () => {
  test.each(orders([0, 1, 2]))("of Linux's fragments in the order %i %i %i", (...order) => {
    const reassembly = new Ipv4Reassembly();
    const answers = order.map((i) => reassembly.add(LINUX[i]!, 0));
    expect(answers.slice(0, 2)).toEqual([undefined, undefined]);
    const whole = answers[2]!;
    expect(whole).toMatchObject({ fragments: 3, issues: [] });
    const ip = viewIpv4(whole.octets);
    expect(ip).toMatchObject({ totalLength: 229, id: 0x4ca6, moreFragments: false, fragmentOffset: 0, issues: [] });
    // The checksum that Linux put into the first fragment is over all of it.
    expect(viewUdp(whole.octets, ip)).toMatchObject({ length: 209, checksum: 0xac1a, checksumOk: true, issues: [] });
    expect(hex(whole.octets.subarray(28))).toBe(hex(counting(201)));
    expect(reassembly.pending).toBe(0);
  });

  test("of fragments with an option", () => {
    const whole = fed(LINUX_OPTION)!;
    const ip = viewIpv4(whole.octets);
    expect(ip).toMatchObject({ headerLength: 24, totalLength: 133, issues: [] });
    expect(viewUdp(whole.octets, ip).checksumOk).toBe(true);
  });

  test("a datagram that is no fragment comes back at once, copied and without what follows it", () => {
    const octets = encodeIpv4(HEADER, counting(8));
    const answer = new Ipv4Reassembly().add(concat(fromHex("ff ff"), octets, fromHex("00 00")), 0, 2)!;
    expect(hex(answer.octets)).toBe(hex(octets));
    expect(answer).toMatchObject({ fragments: 1, issues: [] });
  });

  test("id, protocol and both addresses keep datagrams apart", () => {
    const reassembly = new Ipv4Reassembly();
    for (const header of [{}, { id: 2 }, { protocol: 1 }, { src: "10.0.0.3" }, { dst: "10.0.0.3" }])
      expect(reassembly.add(piece(0, counting(8), true, header), 0)).toBe(undefined);
    expect(reassembly.pending).toBe(5);
    expect(reassembly.add(piece(8, counting(1), false, { id: 2 }), 0)).toMatchObject({ fragments: 2 });
    expect(reassembly.pending).toBe(4);
  });

  test("a duplicate changes nothing; the later of two versions stays and is reported", () => {
    const [first, last] = [piece(0, counting(16), true), piece(16, counting(3), false)];
    expect(fed([first, first, last])).toMatchObject({ fragments: 3, issues: [] });
    const other = piece(8, fromHex("aa aa aa aa aa aa aa aa"), true);
    const whole = fed([first, other, last])!;
    expect(whole.issues).toMatchObject([{ code: "ipv4-fragment-overlap", at: 28 }]);
    expect(hex(whole.octets.subarray(20))).toBe("0001020304050607aaaaaaaaaaaaaaaa000102");
  });

  test("a last fragment that ends before another one is reported", () => {
    const whole = fed([piece(0, counting(24), true), piece(8, fromHex("08 09"), false)])!;
    expect(whole.issues).toMatchObject([{ code: "ipv4-fragment-end", at: 30 }]);
    expect(hex(whole.octets.subarray(20))).toBe(hex(counting(10)));
  });

  test("fragments without a sure place are passed over", () => {
    const reassembly = new Ipv4Reassembly();
    expect(reassembly.add(piece(0, counting(7), true), 0)).toBe(undefined);
    expect(reassembly.add(piece(65528, counting(8), false), 0)).toBe(undefined);
    expect(reassembly.add(piece(0, counting(16), true).subarray(0, 28), 0)).toBe(undefined);
    expect(reassembly.add(fromHex("60 00"), 0)).toBe(undefined);
    expect(reassembly.pending).toBe(0);
  });

  test("a datagram that would be longer than 65535 is never given out", () => {
    const reassembly = new Ipv4Reassembly();
    // Each fragment alone ends in bounds, but the first has the longer header.
    const options = fromHex("01 01 01 01 01 01 01 01 01 01 01 01");
    expect(reassembly.add(piece(0, counting(65496), true, { options }), 0)).toBe(undefined);
    expect(reassembly.add(piece(65496, counting(19), false), 0)).toBe(undefined);
    expect(reassembly.pending).toBe(1);
  });

  test("the longest datagram", () => {
    const whole = encodeIpv4(HEADER, counting(65515));
    expect(hex(fed(fragmentIpv4(whole, 1500))!.octets)).toBe(hex(whole));
  });

  test("what waits too long is forgotten, the boundary included", () => {
    const reassembly = new Ipv4Reassembly({ lifetimeMs: 60_000 });
    reassembly.add(piece(0, counting(8), true), 1000);
    reassembly.add(piece(0, counting(8), true, { id: 2 }), 2000);
    expect(reassembly.expire(60_999)).toBe(0);
    expect(reassembly.expire(61_000)).toBe(1);
    expect(reassembly.add(piece(8, counting(1), false), 61_000)).toBe(undefined);
    expect(reassembly.add(piece(8, counting(1), false, { id: 2 }), 61_000)).toMatchObject({ fragments: 2 });
  });

  test("the oldest makes room for the newest", () => {
    const reassembly = new Ipv4Reassembly({ maxPending: 2 });
    for (const id of [1, 2, 3]) reassembly.add(piece(0, counting(8), true, { id }), 0);
    expect(reassembly.pending).toBe(2);
    expect(reassembly.add(piece(8, counting(1), false, { id: 3 }), 0)).toMatchObject({ fragments: 2 });
    expect(reassembly.add(piece(8, counting(1), false, { id: 1 }), 0)).toBe(undefined);
  });
});

describe("fragmentation", () => {
  const [src, dst] = [
    { address: "10.9.0.1", port: 40000 },
    { address: "10.9.0.2", port: 1701 },
  ];

  test("makes the fragments that Linux made", () => {
    const whole = encodeUdpDatagram(src, dst, counting(201), { id: 0x4ca6 });
    expect(fragmentIpv4(whole, 100).map((octets) => hex(octets))).toEqual(LINUX.map((octets) => hex(octets)));
  });

  test("copies an option whose first bit is set", () => {
    const whole = encodeUdpDatagram(src, dst, counting(101), { id: 0x4ca9, options: fromHex("94 04 00 00") });
    expect(fragmentIpv4(whole, 100).map((octets) => hex(octets))).toEqual(LINUX_OPTION.map((octets) => hex(octets)));
  });

  test("leaves other options to the first fragment", () => {
    const whole = encodeIpv4({ ...HEADER, options: fromHex("07 03 04 94 04 00 00 00") }, counting(64));
    const [first, ...rest] = fragmentIpv4(whole, 60).map((octets) => viewIpv4(octets));
    expect(first).toMatchObject({ headerLength: 28, issues: [] });
    for (const fragment of rest) expect(fragment).toMatchObject({ headerLength: 24, issues: [] });
  });

  test("a fragment can be cut again, and the parts still fit", () => {
    const whole = encodeIpv4(HEADER, counting(200));
    const twice = fragmentIpv4(whole, 124).flatMap((octets) => fragmentIpv4(octets, 60));
    expect(twice.map((octets) => viewIpv4(octets).moreFragments)).toEqual([...Array<boolean>(5).fill(true), false]);
    expect(hex(fed(twice)!.octets)).toBe(hex(whole));
  });

  test("what fits stays whole; an MTU that leaves no room is the caller's mistake", () => {
    const whole = encodeIpv4(HEADER, counting(8));
    expect(fragmentIpv4(whole, 28).map((octets) => hex(octets))).toEqual([hex(whole)]);
    expect(() => fragmentIpv4(whole, 27)).toThrow(RangeError);
    expect(() => fragmentIpv4(fromHex("60 00"), 1500)).toThrow(RangeError);
  });
});
