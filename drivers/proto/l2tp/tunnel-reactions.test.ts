/** RFC 2661 §7.2.1 from outside: what an end answers to a peer that says the wrong thing, or the right one in a wrong way. */
import { describe, expect, test } from "vitest";
import { type Avp, avpOf, unknownAvp } from "#wire/l2tp/avp";
import { encodeControl } from "#wire/l2tp/header";
import { avpIn, type ControlMessage, encodeMessage, message } from "#wire/l2tp/message";
import { fromHex } from "#wire/octets";
import type { L2tpOptions } from "./endpoint.ts";
import { LAC, LNS, Pair } from "./pair.ts";

const OCTETS = fromHex("00ff");
const MANDATORY = { m: 1 } as const;

function request(id: number, ...extra: readonly Avp[]): ControlMessage {
  const own = [
    avpOf("protocolVersion", 0x0100),
    avpOf("hostName", "bench"),
    avpOf("framingCapabilities", 3),
    avpOf("assignedTunnelId", id),
  ];
  return message("SCCRQ", ...without(own, extra), ...extra);
}

function reply(id: number, ...extra: readonly Avp[]): ControlMessage {
  return { ...request(id, ...extra), type: "SCCRP" };
}

function without(own: readonly Avp[], extra: readonly Avp[]): readonly Avp[] {
  const names = new Set(extra.map((avp) => ("name" in avp ? avp.name : undefined)));
  return own.filter((avp) => "name" in avp && !names.has(avp.name));
}

/** The LNS is under test; the LAC is the bench's, held, and has sent the SCCRQ with these AVPs. */
function called(o: Partial<L2tpOptions> = {}, ...extra: readonly Avp[]): { pair: Pair; tunnel: number } {
  const pair = new Pair({ lns: o });
  const tunnel = pair.lac.open(LNS, 0, { held: true, request: (id) => request(id, ...extra) });
  pair.settle();
  return { pair, tunnel };
}

/** The LAC is under test and has sent its SCCRQ; the LNS is the bench's. `answer` sends what it says. */
function calling(o: Partial<L2tpOptions> = {}): { pair: Pair; tunnel: number; answer: (m: ControlMessage) => Pair } {
  const pair = new Pair({ lac: o, lns: { holdNew: true } });
  const tunnel = pair.lac.open(LNS, 0);
  pair.lac.call(tunnel, 0);
  pair.settle();
  const [bench = 0] = pair.lns.tunnels();
  const answer = (m: ControlMessage): Pair => {
    pair.lns.send(bench, m, pair.now);
    return pair.settle();
  };
  return { pair, tunnel, answer };
}

