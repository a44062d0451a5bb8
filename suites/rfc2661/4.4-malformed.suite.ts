/**
 * RFC 2661 §4.4 and §7.1: AVPs with a Length that is not theirs, or a value that they cannot have. With M=1 they end what they are
 * for, with M=0 they are passed over.
 */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, never, should } from "#expect/ladder";
import { control, data, echoed, redial, stopped } from "#expect/matchers";
import {
  avpOf,
  fromHex,
  iccn,
  icrp,
  icrq,
  lcp,
  ofU8,
  ofU32,
  sccrp,
  sccrq,
  sli,
  wen,
  withAvps,
  type Avp,
} from "#peer/script";

const NOTHING = new Uint8Array(0);
const TWENTY_FIVE = new Uint8Array(25);

/** AVPs of SCCRQ and SCCRP by what is wrong with them; the id is the bench's, so that a lenient device answers there. */
const IN_OPENING: Readonly<Record<string, (id: number) => Avp>> = {
  "Protocol Version of 1 octet": () => avpOf("protocolVersion", 0x0100, { value: fromHex("01") }),
  "Framing Capabilities of 5 octets": () => avpOf("framingCapabilities", 3, { value: fromHex("00 00 00 00 03") }),
  "Bearer Capabilities of 3 octets": () => avpOf("bearerCapabilities", 0, { value: fromHex("00 00 00") }),
  "empty Host Name": () => avpOf("hostName", ""),
  "Assigned Tunnel ID of 4 octets": (id) => avpOf("assignedTunnelId", id, { value: ofU32(id) }),
  "Receive Window Size 0": () => avpOf("receiveWindowSize", 0),
  "Receive Window Size of 4 octets": () => avpOf("receiveWindowSize", 4, { value: ofU32(4) }),
  "empty Challenge": () => avpOf("challenge", NOTHING),
};
const OPENING_FAULTS = Object.keys(IN_OPENING).map((fault) => ({ fault }));

conformance(
  {
    id: "rfc2661-1170",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lns"],
    story: "an SCCRQ with a malformed M=1 AVP opens no tunnel: no SCCRP",
    params: OPENING_FAULTS,
    waitsMs: 1_000,
  },
  async ({ bench, silence, allow, params: { fault } }) => {
    const tunnel = await bench.tunnel();
    allow(control("StopCCN"));
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, [IN_OPENING[fault]!(tunnel.id)]));
    await silence(never(control("SCCRP"), "RFC2661-7.1-03").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1171",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lac"],
    story: "an SCCRP with a malformed M=1 AVP opens no tunnel: no SCCCN",
    params: OPENING_FAULTS,
    waitsMs: 1_000,
  },
  async ({ bench, silence, allow, params: { fault } }) => {
    const { tunnel } = await bench.rung();
    allow(control("StopCCN"), redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }, [IN_OPENING[fault]!(tunnel.id)]));
    await silence(never(control("SCCCN"), "RFC2661-7.1-03").within(1_000));
  },
);

const IN_ICRQ: Readonly<Record<string, (id: number) => Avp>> = {
  "Assigned Session ID 0": () => avpOf("assignedSessionId", 0),
  "Assigned Session ID of 1 octet": (id) => avpOf("assignedSessionId", id, { value: ofU8(id & 0xff) }),
  "Assigned Session ID of 4 octets": (id) => avpOf("assignedSessionId", id, { value: ofU32(id) }),
  "Call Serial Number of 2 octets": () => avpOf("callSerialNumber", 1, { value: fromHex("00 01") }),
  "Bearer Type of 5 octets": () => avpOf("bearerType", 1, { value: fromHex("00 00 00 00 01") }),
};

