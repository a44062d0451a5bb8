import { describe, expect, test } from "vitest";
import { encodeIcmpEcho } from "#wire/ip/icmp";
import { encodeIpv4, viewIpv4 } from "#wire/ip/ipv4";
import { Bench, Line, said, type Tamper } from "./bench.test-support.ts";
import type { PppOptions } from "./endpoint.ts";

const USER = { user: "hb@hb", password: "admin@123" };
const POOL = {
  address: "172.16.1.1",
  assign: () => "172.16.1.51",
  dns: { primary: "192.168.1.2", secondary: "192.168.1.3" },
  verify: (user: string) => (user === USER.user ? USER.password : undefined),
};

/** The usual call: a client that proves itself by `requireAuth` and gets its address. */
const call = (server: Partial<PppOptions> = {}, client: Partial<PppOptions> = {}): Line =>
  new Line({ credentials: USER, requestDns: true, ...client }, { ...POOL, ...server }).start();

const ping = (length: number, o: { dontFragment?: boolean } = {}): Uint8Array => {
  const payload = new Uint8Array(length - 28).fill(0x61);
  const icmp = encodeIcmpEcho({ type: "request", id: 1, seq: 1, data: payload });
  return encodeIpv4({ src: "172.16.1.51", dst: "172.16.1.1", protocol: 1, id: 9, ...o }, icmp);
};

describe("a call from LCP to IP", () => {
  test.each(["pap", "chap"] as const)("%s: authenticated, address and DNS assigned", (method) => {
    const line = call({ requireAuth: method });
    expect(line.run(1000, line.bothUp)).toBe(true);
    line.run(100);
    expect(line.events.client).toEqual([
      { type: "lcp-up", mru: 1500, peerMru: 1500, auth: method },
      { type: "authenticated", user: "hb@hb", method },
      { type: "ip-up", local: "172.16.1.51", remote: "172.16.1.1", dns: ["192.168.1.2", "192.168.1.3"] },
    ]);
    expect(line.events.server).toEqual([
      { type: "lcp-up", mru: 1500, peerMru: 1500, auth: method },
      { type: "authenticated", user: "hb@hb", method },
      { type: "ip-up", local: "172.16.1.1", remote: "172.16.1.51" },
    ]);
    expect(line.client.phase).toBe("Network");
    expect(line.server.states).toEqual({ lcp: "Opened", auth: "done", ipcp: "Opened" });
  });

  test("the frames of a PAP call, in order", () => {
    const line = call({ requireAuth: "pap" });
    line.run(1000, line.bothUp);
    const client = line.trace.filter((text) => text.startsWith("client")).map((text) => text.slice(7));
    expect(client).toEqual([
      "LCP Configure-Request 1",
      "LCP Configure-Ack 1",
      "PAP Authenticate-Request 1",
      "IPCP Configure-Request 1",
      "IPCP Configure-Ack 1",
      "IPCP Configure-Request 2",
    ]);
    const server = line.trace.filter((text) => text.startsWith("server")).map((text) => text.slice(7));
    expect(server).toEqual([
      "LCP Configure-Request 1",
      "LCP Configure-Ack 1",
      "PAP Authenticate-Ack 1",
      "IPCP Configure-Request 1",
      "IPCP Configure-Nak 1",
      "IPCP Configure-Ack 2",
    ]);
  });

  test("without authentication, and with nothing to ask for, each side sends two frames a protocol", () => {
    const line = new Line({ magic: false, address: "10.0.0.2" }, { magic: false, address: "10.0.0.1" }).start();
    expect(line.run(1000, line.bothUp)).toBe(true);
    expect(said(line.frames[0]!.frame)).toEqual({ on: "LCP", code: "Configure-Request", id: 1, options: [] });
    expect(line.frames).toHaveLength(8);
    expect(line.last("client", "ip-up")).toEqual({ type: "ip-up", local: "10.0.0.2", remote: "10.0.0.1" });
  });

  test("both ends may have to prove themselves, each by another protocol", () => {
    const line = call(
      { requireAuth: "chap", credentials: { user: "lns", password: "other" } },
      { requireAuth: "pap", verify: (user) => (user === "lns" ? "other" : undefined) },
    );
    // IPCP waits for both.
    line.tamper = (from, frame) => (from === "server" && said(frame).on === "PAP" ? [] : [frame]);
    line.run(1000);
    expect(line.last("server", "authenticated")).toMatchObject({ user: "hb@hb", method: "chap" });
    expect([line.client.phase, line.server.phase]).toEqual(["Authenticate", "Authenticate"]);
    line.tamper = (_, frame) => [frame];
    expect(line.run(10_000, line.bothUp)).toBe(true);
    expect(line.events.client.filter(({ type }) => type === "authenticated")).toHaveLength(2);
    expect(line.events.server.filter(({ type }) => type === "authenticated")).toHaveLength(2);
  });
});

