/** RFC 2661 §6: what the device's own messages carry besides what they must. Either way is right, and is written down. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may } from "#expect/ladder";
import { anyOf, control, present, stopped, type FieldSpec } from "#expect/matchers";
import { fromHex, icrp, icrq, sccrq, unknownAvp } from "#peer/script";
import { NOTED_AT_ONCE_MS, NOTED_WITHIN_MS, ofItsOwn, request } from "./own-message.ts";

const tells = (avp: string): FieldSpec => ({ [`avp.${avp}`]: present });
const rows = <N extends string>(...avps: readonly N[]) => avps.map((avp) => ({ avp }));
/** A called party that answers by itself. */
const CONNECTED_WITHIN_MS = 10_000;
/** What ends a call with CDN (§4.1). */
const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });

conformance(
  {
    id: "rfc2661-1280",
    clause: CLAUSES["RFC2661-6.1-06"],
    needs: ["lac"],
    story: "whether a LAC tells what SCCRQ may tell is written down",
    params: rows(
      "bearerCapabilities",
      "receiveWindowSize",
      "challenge",
      "tieBreaker",
      "firmwareRevision",
      "vendorName",
    ),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp } }) => {
    const told = control("SCCRQ", { "l2tp.tunnelId": 0, ...tells(avp) });
    await bench.rung({ noted: may(told, "RFC2661-6.1-06").within(NOTED_AT_ONCE_MS) });
  },
);

conformance(
  {
    id: "rfc2661-1281",
    clause: CLAUSES["RFC2661-6.2-06"],
    needs: ["lns"],
    story: "whether an LNS tells what SCCRP may tell is written down",
    params: rows("bearerCapabilities", "receiveWindowSize", "challenge", "firmwareRevision", "vendorName"),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await ofItsOwn({ note, climb }, "SCCRP", { "l2tp.tunnelId": tunnel.id }, tells(avp), "RFC2661-6.2-06");
  },
);

conformance(
  {
    id: "rfc2661-1282",
    clause: CLAUSES["RFC2661-6.6-04"],
    needs: ["lac"],
    story: "whether a LAC tells what ICRQ may tell is written down",
    params: rows("bearerType", "physicalChannelId", "callingNumber", "calledNumber", "subAddress"),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    await request({ note, climb }, await bench.open(), "ICRQ", tells(avp), "RFC2661-6.6-04");
  },
);

conformance(
  {
    id: "rfc2661-1283",
    clause: CLAUSES["RFC2661-6.8-04"],
    needs: ["lac"],
    story: "whether a LAC tells what ICCN may tell is written down",
    params: rows(
      ...(["initialReceivedLcpConfReq", "lastSentLcpConfReq", "lastReceivedLcpConfReq", "proxyAuthenType"] as const),
      ...(["privateGroupId", "rxConnectSpeed", "sequencingRequired"] as const),
    ),
    background: ["ppp"],
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await ofItsOwn({ note, climb }, "ICCN", { "l2tp.sessionId": call.id }, tells(avp), "RFC2661-6.8-04");
  },
);

conformance(
  {
    id: "rfc2661-1284",
    clause: CLAUSES["RFC2661-6.9-10"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "whether an LNS tells a Sub-Address in OCRQ is written down",
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, note, climb }) => {
    await request({ note, climb }, await bench.answer(), "OCRQ", tells("subAddress"), "RFC2661-6.9-10");
  },
);

conformance(
  {
    id: "rfc2661-1285",
    clause: CLAUSES["RFC2661-6.10-03"],
    clauses: [CLAUSES["RFC2661-6.11-04"]],
    needs: ["lac", "outgoing-calls"],
    story: "whether a LAC tells a channel in OCRP, and a speed or numbered data in OCCN, is written down",
    params: rows("rxConnectSpeed", "sequencingRequired"),
    background: ["ppp"],
    waitsMs: NOTED_WITHIN_MS + CONNECTED_WITHIN_MS,
  },
  async ({ bench, allow, numbers, params: { avp }, note, climb }) => {
    const tunnel = await bench.open();
    allow(control("ICRQ"), control("OCCN"));
    const call = tunnel.askOut(numbers.answers);
    const ids = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id };
    await ofItsOwn({ note, climb }, "OCRP", ids, tells("physicalChannelId"), "RFC2661-6.10-03");
    // How long the called party takes to answer is not the LAC's.
    const connected = may(control("OCCN", { ...ids, ...tells(avp) }), "RFC2661-6.11-04");
    await note(connected.within(CONNECTED_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc2661-1286",
    clause: CLAUSES["RFC2661-6.12-05"],
    story: "whether a CDN of the device tells a Q.931 cause is written down",
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, role, note, climb, allow }) => {
    const tunnel = await bench.open();
    allow(control("ICRQ"));
    const call = role === "lns" ? tunnel.newCall() : await tunnel.asked();
    if (role === "lns") tunnel.send(icrq({ assignedSessionId: call.id }, [UNKNOWN_MANDATORY]));
    else tunnel.send(icrp({ assignedSessionId: call.id }, [UNKNOWN_MANDATORY]), { sessionId: call.peerId });
    const ended = control("CDN", { "l2tp.tunnelId": tunnel.id });
    const told = control("CDN", { "l2tp.tunnelId": tunnel.id, ...tells("q931CauseCode.cause") });
    const noted = await note(may(told, "RFC2661-6.12-05").within(NOTED_WITHIN_MS));
    // The tunnel may end with its only call.
    if (noted === undefined) await climb(given(anyOf(ended, stopped(tunnel.id))));
  },
);
