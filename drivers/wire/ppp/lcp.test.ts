import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "../octets.ts";
import { PPP } from "./frame.ts";
import {
  authName,
  CHAP_ALGORITHMS,
  encodeLcp,
  encodeLcpOption,
  LCP_CODES,
  LCP_OPTIONS,
  type LcpOption,
  lcpOf,
  type LcpPacket,
  viewLcp,
  viewLcpOptions,
} from "./lcp.ts";

/** Seen on the line: octets, then what they mean. Senders: pppd with xl2tpd, l2tpns, slirp's peer. */
const VECTORS: readonly (readonly [string, string, LcpPacket])[] = [
  [
    "pppd asks for CHAP",
    "01010019 010405b4 020600000000 0305c22305 0506457e9928",
    {
      code: "Configure-Request",
      id: 1,
      options: [
        { type: "mru", value: 1460 },
        { type: "accm", value: 0 },
        { type: "auth", protocol: PPP.CHAP, algorithm: CHAP_ALGORITHMS.MD5 },
        { type: "magic", value: 0x457e_9928 },
      ],
    },
  ],
  [
    "pppd acknowledges",
    "02010014 010405b4 020600000000 050666f6b342",
    {
      code: "Configure-Ack",
      id: 1,
      options: [
        { type: "mru", value: 1460 },
        { type: "accm", value: 0 },
        { type: "magic", value: 0x66f6_b342 },
      ],
    },
  ],
  [
    "a client wants PAP instead",
    "03020008 0304c023",
    { code: "Configure-Nak", id: 2, options: [{ type: "auth", protocol: PPP.PAP }] },
  ],
  [
    "a client knows no multilink",
    "0401000f 1104064e 1307020a620001",
    {
      code: "Configure-Reject",
      id: 1,
      options: [
        { type: "mrru", value: 1614 },
        { type: "endpointDiscriminator", value: fromHex("02 0a620001") },
      ],
    },
  ],
  [
    "pppd at the user's request",
    "05020010 557365722072657175657374",
    { code: "Terminate-Request", id: 2, data: fromHex("557365722072657175657374") },
  ],
  ["its answer", "06020004", { code: "Terminate-Ack", id: 2, data: new Uint8Array(0) }],
  [
    "a client knows no CCP",
    "0865000a 80fd01010004",
    { code: "Protocol-Reject", id: 0x65, protocol: PPP.CCP, data: fromHex("01010004") },
  ],
  ["an echo", "09000008 457e9928", { code: "Echo-Request", id: 0, magic: 0x457e_9928, data: new Uint8Array(0) }],
  ["its reply", "0a000008 457e9928", { code: "Echo-Reply", id: 0, magic: 0x457e_9928, data: new Uint8Array(0) }],
  // Not seen, built from RFC 1661 §5.6, §5.9 and §6.
  ["a Code-Reject", "07090008 0c010004", { code: "Code-Reject", id: 9, packet: fromHex("0c010004") }],
  ["a Discard-Request", "0b07000a 00000000 ffff", { code: "Discard-Request", id: 7, magic: 0, data: fromHex("ffff") }],
  ["a code that RFC 1661 does not have", "0c010009 0000000041", { code: 12, id: 1, data: fromHex("0000000041") }],
  [
    "options without data, and one that has no name",
    "0103001e 0702 0802 0408c025000003e8 c804aabb 0304c227 0306c2238000",
    {
      code: "Configure-Request",
      id: 3,
      options: [
        { type: "pfc" },
        { type: "acfc" },
        { type: "quality", protocol: PPP.LQR, data: fromHex("000003e8") },
        { type: 200, octets: fromHex("aabb") },
        { type: "auth", protocol: PPP.EAP },
        { type: "auth", protocol: PPP.CHAP, algorithm: CHAP_ALGORITHMS["MS-CHAP"], data: fromHex("00") },
      ],
    },
  ],
];

const request = (...options: LcpOption[]) => encodeLcp({ code: "Configure-Request", id: 1, options });
const raw = (code: number, text: string) => encodeLcp({ code, id: 1, data: fromHex(text) });
const codes = (octets: Uint8Array) => viewLcp(octets).issues.map((issue) => issue.code);
const seen = (octets: Uint8Array) => viewLcp(octets).options.map(({ name, type, value }) => [name ?? type, value]);