describe("idle: SCCRQ", () => {
  test("acceptable: SCCRP to the id that it assigned", () => {
    const { pair, tunnel } = called();
    expect(pair.said("lns")).toEqual(["SCCRP"]);
    const sccrp = pair.last("lns", "SCCRP");
    expect(sccrp.header).toMatchObject({
      tunnelId: tunnel,
      sessionId: 0,
      ns: 0,
      nr: 1,
      reserved: 0,
      o: false,
      p: false,
    });
    expect(sccrp.issues).toEqual([]);
    expect(avpIn(sccrp, "assignedTunnelId")).toBe(pair.lns.tunnels()[0]);
  });

  test.each<[string, string, readonly Avp[]]>([
    ["StopCCN 2/8", "an unknown AVP with M", [unknownAvp(0, 0xfff0, OCTETS, MANDATORY)]],
    ["StopCCN 2/8", "an AVP of another vendor with M", [unknownAvp(32473, 7, OCTETS, MANDATORY)]],
    ["StopCCN 2/8", "a known AVP with a reserved bit", [avpOf("framingCapabilities", 3, { reserved: 1 })]],
    ["StopCCN 2/2", "an AVP of the wrong length", [avpOf("framingCapabilities", 3, { value: OCTETS })]],
    ["StopCCN 2/3", "Assigned Tunnel ID 0", [avpOf("assignedTunnelId", 0)]],
    ["StopCCN 2/3", "Receive Window Size 0", [avpOf("receiveWindowSize", 0)]],
    ["StopCCN 2/2", "an empty Host Name", [avpOf("hostName", "")]],
    ["StopCCN 2/2", "an empty Challenge", [avpOf("challenge", new Uint8Array(0))]],
    ["StopCCN 5/256", "Protocol Version 2.0", [avpOf("protocolVersion", 0x0200)]],
    ["StopCCN 5/256", "Protocol Version 0.9", [avpOf("protocolVersion", 0x0009)]],
    ["StopCCN 4/0", "a Challenge, but no secret is set", [avpOf("challenge", OCTETS)]],
  ])("%s for %s", (answer, _, extra) => {
    const { pair, tunnel } = called({}, ...extra);
    expect(pair.said("lns")).toEqual([answer]);
    const stop = pair.last("lns", "StopCCN");
    expect(stop.issues).toEqual([]);
    // §5.3: the id that the SCCRQ assigned, where it could be read.
    expect(stop.header.tunnelId).toBe(extra.some((a) => "name" in a && a.name === "assignedTunnelId") ? 0 : tunnel);
    expect(pair.lns.tunnels()).toEqual([]);
    pair.clear().run(40_000);
    expect(pair.said("lns"), "its acknowledgement was found").toEqual([]);
  });

  test.each<[string, readonly Avp[]]>([
    [
      "an unknown AVP",
      [unknownAvp(0, 0xfff0, OCTETS), unknownAvp(9, 2, OCTETS), unknownAvp(2011, 0xfff0, new Uint8Array(1017))],
    ],
    ["a malformed Firmware Revision", [avpOf("firmwareRevision", 1, { value: fromHex("000102") })]],
    ["a malformed Tie Breaker", [avpOf("tieBreaker", fromHex("00"))]],
    ["a Challenge with a reserved bit", [avpOf("challenge", OCTETS, { m: 0, reserved: 8 })]],
    ["another revision of the version", [avpOf("protocolVersion", 0x0101)]],
    ["the other M bit on a known AVP", [avpOf("hostName", "bench", { m: 0 }), avpOf("vendorName", "v", { m: 1 })]],
    ["a Random Vector with nothing hidden", [avpOf("randomVector", fromHex("00"))]],
    ["a Tie Breaker while nothing of ours is outstanding", [avpOf("tieBreaker", fromHex("ffffffffffffffff"))]],
  ])("accepted all the same: %s", (_, extra) => {
    const { pair } = called({}, ...extra);
    expect(pair.said("lns")).toEqual(["SCCRP"]);
  });

  test.each(["protocolVersion", "hostName", "framingCapabilities", "assignedTunnelId"])(
    "without %s: StopCCN 2/6",
    (name) => {
      const pair = new Pair();
      const whole = request(77);
      const avps = whole.avps.filter((avp) => "name" in avp && avp.name !== name);
      pair
        .inject("lns", encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage({ ...whole, avps })))
        .settle();
      expect(pair.said("lns")).toEqual(["StopCCN 2/6"]);
      expect(avpIn(pair.last("lns", "StopCCN"), "resultCode")?.message).toMatch(/SCCRQ lacks/);
    },
  );

  test("the text of error 8 names the attribute", () => {
    const { pair } = called({}, unknownAvp(32473, 4711, OCTETS, MANDATORY));
    expect(avpIn(pair.last("lns", "StopCCN"), "resultCode")?.message).toBe("unknown attribute 4711, vendor 32473");
  });

  test("no more tunnels than allowed: StopCCN 2/4", () => {
    const { pair } = called({ maxTunnels: 1 });
    pair.lac.open(LNS, pair.now, { held: true });
    pair.settle();
    expect(pair.said("lns")).toEqual(["SCCRP", "StopCCN 2/4"]);
    expect(pair.lns.tunnels().length).toBe(1);
  });

  test("a repeat is only acknowledged, one tunnel stands", () => {
    const { pair, tunnel } = called();
    pair.lac.resend(tunnel, 0, pair.now);
    pair.lac.resend(tunnel, 0, pair.now);
    pair.settle();
    expect(pair.said("lns")).toEqual(["SCCRP"]);
    expect(pair.sent.filter((line) => line.startsWith("lns ZLB"))).toEqual(["lns ZLB Ns 1 Nr 1", "lns ZLB Ns 1 Nr 1"]);
    expect(pair.lns.tunnels().length).toBe(1);
  });

  test("a repeat may differ by a fresh Random Vector while the tunnel is not open (§4.3)", () => {
    const { pair, tunnel } = called();
    const repeat = encodeMessage(request(tunnel, avpOf("randomVector", OCTETS)));
    pair.inject("lns", encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, repeat)).settle();
    expect(pair.said("lns")).toEqual(["SCCRP"]);
    expect(pair.sent.at(-1)).toBe("lns ZLB Ns 1 Nr 1");
  });

  test("after a StopCCN the peer may open again with the same id and the same octets", () => {
    const pair = new Pair({ lac: { nextTunnelId: () => 7 } });
    const sccrq = encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(request(7)));
    const stop = message("StopCCN", avpOf("assignedTunnelId", 7), avpOf("resultCode", { result: 1 }));
    pair
      .inject("lns", sccrq)
      .inject("lns", encodeControl({ tunnelId: 0, sessionId: 0, ns: 1, nr: 1 }, encodeMessage(stop)));
    pair.inject("lns", sccrq).settle();
    expect(pair.said("lns")).toEqual(["SCCRP", "SCCRP"]);
    expect(pair.lns.tunnels().length).toBe(1);
  });

  test("a peer that began anew with the same id gets a new tunnel; the old one is gone", () => {
    const { pair, tunnel } = called();
    pair.lac.send(tunnel, message("SCCCN"), pair.now);
    pair.settle();
    const [old = 0] = pair.lns.tunnels();
    const anew = encodeMessage(request(tunnel, avpOf("firmwareRevision", 2)));
    pair.inject("lns", encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, anew));
    pair.settle();
    expect(pair.said("lns")).toEqual(["SCCRP", "SCCRP"]);
    expect(pair.lns.tunnels()).not.toContain(old);
    expect(pair.events.lns).toContainEqual(expect.objectContaining({ type: "tunnel-down", tunnel: old }));
  });
});

