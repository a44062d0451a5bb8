import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../octets.ts";
import { encodePpp, PPP, type PppFrameOptions, pppName, viewPppFrame } from "./frame.ts";

const PAYLOAD = fromHex("01 02 03 04");

/** Every form that RFC 1661 §6.5 and §6.6 give the front of a frame. */
const VECTORS: readonly (readonly [string, number, PppFrameOptions])[] = [
  ["ff 03 c0 21", PPP.LCP, {}],
  ["ff 03 c2 23", PPP.CHAP, {}],
  ["ff 03 80 21", PPP.IPCP, { compressProtocol: true }],
  ["ff 03 00 21", PPP.IP, {}],
  ["ff 03 21", PPP.IP, { compressProtocol: true }],
  ["00 21", PPP.IP, { addressControl: false }],
  ["21", PPP.IP, { addressControl: false, compressProtocol: true }],
  ["57", PPP.IPV6, { addressControl: false, compressProtocol: true }],
  ["fd", PPP.COMPRESSED, { addressControl: false, compressProtocol: true }],
  ["c0 23", PPP.PAP, { addressControl: false }],
];

const codes = (text: string) => viewPppFrame(fromHex(text)).issues.map((issue) => issue.code);

describe("forms", () => {
  test.each(VECTORS)("%s is protocol %i, both ways", (front, protocol, form) => {
    const octets = fromHex(`${front} ${hex(PAYLOAD)}`);
    const addressControl = form.addressControl !== false;
    const payloadAt = octets.length - PAYLOAD.length;
    const protocolAt = addressControl ? 2 : 0;
    expect(viewPppFrame(octets)).toEqual({
      at: 0,
      end: octets.length,
      addressControl,
      protocol,
      protocolAt,
      protocolLength: payloadAt - protocolAt,
      payloadAt,
      issues: [],
    });
    expect(hex(encodePpp(protocol, PAYLOAD, form))).toBe(hex(octets));
  });

  test("offsets are absolute and the end is kept", () => {
    const octets = fromHex("aa aa aa ff 03 21 45 00 bb");
    expect(viewPppFrame(octets, 3, 8)).toMatchObject({ at: 3, protocolAt: 5, payloadAt: 6, end: 8, protocol: PPP.IP });
  });

  test("an end past the octets adds none", () => {
    expect(viewPppFrame(fromHex("ff 03 c0"), 0, 8)).toMatchObject({ protocolLength: 0, payloadAt: 3, end: 3 });
    expect(viewPppFrame(fromHex("ff 03"), 5, 8)).toMatchObject({ protocolLength: 0, at: 5, payloadAt: 5, end: 5 });
  });

  test("a frame may carry nothing", () => {
    expect(viewPppFrame(fromHex("ff 03 00 21"))).toMatchObject({ protocol: PPP.IP, payloadAt: 4, end: 4, issues: [] });
  });
});

describe("faults", () => {
  test.each([
    ["", 0],
    ["ff 03", 2],
    ["ff 03 c0", 2],
    ["c0", 0],
    ["00", 0],
  ])("%j ends before its Protocol field does", (text, at) => {
    const octets = fromHex(text);
    expect(viewPppFrame(octets)).toMatchObject({
      protocol: 0,
      protocolLength: 0,
      payloadAt: octets.length,
      end: octets.length,
    });
    expect(viewPppFrame(octets).issues).toMatchObject([{ code: "ppp-truncated", at }]);
  });

  test.each([
    ["half of Address and Control: FF alone", "ff c0 21", 0x00ff, 1, "ppp-address-control"],
    ["FF with another Control", "ff 13 c0 21", 0x00ff, 1, "ppp-address-control"],
    ["nothing but FF", "ff", 0x00ff, 1, "ppp-address-control"],
    ["half of Address and Control: 03 alone", "03 c0 21", 0x0003, 1, "ppp-address-control"],
    ["an even low octet", "ff 03 c0 22", 0xc022, 2, "ppp-protocol-even"],
    ["zeros", "00 00 21", 0x0000, 2, "ppp-protocol-even"],
    ["an odd high octet", "ff 03 c1 21", 0x00c1, 1, "ppp-protocol-odd-high"],
    ["an odd high octet without FF 03", "81 21", 0x0081, 1, "ppp-protocol-odd-high"],
    ["FF 03 twice", "ff 03 ff 03 c0 21", 0x00ff, 1, "ppp-protocol-reserved"],
    ["a number that serial lines cannot carry", "ff 03 00 1f", 0x001f, 2, "ppp-protocol-reserved"],
    ["Control Escape", "00 7d", 0x007d, 2, "ppp-protocol-reserved"],
    ["00cf", "00 cf", 0x00cf, 2, "ppp-protocol-reserved"],
    ["the NCP of a reserved number", "80 7d", 0x807d, 2, "ppp-protocol-reserved"],
    ["8001", "80 01", 0x8001, 2, "ppp-protocol-reserved"],
  ])("%s", (_, text, protocol, protocolLength, code) => {
    expect(viewPppFrame(fromHex(text))).toMatchObject({ protocol, protocolLength });
    expect(codes(text)).toEqual([code]);
  });

  test.each([
    ["a number that we do not know", "ff 03 c0 99"],
    ["another address reads as a protocol", "fe 03 c0 21"],
    ["the Padding Protocol", "00 01"],
    ["just above the reserved range", "00 21"],
    ["c07d and c0ff are not reserved", "c0 7d"],
    ["one octet below 80", "4b"],
  ])("%s is none", (_, text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe("on purpose", () => {
  test("other octets in front", () => {
    expect(hex(encodePpp(PPP.LCP, PAYLOAD, { addressControl: fromHex("ff 13") }))).toBe("ff13c02101020304");
  });

  test("an even protocol, in one octet too", () => {
    expect(hex(encodePpp(0xc022, PAYLOAD))).toBe("ff03c02201020304");
    expect(hex(encodePpp(0x22, PAYLOAD, { compressProtocol: true }))).toBe("ff032201020304");
  });

  test("a protocol of more than two octets is the caller's mistake", () => {
    expect(() => encodePpp(0x10021, PAYLOAD)).toThrow(RangeError);
  });
});

test("names", () => {
  expect([pppName(0xc021), pppName(0x8021), pppName(0x0021), pppName(0xc999)]).toEqual([
    "LCP",
    "IPCP",
    "IP",
    undefined,
  ]);
});
