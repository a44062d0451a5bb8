import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, hex, ofText } from "#wire/octets";
import { type Avp, AVP_NAMES, type AvpName, avpOf, type AvpTweak, type AvpValues, unknownAvp } from "./avp.ts";
import { encodeControl, encodeData } from "./header.ts";
import { hide, reveal } from "./hiding.ts";
import { type ControlMessage, encodeMessage, type L2tpView, MESSAGE_NAMES, valueOf, viewL2tp } from "./message.ts";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const octets = (most = 40): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
const text = fc.string({ unit: "binary", maxLength: 12 });
const secret = ofText("tunnelsecret");

/** A value of each AVP, at and off its edges. */
const VALUES: { readonly [N in AvpName]: fc.Arbitrary<AvpValues[N]> } = {
  messageType: u16,
  resultCode: fc.oneof(
    fc.record({ result: u16 }),
    fc.record({ result: u16, error: u16 }),
    fc.record({ result: u16, error: u16, message: text }),
  ),
  protocolVersion: u16,
  framingCapabilities: u32,
  bearerCapabilities: u32,
  tieBreaker: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  firmwareRevision: u16,
  hostName: text,
  vendorName: text,
  assignedTunnelId: u16,
  receiveWindowSize: u16,
  challenge: octets(),
  q931CauseCode: fc.oneof(fc.record({ cause: u16, msg: u8 }), fc.record({ cause: u16, msg: u8, advisory: text })),
  challengeResponse: fc.uint8Array({ minLength: 15, maxLength: 17 }),
  assignedSessionId: u16,
  callSerialNumber: u32,
  minimumBps: u32,
  maximumBps: u32,
  bearerType: u32,
  framingType: u32,
  calledNumber: text,
  callingNumber: text,
  subAddress: text,
  txConnectSpeed: u32,
  physicalChannelId: u32,
  initialReceivedLcpConfReq: octets(),
  lastSentLcpConfReq: octets(),
  lastReceivedLcpConfReq: octets(),
  proxyAuthenType: u16,
  proxyAuthenName: text,
  proxyAuthenChallenge: octets(),
  proxyAuthenId: u16,
  proxyAuthenResponse: octets(),
  callErrors: fc.record({
    crcErrors: u32,
    framingErrors: u32,
    hardwareOverruns: u32,
    bufferOverruns: u32,
    timeoutErrors: u32,
    alignmentErrors: u32,
  }),
  accm: fc.record({ send: u32, receive: u32 }),
  randomVector: octets(20),
  privateGroupId: octets(),
  rxConnectSpeed: u32,
  sequencingRequired: fc.constant(true as const),
  pppDisconnectCause: fc.oneof(
    fc.record({ code: u16, protocol: u16, direction: u8 }),
    fc.record({ code: u16, protocol: u16, direction: u8, message: text }),
  ),
};

const bit = fc.constantFrom(0 as const, 1 as const);
const tweak: fc.Arbitrary<AvpTweak> = fc.record(
  {
    m: bit,
    h: bit,
    reserved: fc.nat(15),
    vendor: u16,
    type: fc.oneof(fc.nat(47), u16),
    length: fc.oneof(fc.nat(30), fc.nat(1023)),
    value: octets(30),
    hide: fc.record({ secret: fc.constant(secret), randomVector: octets(20), padding: octets(20) }),
  },
  { requiredKeys: [] },
);
const named: fc.Arbitrary<Avp> = fc
  .constantFrom(...AVP_NAMES)
  .chain((name) => (VALUES[name] as fc.Arbitrary<AvpValues[AvpName]>).map((value) => avpOf(name, value)));
const anyAvp: fc.Arbitrary<Avp> = fc.oneof(
  { weight: 4, arbitrary: named },
  {
    weight: 1,
    arbitrary: fc.tuple(u16, u16, octets()).map(([vendor, type, value]) => unknownAvp(vendor, type, value)),
  },
);
const tweaked: fc.Arbitrary<Avp> = fc
  .tuple(anyAvp, fc.option(tweak, { nil: undefined, freq: 2 }))
  .map(([avp, lie]) => (lie ? { ...avp, tweak: lie } : avp));

const control: fc.Arbitrary<ControlMessage> = fc.record(
  {
    type: fc.oneof(fc.constantFrom(...MESSAGE_NAMES), u16),
    avps: fc.array(tweaked, { maxLength: 8 }),
    tweak: fc.record({ messageType: tweak, omitMessageType: fc.boolean() }, { requiredKeys: [] }),
    trailing: octets(8),
  },
  { requiredKeys: ["type", "avps"] },
);
const framed = (m: ControlMessage): Uint8Array =>
  encodeControl({ tunnelId: 1, sessionId: 2, ns: 3, nr: 4 }, encodeMessage(m));

/** What holds for every view of any octets. */
function holds(view: L2tpView, at: number, end: number): void {
  const { header } = view;
  expect(header.payloadAt).toBeGreaterThanOrEqual(at);
  expect(header.payloadAt).toBeLessThanOrEqual(header.end);
  expect(header.end).toBeLessThanOrEqual(end);
  for (const issue of view.issues) {
    expect(issue.at).toBeGreaterThanOrEqual(at);
    expect(issue.at).toBeLessThanOrEqual(end);
  }
  let next = header.payloadAt;
  for (const avp of view.avps) {
    expect([avp.at, avp.valueAt]).toEqual([next, next + 6]);
    expect(avp.valueEnd).toBeLessThanOrEqual(header.end);
    if (avp.malformed) expect(avp.issues).not.toEqual([]);
    next = avp.valueEnd;
  }
  if (view.kind === "malformed") expect(header.issues).not.toEqual([]);
}

