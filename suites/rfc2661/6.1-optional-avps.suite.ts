/** RFC 2661 §6.1 to §6.11: what a message may carry besides what it must. Which way the device goes is written down. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must } from "#expect/ladder";
import { anyOf, between, control, data, packet, present, stopped } from "#expect/matchers";
import { avpOf, fromHex, iccn, icrp, icrq, lcp, occn, ocrp, ocrq, sccrp, sccrq, scccn, type Avp } from "#peer/script";

/** What SCCRQ and SCCRP may both carry, but for a Challenge. */
const OPTIONAL_OPENING: Readonly<Record<string, Avp>> = {
  bearerCapabilities: avpOf("bearerCapabilities", 3),
  receiveWindowSize: avpOf("receiveWindowSize", 8),
  firmwareRevision: avpOf("firmwareRevision", 0x0102),
  vendorName: avpOf("vendorName", "l2tpspec"),
};
const TIE = { tieBreaker: avpOf("tieBreaker", fromHex("01 02 03 04 05 06 07 08")) };
const OPTIONAL_ICRQ: Readonly<Record<string, Avp>> = {
  bearerType: avpOf("bearerType", 2),
  physicalChannelId: avpOf("physicalChannelId", 7),
  callingNumber: avpOf("callingNumber", "5550101"),
  calledNumber: avpOf("calledNumber", "5550100"),
  subAddress: avpOf("subAddress", "12"),
};
const OPTIONAL_ICCN: Readonly<Record<string, Avp>> = {
  rxConnectSpeed: avpOf("rxConnectSpeed", 9_600),
  privateGroupId: avpOf("privateGroupId", fromHex("62 72 61 6e 63 68")),
  sequencingRequired: avpOf("sequencingRequired", true),
};

/** Without any, each alone, and all of them. */
const rows = (avps: Readonly<Record<string, Avp>>): { avp: string }[] =>
  ["none", ...Object.keys(avps), "all"].map((avp) => ({ avp }));
const chosen = (avps: Readonly<Record<string, Avp>>, which: string): readonly Avp[] =>
  which === "all" ? Object.values(avps) : [avps[which]].flatMap((avp) => avp ?? []);

const IN_SCCRQ = { ...OPTIONAL_OPENING, ...TIE };

conformance(
  {
    id: "rfc2661-1210",
    clause: CLAUSES["RFC2661-6.1-06"],
    needs: ["lns"],
    story: "an SCCRQ with optional AVPs is answered like one without",
    params: rows(IN_SCCRQ),
  },
  async ({ bench, note, params: { avp } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, chosen(IN_SCCRQ, avp)));
    await note(may(anyOf(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id)), "RFC2661-6.1-06"));
  },
);

conformance(
  {
    id: "rfc2661-1211",
    clause: CLAUSES["RFC2661-6.2-06"],
    needs: ["lac"],
    story: "an SCCRP with optional AVPs is taken like one without",
    params: rows(OPTIONAL_OPENING),
    background: ["session"],
  },
  async ({ bench, note, params: { avp } }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }, chosen(OPTIONAL_OPENING, avp)));
    await note(may(anyOf(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id)), "RFC2661-6.2-06"));
  },
);

conformance(
  {
    id: "rfc2661-1212",
    clause: CLAUSES["RFC2661-6.3-02"],
    needs: ["lns"],
    story: "an SCCCN with a Challenge Response that nobody asked for: whether a call is answered then",
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const unasked = [avpOf("challengeResponse", new Uint8Array(16).fill(0x5a))];
    tunnel.send(scccn({}, tunnel.challenge === undefined ? unasked : []));
    tunnel.ask();
    await note(may(anyOf(control("ICRP", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id)), "RFC2661-6.3-02"));
  },
);

