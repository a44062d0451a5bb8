import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, ofText, ofU16 } from "#wire/octets";
import {
  AVP_NAMES,
  AVPS,
  type AvpName,
  avpOf,
  type AvpTweak,
  type AvpValues,
  type AvpView,
  encodeAvp,
  rowOf,
  unknownAvp,
  valueOfAvp,
  viewAvps,
} from "./avp.ts";
import { hide } from "./hiding.ts";

const only = (octets: Uint8Array): AvpView => {
  const { avps, restAt } = viewAvps(octets);
  expect([avps.length, restAt]).toEqual([1, octets.length]);
  return avps[0] as AvpView;
};
const codes = (octets: Uint8Array): string[] => viewAvps(octets).avps.flatMap((avp) => avp.issues.map((i) => i.code));

type Vector = { [N in AvpName]: readonly [N, AvpValues[N], string] }[AvpName];

/** Octets as they stand in captures of xl2tpd, l2tpns and a test client, then those that only the RFC's figures give. */
const VECTORS: readonly Vector[] = [
  ["messageType", 1, "8008 0000 0000 0001"],
  ["protocolVersion", 0x0100, "8008 0000 0002 0100"],
  ["framingCapabilities", 3, "800a 0000 0003 00000003"],
  ["bearerCapabilities", 0, "800a 0000 0004 00000000"],
  ["firmwareRevision", 0x0690, "0008 0000 0006 0690"],
  ["hostName", "lac", "8009 0000 0007 6c6163"],
  ["vendorName", "xelerance.com", "0013 0000 0008 78656c6572616e63652e636f6d"],
  ["assignedTunnelId", 0x4ce2, "8008 0000 0009 4ce2"],
  ["receiveWindowSize", 4, "8008 0000 000a 0004"],
  ["challenge", fromHex("7afe0ba5ecb42db9e2a7afa46dbeef14"), "8016 0000 000b 7afe0ba5ecb42db9e2a7afa46dbeef14"],
  ["challengeResponse", fromHex("226014701688075ee8f93a5b8e4a1d58"), "8016 0000 000d 226014701688075ee8f93a5b8e4a1d58"],
  ["resultCode", { result: 1 }, "8008 0000 0001 0001"],
  ["resultCode", { result: 1, error: 0 }, "800a 0000 0001 0001 0000"],
  ["resultCode", { result: 1, error: 0, message: "Goodbye!" }, "8012 0000 0001 0001 0000 476f6f6462796521"],
  ["assignedSessionId", 0x6af9, "8008 0000 000e 6af9"],
  ["callSerialNumber", 1, "800a 0000 000f 00000001"],
  ["minimumBps", 9600, "800a 0000 0010 00002580"],
  ["maximumBps", 100_000, "800a 0000 0011 000186a0"],
  ["bearerType", 1, "800a 0000 0012 00000001"],
  ["framingType", 1, "800a 0000 0013 00000001"],
  ["calledNumber", "555", "8009 0000 0015 353535"],
  ["txConnectSpeed", 100_000_000, "800a 0000 0018 05f5e100"],
  ["rxConnectSpeed", 100_000_000, "000a 0000 0026 05f5e100"],
  ["initialReceivedLcpConfReq", fromHex("010405b4050661626364"), "0010 0000 001a 010405b4050661626364"],
  ["lastSentLcpConfReq", fromHex("010405b40305c223050506 65666768"), "0015 0000 001b 010405b40305c22305050665666768"],
  ["lastReceivedLcpConfReq", fromHex("010405b4050661626364"), "0010 0000 001c 010405b4050661626364"],
  ["proxyAuthenType", 2, "0008 0000 001d 0002"],
  ["proxyAuthenName", "alice", "000b 0000 001e 616c696365"],
  ["proxyAuthenChallenge", fromHex("17649d7a2e5fe74d"), "000e 0000 001f 17649d7a2e5fe74d"],
  ["proxyAuthenId", 7, "0008 0000 0020 0007"],
  ["proxyAuthenResponse", fromHex("3f7c61ec5dde614c"), "000e 0000 0021 3f7c61ec5dde614c"],
  ["randomVector", fromHex("5053671df8977da745d21ec7ca073394"), "8016 0000 0024 5053671df8977da745d21ec7ca073394"],
  ["sequencingRequired", true, "8006 0000 0027"],

  ["tieBreaker", fromHex("0102030405060708"), "000e 0000 0005 0102030405060708"],
  ["q931CauseCode", { cause: 16, msg: 0x45 }, "8009 0000 000c 0010 45"],
  ["q931CauseCode", { cause: 16, msg: 0x45, advisory: "bye" }, "800c 0000 000c 0010 45 627965"],
  ["callingNumber", "4711", "800a 0000 0016 34373131"],
  ["subAddress", "9", "8007 0000 0017 39"],
  ["physicalChannelId", 0x80000001, "000a 0000 0019 80000001"],
  [
    "callErrors",
    {
      crcErrors: 1,
      framingErrors: 0x10002,
      hardwareOverruns: 3,
      bufferOverruns: 4,
      timeoutErrors: 0xffffffff,
      alignmentErrors: 6,
    },
    "8020 0000 0022 0000 00000001 00010002 00000003 00000004 ffffffff 00000006",
  ],
  ["accm", { send: 0xffffffff, receive: 0x000a0000 }, "8010 0000 0023 0000 ffffffff 000a0000"],
  ["privateGroupId", fromHex("626c7565"), "000a 0000 0025 626c7565"],
  ["pppDisconnectCause", { code: 3, protocol: 0xc021, direction: 2 }, "000b 0000 002e 0003 c021 02"],
  [
    "pppDisconnectCause",
    { code: 16, protocol: 0xc223, direction: 1, message: "näh" },
    "000f 0000 002e 0010 c223 01 6ec3a468",
  ],
];

