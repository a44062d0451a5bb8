/** RFC 2661 §7.4 and §7.5 from outside: what an end answers in an established tunnel to messages of sessions. */
import { describe, expect, test } from "vitest";
import { type Avp, avpOf, unknownAvp } from "#wire/l2tp/avp";
import { encodeData } from "#wire/l2tp/header";
import { avpIn, type ControlMessage, message, type MessageName } from "#wire/l2tp/message";
import { fromHex, ofText } from "#wire/octets";
import type { L2tpOptions } from "./endpoint.ts";
import { LNS, Pair, type Role } from "./pair.ts";

const OCTETS = fromHex("00ff");
const UNKNOWN = unknownAvp(0, 500, OCTETS, { m: 1 });
/** The session id that the bench assigns. */
const MINE = 0x0102;

const icrq = (...extra: readonly Avp[]): ControlMessage =>
  message(
    "ICRQ",
    ...only("assignedSessionId", extra, avpOf("assignedSessionId", MINE)),
    avpOf("callSerialNumber", 1),
    ...extra,
  );
const icrp = (...extra: readonly Avp[]): ControlMessage =>
  message("ICRP", ...only("assignedSessionId", extra, avpOf("assignedSessionId", MINE)), ...extra);
const iccn = (...extra: readonly Avp[]): ControlMessage =>
  message("ICCN", avpOf("txConnectSpeed", 1), ...only("framingType", extra, avpOf("framingType", 1)), ...extra);
const cdn = (id = MINE): ControlMessage =>
  message("CDN", avpOf("resultCode", { result: 3 }), avpOf("assignedSessionId", id));
const ocrq = (...extra: readonly Avp[]): ControlMessage =>
  message(
    "OCRQ",
    ...[avpOf("assignedSessionId", MINE), avpOf("callSerialNumber", 1), avpOf("minimumBps", 1), avpOf("maximumBps", 2)],
    ...[avpOf("bearerType", 1), avpOf("framingType", 1), avpOf("calledNumber", "1"), ...extra],
  );

function only(name: string, extra: readonly Avp[], own: Avp): readonly Avp[] {
  return extra.some((avp) => "name" in avp && avp.name === name) ? [] : [own];
}

/** An established tunnel whose other end is the bench's. `say` sends, `heard` is what the end under test answered. */
class Bench {
  readonly pair: Pair;
  readonly under: Role;
  readonly bench: Role;
  readonly ours: number;

  constructor(under: Role, o: Partial<L2tpOptions> = {}, bench: Partial<L2tpOptions> = {}) {
    this.under = under;
    this.bench = under === "lac" ? "lns" : "lac";
    this.pair = new Pair({ [under]: o, [this.bench]: bench });
    this.pair.lac.open(LNS, 0);
    this.pair.settle().clear();
    [this.ours] = this.pair.end(this.bench).tunnels() as [number];
    this.pair.end(this.bench).hold(this.ours);
  }

  get tunnel(): number {
    return this.pair.end(this.under).tunnels()[0] ?? 0;
  }

  say(m: ControlMessage, sessionId = 0): this {
    this.pair.end(this.bench).send(this.ours, m, this.pair.now, { sessionId });
    this.pair.settle();
    return this;
  }

  get heard(): string[] {
    return this.pair.said(this.under);
  }

  /** Header Session ID and Assigned Session ID of the last message of that name. */
  ids(name: MessageName): [number, number | undefined] {
    const view = this.pair.last(this.under, name);
    expect(view.issues).toEqual([]);
    return [view.header.sessionId, avpIn(view, "assignedSessionId")];
  }

  get sessions(): string[] {
    return (this.pair.end(this.under).tunnelInfo(this.tunnel)?.sessions ?? []).map((s) => s.state);
  }
}

/** The LAC is under test, with a call of its own in wait-reply. */
function ringing(o: Partial<L2tpOptions> = {}, bench: Partial<L2tpOptions> = {}): { b: Bench; session: number } {
  const b = new Bench("lac", o, bench);
  const session = b.pair.lac.call(b.tunnel, b.pair.now);
  b.pair.settle();
  return { b, session };
}

