import { describe, expect, test } from "vitest";
import { type HeaderTweak, HEADER_BITS, encodeControl, encodeData } from "#wire/l2tp/header";
import { avpIn, encodeMessage, type Secrets, viewL2tp } from "#wire/l2tp/message";
import { concat, fromHex, hex, ofText } from "#wire/octets";
import { dissect } from "#wire/packet";
import type { Lie } from "./interceptor.ts";
import {
  addAvp,
  alsoSend,
  alterAvp,
  alterAvpBits,
  alterHeader,
  alterMessage,
  dropAvp,
  dropIncoming,
  edits,
  incoming,
  replaceIncoming,
  setAvp,
} from "./lies.ts";
import { all, from, isControl, isData, isMessage, isPpp, isZlb, type Match, not, nth } from "./match.ts";
import { alterPacket, alterPpp, answerPpp } from "./ppp-lies.ts";
import {
  avpOf,
  chap,
  type ControlMessage,
  hello,
  hidden,
  icrq,
  ip,
  ipcp,
  lcp,
  pap,
  PPP,
  sccrp,
  sccrq,
  unknownAvp,
  without,
  zlb,
} from "./script.ts";

const SECRET: Secrets = { tunnelSecret: ofText("secret") };
const control = (m: ControlMessage, tweak?: HeaderTweak): Uint8Array =>
  encodeControl({ tunnelId: 5, sessionId: 6, ns: 7, nr: 8 }, encodeMessage(m), tweak);
const data = (frame: Uint8Array): Uint8Array => encodeData({ tunnelId: 5, sessionId: 6, length: true }, frame);

/** What one datagram becomes; undefined where the lie does not take it. */
function tell(lie: Lie, octets: Uint8Array, secrets: Secrets = {}): readonly Uint8Array[] | undefined {
  const view = viewL2tp(octets, 0, octets.length, secrets);
  const memory = new Map<string, unknown>();
  if (!lie.when(view, 1, octets, memory)) return undefined;
  return lie.then(octets, view, secrets, memory).map((one) => (one instanceof Uint8Array ? one : one.octets));
}

const tellOne = (...args: Parameters<typeof tell>): Uint8Array => tell(...args)![0]!;

