import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "../octets.ts";
import { PPP } from "./frame.ts";
import { encodePap, PAP_CODES, papOf, type PapPacket, type PapTweak, viewPap } from "./pap.ts";

/** Seen on the line between pppd, a slirp client and l2tpns. */
const VECTORS: readonly (readonly [string, PapPacket])[] = [
  [
    "01010012 057573657231 0773656372657431",
    { code: "Authenticate-Request", id: 1, peerId: "user1", password: "secret1" },
  ],
  ["0201000d 08 4c6f67696e206f6b", { code: "Authenticate-Ack", id: 1, message: "Login ok" }],
  ["02020005 00", { code: "Authenticate-Ack", id: 2, message: "" }],
  // Not seen, built from RFC 1334 §2.2.
  ["0307000b 06 64656e696564", { code: "Authenticate-Nak", id: 7, message: "denied" }],
  ["01000006 00 00", { code: "Authenticate-Request", id: 0, peerId: "", password: "" }],
  ["04090006 01 02", { code: 4, id: 9, data: fromHex("01 02") }],
];

const codes = (octets: Uint8Array) => viewPap(octets).issues.map((issue) => issue.code);
const request = (peerId: string | Uint8Array, password: string | Uint8Array, tweak: PapTweak = {}) =>
  encodePap({ code: "Authenticate-Request", id: 1, peerId, password }, tweak);
const reply = (tweak: PapTweak) => encodePap({ code: "Authenticate-Ack", id: 1, message: "ok" }, tweak);

describe("vectors", () => {
  test.each(VECTORS)("%s both ways", (text, packet) => {
    const octets = fromHex(text);
    const { code, ...fields } = packet;
    const view = viewPap(octets);
    expect(hex(encodePap(packet))).toBe(hex(octets));
    expect(view).toMatchObject({ protocol: PPP.PAP, malformed: false, issues: [], length: octets.length });
    expect(view).toMatchObject(
      typeof code === "number" ? { code, codeName: undefined } : { code: PAP_CODES[code], codeName: code, ...fields },
    );
    expect(hex(encodePap(papOf(view, octets)))).toBe(hex(octets));
  });

  test("where the texts stand", () => {
    const octets = concat(fromHex("ff 03 c0 23"), fromHex(VECTORS[0]![0]));
    expect(viewPap(octets, 4)).toMatchObject({
      peerIdAt: 9,
      peerIdEnd: 14,
      passwordAt: 15,
      passwordEnd: 22,
      message: undefined,
    });
    expect(viewPap(fromHex(VECTORS[1]![0]))).toMatchObject({
      messageAt: 5,
      messageEnd: 13,
      peerId: undefined,
      password: undefined,
    });
  });
});

describe("texts", () => {
  test("255 octets each, and no more", () => {
    const long = "x".repeat(255);
    expect(viewPap(request(long, long))).toMatchObject({ length: 516, peerId: long, password: long, issues: [] });
    expect(() => request(`${long}x`, "")).toThrow(RangeError);
    expect(viewPap(request(`${long}x`, "", { peerIdLength: 255 })).malformed).toBe(true);
  });

  test("octets that are no text survive as octets", () => {
    const octets = request(fromHex("00 ff fe 0d 0a"), fromHex("80"));
    expect(viewPap(octets)).toMatchObject({ issues: [], password: "�" });
    expect(hex(encodePap(papOf(viewPap(octets), octets)))).toBe(hex(octets));
  });

  test("a text is UTF-8 and its length counts octets", () => {
    expect(hex(request("ü", ""))).toBe("0101000802c3bc00");
    expect(viewPap(request("ü", "ß"))).toMatchObject({ peerId: "ü", password: "ß" });
  });
});

describe("lengths", () => {
  test.each(VECTORS)("%s cut at every octet", (text) => {
    const whole = fromHex(text);
    for (let size = 0; size < whole.length; size++) {
      const view = viewPap(whole.subarray(0, size));
      expect(view.malformed).toBe(true);
      expect(view.issues.length).toBeGreaterThan(0);
      for (const [at, end] of [
        [view.peerIdAt, view.peerIdEnd],
        [view.passwordAt, view.passwordEnd],
        [view.messageAt, view.messageEnd],
      ] as const) {
        expect(at).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(size);
      }
    }
  });

  test.each<[string, PapTweak, readonly string[], object]>([
    [
      "Peer-ID one too long swallows Passwd-Length",
      { peerIdLength: 6 },
      ["pap-overrun"],
      { malformed: true, peerId: "user1\u0007" },
    ],
    [
      "Peer-ID of 255",
      { peerIdLength: 255 },
      ["pap-overrun", "pap-truncated"],
      { malformed: true, password: undefined },
    ],
    ["Password one too long", { passwordLength: 8 }, ["pap-overrun"], { malformed: true, password: "secret1" }],
    ["Password one too short", { passwordLength: 6 }, ["pap-excess"], { malformed: false, password: "secret" }],
    ["Length that ends in Password", { length: 17 }, ["pap-overrun"], { malformed: true, password: "secret" }],
    [
      "Length that ends before Passwd-Length",
      { length: 10 },
      ["pap-truncated"],
      { malformed: true, peerId: "user1", password: undefined },
    ],
    [
      "Length that ends before Peer-ID-Length",
      { length: 4 },
      ["pap-truncated"],
      { malformed: true, peerId: undefined },
    ],
    ["Length below its header", { length: 3 }, ["control-length"], { malformed: true, peerId: undefined }],
    ["padding", { trailing: fromHex("00 00") }, [], { malformed: false, end: 18, frameEnd: 20 }],
  ])("request: %s", (_, tweak, expected, fields) => {
    const octets = request("user1", "secret1", tweak);
    expect(codes(octets)).toEqual(expected);
    expect(viewPap(octets)).toMatchObject(fields);
  });

  test.each<[string, PapTweak, readonly string[], object]>([
    [
      "no Msg-Length: common, and its code says everything",
      { length: 4 },
      ["pap-truncated"],
      { malformed: false, message: undefined },
    ],
    ["Msg-Length too large", { messageLength: 3 }, ["pap-overrun"], { malformed: true, message: "ok" }],
    ["Msg-Length too small", { messageLength: 1 }, ["pap-excess"], { malformed: false, message: "o" }],
    ["Length below its header", { length: 0 }, ["control-length"], { malformed: true, message: undefined }],
  ])("reply: %s", (_, tweak, expected, fields) => {
    expect(codes(reply(tweak))).toEqual(expected);
    expect(viewPap(reply(tweak))).toMatchObject(fields);
  });
});
