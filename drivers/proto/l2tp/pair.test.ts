import { describe, expect, test } from "vitest";
import { ofText } from "#wire/octets";
import type { L2tpEvent } from "./endpoint.ts";
import { LNS, Pair } from "./pair.ts";

describe("LAC and LNS, end to end", () => {
  test("a tunnel, a call, data both ways, CDN, StopCCN", () => {
    const pair = new Pair();
    const { tunnel, session } = pair.connect();
    expect(pair.sent).toEqual([
      "lac SCCRQ Ns 0 Nr 0",
      "lns SCCRP Ns 0 Nr 1",
      "lac SCCCN Ns 1 Nr 1",
      "lac ICRQ Ns 2 Nr 1",
      "lns ZLB Ns 1 Nr 2",
      "lns ICRP Ns 1 Nr 3",
      "lac ICCN Ns 3 Nr 2",
      "lns ZLB Ns 2 Nr 4",
    ]);
    expect(pair.happened("lac")).toEqual(["tunnel-up", "session-up"]);
    expect(pair.happened("lns")).toEqual(["tunnel-up", "session-up"]);
    const atLac = pair.lac.tunnelInfo(tunnel);
    const atLns = pair.lns.tunnelInfo(pair.lns.tunnels()[0] ?? 0);
    expect(atLac).toMatchObject({ peerId: atLns?.ourId, peerHostName: "lns.test", state: "established" });
    expect(atLns).toMatchObject({ peerId: tunnel, peerHostName: "lac.test", remote: { port: 40_000 } });
    expect(atLac?.sessions).toEqual([{ ourId: session, peerId: atLns?.sessions[0]?.ourId, state: "established" }]);

    pair.clear();
    const [lnsTunnel, lnsSession] = [atLns?.ourId ?? 0, atLns?.sessions[0]?.ourId ?? 0];
    pair.lac.sendData(tunnel, session, ofText("up"), pair.now);
    pair.lns.sendData(lnsTunnel, lnsSession, ofText("down"), pair.now);
    pair.settle();
    expect(pair.sent).toEqual(["lac data", "lns data"]);
    expect(pair.events.lns).toEqual([
      { type: "data", tunnel: lnsTunnel, session: lnsSession, payload: ofText("up") },
    ] satisfies L2tpEvent[]);
    expect(pair.events.lac).toMatchObject([{ payload: ofText("down") }]);

    pair.clear();
    pair.lac.hangUp(tunnel, session, pair.now, { result: 1 });
    pair.settle();
    expect(pair.sent).toEqual(["lac CDN Ns 4 Nr 2", "lns ZLB Ns 2 Nr 5"]);
    expect(pair.events.lns).toMatchObject([
      { type: "message" },
      { type: "session-down", reason: { by: "peer", result: 1 } },
    ]);
    expect(pair.events.lac).toMatchObject([{ type: "session-down", reason: { by: "us", result: 1 } }]);

    pair.clear();
    pair.lns.close(lnsTunnel, pair.now);
    pair.settle();
    expect(pair.sent).toEqual(["lns StopCCN Ns 2 Nr 5", "lac ZLB Ns 5 Nr 3"]);
    expect(pair.events.lac).toMatchObject([
      { type: "message" },
      { type: "tunnel-down", reason: { by: "peer", result: 1 } },
    ]);
    expect(pair.events.lns).toMatchObject([{ type: "tunnel-down", reason: { by: "us", result: 1 } }]);
    expect([pair.lac.tunnels(), pair.lns.tunnels()]).toEqual([[], []]);

    pair.run(31_100);
    expect([pair.lac.tunnelInfo(tunnel), pair.lns.tunnelInfo(lnsTunnel)], "31 s later both have forgotten").toEqual([
      undefined,
      undefined,
    ]);
    expect([pair.lac.nextTimerAt(), pair.lns.nextTimerAt()]).toEqual([undefined, undefined]);
  });

  test("an LNS opens the tunnel, and the LAC calls in it", () => {
    const pair = new Pair();
    const tunnel = pair.lns.open({ address: "10.0.0.1", port: 40_000 }, 0);
    pair.settle();
    expect(pair.lns.tunnelInfo(tunnel)?.state).toBe("established");
    const [atLac = 0] = pair.lac.tunnels();
    pair.lac.call(atLac, pair.now);
    pair.settle();
    expect(pair.happened("lns")).toEqual(["tunnel-up", "session-up"]);
  });

  test("several tunnels, several sessions in each: one CDN ends one session and no other", () => {
    const pair = new Pair();
    const tunnels = [pair.lac.open(LNS, 0), pair.lac.open(LNS, 0)];
    const sessions = tunnels.flatMap((t) => [pair.lac.call(t, 0), pair.lac.call(t, 0), pair.lac.call(t, 0)]);
    pair.run(100);
    expect(new Set([...tunnels, ...pair.lns.tunnels()]).size).toBe(4);
    expect(pair.happened("lns").filter((e) => e === "session-up").length).toBe(6);
    pair.lac.hangUp(tunnels[0] ?? 0, sessions[1] ?? 0, pair.now);
    pair.settle();
    const left = pair.lns.tunnels().map((t) => pair.lns.tunnelInfo(t)?.sessions.length);
    expect(left).toEqual([2, 3]);
  });
});
