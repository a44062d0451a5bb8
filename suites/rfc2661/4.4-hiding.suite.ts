/**
 * RFC 2661 §4.4: each AVP that may be hidden, hidden by the bench. The permission is the sender's, so nothing is judged here but
 * that the device lives; which of them it takes is written down. That it must read them is §4.3's to say.
 */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may } from "#expect/ladder";
import { acks, anyOf, control, data, redial, stopped } from "#expect/matchers";
import {
  challengeResponse,
  fromHex,
  hidden,
  iccn,
  icrp,
  icrq,
  lcp,
  ocrq,
  sccrp,
  sccrq,
  scccn,
  sli,
  wen,
  withAvps,
  type AvpName,
  type ControlMessage,
} from "#peer/script";
import { clausesOf, IN_ICCN, IN_ICRQ, IN_OCRQ, OPENING, paramsOf, type Hideable } from "./hideable.ts";

const VECTOR = fromHex("3c 5a 78 96 b4 d2 f0 0e 2c 4a 68 86 a4 c2 e0 1f");

/** The message with this AVP hidden. */
function hiding(m: ControlMessage, secret: Uint8Array, name: AvpName, row: Hideable): ControlMessage {
  const whole = row.avp === undefined ? m : withAvps(m, row.avp);
  return hidden(whole, { secret, randomVector: VECTOR }, name);
}

conformance(
  {
    id: "rfc2661-1160",
    clause: CLAUSES["RFC2661-4.4.3-26"],
    clauses: clausesOf(OPENING),
    needs: ["lns", "hidden-avps"],
    story: "whether SCCRP answers an SCCRQ of which one AVP is hidden is written down",
    params: paramsOf(OPENING),
  },
  async ({ bench, note, tunnelSecret, params: { avp } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(hiding(sccrq({ assignedTunnelId: tunnel.id }), tunnelSecret, avp, OPENING[avp]));
    const answer = anyOf(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), control("StopCCN"));
    await note(may(answer, OPENING[avp].clause));
  },
);

conformance(
  {
    id: "rfc2661-1161",
    clause: CLAUSES["RFC2661-4.4.3-26"],
    clauses: clausesOf(OPENING),
    needs: ["lac", "hidden-avps"],
    story: "whether SCCCN answers an SCCRP of which one AVP is hidden is written down",
    params: paramsOf(OPENING),
    background: ["session"],
  },
  async ({ bench, note, allow, tunnelSecret, params: { avp } }) => {
    const { tunnel } = await bench.rung();
    allow(redial);
    tunnel.send(hiding(sccrp({ assignedTunnelId: tunnel.id }), tunnelSecret, avp, OPENING[avp]));
    const answer = anyOf(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), control("StopCCN"));
    await note(may(answer, OPENING[avp].clause));
  },
);

