/** RFC 2661 §7.5: outgoing calls between two ends, and what either does with a message out of place. */
import { describe, expect, test } from "vitest";
import { avpOf, unknownAvp } from "#wire/l2tp/avp";
import { avpIn, type ControlMessage, message } from "#wire/l2tp/message";
import type { L2tpOptions } from "./endpoint.ts";
import { LAC, Pair } from "./pair.ts";

const MINE = 0x0909;
const UNKNOWN = unknownAvp(0, 0xfff0, new Uint8Array(2), { m: 1 });

/** The LNS wants a number called; the LAC has said OCRP, and its telephone rings. */
function ringing(o: { lac?: Partial<L2tpOptions>; lns?: Partial<L2tpOptions> } = {}) {
  const pair = new Pair({ lac: { bearerCapabilities: 3, ...o.lac }, lns: { ...o.lns } });
  const tunnel = pair.lns.open(LAC, 0);
  const session = pair.lns.callOut(tunnel, 0, { calledNumber: "5550100" });
  pair.settle();
  const rings = pair.events.lac.find((event) => event.type === "dial-out");
  const answer = (came: "answer" | "failure"): void => {
    if (rings === undefined) throw new Error("no telephone rings");
    pair.lac.bearer(rings.tunnel, rings.session, came, pair.now);
    pair.settle();
  };
  return { pair, tunnel, session, rings, answer };
}

describe("a call that the LNS asks for", () => {
  test("is granted, placed and completed; data then flows both ways", () => {
    const { pair, tunnel, session, rings, answer } = ringing();
    expect([pair.said("lns"), pair.said("lac")]).toEqual([
      ["SCCRQ", "SCCCN", "OCRQ"],
      ["SCCRP", "OCRP"],
    ]);
    expect(rings).toMatchObject({ number: "5550100" });
    expect(pair.last("lns", "OCRQ").header.sessionId).toBe(0);
    expect(avpIn(pair.last("lns", "OCRQ"), "bearerType")).toBe(1);
    answer("answer");
    expect(pair.said("lac")).toEqual(["SCCRP", "OCRP", "OCCN"]);
    expect(pair.last("lac", "OCCN").header.sessionId).toBe(session);
    expect([pair.happened("lac"), pair.happened("lns")]).toEqual([
      ["tunnel-up", "dial-out", "session-up"],
      ["tunnel-up", "session-up"],
    ]);
    expect(pair.lns.sendData(tunnel, session, Uint8Array.of(1), pair.now)).toBe(true);
    pair.settle();
    expect(pair.events.lac.at(-1)).toMatchObject({ type: "data", session: rings?.session });
  });

  test("that nobody answers ends with CDN 8, and one that was ended meanwhile with nothing more", () => {
    const busy = ringing();
    busy.answer("failure");
    expect(busy.pair.said("lac")).toEqual(["SCCRP", "OCRP", "CDN 8"]);
    expect(busy.pair.happened("lns")).toEqual(["tunnel-up", "session-down"]);
    const over = ringing();
    over.pair.lns.hangUp(over.tunnel, over.session, over.pair.now);
    over.pair.settle();
    over.answer("answer");
    expect(over.pair.said("lac")).toEqual(["SCCRP", "OCRP"]);
  });

  test("is not even asked for where the LAC tells no bearer", () => {
    const { pair } = ringing({ lac: { bearerCapabilities: 0 } });
    expect(pair.said("lns")).toEqual(["SCCRQ", "SCCCN"]);
    expect(pair.happened("lns")).toEqual(["tunnel-up", "session-down"]);
  });

  test("has the framing and the sequencing that the LAC's OCCN says", () => {
    const { pair, answer, tunnel, session } = ringing({ lac: { dataSequencing: true, framingCapabilities: 2 } });
    answer("answer");
    expect(avpIn(pair.last("lac", "OCCN"), "framingType")).toBe(2);
    pair.lns.sendData(tunnel, session, Uint8Array.of(1), pair.now);
    pair.settle();
    expect(pair.events.lac.at(-1)).toMatchObject({ type: "data", ns: 0 });
  });

  test("ends with CDN when either end hangs up, before OCRP, before OCCN and after", () => {
    const early = new Pair({ lac: { bearerCapabilities: 3 }, fate: ({ name }) => (name === "OCRP" ? "drop" : "pass") });
    const tunnel = early.lns.open(LAC, 0);
    const session = early.lns.callOut(tunnel, 0);
    early.settle();
    early.lns.hangUp(tunnel, session, early.now);
    early.settle();
    expect(early.said("lns").at(-1)).toBe("CDN 3");
    expect(early.last("lns", "CDN").header.sessionId).toBe(0);
    const { pair, rings, answer } = ringing();
    answer("answer");
    if (rings) pair.lac.hangUp(rings.tunnel, rings.session, pair.now);
    pair.settle();
    expect(pair.said("lac").at(-1)).toBe("CDN 3");
  });
});

