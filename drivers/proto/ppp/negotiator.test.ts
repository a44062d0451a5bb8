import { describe, expect, test } from "vitest";
import { NO_OCTETS, ofText, ofU8 } from "#wire/octets";
import { encodeLcp, viewLcp, type LcpOption, type LcpPacket, type LcpView } from "#wire/ppp/lcp";
import { Bench, brief, lcp, said } from "./bench.test-support.ts";
import type { NegotiatedLayer } from "./negotiated-layer.ts";
import { STATES, type State } from "./negotiation.ts";
import { Negotiator } from "./negotiator.ts";

const MAGIC: LcpOption = { type: "magic", value: 0x01020304 };
const UNKNOWN: LcpOption = { type: 200, octets: ofU8(1, 2) };
const good = (id: number) => lcp({ code: "Configure-Request", id, options: [MAGIC] });
const bad = (id: number) => lcp({ code: "Configure-Request", id, options: [MAGIC, UNKNOWN] });
const terminate = (id: number) => lcp({ code: "Terminate-Request", id, data: ofText("bye") });
const terminateAck = (id: number) => lcp({ code: "Terminate-Ack", id, data: NO_OCTETS });
const unknownCode = (id: number) => lcp({ code: 100, id, data: ofU8(1, 2, 3) });
const codeReject = (code: number) => lcp({ code: "Code-Reject", id: 99, packet: ofU8(code, 1, 0, 4) });
const echo = (id: number) => lcp({ code: "Echo-Request", id, magic: 0, data: NO_OCTETS });

const codes = (frames: readonly Uint8Array[]) => frames.map((frame) => brief(frame).replace(/^LCP /, ""));

/** State, event, what arrives, what LCP sends with its Identifier, and the state then. */
const ROWS: readonly [State, string, Uint8Array, string[], State][] = [
  ["Req-Sent", "RCR+", good(9), ["Configure-Ack 9"], "Ack-Sent"],
  ["Req-Sent", "RCR-", bad(9), ["Configure-Reject 9"], "Req-Sent"],
  ["Req-Sent", "RTR", terminate(9), ["Terminate-Ack 9"], "Req-Sent"],
  ["Req-Sent", "RTA", terminateAck(9), [], "Req-Sent"],
  ["Req-Sent", "RUC", unknownCode(9), ["Code-Reject 2"], "Req-Sent"],
  ["Req-Sent", "RXJ+", codeReject(12), [], "Req-Sent"],
  ["Req-Sent", "RXJ-", codeReject(1), [], "Stopped"],
  ["Req-Sent", "RXR", echo(9), [], "Req-Sent"],
  ["Ack-Rcvd", "RCR+", good(9), ["Configure-Ack 9"], "Opened"],
  ["Ack-Rcvd", "RCR-", bad(9), ["Configure-Reject 9"], "Ack-Rcvd"],
  ["Ack-Rcvd", "RTR", terminate(9), ["Terminate-Ack 9"], "Req-Sent"],
  ["Ack-Rcvd", "RTA", terminateAck(9), [], "Req-Sent"],
  ["Ack-Rcvd", "RUC", unknownCode(9), ["Code-Reject 2"], "Ack-Rcvd"],
  ["Ack-Rcvd", "RXJ+", codeReject(12), [], "Req-Sent"],
  ["Ack-Rcvd", "RXJ-", codeReject(1), [], "Stopped"],
  ["Ack-Rcvd", "RXR", echo(9), [], "Ack-Rcvd"],
  ["Ack-Sent", "RCR+", good(9), ["Configure-Ack 9"], "Ack-Sent"],
  ["Ack-Sent", "RCR-", bad(9), ["Configure-Reject 9"], "Req-Sent"],
  ["Ack-Sent", "RTR", terminate(9), ["Terminate-Ack 9"], "Req-Sent"],
  ["Ack-Sent", "RTA", terminateAck(9), [], "Ack-Sent"],
  ["Ack-Sent", "RUC", unknownCode(9), ["Code-Reject 2"], "Ack-Sent"],
  ["Ack-Sent", "RXJ-", codeReject(2), [], "Stopped"],
  ["Ack-Sent", "RXR", echo(9), [], "Ack-Sent"],
  ["Opened", "RCR+", good(9), ["Configure-Request 2", "Configure-Ack 9"], "Ack-Sent"],
  ["Opened", "RCR-", bad(9), ["Configure-Request 2", "Configure-Reject 9"], "Req-Sent"],
  ["Opened", "RTR", terminate(9), ["Terminate-Ack 9"], "Stopping"],
  ["Opened", "RTA", terminateAck(9), ["Configure-Request 2"], "Req-Sent"],
  ["Opened", "RUC", unknownCode(9), ["Code-Reject 2"], "Opened"],
  ["Opened", "RXJ+", codeReject(12), [], "Opened"],
  ["Opened", "RXJ-", codeReject(5), ["Terminate-Request 2"], "Stopping"],
  ["Opened", "RXR", echo(9), ["Echo-Reply 9"], "Opened"],
  ["Stopping", "RCR+", good(9), [], "Stopping"],
  ["Stopping", "RCR-", bad(9), [], "Stopping"],
  ["Stopping", "RTR", terminate(9), ["Terminate-Ack 9"], "Stopping"],
  ["Stopping", "RTA", terminateAck(9), [], "Stopped"],
  ["Stopping", "RUC", unknownCode(9), ["Code-Reject 2"], "Stopping"],
  ["Stopping", "RXJ-", codeReject(1), [], "Stopped"],
  ["Stopping", "RXR", echo(9), [], "Stopping"],
  ["Stopped", "RCR+", good(9), ["Configure-Request 2", "Configure-Ack 9"], "Ack-Sent"],
  ["Stopped", "RCR-", bad(9), ["Configure-Request 2", "Configure-Reject 9"], "Req-Sent"],
  ["Stopped", "RTR", terminate(9), ["Terminate-Ack 9"], "Stopped"],
  ["Stopped", "RTA", terminateAck(9), [], "Stopped"],
  ["Stopped", "RUC", unknownCode(9), ["Code-Reject 2"], "Stopped"],
  ["Stopped", "RXR", echo(9), [], "Stopped"],
  ["Closing", "RCR+", good(9), [], "Closing"],
  ["Closing", "RTR", terminate(9), ["Terminate-Ack 9"], "Closing"],
  ["Closing", "RTA", terminateAck(2), [], "Closed"],
  ["Closing", "RUC", unknownCode(9), ["Code-Reject 3"], "Closing"],
  ["Closed", "RCR+", good(9), ["Terminate-Ack 9"], "Closed"],
  ["Closed", "RCR-", bad(9), ["Terminate-Ack 9"], "Closed"],
  ["Closed", "RTA", terminateAck(9), [], "Closed"],
  ["Closed", "RUC", unknownCode(9), ["Code-Reject 3"], "Closed"],
];

