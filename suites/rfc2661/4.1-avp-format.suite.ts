/** RFC 2661 §4.1: AVPs that a receiver does not know, and the bits that say what becomes of the message. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  absent,
  acks,
  anyOf,
  control,
  data,
  echoed,
  NO_SECOND_TUNNEL,
  redial,
  stopped,
  tunnelRefused,
} from "#expect/matchers";
import {
  append,
  avpOf,
  cdn,
  fromHex,
  hello,
  iccn,
  icrp,
  icrq,
  lcp,
  occn,
  ocrp,
  ofU16,
  prepend,
  sccrp,
  sccrq,
  scccn,
  sli,
  stopCcn,
  tweakAvp,
  unknownAvp,
  wen,
  type Avp,
  type ControlMessage,
} from "#peer/script";

/** The number that IANA keeps for examples (RFC 5612). */
const EXAMPLE_VENDOR = 32473;
/** No RFC gives this Attribute Type a meaning. */
const UNKNOWN_TYPE = 0xfff0;
const MANDATORY = unknownAvp(0, UNKNOWN_TYPE, fromHex("00 01"), { m: 1 });
const CHALLENGE = fromHex("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f");

/** The four reserved bits of an AVP, and all of them. */
const RESERVED = [{ reserved: 1 }, { reserved: 2 }, { reserved: 4 }, { reserved: 8 }, { reserved: 15 }];

/** Unknown AVPs that a message may carry: whose, of what type, with how many octets of value, and where. */
const OPTIONAL = [
  { vendor: 0, type: UNKNOWN_TYPE, octets: 0, place: "last" },
  { vendor: 0, type: UNKNOWN_TYPE, octets: 1, place: "first" },
  { vendor: EXAMPLE_VENDOR, type: 1, octets: 1017, place: "middle" },
  { vendor: EXAMPLE_VENDOR, type: UNKNOWN_TYPE, octets: 0, place: "middle" },
  { vendor: 9, type: UNKNOWN_TYPE, octets: 4, place: "first" },
  { vendor: 2011, type: UNKNOWN_TYPE, octets: 4, place: "last" },
];
type Optional = (typeof OPTIONAL)[number];

const PLACES: Readonly<Record<string, (m: ControlMessage, avp: Avp) => ControlMessage>> = {
  first: (m, avp) => prepend(m, avp),
  middle: (m, avp) => ({ ...m, avps: m.avps.toSpliced(m.avps.length >> 1, 0, avp) }),
  last: (m, avp) => append(m, avp),
};
const withOptional = (m: ControlMessage, { vendor, type, octets, place }: Optional): ControlMessage =>
  PLACES[place]!(m, unknownAvp(vendor, type, new Uint8Array(octets).fill(0xa5)));

/** AVPs of another vendor under all the numbers of this RFC, none with the length that the RFC gives that number. */
const NAMESAKES = Array.from({ length: 40 }, (_, type) => unknownAvp(EXAMPLE_VENDOR, type, fromHex("ff fe fd")));
/** One that would tell another id, were its vendor overlooked. */
const OTHER_ID = (type: number) => unknownAvp(EXAMPLE_VENDOR, type, ofU16(0x0b0b));

conformance(
  {
    id: "rfc2661-0101",
    clause: CLAUSES["RFC2661-4.1-02"],
    needs: ["lns", "tunnel-authentication"],
    story: "a Challenge with a reserved bit and M=0 in SCCRQ is none: SCCRP has no Challenge Response",
    params: RESERVED,
  },
  async ({ bench, climb, params: { reserved } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, [avpOf("challenge", CHALLENGE, { m: 0, reserved })]));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": absent }), "RFC2661-4.1-02"),
    );
  },
);

conformance(
  {
    id: "rfc2661-0102",
    clause: CLAUSES["RFC2661-4.1-02"],
    needs: ["lac", "tunnel-authentication"],
    story: "a Challenge with a reserved bit and M=0 in SCCRP is none: SCCCN has no Challenge Response",
    params: RESERVED,
    background: ["session"],
  },
  async ({ bench, climb, params: { reserved } }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }, [avpOf("challenge", CHALLENGE, { m: 0, reserved })]));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": absent }), "RFC2661-4.1-02"),
    );
  },
);

