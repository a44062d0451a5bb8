import { describe, expect, test } from "vitest";
import { encodeIpv4 } from "#wire/ip/ipv4";
import { concat, NO_OCTETS, ofU8 } from "#wire/octets";
import { encodePpp, PPP } from "#wire/ppp/frame";
import type { IpcpOption } from "#wire/ppp/ipcp";
import type { LcpOption } from "#wire/ppp/lcp";
import { Bench, brief, ipcp, lcp, pap, said } from "./bench.test-support.ts";
import type { PppOptions } from "./endpoint.ts";

const address = (value: string): IpcpOption => ({ type: "address", value });
const request = (...options: readonly IpcpOption[]) => ipcp({ code: "Configure-Request", id: 60, options });
const packet = encodeIpv4({ src: "10.0.0.9", dst: "10.0.0.1", protocol: 17 }, ofU8(1, 2, 3, 4, 5, 6, 7, 8));

/** A bench in Network phase; what IPCP has asked by then is in `asked`. */
function network(options: Partial<PppOptions> = {}, lcpOptions: readonly LcpOption[] = []) {
  const bench = new Bench(options).reach("Ack-Rcvd");
  const sent = bench.give(lcp({ code: "Configure-Request", id: 200, options: lcpOptions }));
  const ours = sent.find((what) => what.on === "IPCP");
  if (ours?.on !== "IPCP" || !("options" in ours)) throw new Error("IPCP did not begin");
  let { id, options: asked } = ours;
  const take = (frames: readonly Uint8Array[]) => {
    for (const what of frames.map(said))
      if (what.on === "IPCP" && what.code === "Configure-Request" && "options" in what) ({ id, options: asked } = what);
  };
  const reply = (code: "Configure-Ack" | "Configure-Nak" | "Configure-Reject", options: readonly IpcpOption[]) =>
    take(bench.giveRaw(ipcp({ code, id, options })));
  return {
    bench,
    take,
    asked: () => asked,
    nak: (...o: readonly IpcpOption[]) => reply("Configure-Nak", o),
    reject: (...o: readonly IpcpOption[]) => reply("Configure-Reject", o),
    ack: () => reply("Configure-Ack", asked),
  };
}

const POOL: Partial<PppOptions> = {
  role: "server",
  address: "172.16.1.1",
  assign: () => "172.16.1.51",
  dns: { primary: "1.1.1.1", secondary: "2.2.2.2" },
};

