import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, NO_OCTETS } from "#wire/octets";
import { encodeControl, encodeData, type HeaderTweak, viewHeader } from "./header.ts";

const codes = (octets: Uint8Array): string[] => viewHeader(octets).issues.map((issue) => issue.code);

describe("vectors from captures", () => {
  test("xl2tpd: a ZLB", () => {
    const octets = fromHex("c802 000c 4ce2 0000 0002 0003");
    expect(viewHeader(octets)).toMatchObject({
      t: true,
      l: true,
      s: true,
      o: false,
      p: false,
      reserved: 0,
      version: 2,
      length: 12,
      tunnelId: 0x4ce2,
      sessionId: 0,
      ns: 2,
      nr: 3,
      offsetSize: undefined,
      fieldAt: { flags: 0, length: 2, tunnelId: 4, sessionId: 6, ns: 8, nr: 10 },
      payloadAt: 12,
      end: 12,
      malformed: false,
      issues: [],
    });
    expect(encodeControl({ tunnelId: 0x4ce2, sessionId: 0, ns: 2, nr: 3 }, NO_OCTETS)).toEqual(octets);
  });

  test("the Linux kernel: data without any optional field", () => {
    const octets = fromHex("0002 bad7 c67a ff03 c021 0502 0010 5573 6572 2072 6571 7565 7374");
    expect(viewHeader(octets)).toMatchObject({
      t: false,
      l: false,
      s: false,
      length: undefined,
      tunnelId: 0xbad7,
      sessionId: 0xc67a,
      ns: undefined,
      fieldAt: { flags: 0, tunnelId: 2, sessionId: 4 },
      payloadAt: 6,
      end: octets.length,
      malformed: false,
      issues: [],
    });
    expect(encodeData({ tunnelId: 0xbad7, sessionId: 0xc67a }, octets.slice(6))).toEqual(octets);
  });
});

/** RFC 2661 §3.1: each field takes space only if its bit is set, so all 16 mixes lie differently. */
describe.each(Array.from({ length: 16 }, (_, mix) => [mix & 1, mix & 2, mix & 4, mix & 8].map(Boolean)))(
  "data with L %o, S %o, O %o, P %o",
  (l, s, o, p) => {
    const payload = fromHex("ff03 c021");
    const padding = fromHex("aa bb cc");
    const octets = encodeData(
      {
        tunnelId: 0x0102,
        sessionId: 0x0304,
        priority: p,
        length: l,
        ...(s && { ns: 0x0506, nr: 0x0708 }),
        ...(o && { offset: padding }),
      },
      payload,
    );
    const flags = 2 | (l ? 0x4000 : 0) | (s ? 0x0800 : 0) | (o ? 0x0200 : 0) | (p ? 0x0100 : 0);
    const length = 6 + (l ? 2 : 0) + (s ? 4 : 0) + (o ? 5 : 0) + payload.length;
    const field = (value: number): string => value.toString(16).padStart(4, "0");

    test("is written field by field", () =>
      expect(hex(octets)).toBe(
        [field(flags), l ? field(length) : "", "01020304", s ? "05060708" : "", o ? "0003aabbcc" : "", "ff03c021"].join(
          "",
        ),
      ));

    test("is read back", () => {
      const view = viewHeader(octets);
      expect(view).toMatchObject({
        flags,
        t: false,
        l,
        s,
        o,
        p,
        length: l ? length : undefined,
        tunnelId: 0x0102,
        sessionId: 0x0304,
        ns: s ? 0x0506 : undefined,
        nr: s ? 0x0708 : undefined,
        offsetSize: o ? 3 : undefined,
        payloadAt: octets.length - payload.length,
        end: octets.length,
        malformed: false,
        issues: [],
      });
      for (const [name, at] of Object.entries(view.fieldAt)) {
        const value = (octets[at] as number) * 256 + (octets[at + 1] as number);
        expect([name, value]).toEqual([name, view[name as keyof typeof view.fieldAt]]);
      }
    });

    test("cut anywhere in the header it is malformed, and no field is made up", () => {
      const header = octets.length - payload.length;
      for (let n = 0; n < header; n++) {
        const view = viewHeader(octets.slice(0, n));
        expect(view.malformed).toBe(true);
        expect(view.payloadAt).toBeLessThanOrEqual(view.end);
        for (const at of Object.values(view.fieldAt)) expect(at + 2).toBeLessThanOrEqual(n);
      }
    });
  },
);

