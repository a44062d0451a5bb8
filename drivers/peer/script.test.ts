import { describe, expect, test } from "vitest";
import { encodeControl } from "#wire/l2tp/header";
import { type AvpName, AVPS } from "#wire/l2tp/avp";
import { encodeMessage, viewL2tp } from "#wire/l2tp/message";
import { dissect } from "#wire/packet";
import { fromHex, hex, ofText } from "#wire/octets";
import * as script from "./script.ts";
import { avpOf, type ControlMessage } from "./script.ts";

const MESSAGES: readonly ControlMessage[] = [
  script.sccrq({ assignedTunnelId: 1 }),
  script.sccrp({ assignedTunnelId: 1 }),
  script.scccn(),
  script.stopCcn({ assignedTunnelId: 1 }),
  script.hello(),
  script.icrq({ assignedSessionId: 1 }),
  script.icrp({ assignedSessionId: 1 }),
  script.iccn(),
  script.ocrq({ assignedSessionId: 1 }),
  script.ocrp({ assignedSessionId: 1 }),
  script.occn(),
  script.cdn({ assignedSessionId: 1 }),
  script.wen(),
  script.sli(),
];

const onWire = (m: ControlMessage): Uint8Array =>
  encodeControl({ tunnelId: 1, sessionId: 1, ns: 0, nr: 0 }, encodeMessage(m));
const names = (m: ControlMessage): readonly (string | undefined)[] => viewL2tp(onWire(m)).avps.map((avp) => avp.name);

describe("control messages", () => {
  test.each(MESSAGES.map((m) => [String(m.type), m] as const))("%s has what it must have and no fault", (type, m) => {
    const view = viewL2tp(onWire(m));
    const must = (Object.keys(AVPS) as AvpName[]).filter((name) =>
      (AVPS[name].must as readonly string[]).includes(type),
    );
    expect(view.type).toBe(type);
    expect([...names(m)].sort()).toEqual(must.sort());
    expect(view.issues).toEqual([]);
  });

  test("values by name take the place of the defaults, in the defaults' order; others follow", () => {
    const m = script.sccrq({ vendorName: "v", assignedTunnelId: 2, hostName: "h", receiveWindowSize: 8 });
    expect(names(m)).toEqual([
      "messageType",
      "protocolVersion",
      "hostName",
      "framingCapabilities",
      "assignedTunnelId",
      "vendorName",
      "receiveWindowSize",
    ]);
    expect(m.avps.find((avp) => "name" in avp && avp.name === "hostName")).toEqual(avpOf("hostName", "h"));
  });

  test("undefined leaves an AVP out", () => {
    expect(names(script.sccrq({ assignedTunnelId: undefined, hostName: undefined }))).toEqual([
      "messageType",
      "protocolVersion",
      "framingCapabilities",
    ]);
  });

  test("extra AVPs replace their kind or follow; append doubles", () => {
    const m = script.icrq({ assignedSessionId: 1 }, [avpOf("callSerialNumber", 5, { m: 0 }), avpOf("subAddress", "1")]);
    expect(names(m)).toEqual(["messageType", "assignedSessionId", "callSerialNumber", "subAddress"]);
    expect(names(script.append(m, avpOf("assignedSessionId", 2))).at(-1)).toBe("assignedSessionId");
  });

  test("a name that is no AVP is refused", () => {
    expect(() => script.hello({ hostname: "x" } as object)).toThrow("HELLO: there is no AVP hostname");
  });

  test("edits: order, front, Message Type, hiding", () => {
    const m = script.sccrq({ assignedTunnelId: 1 });
    expect(names(script.inOrder(m, "assignedTunnelId", "hostName"))).toEqual([
      "messageType",
      "assignedTunnelId",
      "hostName",
      "protocolVersion",
      "framingCapabilities",
    ]);
    expect(names(script.prepend(m, avpOf("vendorName", "v")))[1]).toBe("vendorName");
    expect(viewL2tp(onWire(script.tweakMessageType(m, { m: 0 }))).avps[0]?.m).toBe(false);
    const hiding = { secret: ofText("s"), randomVector: fromHex("01 02") };
    const hidden = onWire(script.hidden(m, hiding, "assignedTunnelId"));
    const view = viewL2tp(hidden, 0, hidden.length, { tunnelSecret: ofText("s") });
    expect(view.avps.map((avp) => [avp.name, avp.h])).toContainEqual(["assignedTunnelId", true]);
    expect(view.issues).toEqual([]);
  });

  test("edits: all hidden that RFC 2661 lets be hidden, behind one Random Vector", () => {
    const hiding = { secret: ofText("s"), randomVector: fromHex("01 02") };
    const octets = onWire(script.hiddenThroughout(script.sccrq({ assignedTunnelId: 1 }), hiding));
    const view = viewL2tp(octets, 0, octets.length, { tunnelSecret: ofText("s") });
    expect(view.avps.map((avp) => [avp.name, avp.h])).toEqual([
      ["messageType", false],
      ["protocolVersion", false],
      ["hostName", false],
      ["randomVector", false],
      ["framingCapabilities", true],
      ["assignedTunnelId", true],
    ]);
    expect(view.issues).toEqual([]);
    const nothing = script.hello();
    expect(script.hiddenThroughout(nothing, hiding)).toBe(nothing);
  });
});