describe("authentication fails", () => {
  test.each(["pap", "chap"] as const)("%s: wrong password", (method) => {
    const line = call({ requireAuth: method }, { credentials: { ...USER, password: "wrong" } });
    line.run(60_000);
    expect(line.last("server", "auth-failed")).toBeDefined();
    expect(line.last("client", "auth-failed")).toEqual({
      type: "auth-failed",
      message: method === "pap" ? "Login incorrect" : "Authentication failed",
    });
    expect(line.last("server", "down")).toEqual({ type: "down", reason: "authentication failed" });
    expect(line.last("client", "down")).toEqual({ type: "down", reason: "terminated by the peer" });
    // RFC 1334 §2.2.2, RFC 1994 §4.2: the verdict comes before the Terminate-Request, and nobody spoke IPCP.
    const verdict = line.trace.findIndex((text) => /server (PAP Authenticate-Nak|CHAP Failure)/.test(text));
    expect(verdict).toBeGreaterThan(0);
    expect(line.trace[verdict + 1]).toBe("server LCP Terminate-Request 2");
    expect(line.trace.filter((text) => text.includes("IPCP"))).toEqual([]);
  });

  test.each(["pap", "chap"] as const)("%s: unknown user", (method) => {
    const line = call({ requireAuth: method }, { credentials: { user: "nobody", password: "admin@123" } });
    line.run(60_000);
    expect(line.last("server", "auth-failed")).toBeDefined();
    expect(line.last("server", "authenticated")).toBeUndefined();
  });

  test("a client that may not prove itself is not let in", () => {
    const line = call({ requireAuth: ["pap", "chap"] }, { acceptAuth: [] });
    line.run(60_000);
    expect(line.last("server", "down")).toEqual({ type: "down", reason: "the peer refuses to authenticate" });
    expect(line.last("server", "lcp-up")).toBeUndefined();
    expect(line.trace.filter((text) => !text.includes(" LCP "))).toEqual([]);
  });

  test.each([
    ["chap, pap", ["pap", "chap"], ["pap"], "pap"],
    ["chap only", "chap", ["pap", "chap"], "chap"],
    ["pap only", ["pap"], ["chap", "pap"], "pap"],
  ] as const)("server wants %s: agreed on what both have", (_, requireAuth, acceptAuth, method) => {
    const line = call({ requireAuth }, { acceptAuth });
    expect(line.run(1000, line.bothUp)).toBe(true);
    expect(line.last("server", "authenticated")).toEqual({ type: "authenticated", user: "hb@hb", method });
  });

  test("no method in common: the link ends instead of staying open to anybody", () => {
    const line = call({ requireAuth: "chap" }, { acceptAuth: ["pap"] });
    line.run(60_000);
    expect(line.last("server", "down")?.reason).toBe("the peer refuses to authenticate");
    expect(line.last("server", "lcp-up")).toBeUndefined();
  });
});