describe("vectors", () => {
  test.each(VECTORS)("%s %j", (name, value, octets) => {
    expect(hex(encodeAvp(avpOf(name, value)))).toBe(octets.replaceAll(" ", ""));
    expect(only(fromHex(octets))).toMatchObject({ name, value, malformed: false, issues: [] });
  });
  test("there is one for each row", () => {
    expect(new Set(VECTORS.map(([name]) => name))).toEqual(new Set(AVP_NAMES));
  });
});

describe("every truncation", () => {
  test.each(VECTORS)("%s %j", (_name, _value, octets) => {
    const whole = fromHex(octets);
    for (let n = 0; n < whole.length; n++) {
      const { avps, restAt } = viewAvps(whole.slice(0, n));
      if (n < 6) expect([avps.length, restAt]).toEqual([0, 0]);
      else expect(avps).toMatchObject([{ value: undefined, valueEnd: n, malformed: true }]);
    }
  });
});

/** RFC 2661 §4.4, RFC 3145 §2: the value lengths that the text gives, with those next to them. */
describe("lengths of the value", () => {
  const LENGTHS: readonly [AvpName, right: readonly number[], wrong: readonly number[]][] = [
    ["messageType", [2], [0, 1, 3]],
    ["resultCode", [2, 4, 5, 1017], [0, 1, 3]],
    ["protocolVersion", [2], [0, 1, 3]],
    ["framingCapabilities", [4], [0, 3, 5]],
    ["bearerCapabilities", [4], [0, 3, 5]],
    ["tieBreaker", [8], [0, 7, 9]],
    ["firmwareRevision", [2], [0, 1, 3]],
    ["hostName", [1, 1017], [0]],
    ["vendorName", [0, 1, 1017], []],
    ["assignedTunnelId", [2], [0, 1, 3, 4]],
    ["receiveWindowSize", [2], [0, 1, 3, 4]],
    ["challenge", [1, 1017], [0]],
    ["q931CauseCode", [3, 4, 1017], [0, 2]],
    ["challengeResponse", [16], [0, 15, 17]],
    ["assignedSessionId", [2], [0, 1, 3, 4]],
    ["callSerialNumber", [4], [0, 2, 3, 5]],
    ["minimumBps", [4], [3, 5]],
    ["maximumBps", [4], [3, 5]],
    ["bearerType", [4], [3, 5]],
    ["framingType", [4], [3, 5]],
    ["calledNumber", [0, 1, 1017], []],
    ["callingNumber", [0, 1, 1017], []],
    ["subAddress", [0, 1, 1017], []],
    ["txConnectSpeed", [4], [2, 3, 5]],
    ["physicalChannelId", [4], [3, 5]],
    ["initialReceivedLcpConfReq", [0, 1017], []],
    ["lastSentLcpConfReq", [0, 1017], []],
    ["lastReceivedLcpConfReq", [0, 1017], []],
    ["proxyAuthenType", [2], [1, 3]],
    ["proxyAuthenName", [0, 1017], []],
    ["proxyAuthenChallenge", [1, 1017], [0]],
    ["proxyAuthenId", [2], [1, 3]],
    ["proxyAuthenResponse", [0, 1017], []],
    ["callErrors", [26], [24, 25, 27]],
    ["accm", [10], [8, 9, 11]],
    ["randomVector", [0, 1, 16, 1017], []],
    ["privateGroupId", [0, 1017], []],
    ["rxConnectSpeed", [4], [2, 3, 5]],
    ["sequencingRequired", [0], [1]],
    ["pppDisconnectCause", [5, 6, 1017], [0, 4]],
  ];
  test.each(LENGTHS)("%s: %j fit, %j do not", (name, right, wrong) => {
    const of = (n: number): AvpView => {
      const { type, m } = rowOf(name);
      return only(concat(ofU16((m << 15) | (6 + n), 0, type), new Uint8Array(n).fill(1)));
    };
    for (const n of right) expect(of(n).value).toBeDefined();
    for (const n of wrong) {
      expect(of(n)).toMatchObject({ name, value: undefined, malformed: true, issues: [{ code: "avp-length", at: 6 }] });
    }
  });
  test("every row is here", () => expect(LENGTHS.map(([name]) => name)).toEqual(AVP_NAMES));
});

