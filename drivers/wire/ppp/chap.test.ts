import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, ofText } from "../octets.ts";
import { CHAP_CODES, chapMd5, chapOf, type ChapPacket, type ChapTweak, encodeChap, viewChap } from "./chap.ts";
import { PPP } from "./frame.ts";

/** Seen on the line: pppd against pppd, a slirp client against l2tpns and pppd. */
const VECTORS: readonly (readonly [string, ChapPacket])[] = [
  [
    "017b001b 13 0ef695f2cbb9c6f0df4259e2c5408ebe940c95 6c6e73",
    { code: "Challenge", id: 0x7b, value: fromHex("0ef695f2cbb9c6f0df4259e2c5408ebe940c95"), name: "lns" },
  ],
  [
    "027b001a 10 45dd190b507b75b6ff7bca88fbc4b8fa 7573657231",
    { code: "Response", id: 0x7b, value: fromHex("45dd190b507b75b6ff7bca88fbc4b8fa"), name: "user1" },
  ],
  ["037b0012 416363657373206772616e746564", { code: "Success", id: 0x7b, message: "Access granted" }],
  ["03010004", { code: "Success", id: 1, message: "" }],
  // Not seen, built from RFC 1994 §4.
  ["0401000a 64656e696564", { code: "Failure", id: 1, message: "denied" }],
  ["05ff0005 00", { code: 5, id: 255, data: fromHex("00") }],
];

/** Identifier, secret, Challenge Value and the Response that another implementation computed. */
const RESPONSES = [
  [0x7b, "secret1", "0ef695f2cbb9c6f0df4259e2c5408ebe940c95", "45dd190b507b75b6ff7bca88fbc4b8fa"],
  [0x01, "s3cret", "392d991ca5e59cabe921190da26e2469", "1df232c0e4d74e9e1a9c22bbb918a2e8"],
  [
    0x01,
    "s3cret",
    "c860c078c6c910733a2ee2259f2b6ffbf8bacc040ad76952bb945329f017d5f89a3121962bf5af6ef3b8c5a6b7801a",
    "15ee8499b9a15fff49e0f39bd7599fc0",
  ],
] as const;

const codes = (octets: Uint8Array) => viewChap(octets).issues.map((issue) => issue.code);
const VALUE = fromHex("0102030405060708090a0b0c0d0e0f10");
const response = (tweak: ChapTweak, name: string | Uint8Array = "user1") =>
  encodeChap({ code: "Response", id: 1, value: VALUE, name }, tweak);

describe("vectors", () => {
  test.each(VECTORS)("%s both ways", (text, packet) => {
    const octets = fromHex(text);
    const { code, ...fields } = packet;
    const view = viewChap(octets);
    expect(hex(encodeChap(packet))).toBe(hex(octets));
    expect(view).toMatchObject({ protocol: PPP.CHAP, malformed: false, issues: [], length: octets.length });
    expect(view).toMatchObject(
      typeof code === "number" ? { code, codeName: undefined } : { code: CHAP_CODES[code], codeName: code, ...fields },
    );
    expect(hex(encodeChap(chapOf(view, octets)))).toBe(hex(octets));
  });

  test("where Value and Name stand", () => {
    const octets = concat(fromHex("ff 03 c2 23"), fromHex(VECTORS[0]![0]));
    expect(viewChap(octets, 4)).toMatchObject({ dataAt: 8, valueAt: 9, valueEnd: 28, end: 31, message: undefined });
    expect(viewChap(fromHex(VECTORS[2]![0]))).toMatchObject({ dataAt: 4, end: 18, value: undefined, name: undefined });
  });
});

describe("the Response Value", () => {
  test.each(RESPONSES)("id %i, secret %s", (id, secret, challenge, expected) => {
    expect(hex(chapMd5(id, secret, fromHex(challenge)))).toBe(expected);
    expect(hex(chapMd5(id, ofText(secret), fromHex(challenge)))).toBe(expected);
  });

  test("Identifier, secret and challenge all count, and their order", () => {
    const digests = [
      chapMd5(1, "a", ofText("b")),
      chapMd5(2, "a", ofText("b")),
      chapMd5(1, "b", ofText("a")),
      chapMd5(1, "a", ofText("c")),
    ];
    expect(new Set(digests.map((digest) => hex(digest))).size).toBe(4);
    expect(() => chapMd5(256, "a", VALUE)).toThrow(RangeError);
  });
});

describe("lengths", () => {
  test.each(VECTORS)("%s cut at every octet", (text) => {
    const whole = fromHex(text);
    for (let size = 0; size < whole.length; size++) {
      const view = viewChap(whole.subarray(0, size));
      expect(view.malformed).toBe(true);
      expect(view.issues.length).toBeGreaterThan(0);
      expect(view.valueAt).toBeLessThanOrEqual(view.valueEnd);
      expect(view.valueEnd).toBeLessThanOrEqual(view.end);
      expect(view.end).toBeLessThanOrEqual(size);
    }
  });

  test.each<[string, ChapTweak, readonly string[], object]>([
    ["Value-Size 0", { valueSize: 0 }, ["chap-value-empty"], { malformed: false, value: new Uint8Array(0) }],
    ["Value-Size 15", { valueSize: 15 }, [], { malformed: false, name: "\u0010user1" }],
    ["Value-Size up to the end: no Name", { valueSize: 21 }, ["chap-name-empty"], { malformed: false, name: "" }],
    ["Value-Size one too large", { valueSize: 22 }, ["chap-overrun"], { malformed: true, name: "", valueEnd: 26 }],
    ["Value-Size 255", { valueSize: 255 }, ["chap-overrun"], { malformed: true, name: "", valueEnd: 26 }],
    ["Length ends in Value", { length: 20 }, ["chap-overrun"], { malformed: true, valueEnd: 20 }],
    ["Length ends before Value-Size", { length: 4 }, ["chap-truncated"], { malformed: true, value: undefined }],
    ["Length below its header", { length: 2 }, ["control-length"], { malformed: true, value: undefined }],
    ["padding", { trailing: fromHex("00") }, [], { malformed: false, end: 26, frameEnd: 27, name: "user1" }],
  ])("%s", (_, tweak, expected, fields) => {
    expect(codes(response(tweak))).toEqual(expected);
    expect(viewChap(response(tweak))).toMatchObject(fields);
  });

  test("an empty Name, as a field device sends it, can still be answered", () => {
    expect(viewChap(response({}, ""))).toMatchObject({
      malformed: false,
      value: VALUE,
      name: "",
      issues: [{ code: "chap-name-empty", at: 21 }],
    });
  });

  test("neither Value nor Name", () => {
    const octets = encodeChap({ code: "Challenge", id: 1, value: new Uint8Array(0), name: "" });
    expect(codes(octets)).toEqual(["chap-value-empty", "chap-name-empty"]);
  });

  test("a Value of 255 octets, and no more", () => {
    const value = new Uint8Array(255);
    expect(viewChap(encodeChap({ code: "Challenge", id: 1, value, name: "lns" }))).toMatchObject({
      issues: [],
      valueEnd: 260,
    });
    expect(() => encodeChap({ code: "Challenge", id: 1, value: new Uint8Array(256), name: "lns" })).toThrow(RangeError);
  });

  test("a Name of any octets survives as octets", () => {
    const octets = response({}, fromHex("00 ff 0d 0a"));
    expect(hex(encodeChap(chapOf(viewChap(octets), octets)))).toBe(hex(octets));
  });
});
