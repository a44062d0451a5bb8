import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, NO_OCTETS, ofText } from "#wire/octets";
import { type Avp, avpOf, encodeAvp, unknownAvp } from "./avp.ts";
import { encodeControl, encodeData, type HeaderTweak } from "./header.ts";
import { challengeResponse } from "./hiding.ts";
import {
  avpIn,
  type ControlMessage,
  encodeMessage,
  type L2tpView,
  message,
  MESSAGE_NAMES,
  type MessageName,
  MESSAGES,
  valueOf,
  viewL2tp,
} from "./message.ts";

const datagram = (m: ControlMessage, tweak?: HeaderTweak): Uint8Array =>
  encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(m), tweak);
const view = (m: ControlMessage, tweak?: HeaderTweak): L2tpView => viewL2tp(datagram(m, tweak));
const codes = (seen: L2tpView): string[] => seen.issues.map((issue) => issue.code);

/** A message of each type with just what RFC 2661 §6 demands. */
const LEAST: Record<MessageName, readonly Avp[]> = {
  SCCRQ: [
    avpOf("protocolVersion", 0x0100),
    avpOf("hostName", "lac"),
    avpOf("framingCapabilities", 3),
    avpOf("assignedTunnelId", 7),
  ],
  SCCRP: [
    avpOf("protocolVersion", 0x0100),
    avpOf("framingCapabilities", 3),
    avpOf("hostName", "lns"),
    avpOf("assignedTunnelId", 8),
  ],
  SCCCN: [],
  StopCCN: [avpOf("assignedTunnelId", 7), avpOf("resultCode", { result: 1 })],
  HELLO: [],
  OCRQ: [
    avpOf("assignedSessionId", 1),
    avpOf("callSerialNumber", 1),
    avpOf("minimumBps", 1),
    avpOf("maximumBps", 2),
    avpOf("bearerType", 1),
    avpOf("framingType", 1),
    avpOf("calledNumber", "1"),
  ],
  OCRP: [avpOf("assignedSessionId", 1)],
  OCCN: [avpOf("txConnectSpeed", 1), avpOf("framingType", 1)],
  ICRQ: [avpOf("assignedSessionId", 1), avpOf("callSerialNumber", 1)],
  ICRP: [avpOf("assignedSessionId", 1)],
  ICCN: [avpOf("txConnectSpeed", 1), avpOf("framingType", 1)],
  CDN: [avpOf("resultCode", { result: 3 }), avpOf("assignedSessionId", 1)],
  WEN: [
    avpOf("callErrors", {
      crcErrors: 1,
      framingErrors: 0,
      hardwareOverruns: 0,
      bufferOverruns: 0,
      timeoutErrors: 0,
      alignmentErrors: 0,
    }),
  ],
  SLI: [avpOf("accm", { send: 0xffffffff, receive: 0xffffffff })],
};