describe("control messages", () => {
  const SCCRQ = control(sccrq({ assignedTunnelId: 9, hostName: "me" }));

  test("an edit that changes nothing gives the same octets, also for an odd header and trailing octets", () => {
    for (const tweak of [{}, { length: 99 }, { setBits: HEADER_BITS.P }, { trailing: fromHex("aa bb") }]) {
      const octets = control(sccrq({ assignedTunnelId: 9 }), tweak);
      expect(
        hex(
          tellOne(
            alterMessage("SCCRQ", (m) => m),
            octets,
          ),
        ),
      ).toBe(hex(octets));
    }
  });

  test("Length follows a longer and a shorter body; the rest of the header stays", () => {
    const longer = tellOne(addAvp("SCCRQ", avpOf("vendorName", "v"), avpOf("hostName", "again")), SCCRQ);
    const shorter = tellOne(dropAvp("SCCRQ", "hostName", "protocolVersion"), SCCRQ);
    for (const octets of [longer, shorter]) {
      const { header } = viewL2tp(octets);
      expect([header.length, header.tunnelId, header.sessionId, header.ns, header.nr]).toEqual([
        octets.length,
        5,
        6,
        7,
        8,
      ]);
    }
    expect(viewL2tp(longer).avps.map((avp) => avp.name)).toEqual([
      "messageType",
      "protocolVersion",
      "hostName",
      "framingCapabilities",
      "assignedTunnelId",
      "vendorName",
      "hostName",
    ]);
    expect(viewL2tp(shorter).avps.map((avp) => avp.name)).toEqual([
      "messageType",
      "framingCapabilities",
      "assignedTunnelId",
    ]);
  });

  test("AVPs are set in their place, or appended", () => {
    const octets = tellOne(
      setAvp("SCCRQ", avpOf("hostName", "you"), avpOf("receiveWindowSize", 1), unknownAvp(9, 1, fromHex("01"))),
      SCCRQ,
    );
    const { avps } = viewL2tp(octets);
    expect(avps.map((avp) => avp.name ?? "unknown")).toEqual([
      "messageType",
      "protocolVersion",
      "hostName",
      "framingCapabilities",
      "assignedTunnelId",
      "receiveWindowSize",
      "unknown",
    ]);
    expect(avpIn(viewL2tp(octets), "hostName")).toBe("you");
  });

  test("bits of an AVP", () => {
    const [avp] = viewL2tp(tellOne(alterAvpBits("SCCRQ", "hostName", { m: 0, reserved: 0xf }), SCCRQ)).avps.slice(2);
    expect([avp?.m, avp?.reserved]).toEqual([false, 0xf]);
  });

  test("a value by the value", () => {
    const octets = tellOne(
      alterAvp("SCCRQ", "assignedTunnelId", (id) => id + 1),
      SCCRQ,
    );
    expect(avpIn(viewL2tp(octets), "assignedTunnelId")).toBe(10);
    expect(
      tell(
        alterAvp("SCCRQ", "vendorName", (name) => name),
        SCCRQ,
      ),
    ).toBeUndefined();
  });

  test("a hidden value is altered under the same Random Vector, and its neighbours keep their octets", () => {
    const hiding = { secret: ofText("secret"), randomVector: fromHex("01 02 03 04") };
    const octets = control(
      hidden(sccrp({ assignedTunnelId: 9, vendorName: "v" }), hiding, "assignedTunnelId", "vendorName"),
    );
    const altered = tellOne(
      alterAvp("SCCRP", "assignedTunnelId", () => 500),
      octets,
      SECRET,
    );
    const view = viewL2tp(altered, 0, altered.length, SECRET);
    expect([avpIn(view, "assignedTunnelId"), avpIn(view, "vendorName")]).toEqual([500, "v"]);
    expect(view.avps.map((avp) => avp.h)).toEqual([false, false, false, false, false, true, true]);
    const tail = (all: Uint8Array): string => hex(all.subarray(viewL2tp(all).avps.at(-1)!.at));
    expect(tail(altered)).toBe(tail(octets));
    const untouched = tellOne(
      alterMessage("SCCRP", (m) => m),
      octets,
      SECRET,
    );
    expect(hex(untouched)).toBe(hex(octets));
  });

  test("a hidden value without the secret is left alone, since it cannot be read", () => {
    const hiding = { secret: ofText("secret"), randomVector: fromHex("01") };
    const octets = control(hidden(sccrp({ assignedTunnelId: 9 }), hiding, "assignedTunnelId"));
    expect(
      tell(
        alterAvp("SCCRP", "assignedTunnelId", () => 1),
        octets,
      ),
    ).toBeUndefined();
  });

  test("an edit of what is not there is our mistake, not a lie that is never told", () => {
    expect(() => tell(dropAvp("SCCRQ", "challenge"), SCCRQ)).toThrow("SCCRQ has no challenge to change");
  });

  test("edits in a row, and another message in its place", () => {
    const turned = edits(
      (m) => without(m, "assignedTunnelId"),
      (m) => ({ ...m, type: "HELLO" }),
      (m) => without(m, "hostName"),
    );
    expect(viewL2tp(tellOne(alterMessage("SCCRQ", turned), SCCRQ)).avps.map((avp) => avp.name)).toEqual([
      "messageType",
      "protocolVersion",
      "framingCapabilities",
    ]);
    expect(viewL2tp(tellOne(alterMessage("SCCRQ", turned), SCCRQ)).type).toBe("HELLO");
  });

  test("a ZLB can be given a body and another header", () => {
    const octets = encodeControl({ tunnelId: 5, sessionId: 0, ns: 1, nr: 1 }, encodeMessage(zlb()));
    expect(viewL2tp(octets).kind).toBe("zlb");
    expect(
      viewL2tp(
        tellOne(
          alterMessage(isZlb, () => hello()),
          octets,
        ),
      ).type,
    ).toBe("HELLO");
    expect(hex(tellOne(alterHeader(isZlb, { nr: 9 }), octets))).toBe(
      "c802 000c 0005 0000 0001 0009".replaceAll(" ", ""),
    );
  });

  test("the header of a control message and of a data message", () => {
    const altered = viewL2tp(
      tellOne(
        alterHeader("SCCRQ", ({ header }) => ({ ns: header.ns! + 1, omitLength: true })),
        SCCRQ,
      ),
    ).header;
    expect([altered.ns, altered.nr, altered.l]).toEqual([8, 8, false]);
    const full = encodeData(
      { tunnelId: 5, sessionId: 6, ns: 1, nr: 2, offset: fromHex("ff ee"), priority: true },
      ofText("p"),
    );
    expect(hex(tellOne(alterHeader(isData, {}), full))).toBe(hex(full));
    expect(viewL2tp(tellOne(alterHeader(isData, { sessionId: 1 }), full)).header.sessionId).toBe(1);
  });

  test("more is sent behind it; what comes in is dropped or replaced", () => {
    expect(
      tell(
        alsoSend("SCCRQ", () => [ofText("x")]),
        SCCRQ,
      )?.map((octets) => octets.length),
    ).toEqual([SCCRQ.length, 1]);
    expect(
      [dropIncoming("HELLO"), replaceIncoming("HELLO", () => []), incoming(alsoSend(isControl, () => []))].map(
        (lie) => lie.direction,
      ),
    ).toEqual(["in", "in", "in"]);
    expect([dropIncoming("HELLO").name, dropAvp(["SCCRQ", "SCCRP"], "hostName").name]).toEqual([
      "drop incoming HELLO",
      "no hostName in SCCRQ, SCCRP",
    ]);
  });
});