conformance(
  {
    id: "rfc2661-0103",
    clause: CLAUSES["RFC2661-4.1-02"],
    needs: ["lns"],
    version: 2,
    story: "Framing Capabilities with a reserved bit and M=1 in SCCRQ is unrecognised: no tunnel opens",
    params: RESERVED,
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, params: { reserved } }) => {
    const tunnel = await bench.tunnel();
    // Whoever stopped reading at the broken AVP has no Assigned Tunnel ID to send it to; where it goes is for rules to judge.
    allow(control("StopCCN"));
    tunnel.send(tweakAvp(sccrq({ assignedTunnelId: tunnel.id }), "framingCapabilities", { reserved }));
    await silence(never(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0104",
    clause: CLAUSES["RFC2661-4.1-02"],
    needs: ["lac"],
    version: 2,
    story: "Framing Capabilities with a reserved bit and M=1 in SCCRP is unrecognised: no SCCCN",
    params: RESERVED,
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, params: { reserved } }) => {
    const { tunnel } = await bench.rung();
    allow(control("StopCCN"), redial);
    tunnel.send(tweakAvp(sccrp({ assignedTunnelId: tunnel.id }), "framingCapabilities", { reserved }));
    await silence(never(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0105",
    clause: CLAUSES["RFC2661-4.1-02"],
    needs: ["lns"],
    story: "Bearer Type with a reserved bit and M=1 in ICRQ is unrecognised: no ICRP",
    params: RESERVED,
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, params: { reserved } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.send(icrq({ assignedSessionId: call.id }, [avpOf("bearerType", 2, { reserved })]));
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0106",
    clause: CLAUSES["RFC2661-4.1-04"],
    needs: ["lns"],
    story: "an SCCRQ with an unknown M=1 AVP opens no tunnel",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.tunnel();
    allow(stopped(tunnel.id));
    tunnel.send(append(sccrq({ assignedTunnelId: tunnel.id }), MANDATORY));
    await silence(never(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0107",
    clause: CLAUSES["RFC2661-4.1-04"],
    needs: ["lac"],
    story: "an SCCRP with an unknown M=1 AVP opens no tunnel",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const { tunnel } = await bench.rung();
    allow(stopped(tunnel.id), redial);
    tunnel.send(append(sccrp({ assignedTunnelId: tunnel.id }), MANDATORY));
    await silence(never(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0108",
    clause: CLAUSES["RFC2661-4.1-04"],
    needs: ["lns"],
    story: "an SCCCN with an unknown M=1 AVP opens no tunnel: an ICRQ behind it draws no ICRP",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(append(scccn(), MANDATORY));
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0109",
    clause: CLAUSES["RFC2661-4.1-04"],
    needs: ["lns"],
    story: "a HELLO with an unknown M=1 AVP ends the tunnel: an ICRQ behind it draws no ICRP",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.open();
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(append(hello(), MANDATORY));
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0110",
    clause: CLAUSES["RFC2661-4.1-04"],
    needs: ["lac"],
    story: "a HELLO with an unknown M=1 AVP ends the tunnel: an ICRP behind it draws no ICCN",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(stopped(tunnel.id), control("CDN"), redial);
    tunnel.send(append(hello(), MANDATORY));
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0111",
    clause: CLAUSES["RFC2661-4.1-04"],
    story:
      "a HELLO with an unknown M=1 AVP ends every session of its tunnel: LCP Echo-Requests are not answered any more",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(stopped(tunnel.id), control("CDN"), redial);
    tunnel.send(append(hello(), MANDATORY));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0112",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lns"],
    story: "an ICRQ with an unknown M=1 AVP draws no ICRP",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.send(append(icrq({ assignedSessionId: call.id }), MANDATORY));
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0113",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lac"],
    story: "an ICRP with an unknown M=1 AVP draws no ICCN",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(control("CDN"), stopped(tunnel.id), redial, control("ICRQ"));
    tunnel.send(append(icrp({ assignedSessionId: call.id }), MANDATORY), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0114",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lns"],
    story: "an ICCN with an unknown M=1 AVP brings up no session: no PPP comes on it",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    allow(control("CDN"), stopped(tunnel.id));
    bench.burst(() => {
      tunnel.send(append(iccn(), MANDATORY), { sessionId: call.peerId });
      call.send(lcp.configureRequest(1, []));
    });
    await silence(never(data({ "l2tp.sessionId": call.id }), "RFC2661-4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0115",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lns"],
    story: "a WEN with an unknown M=1 AVP ends its session: an LCP Echo-Request behind it is not answered",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.send(append(wen(), MANDATORY), { sessionId: call.peerId });
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0116",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lac"],
    story: "an SLI with an unknown M=1 AVP ends its session: an LCP Echo-Request behind it is not answered",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(control("CDN"), stopped(tunnel.id), redial, control("ICRQ"));
    tunnel.send(append(sli(), MANDATORY), { sessionId: call.peerId });
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0129",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "an OCCN with an unknown M=1 AVP brings up no session: no PPP comes on it",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    allow(control("CDN"), stopped(tunnel.id), redial, control("OCRQ"));
    bench.burst(() => {
      tunnel.send(append(occn(), MANDATORY), { sessionId: call.peerId });
      call.send(lcp.configureRequest(1, []));
    });
    await silence(never(data({ "l2tp.sessionId": call.id }), "RFC2661-4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0117",
    clause: CLAUSES["RFC2661-4.1-03"],
    needs: ["lns"],
    story: "an ICRQ with an unknown M=1 AVP leaves another session of the tunnel alone",
    background: ["ppp"],
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(control("CDN"));
    bench.burst(() => {
      tunnel.send(append(icrq({ assignedSessionId: tunnel.newCall().id }), MANDATORY));
      call.echo(100);
    });
    await climb(
      must(echoed(100, call.id), "RFC2661-4.1-03").or(stopped(tunnel.id), "the whole tunnel is closed for one call"),
    );
  },
);

conformance(
  {
    id: "rfc2661-0118",
    clause: CLAUSES["RFC2661-4.1-05"],
    clauses: [CLAUSES["RFC2661-4.1-07"]],
    needs: ["lns"],
    story: "unknown M=0 AVPs in SCCRQ, SCCCN, ICRQ and ICCN are passed over: the call comes up",
    params: OPTIONAL,
    background: ["ppp"],
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(withOptional(sccrq({ assignedTunnelId: tunnel.id }), params));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-05"));
    tunnel.send(withOptional(scccn(), params));
    const call = tunnel.newCall();
    tunnel.send(withOptional(icrq({ assignedSessionId: call.id }), params));
    const answer = await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.1-05"));
    call.peerId = answer.number("avp.assignedSessionId");
    tunnel.send(withOptional(iccn(), params), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.sessionId": call.id }), "RFC2661-4.1-05"));
  },
);

conformance(
  {
    id: "rfc2661-0119",
    clause: CLAUSES["RFC2661-4.1-05"],
    clauses: [CLAUSES["RFC2661-4.1-07"]],
    needs: ["lac"],
    story: "unknown M=0 AVPs in SCCRP and ICRP are passed over: SCCCN and ICCN come",
    params: OPTIONAL,
    background: ["ppp"],
  },
  async ({ bench, climb, params }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(withOptional(sccrp({ assignedTunnelId: tunnel.id }), params));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-05"));
    const call = await tunnel.asked();
    tunnel.send(withOptional(icrp({ assignedSessionId: call.id }), params), { sessionId: call.peerId });
    await climb(must(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-4.1-05"));
  },
);

conformance(
  {
    id: "rfc2661-0120",
    version: 2,
    clause: CLAUSES["RFC2661-4.1-05"],
    story: "a HELLO with an unknown M=0 AVP is acknowledged, and session and tunnel go on",
    params: OPTIONAL,
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    const ns = tunnel.send(withOptional(hello(), params));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.1-05"));
    call.ask(100);
    await climb(must(echoed(100, call.id), "RFC2661-4.1-05"));
  },
);

conformance(
  {
    id: "rfc2661-0121",
    clause: CLAUSES["RFC2661-4.1-05"],
    story: "a CDN with an unknown M=0 AVP ends the session all the same",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(stopped(tunnel.id), redial, control("ICRQ"));
    const unknown = unknownAvp(0, UNKNOWN_TYPE, fromHex("00"));
    tunnel.send(append(cdn({ assignedSessionId: call.id }), unknown), { sessionId: call.peerId });
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.1-05").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0122",
    clause: CLAUSES["RFC2661-4.1-05"],
    version: 2,
    story: "a StopCCN with an unknown M=0 AVP ends the tunnel's session all the same, as a plain one does",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("CDN"));
    const unknown = unknownAvp(EXAMPLE_VENDOR, 1, fromHex("00"));
    tunnel.stopped = true;
    const ns = tunnel.send(append(stopCcn({ assignedTunnelId: tunnel.id }), unknown));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.1-05"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.1-05").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0123",
    clause: CLAUSES["RFC2661-4.1-10"],
    needs: ["lns"],
    story: "M=0 AVPs of another vendor under the numbers of this RFC change nothing in SCCRQ and ICRQ",
    met: {
      implementation: "xl2tpd up to 1.3.20, which reads AVPs of the Broadband Forum as its own",
      reported: "issue xelerance/xl2tpd#163",
    },
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(prepend(sccrq({ assignedTunnelId: tunnel.id }), OTHER_ID(9), ...NAMESAKES));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-10"));
    tunnel.send(scccn());
    const call = tunnel.newCall();
    tunnel.send(prepend(icrq({ assignedSessionId: call.id }), OTHER_ID(14), ...NAMESAKES));
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.1-10"));
  },
);

conformance(
  {
    id: "rfc2661-0124",
    clause: CLAUSES["RFC2661-4.1-10"],
    needs: ["lac"],
    story: "M=0 AVPs of another vendor under the numbers of this RFC change nothing in SCCRP and ICRP",
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(prepend(sccrp({ assignedTunnelId: tunnel.id }), OTHER_ID(9), ...NAMESAKES));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-10"));
    const call = await tunnel.asked();
    const answer = prepend(icrp({ assignedSessionId: call.id }), OTHER_ID(14), ...NAMESAKES);
    tunnel.send(answer, { sessionId: call.peerId });
    await climb(must(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-4.1-10"));
  },
);

conformance(
  {
    id: "rfc2661-0125",
    clause: CLAUSES["RFC2661-4.1-10"],
    needs: ["lns"],
    story: "an M=1 AVP of another vendor under the number of Host Name is unknown: the SCCRQ opens no tunnel",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.tunnel();
    allow(stopped(tunnel.id));
    tunnel.send(
      append(sccrq({ assignedTunnelId: tunnel.id }), unknownAvp(EXAMPLE_VENDOR, 7, fromHex("61 62 63"), { m: 1 })),
    );
    await silence(never(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-10"));
  },
);

conformance(
  {
    id: "rfc2661-0126",
    clause: CLAUSES["RFC2661-4.1-09"],
    needs: ["lns"],
    story: "an AVP of SCCRQ that the RFC knows means the same with M=0",
    params: [
      { avp: "protocolVersion" },
      { avp: "hostName" },
      { avp: "framingCapabilities" },
      { avp: "assignedTunnelId" },
    ],
  },
  async ({ bench, climb, params: { avp } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(tweakAvp(sccrq({ assignedTunnelId: tunnel.id }), avp, { m: 0 }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-09").or(
        stopped(tunnel.id),
        "the device holds the M bit against the sender",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-0127",
    clause: CLAUSES["RFC2661-4.1-11"],
    needs: ["lns"],
    story: "an AVP follows a Host Name of odd length without padding",
    params: [{ hostName: "a" }, { hostName: "abc" }, { hostName: "abcde" }],
  },
  async ({ bench, climb, params: { hostName } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(
      sccrq({ assignedTunnelId: undefined, hostName }, [
        avpOf("vendorName", "l2t"),
        avpOf("assignedTunnelId", tunnel.id),
      ]),
    );
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-11"));
  },
);

conformance(
  {
    id: "rfc2661-0128",
    version: 2,
    clause: CLAUSES["RFC2661-4.1-07"],
    needs: ["lns"],
    story:
      "an AVP whose Length is less than its header or runs past the message does no harm: the next SCCRQ is answered",
    met: { implementation: "accel-ppp up to 2020, whose memory it overwrote", reported: "accel-ppp, commit 2324bcd5" },
    params: [{ length: 0 }, { length: 1 }, { length: 5 }, { length: 9 }, { length: 1023 }],
    waitsMs: 1_000,
  },
  async ({ bench, climb, note, params: { length } }) => {
    const tunnel = await bench.tunnel();
    const bad = unknownAvp(EXAMPLE_VENDOR, 1, fromHex("00 01"), { length });
    tunnel.sendOnce(append(sccrq({ assignedTunnelId: tunnel.id }), bad));
    await note(
      may(anyOf(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id)), "RFC2661-4.1-07").within(1_000),
    );
    const fresh = await bench.tunnel();
    fresh.send(sccrq({ assignedTunnelId: fresh.id }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": fresh.id }), "RFC2661-4.1-07").or(
        tunnelRefused(fresh.id),
        NO_SECOND_TUNNEL,
      ),
    );
  },
);
