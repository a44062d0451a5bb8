import { describe, expect, test } from "vitest";
import { encodeIcmpEcho } from "./ip/icmp.ts";
import { encodeIpv4, IP_PROTOCOLS } from "./ip/ipv4.ts";
import { encodeUdpDatagram } from "./ip/udp.ts";
import { avpOf } from "./l2tp/avp.ts";
import { encodeControl, encodeData } from "./l2tp/header.ts";
import { encodeMessage, message } from "./l2tp/message.ts";
import { concat, fromHex } from "./octets.ts";
import { dissect, type Packet } from "./packet.ts";
import { encodeLcp } from "./ppp/lcp.ts";
import { encodePpp, PPP } from "./ppp/frame.ts";

const LAC = { address: "1.1.1.1", port: 40000 };
const LNS = { address: "2.2.2.2", port: 1701 };
const PING = encodeIpv4(
  { src: "172.16.1.51", dst: "192.168.1.2", protocol: IP_PROTOCOLS.ICMP },
  encodeIcmpEcho({ type: "request", id: 7, seq: 1 }),
);

const layers = (p: Packet): string[] =>
  (["ip", "udp", "tcp", "icmp", "l2tp", "ppp", "inner"] as const).filter((layer) => p[layer] !== undefined);

const data = (payload: Uint8Array): Uint8Array =>
  encodeUdpDatagram(LAC, LNS, encodeData({ tunnelId: 1, sessionId: 77 }, payload));

describe("layer in layer", () => {
  test("a control message", () => {
    const body = encodeMessage(message("SCCRQ", avpOf("hostName", "lac")));
    const octets = encodeUdpDatagram(LAC, LNS, encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, body));
    const p = dissect(octets);
    expect(layers(p)).toEqual(["ip", "udp", "l2tp"]);
    expect(p.l2tp?.type).toBe("SCCRQ");
  });

  test("LCP in data", () => {
    const p = dissect(data(encodePpp(PPP.LCP, encodeLcp({ code: 0, id: 1, data: fromHex("") }))));
    expect(layers(p)).toEqual(["ip", "udp", "l2tp", "ppp"]);
    expect(p.ppp?.lcp).toMatchObject({ code: 0, id: 1, at: 20 + 8 + 6 + 4 });
  });

  test("IPv4 in data, with offsets into the outermost octets", () => {
    const p = dissect(data(encodePpp(PPP.IP, PING)));
    expect(layers(p)).toEqual(["ip", "udp", "l2tp", "ppp", "inner"]);
    expect(layers(p.inner!)).toEqual(["ip", "icmp"]);
    expect(p.inner?.ip).toMatchObject({ at: 38, src: "172.16.1.51" });
    expect(p.inner?.octets).toBe(p.octets);
  });

  test("behind Ethernet everything lies 14 octets further", () => {
    const p = dissect(concat(fromHex("000102030405 060708090a0b 0800"), data(encodePpp(PPP.IP, PING))), "ethernet");
    expect(p.l2tp?.header.at).toBe(14 + 28);
    expect(p.inner?.ip?.at).toBe(14 + 38);
  });

  test("PPP alone, as a capture of a PPP interface has it", () => {
    for (const linkType of ["ppp", "ppp-hdlc"] as const) {
      const p = dissect(encodePpp(PPP.IP, PING), linkType);
      expect(layers(p)).toEqual(["ppp", "inner"]);
    }
  });

  test.each([
    [PPP.CCP, "other"],
    [PPP.IPV6CP, "other"],
    [0x80cf, "other"],
    [PPP.EAP, "other"],
    [PPP.LCP, "lcp"],
    [PPP.PAP, "pap"],
    [PPP.CHAP, "chap"],
    [PPP.IPCP, "ipcp"],
    [PPP.LQR, undefined],
    [PPP.IPV6, undefined],
  ] as const)("PPP protocol 0x%x is read as %s", (protocol, layer) => {
    const { ppp } = dissect(data(encodePpp(protocol, fromHex("01010004"))));
    const { frame, ...read } = ppp!;
    expect(frame.protocol).toBe(protocol);
    expect(Object.keys(read)).toEqual(layer === undefined ? [] : [layer]);
  });
});

describe("what is not looked into", () => {
  test("L2TP inside the tunnel", () => {
    const p = dissect(data(encodePpp(PPP.IP, data(encodePpp(PPP.IP, PING)))));
    expect(layers(p.inner!)).toEqual(["ip", "udp"]);
  });

  test("UDP on other ports, unless they are named", () => {
    const octets = encodeUdpDatagram(
      { ...LAC, port: 5000 },
      { ...LNS, port: 6000 },
      fromHex("0002 0001 004d ff03 c021"),
    );
    expect(layers(dissect(octets))).toEqual(["ip", "udp"]);
    expect(layers(dissect(octets, "ipv4", { l2tpPorts: new Set([5000]) }))).toEqual(["ip", "udp", "l2tp", "ppp"]);
    expect(layers(dissect(octets, "ipv4", { l2tpPorts: new Set([6000]) }))).toEqual(["ip", "udp", "l2tp", "ppp"]);
  });

  test("what follows in a fragment that is not the first; the first is read as far as it goes", () => {
    const rest = { src: "1.1.1.1", dst: "2.2.2.2", protocol: IP_PROTOCOLS.UDP };
    const whole = data(encodePpp(PPP.IP, PING)).subarray(20);
    const first = dissect(encodeIpv4({ ...rest, moreFragments: true }, whole.slice(0, 24)));
    expect(layers(first)).toEqual(["ip", "udp", "l2tp", "ppp", "inner"]);
    expect(layers(dissect(encodeIpv4({ ...rest, fragmentOffset: 24 }, whole.slice(24))))).toEqual(["ip"]);
  });

  test("a header that cannot be trusted", () => {
    expect(layers(dissect(fromHex("45000014")))).toEqual(["ip"]);
    expect(dissect(fromHex("45000014")).issues).not.toEqual([]);
    expect(layers(dissect(new Uint8Array(60), "ethernet"))).toEqual([]);
    expect(layers(dissect(new Uint8Array(60), "other"))).toEqual([]);
  });
});

test("issues of all layers stand together, the outermost first, each at its offset", () => {
  const octets = data(encodePpp(PPP.LCP, fromHex("01 01 00 08 01 04 05")));
  octets[10] = octets[10]! ^ 1;
  const issues = dissect(octets).issues;
  expect(issues[0]).toMatchObject({ code: "ipv4-checksum", at: 10 });
  expect(issues[1]).toMatchObject({ code: "control-length", at: 20 + 8 + 6 + 4 + 2 });
});