describe("the MRU", () => {
  test("one that is too small is Nak-ed with the smallest that we take, and taken up", () => {
    const line = call({ acceptMru: { min: 576, max: 1500 } }, { mru: 100 });
    expect(line.run(1000, line.bothUp)).toBe(true);
    const nak = line.frames
      .map(({ frame }) => said(frame))
      .find((what) => "code" in what && what.code === "Configure-Nak");
    expect(nak).toMatchObject({ on: "LCP", options: [{ type: "mru", value: 576 }] });
    expect(line.last("server", "lcp-up")).toMatchObject({ peerMru: 576 });
    expect(line.last("client", "lcp-up")).toMatchObject({ mru: 576 });
  });

  test("a longer IP packet goes in fragments that fit, or not at all where it must not be cut", () => {
    const line = call({}, { mru: 1400 });
    line.run(1000, line.bothUp);
    const before = line.frames.length;
    line.server.sendIp(ping(1500), line.now);
    line.server.sendIp(ping(1500, { dontFragment: true }), line.now);
    line.server.sendIp(ping(1400, { dontFragment: true }), line.now);
    line.run(100);
    const got = line.events.client.filter((event) => event.type === "ip").map(({ packet }) => viewIpv4(packet));
    expect(
      got.map(({ totalLength, moreFragments, fragmentOffset }) => [totalLength, moreFragments, fragmentOffset]),
    ).toEqual([
      [1396, true, 0],
      [124, false, 1376],
      [1400, false, 0],
    ]);
    // Protocol and FF 03 are not counted in the MRU (RFC 1661 §6.1).
    expect(line.frames.slice(before).map(({ frame }) => frame.length)).toEqual([1400, 128, 1404]);
  });
});

describe("PFC and ACFC", () => {
  test("compress what is sent to the end that asked, and never LCP", () => {
    const line = call({}, { pfc: true, acfc: true, echoMs: 5000 });
    line.run(1000, line.bothUp);
    line.server.sendIp(ping(40), line.now);
    line.client.sendIp(ping(40), line.now);
    line.run(10_000);
    const heads = (from: string) =>
      new Set(
        line.frames.filter((f) => f.from === from && f.at > 40).map(({ frame }) => [...frame.subarray(0, 4)].join(" ")),
      );
    expect(heads("server")).toContain("33 69 0 0");
    expect(heads("server")).toContain("255 3 192 33");
    expect(heads("client")).toContain("255 3 0 33");
    expect(line.last("client", "ip")).toBeDefined();
  });
});

const lose =
  (from: string, n: number): Tamper =>
  (end, frame, nth) =>
    end === from && nth === n ? [] : [frame];

describe("a frame is lost", () => {
  const numbers = Array.from({ length: 9 }, (_, i) => i + 1);
  const cases = (["pap", "chap"] as const).flatMap((method) =>
    (["client", "server"] as const).flatMap((from) => numbers.map((n) => ({ method, from, n }))),
  );
  test.each(cases)("$method: number $n of the $from", ({ method, from, n }) => {
    const line = call({ requireAuth: method });
    line.tamper = lose(from, n);
    expect(line.run(30_000, line.bothUp)).toBe(true);
    expect(line.last("client", "ip-up")).toMatchObject({ local: "172.16.1.51" });
    line.run(10_000);
    expect(line.bothUp()).toBe(true);
  });

  test("two in three of all frames: the link comes up all the same", () => {
    const line = call({ requireAuth: "chap" }, { restartMs: 300 });
    let count = 0;
    line.tamper = (_, frame) => (++count % 3 === 0 || count > 60 ? [frame] : []);
    expect(line.run(120_000, line.bothUp)).toBe(true);
  });

  // A Configure-Request twice would rightly start LCP anew (RFC 1661 §4.1, Opened, RCR+).
  test("every frame but Configure-Requests twice: nothing is negotiated a second time", () => {
    const line = call({ requireAuth: "chap" });
    line.tamper = (_, frame) => {
      const what = said(frame);
      return "code" in what && what.code === "Configure-Request" ? [frame] : [frame, frame];
    };
    expect(line.run(1000, line.bothUp)).toBe(true);
    line.run(10_000);
    expect(line.events.client.map(({ type }) => type)).toEqual(["lcp-up", "authenticated", "ip-up"]);
    expect(line.events.server.map(({ type }) => type)).toEqual(["lcp-up", "authenticated", "ip-up"]);
  });
});

