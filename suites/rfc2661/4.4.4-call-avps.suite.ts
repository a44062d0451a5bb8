/** RFC 2661 §4.4.4: the AVPs of a call as the device takes them. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, anyOf, control, data, echoed, lcp as lcpPacket, present, redial, stopped } from "#expect/matchers";
import { avpOf, cdn, iccn, icrq, lcp, type Avp } from "#peer/script";

const text = (octets: number): string => "5".repeat(octets);
/** A message goes without the AVP where its value is "none". */
const valueOf = (value: number | string): number | undefined => (typeof value === "number" ? value : undefined);

/** Framing Type. */
const SYNCHRONOUS = 1;
const ASYNCHRONOUS = 2;

conformance(
  {
    id: "rfc2661-1140",
    clause: CLAUSES["RFC2661-4.4.4-51"],
    needs: ["lns"],
    story: "a CDN with Session ID 0 ends the call that its Assigned Session ID names, and no other of the tunnel",
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const other = tunnel.ask();
    other.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": other.id })))).number(
      "avp.assignedSessionId",
    );
    // As if the ICRP were still on its way: who had it would owe the device's id in the header.
    tunnel.withholdAcks();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    const ns = tunnel.send(cdn({ assignedSessionId: call.id }));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.4-51"));
    tunnel.withholdAcks(false);
    allow(control("CDN"));
    bench.burst(() => {
      tunnel.send(iccn(), { sessionId: call.peerId });
      call.send(lcp.configureRequest(1, []));
    });
    await silence(never(data({ "l2tp.sessionId": call.id }), "RFC2661-4.4.4-51").within(1_000));
    tunnel.send(iccn(), { sessionId: other.peerId });
    other.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.sessionId": other.id }), "RFC2661-4.4.4-51"));
  },
);