/** UDP payloads of captures; `seen` is what tshark says of them. */
describe("vectors from captures", () => {
  test("xl2tpd: SCCRQ with a Challenge, and the answers to both Challenges", () => {
    const sccrq = fromHex(`
      c802 007a 0000 0000 0000 0000  8008 0000 0000 0001  8008 0000 0002 0100  800a 0000 0003 00000003
      800a 0000 0004 00000000  0008 0000 0006 0690  8009 0000 0007 6c6163
      0013 0000 0008 78656c6572616e63652e636f6d  8008 0000 0009 4ce2  8008 0000 000a 0004
      8016 0000 000b 7afe0ba5ecb42db9e2a7afa46dbeef14`);
    const sccrp = fromHex(`
      c802 0090 4ce2 0000 0000 0001  8008 0000 0000 0002  8008 0000 0002 0100  800a 0000 0003 00000003
      800a 0000 0004 00000000  0008 0000 0006 0690  8009 0000 0007 6c6e73
      0013 0000 0008 78656c6572616e63652e636f6d  8008 0000 0009 bad7  8008 0000 000a 0004
      8016 0000 000d 226014701688075ee8f93a5b8e4a1d58  8016 0000 000b 44f26e74eda3c4ba95ae280c34d66b64`);
    const scccn = fromHex(`
      c802 002a bad7 0000 0001 0001  8008 0000 0000 0003  8016 0000 000d 6c9f96ce08a50faf907074a10d141687`);
    const [request, reply, connected] = [sccrq, sccrp, scccn].map((octets) => viewL2tp(octets)) as [
      L2tpView,
      L2tpView,
      L2tpView,
    ];
    expect(request).toMatchObject({ kind: "control", type: "SCCRQ", typeNumber: 1, issues: [] });
    expect(valueOf(request, sccrq)).toEqual(
      message(
        "SCCRQ",
        avpOf("protocolVersion", 0x0100),
        avpOf("framingCapabilities", 3),
        avpOf("bearerCapabilities", 0),
        avpOf("firmwareRevision", 0x0690),
        avpOf("hostName", "lac"),
        avpOf("vendorName", "xelerance.com"),
        avpOf("assignedTunnelId", 0x4ce2),
        avpOf("receiveWindowSize", 4),
        avpOf("challenge", fromHex("7afe0ba5ecb42db9e2a7afa46dbeef14")),
      ),
    );
    expect(encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(valueOf(request, sccrq)))).toEqual(
      sccrq,
    );
    expect([reply.type, connected.type, reply.issues, connected.issues]).toEqual(["SCCRP", "SCCCN", [], []]);
    const secret = ofText("tunsecret");
    for (const [asked, answered] of [
      [request, reply],
      [reply, connected],
    ] as const) {
      const challenge = avpIn(asked, "challenge") ?? NO_OCTETS;
      expect(avpIn(answered, "challengeResponse")).toEqual(
        challengeResponse(answered.typeNumber ?? 0, secret, challenge),
      );
    }
  });

  test.each([
    ["ICRQ", "c8020030bad7000000020001800800000000000a80080000000e6af9800a0000000f00000001800a0000001200000000", 27385],
    ["ICRP", "c802001c4ce26af900010003800800000000000b80080000000ec67a", 50810],
    ["CDN", "c80200290002000100040002800800000000000e800d000000010003000062796580080000000e0055", 85],
  ])("%s", (type, octets, assignedSessionId) => {
    const seen = viewL2tp(fromHex(octets));
    expect(seen).toMatchObject({ kind: "control", type, issues: [] });
    expect(avpIn(seen, "assignedSessionId")).toBe(assignedSessionId);
  });

  test("a test client: ICCN with proxy LCP and proxy authentication", () => {
    const octets = fromHex(`
      c802 00ae 0019 0007 0003 0002  8008 0000 0000 000c  800a 0000 0018 05f5e100  800a 0000 0013 00000001
      000a 0000 0026 05f5e100  0010 0000 001a 010405b4050661626364  0015 0000 001b 010405b40305c22305050665666768
      0010 0000 001c 010405b4050661626364  0008 0000 001d 0002  000b 0000 001e 616c696365
      0016 0000 001f 17649d7a2e5fe74dc1d6870c3a78e477  0008 0000 0020 0007
      0016 0000 0021 3f7c61ec5dde614c997c0b40efbd2d0f`);
    const seen = viewL2tp(octets);
    expect(seen).toMatchObject({ type: "ICCN", issues: [] });
    expect(seen.avps.map((avp) => avp.type)).toEqual([0, 24, 19, 38, 26, 27, 28, 29, 30, 31, 32, 33]);
    expect(avpIn(seen, "proxyAuthenName")).toBe("alice");
    expect(hex(encodeMessage(valueOf(seen, octets)))).toBe(hex(octets, 12));
  });

  test("a test client: ICRQ with hidden AVPs, which xl2tpd answered", () => {
    const octets = fromHex(`
      c802 0052 f55e 0000 0002 0001  8008 0000 0000 000a  8016 0000 0024 6f0c2503ffc5310348f6ea21323d7f85
      c00a 0000 000e d88ab820  800a 0000 000f 00000001  c014 0000 0015 f3eca2112b6cf9c763121e893709`);
    const open = viewL2tp(octets, 0, octets.length, { tunnelSecret: ofText("tunnelsecret") });
    expect([avpIn(open, "assignedSessionId"), avpIn(open, "calledNumber")]).toEqual([77, "5559999"]);
    expect(open.issues).toEqual([]);
    const closed = viewL2tp(octets);
    expect([avpIn(closed, "assignedSessionId"), avpIn(closed, "calledNumber")]).toEqual([undefined, undefined]);
    expect(closed.issues).toEqual([]);
    for (const seen of [open, closed]) expect(hex(encodeMessage(valueOf(seen, octets)))).toBe(hex(octets, 12));
  });
});

