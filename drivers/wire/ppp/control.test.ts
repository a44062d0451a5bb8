import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../octets.ts";
import { encodeControlPacket, viewControl } from "./control.ts";
import { PPP } from "./frame.ts";

/** An IPV6CP Configure-Request of pppd. */
const IPV6CP = "0101000e 010a51ecdeb1536eba8a";

describe("Code, Identifier, Length", () => {
  test("both ways", () => {
    const octets = fromHex(IPV6CP);
    expect(viewControl(PPP.IPV6CP, octets)).toEqual({
      protocol: PPP.IPV6CP,
      at: 0,
      code: 1,
      id: 1,
      length: 14,
      dataAt: 4,
      end: 14,
      frameEnd: 14,
      malformed: false,
      issues: [],
    });
    expect(hex(encodeControlPacket(1, 1, octets.subarray(4)))).toBe(hex(octets));
  });

  test("octets behind Length are padding (RFC 1661 §5)", () => {
    const octets = encodeControlPacket(9, 255, fromHex("00 00 00 00"), { trailing: fromHex("aa bb cc") });
    expect(hex(octets)).toBe("09ff000800000000aabbcc");
    expect(viewControl(PPP.LCP, octets)).toMatchObject({ id: 255, end: 8, frameEnd: 11, malformed: false, issues: [] });
  });

  test.each([
    [0, 4],
    [3, 4],
    [4, 4],
    [8, 8],
    [9, 8],
    [65535, 8],
  ])("Length %i in a frame of 8 gives a packet that ends at %i", (length, end) => {
    const octets = encodeControlPacket(5, 1, fromHex("01 02 03 04"), { length });
    const view = viewControl(PPP.LCP, octets);
    const good = length >= 4 && length <= 8;
    expect(view).toMatchObject({ length, dataAt: 4, end, frameEnd: 8, malformed: !good });
    expect(view.issues.map(({ code, at }) => [code, at])).toEqual(good ? [] : [["control-length", 2]]);
  });

  test("cut at every octet: what is missing is -1, and matches nothing", () => {
    const whole = fromHex(IPV6CP);
    for (let size = 0; size < whole.length; size++) {
      const view = viewControl(PPP.IPV6CP, whole.subarray(0, size));
      const fields = { code: size < 1 ? -1 : 1, id: size < 2 ? -1 : 1, length: size < 4 ? -1 : 14 };
      expect(view).toMatchObject({ ...fields, dataAt: Math.min(4, size), end: size, malformed: true });
      expect(view.issues.map((issue) => issue.code)).toEqual([size < 4 ? "control-truncated" : "control-length"]);
    }
  });

  test("an issue names the protocol, by number where it has no name", () => {
    expect(viewControl(PPP.CCP, fromHex("01")).issues[0]!.text).toContain("CCP");
    expect(viewControl(0x8037, fromHex("01")).issues[0]!.text).toContain("0x8037");
  });

  test.each([
    [256, 1, 4],
    [1, 256, 4],
    [1, -1, 4],
    [1, 1, 65536],
  ])("code %i, id %i, Length %i do not fit", (code, id, length) => {
    expect(() => encodeControlPacket(code, id, new Uint8Array(0), { length })).toThrow(RangeError);
  });

  test("data that need more than 16 bits of Length are the caller's mistake", () => {
    expect(() => encodeControlPacket(1, 1, new Uint8Array(65532))).toThrow(RangeError);
    expect(encodeControlPacket(1, 1, new Uint8Array(65532), { length: 4 })).toHaveLength(65536);
  });
});
