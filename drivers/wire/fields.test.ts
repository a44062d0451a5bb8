import { describe, expect, test } from "vitest";
import { isFieldPath } from "./fields/paths.ts";
import { fieldsOf, type Field, type FieldValue } from "./fields.ts";
import { encodeIcmpEcho } from "./ip/icmp.ts";
import { encodeIpv4, IP_PROTOCOLS } from "./ip/ipv4.ts";
import { encodeUdpDatagram } from "./ip/udp.ts";
import { type Avp, avpOf, unknownAvp } from "./l2tp/avp.ts";
import { encodeControl, encodeData, type HeaderTweak } from "./l2tp/header.ts";
import { encodeMessage, message, type MessageName } from "./l2tp/message.ts";
import { fromHex, hex, NO_OCTETS, ofText } from "./octets.ts";
import { dissect, type Packet } from "./packet.ts";
import { encodeChap } from "./ppp/chap.ts";
import { encodePpp, PPP } from "./ppp/frame.ts";
import { encodeIpcp } from "./ppp/ipcp.ts";
import { encodeLcp } from "./ppp/lcp.ts";
import { encodePap } from "./ppp/pap.ts";

const LAC = { address: "1.1.1.1", port: 40000 };
const LNS = { address: "2.2.2.2", port: 1701 };

function control(type: MessageName | number, avps: readonly Avp[], tweak?: HeaderTweak, secret?: Uint8Array): Packet {
  const header = { tunnelId: 7, sessionId: 77, ns: 3, nr: 4 };
  const octets = encodeUdpDatagram(LAC, LNS, encodeControl(header, encodeMessage(message(type, ...avps)), tweak));
  return dissect(octets, "ipv4", secret === undefined ? {} : { tunnelSecret: secret });
}

function data(protocol: number, payload: Uint8Array): Packet {
  return dissect(encodeUdpDatagram(LAC, LNS, encodeData({ tunnelId: 7, sessionId: 77 }, encodePpp(protocol, payload))));
}

/** The values of all fields under a prefix, which is cut off. */
function under(p: Packet, prefix: string): Record<string, FieldValue> {
  const own = fieldsOf(p).filter((field) => field.path.startsWith(prefix));
  return Object.fromEntries(own.map((field) => [field.path.slice(prefix.length), field.value]));
}

function field(p: Packet, path: string): Field {
  const found = fieldsOf(p).find((f) => f.path === path);
  if (found === undefined) throw new Error(`no field ${path}`);
  return found;
}

const octetsAt = (p: Packet, path: string): string => {
  const { at, length } = field(p, path);
  return hex(p.octets, at, at + length);
};

describe("headers", () => {
  test("IPv4 and UDP", () => {
    const p = control("HELLO", []);
    expect(under(p, "ip.")).toMatchObject({ src: "1.1.1.1", dst: "2.2.2.2", ttl: 64, protocol: 17, checksumOk: true });
    expect(under(p, "ip.")).toMatchObject({ length: p.octets.length, moreFragments: false, fragmentOffset: 0, id: 0 });
    expect(under(p, "udp.")).toMatchObject({
      srcPort: 40000,
      dstPort: 1701,
      length: p.octets.length - 20,
      checksumOk: true,
    });
    expect(octetsAt(p, "ip.dst")).toBe("02020202");
    expect(octetsAt(p, "udp.dstPort")).toBe("06a5");
  });

  test("L2TP control", () => {
    const p = control("HELLO", []);
    expect(under(p, "l2tp.")).toEqual({
      flags: 0xc802,
      t: true,
      l: true,
      s: true,
      o: false,
      p: false,
      reserved: 0,
      version: 2,
      length: 20,
      tunnelId: 7,
      sessionId: 77,
      ns: 3,
      nr: 4,
      type: "HELLO",
    });
    expect(octetsAt(p, "l2tp.type")).toBe("0006");
    expect(octetsAt(p, "l2tp.nr")).toBe("0004");
  });

  test("L2TP data without what it does not have", () => {
    const p = data(PPP.IPV6, NO_OCTETS);
    expect(under(p, "l2tp.")).toMatchObject({ type: "data", t: false, tunnelId: 7, sessionId: 77 });
    for (const absent of ["length", "ns", "nr", "offsetSize"]) expect(under(p, "l2tp.")).not.toHaveProperty(absent);
  });

  test.each<[string, Packet]>([
    [
      "ZLB",
      dissect(encodeUdpDatagram(LAC, LNS, encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, NO_OCTETS))),
    ],
    ["type-99", control(99, [])],
    ["other-version", control("HELLO", [], { version: 3 })],
    ["malformed", control("HELLO", [], { length: 2000 })],
    ["malformed", dissect(encodeUdpDatagram(LAC, LNS, fromHex("c8")))],
  ])("l2tp.type %s", (type, p) => {
    expect(field(p, "l2tp.type").value).toBe(type);
  });
});

