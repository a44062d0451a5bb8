import { describe, expect, test } from "vitest";
import { NO_OCTETS, ofU8 } from "#wire/octets";
import { encodePpp, PPP } from "#wire/ppp/frame";
import type { LcpOption } from "#wire/ppp/lcp";
import { Bench, ipcp, lcp, said, seeded, type Said } from "./bench.test-support.ts";

const PAP: LcpOption = { type: "auth", protocol: PPP.PAP, data: NO_OCTETS };
const CHAP: LcpOption = { type: "auth", protocol: PPP.CHAP, algorithm: 5, data: NO_OCTETS };
const EAP: LcpOption = { type: "auth", protocol: PPP.EAP, data: NO_OCTETS };

const request = (...options: readonly LcpOption[]) => lcp({ code: "Configure-Request", id: 50, options });
const nak = (bench: Bench, ...options: readonly LcpOption[]) =>
  bench.give(lcp({ code: "Configure-Nak", id: bench.request().id, options }));
const reject = (bench: Bench, ...options: readonly LcpOption[]) =>
  bench.give(lcp({ code: "Configure-Reject", id: bench.request().id, options }));
const magicOf = (bench: Bench) =>
  bench.request().options.flatMap((option) => (option.type === "magic" && "value" in option ? [option.value] : []))[0];
const authOf = (bench: Bench) =>
  bench
    .request()
    .options.flatMap((option) => (option.type === "auth" && "protocol" in option ? [option.protocol] : []));

/** The number that the only option of a Nak proposes. */
function valueOf(nak: Said | undefined): number {
  const option = nak && "options" in nak ? nak.options[0] : undefined;
  if (!option || !("value" in option) || typeof option.value !== "number") throw new Error("no number proposed");
  return option.value;
}

describe("our request", () => {
  test("asks for nothing that is the default", () => {
    const bench = new Bench({ mru: 1500 }).reach("Req-Sent");
    expect(bench.request().options.map(({ type }) => type)).toEqual(["magic"]);
  });

  test("asks for the default MRU where that is wanted", () => {
    const bench = new Bench({ magic: false, requestDefaults: true }).reach("Req-Sent");
    expect(bench.request().options).toEqual([{ type: "mru", value: 1500 }]);
  });

  test("asks for all that is configured, each option once", () => {
    const bench = new Bench({ mru: 1400, accm: 0xa0000, pfc: true, acfc: true, requireAuth: ["pap", "chap"] });
    bench.reach("Req-Sent");
    expect(bench.request().options).toEqual([
      { type: "mru", value: 1400 },
      { type: "accm", value: 0xa0000 },
      CHAP,
      { type: "magic", value: magicOf(bench) },
      { type: "pfc" },
      { type: "acfc" },
    ]);
  });

  test("an MRU and a map that a Nak appends are taken up", () => {
    const bench = new Bench({ magic: false }).reach("Req-Sent");
    nak(bench, { type: "mru", value: 1400 }, { type: "accm", value: 0x11 }, { type: 200, octets: NO_OCTETS });
    expect(bench.request().options).toEqual([
      { type: "mru", value: 1400 },
      { type: "accm", value: 0x11 },
    ]);
  });

  test("what was Rejected may be asked again in the next negotiation", () => {
    const bench = new Bench({ magic: false, mru: 1400 }).reach("Req-Sent");
    reject(bench, { type: "mru", value: 1400 });
    expect(bench.request().options).toEqual([]);
    bench.ackRequest();
    bench.give(request());
    bench.give(request());
    expect(bench.request().options).toEqual([{ type: "mru", value: 1400 }]);
    nak(bench, { type: "mru", value: 1300 });
    expect(bench.request().options).toEqual([{ type: "mru", value: 1300 }]);
  });

  test("everything Rejected but authentication: LCP opens all the same", () => {
    const bench = new Bench({ mru: 1400, accm: 1, pfc: true, acfc: true }).reach("Req-Sent");
    reject(bench, ...bench.request().options);
    expect(bench.request().options).toEqual([]);
    bench.ackRequest();
    bench.give(request());
    expect(bench.events[0]).toEqual({ type: "lcp-up", mru: 1500, peerMru: 1500 });
  });
});