describe("edges of each field", () => {
  test.each([0, 1, 0x7fff, 0x8000, 0xffff])("%i in tunnel, session, Ns and Nr", (n) => {
    const view = viewHeader(encodeControl({ tunnelId: n, sessionId: n, ns: n, nr: n }, NO_OCTETS));
    expect(view).toMatchObject({ tunnelId: n, sessionId: n, ns: n, nr: n, issues: [] });
  });
  test("a number that a field cannot hold is our own mistake", () =>
    expect(() => encodeControl({ tunnelId: 0x1_0000, sessionId: 0, ns: 0, nr: 0 }, NO_OCTETS)).toThrow(RangeError));
  test("the longest message that Length can tell", () => {
    const body = new Uint8Array(0xffff - 12);
    expect(viewHeader(encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, body)).issues).toEqual([]);
    expect(() => encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, new Uint8Array(0xffff))).toThrow(
      RangeError,
    );
  });
  test("an Offset Size of 0 is still a field", () =>
    expect(viewHeader(fromHex("0202 0001 0002 0000 ff03"))).toMatchObject({ offsetSize: 0, payloadAt: 8, issues: [] }));
});

describe("versions", () => {
  test.each([
    [0, "header-version"],
    [1, "header-version-l2f"],
    [3, "header-version-l2tpv3"],
    [4, "header-version"],
    [15, "header-version"],
  ])("Ver %i is named, and nothing behind it is read", (version, code) => {
    const octets = encodeControl({ tunnelId: 7, sessionId: 8, ns: 1, nr: 1 }, NO_OCTETS, { version });
    expect(viewHeader(octets)).toMatchObject({ version, tunnelId: 0, length: undefined, malformed: false });
    expect(viewHeader(octets).fieldAt).toEqual({ flags: 0 });
    expect(codes(octets)).toEqual([code]);
  });
});