/** The LNS is under test, and the bench's ICRQ has been answered. */
function answered(o: Partial<L2tpOptions> = {}): { b: Bench; session: number } {
  const b = new Bench("lns", o).say(icrq());
  return { b, session: b.ids("ICRP")[1] ?? 0 };
}

describe("§7.4.1 LAC, incoming call", () => {
  test("ICRQ: header Session ID 0, an id of ours; ICRP: ICCN to the id that came, established", () => {
    const { b, session } = ringing();
    expect(b.ids("ICRQ")).toEqual([0, session]);
    b.say(icrp(), session);
    expect(b.heard).toEqual(["ICRQ", "ICCN"]);
    expect(b.pair.last("lac", "ICCN").header.sessionId).toBe(MINE);
    expect(b.sessions).toEqual(["established"]);
  });

  test.each<[string, ControlMessage, string[], number]>([
    ["ICRP with an unknown AVP with M", icrp(UNKNOWN), ["CDN 2/8"], MINE],
    ["ICRP that assigns 0", icrp(avpOf("assignedSessionId", 0)), ["CDN 2/3"], 0],
    ["ICRP that assigns nothing", message("ICRP"), ["CDN 2/6"], 0],
    ["ICRQ", icrq(), ["CDN 2/6"], MINE],
    ["CDN", cdn(), [], 0],
    ["ICCN", iccn(), [], 0],
    ["OCRP", message("OCRP", avpOf("assignedSessionId", 5)), ["CDN 2/6"], 0],
  ])("wait-reply, %s: the call ends", (_, m, answer, header) => {
    const { b, session } = ringing();
    b.say(m, session);
    expect(b.heard).toEqual(["ICRQ", ...answer]);
    if (answer.length > 0) expect(b.ids("CDN")).toEqual([header, session]);
    expect(b.pair.happened("lac")).toEqual(["session-down"]);
    expect(b.pair.lac.tunnels().length).toBe(1);
  });

  test("wait-reply, local close: CDN with header Session ID 0; an ICRP that comes late revives nothing", () => {
    const { b, session } = ringing();
    b.pair.lac.hangUp(b.tunnel, session, b.pair.now);
    b.pair.settle();
    expect(b.ids("CDN")).toEqual([0, session]);
    b.say(icrp(), session);
    expect(b.heard).toEqual(["ICRQ", "CDN 3"]);
    expect(b.sessions).toEqual([]);
  });

  test.each<[string, ControlMessage]>([
    ["ICRQ", icrq()],
    ["ICRP", icrp()],
    ["ICCN", iccn()],
  ])("established, %s: CDN", (_, m) => {
    const { b, session } = ringing();
    b.say(icrp(), session).say(m, session);
    expect(b.heard).toEqual(["ICRQ", "ICCN", "CDN 2/6"]);
    expect(b.ids("CDN")).toEqual([MINE, session]);
  });

  test("established, CDN: over, acknowledged, no CDN back", () => {
    const { b, session } = ringing();
    b.say(icrp(), session).say(cdn(), session);
    expect(b.heard).toEqual(["ICRQ", "ICCN"]);
    expect(b.pair.sent.at(-1)).toMatch(/^lac ZLB/);
    expect(b.pair.events.lac.at(-1)).toMatchObject({
      type: "session-down",
      session,
      reason: { by: "peer", result: 3 },
    });
  });

  test("wait-tunnel, local close: no ICRQ when the tunnel opens", () => {
    const pair = new Pair();
    const tunnel = pair.lac.open(LNS, 0);
    pair.lac.hangUp(tunnel, pair.lac.call(tunnel, 0), 0);
    pair.settle();
    expect(pair.said("lac")).toEqual(["SCCRQ", "SCCCN"]);
    expect(pair.happened("lac")).toEqual(["session-down", "tunnel-up"]);
  });

  test.each<[string, ControlMessage]>([
    ["ICRP", icrp()],
    ["ICCN", iccn()],
    ["CDN", cdn()],
    ["OCCN", message("OCCN", avpOf("txConnectSpeed", 1), avpOf("framingType", 1))],
    ["WEN", message("WEN")],
    ["SLI", message("SLI")],
  ])("idle, %s of an unknown session: acknowledged, and that is all", (_, m) => {
    const b = new Bench("lac").say(m, 4711);
    expect(b.heard).toEqual([]);
    expect(b.pair.sent.at(-1)).toMatch(/^lac ZLB/);
    expect(b.pair.lac.tunnels().length).toBe(1);
  });

  test.each<[string, ControlMessage, number, string]>([
    ["an incoming call", icrq(), 0, "CDN 5"],
    ["an outgoing call, which it cannot place", ocrq(), 0, "CDN 5"],
    ["an outgoing call with an unknown AVP with M", ocrq(UNKNOWN), 0, "CDN 2/8"],
    ["OCRP of an unknown session", message("OCRP", avpOf("assignedSessionId", MINE)), 4711, "CDN 2/5"],
  ])("asked for %s: CDN to the id that came with it", (_, m, sessionId, answer) => {
    const b = new Bench("lac").say(m, sessionId);
    expect(b.heard).toEqual([answer]);
    const [header, assigned] = b.ids("CDN");
    expect(header).toBe(MINE);
    if (sessionId !== 0) expect(assigned).toBe(sessionId);
    expect(b.pair.lac.tunnels().length).toBe(1);
  });

  test("the framing of a call is one that the peer told; without any there is no call", () => {
    for (const [framingCapabilities, framingType] of [
      [1, 1],
      [2, 2],
      [3, 1],
    ] as const) {
      const pair = new Pair({ lns: { framingCapabilities } });
      pair.connect();
      expect(avpIn(pair.last("lac", "ICCN"), "framingType")).toBe(framingType);
    }
    const none = new Pair({ lns: { framingCapabilities: 0 } });
    none.connect();
    expect(none.said("lac")).toEqual(["SCCRQ", "SCCCN"]);
    expect(none.happened("lac")).toEqual(["tunnel-up", "session-down"]);
  });

  test("serial numbers rise, and the caller's AVPs go along", () => {
    const b = new Bench("lac");
    const avps = {
      ICRQ: [avpOf("calledNumber", "1"), avpOf("callSerialNumber", 9)],
      ICCN: [avpOf("rxConnectSpeed", 5)],
    };
    const session = b.pair.lac.call(b.tunnel, b.pair.now, { avps, txConnectSpeed: 64_000 });
    b.pair.settle();
    b.say(icrp(), session);
    const given = (name: string): unknown => avpIn(b.pair.last("lac", "ICRQ"), name as "calledNumber");
    expect([given("calledNumber"), given("callSerialNumber")]).toEqual(["1", 9]);
    expect(b.pair.last("lac", "ICRQ").avps.length, "it took the place of the machine's").toBe(4);
    const speeds = b.pair.last("lac", "ICCN");
    expect([avpIn(speeds, "txConnectSpeed"), avpIn(speeds, "rxConnectSpeed")]).toEqual([64_000, 5]);
    const serials = [1, 2, 3].map(() => {
      b.pair.lac.call(b.tunnel, b.pair.now);
      b.pair.settle();
      return avpIn(b.pair.last("lac", "ICRQ"), "callSerialNumber") ?? 0;
    });
    expect(serials.map((s) => s - (serials[0] ?? 0))).toEqual([0, 1, 2]);
  });

  test("only a LAC asks for incoming calls", () => {
    const b = new Bench("lns");
    expect(() => b.pair.lns.call(b.tunnel, 0)).toThrow("only a LAC");
  });
});