describe("AVPs", () => {
  test("value, bits and header fields, each with its octets", () => {
    const p = control("SCCRQ", [avpOf("hostName", "lac", { m: 0, reserved: 0 })]);
    expect(under(p, "avp.hostName")).toEqual({
      "": "lac",
      ".m": false,
      ".h": false,
      ".reserved": 0,
      ".length": 9,
      ".vendor": 0,
      ".type": 7,
    });
    expect(octetsAt(p, "avp.hostName")).toBe(hex(ofText("lac")));
    expect(octetsAt(p, "avp.hostName.type")).toBe("0007");
  });

  test("octets in hex, presence as true", () => {
    const p = control("ICCN", [avpOf("privateGroupId", fromHex("00ff")), avpOf("sequencingRequired", true)]);
    expect(field(p, "avp.privateGroupId").value).toBe("00ff");
    expect(field(p, "avp.sequencingRequired").value).toBe(true);
  });

  test("parts of a structured value, each at its offset", () => {
    const p = control("CDN", [
      avpOf("resultCode", { result: 2, error: 6, message: "gone" }),
      avpOf("q931CauseCode", { cause: 16, msg: 0x45, advisory: "bye" }),
      avpOf("pppDisconnectCause", { code: 3, protocol: 0xc021, direction: 1, message: "lcp" }),
    ]);
    expect(under(p, "avp.resultCode.")).toMatchObject({ result: 2, error: 6, message: "gone" });
    expect(under(p, "avp.q931CauseCode.")).toMatchObject({ cause: 16, msg: 0x45, advisory: "bye" });
    expect(under(p, "avp.pppDisconnectCause.")).toMatchObject({
      code: 3,
      protocol: 0xc021,
      direction: 1,
      message: "lcp",
    });
    expect(octetsAt(p, "avp.resultCode.error")).toBe("0006");
    expect(octetsAt(p, "avp.q931CauseCode.msg")).toBe("45");
    expect(octetsAt(p, "avp.pppDisconnectCause.protocol")).toBe("c021");
    expect(octetsAt(p, "avp.pppDisconnectCause.message")).toBe(hex(ofText("lcp")));
  });

  test("counters and maps", () => {
    const callErrors = {
      crcErrors: 1,
      framingErrors: 2,
      hardwareOverruns: 3,
      bufferOverruns: 4,
      timeoutErrors: 5,
      alignmentErrors: 6,
    };
    const wen = control("WEN", [avpOf("callErrors", callErrors)]);
    expect(under(wen, "avp.callErrors.")).toMatchObject(callErrors);
    expect(octetsAt(wen, "avp.callErrors.alignmentErrors")).toBe("00000006");
    const sli = control("SLI", [avpOf("accm", { send: 0xffffffff, receive: 10 })]);
    expect(under(sli, "avp.accm.")).toMatchObject({ send: 0xffffffff, receive: 10 });
    expect(octetsAt(sli, "avp.accm.receive")).toBe("0000000a");
  });

  test("an unknown one bears vendor and type, a second of a kind #2", () => {
    const p = control("SCCRQ", [
      unknownAvp(9, 1, fromHex("0a0b")),
      avpOf("hostName", "one"),
      avpOf("hostName", "two"),
      avpOf("hostName", "three"),
    ]);
    expect(field(p, "avp.9/1").value).toBe("0a0b");
    expect(["", "#2", "#3"].map((n) => field(p, `avp.hostName${n}`).value)).toEqual(["one", "two", "three"]);
    expect(field(p, "avp.hostName#2.length").value).toBe(9);
  });

  test("one whose value cannot be read has its octets, and no value", () => {
    const short = control("SCCRP", [avpOf("assignedTunnelId", 1, { value: fromHex("01") })]);
    expect(under(short, "avp.assignedTunnelId")).toMatchObject({ ".octets": "01", ".length": 7 });
    expect(Object.keys(under(short, "avp.assignedTunnelId"))).not.toContain("");
  });

  test("a hidden one has its clear value once it is revealed, on all of its octets", () => {
    const secret = ofText("s");
    const randomVector = fromHex("0102");
    const avps = [
      avpOf("randomVector", randomVector),
      avpOf("assignedTunnelId", 4711, { hide: { secret, randomVector } }),
      avpOf("resultCode", { result: 1 }, { hide: { secret, randomVector } }),
    ];
    expect(Object.keys(under(control("StopCCN", avps), "avp.assignedTunnelId"))).not.toContain("");
    const p = control("StopCCN", avps, undefined, secret);
    expect(field(p, "avp.assignedTunnelId")).toMatchObject({ value: 4711, length: 4 });
    expect(field(p, "avp.resultCode.result")).toMatchObject({ value: 1, length: 4 });
  });
});