describe("idle: anything else", () => {
  const to0 = (m: ControlMessage, ns = 0): Uint8Array =>
    encodeControl({ tunnelId: 0, sessionId: 0, ns, nr: 0 }, encodeMessage(m));

  test("SCCRP: StopCCN 7 to the id that it assigned", () => {
    const pair = new Pair().inject("lac", to0(reply(99))).settle();
    expect(pair.said("lac")).toEqual(["StopCCN 7/0"]);
    expect(pair.last("lac", "StopCCN").header.tunnelId).toBe(99);
    expect(pair.lac.tunnels()).toEqual([]);
  });

  test.each([
    ["SCCCN", to0(message("SCCCN"))],
    ["SCCRP that names no tunnel to answer to", to0(message("SCCRP"))],
    ["StopCCN", to0(message("StopCCN", avpOf("assignedTunnelId", 5), avpOf("resultCode", { result: 1 })))],
    ["HELLO", to0(message("HELLO"))],
    ["an SCCRQ that is not the first message", to0(request(5), 1)],
    ["a ZLB", encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, new Uint8Array(0))],
    [
      "an unknown tunnel id",
      encodeControl({ tunnelId: 4711, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(message("HELLO"))),
    ],
    ["L2F", fromHex("2001 0101 0000 0000 0000 0010")],
    [
      "an SCCRQ of version 3",
      encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(request(5)), { version: 3 }),
    ],
    [
      "an SCCRQ without Length",
      encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(request(5)), { omitLength: true }),
    ],
    [
      "an SCCRQ longer than its datagram",
      encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(request(5)), { length: 500 }),
    ],
    ["one octet", fromHex("c8")],
  ])("%s: nothing", (_, octets) => {
    const pair = new Pair().inject("lns", octets).settle();
    expect(pair.sent).toEqual([]);
    expect([pair.lns.nextTimerAt(), pair.lns.tunnels()]).toEqual([undefined, []]);
  });

  test("reserved header bits are ignored, singly and together", () => {
    for (const setBits of [0x2000, 0x1000, 0x0400, 0x0080, 0x0040, 0x0020, 0x0010, 0x34f0]) {
      const octets = encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(request(5)), { setBits });
      expect(new Pair().inject("lns", octets).settle().said("lns")).toEqual(["SCCRP"]);
    }
  });
});