describe("PPP", () => {
  const request = data(
    lcp.configureRequest(1, [
      { type: "mru", value: 1500 },
      { type: "magic", value: 7 },
    ]),
  );

  test("a packet as a value", () => {
    const lie = alterPacket("LCP", "Configure-Request", (packet) => ({
      ...packet,
      options: packet.options.filter((o) => o.type !== "magic"),
    }));
    expect(hex(tellOne(lie, request))).toBe(hex(data(lcp.configureRequest(1, [{ type: "mru", value: 1500 }]))));
    expect(tell(lie, data(lcp.configureAck(1, [])))).toBeUndefined();
    expect(viewL2tp(tellOne(lie, request)).issues).toEqual([]);
    expect(lie.name).toBe("alter LCP Configure-Request");
  });

  test("a packet as octets, and only where asked", () => {
    const second: Match = (_view, n) => n === 2;
    expect(
      tell(
        alterPacket("LCP", "Configure-Request", () => ofText("x"), second),
        request,
      ),
    ).toBeUndefined();
    const altered = tellOne(
      alterPacket("LCP", "Configure-Request", () => ofText("x")),
      request,
    );
    expect(hex(altered.subarray(viewL2tp(altered).header.payloadAt))).toBe("ff03c02178");
  });

  test.each([
    [
      "PAP",
      tellOne(
        alterPacket("PAP", "Authenticate-Request", (p) => ({ ...p, password: "new" })),
        data(pap.request(1, "a", "old")),
      ),
      pap.request(1, "a", "new"),
    ],
    [
      "CHAP",
      tellOne(
        alterPacket("CHAP", "Challenge", (p) => ({ ...p, name: "x" })),
        data(chap.challenge(1, fromHex("01"), "y")),
      ),
      chap.challenge(1, fromHex("01"), "x"),
    ],
    [
      "CHAP id",
      tellOne(
        alterPacket("CHAP", "Success", (p) => ({ ...p, id: 9 })),
        data(chap.success(1, "hi")),
      ),
      chap.success(9, "hi"),
    ],
    [
      "IPCP",
      tellOne(
        alterPacket("IPCP", "Configure-Nak", (p) => ({ ...p, options: [{ type: "address", value: "1.2.3.4" }] })),
        data(ipcp.configureNak(1, [])),
      ),
      ipcp.configureNak(1, [{ type: "address", value: "1.2.3.4" }]),
    ],
  ])("%s", (_name, altered, frame) => {
    expect(hex(altered)).toBe(hex(data(frame)));
  });

  test("a frame: another protocol, no Address field, octets of any kind", () => {
    const bare = tellOne(
      alterPpp(isPpp("LCP"), (frame) => ({ ...frame, protocol: PPP.PAP, addressControl: false })),
      request,
    );
    expect(hex(bare.subarray(viewL2tp(bare).header.payloadAt)).slice(0, 4)).toBe("c023");
    const any = tellOne(
      alterPpp(isData, () => fromHex("ff")),
      request,
    );
    expect(hex(any.subarray(viewL2tp(any).header.payloadAt))).toBe("ff");
    const same = encodeData({ tunnelId: 1, sessionId: 1 }, concat(fromHex("21"), fromHex("45 00")));
    expect(
      hex(
        tellOne(
          alterPpp(isData, (frame) => frame),
          same,
        ),
      ),
    ).toBe(hex(same));
    expect(
      tell(
        alterPpp(isControl, (frame) => frame),
        control(hello()),
      ),
    ).toBeUndefined();
  });
});