describe("§7.4.2 LNS, incoming call", () => {
  test("ICRQ: ICRP to the id that came, with an id of ours; ICCN: established", () => {
    const { b, session } = answered();
    expect(b.ids("ICRP")).toEqual([MINE, session]);
    expect(session).not.toBe(0);
    b.say(iccn(), session);
    expect(b.heard).toEqual(["ICRP"]);
    expect(b.pair.happened("lns")).toEqual(["session-up"]);
  });

  test.each<[string, string, ControlMessage, number]>([
    ["CDN 2/8", "an unknown AVP with M", icrq(UNKNOWN), MINE],
    ["CDN 2/8", "a known AVP with a reserved bit", icrq(avpOf("bearerType", 1, { reserved: 2 })), MINE],
    ["CDN 2/3", "Assigned Session ID 0", icrq(avpOf("assignedSessionId", 0)), 0],
    ["CDN 2/6", "no Call Serial Number", message("ICRQ", avpOf("assignedSessionId", MINE)), MINE],
    ["CDN 2/2", "a Call Serial Number of two octets", icrq(avpOf("callSerialNumber", 1, { value: OCTETS })), MINE],
  ])("idle, ICRQ with %s for %s; the tunnel and other calls stay", (answer, _, m, header) => {
    const { b, session } = answered();
    b.say(iccn(), session).say({ ...m, avps: m.avps.map(asSecond) });
    expect(b.heard).toEqual(["ICRP", answer]);
    expect(b.ids("CDN")[0]).toBe(header === 0 ? 0 : MINE + 1);
    expect(b.sessions).toEqual(["established"]);
  });

  /** The bench's second session has the next id. */
  function asSecond(avp: Avp): Avp {
    return "name" in avp && avp.name === "assignedSessionId" && avp.value !== 0 ? { ...avp, value: MINE + 1 } : avp;
  }

  test("no more sessions than allowed: CDN 4; when one has ended another is taken", () => {
    const { b, session } = answered({ maxSessions: 1 });
    const second = message("ICRQ", avpOf("assignedSessionId", 9), avpOf("callSerialNumber", 2));
    b.say(second);
    expect(b.heard).toEqual(["ICRP", "CDN 4"]);
    expect(b.ids("CDN")[0]).toBe(9);
    b.say(cdn(), session).say(second);
    expect(b.heard).toEqual(["ICRP", "CDN 4", "ICRP"]);
  });

  test("an id of the peer that another call has, or a Session ID where none can be: CDN 2/5", () => {
    const { b } = answered();
    b.say(icrq());
    expect(b.heard).toEqual(["ICRP", "CDN 2/5"]);
    b.say(icrq(avpOf("assignedSessionId", 77)), 4711);
    expect(b.heard).toEqual(["ICRP", "CDN 2/5", "CDN 2/5"]);
    expect(b.ids("CDN")).toEqual([77, 4711]);
  });

  test.each<[string, ControlMessage, string]>([
    ["ICCN with an unknown AVP with M", iccn(UNKNOWN), "CDN 2/8"],
    ["ICCN with a framing that was not told", iccn(avpOf("framingType", 2)), "CDN 2/3"],
    ["ICCN without Framing Type", message("ICCN", avpOf("txConnectSpeed", 1)), "CDN 2/6"],
    ["ICRQ", icrq(), "CDN 2/6"],
    ["ICRP", icrp(), "CDN 2/6"],
    ["OCCN", message("OCCN", avpOf("txConnectSpeed", 1), avpOf("framingType", 1)), "CDN 2/6"],
  ])("wait-connect, %s: CDN", (_, m, answer) => {
    const { b, session } = answered({ framingCapabilities: 1 });
    b.say(m, session);
    expect(b.heard).toEqual(["ICRP", answer]);
    expect(b.ids("CDN")).toEqual([MINE, session]);
    expect(b.pair.happened("lns")).toEqual(["session-down"]);
  });

  test.each<[string, readonly Avp[]]>([
    ["unknown AVPs without M", [unknownAvp(0, 0xfff0, OCTETS), unknownAvp(32473, 19, OCTETS)]],
    ["an Rx Connect Speed of two octets (§7.1)", [avpOf("rxConnectSpeed", 1, { value: OCTETS })]],
    ["a known AVP that belongs elsewhere", [avpOf("assignedSessionId", 5)]],
    ["proxy AVPs", [avpOf("proxyAuthenType", 4), avpOf("lastSentLcpConfReq", OCTETS)]],
  ])("wait-connect, ICCN with %s: established", (_, extra) => {
    const { b, session } = answered();
    b.say(iccn(...extra), session);
    expect(b.pair.happened("lns")).toEqual(["session-up"]);
  });

  test.each([true, false])("CDN, established %s: over, acknowledged, no CDN back", (established) => {
    const { b, session } = answered();
    if (established) b.say(iccn(), session);
    b.say(cdn(), session);
    expect(b.heard).toEqual(["ICRP"]);
    expect(b.sessions).toEqual([]);
  });

  test("CDN with header Session ID 0 ends the call of its Assigned Session ID, and no other", () => {
    const { b } = answered();
    b.say(message("ICRQ", avpOf("assignedSessionId", 9), avpOf("callSerialNumber", 2)));
    b.say(cdn(9));
    expect(b.pair.lns.tunnelInfo(b.tunnel)?.sessions.map((s) => s.peerId)).toEqual([MINE]);
  });

  test.each([true, false])("local close, established %s: CDN with both ids", (established) => {
    const { b, session } = answered();
    if (established) b.say(iccn(), session);
    b.pair.lns.hangUp(b.tunnel, session, b.pair.now, { result: 2, error: 4, message: "full" });
    b.pair.settle();
    expect(b.heard).toEqual(["ICRP", "CDN 2/4"]);
    expect(b.ids("CDN")).toEqual([MINE, session]);
  });

  test.each<[string, ControlMessage]>([
    ["ICRQ", icrq()],
    ["ICRP", icrp()],
    ["ICCN", iccn()],
  ])("established, %s: CDN", (_, m) => {
    const { b, session } = answered();
    b.say(iccn(), session).say(m, session);
    expect(b.heard).toEqual(["ICRP", "CDN 2/6"]);
  });

  test.each<[string, ControlMessage, string[]]>([
    ["ICRP", icrp(), ["CDN 2/5"]],
    ["ICCN", iccn(), []],
    ["CDN", cdn(), []],
    ["OCRP", message("OCRP", avpOf("assignedSessionId", MINE)), []],
    ["OCCN", message("OCCN", avpOf("txConnectSpeed", 1), avpOf("framingType", 1)), []],
    ["OCRQ", ocrq(), ["CDN 5"]],
  ])("idle, %s of an unknown session", (_, m, answer) => {
    const b = new Bench("lns").say(m, m.type === "OCRQ" ? 0 : 4711);
    expect(b.heard).toEqual(answer);
    if (m.type === "ICRP") expect(b.ids("CDN")).toEqual([MINE, 4711]);
    expect(b.pair.lns.tunnels().length).toBe(1);
  });
});