describe("authentication, asked of the peer (RFC 1661 §6.2)", () => {
  const reached = (requireAuth: "pap" | "chap" | ["pap", "chap"]) => new Bench({ requireAuth }).reach("Req-Sent");

  test("CHAP before PAP; PAP when CHAP is Nak-ed", () => {
    const bench = reached(["pap", "chap"]);
    expect(authOf(bench)).toEqual([PPP.CHAP]);
    nak(bench, PAP);
    expect(authOf(bench)).toEqual([PPP.PAP]);
  });

  test("a proposal that is not enabled leads to the next that is, and of several just one is asked", () => {
    const bench = reached(["pap", "chap"]);
    nak(bench, EAP);
    expect(authOf(bench)).toEqual([PPP.PAP]);
    nak(bench, EAP, CHAP, PAP);
    expect(authOf(bench)).toEqual([PPP.CHAP]);
  });

  test("the only method is insisted on, for a while", () => {
    const bench = reached("chap");
    for (let i = 0; i < 5; i++) {
      nak(bench, PAP);
      expect(authOf(bench)).toEqual([PPP.CHAP]);
    }
    nak(bench, PAP);
    expect(bench.ppp.states.lcp).toBe("Stopping");
  });

  test("Rejected: the link ends, and the option is not asked again", () => {
    const bench = reached("pap");
    expect(reject(bench, PAP)).toMatchObject([{ code: "Terminate-Request" }]);
    bench.pass(60_000);
    expect(bench.events).toEqual([{ type: "down", reason: "the peer refuses to authenticate" }]);
  });
});

describe("authentication, asked of us", () => {
  const client = (acceptAuth?: readonly ("pap" | "chap")[]) =>
    new Bench({ role: "client", credentials: { user: "u", password: "p" }, ...(acceptAuth && { acceptAuth }) });
  const odd = (protocol: number, ...data: number[]): LcpOption => ({
    type: 3,
    octets: ofU8(protocol >> 8, protocol & 0xff, ...data),
  });

  test.each<[string, LcpOption, LcpOption]>([
    ["an unknown protocol", odd(0xc999), CHAP],
    ["CHAP with MS-CHAP", odd(PPP.CHAP, 0x81), CHAP],
    ["CHAP with algorithm 0", odd(PPP.CHAP, 0), CHAP],
    ["CHAP without algorithm", odd(PPP.CHAP), CHAP],
    ["PAP with data", odd(PPP.PAP, 0), CHAP],
    ["half a protocol", { type: 3, octets: ofU8(0xc0) }, CHAP],
  ])("%s: Nak with what we have", (_, option, better) => {
    expect(client().reach("Req-Sent").give(request(option))).toMatchObject([
      { code: "Configure-Nak", options: [better] },
    ]);
  });

  test("what is allowed is acknowledged, anything else Nak-ed with the best of that", () => {
    expect(client(["pap"]).reach("Req-Sent").give(request(PAP))).toMatchObject([{ code: "Configure-Ack" }]);
    expect(client(["pap"]).reach("Req-Sent").give(request(CHAP))).toMatchObject([
      { code: "Configure-Nak", options: [PAP] },
    ]);
  });

  test("without credentials it is Rejected", () => {
    expect(new Bench().reach("Req-Sent").give(request(CHAP))).toMatchObject([
      { code: "Configure-Reject", options: [CHAP] },
    ]);
  });
});