describe("a line that is looped back", () => {
  test("is recognised by its Magic-Number, and given up", () => {
    const bench = new Bench();
    const magics = new Set<unknown>();
    let frames = bench.start();
    let count = 0;
    while (count < 1000 && bench.now < 60_000) {
      for (const frame of frames) {
        const what = said(frame);
        if (what.on === "LCP" && what.code === "Configure-Request" && "options" in what) magics.add(what.options);
      }
      count += frames.length;
      frames = frames.length > 0 ? bench.giveRaw(...frames) : bench.pass(1000);
    }
    expect(bench.events).toMatchObject([{ type: "down" }]);
    expect(new Set([...magics].map((options) => JSON.stringify(options))).size).toBe(6);
    expect(count).toBeLessThan(30);
  });

  test("two ends with one number by chance part again", () => {
    let draws = 0;
    const same = (n: number) => new Uint8Array(n).fill(++draws <= 2 ? 0x55 : draws);
    const line = new Line({ random: same }, { random: same }).start();
    expect(line.run(30_000, line.bothUp)).toBe(true);
  });
});

describe("the end of a link", () => {
  test("stop: Terminate-Request and -Ack; who asked goes down at once, the other waits to be hung up", () => {
    const line = call({ requireAuth: "pap" });
    line.run(1000, line.bothUp);
    line.client.stop(line.now, "bye");
    expect(line.run(100, () => line.last("client", "down") !== undefined)).toBe(true);
    expect(line.last("client", "down")).toEqual({ type: "down", reason: "bye" });
    expect(line.client.states.lcp).toBe("Closed");
    line.client.lowerDown(line.now);
    line.run(1);
    expect(line.events.client.filter(({ type }) => type === "down")).toHaveLength(1);
    expect(line.last("server", "ip-down")).toBeDefined();
    line.run(20_000);
    // RFC 1661 §3.7: not before one Restart time, and rather not by us at all.
    expect(line.last("server", "down")).toBeUndefined();
    expect(line.server.states.lcp).toBe("Stopped");
    line.run(20_000);
    expect(line.last("server", "down")).toEqual({ type: "down", reason: "terminated by the peer" });
  });

  test("stop ends the wait for a peer that has terminated but not hung up", () => {
    for (const wait of [1000, 10_000]) {
      const line = call();
      line.run(1000, line.bothUp);
      line.client.stop(line.now);
      line.run(wait);
      line.server.stop(line.now, "enough");
      line.run(3000);
      expect(line.last("server", "down")).toEqual({ type: "down", reason: "enough" });
    }
  });

  test("a peer that does not answer is asked Max-Terminate times", () => {
    const line = call();
    line.run(1000, line.bothUp);
    line.tamper = () => [];
    const before = line.trace.length;
    line.client.stop(line.now);
    line.run(5999);
    expect(line.last("client", "down")).toBeUndefined();
    line.run(2);
    expect(line.last("client", "down")).toBeDefined();
    expect(line.trace.slice(before)).toEqual(["client LCP Terminate-Request 2", "client LCP Terminate-Request 2"]);
  });

  test("the lower layer goes: silence, everything down once, and start begins anew", () => {
    const released: string[] = [];
    const line = call({ requireAuth: "chap", releaseAddress: (address) => released.push(address) });
    line.run(1000, line.bothUp);
    const before = line.trace.length;
    line.client.lowerDown(line.now);
    line.server.lowerDown(line.now);
    line.run(60_000);
    expect(line.trace).toHaveLength(before);
    expect(line.events.server.slice(-2)).toEqual([
      { type: "ip-down" },
      { type: "down", reason: "the lower layer is down" },
    ]);
    expect(released).toEqual(["172.16.1.51"]);
    expect(line.client.phase).toBe("Dead");
    line.start();
    expect(line.run(1000, line.bothUp)).toBe(true);
  });

  test("after the peer has terminated, its next Configure-Request is answered with no help from outside", () => {
    const line = call({ requireAuth: "pap" });
    line.run(1000, line.bothUp);
    line.client.stop(line.now);
    line.run(4000);
    line.client.start(line.now);
    expect(line.run(1000, line.bothUp)).toBe(true);
    line.run(60_000);
    expect(line.last("server", "down")).toBeUndefined();
  });

  test("nobody answers at all: Max-Configure requests, then down", () => {
    const line = new Line();
    line.tamper = () => [];
    line.client.start(0);
    line.run(100_000);
    expect(line.frames.map(({ at }) => at)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27].map((s) => s * 1000));
    expect(line.last("client", "down")).toEqual({ type: "down", reason: "the peer does not answer" });
  });

  test("each attempt ends with its own reason", () => {
    const line = call({ requireAuth: "pap" }, { credentials: { ...USER, password: "wrong" } });
    line.run(1000);
    expect(line.last("server", "down")).toMatchObject({ reason: "authentication failed" });
    line.tamper = (from, frame) => (from === "server" ? [] : [frame]);
    line.client.renegotiate(line.now);
    line.run(60_000);
    expect(line.last("server", "down")).toMatchObject({ reason: "the peer does not answer" });
  });

  test("passive: it waits in silence, and answers who comes later", () => {
    const line = new Line({ passive: true });
    line.tamper = () => [];
    line.client.start(0);
    line.run(100_000);
    expect(line.last("client", "down")).toBeUndefined();
    line.tamper = (_, frame) => [frame];
    line.server.start(line.now);
    expect(line.run(1000, () => line.client.states.lcp === "Opened")).toBe(true);
  });
});