describe("the peer's request, to a server with a pool", () => {
  test.each<[string, IpcpOption[], string, IpcpOption[]]>([
    ["0.0.0.0", [address("0.0.0.0")], "Configure-Nak", [address("172.16.1.51")]],
    ["a wrong address", [address("10.9.9.9")], "Configure-Nak", [address("172.16.1.51")]],
    ["the server's own", [address("172.16.1.1")], "Configure-Nak", [address("172.16.1.51")]],
    ["the right address", [address("172.16.1.51")], "Configure-Ack", [address("172.16.1.51")]],
    ["none", [], "Configure-Nak", [address("172.16.1.51")]],
    ["a short option", [{ type: 3, octets: ofU8(1, 2, 3) }], "Configure-Nak", [address("172.16.1.51")]],
    [
      "compression",
      [address("172.16.1.51"), { type: "compression", protocol: 0x2d, maxSlotId: 15, compSlotId: 0, data: NO_OCTETS }],
      "Configure-Reject",
      [{ type: "compression", protocol: 0x2d, maxSlotId: 15, compSlotId: 0, data: NO_OCTETS }],
    ],
    [
      "the option of RFC 1172",
      [{ type: "addresses", source: "0.0.0.0", destination: "0.0.0.0" }],
      "Configure-Reject",
      [{ type: "addresses", source: "0.0.0.0", destination: "0.0.0.0" }],
    ],
    [
      "LCP's Magic-Number",
      [{ type: 5, octets: ofU8(1, 2, 3, 4) }],
      "Configure-Reject",
      [{ type: 5, octets: ofU8(1, 2, 3, 4) }],
    ],
    [
      "all four servers",
      [
        address("172.16.1.51"),
        { type: "primaryDns", value: "0.0.0.0" },
        { type: "primaryNbns", value: "0.0.0.0" },
        { type: "secondaryDns", value: "0.0.0.0" },
        { type: "secondaryNbns", value: "0.0.0.0" },
      ],
      "Configure-Reject",
      [
        { type: "primaryNbns", value: "0.0.0.0" },
        { type: "secondaryNbns", value: "0.0.0.0" },
      ],
    ],
    [
      "address and DNS",
      [address("0.0.0.0"), { type: "primaryDns", value: "0.0.0.0" }, { type: "secondaryDns", value: "2.2.2.2" }],
      "Configure-Nak",
      [address("172.16.1.51"), { type: "primaryDns", value: "1.1.1.1" }],
    ],
    [
      "the second DNS alone",
      [address("172.16.1.51"), { type: "secondaryDns", value: "9.9.9.9" }],
      "Configure-Nak",
      [{ type: "secondaryDns", value: "2.2.2.2" }],
    ],
  ])("%s", (_, options, code, answer) => {
    expect(network(POOL).bench.give(request(...options))).toEqual([{ on: "IPCP", code, id: 60, options: answer }]);
  });

  test("NBNS servers are given where they are configured", () => {
    const { bench } = network({ ...POOL, nbns: { primary: "3.3.3.3" } });
    expect(bench.give(request(address("172.16.1.51"), { type: "primaryNbns", value: "0.0.0.0" }))).toMatchObject([
      { code: "Configure-Nak", options: [{ type: "primaryNbns", value: "3.3.3.3" }] },
    ]);
  });

  test("who insists is Rejected after five Naks, and who never names an address is let in without", () => {
    const one = network(POOL).bench;
    const codes = Array.from({ length: 6 }, () => one.give(request(address("10.9.9.9")))[0]).map(
      (what) => what && "code" in what && what.code,
    );
    expect(codes).toEqual([...Array.from({ length: 5 }, () => "Configure-Nak"), "Configure-Reject"]);
    const released: string[] = [];
    const two = network({ ...POOL, releaseAddress: (given) => released.push(given) });
    for (let i = 0; i < 5; i++) expect(two.bench.give(request())).toMatchObject([{ code: "Configure-Nak" }]);
    expect(two.bench.give(request())).toMatchObject([{ code: "Configure-Ack", options: [] }]);
    two.ack();
    expect(two.bench.events.at(-1)).toEqual({ type: "ip-up", local: "172.16.1.1", remote: "0.0.0.0" });
    expect(released).toEqual(["172.16.1.51"]);
  });

  test("an empty pool: Rejected", () => {
    const { bench } = network({ ...POOL, assign: () => undefined });
    expect(bench.give(request(address("0.0.0.0")))).toMatchObject([{ code: "Configure-Reject" }]);
  });

  test("the address is taken for the user that was authenticated, once, and given back once", () => {
    const log: string[] = [];
    const bench = new Bench({
      ...POOL,
      requireAuth: "pap",
      verify: () => "p",
      assign: (user) => (log.push(`take ${user}`), "172.16.1.51"),
      releaseAddress: (given) => log.push(`give ${given}`),
    }).reach("Opened");
    bench.give(pap({ code: "Authenticate-Request", id: 1, peerId: "carol", password: "p" }));
    bench.give(request(address("0.0.0.0")), request(address("172.16.1.51")));
    bench.give(lcp({ code: "Terminate-Request", id: 1, data: NO_OCTETS }));
    bench.pass(60_000);
    bench.ppp.lowerDown(bench.now);
    expect(log).toEqual(["take carol", "give 172.16.1.51"]);
  });
});

describe("the peer's request, to an end without a pool", () => {
  const client = { role: "client" } as const;
  test("any address is right but none", () => {
    const { bench } = network(client);
    expect(bench.give(request(address("10.0.0.1")))).toMatchObject([{ code: "Configure-Ack" }]);
    expect(bench.give(request(address("0.0.0.0")))).toMatchObject([{ code: "Configure-Reject" }]);
    expect(bench.give(request())).toMatchObject([{ code: "Configure-Ack", options: [] }]);
    expect(bench.give(request({ type: "primaryDns", value: "0.0.0.0" }))).toMatchObject([{ code: "Configure-Reject" }]);
  });
});