describe("the Magic-Number (RFC 1661 §6.4)", () => {
  test("is random, and never zero", () => {
    const seen = new Set(
      Array.from({ length: 50 }, (_, i) => magicOf(new Bench({ random: seeded(i + 1) }).reach("Req-Sent"))),
    );
    expect(seen.size).toBe(50);
    const poor = new Bench({ random: (n) => new Uint8Array(n) }).reach("Opened");
    expect(magicOf(poor)).toBe(1);
    poor.ppp.renegotiate(poor.now);
    poor.sent();
    expect(magicOf(poor)).toBe(2);
  });

  test("our own number in the peer's request: Nak with another, and no new request of ours", () => {
    const bench = new Bench().reach("Req-Sent");
    const own = magicOf(bench) as number;
    const sent = bench.give(request({ type: "magic", value: own }));
    expect(sent).toMatchObject([{ code: "Configure-Nak", options: [{ type: "magic" }] }]);
    expect([0, own]).not.toContain(valueOf(sent[0]));
  });

  test("Nak-ed with another number: that one is asked at once; Nak-ed with our own last Nak: a third", () => {
    const bench = new Bench().reach("Req-Sent");
    nak(bench, { type: "magic", value: 0x12345678 });
    expect(magicOf(bench)).toBe(0x12345678);
    const [answer] = bench.give(request({ type: "magic", value: 0x12345678 }));
    const proposed = valueOf(answer);
    nak(bench, { type: "magic", value: proposed });
    expect([0, 0x12345678, proposed]).not.toContain(magicOf(bench));
  });

  test("Rejected: not asked again, but used as if it had been acknowledged", () => {
    const bench = new Bench().reach("Req-Sent");
    const own = magicOf(bench);
    reject(bench, ...bench.request().options);
    expect(magicOf(bench)).toBeUndefined();
    bench.ackRequest();
    bench.give(request());
    expect(bench.give(lcp({ code: "Echo-Request", id: 1, magic: 0, data: NO_OCTETS }))).toMatchObject([{ magic: own }]);
  });

  test("Nak-ed without end: asked no more, and as it was not agreed on, Echo packets carry zero", () => {
    const bench = new Bench().reach("Req-Sent");
    for (let i = 1; i <= 6; i++) nak(bench, { type: "magic", value: i });
    expect(magicOf(bench)).toBeUndefined();
    bench.ackRequest();
    bench.give(request());
    expect(bench.give(lcp({ code: "Echo-Request", id: 1, magic: 0, data: NO_OCTETS }))).toMatchObject([{ magic: 0 }]);
  });

  test("of the peer is acknowledged by who uses none, and zero is not", () => {
    const bench = new Bench({ magic: false }).reach("Req-Sent");
    expect(bench.give(request({ type: "magic", value: 9 }))).toMatchObject([{ code: "Configure-Ack" }]);
    expect(bench.give(request({ type: "magic", value: 0 }))).toMatchObject([{ code: "Configure-Nak" }]);
  });
});

describe("the rest of the peer's options", () => {
  test.each<[string, LcpOption, string, LcpOption]>([
    ["MRU of the wrong Length", { type: 1, octets: ofU8(5) }, "Configure-Nak", { type: "mru", value: 1500 }],
    ["MRU 65535", { type: "mru", value: 65535 }, "Configure-Ack", { type: "mru", value: 65535 }],
    ["MRU 127", { type: "mru", value: 127 }, "Configure-Nak", { type: "mru", value: 128 }],
    ["ACCM 0", { type: "accm", value: 0 }, "Configure-Ack", { type: "accm", value: 0 }],
    ["ACCM ffffffff", { type: "accm", value: 0xffffffff }, "Configure-Ack", { type: "accm", value: 0xffffffff }],
    ["ACCM of the wrong Length", { type: 2, octets: ofU8(1, 2, 3) }, "Configure-Nak", { type: "accm", value: 0 }],
    ["magic of the wrong Length", { type: 5, octets: ofU8(1, 2, 3) }, "Configure-Nak", { type: "magic" } as LcpOption],
    ["PFC with a value", { type: 7, octets: ofU8(1) }, "Configure-Reject", { type: 7, octets: ofU8(1) }],
    ["ACFC with a value", { type: 8, octets: ofU8(1) }, "Configure-Reject", { type: 8, octets: ofU8(1) }],
    [
      "quality",
      { type: "quality", protocol: PPP.LQR, data: ofU8(0, 0, 0, 9) },
      "Configure-Reject",
      { type: "quality" } as LcpOption,
    ],
    ["multilink", { type: "mrru", value: 1500 }, "Configure-Reject", { type: "mrru", value: 1500 }],
  ])("%s", (_, option, code, answer) => {
    expect(new Bench().reach("Req-Sent").give(request(option))).toMatchObject([{ code, options: [answer] }]);
  });
});