describe("WEN and SLI", () => {
  const callErrors = {
    crcErrors: 1,
    framingErrors: 0,
    hardwareOverruns: 0,
    bufferOverruns: 0,
    timeoutErrors: 0,
    alignmentErrors: 0,
  };

  test("are acknowledged and change nothing", () => {
    const { b, session } = answered();
    b.say(iccn(), session).say(message("WEN", avpOf("callErrors", callErrors)), session);
    expect(b.heard).toEqual(["ICRP"]);
    const lac = ringing();
    lac.b.say(icrp(), lac.session).say(message("SLI", avpOf("accm", { send: 0, receive: 0 })), lac.session);
    expect(lac.b.heard).toEqual(["ICRQ", "ICCN"]);
    expect([b.sessions, lac.b.sessions]).toEqual([["established"], ["established"]]);
  });

  test("with an unknown AVP with M end the session, and the session only", () => {
    const { b, session } = answered();
    b.say(iccn(), session).say(message("WEN", avpOf("callErrors", callErrors), UNKNOWN), session);
    expect(b.heard).toEqual(["ICRP", "CDN 2/8"]);
    expect(b.pair.lns.tunnels().length).toBe(1);
  });
});

describe("§5.6, §6.12", () => {
  test("two CDNs cross: both ends come to rest, and nothing is said twice", () => {
    const pair = new Pair();
    const { tunnel, session } = pair.connect();
    pair.clear();
    const [lns = 0] = pair.lns.tunnels();
    pair.lac.hangUp(tunnel, session, pair.now);
    pair.lac.hangUp(tunnel, session, pair.now);
    pair.lns.hangUp(lns, pair.lns.tunnelInfo(lns)?.sessions[0]?.ourId ?? 0, pair.now);
    pair.run(5000);
    expect([pair.said("lac"), pair.said("lns")]).toEqual([["CDN 3"], ["CDN 3"]]);
    expect([pair.happened("lac"), pair.happened("lns")]).toEqual([["session-down"], ["session-down"]]);
    expect(pair.lac.tunnels().length).toBe(1);
  });

  test("a CDN crosses the ICRP: it waits in the window and then bears the id that came", () => {
    const { b, session } = ringing({}, { receiveWindowSize: 1 });
    const peer = b.pair.end("lns");
    peer.muteAcks(b.ours, true);
    const second = b.pair.lac.call(b.tunnel, b.pair.now);
    b.pair.settle();
    b.pair.lac.hangUp(b.tunnel, second, b.pair.now);
    b.pair.settle();
    peer.muteAcks(b.ours, false);
    b.say(message("ICRP", avpOf("assignedSessionId", 33)), second);
    expect(b.heard).toEqual(["ICRQ", "ICRQ", "CDN 3"]);
    expect(b.ids("CDN")).toEqual([33, second]);
    expect(session).not.toBe(second);
  });
});