conformance(
  {
    id: "rfc2661-1142",
    clause: CLAUSES["RFC2661-4.4.4-55"],
    needs: ["lns"],
    story: "an ICRQ with any Bearer Type, none of its bits set or without the AVP is answered",
    params: [{ bearer: 0 }, { bearer: 1 }, { bearer: 2 }, { bearer: 3 }, { bearer: "none" }],
  },
  async ({ bench, climb, params: { bearer } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    tunnel.send(icrq({ assignedSessionId: call.id, bearerType: valueOf(bearer) }));
    await climb(
      must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.4.4-55").or(
        control("CDN", { "l2tp.sessionId": call.id }),
        "the call is refused for its bearer",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1143",
    clause: CLAUSES["RFC2661-4.4.4-59"],
    needs: ["lns"],
    story: "a Physical Channel ID decides nothing: ICRP comes with any, and without",
    params: [{ channel: 0 }, { channel: 1 }, { channel: 0xffffffff }, { channel: "none" }],
  },
  async ({ bench, climb, params: { channel } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    tunnel.send(icrq({ assignedSessionId: call.id, physicalChannelId: valueOf(channel) }));
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.4.4-59"));
  },
);

conformance(
  {
    id: "rfc2661-1144",
    clause: CLAUSES["RFC2661-4.4.4-58"],
    needs: ["lns"],
    story: "one speed for both directions or one for each: PPP begins",
    params: [
      { tx: 0, rx: "none" },
      { tx: 0xffffffff, rx: "none" },
      { tx: 64_000, rx: 64_000 },
      { tx: 128_000, rx: 64_000 },
      { tx: 64_000, rx: 0xffffffff },
    ],
    background: ["ppp"],
  },
  async ({ bench, climb, params: { tx, rx } }) => {
    const tunnel = await bench.open();
    const received = valueOf(rx);
    const speeds = received === undefined ? [] : [avpOf("rxConnectSpeed", received)];
    const call = tunnel.ask();
    call.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": call.id })))).number("avp.assignedSessionId");
    tunnel.send(iccn({ txConnectSpeed: tx }, speeds), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.sessionId": call.id }), "RFC2661-4.4.4-58"));
  },
);

conformance(
  {
    id: "rfc2661-1145",
    clause: CLAUSES["RFC2661-4.4.4-06"],
    needs: ["lns"],
    version: 2,
    story:
      "whether the LNS asks for a character map on a synchronous call, and on an asynchronous one, is written down",
    background: ["ppp"],
    waitsMs: 4_000,
  },
  async ({ bench, note }) => {
    const tunnel = await bench.open();
    for (const framing of [SYNCHRONOUS, ASYNCHRONOUS]) {
      // No call is placed with a framing that the LNS has not told (§4.4.3).
      if ((tunnel.framing & framing) === 0) continue;
      const call = await tunnel.call({ iccn: [avpOf("framingType", framing)] });
      const asks = lcpPacket("Configure-Request", { "l2tp.sessionId": call.id, "lcp.option.accm": present });
      await note(may(asks, "RFC2661-4.4.4-06").within(2_000));
    }
  },
);

conformance(
  {
    id: "rfc2661-1146",
    clause: CLAUSES["RFC2661-4.4.4-08"],
    needs: ["lns"],
    story: "whether a call of a group that the LNS does not know comes up is written down",
    params: [{ octets: 0 }, { octets: 1 }, { octets: 255 }, { octets: 1017 }],
    background: ["ppp"],
  },
  async ({ bench, note, allow, params: { octets } }) => {
    const tunnel = await bench.open();
    allow(stopped(tunnel.id));
    const group = avpOf("privateGroupId", new TextEncoder().encode("g".repeat(octets)));
    const call = await tunnel.call({ iccn: [group] });
    const refused = control("CDN", { "l2tp.sessionId": call.id });
    call.send(lcp.configureRequest(1, []));
    await note(may(anyOf(data({ "l2tp.sessionId": call.id }), refused), "RFC2661-4.4.4-08"));
  },
);

conformance(
  {
    id: "rfc2661-1147",
    clause: CLAUSES["RFC2661-4.4.4-10"],
    needs: ["lns"],
    story: "a call with Sequencing Required gets an LCP Echo-Reply that bears a number",
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call({ iccn: [avpOf("sequencingRequired", true)] });
    call.sequenced = true;
    await call.openLcp(user, gateway);
    call.echo(100);
    const reply = lcpPacket("Echo-Reply", { "lcp.id": 100, "l2tp.sessionId": call.id, "l2tp.s": true });
    await climb(must(reply, "RFC2661-4.4.4-10"));
  },
);

/** Numbers as a telephone exchange may give them, and how many octets at most a message has room for. */
const NUMBERS = [
  { avp: "calledNumber", octets: 0 },
  { avp: "calledNumber", octets: 255 },
  { avp: "callingNumber", octets: 0 },
  { avp: "callingNumber", octets: 255 },
  { avp: "subAddress", octets: 1 },
  { avp: "subAddress", octets: 1017 },
] as const;

const NUMBER_CLAUSES = {
  calledNumber: "RFC2661-4.4.4-61",
  callingNumber: "RFC2661-4.4.4-62",
  subAddress: "RFC2661-4.4.4-63",
} as const;

conformance(
  {
    id: "rfc2661-1148",
    clause: CLAUSES["RFC2661-4.4.4-61"],
    clauses: [CLAUSES["RFC2661-4.4.4-62"], CLAUSES["RFC2661-4.4.4-63"]],
    needs: ["lns"],
    story: "telephone numbers of any length are taken",
    params: NUMBERS,
  },
  async ({ bench, climb, params: { avp, octets } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    tunnel.send(icrq({ assignedSessionId: call.id, [avp]: text(octets) }));
    await climb(
      must(control("ICRP", { "l2tp.sessionId": call.id }), NUMBER_CLAUSES[avp]).or(
        control("CDN", { "l2tp.sessionId": call.id }),
        "the number is refused",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1149",
    clause: CLAUSES["RFC2661-4.4.4-54"],
    story: "a CDN with a Q.931 Cause Code, with and without advisory text, ends its session",
    params: [{ octets: 0 }, { octets: 1 }, { octets: 200 }],
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params: { octets } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("ICRQ"), control("CDN"), stopped(tunnel.id));
    const cause: Avp = avpOf("q931CauseCode", { cause: 16, msg: 0x45, advisory: "a".repeat(octets) });
    const ns = tunnel.send(cdn({ assignedSessionId: call.id }, [cause]), { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.4-54"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.4.4-54").within(1_000));
  },
);