test("a tunnel that is up is not disturbed by an SCCRQ out of sequence or an SCCRP, to Tunnel ID 0 with its id", () => {
  const pair = new Pair();
  const { tunnel } = pair.connect();
  pair.clear();
  const to0 = (m: ControlMessage, ns: number): Uint8Array =>
    encodeControl({ tunnelId: 0, sessionId: 0, ns, nr: 0 }, encodeMessage(m));
  pair
    .inject("lns", to0(request(tunnel), 4))
    .inject("lns", to0(reply(tunnel), 0))
    .settle();
  expect(pair.sent).toEqual([]);
  expect(pair.happened("lns")).toEqual([]);
});

describe("wait-ctl-reply", () => {
  test("SCCRP acceptable: SCCCN, and the waiting call goes on", () => {
    const { pair, answer } = calling();
    answer(reply(7));
    expect(pair.said("lac")).toEqual(["SCCRQ", "SCCCN", "ICRQ"]);
    expect(pair.last("lac", "SCCCN").header).toMatchObject({ tunnelId: 7, ns: 1, nr: 1 });
  });

  test.each<[string, string, ControlMessage]>([
    ["StopCCN 2/8", "SCCRP with an unknown AVP with M", reply(7, unknownAvp(0, 500, OCTETS, MANDATORY))],
    ["StopCCN 5/256", "SCCRP with an earlier version", reply(7, avpOf("protocolVersion", 0x0009))],
    ["StopCCN 2/3", "SCCRP that assigns 0", reply(0)],
    ["StopCCN 7/0", "SCCCN", message("SCCCN")],
    ["StopCCN 7/0", "SCCRQ in the tunnel", request(7)],
    ["StopCCN 7/0", "ICRP", message("ICRP", avpOf("assignedSessionId", 1))],
    ["StopCCN 2/8", "an unknown message with M", message(255)],
  ])("%s for %s, and no call", (stop, _, m) => {
    const { pair, answer, tunnel } = calling();
    answer(m);
    expect(pair.said("lac")).toEqual(["SCCRQ", stop]);
    const { header } = pair.last("lac", "StopCCN");
    expect(header.tunnelId, "0 until an id is known").toBe(
      m.type === "SCCRP" && !stop.endsWith("/3") ? 7 : m.type === "SCCRQ" ? 7 : 0,
    );
    expect(avpIn(pair.last("lac", "StopCCN"), "assignedTunnelId")).toBe(tunnel);
    expect(pair.happened("lac")).toEqual(["session-down", "tunnel-down"]);
  });

  test("StopCCN: cleaned up, acknowledged, nothing said", () => {
    const { pair, answer } = calling();
    answer(message("StopCCN", avpOf("assignedTunnelId", 3), avpOf("resultCode", { result: 4 })));
    pair.run(5000);
    expect(pair.said("lac")).toEqual(["SCCRQ"]);
    expect(pair.events.lac.at(-1)).toMatchObject({ type: "tunnel-down", reason: { by: "peer", result: 4 } });
  });

  test("a message that may be ignored is acknowledged and changes nothing", () => {
    const { pair, answer } = calling();
    answer({ ...message(255), tweak: { messageType: { m: 0 } } });
    answer(message("HELLO"));
    answer(reply(7));
    expect(pair.said("lac")).toEqual(["SCCRQ", "SCCCN", "ICRQ"]);
  });

  test("the answer comes from another port: everything goes there from then on, and nowhere else", () => {
    const pair = new Pair();
    const tunnel = pair.lac.open(LNS, 0);
    pair.lac.pollTransmit(0);
    const answer = encodeControl({ tunnelId: tunnel, sessionId: 0, ns: 0, nr: 1 }, encodeMessage(reply(7)));
    const other = { address: LNS.address, port: 40_001 };
    pair.lac.receive({ octets: answer, remote: other }, 0);
    expect(pair.lac.pollTransmit(0)?.remote).toEqual(other);
    const hello = encodeControl({ tunnelId: tunnel, sessionId: 0, ns: 1, nr: 2 }, encodeMessage(message("HELLO")));
    pair.lac.receive({ octets: hello, remote: LNS }, 0);
    expect(pair.lac.pollTransmit(0), "from the old port: dropped").toBeUndefined();
    pair.lac.receive({ octets: hello, remote: other }, 0);
    expect(pair.lac.pollTransmit(0)?.remote).toEqual(other);
  });
});