describe("our request", () => {
  test("a client asks for its address and, if it should, DNS; it adopts what a Nak gives", () => {
    const { bench, asked, nak, ack } = network({ role: "client", requestDns: true });
    expect(asked()).toEqual([
      address("0.0.0.0"),
      { type: "primaryDns", value: "0.0.0.0" },
      { type: "secondaryDns", value: "0.0.0.0" },
    ]);
    nak(address("172.16.1.51"), { type: "primaryDns", value: "1.1.1.1" });
    nak({ type: "secondaryDns", value: "2.2.2.2" });
    ack();
    bench.give(request(address("172.16.1.1")));
    expect(bench.events.at(-1)).toEqual({
      type: "ip-up",
      local: "172.16.1.51",
      remote: "172.16.1.1",
      dns: ["1.1.1.1", "2.2.2.2"],
    });
  });

  test("DNS Rejected: IPCP opens without it, and the address stays", () => {
    const { bench, asked, nak, reject, ack } = network({ role: "client", requestDns: true });
    reject({ type: "primaryDns", value: "0.0.0.0" }, { type: "secondaryDns", value: "0.0.0.0" });
    nak(address("172.16.1.51"), { type: "primaryDns", value: "1.1.1.1" });
    expect(asked()).toEqual([address("172.16.1.51")]);
    ack();
    bench.give(request());
    expect(bench.events.at(-1)).toMatchObject({ type: "ip-up", local: "172.16.1.51", dns: [] });
  });

  test("the address Rejected: not asked again, IPCP opens without", () => {
    const { bench, asked, nak, reject, ack } = network({ role: "client" });
    reject(address("0.0.0.0"));
    expect(asked()).toEqual([]);
    nak(address("172.16.1.51"));
    expect(asked()).toEqual([]);
    ack();
    bench.give(request());
    expect(bench.events.at(-1)).toEqual({ type: "ip-up", local: "0.0.0.0", remote: "0.0.0.0" });
  });

  test("a server names its own address, keeps it against Naks, and at last opens without the peer's consent", () => {
    const { bench, asked, nak, ack } = network(POOL);
    for (let i = 0; i < 5; i++) {
      nak(address("10.9.9.9"));
      expect(asked()).toEqual([address("172.16.1.1")]);
    }
    nak(address("10.9.9.9"));
    expect(asked()).toEqual([]);
    ack();
    bench.give(request(address("172.16.1.51")));
    expect(bench.events.at(-1)).toEqual({ type: "ip-up", local: "172.16.1.1", remote: "172.16.1.51" });
  });

  test("goes on for as long as the peer only acknowledges, and opens when it asks after a minute", () => {
    const { bench, ack, take } = network(POOL);
    ack();
    for (let i = 0; i < 20; i++) {
      take(bench.pass(3000));
      ack();
    }
    bench.give(request(address("172.16.1.51")));
    expect(bench.ppp.states.ipcp).toBe("Opened");
  });

  test("Naks that change nothing and never end: IPCP gives up, LCP does not", () => {
    const { bench, nak } = network({ role: "server" });
    for (let i = 0; i < 50 && bench.ppp.states.ipcp === "Req-Sent"; i++) nak({ type: "primaryDns", value: "1.1.1.1" });
    expect(bench.ppp.states).toMatchObject({ ipcp: "Stopping", lcp: "Opened" });
  });
});