describe("§5.0: no PPP frame outside an established session", () => {
  test("data before ICCN, after CDN, for an unknown session and from another port is dropped", () => {
    const { b, session } = answered();
    const data = (sessionId: number): Uint8Array => encodeData({ tunnelId: b.tunnel, sessionId }, ofText("x"));
    b.pair.inject("lns", data(session)).inject("lns", data(4711)).inject("lns", data(0)).settle();
    b.say(iccn(), session);
    b.pair.inject("lns", data(session), { address: "10.0.0.1", port: 5 }).settle();
    expect(b.pair.happened("lns")).toEqual(["session-up"]);
    b.pair.inject("lns", data(session)).settle();
    expect(b.pair.happened("lns")).toEqual(["session-up", "data"]);
    b.say(cdn(), session);
    b.pair.inject("lns", data(session)).settle();
    expect(b.pair.happened("lns")).toEqual(["session-up", "data", "session-down"]);
  });

  test("sending into a session that is not established does nothing and says so", () => {
    const { b, session } = answered();
    b.pair.clear();
    expect(b.pair.lns.sendData(b.tunnel, session, ofText("x"), b.pair.now)).toBe(false);
    expect(b.pair.lns.sendData(b.tunnel, 4711, ofText("x"), b.pair.now)).toBe(false);
    expect(b.pair.settle().sent).toEqual([]);
  });
});