/** One good message plus one lie: what is written, and what a reader makes of it. */
describe("tweaks", () => {
  const lies: readonly [string, HeaderTweak, string, readonly string[], boolean][] = [
    ["a reserved bit", { setBits: 0x2000 }, "e802 0010 0001 0002 0003 0004 eeee eeee", ["header-reserved"], false],
    ["all of them", { setBits: 0x34f0 }, "fcf2 0010 0001 0002 0003 0004 eeee eeee", ["header-reserved"], false],
    ["P", { setBits: 0x0100 }, "c902 0010 0001 0002 0003 0004 eeee eeee", ["header-control-p"], false],
    ["no Length", { omitLength: true }, "8802 0001 0002 0003 0004 eeee eeee", ["header-control-l"], true],
    ["no Ns and Nr", { omitSequence: true }, "c002 000c 0001 0002 eeee eeee", ["header-control-s"], true],
    [
      "an offset",
      { offset: fromHex("aa") },
      "ca02 0013 0001 0002 0003 0004 0001 aa eeee eeee",
      ["header-control-o"],
      false,
    ],
    ["Length one too long", { length: 17 }, "c802 0011 0001 0002 0003 0004 eeee eeee", ["header-length-long"], true],
    ["Length 11", { length: 11 }, "c802 000b 0001 0002 0003 0004 eeee eeee", ["header-length-short"], true],
    ["Length 0", { length: 0 }, "c802 0000 0001 0002 0003 0004 eeee eeee", ["header-length-short"], true],
    [
      "octets past Length",
      { trailing: fromHex("00") },
      "c802 0010 0001 0002 0003 0004 eeee eeee 00",
      ["header-length-trailing"],
      false,
    ],
    ["a cut", { truncateTo: 10 }, "c802 0010 0001 0002 0003", ["header-cut", "header-length-long"], true],
    [
      "other numbers",
      { tunnelId: 5, sessionId: 6, ns: 7, nr: 8 },
      "c802 0010 0005 0006 0007 0008 eeee eeee",
      [],
      false,
    ],
  ];
  test.each(lies)("%s", (_lie, tweak, octets, expected, malformed) => {
    const written = encodeControl({ tunnelId: 1, sessionId: 2, ns: 3, nr: 4 }, fromHex("eeee eeee"), tweak);
    expect(written).toEqual(fromHex(octets));
    expect(codes(written)).toEqual(expected);
    expect(viewHeader(written).malformed).toBe(malformed);
  });

  test("several at once are all reported", () => {
    const tweak = { omitLength: true, omitSequence: true, setBits: 0x1110 };
    const octets = encodeControl({ tunnelId: 1, sessionId: 2, ns: 3, nr: 4 }, NO_OCTETS, tweak);
    expect(codes(octets)).toEqual(["header-reserved", "header-control-l", "header-control-s", "header-control-p"]);
  });

  test("bits and layout are apart: L cleared, its field left", () => {
    const octets = encodeControl({ tunnelId: 1, sessionId: 2, ns: 3, nr: 4 }, NO_OCTETS, { clearBits: 0x4000 });
    expect(hex(octets)).toBe("8802000c0001000200030004");
    expect(viewHeader(octets)).toMatchObject({ tunnelId: 0x000c, sessionId: 1, ns: 2, nr: 3 });
  });

  test("flags stand as they are given, later bits on top of them", () => {
    const octets = encodeData({ tunnelId: 1, sessionId: 2 }, NO_OCTETS, {
      flags: 0xffff,
      clearBits: 0x8000,
      version: 3,
    });
    expect(hex(octets)).toBe("7ff300010002");
  });

  test("an Offset Size that points past the end", () => {
    const offset = fromHex("aaaa");
    const octets = encodeData({ tunnelId: 1, sessionId: 2, offset }, fromHex("ff03"), { offsetSize: 5 });
    expect(codes(octets)).toEqual(["header-offset-long"]);
    expect(viewHeader(octets)).toMatchObject({ payloadAt: octets.length, end: octets.length, malformed: true });
    const exact = encodeData({ tunnelId: 1, sessionId: 2, offset }, fromHex("ff03"), { offsetSize: 4 });
    expect(viewHeader(exact)).toMatchObject({ payloadAt: exact.length, malformed: false, issues: [] });
  });
});

describe("Length against what else the datagram holds", () => {
  test("a bare header followed by octets that Length does not count", () => {
    const zlb = encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, NO_OCTETS, { trailing: fromHex("00 00") });
    expect(codes(zlb)).toEqual(["header-length-trailing"]);
    expect(viewHeader(zlb)).toMatchObject({ payloadAt: 12, end: 12, malformed: false });
  });
  test("an Offset Size that stays in the datagram but passes Length", () => {
    const octets = fromHex("4202 000c 0001 0002 0004 aaaa ff03 c021");
    expect(codes(octets)).toEqual(["header-length-trailing", "header-offset-long"]);
    expect(viewHeader(octets)).toMatchObject({ payloadAt: 12, end: 12, malformed: true });
  });
});

test("offsets are absolute, and only the given part is read", () => {
  const inner = encodeControl({ tunnelId: 9, sessionId: 0, ns: 1, nr: 2 }, NO_OCTETS);
  const view = viewHeader(concat(fromHex("c802 ffff"), inner, fromHex("1234")), 4, 16);
  expect(view).toMatchObject({ at: 4, end: 16, tunnelId: 9, payloadAt: 16, issues: [] });
  expect(view.fieldAt).toEqual({ flags: 4, length: 6, tunnelId: 8, sessionId: 10, ns: 12, nr: 14 });
});
