/** What a bench that scripts relies on: a held machine, messages by hand, over the same numbers. */
import { describe, expect, test } from "vitest";
import { avpOf } from "#wire/l2tp/avp";
import { message } from "#wire/l2tp/message";
import { ofText } from "#wire/octets";
import { L2tpEndpoint } from "./endpoint.ts";
import { freshId } from "./id.ts";
import { LNS, Pair, seeded } from "./pair.ts";

const icrq = (id: number) => message("ICRQ", avpOf("assignedSessionId", id), avpOf("callSerialNumber", 1));

describe("hold", () => {
  test("the machine does not react, what comes is acknowledged and reported", () => {
    const pair = new Pair();
    const tunnel = pair.lac.open(LNS, 0, { held: true });
    pair.settle();
    expect(pair.sent).toEqual(["lac SCCRQ Ns 0 Nr 0", "lns SCCRP Ns 0 Nr 1", "lac ZLB Ns 1 Nr 1"]);
    expect(pair.events.lac).toMatchObject([{ type: "message", message: { type: "SCCRP" } }]);
    expect(pair.lac.tunnelInfo(tunnel)).toMatchObject({
      state: "wait-ctl-reply",
      peerHostName: "lns.test",
      ns: 1,
      nr: 1,
    });
    expect(pair.lac.tunnelInfo(tunnel)?.peerId, "the ids of the peer are taken up").toBe(pair.lns.tunnels()[0]);
  });

  test("a whole call by hand; then the machine takes over", () => {
    const pair = new Pair();
    const tunnel = pair.lac.open(LNS, 0, { held: true });
    pair.settle();
    expect(pair.lac.send(tunnel, message("SCCCN"), pair.now)).toBe(1);
    expect(pair.lac.send(tunnel, icrq(5), pair.now)).toBe(2);
    pair.settle();
    const [lns = 0] = pair.lns.tunnels();
    const peer = pair.lns.tunnelInfo(lns)?.sessions[0]?.ourId ?? 0;
    const iccn = message("ICCN", avpOf("txConnectSpeed", 1), avpOf("framingType", 1));
    pair.lac.send(tunnel, iccn, pair.now, { sessionId: peer });
    pair.settle();
    pair.lns.sendData(lns, peer, ofText("down"), pair.now);
    pair.settle();
    expect(pair.events.lac.at(-1), "no session is known here").toMatchObject({ type: "data", session: 5 });
    pair.lac.adopt(tunnel, { ourId: 5, peerId: peer });
    pair.lac.release(tunnel, "established");
    expect(pair.lac.sendData(tunnel, 5, ofText("up"), pair.now)).toBe(true);
    pair.lac.call(tunnel, pair.now);
    pair.settle();
    expect(pair.happened("lns")).toEqual(["tunnel-up", "session-up", "data", "session-up"]);
    expect(pair.happened("lac")).toEqual(["data", "tunnel-up", "session-up"]);
    pair.lac.close(tunnel, pair.now);
    pair.settle();
    expect(pair.happened("lac").slice(-3)).toEqual(["session-down", "session-down", "tunnel-down"]);
  });

  test("tunnels that the peer opens can begin held", () => {
    const pair = new Pair({ lns: { holdNew: true } });
    pair.lac.open(LNS, 0);
    pair.settle();
    expect(pair.sent).toEqual(["lac SCCRQ Ns 0 Nr 0", "lns ZLB Ns 0 Nr 1"]);
    const [tunnel = 0] = pair.lns.tunnels();
    pair.lns.close(tunnel, pair.now, { result: 3 });
    pair.settle();
    expect(pair.said("lns")).toEqual(["StopCCN 3"]);
  });

  test("no HELLO on a held tunnel", () => {
    const pair = new Pair({ lns: { helloAfterMs: 0 } });
    const { tunnel } = pair.connect();
    pair.lac.hold(tunnel);
    pair.clear().run(200_000);
    expect(pair.sent).toEqual([]);
  });
});