describe("RFC 1661 §4.1 over the line", () => {
  test.each(STATES)("%s can be reached", (state) => {
    expect(new Bench().reach(state).ppp.states.lcp).toBe(state);
  });

  test.each(ROWS)("%s, %s", (state, _event, frame, expected, next) => {
    const bench = new Bench({ requireAuth: [] }).reach(state);
    const sent = codes(bench.giveRaw(frame)).filter((text) => !text.startsWith("IPCP"));
    expect(sent).toEqual(expected);
    expect(bench.ppp.states.lcp).toBe(next);
  });

  test("Initial and Starting: nothing is answered, nothing changes", () => {
    for (const state of ["Initial", "Starting"] as const) {
      const bench = new Bench().reach(state);
      for (const frame of [good(1), bad(2), terminate(3), terminateAck(4), unknownCode(5), codeReject(1), echo(6)])
        expect(bench.give(frame)).toEqual([]);
      expect(bench.ppp.states.lcp).toBe(state);
    }
  });
});

describe("the Restart timer", () => {
  test("a good or bad request of the peer does not start it anew", () => {
    const bench = new Bench().reach("Req-Sent");
    for (let i = 0; i < 2; i++) {
      expect(codes(bench.pass(1000))).toEqual([]);
      bench.give(good(10 + i));
    }
    expect(codes(bench.pass(1000))).toEqual(["Configure-Request 1"]);
  });

  test("an Ack, Nak or Reject reloads the counter, and nothing of the sort comes once Opened", () => {
    const bench = new Bench({ maxConfigure: 3 }).reach("Req-Sent");
    expect(codes(bench.pass(6000))).toEqual(["Configure-Request 1", "Configure-Request 1"]);
    bench.give(lcp({ code: "Configure-Nak", id: 1, options: [{ type: "mru", value: 1400 }] }));
    expect(codes(bench.pass(6000))).toEqual(["Configure-Request 2", "Configure-Request 2"]);
    bench.ackRequest();
    expect(codes(bench.pass(9000))).toEqual(["Configure-Request 3", "Configure-Request 3", "Configure-Request 3"]);
    bench.ackRequest();
    bench.give(good(77));
    expect(bench.ppp.states.lcp).toBe("Opened");
    expect(codes(bench.pass(60_000)).filter((text) => !text.startsWith("IPCP"))).toEqual([]);
  });

  test("Ack-Rcvd, TO+: a new request, since the one before is answered; open only when that is acknowledged too", () => {
    const bench = new Bench().reach("Ack-Rcvd");
    expect(codes(bench.pass(3000))).toEqual(["Configure-Request 2"]);
    bench.give(good(9));
    expect(bench.ppp.states.lcp).toBe("Ack-Sent");
    bench.ackRequest();
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("Stopping holds the line for one Restart time before the lower layer is given up", () => {
    const bench = new Bench({ hangUpWaitMs: 0 }).reach("Stopping");
    bench.pass(2999);
    expect(bench.ppp.states.lcp).toBe("Stopping");
    bench.pass(1);
    expect(bench.ppp.states.lcp).toBe("Stopped");
    expect(bench.events.at(-1)).toEqual({ type: "down", reason: "terminated by the peer" });
  });
});

describe("a link that this end has closed", () => {
  test.each([0, 5000])("keeps the lower layer for %i ms, and refuses requests until then", (lingerMs) => {
    const bench = new Bench({ lingerMs }).reach("Opened");
    bench.ppp.stop(bench.now);
    bench.give(terminateAck(2));
    expect(bench.ppp.states.lcp).toBe("Closed");
    const down = () => bench.events.some((event) => event.type === "down");
    expect(down()).toBe(lingerMs === 0);
    expect(bench.give(good(9))).toMatchObject([{ code: "Terminate-Ack", id: 9 }]);
    bench.pass(5000);
    expect(down()).toBe(true);
  });
});

describe("replies to our Configure-Request", () => {
  const ours = { mru: 1400, pfc: true, acfc: true } as const;
  const reached = () => new Bench(ours).reach("Req-Sent");
  const other = (bench: Bench) => (bench.request().id + 100) & 0xff;

  test.each<[string, (bench: Bench) => Uint8Array]>([
    ["Ack, foreign Identifier", (b) => lcp({ ...b.request(), code: "Configure-Ack", id: other(b) })],
    [
      "Ack, an option missing",
      (b) => lcp({ ...b.request(), code: "Configure-Ack", options: b.request().options.slice(1) }),
    ],
    [
      "Ack, reordered",
      (b) => lcp({ ...b.request(), code: "Configure-Ack", options: b.request().options.toReversed() }),
    ],
    [
      "Ack, one added",
      (b) => lcp({ ...b.request(), code: "Configure-Ack", options: [...b.request().options, UNKNOWN] }),
    ],
    [
      "Ack, a value changed",
      (b) =>
        lcp({ code: "Configure-Ack", id: 1, options: [{ type: "mru", value: 1401 }, ...b.request().options.slice(1)] }),
    ],
    [
      "Nak, foreign Identifier",
      (b) => lcp({ code: "Configure-Nak", id: other(b), options: [{ type: "mru", value: 1200 }] }),
    ],
    ["Nak of nothing", () => lcp({ code: "Configure-Nak", id: 1, options: [] })],
    ["Reject, foreign Identifier", (b) => lcp({ code: "Configure-Reject", id: other(b), options: [{ type: "pfc" }] })],
    ["Reject of nothing", () => lcp({ code: "Configure-Reject", id: 1, options: [] })],
    ["Reject of what was not asked", () => lcp({ code: "Configure-Reject", id: 1, options: [UNKNOWN] })],
    [
      "Reject of another value",
      () => lcp({ code: "Configure-Reject", id: 1, options: [{ type: "mru", value: 1401 }] }),
    ],
    [
      "Reject in another order",
      () => lcp({ code: "Configure-Reject", id: 1, options: [{ type: "acfc" }, { type: "pfc" }] }),
    ],
    [
      "an option running past the end",
      () => lcp({ code: "Configure-Nak", id: 1, options: [{ type: "mru", value: 1200, tweak: { length: 5 } }] }),
    ],
    ["Ack, Length past the frame", (b) => lcp({ ...b.request(), code: "Configure-Ack" }, { length: 200 })],
  ])("%s: dropped, and repeated unchanged by the timer", (_, frame) => {
    const bench = reached();
    const request = bench.request();
    expect(bench.give(frame(bench))).toEqual([]);
    expect(bench.ppp.states.lcp).toBe("Req-Sent");
    expect(bench.ppp.discards).toBe(1);
    expect(bench.pass(3000).map(said)).toEqual([{ on: "LCP", ...request }]);
  });

  test("a second Ack is no valid reply any more, neither in Ack-Rcvd nor in Opened (footnote x)", () => {
    for (const state of ["Ack-Rcvd", "Opened"] as const) {
      const bench = new Bench({ requireAuth: "pap" }).reach(state);
      expect(bench.ackRequest()).toEqual([]);
      expect(bench.ppp.states.lcp).toBe(state);
    }
  });

  test("octets behind Length are padding, an option among them is not seen", () => {
    const bench = reached();
    const hidden = ofU8(200, 2);
    expect(bench.give(lcp({ code: "Configure-Request", id: 5, options: [MAGIC] }, { trailing: hidden }))).toEqual([
      { on: "LCP", code: "Configure-Ack", id: 5, options: [MAGIC] },
    ]);
    bench.give(lcp({ ...bench.request(), code: "Configure-Ack" }, { trailing: new Uint8Array(20) }));
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("what is Rejected is not asked again, even if a later Nak appends it", () => {
    const bench = reached();
    bench.give(lcp({ code: "Configure-Reject", id: 1, options: [{ type: "mru", value: 1400 }, { type: "acfc" }] }));
    expect(bench.request().options.map(({ type }) => type)).toEqual(["magic", "pfc"]);
    bench.give(lcp({ code: "Configure-Nak", id: 2, options: [{ type: "mru", value: 1300 }] }));
    expect(bench.request()).toMatchObject({ id: 3 });
    expect(bench.request().options.map(({ type }) => type)).toEqual(["magic", "pfc"]);
  });

  test("an Ack ends the count of Naks", () => {
    const bench = reached();
    const nak = (value: number) =>
      bench.give(lcp({ code: "Configure-Nak", id: bench.request().id, options: [{ type: "mru", value }] }));
    for (let i = 0; i < 5; i++) nak(1000 + i);
    bench.ackRequest();
    bench.pass(3000);
    nak(1100);
    expect(bench.request().options).toContainEqual({ type: "mru", value: 1100 });
  });

  test("a peer that Naks without end is taken to Reject, and then the link opens or ends", () => {
    const bench = reached();
    let naks = 0;
    while (bench.request().options.some(({ type }) => type === "mru") && naks < 50) {
      naks++;
      bench.give(
        lcp({ code: "Configure-Nak", id: bench.request().id, options: [{ type: "mru", value: 1000 + naks }] }),
      );
    }
    expect(naks).toBe(6);
    for (let i = 0; i < 50 && bench.ppp.states.lcp === "Req-Sent"; i++)
      bench.give(lcp({ code: "Configure-Nak", id: bench.request().id, options: [{ type: "mru", value: 900 }] }));
    expect(bench.ppp.states.lcp).toBe("Stopping");
  });
});

describe("answers to the peer's Configure-Request", () => {
  test.each([0, 1, 77, 255])("Identifier %i is copied, options come back octet for octet", (id) => {
    const options: LcpOption[] = [
      { type: "acfc" },
      { type: "mru", value: 1492 },
      MAGIC,
      { type: "accm", value: 0xa0000 },
      { type: "pfc" },
    ];
    const bench = new Bench().reach("Req-Sent");
    expect(bench.give(lcp({ code: "Configure-Request", id, options }))).toEqual([
      { on: "LCP", code: "Configure-Ack", id, options },
    ]);
  });

  test("Reject lists what is unknown and nothing else, in order, before any Nak", () => {
    const bench = new Bench().reach("Req-Sent");
    const second: LcpOption = { type: 255, octets: new Uint8Array(8).fill(3) };
    const options: LcpOption[] = [
      UNKNOWN,
      { type: "magic", value: 0 },
      second,
      { type: "mru", value: 1500 },
      { type: 0, octets: NO_OCTETS },
    ];
    expect(bench.give(lcp({ code: "Configure-Request", id: 4, options }))).toEqual([
      { on: "LCP", code: "Configure-Reject", id: 4, options: [UNKNOWN, second, { type: 0, octets: NO_OCTETS }] },
    ]);
  });

  test("Nak lists what is wrong and nothing else, in order, with values that are then acknowledged", () => {
    const bench = new Bench().reach("Req-Sent");
    const [nak] = bench.give(
      lcp({
        code: "Configure-Request",
        id: 4,
        options: [{ type: "mru", value: 1 }, { type: "pfc" }, { type: "magic", value: 0 }],
      }),
    );
    if (nak?.on !== "LCP" || !("options" in nak)) throw new Error("no Nak");
    expect(nak).toMatchObject({
      code: "Configure-Nak",
      id: 4,
      options: [{ type: "mru", value: 128 }, { type: "magic" }],
    });
    expect(bench.give(lcp({ code: "Configure-Request", id: 5, options: nak.options }))).toEqual([
      { on: "LCP", code: "Configure-Ack", id: 5, options: nak.options },
    ]);
  });

  test("a type that is listed twice is Rejected the second time", () => {
    const bench = new Bench().reach("Req-Sent");
    const options: LcpOption[] = [{ type: "mru", value: 1400 }, MAGIC, { type: "mru", value: 1300 }];
    expect(bench.give(lcp({ code: "Configure-Request", id: 4, options }))).toEqual([
      { on: "LCP", code: "Configure-Reject", id: 4, options: [{ type: "mru", value: 1300 }] },
    ]);
  });

  test.each([0, 1, 5, 255])("an option with Length %i drops the packet whole", (length) => {
    const bench = new Bench().reach("Req-Sent");
    expect(
      bench.give(
        lcp({ code: "Configure-Request", id: 4, options: [MAGIC, { type: "mru", value: 1400, tweak: { length } }] }),
      ),
    ).toEqual([]);
    expect(bench.give(good(5))).toMatchObject([{ code: "Configure-Ack", id: 5 }]);
  });

  test("Max-Failure Naks without an Ack, then Rejects; an Ack starts the count again", () => {
    const bench = new Bench({ maxFailure: 3 }).reach("Req-Sent");
    const insist = () => bench.give(lcp({ code: "Configure-Request", id: 4, options: [{ type: "mru", value: 1 }] }))[0];
    const seen = Array.from({ length: 4 }, () => insist());
    expect(seen.map((what) => what && "code" in what && what.code)).toEqual([
      ...Array.from({ length: 3 }, () => "Configure-Nak"),
      "Configure-Reject",
    ]);
    expect(seen[3]).toMatchObject({ options: [{ type: "mru", value: 1 }] });
    bench.give(good(5));
    expect(insist()).toMatchObject({ code: "Configure-Nak" });
  });

  test("Max-Failure counts anew when LCP begins anew", () => {
    const bench = new Bench({ maxFailure: 1 }).reach("Req-Sent");
    const insist = () => bench.give(lcp({ code: "Configure-Request", id: 4, options: [{ type: "mru", value: 1 }] }));
    expect([...insist(), ...insist()]).toMatchObject([{ code: "Configure-Nak" }, { code: "Configure-Reject" }]);
    bench.ppp.lowerDown(bench.now);
    bench.start();
    expect(insist()).toMatchObject([{ code: "Configure-Nak" }]);
  });

  test("Magic-Number zero for ever: it may not be Rejected by who uses one, so the link ends", () => {
    const bench = new Bench().reach("Req-Sent");
    const sent = Array.from({ length: 7 }, (_, i) =>
      bench.give(lcp({ code: "Configure-Request", id: i, options: [{ type: "magic", value: 0 }] })),
    ).flat();
    expect(sent.map((what) => "code" in what && what.code)).toEqual([
      ...Array.from({ length: 5 }, () => "Configure-Nak"),
      "Terminate-Request",
    ]);
  });
});

describe("Code-Reject", () => {
  test("a copy of the packet without padding, cut to the peer's MRU, with a new Identifier each", () => {
    const bench = new Bench().reach("Opened", [{ type: "mru", value: 576 }]);
    const data = new Uint8Array(1396).map((_, i) => i);
    const frames = bench.giveRaw(
      lcp({ code: 100, id: 7, data: ofU8(1, 2) }, { trailing: ofU8(9, 9, 9) }),
      lcp({ code: 255, id: 8, data }),
    );
    const [short, long] = frames.map(said);
    expect(short).toMatchObject({ code: "Code-Reject", packet: ofU8(100, 7, 0, 6, 1, 2) });
    expect(long).toMatchObject({ code: "Code-Reject" });
    expect(frames[1]).toHaveLength(4 + 576);
    expect(frames[1]?.subarray(8, 20)).toEqual(ofU8(255, 8, 5, 120, 0, 1, 2, 3, 4, 5, 6, 7));
    expect(short && "id" in short && long && "id" in long && short.id !== long.id).toBe(true);
  });

  test("when LCP begins anew the MRU is the default again, until another is acknowledged", () => {
    const bench = new Bench().reach("Opened", [{ type: "mru", value: 576 }]);
    bench.ppp.renegotiate(bench.now);
    bench.sent();
    expect(bench.giveRaw(lcp({ code: 100, id: 1, data: new Uint8Array(1400) }))[0]).toHaveLength(4 + 4 + 1404);
  });

  test("a larger MRU of the peer holds from Opened on only", () => {
    const long = lcp({ code: 100, id: 1, data: new Uint8Array(1700) });
    const mru: LcpOption = { type: "mru", value: 2000 };
    expect(new Bench().reach("Ack-Sent", [mru]).giveRaw(long)[0]).toHaveLength(4 + 1500);
    expect(new Bench().reach("Opened", [mru]).giveRaw(long)[0]).toHaveLength(4 + 4 + 1704);
  });

  test("is never answered, whatever it holds", () => {
    const bench = new Bench({ requireAuth: "pap" }).reach("Opened");
    const nonsense = [NO_OCTETS, ofU8(100), ofU8(7, 7, 7), new Uint8Array(300).fill(0xff)];
    for (const packet of nonsense) {
      const sent = bench.give(lcp({ code: "Code-Reject", id: 1, packet }));
      expect(sent.filter((what) => "code" in what && what.code === "Code-Reject")).toEqual([]);
    }
  });
});

describe("Close and at once Open", () => {
  const TERMINATES: readonly State[] = ["Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened"];

  test.each(STATES)("in %s: ends what is under way, and begins nothing", (state) => {
    const { negotiator, sent } = bare(state);
    negotiator.abandon(0);
    expect(negotiator.state).toBe(TERMINATES.includes(state) ? "Stopping" : state);
    expect(sent).toEqual(TERMINATES.includes(state) ? [5] : []);
  });
});

/** A negotiator without any option, and the codes that it sends from that state on. */
function bare(state: State): { negotiator: Negotiator<LcpView>; sent: number[] } {
  const sent: number[] = [];
  const ignore = () => undefined;
  const layer: NegotiatedLayer<LcpView> = {
    transmit: (packet) => sent.push(packet[0]!),
    limit: () => 1500,
    wanted: () => [],
    judge: () => "acknowledge",
    missing: () => [],
    discard: ignore,
    note: ignore,
    begin: ignore,
    naked: ignore,
    rejected: ignore,
    acknowledged: ignore,
    extended: ignore,
    echo: ignore,
    codeRejected: ignore,
    failed: ignore,
    thisLayerUp: ignore,
    thisLayerDown: ignore,
    thisLayerFinished: ignore,
  };
  const limits = { restartMs: 1, maxConfigure: 10, maxTerminate: 2, maxFailure: 5, passive: false };
  const negotiator = new Negotiator(layer, limits);
  const give = (packet: LcpPacket) => {
    const octets = encodeLcp(packet);
    negotiator.receive(viewLcp(octets), octets, 0);
  };
  const up = () => {
    negotiator.open(0);
    negotiator.up(0);
  };
  const ack = () => {
    give({ code: "Configure-Ack", id: 1, options: [] });
  };
  const request = () => {
    give({ code: "Configure-Request", id: 1, options: [] });
  };
  const terminate = () => {
    give({ code: "Terminate-Request", id: 1, data: NO_OCTETS });
  };
  const late = () => {
    negotiator.handleTimer(1);
  };
  const close = () => {
    negotiator.close(0);
  };
  const closed = () => {
    give({ code: "Terminate-Ack", id: 1, data: NO_OCTETS });
  };
  const ways: Record<State, (() => void)[]> = {
    Initial: [],
    Starting: [
      () => {
        negotiator.open(0);
      },
    ],
    Closed: [up, close, closed],
    Stopped: [up, ack, request, terminate, late],
    Closing: [up, close],
    Stopping: [up, ack, request, terminate],
    "Req-Sent": [up],
    "Ack-Rcvd": [up, ack],
    "Ack-Sent": [up, request],
    Opened: [up, ack, request],
  };
  for (const act of ways[state]) act();
  if (negotiator.state !== state) throw new Error(`${negotiator.state} instead of ${state}`);
  sent.length = 0;
  return { negotiator, sent };
}