describe("wait-ctl-conn and established", () => {
  test.each<[string, string, ControlMessage]>([
    ["StopCCN 7/0", "SCCRQ", request(8)],
    ["StopCCN 7/0", "SCCRP", reply(8)],
    [
      "StopCCN 7/0",
      "ICRQ before the tunnel is open",
      message("ICRQ", avpOf("assignedSessionId", 1), avpOf("callSerialNumber", 1)),
    ],
    ["StopCCN 2/8", "SCCCN with an unknown AVP with M", message("SCCCN", unknownAvp(0, 500, OCTETS, MANDATORY))],
    ["StopCCN 2/8", "HELLO with an unknown AVP with M", message("HELLO", unknownAvp(0, 500, OCTETS, MANDATORY))],
  ])("wait-ctl-conn: %s for %s", (stop, _, m) => {
    const { pair, tunnel } = called();
    pair.lac.send(tunnel, m, pair.now);
    pair.settle();
    expect(pair.said("lns")).toEqual(["SCCRP", stop]);
    expect(pair.happened("lns")).toEqual(["tunnel-down"]);
  });

  test.each<[string, string, ControlMessage]>([
    ["StopCCN 7/0", "SCCRQ", request(8)],
    ["StopCCN 7/0", "SCCRP", reply(8)],
    ["StopCCN 7/0", "SCCCN", message("SCCCN")],
    ["StopCCN 2/8", "an unknown message with M", message(255)],
    ["StopCCN 2/8", "a reserved message type", message(5)],
    [
      "StopCCN 2/2",
      "a message without a Message Type",
      { ...message("HELLO", avpOf("hostName", "x")), tweak: { omitMessageType: true } },
    ],
    ["StopCCN 2/8", "HELLO with an unknown AVP with M", message("HELLO", unknownAvp(7, 7, OCTETS, MANDATORY))],
  ])("established: %s for %s; the sessions are gone without CDN", (stop, _, m) => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.clear();
    pair.lac.hold(tunnel);
    pair.lac.send(tunnel, m, pair.now);
    pair.settle();
    expect(pair.said("lns")).toEqual([stop]);
    expect(pair.happened("lns")).toEqual(["session-down", "tunnel-down"]);
  });

  test.each<[string, ControlMessage]>([
    ["HELLO", message("HELLO")],
    ["an unknown message without M", { ...message(0x7fff), tweak: { messageType: { m: 0 } } }],
    ["HELLO with unknown AVPs without M", message("HELLO", unknownAvp(0, 0xfff0, OCTETS), unknownAvp(1, 1, OCTETS))],
  ])("established: %s is acknowledged, and that is all", (_, m) => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.clear();
    pair.lac.send(tunnel, m, pair.now);
    pair.settle();
    expect(pair.sent.slice(1)).toEqual(["lns ZLB Ns 2 Nr 5"]);
    expect(pair.happened("lns")).toEqual([]);
  });

  test("a body too short for an AVP is discarded: a good message in its slot is then taken", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.clear();
    const lns = pair.lac.tunnelInfo(tunnel)?.peerId ?? 0;
    for (const length of [1, 3, 5]) {
      pair.inject("lns", encodeControl({ tunnelId: lns, sessionId: 0, ns: 4, nr: 2 }, new Uint8Array(length)));
    }
    expect(pair.settle().sent).toEqual([]);
    pair.lac.send(tunnel, message("HELLO"), pair.now);
    expect(pair.settle().sent).toEqual(["lac HELLO Ns 4 Nr 2", "lns ZLB Ns 2 Nr 5"]);
  });
});