describe("messages by hand", () => {
  test("the same message again has its Ns and the Nr of the moment", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    const ns = pair.lac.send(tunnel, message("HELLO"), pair.now);
    pair.settle();
    pair.lns.send(pair.lns.tunnels()[0] ?? 0, message("HELLO"), pair.now);
    pair.settle().clear();
    pair.lac.resend(tunnel, ns, pair.now);
    pair.settle();
    expect(pair.sent).toEqual(["lac HELLO Ns 4 Nr 3", "lns ZLB Ns 3 Nr 5"]);
    expect(pair.events.lns, "a duplicate").toEqual([]);
    expect(() => pair.lac.resend(tunnel, 4711, pair.now)).toThrow("Ns 4711");
  });

  test("the header can lie; delivery goes on as if it did not", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.clear();
    pair.lac.send(tunnel, message("HELLO"), pair.now, { header: { ns: 500 } });
    pair.settle();
    expect(pair.sent, "too early for the LNS").toEqual(["lac HELLO Ns 500 Nr 2"]);
    pair.run(1000);
    expect(pair.sent.length, "and repeated, since nothing acknowledged it").toBe(2);
  });

  test("a body as octets, and a burst past the window", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.clear();
    pair.lac.muteAcks(tunnel, true);
    for (let id = 1; id <= 6; id++) pair.lac.send(tunnel, icrq(id), pair.now, { burst: true });
    expect(pair.settle().sent.filter((line) => line.startsWith("lac")).length).toBe(6);
  });

  test("muted: no ZLB, Nr stands still; unmuted: one acknowledgement for all", () => {
    const pair = new Pair();
    const { tunnel } = pair.connect();
    pair.clear();
    pair.lac.muteAcks(tunnel, true);
    const [lns = 0] = pair.lns.tunnels();
    pair.lns.send(lns, message("HELLO"), pair.now);
    pair.settle();
    pair.lac.send(tunnel, message("HELLO"), pair.now);
    pair.settle();
    expect(pair.sent).toEqual(["lns HELLO Ns 2 Nr 4", "lac HELLO Ns 4 Nr 2", "lns ZLB Ns 3 Nr 5"]);
    pair.lac.muteAcks(tunnel, false);
    pair.lac.sendData(tunnel, pair.lac.tunnelInfo(tunnel)?.sessions[0]?.ourId ?? 0, ofText("x"), pair.now);
    expect(pair.settle().sent.slice(-2), "what was due before goes before").toEqual(["lac ZLB Ns 5 Nr 3", "lac data"]);
  });

  test("raw octets go out as they are", () => {
    const end = new L2tpEndpoint({ role: "lac", hostName: "x", random: seeded(1) });
    end.sendRaw(ofText("anything"), LNS);
    expect(end.pollTransmit(0)).toEqual({ octets: ofText("anything"), remote: LNS });
    expect(end.pollTransmit(0)).toBeUndefined();
  });

  test("a tunnel that is not there is our own mistake", () => {
    const end = new L2tpEndpoint({ role: "lac", hostName: "x", random: seeded(1) });
    expect(() => end.send(1, message("HELLO"), 0)).toThrow("no tunnel 1");
    expect(() => end.hold(1)).toThrow("no tunnel 1");
    expect(() => end.call(1, 0)).toThrow("no tunnel 1");
    expect(end.tunnelInfo(1)).toBeUndefined();
    end.close(1, 0);
    end.hangUp(1, 1, 0);
    expect(end.pollTransmit(0)).toBeUndefined();
  });
});

describe("§5.3, §9.1 ids", () => {
  test("are never 0, never in use, and random", () => {
    const pair = new Pair();
    const tunnels = Array.from({ length: 200 }, () => pair.lac.open(LNS, 0));
    expect(new Set(tunnels).size).toBe(200);
    expect(tunnels).not.toContain(0);
    const steps = tunnels.slice(1).map((id, i) => id - (tunnels[i] ?? 0));
    expect(Math.max(...[...new Set(steps)].map((s) => steps.filter((t) => t === s).length))).toBeLessThan(10);
  });

  test("are the caller's, when it has a say", () => {
    let next = 0;
    const pair = new Pair({ lac: { nextTunnelId: () => next++, nextSessionId: () => 0x0102 } });
    const { tunnel, session } = pair.connect();
    expect([tunnel, session]).toEqual([1, 0x0102]);
    expect(() => pair.lac.call(tunnel, pair.now)).toThrow("no free id");
  });

  test("of a call that has ended can be used again once its CDN is acknowledged, and not before", () => {
    const pair = new Pair({ lac: { nextSessionId: () => 7 } });
    const { tunnel, session } = pair.connect();
    pair.lac.hangUp(tunnel, session, pair.now);
    expect(() => pair.lac.call(tunnel, pair.now)).toThrow("no free id");
    pair.settle();
    expect(pair.lac.call(tunnel, pair.now)).toBe(7);
    const [lns = 0] = pair.lns.tunnels();
    pair.settle();
    pair.lns.hangUp(lns, pair.lns.tunnelInfo(lns)?.sessions[0]?.ourId ?? 0, pair.now);
    pair.settle();
    expect(pair.lac.call(tunnel, pair.now), "or the peer's has come").toBe(7);
  });

  test("the last free one is found", () => {
    expect(
      freshId(
        () => Uint8Array.of(0, 9),
        undefined,
        (id) => id !== 4711,
      ),
    ).toBe(4711);
    expect(() =>
      freshId(
        () => Uint8Array.of(0, 9),
        undefined,
        () => true,
      ),
    ).toThrow("no free id");
  });
});