conformance(
  {
    id: "rfc2661-1172",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lns"],
    story: "an ICRQ with a malformed M=1 AVP is no call: no ICRP",
    params: Object.keys(IN_ICRQ).map((fault) => ({ fault })),
    waitsMs: 1_000,
  },
  async ({ bench, silence, allow, params: { fault } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.send(icrq({ assignedSessionId: call.id }, [IN_ICRQ[fault]!(call.id)]));
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.1-03").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1173",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lac"],
    story: "an ICRP with a malformed Assigned Session ID answers no call: no ICCN",
    params: [
      { fault: "Assigned Session ID 0" },
      { fault: "Assigned Session ID of 1 octet" },
      { fault: "Assigned Session ID of 4 octets" },
    ],
    waitsMs: 1_000,
  },
  async ({ bench, silence, allow, params: { fault } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(control("CDN"), control("ICRQ"), stopped(tunnel.id), redial);
    tunnel.send(icrp({ assignedSessionId: call.id }, [IN_ICRQ[fault]!(call.id)]), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.1-03").within(1_000));
  },
);

const IN_ICCN: Readonly<Record<string, Avp>> = {
  "(Tx) Connect Speed of 2 octets": avpOf("txConnectSpeed", 64_000, { value: fromHex("fa 00") }),
  "Framing Type of 5 octets": avpOf("framingType", 2, { value: fromHex("00 00 00 00 02") }),
  "Sequencing Required with a value": avpOf("sequencingRequired", true, { value: fromHex("01") }),
};

conformance(
  {
    id: "rfc2661-1174",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lns"],
    story: "an ICCN with a malformed M=1 AVP connects nothing: no PPP comes",
    params: Object.keys(IN_ICCN).map((fault) => ({ fault })),
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow, params: { fault } }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    call.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": call.id })))).number("avp.assignedSessionId");
    allow(control("CDN"), stopped(tunnel.id));
    bench.burst(() => {
      tunnel.send(iccn({}, [IN_ICCN[fault]!]), { sessionId: call.peerId });
      call.send(lcp.configureRequest(1, []));
    });
    await silence(never(data({ "l2tp.sessionId": call.id }), "RFC2661-7.1-03").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1175",
    clause: CLAUSES["RFC2661-7.1-03"],
    story: "a WEN to an LNS, or an SLI to a LAC, whose AVP is an octet short ends the session",
    background: ["ppp"],
    waitsMs: 1_500,
  },
  async ({ bench, silence, allow, elapse, role, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(control("CDN"), stopped(tunnel.id), redial, control("ICRQ"));
    const short =
      role === "lns"
        ? withAvps(wen(), avpOf("callErrors", NO_ERRORS, { value: TWENTY_FIVE }))
        : withAvps(sli(), avpOf("accm", { send: 0, receive: 0 }, { value: TWENTY_FIVE.subarray(0, 9) }));
    tunnel.send(short, { sessionId: call.peerId });
    await elapse(500);
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-7.1-03").within(1_000));
  },
);
const NO_ERRORS = {
  crcErrors: 0,
  framingErrors: 0,
  hardwareOverruns: 0,
  bufferOverruns: 0,
  timeoutErrors: 0,
  alignmentErrors: 0,
};

/** The first is the RFC's own example. */
const OPTIONAL: Readonly<Record<string, Avp>> = {
  "Rx Connect Speed of 2 octets": avpOf("rxConnectSpeed", 64_000, { value: fromHex("fa 00") }),
  "broken option in Initial Received LCP CONFREQ": avpOf("initialReceivedLcpConfReq", fromHex("05 00 1b 2c")),
  "Last Sent LCP CONFREQ cut off": avpOf("lastSentLcpConfReq", fromHex("03 05 c2")),
  "empty Last Received LCP CONFREQ": avpOf("lastReceivedLcpConfReq", NOTHING),
  "Proxy Authen Type of 1 octet": avpOf("proxyAuthenType", 4, { value: fromHex("04") }),
  "Proxy Authen ID of 1 octet": avpOf("proxyAuthenId", 4, { value: fromHex("04") }),
  "empty Proxy Authen Challenge": avpOf("proxyAuthenChallenge", NOTHING),
};

conformance(
  {
    id: "rfc2661-1176",
    clause: CLAUSES["RFC2661-7.1-04"],
    needs: ["lns"],
    story: "an ICCN with a malformed M=0 AVP connects the call as without it: PPP comes",
    params: Object.keys(OPTIONAL).map((fault) => ({ fault })),
    background: ["ppp"],
  },
  async ({ bench, climb, allow, params: { fault } }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    call.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": call.id })))).number("avp.assignedSessionId");
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.send(iccn({}, [OPTIONAL[fault]!]), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await climb(should(data({ "l2tp.sessionId": call.id }), "RFC2661-7.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-1177",
    clause: CLAUSES["RFC2661-7.1-04"],
    needs: ["lns"],
    story: "an ICRQ whose Physical Channel ID has 2 octets is answered as without it",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"), stopped(tunnel.id));
    const channel = avpOf("physicalChannelId", 7, { value: fromHex("00 07") });
    tunnel.send(icrq({ assignedSessionId: call.id }, [channel]));
    await climb(should(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-7.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-1178",
    clause: CLAUSES["RFC2661-7.1-04"],
    needs: ["lac"],
    story: "an SCCRP whose Firmware Revision has 3 octets opens the tunnel as without it",
    background: ["session"],
  },
  async ({ bench, climb, allow }) => {
    const { tunnel } = await bench.rung();
    allow(stopped(tunnel.id), redial);
    const firmware = avpOf("firmwareRevision", 1, { value: fromHex("00 01 00") });
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }, [firmware]));
    await climb(should(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.1-04"));
  },
);