describe("kinds", () => {
  test("a ZLB has no AVP", () => {
    const octets = encodeControl({ tunnelId: 1, sessionId: 0, ns: 2, nr: 3 }, NO_OCTETS);
    expect(viewL2tp(octets)).toMatchObject({ kind: "zlb", type: undefined, avps: [], issues: [] });
    expect(encodeMessage(valueOf(viewL2tp(octets), octets))).toEqual(NO_OCTETS);
  });
  test("data has no AVP either, whatever it looks like", () => {
    const octets = encodeData({ tunnelId: 1, sessionId: 2 }, encodeMessage(message("HELLO")));
    expect(viewL2tp(octets)).toMatchObject({ kind: "data", type: undefined, avps: [], issues: [] });
    expect(() => valueOf(viewL2tp(octets), octets)).toThrow(RangeError);
  });
  test("another version is not read further", () => {
    expect(view(message("HELLO"), { version: 3 })).toMatchObject({ kind: "other-version", type: undefined, avps: [] });
  });
  test("a malformed header, with what can still be read", () => {
    expect(view(message("HELLO"), { omitLength: true })).toMatchObject({ kind: "malformed", type: "HELLO" });
    expect(view(message("HELLO"), { length: 999 })).toMatchObject({ kind: "malformed", type: "HELLO" });
    expect(viewL2tp(NO_OCTETS)).toMatchObject({ kind: "malformed", type: undefined, avps: [] });
    expect(viewL2tp(encodeData({ tunnelId: 1, sessionId: 2 }, NO_OCTETS).slice(0, 5)).kind).toBe("malformed");
  });
  test("the body of a control message begins behind the offset padding, if there is one", () => {
    expect(view(message("HELLO"), { offset: fromHex("aabbcc") })).toMatchObject({ kind: "control", type: "HELLO" });
  });
  test("octets behind Length are not read", () => {
    const seen = view(message("HELLO"), { trailing: encodeAvp(avpOf("hostName", "lac")) });
    expect(seen.avps).toHaveLength(1);
    expect(codes(seen)).toEqual(["header-length-trailing"]);
  });
});

describe.each(MESSAGE_NAMES)("%s", (type) => {
  const least = LEAST[type];
  test("with the least that it must carry has no issue and comes back", () => {
    const m = message(type, ...least);
    const octets = datagram(m);
    const seen = viewL2tp(octets);
    expect(seen).toMatchObject({ kind: "control", type, typeNumber: MESSAGES[type], issues: [] });
    expect(valueOf(seen, octets)).toEqual(m);
  });
  test("without one of them says which", () => {
    for (const missing of least) {
      const seen = view(message(type, ...least.filter((avp) => avp !== missing)));
      const name = "name" in missing ? missing.name : "";
      expect(seen.issues).toEqual([{ code: "avp-missing", at: 12, text: `${type} without ${name}` }]);
    }
    expect(codes(view(message(type)))).toEqual(least.map(() => "avp-missing"));
  });
  test("with an AVP of another message says so", () => {
    const stranger = type === "SLI" ? avpOf("hostName", "x") : avpOf("accm", { send: 0, receive: 0 });
    expect(codes(view(message(type, ...least, stranger)))).toEqual(["avp-not-allowed"]);
  });
  test("may carry Random Vectors and whatever the RFC does not know", () => {
    const extra = [
      avpOf("randomVector", fromHex("01")),
      avpOf("randomVector", fromHex("02")),
      unknownAvp(9, 7, fromHex("01")),
    ];
    expect(codes(view(message(type, ...least, ...extra)))).toEqual([]);
  });
  test("cut anywhere is not taken for whole", () => {
    const octets = datagram(message(type, ...least));
    const whole = viewL2tp(octets).avps;
    for (let n = 0; n < octets.length; n++) {
      const cut = viewL2tp(octets.slice(0, n));
      expect(cut.kind).toBe("malformed");
      const good = cut.avps.filter((avp) => !avp.malformed);
      expect(good).toEqual(whole.slice(0, good.length));
    }
  });
  test("cut anywhere, with Length telling the truth, is whole only between two AVPs", () => {
    const body = encodeMessage(message(type, ...least));
    const ends = viewL2tp(datagram(message(type, ...least))).avps.map((avp) => avp.valueEnd - 12);
    for (let n = 1; n < body.length; n++) {
      const cut = viewL2tp(encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, body.slice(0, n)));
      expect(codes(cut).some((code) => code === "avp-cut" || code === "avp-overrun")).toBe(!ends.includes(n));
    }
  });
});

