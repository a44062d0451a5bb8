import { describe, expect, test } from "vitest";
import { concat, equal, fromHex, hex, ofText, ofU16, ofU32, ofU8, textOf, u16At, u32At } from "./octets.ts";

describe("hex", () => {
  test("two lower-case digits an octet", () => expect(hex(Uint8Array.of(0, 0x0a, 0xff))).toBe("000aff"));
  test("of a part, cut to what is there", () => expect(hex(Uint8Array.of(1, 2, 3), 1, 9)).toBe("0203"));
  test("is read back in any case, with any white space", () =>
    expect(fromHex(" 0A\n0b ff")).toEqual(Uint8Array.of(0x0a, 0x0b, 0xff)));
  test.each(["0", "0g", "0x01", "1 2 3"])("%o is refused", (text) => expect(() => fromHex(text)).toThrow(SyntaxError));
});

describe("numbers", () => {
  test.each([
    [0, "0000"],
    [1, "0001"],
    [0x8000, "8000"],
    [0xffff, "ffff"],
  ])("%i in two octets", (value, text) => {
    expect(hex(ofU16(value))).toBe(text);
    expect(u16At(fromHex(`ee ${text}`), 1)).toBe(value);
  });
  test.each([
    [0, "00000000"],
    [0x7fff_ffff, "7fffffff"],
    [0x8000_0000, "80000000"],
    [0xffff_ffff, "ffffffff"],
  ])("%i in four octets", (value, text) => {
    expect(hex(ofU32(value))).toBe(text);
    expect(u32At(fromHex(`ee ${text}`), 1)).toBe(value);
  });
  test.each([
    () => ofU8(256),
    () => ofU8(-1),
    () => ofU16(0x1_0000),
    () => ofU16(1.5),
    () => ofU16(Number.NaN),
    () => ofU32(2 ** 32),
  ])("a number that its field cannot hold is refused: %s", (write) => expect(write).toThrow(RangeError));
  test("past the end zeros are read", () => expect(u32At(Uint8Array.of(1, 2), 1)).toBe(0x0200_0000));
});

test("concat and equal", () => {
  const whole = concat(ofU8(1), new Uint8Array(0), ofU16(0x0203));
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
  expect(equal(whole, Uint8Array.of(1, 2, 3))).toBe(true);
  expect(equal(whole, Uint8Array.of(1, 2, 4))).toBe(false);
  expect(equal(whole, Uint8Array.of(1, 2))).toBe(false);
});

describe("text", () => {
  test("is UTF-8 both ways", () => expect(textOf(ofText("Grüße 日本"))).toBe("Grüße 日本"));
  test("keeps a byte order mark, which is three octets of the sender", () =>
    expect(ofText(textOf(fromHex("efbbbf 61")))).toEqual(fromHex("efbbbf 61")));
  test("octets that are no UTF-8 become replacement characters", () =>
    expect(textOf(fromHex("61 ff"))).toBe("a\ufffd"));
});