describe("values at their edges", () => {
  test.each(["assignedTunnelId", "assignedSessionId", "receiveWindowSize"] as const)(
    "%s: 0 is refused on the way in and allowed on the way out",
    (name) => {
      const octets = encodeAvp(avpOf(name, 0));
      expect(only(octets)).toMatchObject({ value: 0, malformed: true, issues: [{ code: "avp-range" }] });
      expect(only(encodeAvp(avpOf(name, 0xffff)))).toMatchObject({ value: 0xffff, malformed: false, issues: [] });
      expect(() => encodeAvp(avpOf(name, 0x10000))).toThrow(RangeError);
    },
  );
  test("reserved mask bits are reported and do not make the AVP malformed", () => {
    for (const name of ["framingCapabilities", "bearerCapabilities", "framingType", "bearerType"] as const) {
      const view = only(encodeAvp(avpOf(name, 0x8000_0003)));
      expect(view).toMatchObject({ value: 0x8000_0003, malformed: false, issues: [{ code: "avp-reserved-field" }] });
    }
  });
  test.each([
    ["accm", "8010 0000 0023 0001 ffffffff 000a0000"],
    ["callErrors", `8020 0000 0022 8000 ${"00000000".repeat(6)}`],
    ["proxyAuthenId", "0008 0000 0020 0100"],
    ["pppDisconnectCause", "000b 0000 002e 0003 c021 03"],
  ])("%s: a reserved octet that is not 0", (name, octets) => {
    expect(only(fromHex(octets))).toMatchObject({ name, malformed: false, issues: [{ code: "avp-reserved-field" }] });
  });
  test.each([
    ["vendorName", "0007 0000 0008 ff"],
    ["resultCode", "800b 0000 0001 0002 0006 c3"],
    ["pppDisconnectCause", "000c 0000 002e 0003 c021 02 80"],
    ["calledNumber", "8008 0000 0015 c3a4"],
    ["q931CauseCode", "800a 0000 000c 0010 45 80"],
  ])("%s: text in another charset than the RFC names", (name, octets) => {
    expect(only(fromHex(octets))).toMatchObject({ name, malformed: false, issues: [{ code: "avp-text" }] });
  });
  test.each([
    ["hostName", "8007 0000 0007 ff"],
    ["proxyAuthenName", "0007 0000 001e ff"],
  ])("%s: the RFC names no charset", (name, octets) => {
    expect(only(fromHex(octets))).toMatchObject({ name, value: "\ufffd", issues: [] });
  });
  test("a message needs an Error Code before it", () => {
    expect(hex(encodeAvp(avpOf("resultCode", { result: 2, message: "x" })))).toBe("800b000000010002000078");
  });
});