describe("the message as a whole", () => {
  const hello = (...avps: readonly Avp[]): ControlMessage => ({
    type: "HELLO",
    avps,
    tweak: { omitMessageType: true },
  });

  test("the first AVP is not Message Type", () => {
    const seen = view(hello(avpOf("hostName", "lac"), avpOf("messageType", 6)));
    expect(seen).toMatchObject({ kind: "control", type: undefined, typeNumber: undefined });
    expect(codes(seen)).toEqual(["message-type-first"]);
  });
  test("a Message Type of another vendor is none", () =>
    expect(codes(view({ ...message("HELLO"), tweak: { messageType: { vendor: 9 } } }))).toEqual([
      "message-type-first",
    ]));
  test("a Message Type with a reserved bit is none (RFC 2661 §4.1)", () => {
    const seen = view({ ...message("HELLO"), tweak: { messageType: { reserved: 1 } } });
    expect(codes(seen)).toEqual(["avp-reserved", "message-type-first"]);
  });
  test("a Message Type of a wrong length", () => {
    const seen = view({ ...message("HELLO"), tweak: { messageType: { value: fromHex("06") } } });
    expect(seen).toMatchObject({ kind: "control", type: undefined });
    expect(codes(seen)).toEqual(["avp-length"]);
  });
  test.each([0, 5, 13, 17, 20, 0xffff])("Message Type %i is unknown", (type) => {
    const seen = view(message(type, avpOf("hostName", "lac")));
    expect(seen).toMatchObject({ kind: "control", type: undefined, typeNumber: type });
    expect(codes(seen)).toEqual(["message-type-unknown"]);
    expect(valueOf(seen, datagram(message(type, avpOf("hostName", "lac"))))).toEqual(
      message(type, avpOf("hostName", "lac")),
    );
  });
  test("a second Message Type", () =>
    expect(codes(view(message("HELLO", avpOf("messageType", 6))))).toEqual(["avp-not-allowed"]));
  test.each([1, 2, 5])("%i octets that are no AVP", (n) => {
    const m = { ...message("HELLO"), trailing: new Uint8Array(n) };
    expect(codes(view(m))).toEqual(["avp-cut"]);
    expect(valueOf(view(m), datagram(m))).toEqual(m);
  });
  test("all issues are listed, of the header, the AVPs and the message", () => {
    const m = message(
      "SCCRQ",
      avpOf("hostName", "lac", { m: 0 }),
      avpOf("assignedTunnelId", 0),
      avpOf("vendorName", "x", { reserved: 1 }),
      avpOf("challenge", fromHex("aa"), { h: 1 }),
      avpOf("accm", { send: 0, receive: 0 }),
      unknownAvp(9, 9, fromHex("00"), { length: 1023 }),
    );
    const seen = view(m, { setBits: 0x1000, trailing: fromHex("00") });
    expect(codes(seen)).toEqual([
      "header-length-trailing",
      "header-reserved",
      "avp-m-bit",
      "avp-range",
      "avp-reserved",
      "avp-hidden-without-vector",
      "avp-overrun",
      "avp-not-allowed",
      "avp-missing",
      "avp-missing",
    ]);
    expect(seen.issues.slice(-2).map((issue) => issue.text)).toEqual([
      "SCCRQ without protocolVersion",
      "SCCRQ without framingCapabilities",
    ]);
  });
  test("the encoder's own tweak comes before that of the message", () => {
    const m = { ...message("HELLO"), tweak: { messageType: { m: 0 } } } as const;
    expect(hex(encodeMessage(m))).toBe("0008000000000006");
    expect(hex(encodeMessage(m, { messageType: { reserved: 2 } }))).toBe("8808000000000006");
    expect(hex(encodeMessage(m, { omitMessageType: true }))).toBe("");
  });
});

describe("avpIn", () => {
  test("takes the first that is well-formed", () => {
    const avps = [
      avpOf("assignedTunnelId", 0),
      avpOf("assignedTunnelId", 1, { value: fromHex("01") }),
      avpOf("assignedTunnelId", 2, { reserved: 1 }),
      avpOf("assignedTunnelId", 3, { vendor: 9 }),
      avpOf("assignedTunnelId", 4),
      avpOf("assignedTunnelId", 5),
    ];
    expect(avpIn(view(message("StopCCN", ...avps)), "assignedTunnelId")).toBe(4);
    expect(avpIn(view(message("StopCCN", ...avps.slice(0, 4))), "assignedTunnelId")).toBeUndefined();
  });
  test("another M or H than the table's does not hide a value", () => {
    expect(avpIn(view(message("SCCRQ", avpOf("hostName", "lac", { m: 0 }))), "hostName")).toBe("lac");
  });
});

test("offsets are absolute", () => {
  const octets = datagram(message("StopCCN", avpOf("assignedTunnelId", 0), avpOf("resultCode", { result: 1 })));
  const seen = viewL2tp(concat(new Uint8Array(42), octets, new Uint8Array(4)), 42, 42 + octets.length);
  expect(seen.avps.map((avp) => [avp.at, avp.valueAt, avp.valueEnd])).toEqual([
    [54, 60, 62],
    [62, 68, 70],
    [70, 76, 78],
  ]);
  expect(seen.issues).toMatchObject([{ code: "avp-range", at: 68 }]);
});