describe("a message out of place ends the call with CDN", () => {
  const occn = message("OCCN", avpOf("txConnectSpeed", 1), avpOf("framingType", 1));
  const ocrp = message("OCRP", avpOf("assignedSessionId", MINE));
  const ocrq = message(
    "OCRQ",
    ...[avpOf("assignedSessionId", MINE), avpOf("callSerialNumber", 1), avpOf("minimumBps", 1)],
    ...[avpOf("maximumBps", 9), avpOf("bearerType", 1), avpOf("framingType", 1), avpOf("calledNumber", "1")],
  );
  const MESSAGES: readonly ControlMessage[] = [ocrq, ocrp, occn];

  test.each(MESSAGES)("at the LAC, ringing and established: $type", (m) => {
    for (const established of [false, true]) {
      const { pair, tunnel, rings, answer } = ringing();
      if (established) answer("answer");
      pair.lns.send(tunnel, m, pair.now, { sessionId: rings?.session ?? 0 });
      pair.settle();
      expect(pair.said("lac").at(-1)).toBe("CDN 2/6");
    }
  });

  test.each(MESSAGES)("at the LNS, waiting for OCCN and established: $type", (m) => {
    for (const established of [false, true]) {
      if (!established && m === occn) continue;
      const { pair, session, rings, answer } = ringing();
      if (established) answer("answer");
      pair.lac.send(rings?.tunnel ?? 0, m, pair.now, { sessionId: session });
      pair.settle();
      expect(pair.said("lns").at(-1)).toBe("CDN 2/6");
    }
  });

  test("as does an OCCN with what the LNS must know and does not", () => {
    const { pair, session, rings } = ringing();
    pair.lac.send(rings?.tunnel ?? 0, { ...occn, avps: [...occn.avps, UNKNOWN] }, pair.now, { sessionId: session });
    pair.settle();
    expect(pair.said("lns").at(-1)).toBe("CDN 2/8");
  });

  test("and a request that the LAC cannot serve is refused", () => {
    const { pair, tunnel } = ringing({ lac: { framingCapabilities: 1, bearerCapabilities: 1 } });
    const asks = (...avps: Parameters<typeof message>[1][]): string | undefined => {
      pair.lns.send(tunnel, { ...ocrq, avps: [...ocrq.avps, ...avps] }, pair.now);
      pair.settle();
      return pair.said("lac").at(-1);
    };
    expect(asks(UNKNOWN)).toBe("CDN 2/8");
    const other = (name: "bearerType" | "framingType"): string | undefined => {
      const avps = ocrq.avps.map((avp) => ("name" in avp && avp.name === name ? avpOf(name, 2) : avp));
      pair.lns.send(tunnel, { ...ocrq, avps }, pair.now);
      pair.settle();
      return pair.said("lac").at(-1);
    };
    expect([other("bearerType"), other("framingType")]).toEqual(["CDN 5/0", "CDN 2/3"]);
    expect(pair.lac.tunnels().length).toBe(1);
  });
});