describe("M and H against the table", () => {
  test.each(AVP_NAMES)("%s", (name) => {
    const row = rowOf(name);
    const m = row.m === 1 ? 0 : 1;
    const good = VECTORS.find(([of]) => of === name);
    const value = fromHex(good?.[2] ?? "").slice(6);
    const other = only(encodeAvp(unknownAvp(0, row.type, value, { m })));
    expect(other).toMatchObject({ m: m === 1, name, malformed: false, issues: [{ code: "avp-m-bit", at: 0 }] });

    const hidden = codes(encodeAvp(unknownAvp(0, row.type, value, { m: row.m, h: 1 })));
    expect(hidden.includes("avp-h-bit")).toBe(row.h === 0);
  });
  test("an unknown Message Type may have either M (RFC 2661 §4.4.1)", () => {
    expect(only(encodeAvp(avpOf("messageType", 77, { m: 0 }))).issues).toEqual([]);
    expect(only(encodeAvp(avpOf("messageType", 77))).issues).toEqual([]);
  });
});

describe("not recognised", () => {
  test("an unknown type, another vendor", () => {
    for (const avp of [
      unknownAvp(0, 20, fromHex("01")),
      unknownAvp(43, 46, fromHex("01")),
      unknownAvp(9, 7, ofText("x")),
    ]) {
      expect(only(encodeAvp(avp))).toMatchObject({ name: undefined, value: undefined, malformed: false, issues: [] });
    }
  });
  test("an empty value", () =>
    expect(only(fromHex("0006 0009 0001"))).toMatchObject({ vendor: 9, type: 1, valueAt: 6, valueEnd: 6, issues: [] }));
  test.each([1, 2, 4, 8, 15])("any AVP with reserved bits %i (RFC 2661 §4.1)", (reserved) => {
    const octets = encodeAvp(avpOf("hostName", "lac", { reserved }));
    expect(only(octets)).toMatchObject({
      name: undefined,
      value: undefined,
      reserved,
      issues: [{ code: "avp-reserved" }],
    });
  });
});

/** One good AVP plus one lie. */
describe("tweaks", () => {
  const lies: readonly [AvpTweak, string, readonly string[]][] = [
    [{ m: 0 }, "0008 0000 0009 0102", ["avp-m-bit"]],
    [{ h: 1 }, "c008 0000 0009 0102", ["avp-hidden-without-vector"]],
    [{ reserved: 15 }, "bc08 0000 0009 0102", ["avp-reserved"]],
    [{ vendor: 9 }, "8008 0009 0009 0102", []],
    [{ type: 14 }, "8008 0000 000e 0102", []],
    [{ length: 9 }, "8009 0000 0009 0102", ["avp-overrun"]],
    [{ length: 1023 }, "83ff 0000 0009 0102", ["avp-overrun"]],
    [{ length: 5 }, "8005 0000 0009 0102", ["avp-length-short"]],
    [{ length: 0 }, "8000 0000 0009 0102", ["avp-length-short"]],
    [{ value: fromHex("00010203") }, "800a 0000 0009 00010203", ["avp-length"]],
    [{ value: fromHex("") }, "8006 0000 0009", ["avp-length"]],
  ];
  test.each(lies)("%j", (tweak, octets, expected) => {
    const written = encodeAvp(avpOf("assignedTunnelId", 0x0102, tweak));
    expect(hex(written)).toBe(octets.replaceAll(" ", ""));
    expect(codes(written)).toEqual(expected);
  });
  test("a Length shorter than the value leaves octets that are no AVP", () =>
    expect(viewAvps(encodeAvp(avpOf("assignedTunnelId", 1, { length: 7 })))).toMatchObject({ avps: [{}], restAt: 7 }));
  test("a value that Length cannot tell is refused, unless Length is given", () => {
    const most = encodeAvp(avpOf("hostName", "x".repeat(1017)));
    expect(most).toHaveLength(1023);
    expect(only(most).value).toHaveLength(1017);
    expect(() => encodeAvp(avpOf("hostName", "x".repeat(1018)))).toThrow(/hostName/);
    expect(encodeAvp(avpOf("hostName", "x".repeat(1018), { length: 6 }))).toHaveLength(1024);
    expect(() => encodeAvp(avpOf("hostName", "x", { length: 1024 }))).toThrow(RangeError);
  });
});

