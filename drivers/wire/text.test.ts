import { describe, expect, test } from "vitest";
import { encodeIcmpEcho } from "./ip/icmp.ts";
import { encodeIpv4, IP_PROTOCOLS } from "./ip/ipv4.ts";
import { encodeUdpDatagram } from "./ip/udp.ts";
import { type Avp, avpOf, unknownAvp } from "./l2tp/avp.ts";
import { encodeControl, encodeData, type HeaderTweak } from "./l2tp/header.ts";
import { encodeMessage, message, type MessageName } from "./l2tp/message.ts";
import { fromHex, NO_OCTETS, ofText } from "./octets.ts";
import { dissect, type Packet } from "./packet.ts";
import { encodeChap } from "./ppp/chap.ts";
import { encodePpp, PPP } from "./ppp/frame.ts";
import { encodeIpcp } from "./ppp/ipcp.ts";
import { encodeLcp } from "./ppp/lcp.ts";
import { encodePap } from "./ppp/pap.ts";
import { line, tree } from "./text.ts";

const LAC = { address: "1.1.1.1", port: 40000 };
const LNS = { address: "2.2.2.2", port: 1701 };
const ENDS = "1.1.1.1:40000 > 2.2.2.2:1701 ";

function control(type: MessageName | number, avps: readonly Avp[] = [], tweak?: HeaderTweak): Packet {
  const body = encodeMessage(message(type, ...avps));
  return dissect(encodeUdpDatagram(LAC, LNS, encodeControl({ tunnelId: 7, sessionId: 0, ns: 3, nr: 4 }, body, tweak)));
}

function data(payload: Uint8Array): Packet {
  return dissect(encodeUdpDatagram(LAC, LNS, encodeData({ tunnelId: 1, sessionId: 77 }, payload)));
}

/** The line behind the addresses. */
const told = (p: Packet): string => {
  expect(line(p).startsWith(ENDS)).toBe(true);
  return line(p).slice(ENDS.length);
};
/** The line behind the L2TP data header. */
const carried = (protocol: number, payload: Uint8Array): string =>
  told(data(encodePpp(protocol, payload))).replace("L2TP data tid 1 sid 77 | ", "");

describe("a control message in one line", () => {
  test("its AVPs in their order, the Message Type left out", () => {
    const p = control("SCCRP", [
      avpOf("protocolVersion", 0x0100),
      avpOf("framingCapabilities", 3),
      avpOf("hostName", "lns"),
      avpOf("assignedTunnelId", 1),
    ]);
    expect(told(p)).toBe(
      "L2TP SCCRP tid 7 sid 0 Ns 3 Nr 4 | protocolVersion=256, framingCapabilities=3, hostName=lns, assignedTunnelId=1",
    );
  });

  test.each<[string, Avp, string]>([
    ["a text with blanks", avpOf("vendorName", "A B"), 'vendorName="A B"'],
    [
      "a text with controls",
      avpOf("vendorName", "a\r\n\u001b[31m\u202e"),
      'vendorName="a\\x0d\\x0a\\x1b[31m\\u{202e}"',
    ],
    ["octets", avpOf("tieBreaker", fromHex("0102030405060708")), "tieBreaker=0102030405060708"],
    ["many octets", avpOf("challenge", new Uint8Array(20)), "challenge=00000000000000000000000000000000…(20 octets)"],
    ["no octets", avpOf("proxyAuthenResponse", NO_OCTETS), "proxyAuthenResponse=***"],
    [
      "result, error and message",
      avpOf("resultCode", { result: 2, error: 7, message: "no luck" }),
      'resultCode=2/7 "no luck"',
    ],
    ["a result alone", avpOf("resultCode", { result: 1 }), "resultCode=1"],
    ["maps", avpOf("accm", { send: 0xa0000, receive: 0 }), "accm=0xa0000/0x0"],
    [
      "a cause",
      avpOf("q931CauseCode", { cause: 16, msg: 69, advisory: "bye" }),
      "q931CauseCode={cause 16 msg 69 advisory bye}",
    ],
    ["presence", avpOf("sequencingRequired", true), "sequencingRequired"],
    ["an unknown AVP", unknownAvp(9, 1, fromHex("0a0b")), "AVP 9/1=0a0b"],
    [
      "a value of a wrong length",
      avpOf("firmwareRevision", 0, { value: fromHex("01") }),
      "firmwareRevision=<malformed>",
    ],
  ])("%s", (_, avp, text) => {
    expect(told(control("ICCN", [avp]))).toContain(` | ${text}`);
  });

  test("what is hidden is named as hidden, and shown once it is revealed", () => {
    const secret = ofText("s");
    const randomVector = fromHex("0102");
    const avps = [
      avpOf("randomVector", randomVector),
      avpOf("assignedTunnelId", 9, { hide: { secret, randomVector } }),
    ];
    const p = control("SCCRP", avps);
    expect(line(p)).toContain("assignedTunnelId=<hidden>");
    expect(line(dissect(p.octets, "ipv4", { tunnelSecret: secret }))).toContain("assignedTunnelId=9");
  });

  test("ZLB, unknown types, other versions, what is malformed", () => {
    const zlb = encodeControl({ tunnelId: 7, sessionId: 0, ns: 1, nr: 2 }, NO_OCTETS);
    expect(told(dissect(encodeUdpDatagram(LAC, LNS, zlb)))).toBe("L2TP ZLB tid 7 sid 0 Ns 1 Nr 2");
    expect(told(control(99))).toMatch(/^L2TP type-99 tid 7 .* !message-type-unknown$/);
    expect(told(control("HELLO", [], { version: 3 }))).toBe("L2TP version 3 (L2TPv3) !header-version-l2tpv3");
    expect(told(control("HELLO", [], { length: 999 }))).toBe(
      "L2TP malformed tid 7 sid 0 Ns 3 Nr 4 !header-length-long",
    );
    expect(told(dissect(encodeUdpDatagram(LAC, LNS, fromHex("c8"))))).toBe("L2TP malformed !header-cut");
  });

  test("each kind of issue is named once", () => {
    const p = control("HELLO", [avpOf("hostName", "a", { m: 0 }), avpOf("challenge", fromHex("01"), { m: 0 })]);
    expect(line(p).match(/!avp-m-bit/g)).toHaveLength(1);
  });
});