describe("PPP", () => {
  test("the frame: FF 03, protocol, its name", () => {
    expect(under(data(PPP.LCP, NO_OCTETS), "ppp.")).toEqual({
      addressControl: true,
      protocol: 0xc021,
      protocolLength: 2,
      name: "LCP",
    });
  });

  test("LCP options: names in order, values, lengths", () => {
    const p = data(
      PPP.LCP,
      encodeLcp({
        code: "Configure-Request",
        id: 1,
        options: [
          { type: "mru", value: 1500 },
          { type: "auth", protocol: PPP.CHAP, algorithm: 5 },
          { type: "magic", value: 0x1234 },
          { type: "pfc" },
          { type: 200, octets: fromHex("aa") },
          { type: "mru", value: 1400 },
          { type: "accm", value: 0, tweak: { length: 6 } },
        ],
      }),
    );
    expect(under(p, "lcp.")).toMatchObject({
      code: "Configure-Request",
      id: 1,
      options: "mru,auth,magic,pfc,200,mru,accm",
      "option.mru": 1500,
      "option.mru.length": 4,
      "option.auth": "CHAP-MD5",
      "option.auth.protocol": 0xc223,
      "option.auth.algorithm": 5,
      "option.magic": 0x1234,
      "option.pfc": true,
      "option.200": "aa",
      "option.mru#2": 1400,
      "option.accm": 0,
    });
    expect(octetsAt(p, "lcp.option.mru#2")).toBe("0578");
    expect(octetsAt(p, "lcp.option.auth.algorithm")).toBe("05");
  });

  test("an LCP option whose octets do not fit it", () => {
    const p = data(
      PPP.LCP,
      encodeLcp({ code: "Configure-Request", id: 1, options: [{ type: 1, octets: fromHex("05") }] }),
    );
    expect(under(p, "lcp.option.mru")).toEqual({ ".length": 3, ".octets": "05" });
  });

  test("the other LCP packets", () => {
    const echo = data(PPP.LCP, encodeLcp({ code: "Echo-Request", id: 3, magic: 9, data: fromHex("aa") }));
    expect(under(echo, "lcp.")).toEqual({ code: "Echo-Request", id: 3, length: 9, magic: 9, data: "aa" });
    const reject = data(PPP.LCP, encodeLcp({ code: "Protocol-Reject", id: 4, protocol: PPP.CCP, data: fromHex("01") }));
    expect(under(reject, "lcp.")).toMatchObject({ rejectedProtocol: PPP.CCP, data: "01" });
    const code = data(PPP.LCP, encodeLcp({ code: "Code-Reject", id: 5, packet: fromHex("0e01") }));
    expect(under(code, "lcp.")).toMatchObject({ rejectedPacket: "0e01" });
    expect(under(data(PPP.LCP, encodeLcp({ code: 99, id: 5, data: NO_OCTETS })), "lcp.")).toMatchObject({ code: 99 });
  });

  test("PAP", () => {
    const request = encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: "admin@123" });
    expect(under(data(PPP.PAP, request), "pap.")).toMatchObject({
      code: "Authenticate-Request",
      peerId: "hb@hb",
      password: "admin@123",
    });
    const nak = data(PPP.PAP, encodePap({ code: "Authenticate-Nak", id: 1, message: "no" }));
    expect(under(nak, "pap.")).toEqual({ code: "Authenticate-Nak", id: 1, length: 7, message: "no" });
    expect(octetsAt(nak, "pap.message")).toBe(hex(ofText("no")));
  });

  test("CHAP", () => {
    const challenge = encodeChap({ code: "Challenge", id: 1, value: fromHex("0a0b"), name: "lns" });
    const p = data(PPP.CHAP, challenge);
    expect(under(p, "chap.")).toEqual({ code: "Challenge", id: 1, length: 10, value: "0a0b", name: "lns" });
    expect(octetsAt(p, "chap.name")).toBe(hex(ofText("lns")));
    expect(under(data(PPP.CHAP, encodeChap({ code: "Failure", id: 1, message: "no" })), "chap.")).toMatchObject({
      message: "no",
    });
  });

  test("IPCP", () => {
    const p = data(
      PPP.IPCP,
      encodeIpcp({
        code: "Configure-Nak",
        id: 2,
        options: [
          { type: "address", value: "172.16.1.51" },
          { type: "primaryDns", value: "8.8.8.8" },
          { type: "compression", protocol: 0x002d, maxSlotId: 15, compSlotId: 1 },
        ],
      }),
    );
    expect(under(p, "ipcp.")).toMatchObject({
      code: "Configure-Nak",
      options: "address,primaryDns,compression",
      "option.address": "172.16.1.51",
      "option.primaryDns": "8.8.8.8",
      "option.compression.protocol": 0x2d,
      "option.compression.maxSlotId": 15,
    });
    expect(octetsAt(p, "ipcp.option.compression.maxSlotId")).toBe("0f");
  });

  test("other control protocols: code, id, length, data", () => {
    expect(under(data(PPP.CCP, fromHex("0e 07 0006 aabb")), "ccp.")).toEqual({
      code: "Reset-Request",
      id: 7,
      length: 6,
      data: "aabb",
    });
    expect(under(data(PPP.IPV6CP, fromHex("01 07 0004")), "ipv6cp.")).toMatchObject({ code: "Configure-Request" });
    expect(under(data(0x80cf, fromHex("01 07 0004")), "0x80cf.")).toMatchObject({ id: 7 });
    expect(under(data(PPP.EAP, fromHex("01 07 0004")), "eap.")).toMatchObject({ code: 1 });
  });

  test("what is carried inside", () => {
    const echo = encodeIcmpEcho({ type: "request", id: 7, seq: 1 });
    const inner = encodeIpv4({ src: "172.16.1.51", dst: "192.168.1.2", protocol: IP_PROTOCOLS.ICMP }, echo);
    const p = data(PPP.IP, inner);
    expect(under(p, "inner.")).toMatchObject({
      "ip.src": "172.16.1.51",
      "icmp.type": 8,
      "icmp.code": 0,
      "icmp.id": 7,
      "icmp.seq": 1,
    });
    expect(octetsAt(p, "inner.ip.src")).toBe("ac100133");
  });
});

describe("paths", () => {
  test.each([
    "l2tp.type",
    "avp.hostName#2.m",
    "avp.9/1",
    "avp.0/20.length",
    "avp.accm.send",
    "lcp.option.200",
    "lcp.option.mru#3.length",
    "0x80cf.code",
    "ipv6cp.data",
    "inner.icmp.seq",
  ])("%s can occur", (path) => expect(isFieldPath(path)).toBe(true));

  test.each([
    "l2tp",
    "l2tp.tunelId",
    "avp.hostname",
    "avp.hostName#1",
    "avp.hostName.send",
    "avp.9",
    "lcp.option.nothing",
    "lcp.option.",
    "ipcp.option.mru",
    "l2tp.type#2",
    "inner.l2tp.type",
    "",
    "constructor",
  ])("%j cannot", (path) => expect(isFieldPath(path)).toBe(false));
});