test("a broken Length ends the list: what follows cannot be found", () => {
  const octets = concat(
    encodeAvp(avpOf("assignedTunnelId", 1)),
    encodeAvp(avpOf("hostName", "lac", { length: 4 })),
    encodeAvp(avpOf("protocolVersion", 0x0100)),
  );
  expect(viewAvps(octets)).toMatchObject({
    avps: [
      { name: "assignedTunnelId" },
      { name: "hostName", at: 8, length: 4, valueEnd: octets.length, malformed: true },
    ],
    restAt: octets.length,
  });
});

test("an end past the octets is no invitation to read on", () => {
  const octets = encodeAvp(avpOf("hostName", "lac"));
  expect(viewAvps(octets, 0, 99)).toEqual(viewAvps(octets));
  expect(viewAvps(octets.slice(0, 8), 0, 9).avps).toMatchObject([{ valueEnd: 8, malformed: true }]);
});

test("octets in a value are a copy", () => {
  const octets = encodeAvp(avpOf("challenge", fromHex("0102")));
  const { value } = only(octets);
  octets.fill(0xff);
  expect(value).toEqual(fromHex("0102"));
});

describe("hidden", () => {
  const secret = ofText("tunnelsecret");
  const first = fromHex("00112233445566778899aabbccddeeff");
  const second = fromHex("0f");
  const body = concat(
    ...[
      avpOf("randomVector", first),
      avpOf("assignedSessionId", 77, { hide: { secret, randomVector: first } }),
      avpOf("calledNumber", "5559999", { hide: { secret, randomVector: first, padding: fromHex("aabbccddee") } }),
      avpOf("randomVector", second),
      avpOf("proxyAuthenResponse", new Uint8Array(33).fill(7), { hide: { secret, randomVector: second } }),
      unknownAvp(9, 1, fromHex("abcd"), { m: 1, hide: { secret, randomVector: second } }),
    ].map(encodeAvp),
  );

  test("each is opened with the last vector before it", () => {
    const { avps } = viewAvps(body, 0, body.length, { tunnelSecret: secret });
    expect(avps.map((avp) => avp.value)).toEqual([first, 77, "5559999", second, new Uint8Array(33).fill(7), undefined]);
    expect(avps.map((avp) => avp.revealed && hex(avp.revealed))).toEqual([
      undefined,
      "004d",
      "35353539393939",
      undefined,
      "07".repeat(33),
      "abcd",
    ]);
    expect(avps.flatMap((avp) => avp.issues)).toEqual([]);
    expect(avps[1]).toMatchObject({ h: true, m: true, length: 10 });
    expect(avps[2]).toMatchObject({ h: true, length: 6 + 2 + 7 + 5 });
  });
  test("without a secret there is no value and nothing to complain of", () => {
    const { avps } = viewAvps(body);
    expect(avps[1]).toMatchObject({ name: "assignedSessionId", value: undefined, malformed: false, issues: [] });
  });
  test("with another secret the length gives it away, mostly", () => {
    const { avps } = viewAvps(body, 0, body.length, { tunnelSecret: ofText("other") });
    expect(avps[1]).toMatchObject({
      value: undefined,
      malformed: true,
      issues: [{ code: "avp-hidden-length", at: 28 }],
    });
  });
  test("values written down earlier need no secret", () => {
    const reveal = (at: number): Uint8Array | undefined => (at === 22 ? fromHex("004d") : undefined);
    const { avps } = viewAvps(body, 0, body.length, { reveal });
    expect(avps[1]).toMatchObject({ at: 22, value: 77, malformed: false, issues: [] });
    expect(avps[2]?.value).toBeUndefined();
  });
  test("a vector that comes later does not count", () => {
    const hidden = encodeAvp(avpOf("assignedSessionId", 77, { hide: { secret, randomVector: first } }));
    const octets = concat(hidden, encodeAvp(avpOf("randomVector", first)));
    const { avps } = viewAvps(octets, 0, octets.length, { tunnelSecret: secret });
    expect(avps[0]).toMatchObject({
      value: undefined,
      malformed: true,
      issues: [{ code: "avp-hidden-without-vector" }],
    });
  });
  test.each([0, 1])("%i octets cannot be a hidden value, secret or not", (n) => {
    const octets = concat(
      encodeAvp(avpOf("randomVector", first)),
      encodeAvp(avpOf("assignedSessionId", 1, { h: 1, value: new Uint8Array(n) })),
    );
    for (const secrets of [{}, { tunnelSecret: secret }]) {
      const { avps } = viewAvps(octets, 0, octets.length, secrets);
      expect(avps[1]).toMatchObject({ value: undefined, malformed: true, issues: [{ code: "avp-hidden-length" }] });
    }
  });
  test("a clear value of a wrong length is found after the hiding is undone", () => {
    const octets = concat(
      encodeAvp(avpOf("randomVector", first)),
      encodeAvp(avpOf("assignedSessionId", 1, { value: fromHex("000001"), hide: { secret, randomVector: first } })),
    );
    const { avps } = viewAvps(octets, 0, octets.length, { tunnelSecret: secret });
    expect(avps[1]).toMatchObject({ value: undefined, malformed: true, issues: [{ code: "avp-length", at: 28 }] });
  });
  test("one that must not be hidden is reported and read all the same", () => {
    const octets = concat(
      encodeAvp(avpOf("randomVector", first)),
      encodeAvp(avpOf("hostName", "lac", { hide: { secret, randomVector: first } })),
    );
    const { avps } = viewAvps(octets, 0, octets.length, { tunnelSecret: secret });
    expect(avps[1]).toMatchObject({ value: "lac", malformed: false, issues: [{ code: "avp-h-bit" }] });
  });
  test("the type on the wire is what keys the cipher, also when it is a lie", () => {
    const octets = encodeAvp(avpOf("assignedSessionId", 77, { type: 9, hide: { secret, randomVector: first } }));
    expect(hex(octets, 6)).toBe(hex(hide(9, fromHex("004d"), secret, first)));
  });
});