describe("what the tunnel carries, in one line", () => {
  test("LCP", () => {
    const options = [
      { type: "mru", value: 1500 },
      { type: "auth", protocol: PPP.PAP },
      { type: "magic", value: 0x1234 },
      { type: "pfc" },
      { type: 200, octets: fromHex("aa") },
    ] as const;
    expect(told(data(encodePpp(PPP.LCP, encodeLcp({ code: "Configure-Request", id: 1, options }))))).toBe(
      "L2TP data tid 1 sid 77 | LCP Configure-Request id 1 mru 1500 auth PAP magic 0x1234 pfc option-200 aa",
    );
    expect(carried(PPP.LCP, encodeLcp({ code: "Echo-Reply", id: 2, magic: 0xabc, data: NO_OCTETS }))).toBe(
      "LCP Echo-Reply id 2 magic 0xabc",
    );
    expect(carried(PPP.LCP, encodeLcp({ code: "Protocol-Reject", id: 3, protocol: PPP.CCP, data: NO_OCTETS }))).toBe(
      "LCP Protocol-Reject id 3 rejected CCP",
    );
    expect(carried(PPP.LCP, encodeLcp({ code: 99, id: 3, data: NO_OCTETS }))).toMatch(/^LCP code 99 id 3/);
    expect(carried(PPP.LCP, fromHex("01"))).toMatch(/^LCP Configure-Request !/);
    expect(carried(PPP.LCP, NO_OCTETS)).toMatch(/^LCP cut short !/);
    expect(carried(PPP.LCP, fromHex("01 01 0007 01 03 05"))).toMatch(/^LCP Configure-Request id 1 mru <malformed> !/);
  });

  test("PAP, its password masked", () => {
    const request = encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: "admin@123" });
    expect(carried(PPP.PAP, request)).toBe("PAP Authenticate-Request id 1 peerId=hb@hb password=***");
    expect(line(data(encodePpp(PPP.PAP, request)), { showSecrets: true })).toContain("password=admin@123");
    expect(carried(PPP.PAP, encodePap({ code: "Authenticate-Ack", id: 1, message: "" }))).toBe(
      'PAP Authenticate-Ack id 1 message=""',
    );
  });

  test("CHAP", () => {
    const challenge = encodeChap({ code: "Challenge", id: 1, value: fromHex("0a0b"), name: "lns" });
    expect(carried(PPP.CHAP, challenge)).toBe("CHAP Challenge id 1 value=0a0b name=lns");
    expect(carried(PPP.CHAP, encodeChap({ code: "Success", id: 1, message: "hello there" }))).toBe(
      'CHAP Success id 1 message="hello there"',
    );
  });

  test("IPCP and other NCPs", () => {
    const options = [
      { type: "address", value: "172.16.1.51" },
      { type: "compression", protocol: 0x2d, maxSlotId: 15, compSlotId: 1 },
      { type: "addresses", source: "1.1.1.1", destination: "2.2.2.2" },
    ] as const;
    expect(carried(PPP.IPCP, encodeIpcp({ code: "Configure-Nak", id: 2, options }))).toBe(
      "IPCP Configure-Nak id 2 address 172.16.1.51 compression VJ_COMPRESSED addresses 1.1.1.1,2.2.2.2",
    );
    expect(carried(PPP.CCP, fromHex("01 02 0004"))).toBe("CCP Configure-Request id 2");
    expect(carried(0x80cf, fromHex("63 02 0004"))).toMatch(/^0x80cf code 99 id 2/);
    expect(carried(PPP.IPV6, new Uint8Array(40))).toBe("PPP IPV6 (40 octets)");
    expect(told(data(NO_OCTETS))).toBe("L2TP data tid 1 sid 77 | PPP without Protocol (0 octets) !ppp-truncated");
  });

  test("IPv4", () => {
    const rest = { src: "172.16.1.51", dst: "192.168.1.2" };
    const echo = encodeIcmpEcho({ type: "request", id: 7, seq: 1 });
    expect(carried(PPP.IP, encodeIpv4({ ...rest, protocol: IP_PROTOCOLS.ICMP }, echo))).toBe(
      "172.16.1.51 > 192.168.1.2 ICMP Echo Request id 7 seq 1 (28 octets)",
    );
    const tcp = fromHex("0050 1f90 00000001 00000002 6012 ffff 0000 0000 0204 05b4");
    expect(carried(PPP.IP, encodeIpv4({ ...rest, protocol: IP_PROTOCOLS.TCP }, tcp))).toMatch(
      /^172.16.1.51:80 > 192.168.1.2:8080 TCP SYN,ACK seq 1 ack 2 mss 1460 \(44 octets\)/,
    );
    expect(
      carried(
        PPP.IP,
        encodeIpv4({ ...rest, protocol: 47, fragmentOffset: 16, moreFragments: true }, new Uint8Array(8)),
      ),
    ).toBe("172.16.1.51 > 192.168.1.2 GRE fragment at 16, more follow (28 octets)");
    expect(carried(PPP.IP, encodeIpv4({ ...rest, protocol: 99 }, NO_OCTETS))).toBe(
      "172.16.1.51 > 192.168.1.2 protocol 99 (20 octets)",
    );
    expect(carried(PPP.IP, fromHex("45"))).toMatch(/^no IPv4 header !/);
  });
});