test("an answer to a PPP frame goes back to the ids that the peer gave last, before or in place of the frame", () => {
  const memory = new Map<string, unknown>();
  const pass = (lie: Lie, octets: Uint8Array) => {
    const view = viewL2tp(octets);
    return lie.when(view, 1, octets, memory) ? lie.then(octets, view, {}, memory) : undefined;
  };
  const answers = answerPpp(isPpp("LCP", "Echo-Request"), (frame) => lcp.codeReject(1, frame.payload), { delayMs: 5 });
  expect(pass(answers, control(sccrq({ assignedTunnelId: 9 })))).toBeUndefined();
  expect(pass(answers, control(icrq({ assignedSessionId: 10 })))).toBeUndefined();
  const echo = data(lcp.echoRequest(1, 0));
  const octets = encodeData({ tunnelId: 9, sessionId: 10 }, lcp.codeReject(1, fromHex("0901000800000000")));
  expect(pass(answers, echo)).toEqual([{ octets, back: true, delayMs: 5 }, echo]);
  const instead = answerPpp(isPpp("LCP"), () => [], { instead: true });
  expect(pass(instead, echo)).toEqual([]);
  expect(pass(answers, data(lcp.configureRequest(1, [])))).toBeUndefined();
});

describe("what a lie is told of", () => {
  const ask = (match: Match, octets: Uint8Array, n = 1): boolean => match(viewL2tp(octets), n, octets, new Map());
  const HELLO = control(hello());
  const ICRQ = control(icrq({ assignedSessionId: 1 }));
  const PING = data(ip.ping("10.0.0.1", "10.0.0.2", 1, 1));

  test("types, kinds and PPP packets", () => {
    expect(
      [isMessage("HELLO", "CDN"), isControl, isData, not("HELLO"), isPpp("IP")].map((match) => ask(match, HELLO)),
    ).toEqual([true, true, false, false, false]);
    expect([isPpp("IP"), isPpp(0x0021), isPpp("LCP"), isData].map((match) => ask(match, PING))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    const echo = data(lcp.echoRequest(1, 0));
    expect(
      [isPpp("LCP", "Echo-Request"), isPpp("LCP", 9), isPpp("LCP", "Echo-Reply")].map((match) => ask(match, echo)),
    ).toEqual([true, true, false]);
  });

  test("the n-th, from the n-th on, and all of several", () => {
    expect([1, 2, 3].map((n) => ask(nth(2, "HELLO"), HELLO, n))).toEqual([false, true, false]);
    expect([1, 2, 3].map((n) => ask(from(2, "HELLO"), HELLO, n))).toEqual([false, true, true]);
    expect(ask(nth(1, "HELLO"), ICRQ)).toBe(false);
    expect([HELLO, ICRQ].map((octets) => ask(all(isControl, not(["ICRQ", "ICRP"])), octets))).toEqual([true, false]);
  });
});

test("all packets of this file are well-formed where nothing lies", () => {
  const inner = dissect(ip.ping("10.0.0.1", "10.0.0.2", 1, 1), "ppp");
  expect([inner.inner?.icmp?.typeName, inner.issues]).toEqual(["Echo Request", []]);
});
