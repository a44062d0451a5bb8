import { describe, expect, test } from "vitest";
import { RealClock } from "#link/clock";
import { fault, theNth } from "#link/fault";
import { openUdp } from "#link/udp";
import { fieldsOf } from "#wire/fields";
import { dissect } from "#wire/packet";
import { fromHex, hex } from "#wire/octets";
import { LOGIN, seeded, testCall, USER } from "./call.fixture.ts";
import { Lac } from "./lac.ts";
import { Lns } from "./lns.ts";
import { lcp, message, sccrq } from "./script.ts";

describe("over a network in memory", () => {
  test("a PAP call: tunnel, session, LCP with MRU 1500, PAP, IPCP, a ping each way, and the end", async () => {
    const { lac, lns, sent, clock } = testCall({ lac: { ppp: { requestDefaults: true } } });
    const session = await lac.dial();
    const served = await lns.nextSession();

    expect(session.addresses).toEqual({ local: "172.16.1.51", remote: "172.16.1.1", dns: [] });
    expect(served.addresses).toMatchObject({ local: "172.16.1.1", remote: "172.16.1.51" });
    expect(served.user).toBe("hb@hb");
    expect(lns.events).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ type: "lcp-up", peerMru: 1500, auth: "pap" }) }),
    );
    expect(sent().filter((packet) => !packet.endsWith("ZLB"))).toEqual([
      ...["lac SCCRQ", "lns SCCRP", "lac SCCCN", "lac ICRQ", "lns ICRP", "lac ICCN"],
      ...["lac LCP 1", "lns LCP 1", "lns LCP 2", "lac LCP 2", "lac PAP 1", "lns PAP 2"],
      ...["lns IPCP 1", "lac IPCP 1", "lac IPCP 2", "lns IPCP 3", "lac IPCP 1", "lns IPCP 2"],
    ]);

    expect(await lac.ping("172.16.1.1")).toBeCloseTo(0.2);
    expect(await served.ping("172.16.1.51")).toBeCloseTo(0.2);
    expect(sent()).toEqual(["lac IP", "lns IP", "lns IP", "lac IP"]);

    lac.hangUp();
    await clock.until(() => served.state === "down", clock.now() + 1_000);
    expect([session.state, served.reason]).toEqual(["down", { by: "peer", result: 3 }]);
    expect(lns.pool.inUse.size).toBe(0);
    expect(await lac.closeTunnel(session.tunnel)).toBe(true);
    expect(lac.tunnelState(session.tunnel).ended).toMatchObject({ by: "us" });
    expect(lns.tunnelState(served.tunnel).ended).toMatchObject({ by: "peer" });
  });

  test("the CDN after a wrong password tells why, where that is asked for (RFC 3145)", async () => {
    const { lac, clock, packets } = testCall({ lac: { password: "wrong" }, lns: { ppp: { tellCause: true } } });
    await expect(lac.dial()).rejects.toThrow("PPP ended");
    await clock.until(() => false, clock.now() + 1_000);
    const told = packets.flatMap((ipv4) => fieldsOf(dissect(ipv4)));
    expect(told).toContainEqual(expect.objectContaining({ path: "avp.pppDisconnectCause.code", value: 16 }));
    expect(told).toContainEqual(expect.objectContaining({ path: "avp.pppDisconnectCause.direction", value: 1 }));
  });

  test("every packet of a call is without an issue", async () => {
    const { lac, packets } = testCall();
    const { tunnel } = await lac.dial();
    await lac.ping("172.16.1.1");
    await lac.closeTunnel(tunnel);
    expect(packets.flatMap((ipv4) => dissect(ipv4).issues)).toEqual([]);
    expect(packets.length).toBeGreaterThan(20);
  });

  test("equal seeds give equal captures, to the octet and the nanosecond", async () => {
    const run = async (): Promise<string[]> => {
      const { lac, network, clock } = testCall();
      const seen: string[] = [];
      network.onPacket((ipv4, tNs) => seen.push(`${tNs} ${hex(ipv4)}`));
      const { tunnel } = await lac.dial();
      await Promise.all([lac.ping("172.16.1.1"), lac.ping("172.16.1.1", { size: 100 })]);
      await lac.closeTunnel(tunnel);
      await clock.until(() => false, clock.now() + 40_000);
      return seen;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(20);
    expect(await run()).toEqual(first);
  });

  test("ending PPP ends the call: Terminate is answered, then the session goes with CDN", async () => {
    const { lac, lns, sent, clock } = testCall();
    const session = await lac.dial();
    sent();
    session.stopPpp();
    await clock.until(() => lns.sessions[0]?.state === "down", clock.now() + 1_000);
    expect(sent().filter((packet) => !packet.endsWith("ZLB"))).toEqual(["lac LCP 5", "lns LCP 6", "lac CDN"]);
    expect(session.state).toBe("down");
  });

  test("a CHAP call", async () => {
    const { lac, lns, sent } = testCall({ lns: { auth: "chap" } });
    expect((await lac.dial()).addresses?.local).toBe("172.16.1.51");
    expect((await lns.nextSession()).user).toBe("hb@hb");
    expect(sent().filter((packet) => packet.includes("CHAP"))).toEqual(["lns CHAP 1", "lac CHAP 2", "lns CHAP 3"]);
  });

  test("with a tunnel secret, and every AVP hidden that may be", async () => {
    const l2tp = { secret: fromHex("73 65 63 72 65 74"), hide: true };
    const { lac, packets } = testCall({ lac: { l2tp }, lns: { l2tp } });
    await lac.dial();
    const avps = packets.flatMap((ipv4) => dissect(ipv4).l2tp?.avps ?? []);
    expect(avps.filter((avp) => avp.h).length).toBeGreaterThan(5);
  });

  test("a wrong tunnel secret ends the tunnel, and dial says so", async () => {
    const [lac, lns] = [{ secret: fromHex("01") }, { secret: fromHex("02") }];
    await expect(testCall({ lac: { l2tp: lac }, lns: { l2tp: lns } }).lac.dial()).rejects.toMatchObject({
      code: "tunnel-ended",
      message: expect.stringContaining("Result Code 4"),
    });
  });

  test("a wrong password ends the call, and dial says so", async () => {
    const { lac, lns } = testCall({ lac: { password: "wrong" } });
    await expect(lac.dial()).rejects.toMatchObject({ code: "ppp-failed" });
    await expect(lns.nextSession()).rejects.toMatchObject({ code: "ppp-failed" });
    expect(lns.pool.inUse.size).toBe(0);
  });

  test("an LNS that is not there is a timeout of the tunnel; the caller may wait for less", async () => {
    const { lac, lns, clock } = testCall();
    await lns[Symbol.asyncDispose]();
    await expect(lac.dial()).rejects.toMatchObject({
      code: "tunnel-ended",
      message: expect.stringContaining("nothing was acknowledged"),
    });
    const began = clock.now();
    await expect(lac.dial({ withinMs: 500 })).rejects.toMatchObject({ code: "timeout" });
    expect(clock.now()).toBe(began + 500);
  });

  test("abort ends the waiting", async () => {
    const { lac, clock } = testCall();
    const controller = new AbortController();
    clock.schedule(0.3, () => controller.abort(new Error("enough")));
    await expect(lac.dial({ signal: controller.signal })).rejects.toThrow("enough");
  });

  test("several calls in one tunnel stay apart, each with an address of its own, and end alone", async () => {
    const { lac, lns, clock } = testCall();
    const first = await lac.dial();
    const second = await lac.call(first.tunnel);
    await clock.until(() => second.state === "ip-up", clock.now() + 1_000);
    expect([first.addresses?.local, second.addresses?.local]).toEqual(["172.16.1.51", "172.16.1.2"]);
    first.hangUp();
    expect(await second.ping("172.16.1.1")).toBeDefined();
    expect([first.state, second.state, lns.pool.inUse.size]).toEqual(["down", "ip-up", 1]);
  });

  test("several LACs at once are served side by side, each from a port of its own", async () => {
    const { clock, network, lns } = testCall();
    const lacs = await Promise.all(
      [1, 2, 3].map((n) =>
        Lac.at(
          (at) => network.attach(at),
          { address: "1.1.1.1" },
          { clock, lns: lns.local, random: seeded(`lac ${n}`), ...LOGIN },
        ),
      ),
    );
    const sessions = await Promise.all(lacs.map((lac) => lac.dial()));
    expect(new Set(lacs.map((lac) => lac.local.port)).size).toBe(3);
    expect(new Set(sessions.map((session) => session.addresses?.local)).size).toBe(3);
  });

  test("a ping that nobody answers is undefined; one to a host behind the LNS is answered; longer ones go in fragments", async () => {
    const { lac } = testCall({ lns: { hosts: ["192.168.1.2"] } });
    await lac.dial();
    expect(await lac.ping("192.168.1.3", { withinMs: 100 })).toBeUndefined();
    expect(await lac.ping("192.168.1.2")).toBeDefined();
    expect(await lac.ping("192.168.1.2", { size: 3_000 })).toBeDefined();
  });

  test("what is not for this end is handed on", async () => {
    const forwarded: string[] = [];
    const { lac } = testCall({
      lns: { onIp: (packet, session) => forwarded.push(`${dissect(packet).ip?.dst} by ${session.user}`) },
    });
    await lac.dial();
    await lac.ping("192.168.1.2", { withinMs: 1 });
    expect(forwarded).toEqual(["192.168.1.2 by hb@hb"]);
  });

  test("the call survives a bad network: one datagram in three is lost at first", async () => {
    const { clock, network, lns } = testCall();
    const faults = [1, 4, 7, 10].map((n) => ({
      name: `the ${n}th`,
      direction: "out" as const,
      select: theNth(n),
      then: "drop" as const,
    }));
    const link = fault(network.attach({ address: "1.1.1.1", port: 0 }), clock, faults);
    const lac = new Lac({ link, clock, lns: lns.local, random: seeded("lossy"), ...LOGIN });
    expect((await lac.dial()).state).toBe("ip-up");
    expect([...link.fired.values()]).toEqual([1, 1, 1, 1]);
  });

  test("without recording, a peer keeps nothing of what has ended", async () => {
    const { lac, lns, clock } = testCall({ lns: { record: false } });
    const { tunnel } = await lac.dial();
    expect(lns.sessions).toHaveLength(1);
    await lac.closeTunnel(tunnel);
    await clock.until(() => false, clock.now() + 100);
    expect([lns.sessions, lns.events, lns.received]).toEqual([[], [], []]);
  });

  test("shutDown says good-bye to every tunnel", async () => {
    const { lac, lns, sent } = testCall();
    await lac.dial();
    sent();
    await lns.shutDown();
    expect(sent()).toEqual(["lns StopCCN", "lac ZLB"]);
    expect(lac.sessions[0]?.reason?.by).toBe("peer");
  });

  test("shutDown waits for the acknowledgement of what has ended before", async () => {
    const { lac, clock, sent } = testCall();
    const { tunnel } = await lac.dial();
    sent();
    lac.l2tp.close(tunnel, clock.now());
    lac.wake();
    await lac.shutDown();
    expect(sent()).toEqual(["lac StopCCN", "lns ZLB"]);
  });
});