conformance(
  {
    id: "rfc2661-1213",
    clause: CLAUSES["RFC2661-6.6-04"],
    needs: ["lns"],
    story: "an ICRQ with optional AVPs is answered like one without, but that the LNS may not like a number",
    params: rows(OPTIONAL_ICRQ),
  },
  async ({ bench, note, params: { avp } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    tunnel.send(icrq({ assignedSessionId: call.id }, chosen(OPTIONAL_ICRQ, avp)));
    await note(may(anyOf(control("ICRP", { "l2tp.sessionId": call.id }), control("CDN")), "RFC2661-6.6-04"));
  },
);

conformance(
  {
    id: "rfc2661-1214",
    clause: CLAUSES["RFC2661-6.8-04"],
    clauses: [CLAUSES["RFC2661-6.6-05"]],
    needs: ["lns"],
    story: "an ICCN with optional AVPs brings the session up like one without, at once or after 20 seconds",
    params: [...rows(OPTIONAL_ICCN).map((row) => ({ ...row, afterMs: 0 })), { avp: "none", afterMs: 20_000 }],
    background: ["ppp"],
    waitsMs: 20_000,
  },
  async ({ bench, climb, note, elapse, params: { avp, afterMs } }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    await elapse(afterMs);
    call.sequenced = avp === "sequencingRequired" || avp === "all";
    tunnel.send(iccn({}, chosen(OPTIONAL_ICCN, avp)), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    const up = anyOf(data({ "l2tp.sessionId": call.id }), control("CDN"), stopped(tunnel.id));
    await note(may(up, "RFC2661-6.8-04"));
    await note(may(up, "RFC2661-6.6-05"));
  },
);

conformance(
  {
    id: "rfc2661-1215",
    clause: CLAUSES["RFC2661-6.9-10"],
    needs: ["lac"],
    story: "an OCRQ with a Sub-Address is answered or refused like one without",
    params: [{ subAddress: false }, { subAddress: true }],
    background: ["ppp", "session"],
  },
  async ({ bench, note, params: { subAddress } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    tunnel.send(ocrq({ assignedSessionId: call.id, subAddress: subAddress ? "12" : undefined }));
    const answers = anyOf(
      control("OCRP", { "l2tp.sessionId": call.id }),
      control("CDN", { "l2tp.sessionId": call.id }),
      stopped(tunnel.id),
    );
    await note(may(answers, "RFC2661-6.9-10"));
    await note(may(control("OCCN", { "l2tp.sessionId": call.id }), "RFC2661-6.9-10").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1216",
    clause: CLAUSES["RFC2661-6.1-07"],
    needs: ["lns"],
    story: "a LAC's SCCRQ is taken or refused with a Result Code of the table, not passed over",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(
      must(
        anyOf(
          control("SCCRP", { "l2tp.tunnelId": tunnel.id }),
          stopped(tunnel.id, { "avp.resultCode.result": between(1, 7) }),
        ),
        "RFC2661-6.1-07",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1217",
    clause: CLAUSES["RFC2661-6.1-07"],
    needs: ["lac"],
    story: "an LNS's SCCRQ to the ports of a LAC's own tunnel: whether the LAC takes it is written down",
    background: ["ppp", "session"],
  },
  async ({ bench, note }) => {
    const tunnel = bench.tunnelBeside(await bench.open());
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await note(
      may(anyOf(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id)), "RFC2661-6.1-07").within(2_000),
    );
  },
);

conformance(
  {
    id: "rfc2661-1218",
    clause: CLAUSES["RFC2661-9.5-01"],
    clauses: [CLAUSES["RFC2661-8.1-04"]],
    needs: ["lac"],
    story:
      "whether the LAC tells of authentication and of LCP options, and whether it asks for an MRU, is written down",
    background: ["ppp", "session"],
    waitsMs: 10_000,
  },
  async ({ bench, note, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await note(may(control("ICCN", { "avp.proxyAuthenType": present }), "RFC2661-9.5-01").within(1_000));
    call.begin(user, gateway);
    await note(
      may(
        packet("LCP Configure-Request", { "lcp.code": "Configure-Request", "lcp.option.mru": present }),
        "RFC2661-8.1-04",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1219",
    clause: CLAUSES["RFC2661-6.10-03"],
    clauses: [CLAUSES["RFC2661-6.11-04"]],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "OCRP and OCCN with optional AVPs: whether the LNS that has asked for the call begins PPP is written down",
    background: ["ppp"],
  },
  async ({ bench, note }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    const { sequencingRequired, rxConnectSpeed } = OPTIONAL_ICCN;
    const physical = chosen(OPTIONAL_ICRQ, "physicalChannelId");
    tunnel.send(ocrp({ assignedSessionId: call.id }, physical), { sessionId: call.peerId });
    await note(may(anyOf(control("ZLB"), control("CDN")), "RFC2661-6.10-03"));
    call.sequenced = true;
    tunnel.send(occn({}, [sequencingRequired!, rxConnectSpeed!]), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await note(may(anyOf(data({ "l2tp.sessionId": call.id }), control("CDN")), "RFC2661-6.11-04"));
  },
);