conformance(
  {
    id: "rfc2661-1162",
    clause: CLAUSES["RFC2661-4.4.3-50"],
    needs: ["lns", "hidden-avps", "challenges-peer"],
    story: "whether a tunnel opens on a hidden Challenge Response is written down: an ICRQ draws an ICRP",
  },
  async ({ bench, climb, note, allow, tunnelSecret: secret }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const proof = challengeResponse(3, secret, answer.octets("avp.challenge"));
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(hidden(scccn({ challengeResponse: proof }), { secret, randomVector: VECTOR }, "challengeResponse"));
    const call = tunnel.ask();
    await note(may(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.4.3-50"));
  },
);

conformance(
  {
    id: "rfc2661-1168",
    clause: CLAUSES["RFC2661-4.4.3-50"],
    needs: ["lac", "hidden-avps", "challenges-peer"],
    story: "whether SCCCN answers an SCCRP with a hidden Challenge Response is written down",
    background: ["session"],
  },
  async ({ bench, note, allow, tunnelSecret: secret }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const proof = challengeResponse(2, secret, request.octets("avp.challenge"));
    allow(stopped(tunnel.id), redial);
    const answer = sccrp({ assignedTunnelId: tunnel.id, challengeResponse: proof });
    tunnel.send(hidden(answer, { secret, randomVector: VECTOR }, "challengeResponse"));
    await note(may(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-50"));
  },
);

conformance(
  {
    id: "rfc2661-1163",
    clause: CLAUSES["RFC2661-4.4.4-14"],
    clauses: clausesOf(IN_ICRQ),
    needs: ["lns", "hidden-avps"],
    story: "whether ICRP answers an ICRQ of which one AVP is hidden is written down",
    params: paramsOf(IN_ICRQ),
  },
  async ({ bench, note, allow, tunnelSecret, params: { avp } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(hiding(icrq({ assignedSessionId: call.id }), tunnelSecret, avp, IN_ICRQ[avp]));
    await note(may(control("ICRP", { "l2tp.sessionId": call.id }), IN_ICRQ[avp].clause));
  },
);

conformance(
  {
    id: "rfc2661-1164",
    clause: CLAUSES["RFC2661-4.4.4-29"],
    clauses: clausesOf(IN_ICCN),
    needs: ["lns", "hidden-avps"],
    story: "whether PPP begins after an ICCN of which one AVP is hidden is written down",
    params: paramsOf(IN_ICCN),
    background: ["ppp"],
  },
  async ({ bench, climb, note, allow, tunnelSecret, params: { avp } }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    call.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": call.id })))).number("avp.assignedSessionId");
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(hiding(iccn(), tunnelSecret, avp, IN_ICCN[avp]), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await note(may(data({ "l2tp.sessionId": call.id }), IN_ICCN[avp].clause));
  },
);

conformance(
  {
    id: "rfc2661-1165",
    clause: CLAUSES["RFC2661-4.4.4-14"],
    needs: ["lac", "hidden-avps"],
    story: "whether ICCN answers an ICRP whose Assigned Session ID is hidden is written down",
    background: ["ppp"],
  },
  async ({ bench, note, allow, tunnelSecret }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(stopped(tunnel.id), control("CDN"), control("ICRQ"), redial);
    const row: Hideable = { clause: "RFC2661-4.4.4-14" };
    const answer = hiding(icrp({ assignedSessionId: call.id }), tunnelSecret, "assignedSessionId", row);
    tunnel.send(answer, { sessionId: call.peerId });
    await note(may(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-4.4.4-14"));
  },
);

conformance(
  {
    id: "rfc2661-1166",
    clause: CLAUSES["RFC2661-4.4.4-20"],
    clauses: clausesOf(IN_OCRQ),
    needs: ["lac", "hidden-avps"],
    story: "what a LAC makes of an OCRQ of which one speed is hidden is written down",
    params: paramsOf(IN_OCRQ),
    background: ["ppp", "session"],
  },
  async ({ bench, note, allow, tunnelSecret, params: { avp } }) => {
    const tunnel = await bench.open();
    await tunnel.asked();
    allow(stopped(tunnel.id), redial, control("OCCN"));
    const call = tunnel.newCall();
    tunnel.send(hiding(ocrq({ assignedSessionId: call.id }), tunnelSecret, avp, IN_OCRQ[avp]));
    await note(may(anyOf(control("OCRP"), control("CDN")), IN_OCRQ[avp].clause));
  },
);

conformance(
  {
    id: "rfc2661-1167",
    clause: CLAUSES["RFC2661-4.4.6-04"],
    clauses: [CLAUSES["RFC2661-4.4.6-07"]],
    needs: ["hidden-avps"],
    story: "whether WEN to an LNS, or SLI to a LAC, is acknowledged when its AVP is hidden is written down",
    background: ["ppp"],
  },
  async ({ bench, note, allow, role, tunnelSecret, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(stopped(tunnel.id), control("CDN"), control("ICRQ"), redial);
    const [message, name, clause] =
      role === "lns"
        ? ([wen(), "callErrors", "RFC2661-4.4.6-04"] as const)
        : ([sli(), "accm", "RFC2661-4.4.6-07"] as const);
    const ns = tunnel.send(hiding(message, tunnelSecret, name, { clause }), { sessionId: call.peerId });
    await note(may(acks(ns, { tunnel: tunnel.id }), clause));
  },
);