describe("StopCCN", () => {
  test.each([{ result: 0 }, { result: 99 }, { result: 0x0100 }, { result: 1, error: 0, message: "bye" }])(
    "with %o ends the tunnel: acknowledged, and repeats too, for 31 s; no answer",
    (code) => {
      const pair = new Pair();
      const { tunnel } = pair.connect();
      pair.clear();
      pair.lac.hold(tunnel);
      const stop = message("StopCCN", avpOf("assignedTunnelId", tunnel), avpOf("resultCode", code));
      const ns = pair.lac.send(tunnel, stop, pair.now);
      pair.settle();
      for (const wait of [1000, 2000, 4000, 8000, 8000]) {
        pair.run(wait);
        pair.lac.resend(tunnel, ns, pair.now);
        pair.settle();
      }
      expect(pair.sent.filter((line) => line.startsWith("lns"))).toEqual(
        Array.from({ length: 6 }, () => "lns ZLB Ns 2 Nr 5"),
      );
      expect(pair.happened("lns")).toEqual(["session-down", "tunnel-down"]);
    },
  );

  test("of the peer: what it never acknowledged is not repeated any more", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.lac.hold(tunnel);
    pair.lac.muteAcks(tunnel, true);
    pair.lns.send(pair.lns.tunnels()[0] ?? 0, message("HELLO"), pair.now);
    pair.settle();
    const stop = message("StopCCN", avpOf("assignedTunnelId", tunnel), avpOf("resultCode", { result: 1 }));
    pair.lac.send(tunnel, stop, pair.now);
    pair.settle().clear().run(20_000);
    expect(pair.sent).toEqual([]);
  });

  test("of our own that nobody acknowledges is given up quietly: the tunnel was down already", () => {
    let cut = false;
    const pair = new Pair({ fate: () => (cut ? "drop" : "pass") });
    const { tunnel } = pair.connect();
    cut = true;
    pair.clear();
    pair.lac.close(tunnel, pair.now);
    pair.lac.close(tunnel, pair.now);
    pair.run(40_000);
    expect(pair.said("lac"), "one StopCCN, sent and repeated five times").toEqual(
      Array.from({ length: 6 }, () => "StopCCN 1"),
    );
    expect(pair.happened("lac")).toEqual(["session-down", "tunnel-down"]);
    expect(pair.lac.tunnelInfo(tunnel)).toBeUndefined();
  });

  test("with header Tunnel ID 0 ends the half-open tunnel that its Assigned Tunnel ID names, and no other", () => {
    const { pair, tunnel } = called();
    const second = pair.lac.open(LNS, pair.now, { held: true });
    pair.settle();
    const stop = message("StopCCN", avpOf("assignedTunnelId", tunnel), avpOf("resultCode", { result: 1 }));
    pair.lac.send(tunnel, stop, pair.now, { header: { tunnelId: 0 } });
    pair.settle();
    expect(pair.lns.tunnels().map((t) => pair.lns.tunnelInfo(t)?.peerId)).toEqual([second]);
    expect(pair.said("lns")).toEqual(["SCCRP", "SCCRP"]);
  });

  test("crossing: both ends close at once and both come to rest", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.lac.close(tunnel, pair.now);
    pair.lns.close(pair.lns.tunnels()[0] ?? 0, pair.now);
    pair.run(70_000);
    expect(pair.said("lac").filter((m) => m.startsWith("StopCCN"))).toEqual(["StopCCN 1"]);
    expect([pair.lac.nextTimerAt(), pair.lns.nextTimerAt()]).toEqual([undefined, undefined]);
  });

  test("of our own goes out after what is unacknowledged and before what was never sent; it has our id", () => {
    const pair = new Pair({ fate: (p) => (p.from === "lns" && p.name === "ICRP" ? "drop" : "pass") });
    const { tunnel } = pair.connect();
    for (let i = 0; i < 8; i++) pair.lac.call(tunnel, pair.now);
    pair.lac.close(tunnel, pair.now, { result: 6 });
    pair.run(5000);
    expect(
      pair.said("lac").filter((m) => m === "ICRQ").length,
      "eight more were wanted, and the first repeated",
    ).toBeLessThan(6);
    expect(pair.said("lac").at(-1)).toBe("StopCCN 6");
    expect(avpIn(pair.last("lac", "StopCCN"), "assignedTunnelId")).toBe(tunnel);
    expect(pair.lns.tunnels()).toEqual([]);
  });

  test("before SCCRP has come: Tunnel ID 0 in the header, our id in the message", () => {
    const { pair, tunnel } = calling();
    pair.lac.close(tunnel, pair.now);
    pair.settle();
    const stop = pair.last("lac", "StopCCN");
    expect([stop.header.tunnelId, avpIn(stop, "assignedTunnelId")]).toEqual([0, tunnel]);
    expect(pair.events.lns.at(-1)).toMatchObject({ type: "message", message: { type: "StopCCN" } });
  });

  test("is the same message when it is repeated, ids and all, though the peer's id has come to be known", () => {
    const { pair, tunnel, answer } = calling();
    const [bench = 0] = pair.lns.tunnels();
    pair.lns.muteAcks(bench, true);
    pair.lac.close(tunnel, pair.now);
    pair.settle();
    answer(reply(7));
    pair.run(1500);
    const ids = pair.passings.filter((p) => p.name === "StopCCN").map((p) => p.view.header.tunnelId);
    expect(ids).toEqual([0, 0]);
    expect(pair.said("lac"), "and it opens nothing").toEqual(["SCCRQ", "StopCCN 1", "StopCCN 1"]);
  });
});