describe("vectors", () => {
  test.each(VECTORS)("%s: encodes", (_, text, packet) => {
    expect(hex(encodeLcp(packet))).toBe(hex(fromHex(text)));
  });

  test.each(VECTORS)("%s: is read and comes back as it was", (_, text, packet) => {
    const octets = fromHex(text);
    const view = viewLcp(octets);
    const code = typeof packet.code === "number" ? packet.code : LCP_CODES[packet.code];
    expect(view).toMatchObject({
      protocol: PPP.LCP,
      code,
      id: packet.id,
      length: octets.length,
      end: octets.length,
      malformed: false,
    });
    expect(view.codeName).toBe(typeof packet.code === "string" ? packet.code : undefined);
    expect(hex(encodeLcp(lcpOf(view, octets)))).toBe(hex(octets));
  });

  test("what a Configure-Request says, option by option", () => {
    const view = viewLcp(fromHex(VECTORS[0]![1]));
    expect(view.issues).toEqual([]);
    expect(view.options).toEqual([
      { at: 4, type: 1, length: 4, dataAt: 6, end: 8, name: "mru", value: 1460, issues: [] },
      { at: 8, type: 2, length: 6, dataAt: 10, end: 14, name: "accm", value: 0, issues: [] },
      {
        at: 14,
        type: 3,
        length: 5,
        dataAt: 16,
        end: 19,
        name: "auth",
        value: { protocol: PPP.CHAP, algorithm: 5, data: new Uint8Array(0) },
        issues: [],
      },
      { at: 19, type: 5, length: 6, dataAt: 21, end: 25, name: "magic", value: 0x457e_9928, issues: [] },
    ]);
  });

  test("fields of the other packets", () => {
    expect(viewLcp(fromHex("0a000008 457e9928"))).toMatchObject({
      magic: 0x457e_9928,
      bodyAt: 8,
      rejectedProtocol: undefined,
      options: [],
    });
    expect(viewLcp(fromHex("0865000a 80fd01010004"))).toMatchObject({
      rejectedProtocol: PPP.CCP,
      bodyAt: 6,
      end: 10,
      magic: undefined,
    });
    expect(viewLcp(fromHex("07090008 0c010004"))).toMatchObject({ codeName: "Code-Reject", bodyAt: 4, end: 8 });
  });

  test("offsets are absolute", () => {
    const octets = concat(fromHex("ff 03 c0 21"), request({ type: "mru", value: 1500 }, { type: "magic", value: 0 }));
    const view = viewLcp(octets, 4);
    expect(view.options.map(({ at, dataAt, end }) => [at, dataAt, end])).toEqual([
      [8, 10, 12],
      [12, 14, 18],
    ]);
    expect(view.issues).toMatchObject([{ code: "option-value", at: 14 }]);
  });
});

describe("lengths of the packet", () => {
  test.each(VECTORS)("%s, cut at every octet", (_, text) => {
    const whole = fromHex(text);
    for (let size = 0; size < whole.length; size++) {
      const view = viewLcp(whole.subarray(0, size));
      expect(view.malformed).toBe(true);
      expect(view.issues[0]!.code).toBe(size < 4 ? "control-truncated" : "control-length");
      for (const { dataAt, end } of view.options) {
        expect(dataAt).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(size);
      }
    }
  });

  test.each(VECTORS)("%s, with Length at every value below the right one: nothing behind it is read", (_, text) => {
    const octets = fromHex(text);
    const whole = viewLcp(octets).options;
    for (let length = 0; length < octets.length; length++) {
      const shorter = octets.slice();
      shorter.set([0, length], 2);
      const view = viewLcp(shorter);
      expect(view.frameEnd).toBe(octets.length);
      expect(view.bodyAt).toBeLessThanOrEqual(view.end);
      expect(view.options.length).toBeLessThanOrEqual(whole.length);
      for (const { end } of view.options) expect(end).toBeLessThanOrEqual(Math.max(length, 4));
    }
  });

  test("an option behind Length is padding", () => {
    const octets = encodeLcp(
      { code: "Configure-Request", id: 1, options: [{ type: "pfc" }] },
      { trailing: encodeLcpOption({ type: "acfc" }) },
    );
    expect(viewLcp(octets)).toMatchObject({ end: 6, frameEnd: 8, malformed: false, issues: [] });
    expect(seen(octets)).toEqual([["pfc", true]]);
  });

  test.each([
    [LCP_CODES["Echo-Request"], "00 00 00"],
    [LCP_CODES["Echo-Reply"], ""],
    [LCP_CODES["Discard-Request"], "00 00 00"],
    [LCP_CODES["Protocol-Reject"], "80"],
  ])("code %i without its fixed field", (code, text) => {
    expect(viewLcp(raw(code, text))).toMatchObject({
      malformed: true,
      magic: undefined,
      rejectedProtocol: undefined,
      bodyAt: 4,
    });
    expect(codes(raw(code, text))).toEqual(["control-length"]);
  });

  test("the fixed field exactly", () => {
    expect(viewLcp(raw(LCP_CODES["Echo-Request"], "ffffffff"))).toMatchObject({
      malformed: false,
      magic: 0xffff_ffff,
      bodyAt: 8,
      end: 8,
    });
    expect(viewLcp(raw(LCP_CODES["Protocol-Reject"], "8021"))).toMatchObject({
      malformed: false,
      rejectedProtocol: 0x8021,
      bodyAt: 6,
    });
  });

  test("no options are legal", () => {
    expect(viewLcp(request())).toMatchObject({ length: 4, options: [], malformed: false, issues: [] });
  });
});