test("what is no IPv4 is named by its link", () => {
  expect(line(dissect(new Uint8Array(42), "ethernet"))).toBe("ethernet, 42 octets");
  expect(line(dissect(encodePpp(PPP.LCP, fromHex("09 01 0008 00000001")), "ppp"))).toBe(
    "LCP Echo-Request id 1 magic 0x1",
  );
});

describe("the tree", () => {
  const password = encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: "admin@123" });

  test("has a field a line, with offset and length, and each issue behind the field that it is about", () => {
    const p = control("HELLO", [avpOf("hostName", "a b", { m: 0 })]);
    const lines = tree(p).split("\n");
    const at = p.l2tp!.avps[1]!.at;
    expect(lines[0]).toBe(`ipv4, ${p.octets.length} octets`);
    expect(lines.filter((text) => /^ {5}28 \+2 {4}l2tp\.flags +0xc802$/.test(text))).toHaveLength(1);
    expect(lines.filter((text) => new RegExp(`^ +${at + 6} \\+3 +avp\\.hostName +"a b"$`).test(text))).toHaveLength(1);
    const issue = lines.findIndex((text) => text.startsWith(`!    ${at}       avp-m-bit: `));
    expect(lines[issue - 1]).toMatch(new RegExp(`^ +${at} `));
    expect(lines.at(-1)).toBe("");
  });

  test("masks passwords unless told otherwise", () => {
    const p = data(encodePpp(PPP.PAP, password));
    expect(tree(p)).toMatch(/pap\.password +\*\*\*/);
    expect(tree(p, { showSecrets: true })).toMatch(/pap\.password +admin@123/);
  });

  test.each<[string, Packet]>([
    [
      "a PAP request that is rejected",
      data(encodePpp(PPP.LCP, encodeLcp({ code: "Protocol-Reject", id: 1, protocol: PPP.PAP, data: password }))),
    ],
    ["a PAP packet with a code of its own", data(encodePpp(PPP.PAP, encodePap({ code: 9, id: 1, data: password })))],
    [
      "a password that the LAC proxies",
      control("ICCN", [avpOf("proxyAuthenType", 3), avpOf("proxyAuthenResponse", ofText("admin@123"))]),
    ],
  ])("masks %s", (_, p) => {
    const inHex = Buffer.from("admin@123").toString("hex");
    expect(tree(p)).toContain("***");
    for (const text of [tree(p), line(p)]) {
      expect(text).not.toContain("admin@123");
      expect(text).not.toContain(inHex);
    }
    expect(tree(p, { showSecrets: true })).toContain(inHex);
  });

  test("shows what is a hash and no password", () => {
    const p = control("ICCN", [avpOf("proxyAuthenType", 2), avpOf("proxyAuthenResponse", fromHex("0a0b"))]);
    expect(tree(p)).toMatch(/avp\.proxyAuthenResponse +0a0b/);
    expect(line(p)).toContain("proxyAuthenResponse=0a0b");
  });
});