describe("RFC 1332 §2: the automaton of LCP on 8021", () => {
  const opened = () => {
    const all = network(POOL);
    all.ack();
    all.bench.give(request(address("172.16.1.51")));
    return all;
  };
  const ip = encodePpp(PPP.IP, packet);
  const echo = lcp({ code: "Echo-Request", id: 1, magic: 0, data: NO_OCTETS });

  test.each([0, 8, 9, 100])("code %i: Code-Reject on 8021, IPCP undisturbed", (code) => {
    const { bench } = opened();
    expect(bench.give(ipcp({ code, id: 3, data: ofU8(1) }))).toMatchObject([
      { on: "IPCP", code: "Code-Reject", packet: ofU8(code, 3, 0, 5, 1) },
    ]);
    expect(bench.ppp.states.ipcp).toBe("Opened");
  });

  test("a good request in Opened: own request and Ack, IP stops until both are acknowledged", () => {
    const { bench } = opened();
    expect(bench.giveRaw(request(address("172.16.1.51"))).map(brief)).toEqual([
      "IPCP Configure-Request 2",
      "IPCP Configure-Ack 60",
    ]);
    bench.give(ip);
    expect(bench.events.filter(({ type }) => type === "ip")).toEqual([]);
    bench.give(ipcp({ code: "Configure-Ack", id: 2, options: [address("172.16.1.1")] }), ip);
    expect(bench.events.map(({ type }) => type).slice(1)).toEqual(["ip-up", "ip-down", "ip-up", "ip"]);
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("Terminate-Request: acknowledged, no request taken for one Restart time, then anew; LCP lives", () => {
    const { bench } = opened();
    expect(bench.give(ipcp({ code: "Terminate-Request", id: 8, data: NO_OCTETS }), request())).toEqual([
      { on: "IPCP", code: "Terminate-Ack", id: 8, data: NO_OCTETS },
    ]);
    expect(bench.give(echo)).toMatchObject([{ code: "Echo-Reply" }]);
    bench.pass(3000);
    expect(bench.giveRaw(request(address("172.16.1.51"))).map(brief)).toEqual([
      "IPCP Configure-Request 2",
      "IPCP Configure-Ack 60",
    ]);
  });

  test("Terminate-Request: the address goes back when IPCP has stopped", () => {
    const released: string[] = [];
    const { bench, ack } = network({ ...POOL, releaseAddress: (given) => released.push(given) });
    ack();
    bench.give(request(address("172.16.1.51")), ipcp({ code: "Terminate-Request", id: 8, data: NO_OCTETS }));
    expect(released).toEqual([]);
    bench.pass(3000);
    expect(released).toEqual(["172.16.1.51"]);
  });

  test("what was Rejected may be asked again in the next negotiation", () => {
    const { bench, reject, nak, ack, take, asked } = network({ role: "client" });
    reject(address("0.0.0.0"));
    ack();
    bench.give(request());
    take(bench.giveRaw(ipcp({ code: "Terminate-Ack", id: 8, data: NO_OCTETS })));
    nak(address("172.16.1.51"));
    expect(asked()).toEqual([address("172.16.1.51")]);
  });

  test("Terminate-Ack that nobody asked for: negotiated again", () => {
    const { bench } = opened();
    expect(bench.giveRaw(ipcp({ code: "Terminate-Ack", id: 8, data: NO_OCTETS })).map(brief)).toEqual([
      "IPCP Configure-Request 2",
    ]);
  });

  test("Code-Reject of a Configure-Request: Terminate-Request on 8021, LCP lives", () => {
    const { bench } = opened();
    expect(bench.give(ipcp({ code: "Code-Reject", id: 1, packet: ofU8(1, 1, 0, 4) }))).toMatchObject([
      { on: "IPCP", code: "Terminate-Request" },
    ]);
    expect(bench.give(echo)).toMatchObject([{ code: "Echo-Reply" }]);
  });

  test("no answer: ten requests, and the link is left standing for the peer to begin", () => {
    const { bench } = network(POOL);
    expect(bench.pass(60_000)).toHaveLength(9);
    expect(bench.ppp.states).toMatchObject({ lcp: "Opened", ipcp: "Stopped" });
    expect(bench.give(request(address("172.16.1.51")))).toMatchObject([
      { code: "Configure-Request" },
      { code: "Configure-Ack" },
    ]);
  });

  test("IP itself rejected: none is sent any more, until LCP has run again", () => {
    const { bench } = opened();
    bench.give(lcp({ code: "Protocol-Reject", id: 1, protocol: PPP.IP, data: NO_OCTETS }));
    bench.ppp.sendIp(packet, bench.now);
    expect(bench.sent()).toEqual([]);
    bench.ppp.renegotiate(bench.now);
    bench.sent();
    bench.ackRequest();
    bench.give(lcp({ code: "Configure-Request", id: 1, options: [] }));
    bench.give(
      ipcp({ code: "Configure-Ack", id: 2, options: [address("172.16.1.1")] }),
      request(address("172.16.1.51")),
    );
    bench.ppp.sendIp(packet, bench.now);
    expect(bench.sent()).toHaveLength(1);
  });

  test("IP is dropped before IPCP is Opened, both ways, and no Protocol-Reject is sent", () => {
    const { bench } = network(POOL);
    expect(bench.give(ip)).toEqual([]);
    bench.ppp.sendIp(packet, bench.now);
    expect(bench.sent()).toEqual([]);
    expect(bench.ppp.discards).toBe(1);
  });

  test("an IP packet comes out without its padding; what is no IPv4 packet does not come out", () => {
    const { bench } = opened();
    bench.give(encodePpp(PPP.IP, concat(packet, new Uint8Array(9))));
    expect(bench.events.at(-1)).toEqual({ type: "ip", packet });
    const count = bench.events.length;
    bench.give(
      encodePpp(PPP.IP, NO_OCTETS),
      encodePpp(PPP.IP, packet.subarray(0, 25)),
      encodePpp(PPP.IP, ofU8(0x60, ...packet.subarray(1))),
    );
    expect(bench.events).toHaveLength(count);
  });

  test.each([
    ["before LCP is Opened", new Bench().reach("Ack-Sent")],
    ["before authentication is through", new Bench({ requireAuth: "pap" }).reach("Opened")],
  ])("IPCP %s is dropped in silence", (_, bench) => {
    expect(bench.give(request())).toEqual([]);
    expect(bench.ppp.states.ipcp).toBe("Starting");
  });
});

describe("Van Jacobson compression, asked for", () => {
  const VJ = { type: "compression", protocol: 0x2d, maxSlotId: 15, compSlotId: 1, data: NO_OCTETS } as const;

  test("stands in front of the address until it is rejected", () => {
    const { asked, reject } = network({ requestVj: true, address: "10.0.0.1" });
    expect(asked()).toEqual([VJ, address("10.0.0.1")]);
    reject(VJ);
    expect(asked()).toEqual([address("10.0.0.1")]);
  });

  test("is given up where the peer would like another kind", () => {
    const { asked, nak } = network({ requestVj: true, address: "10.0.0.1" });
    nak({ ...VJ, compSlotId: 0 });
    expect(asked()).toEqual([address("10.0.0.1")]);
  });
});
