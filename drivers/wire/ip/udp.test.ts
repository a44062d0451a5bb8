import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "../octets.ts";
import { encodeIpv4, viewIpv4 } from "./ipv4.ts";
import { encodeUdp, encodeUdpDatagram, type UdpTweak, viewUdp } from "./udp.ts";

const SRC = { address: "10.9.0.1", port: 40000 };
const DST = { address: "10.9.0.2", port: 1701 };
const HELLO = fromHex("68656c6c6f");

/** Sent by Linux through an interface without checksum offload. */
const LINUX = fromHex("450000214c6240004011da550a0900010a090002 9c4006a5000d0508 68656c6c6f");
/** The first fragment of a datagram of 201 octets. */
const FRAGMENT = fromHex(
  "450000644ca620004011f9ce0a0900010a090002 9c4006a500d1ac1a 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f4041424344454647",
);
/** An LCP Echo-Reply in L2TP from a kernel that sends no checksum. */
const WITHOUT = fromHex(
  "4500002e54ce00004011a1edc0000201c0000202 06a506a5001a0000 0002d12eeb37ff03c0210a000008457e9928",
);

const view = (octets: Uint8Array) => viewUdp(octets, viewIpv4(octets));
const datagram = (payload: Uint8Array, tweak: UdpTweak = {}) =>
  encodeUdpDatagram(SRC, DST, payload, {}, { udp: tweak });
const codes = (octets: Uint8Array) => view(octets).issues.map((issue) => issue.code);

describe("vectors", () => {
  test("a datagram with its checksum, both ways", () => {
    expect(view(LINUX)).toEqual({
      at: 20,
      end: 33,
      srcPort: 40000,
      dstPort: 1701,
      length: 13,
      checksum: 0x0508,
      checksumOk: true,
      checksumPartial: false,
      payloadAt: 28,
      issues: [],
    });
    expect(hex(encodeUdpDatagram(SRC, DST, HELLO, { id: 0x4c62, dontFragment: true }))).toBe(hex(LINUX));
  });

  test("a first fragment: Length is of the whole, the checksum cannot be judged", () => {
    expect(view(FRAGMENT)).toMatchObject({
      length: 209,
      end: 100,
      checksum: 0xac1a,
      checksumOk: undefined,
      issues: [],
    });
  });

  test("checksum zero: none was sent", () => {
    expect(view(WITHOUT)).toMatchObject({ checksum: 0, checksumOk: undefined, payloadAt: 28, end: 46, issues: [] });
    const [src, dst] = [
      { address: "192.0.2.1", port: 1701 },
      { address: "192.0.2.2", port: 1701 },
    ];
    const again = encodeUdpDatagram(src, dst, WITHOUT.subarray(28), { id: 0x54ce }, { udp: { checksum: 0 } });
    expect(hex(again)).toBe(hex(WITHOUT));
  });
});

describe("checksum", () => {
  test("every single bit of payload, ports and addresses counts", () => {
    const good = datagram(HELLO);
    for (let bit = 12 * 8; bit < good.length * 8; bit++) {
      const octets = good.slice();
      octets[bit >> 3]! ^= 0x80 >> (bit & 7);
      const inLength = bit >= 24 * 8 && bit < 26 * 8;
      if (!inLength) expect(view(octets).checksumOk).toBe(false);
    }
    expect(view(datagram(HELLO, { checksum: 0x0bad })).issues).toMatchObject([{ code: "udp-checksum", at: 26 }]);
  });

  test("one that the interface has yet to finish is neither right nor wrong", () => {
    // Captured in the sending host: 14fc is the sum of the pseudo-header alone.
    const octets = fromHex(
      "4500003647ce40004011de200a6300020a630001 06a506a5002214fc 4002001a8b9fc946ff03c0210101000e010405b40506f737674c",
    );
    expect(view(octets)).toMatchObject({ checksum: 0x14fc, checksumOk: undefined, checksumPartial: true, issues: [] });
    octets[27]! ^= 1;
    expect(view(octets)).toMatchObject({
      checksumOk: false,
      checksumPartial: false,
      issues: [{ code: "udp-checksum" }],
    });
  });

  test("a sum of zero is sent as ffff", () => {
    // The two octets make the sum ffff, so its complement is zero.
    const bare = encodeUdp(SRC, DST, fromHex("00 00"));
    const fill = bare.subarray(6, 8).slice();
    const octets = encodeUdp(SRC, DST, fill);
    expect(hex(octets.subarray(6, 8))).toBe("ffff");
    const whole = encodeUdpDatagram(SRC, DST, fill);
    expect(view(whole).checksumOk).toBe(true);
  });
});

describe("lengths", () => {
  test.each<[string, UdpTweak, readonly string[], number]>([
    ["0", { length: 0 }, ["udp-length"], 33],
    ["7", { length: 7 }, ["udp-length"], 33],
    ["8: an empty datagram, the rest is not of it", { length: 8, checksum: 0 }, [], 28],
    ["all", { length: 13 }, [], 33],
    ["one too many", { length: 14 }, ["udp-length"], 33],
    ["65535", { length: 65535 }, ["udp-length"], 33],
  ])("Length %s", (_, tweak, expected, end) => {
    expect(codes(datagram(HELLO, tweak))).toEqual(expected);
    expect(view(datagram(HELLO, tweak)).end).toBe(end);
  });

  test("cut at every octet: never a wrong checksum, since it cannot be known", () => {
    const whole = datagram(HELLO);
    for (let length = 20; length < whole.length; length++) {
      const cut = view(whole.subarray(0, length));
      expect(cut.checksumOk).toBe(undefined);
      expect(cut.payloadAt).toBeLessThanOrEqual(length);
      expect(cut.end).toBe(length);
      expect(cut.issues.map((issue) => issue.code)).toEqual(length < 28 ? ["udp-truncated"] : []);
    }
  });

  test("a payload of no more than seven octets is no UDP", () => {
    const ip = encodeIpv4({ src: SRC.address, dst: DST.address, protocol: 17 }, new Uint8Array(7));
    expect(codes(ip)).toEqual(["udp-truncated"]);
    expect(codes(concat(ip, new Uint8Array(9)))).toEqual(["udp-truncated"]);
  });

  test("a port that does not fit is the caller's mistake", () => {
    expect(() => encodeUdp({ ...SRC, port: 65536 }, DST, HELLO)).toThrow(RangeError);
  });
});