describe("settings", () => {
  test.each<[string, Partial<PppOptions>]>([
    ["user", { credentials: { user: "u".repeat(256), password: "" } }],
    ["password", { credentials: { user: "", password: "p".repeat(256) } }],
    ["CHAP Name", { chapName: "" }],
    ["CHAP Challenge Value", { chapChallengeLength: 0 }],
    ["CHAP Challenge Value", { chapChallengeLength: 256 }],
  ])("a %s that no packet can carry is refused", (what, options) => {
    expect(() => new Bench(options)).toThrow(new RegExp(`^${what} has [01] to 255 octets`));
  });
});

describe("keepalive", () => {
  test("an idle link stays up, one Echo-Request an interval", () => {
    const line = call({}, { echoMs: 10_000 });
    line.run(1000, line.bothUp);
    line.run(60_000);
    expect(line.bothUp()).toBe(true);
    expect(line.trace.filter((text) => text.includes("client LCP Echo-Request"))).toHaveLength(6);
    expect(line.trace.filter((text) => text.includes("server LCP Echo-Reply"))).toHaveLength(6);
  });

  test("a peer that falls silent is given up after the third", () => {
    const line = call({}, { echoMs: 10_000, echoFailures: 3 });
    line.run(1000, line.bothUp);
    line.tamper = (from, frame) => (from === "server" ? [] : [frame]);
    line.run(100_000);
    expect(line.last("client", "down")).toEqual({ type: "down", reason: "no answer to Echo-Requests" });
  });
});

describe("renegotiation", () => {
  test.each(["client", "server"] as const)("from Opened by the %s: authentication and IPCP run again", (end) => {
    const released: string[] = [];
    const line = call({ requireAuth: "chap", releaseAddress: (address) => released.push(address) });
    line.run(1000, line.bothUp);
    line.ends[end].renegotiate(line.now);
    line.run(100);
    expect(line.run(10_000, line.bothUp)).toBe(true);
    for (const name of ["client", "server"] as const) {
      const types = line.events[name].map(({ type }) => type);
      expect(types).toEqual(["lcp-up", "authenticated", "ip-up", "ip-down", "lcp-up", "authenticated", "ip-up"]);
    }
    expect(released).toEqual(["172.16.1.51"]);
  });
});