describe("any octets are viewed without a throw", () => {
  const anyOctets = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    // A control header before noise, so that the AVPs are reached.
    fc.uint8Array({ maxLength: 120 }).map((body) => encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, body)),
    // A good message of which single octets are changed.
    fc.tuple(control, fc.array(fc.tuple(fc.nat(), u8), { maxLength: 6 })).map(([m, changes]) => {
      const whole = framed(m);
      for (const [at, value] of changes) whole[at % whole.length] = value;
      return whole;
    }),
  );
  test("with and without a secret", () => {
    fc.assert(
      fc.property(anyOctets, (whole) => {
        holds(viewL2tp(whole), 0, whole.length);
        holds(viewL2tp(whole, 0, whole.length, { tunnelSecret: secret }), 0, whole.length);
      }),
    );
  });
  test("whatever part of them is asked for", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(80), (whole, at, end) => {
        expect(() => viewL2tp(whole, at, end)).not.toThrow();
      }),
    );
  });
  test("where they stand makes no difference", () => {
    fc.assert(
      fc.property(anyOctets, fc.nat(40), octets(8), (whole, before, after) => {
        const here = viewL2tp(whole);
        const there = viewL2tp(concat(new Uint8Array(before), whole, after), before, before + whole.length);
        expect(there.issues.map((issue) => ({ ...issue, at: issue.at - before }))).toEqual(here.issues);
        expect(there.avps.map((avp) => avp.value)).toEqual(here.avps.map((avp) => avp.value));
      }),
    );
  });
  test("and every control message among them comes back octet for octet", () => {
    fc.assert(
      fc.property(anyOctets, (whole) => {
        for (const secrets of [{}, { tunnelSecret: secret }]) {
          const view = viewL2tp(whole, 0, whole.length, secrets);
          if (!view.header.t || view.header.version !== 2) continue;
          const { payloadAt, end } = view.header;
          expect(hex(encodeMessage(valueOf(view, whole)))).toBe(hex(whole, payloadAt, end));
        }
      }),
    );
  });
});

describe("what we write is what we read", () => {
  test("good AVPs keep their values", () => {
    fc.assert(
      fc.property(fc.constantFrom(...MESSAGE_NAMES), fc.array(named, { maxLength: 8 }), (type, avps) => {
        const whole = framed({ type, avps });
        const view = viewL2tp(whole);
        expect(view.type).toBe(type);
        const seen = view.avps.slice(1).map((avp) => [avp.name, avp.malformed ? "malformed" : avp.value]);
        const sent = avps.map((avp, i) =>
          "name" in avp ? [avp.name, view.avps[i + 1]?.malformed ? "malformed" : read(avp.value)] : [],
        );
        expect(seen).toEqual(sent);
      }),
    );
  });
  test("a tweaked message comes back octet for octet", () => {
    fc.assert(
      fc.property(control, (m) => {
        const whole = framed(m);
        const body = hex(encodeMessage(valueOf(viewL2tp(whole), whole)));
        expect(body).toBe(hex(whole, 12));
      }),
    );
  });
  test("data keeps its payload under any mix of optional fields", () => {
    const header = fc.record(
      {
        tunnelId: u16,
        sessionId: u16,
        length: fc.boolean(),
        ns: u16,
        nr: u16,
        offset: octets(),
        priority: fc.boolean(),
      },
      { requiredKeys: ["tunnelId", "sessionId"] },
    );
    fc.assert(
      fc.property(header, octets(100), (h, payload) => {
        const whole = encodeData(h, payload);
        const view = viewL2tp(whole);
        expect(view).toMatchObject({ kind: "data", issues: [] });
        expect(view.header).toMatchObject({ tunnelId: h.tunnelId, sessionId: h.sessionId, p: h.priority ?? false });
        expect(hex(whole, view.header.payloadAt)).toBe(hex(payload));
      }),
    );
  });
});

describe("hiding", () => {
  test("is undone by the same secret and vector", () => {
    fc.assert(
      fc.property(u16, octets(100), octets(20), octets(20), octets(40), (type, value, key, vector, padding) => {
        const hidden = hide(type, value, key, vector, padding);
        expect(hidden).toHaveLength(2 + value.length + padding.length);
        expect(reveal(type, hidden, key, vector)).toEqual({ value });
      }),
    );
  });
  test("undone wrongly never yields more octets than there are", () => {
    fc.assert(
      fc.property(u16, octets(60), octets(20), octets(20), (type, cipher, key, vector) => {
        const opened = reveal(type, cipher, key, vector);
        if ("value" in opened) expect(opened.value.length).toBeLessThanOrEqual(cipher.length - 2);
        else expect(opened.issue).not.toBe("");
      }),
    );
  });
});

/** An empty text at the end leaves no octets, so it is read back as absent. */
function read(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== ""));
}