describe("§4.4.3 tie breaker: two SCCRQs cross", () => {
  const low = fromHex("0000000000000001");
  const high = fromHex("0000000000000002");

  function cross(lac: Uint8Array | undefined, lns: Uint8Array | undefined): Pair {
    const pair = new Pair({ lac: lac ? { tieBreaker: lac } : {}, lns: lns ? { tieBreaker: lns } : {} });
    pair.lac.open(LNS, 0);
    pair.lns.open(LAC, 0);
    return pair.run(20_000);
  }

  test("an SCCRQ of another peer is no rival", () => {
    const pair = new Pair({ lac: { tieBreaker: low } });
    pair.lac.open(LNS, 0);
    const other = { address: "10.0.0.9", port: 1701 };
    pair.inject("lac", encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(request(9))), other);
    pair.settle();
    expect(pair.said("lac")).toEqual(["SCCRQ", "SCCRP", "SCCCN"]);
  });

  test.each([
    ["the lower one of the LAC wins", low, high, ["SCCRQ", "SCCCN"], ["SCCRQ", "SCCRP"]],
    ["the lower one of the LNS wins", high, low, ["SCCRQ", "SCCRP"], ["SCCRQ", "SCCCN"]],
    ["one wins over none", high, undefined, ["SCCRQ", "SCCCN"], ["SCCRQ", "SCCRP"]],
    ["none loses to one", undefined, high, ["SCCRQ", "SCCRP"], ["SCCRQ", "SCCCN"]],
    ["equal: both are discarded", low, low, ["SCCRQ"], ["SCCRQ"]],
    ["neither has one: two tunnels", undefined, undefined, ["SCCRQ", "SCCRP", "SCCCN"], ["SCCRQ", "SCCRP", "SCCCN"]],
  ])("%s", (_, lac, lns, lacSaid, lnsSaid) => {
    const pair = cross(lac, lns);
    expect(pair.said("lac")).toEqual(lacSaid);
    expect(pair.said("lns")).toEqual(lnsSaid);
    const tunnels = lacSaid.length === 3 ? 2 : lacSaid.length - 1;
    expect([pair.lac.tunnels().length, pair.lns.tunnels().length]).toEqual([tunnels, tunnels]);
  });
});