describe("valueOfAvp", () => {
  const back = (octets: string, tunnelSecret?: Uint8Array): unknown => {
    const whole = fromHex(octets);
    const { avps } = viewAvps(whole, 0, whole.length, tunnelSecret && { tunnelSecret });
    const last = avps.at(-1) as AvpView;
    const avp = valueOfAvp(last, whole);
    expect(hex(encodeAvp(avp))).toBe(hex(whole, last.at, last.valueEnd));
    return avp;
  };
  test("a good AVP needs no tweak", () =>
    expect(back("8008 0000 0009 4ce2")).toEqual({ name: "assignedTunnelId", value: 0x4ce2 }));
  test("another M is a tweak", () =>
    expect(back("0008 0000 0009 4ce2")).toEqual({ name: "assignedTunnelId", value: 0x4ce2, tweak: { m: 0 } }));
  test("octets that the value does not tell are a tweak", () =>
    expect(back("8010 0000 0023 0001 ffffffff 000a0000")).toEqual({
      name: "accm",
      value: { send: 0xffffffff, receive: 0x000a0000 },
      tweak: { value: fromHex("0001 ffffffff 000a0000") },
    }));
  test("what is not recognised is raw", () =>
    expect(back("bc08 0000 0009 4ce2")).toEqual({
      vendor: 0,
      type: AVPS.assignedTunnelId.type,
      octets: fromHex("4ce2"),
      tweak: { m: 1, reserved: 15 },
    }));
  test("so is what has a wrong length", () =>
    expect(back("8040 0000 0009 4ce2")).toEqual({
      vendor: 0,
      type: 9,
      octets: fromHex("4ce2"),
      tweak: { m: 1, length: 64 },
    }));
  test("a hidden AVP keeps its cipher text beside its value", () =>
    expect(
      back("8016 0000 0024 6f0c2503ffc5310348f6ea21323d7f85 c00a 0000 000e d88ab820", ofText("tunnelsecret")),
    ).toEqual({ name: "assignedSessionId", value: 77, tweak: { h: 1, value: fromHex("d88ab820") } }));
  test("and is raw when it stays hidden", () =>
    expect(back("c00a 0000 000e d88ab820")).toEqual({
      vendor: 0,
      type: 14,
      octets: fromHex("d88ab820"),
      tweak: { m: 1, h: 1 },
    }));
});