describe("the chain of options", () => {
  test.each([
    ["a Type alone", "0104 05dc 07", "option-truncated", 8],
    ["Length 0", "0104 05dc 0700", "option-length", 9],
    ["Length 1", "0104 05dc 0701", "option-length", 9],
    ["one octet past the end", "0104 05dc 0506 000001", "option-overrun", 9],
    ["255", "0104 05dc 01ff 05dc", "option-overrun", 9],
  ])("%s breaks the packet, and what stands before is still read", (_, text, code, at) => {
    const view = viewLcp(raw(LCP_CODES["Configure-Request"], text));
    expect(view).toMatchObject({ malformed: true, issues: [{ code, at }] });
    expect(view.options).toHaveLength(2);
    expect(view.options[0]).toMatchObject({ name: "mru", value: 1500, issues: [] });
    expect(view.options[1]).toMatchObject({ value: undefined, issues: [{ code, at }] });
    expect(view.options[1]!.end).toBeLessThanOrEqual(view.end);
  });

  test("Length 0 in front of many options does not hang or read them", () => {
    expect(viewLcp(raw(1, "0100 0104 05dc")).options).toHaveLength(1);
  });

  test("the longest option", () => {
    const octets = request({ type: 200, octets: new Uint8Array(253) });
    expect(viewLcp(octets)).toMatchObject({
      malformed: false,
      issues: [],
      options: [{ type: 200, length: 255, name: undefined }],
    });
    expect(() => request({ type: 200, octets: new Uint8Array(254) })).toThrow(RangeError);
  });

  test("options of an L2TP AVP stand without a packet", () => {
    expect(viewLcpOptions(fromHex("0104 05dc 0702"))).toMatchObject([{ name: "mru", value: 1500 }, { name: "pfc" }]);
    expect(viewLcpOptions(fromHex("0104 05dc 0703"))).toMatchObject([
      { name: "mru" },
      { issues: [{ code: "option-overrun" }] },
    ]);
    expect(viewLcpOptions(fromHex("0103 05 0506 00000000"))).toMatchObject([
      { issues: [{ code: "option-length", at: 1 }] },
      { issues: [{ code: "option-value", at: 5 }] },
    ]);
    expect(viewLcpOptions(new Uint8Array(0))).toEqual([]);
  });
});

describe("the length of each option", () => {
  /** Type, least and greatest Length. */
  const LENGTHS = {
    mru: [1, 4, 4],
    accm: [2, 6, 6],
    auth: [3, 4, 255],
    quality: [4, 4, 255],
    magic: [5, 6, 6],
    pfc: [7, 2, 2],
    acfc: [8, 2, 2],
    fcsAlternatives: [9, 3, 3],
    selfDescribingPad: [10, 3, 3],
    callback: [13, 3, 255],
    compoundFrames: [15, 2, 2],
    mrru: [17, 4, 4],
    ssnhf: [18, 2, 2],
    endpointDiscriminator: [19, 3, 255],
  } as const;

  test("no option is left out", () => {
    expect(Object.keys(LENGTHS)).toEqual(Object.keys(LCP_OPTIONS));
  });

  test.each(Object.entries(LENGTHS))("%s", (name, [type, least, most]) => {
    for (let length = 2; length <= 12; length++) {
      const octets = request({ type, octets: new Uint8Array(length - 2).fill(1) });
      const good = length >= least && length <= most;
      expect(viewLcp(octets)).toMatchObject({ malformed: false, options: [{ name, type, length }] });
      expect(codes(octets)).toEqual(good ? [] : ["option-length"]);
      expect(viewLcp(octets).options[0]!.value === undefined).toBe(!good);
      expect(hex(encodeLcp(lcpOf(viewLcp(octets), octets)))).toBe(hex(octets));
    }
  });

  test("type 0 is reserved and has no name", () => {
    expect(seen(request({ type: 0, octets: fromHex("01 02 03 04") }))).toEqual([[0, fromHex("01 02 03 04")]]);
  });
});