describe("PPP frames", () => {
  const { lcp, pap, chap, ipcp, ip } = script;

  test.each<[string, Uint8Array, string]>([
    [
      "LCP Configure-Request",
      lcp.configureRequest(1, [{ type: "mru", value: 1500 }]),
      "ff03 c021 01 01 0008 01 04 05dc",
    ],
    [
      "LCP Configure-Reject of an unknown option",
      lcp.configureReject(2, [{ type: 200, octets: fromHex("aa") }]),
      "ff03 c021 04 02 0007 c8 03 aa",
    ],
    ["LCP Terminate-Request", lcp.terminateRequest(3), "ff03 c021 05 03 0004"],
    ["LCP Protocol-Reject", lcp.protocolReject(4, 0x80fd, fromHex("01")), "ff03 c021 08 04 0007 80fd 01"],
    ["LCP Echo-Request", lcp.echoRequest(5, 0x01020304), "ff03 c021 09 05 0008 01020304"],
    ["LCP with a wrong Length", lcp.terminateAck(6, undefined, { tweak: { length: 99 } }), "ff03 c021 06 06 0063"],
    ["no Address and Control", lcp.terminateAck(6, undefined, { addressControl: false }), "c021 06 06 0004"],
    [
      "PAP Authenticate-Request",
      pap.request(1, "hb@hb", "admin@123"),
      "ff03 c023 01 01 0014 05 6862406862 09 61646d696e40313233",
    ],
    ["PAP Authenticate-Ack", pap.ack(1, "ok"), "ff03 c023 02 01 0007 02 6f6b"],
    ["CHAP Challenge", chap.challenge(1, fromHex("0102"), "lns"), "ff03 c223 01 01 000a 02 0102 6c6e73"],
    [
      "IPCP Configure-Nak",
      ipcp.configureNak(1, [{ type: "address", value: "172.16.1.51" }]),
      "ff03 8021 03 01 000a 03 06 ac100133",
    ],
    ["any protocol", script.frame(0x4001, fromHex("99")), "ff03 4001 99"],
    ["any control protocol", script.control(0x80fd, 1, 2, fromHex("aa")), "ff03 80fd 01 02 0005 aa"],
  ])("%s", (_name, frame, octets) => {
    expect(hex(frame)).toBe(octets.replaceAll(" ", ""));
  });

  test("a CHAP response is calculated from the secret and the challenge (RFC 1994 §4.1)", () => {
    const challenge = fromHex("0102");
    const frame = chap.response(7, { secret: "s", challenge }, "me");
    expect(hex(frame)).toBe(hex(chap.response(7, script.chapMd5(7, "s", challenge), "me")));
  });

  test("a ping is a whole packet, of any size", () => {
    const { inner, issues } = dissect(ip.ping("10.0.0.1", "10.0.0.2", 3, 4, { data: 10, ttl: 1 }), "ppp");
    expect([inner?.ip?.ttl, inner?.ip?.totalLength, inner?.icmp?.id, inner?.icmp?.seq, issues]).toEqual([
      1,
      38,
      3,
      4,
      [],
    ]);
    expect(dissect(ip.pong("10.0.0.1", "10.0.0.2", 3, 4), "ppp").inner?.icmp?.typeName).toBe("Echo Reply");
    expect(
      dissect(ip.udp({ address: "10.0.0.1", port: 1 }, { address: "10.0.0.2", port: 2 }, ofText("x")), "ppp").inner?.udp
        ?.checksumOk,
    ).toBe(true);
  });
});