describe("a bench that scripts", () => {
  test("the machine is held, messages go by hand through its numbering, and wake() carries them out", async () => {
    const { lac, lns, clock, sent } = testCall();
    const tunnel = await lac.open();
    sent();
    lac.l2tp.hold(tunnel);
    const ns = lac.l2tp.send(tunnel, message("HELLO"), clock.now());
    expect(sent()).toEqual([]);
    lac.wake();
    expect(ns).toBe(2);
    await clock.until(() => lac.acknowledged(tunnel), clock.now() + 1_000);
    expect(sent()).toContain("lac HELLO");
    expect(lac.received.at(-1)?.from).toEqual(lns.local);
    lac.l2tp.sendRaw(fromHex("00 02"), lns.local);
    lac.wake();
    expect(sent()).toHaveLength(1);
    expect(() => lac.l2tp.send(999, sccrq({ assignedTunnelId: 1 }), clock.now())).toThrow("no tunnel 999");
  });

  test("a bare session sends and shows raw PPP frames", async () => {
    const { lac, lns, clock } = testCall();
    const session = await lac.call(await lac.open(), { ppp: "none" });
    const request = lcp.configureRequest(7, [{ type: "mru", value: 1400 }]);
    session.sendFrame(request);
    await clock.until(() => session.frames.length >= 2, clock.now() + 1_000);
    const { codeName, id } = dissect(session.frames.at(-1)!.octets, "ppp").ppp!.lcp!;
    expect([codeName, id]).toEqual(["Configure-Ack", 7]);
    expect(lns.sessions[0]?.frames.map(({ octets }) => hex(octets))).toEqual([hex(request)]);
  });

  test("a session that a script set up becomes the peer's", async () => {
    const { lac, clock } = testCall();
    const tunnel = await lac.open();
    const session = lac.adopt(tunnel, { ourId: 5, peerId: 6 }, { ppp: "none" });
    expect(lac.l2tp.tunnelInfo(tunnel)?.sessions).toMatchObject([{ ourId: 5, peerId: 6, state: "established" }]);
    expect(session.state).toBe("up");
    lac.hangUp(session);
    await clock.until(() => session.state === "down", clock.now() + 1_000);
    expect(session.reason?.by).toBe("us");
  });
});

test("the same call over UDP on the loopback interface", async ({ signal }) => {
  const clock = new RealClock();
  const attach = (at: { address: string; port: number }): ReturnType<typeof openUdp> =>
    openUdp({ ...at, clock, signal });
  const local = { address: "127.0.0.1" };
  const lns = await Lns.at(attach, { ...local, port: 0 }, { clock, random: seeded("lns"), users: [USER] });
  const lac = await Lac.at(attach, local, { clock, random: seeded("lac"), lns: lns.local, ...LOGIN });
  try {
    const session = await lac.dial({ withinMs: 4_000, signal });
    expect(session.addresses).toMatchObject({ local: "172.16.1.51", remote: "172.16.1.1" });
    expect(await lac.ping("172.16.1.1", { signal })).toBeLessThan(1_000);
    expect(await lac.closeTunnel(session.tunnel, { signal })).toBe(true);
    await clock.until(() => lns.sessions[0]?.state === "down", clock.now() + 1_000, signal);
    expect(lns.sessions[0]?.reason?.by).toBe("peer");
  } finally {
    await lac[Symbol.asyncDispose]();
    await lns[Symbol.asyncDispose]();
  }
});