describe("values at their edges", () => {
  test.each([
    ["mru", 0],
    ["mru", 65535],
    ["accm", 0],
    ["accm", 0xffff_ffff],
    ["magic", 1],
    ["magic", 0xffff_ffff],
  ] as const)("%s %i", (type, value) => {
    const octets = request({ type, value });
    expect(seen(octets)).toEqual([[type, value]]);
    expect(codes(octets)).toEqual([]);
  });

  test.each([
    ["mru", 65536],
    ["mru", -1],
    ["mru", 1.5],
    ["magic", 0x1_0000_0000],
  ] as const)("%s %d does not fit", (type, value) => {
    expect(() => request({ type, value })).toThrow(RangeError);
  });

  test("magic zero is illegal, and can be written", () => {
    expect(codes(request({ type: "magic", value: 0 }))).toEqual(["option-value"]);
  });

  test.each([
    ["CHAP without Algorithm", "c223", ["option-value"]],
    ["CHAP with MD5", "c22305", []],
    ["CHAP with an Algorithm that has no name", "c22306", []],
    ["CHAP and one octet more", "c2230500", ["option-value"]],
    ["PAP", "c023", []],
    ["PAP with data", "c02305", ["option-value"]],
    ["EAP", "c227", []],
    ["a protocol that does not exist, with data", "c9990102", []],
    ["half a protocol", "c2", ["option-length"]],
  ])("auth: %s", (_, text, expected) => {
    const octets = request({ type: 3, octets: fromHex(text) });
    expect(codes(octets)).toEqual(expected);
    expect(hex(encodeLcp(lcpOf(viewLcp(octets), octets)))).toBe(hex(octets));
  });
});

describe("who is to blame", () => {
  const BAD = "0103 05 0506 00000000";

  test.each([1, 2, 3])("code %i: bad options are its sender's", (code) => {
    expect(codes(raw(code, BAD))).toEqual(["option-length", "option-value"]);
  });

  test("a Configure-Reject gives back what it got", () => {
    expect(viewLcp(raw(4, BAD))).toMatchObject({
      malformed: false,
      issues: [],
      options: [
        { name: "mru", value: undefined },
        { name: "magic", value: 0 },
      ],
    });
  });

  test("but an option past the end of a Reject is its own", () => {
    expect(codes(raw(4, "0104 05"))).toEqual(["option-overrun"]);
  });

  const TWICE = "0104 05dc 0702 0104 05dc c802 c802";

  test("an option twice: in a request only, and only one that is known", () => {
    expect(viewLcp(raw(1, TWICE)).issues).toMatchObject([{ code: "option-twice", at: 10 }]);
    for (const code of [2, 3, 4]) expect(codes(raw(code, TWICE))).toEqual([]);
  });
});

describe("on purpose", () => {
  test("a Length that lies, of packet and option", () => {
    const octets = encodeLcp(
      {
        code: "Configure-Request",
        id: 1,
        options: [
          { type: "mru", value: 1500, tweak: { length: 3 } },
          { type: "pfc", tweak: { length: 0 } },
        ],
      },
      { length: 5 },
    );
    expect(hex(octets)).toBe("01010005010305dc0700");
  });

  test("codes and types by number", () => {
    expect(hex(encodeLcp({ code: 1, id: 1, data: fromHex("0702") }))).toBe("010100060702");
    expect(hex(request({ type: 7, octets: fromHex("01") }))).toBe("01010007070301");
  });
});

test.each([
  [{ protocol: PPP.PAP }, "PAP"],
  [{ protocol: PPP.CHAP, algorithm: 5 }, "CHAP-MD5"],
  [{ protocol: PPP.CHAP, algorithm: 0x81 }, "MS-CHAP-V2"],
  [{ protocol: PPP.CHAP, algorithm: 6 }, "CHAP-0x06"],
  [{ protocol: PPP.CHAP }, "CHAP"],
  [{ protocol: PPP.EAP }, "EAP"],
  [{ protocol: 0xc999 }, "0xc999"],
  [{ protocol: 0x21 }, "IP"],
])("the name of %o", (value, name) => {
  expect(authName(value)).toBe(name);
});