describe("Echo and Discard (RFC 1661 §5.8, §5.9)", () => {
  test.each([0, 4, 100, 1000])("an Echo-Request of %i octets comes back with our Magic-Number", (length) => {
    const bench = new Bench().reach("Opened");
    const data = new Uint8Array(length).map((_, i) => 0x7d + i);
    expect(bench.give(lcp({ code: "Echo-Request", id: 255, magic: 0, data }))).toEqual([
      { on: "LCP", code: "Echo-Reply", id: 255, magic: magicOf(bench), data },
    ]);
  });

  test("the reply is cut to the peer's MRU", () => {
    const bench = new Bench().reach("Opened", [{ type: "mru", value: 576 }]);
    const [reply] = bench.giveRaw(lcp({ code: "Echo-Request", id: 1, magic: 0, data: new Uint8Array(1400) }));
    expect(reply).toHaveLength(4 + 576);
  });

  test("padding is not returned", () => {
    const bench = new Bench().reach("Opened");
    const padded = lcp({ code: "Echo-Request", id: 1, magic: 0, data: ofU8(7) }, { trailing: new Uint8Array(20) });
    expect(bench.give(padded)).toMatchObject([{ data: ofU8(7) }]);
  });

  test("without a Magic-Number of ours it is zero", () => {
    const bench = new Bench({ magic: false }).reach("Opened");
    expect(bench.give(lcp({ code: "Echo-Request", id: 1, magic: 0, data: NO_OCTETS }))).toMatchObject([{ magic: 0 }]);
  });

  test("Echo-Reply, Discard-Request and what is too short get no answer", () => {
    const bench = new Bench().reach("Opened");
    expect(
      bench.give(
        lcp({ code: "Echo-Reply", id: 1, magic: 0, data: NO_OCTETS }),
        lcp({ code: "Discard-Request", id: 1, magic: 0, data: new Uint8Array(100) }),
        lcp({ code: 9, id: 1, data: ofU8(1, 2, 3) }),
      ),
    ).toEqual([]);
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("an Echo-Reply with our own number, or to another request, does not keep the link alive", () => {
    const bench = new Bench({ echoMs: 1000, echoFailures: 2 }).reach("Opened");
    const own = magicOf(bench) as number;
    for (let i = 0; i < 3; i++) {
      const echo = bench
        .pass(1000)
        .map(said)
        .find((what) => what.on === "LCP");
      if (echo?.on !== "LCP" || echo.code !== "Echo-Request") break;
      bench.give(lcp({ code: "Echo-Reply", id: echo.id, magic: own, data: NO_OCTETS }));
      bench.give(lcp({ code: "Echo-Reply", id: echo.id + 1, magic: 0, data: NO_OCTETS }));
    }
    expect(bench.ppp.states.lcp).toBe("Stopping");
  });

  test("an Echo-Reply with a wrong number still shows that somebody is there", () => {
    const bench = new Bench({ echoMs: 1000, echoFailures: 2, requireAuth: "pap" }).reach("Opened");
    for (let i = 0; i < 5; i++) {
      const [echo] = bench.pass(1000).map(said);
      const id = echo && "id" in echo ? echo.id : -1;
      bench.give(lcp({ code: "Echo-Reply", id, magic: 0xdeadbeef, data: NO_OCTETS }));
    }
    expect(bench.ppp.states.lcp).toBe("Opened");
    expect(bench.all).toContainEqual({ type: "log", text: "LCP: Magic-Number is not what the peer has negotiated" });
  });

  test("Code-Rejected as well are Echo-Reply and Protocol-Reject: no more of them, until LCP begins anew", () => {
    const bench = new Bench().reach("Opened");
    const stimuli = [lcp({ code: "Echo-Request", id: 1, magic: 0, data: NO_OCTETS }), encodePpp(0x80cf, NO_OCTETS)];
    expect(bench.give(...stimuli)).toHaveLength(2);
    for (const code of [8, 10]) bench.give(lcp({ code: "Code-Reject", id: 1, packet: ofU8(code, 1, 0, 4) }));
    expect(bench.give(...stimuli)).toEqual([]);
    bench.give(request());
    bench.ackRequest();
    expect(bench.give(...stimuli)).toHaveLength(2);
  });

  test("Code-Rejected: no more Echo-Requests, and the link stays", () => {
    const bench = new Bench({ echoMs: 1000, requireAuth: "pap" }).reach("Opened");
    const [echo] = bench.pass(1000);
    expect(echo && said(echo)).toMatchObject({ code: "Echo-Request" });
    bench.give(lcp({ code: "Code-Reject", id: 1, packet: echo!.subarray(4) }));
    expect(bench.pass(60_000)).toEqual([]);
    expect(bench.ppp.states.lcp).toBe("Opened");
  });
});

describe("Protocol-Reject", () => {
  const frame = (protocol: number, length = 4) => encodePpp(protocol, new Uint8Array(length).fill(0x42));

  test.each([0x80cf, 0x40f1, 0xc022, PPP.CCP, PPP.IPV6CP, PPP.LQR, PPP.VJ_COMPRESSED])(
    "0x%x in Network phase: named, with its Information field",
    (protocol) => {
      const bench = new Bench().reach("Opened");
      expect(bench.give(frame(protocol))).toMatchObject([
        { on: "LCP", code: "Protocol-Reject", protocol, data: ofU8(0x42, 0x42, 0x42, 0x42) },
      ]);
    },
  );

  test("a protocol with an odd first octet is read as the short form that it is", () => {
    const bench = new Bench().reach("Opened");
    expect(bench.give(frame(0xc121))).toMatchObject([{ code: "Protocol-Reject", protocol: 0x00c1 }]);
  });

  test("each has a new Identifier, and is cut to the peer's MRU", () => {
    const bench = new Bench().reach("Opened", [{ type: "mru", value: 576 }]);
    const frames = bench.giveRaw(frame(0x80cf, 1400), frame(0x80cf));
    expect(frames[0]).toHaveLength(4 + 576);
    const ids = frames.map(said).map((what) => "id" in what && what.id);
    expect(new Set(ids).size).toBe(2);
  });

  test("none before LCP is Opened, nor after", () => {
    for (const state of ["Req-Sent", "Ack-Rcvd", "Ack-Sent", "Stopping", "Stopped", "Closing", "Closed"] as const) {
      const bench = new Bench().reach(state);
      expect(bench.give(frame(0x80cf), frame(PPP.IPCP), frame(PPP.PAP), frame(PPP.IP))).toEqual([]);
      expect(bench.ppp.discards).toBe(4);
    }
  });

  test("in Authenticate phase all but LCP and authentication is dropped; link quality is not supported, and that is said", () => {
    const bench = new Bench({ requireAuth: "pap" }).reach("Opened");
    expect(bench.give(frame(0x80cf), frame(PPP.IPCP), frame(PPP.CCP), frame(PPP.IP))).toEqual([]);
    expect(bench.ppp.discards).toBe(4);
    expect(bench.give(frame(PPP.LQR))).toMatchObject([{ code: "Protocol-Reject", protocol: PPP.LQR }]);
  });

  test("received before Opened it does nothing; in Opened LCP's own is fatal", () => {
    const refuse = (protocol: number) => lcp({ code: "Protocol-Reject", id: 1, protocol, data: NO_OCTETS });
    for (const state of ["Req-Sent", "Ack-Rcvd", "Ack-Sent"] as const) {
      const bench = new Bench().reach(state);
      expect(bench.give(refuse(PPP.LCP), refuse(PPP.IPCP))).toEqual([]);
      expect(bench.ppp.states.lcp).toBe(state);
    }
    expect(new Bench().reach("Opened").give(refuse(PPP.LCP))).toMatchObject([{ code: "Terminate-Request" }]);
  });

  test("of IPCP: no more of it, no IP, and LCP stays", () => {
    const bench = new Bench({ address: "10.0.0.1" }).reach("Opened");
    bench.give(lcp({ code: "Protocol-Reject", id: 1, protocol: PPP.IPCP, data: NO_OCTETS }));
    expect(bench.pass(60_000)).toEqual([]);
    expect(bench.give(ipcp({ code: "Configure-Request", id: 1, options: [] }))).toEqual([]);
    expect(bench.ppp.states.lcp).toBe("Opened");
    // With LCP anew the peer may be another.
    bench.ppp.renegotiate(bench.now);
    bench.sent();
    bench.ackRequest();
    bench.give(request());
    expect(bench.ppp.states.ipcp).toBe("Req-Sent");
  });

  test("of IPCP when it is Opened: IP is over", () => {
    const bench = new Bench({ role: "client", address: "10.0.0.2" }).reach("Opened");
    bench.give(ipcp({ code: "Configure-Ack", id: 1, options: [{ type: "address", value: "10.0.0.2" }] }));
    bench.give(ipcp({ code: "Configure-Request", id: 1, options: [] }));
    expect(bench.events.at(-1)).toMatchObject({ type: "ip-up" });
    bench.give(lcp({ code: "Protocol-Reject", id: 1, protocol: PPP.IPCP, data: NO_OCTETS }));
    expect(bench.events.at(-1)).toEqual({ type: "ip-down" });
  });

  test("of the authentication protocol: the link ends", () => {
    const bench = new Bench({ requireAuth: "chap" }).reach("Opened");
    const sent = bench.give(lcp({ code: "Protocol-Reject", id: 1, protocol: PPP.CHAP, data: NO_OCTETS }));
    expect(sent).toMatchObject([{ code: "Terminate-Request" }]);
  });
});

describe("frames (RFC 1662 §3)", () => {
  const echo = lcp({ code: "Echo-Request", id: 1, magic: 0, data: NO_OCTETS }).subarray(2);

  test("with or without FF 03, whatever was negotiated", () => {
    const bench = new Bench().reach("Opened");
    expect(bench.give(echo)).toMatchObject([{ code: "Echo-Reply" }]);
  });

  test("FF with a Control other than 03 is dropped; so is a lone octet, and nothing at all", () => {
    const bench = new Bench().reach("Opened");
    expect(bench.give(ofU8(0xff, 0x13, ...echo), ofU8(0xff), ofU8(0xff, 3), ofU8(0xc0), NO_OCTETS)).toEqual([]);
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("addressControl: false leaves FF 03 out everywhere", () => {
    const [first] = new Bench({ addressControl: false }).start();
    expect([...first!.subarray(0, 3)]).toEqual([0xc0, 0x21, 1]);
  });

  test("after LCP anew without them, PFC and ACFC are off again", () => {
    const bench = new Bench({ address: "10.0.0.1" }).reach("Opened", [{ type: "pfc" }, { type: "acfc" }]);
    const [short] = bench.giveRaw(encodePpp(PPP.IPCP, ofU8(9, 1, 0, 4)));
    expect([...short!.subarray(0, 2)]).toEqual([0x80, 0x21]);
    bench.give(request());
    bench.ackRequest();
    const [long] = bench.giveRaw(encodePpp(PPP.IPCP, ofU8(9, 1, 0, 4)));
    expect([...long!.subarray(0, 4)]).toEqual([0xff, 3, 0x80, 0x21]);
  });
});