describe("an empty tunnel", () => {
  test.each([
    ["stays", false, []],
    ["is closed when its last session has ended", true, ["lns StopCCN Ns 3 Nr 8"]],
  ])("%s", (_, closeEmptyTunnels, said) => {
    const pair = new Pair({ lns: { closeEmptyTunnels } });
    const tunnel = pair.lac.open(LNS, 0);
    const calls = [pair.lac.call(tunnel, 0), pair.lac.call(tunnel, 0)];
    pair.settle();
    for (const call of calls) {
      expect(pair.sent.filter((line) => line.includes("StopCCN"))).toEqual([]);
      pair.lac.hangUp(tunnel, call, pair.now);
      pair.settle();
    }
    expect(pair.sent.filter((line) => line.includes("StopCCN"))).toEqual(said);
  });
  test("is closed when it has had no session for so long, at first or after one", () => {
    const stops = (pair: Pair): number => pair.sent.filter((line) => line.includes("StopCCN")).length;
    const pair = new Pair({ lns: { closeEmptyAfterMs: 5000 } });
    const tunnel = pair.lac.open(LNS, 0);
    pair.run(4000);
    const call = pair.lac.call(tunnel, pair.now);
    pair.run(16_000);
    pair.lac.hangUp(tunnel, call, pair.now);
    pair.run(4000);
    expect(stops(pair)).toBe(0);
    pair.run(2000);
    expect(stops(pair)).toBe(1);
    const unused = new Pair({ lns: { closeEmptyAfterMs: 5000 } });
    unused.lac.open(LNS, 0);
    unused.run(6000);
    expect(stops(unused)).toBe(1);
  });
});
