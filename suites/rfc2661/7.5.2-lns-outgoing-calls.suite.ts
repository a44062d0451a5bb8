/** RFC 2661 §7.5.2: the rows of an LNS's state table for outgoing calls that a wire can show. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must, never } from "#expect/ladder";
import { acks, anyOf, control, data, disconnected, lcp, nonZero, redial, stopped } from "#expect/matchers";
import { cdn, fromHex, lcp as lcpPacket, occn, ocrp, sccrp, unknownAvp, type ControlMessage } from "#peer/script";
import { lcpReply } from "./lcp-reply.ts";
import { asksAnew, ends, WHOLE_TUNNEL } from "./misplaced-request.ts";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });

/** Messages of a call, with the id that the bench gives to a call where they bear one. */
const OF_CALL: Readonly<Record<string, (assignedSessionId: number) => ControlMessage>> = {
  OCRP: (assignedSessionId) => ocrp({ assignedSessionId }),
  OCCN: () => occn(),
  CDN: (assignedSessionId) => cdn({ assignedSessionId }),
};

/** A session that nobody has; the ID is legal, also where a table of sessions is shorter. */
const NOBODYS = 65_000;

conformance(
  {
    id: "rfc2661-1360",
    clause: CLAUSES["RFC2661-7.5.2-S01"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "idle, a call is wanted: the LNS opens its tunnel with SCCRQ",
  },
  async ({ bench }) => {
    await bench.rung({
      as: must(control("SCCRQ", { "l2tp.tunnelId": 0, "avp.assignedTunnelId": nonZero }), "RFC2661-7.5.2-S01"),
    });
  },
);

conformance(
  {
    id: "rfc2661-1361",
    version: 2,
    clause: CLAUSES["RFC2661-7.5.2-S02"],
    clauses: [CLAUSES["RFC2661-7.5.2-S09"]],
    needs: ["lns"],
    story:
      "idle, OCRP, OCCN or CDN for a call that nobody asked for: it is acknowledged, and no session is there for LCP",
    params: [{ message: "OCRP" }, { message: "OCCN" }, { message: "CDN" }],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow, params: { message } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    const sessionId = NOBODYS;
    allow(stopped(tunnel.id), control("CDN"));
    let ns = 0;
    bench.burst(() => {
      ns = tunnel.send(OF_CALL[message]!(call.id), { sessionId });
      call.sendTo(sessionId, lcpPacket.configureRequest(1, []));
    });
    const clause = message === "CDN" ? "RFC2661-7.5.2-S09" : "RFC2661-7.5.2-S02";
    await silence(never(anyOf(control("OCCN"), control("ICCN"), data()), clause));
    await climb(must(acks(ns, { tunnel: tunnel.id }), clause));
  },
);

conformance(
  {
    id: "rfc2661-1362",
    clause: CLAUSES["RFC2661-7.5.2-S03"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-tunnel, the tunnel is open: OCRQ under header ID 0 with an ID of the LNS's own",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.answer();
    const request = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": 0, "avp.assignedSessionId": nonZero };
    await climb(must(control("OCRQ", request), "RFC2661-7.5.2-S03"));
  },
);

conformance(
  {
    id: "rfc2661-1363",
    clause: CLAUSES["RFC2661-7.5.2-S04"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-reply, acceptable OCRP: it is acknowledged, and nothing more is said before OCCN",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    allow(control("HELLO"));
    const ns = tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await silence(
      never(anyOf(control("OCRQ"), control("OCCN"), control("CDN"), control("StopCCN"), data()), "RFC2661-7.5.2-S04"),
    );
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.5.2-S04"));
  },
);

conformance(
  {
    id: "rfc2661-1364",
    clause: CLAUSES["RFC2661-7.5.2-S05"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-reply, OCRP with an unknown M=1 AVP: CDN, and an OCCN behind it opens nothing",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    tunnel.send(ocrp({ assignedSessionId: call.id }, [UNKNOWN_MANDATORY]), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id]), "RFC2661-7.5.2-S05").or(stopped(tunnel.id), WHOLE_TUNNEL));
    allow(redial, control("OCRQ"), control("CDN"), stopped(tunnel.id));
    bench.burst(() => {
      tunnel.send(occn(), { sessionId: call.peerId });
      call.send(lcpPacket.configureRequest(1, []));
    });
    await silence(never(data(), "RFC2661-7.5.2-S05").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1365",
    clause: CLAUSES["RFC2661-7.5.2-S06"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-reply, OCCN or OCRQ for the call: CDN",
    params: [{ message: "OCCN" }, { message: "OCRQ" }],
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, note, allow, params: { message } }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    allow(redial, control("OCRQ"), stopped(tunnel.id));
    const clause = "RFC2661-7.5.2-S06";
    if (message === "OCRQ") {
      await ends({ climb, note, allow }, { type: "OCRQ", call, named: call, clause });
      return;
    }
    tunnel.send(OF_CALL[message]!(call.id), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
  },
);

conformance(
  {
    id: "rfc2661-1366",
    clause: CLAUSES["RFC2661-7.5.2-S07"],
    clauses: [CLAUSES["RFC2661-5.2.2-01"]],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-connect, OCCN: it is acknowledged, and LCP in the session is answered",
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    const ns = tunnel.send(occn(), { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.2.2-01"));
    // What comes before PPP is ready may be lost, and what is asked for may be refused: it is asked until it is answered.
    call.begin(caller, gateway);
    await climb(must(lcpReply({ "l2tp.sessionId": call.id }), "RFC2661-7.5.2-S07"));
  },
);

conformance(
  {
    id: "rfc2661-1367",
    clause: CLAUSES["RFC2661-7.5.2-S08"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-connect, OCRQ or a second OCRP for the call: CDN, and an OCCN behind it opens nothing",
    params: [{ message: "OCRQ" }, { message: "OCRP" }],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, note, allow, params: { message } }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    allow(redial, control("OCRQ"), stopped(tunnel.id));
    const first = tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await tunnel.acknowledged(first);
    const clause = "RFC2661-7.5.2-S08";
    if (message === "OCRQ") {
      if (!(await ends({ climb, note, allow }, { type: "OCRQ", call, named: tunnel.newCall(), clause }))) return;
    } else {
      tunnel.send(OF_CALL[message]!(call.id), { sessionId: call.peerId });
      await climb(must(disconnected(tunnel.id, [call.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
    }
    allow(control("CDN"));
    bench.burst(() => {
      tunnel.send(occn(), { sessionId: call.peerId });
      call.send(lcpPacket.configureRequest(1, []));
    });
    await silence(never(data(), clause).within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1368",
    clause: CLAUSES["RFC2661-7.5.2-S08"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-connect, the OCRP of the set-up comes once more: it is acknowledged, and the call can be completed",
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.answer();
    const call = await tunnel.askedOut();
    const ns = tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await tunnel.acknowledged(ns);
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.5.2-S08"));
    tunnel.send(occn(), { sessionId: call.peerId });
    call.begin(caller, gateway);
    await climb(must(lcpReply({ "l2tp.sessionId": call.id }), "RFC2661-7.5.2-S08"));
  },
);

conformance(
  {
    id: "rfc2661-1369",
    clause: CLAUSES["RFC2661-7.5.2-S09"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "wait-reply, wait-connect or established, CDN: it is acknowledged, and the session is there for LCP no more",
    params: [{ state: "wait-reply" }, { state: "wait-connect" }, { state: "established" }],
    background: ["ppp"],
    version: 2,
    waitsMs: 3_500,
  },
  async ({ bench, climb, silence, note, allow, params: { state } }) => {
    const tunnel = await bench.answer();
    // It may ask again for its call, or have done with the tunnel.
    allow(redial, control("OCRQ"), control("CDN"), stopped(tunnel.id));
    const call = await (state === "established" ? tunnel.callOut() : tunnel.askedOut());
    if (state === "wait-connect")
      await tunnel.acknowledged(tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId }));
    const ack = await climb(must(acks(tunnel.hangUp(call), { tunnel: tunnel.id }), "RFC2661-7.5.2-S09"));
    if (await asksAnew({ note }, { type: "OCRQ", tunnel, call, clause: "RFC2661-7.5.2-S09", ack })) return;
    bench.burst(() => {
      // All that would bring a call up that still waits.
      if (state === "wait-reply") tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
      if (state !== "established") tunnel.send(occn(), { sessionId: call.peerId });
      call.send(lcpPacket.configureRequest(9, []));
    });
    await silence(never(lcp("Configure-Ack", { "lcp.id": 9 }), "RFC2661-7.5.2-S09"));
  },
);

conformance(
  {
    id: "rfc2661-1370",
    clause: CLAUSES["RFC2661-7.5.2-S10"],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "established, OCRQ, OCRP or a second OCCN for the call: CDN",
    params: [{ message: "OCRQ" }, { message: "OCRP" }, { message: "OCCN" }],
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, note, allow, params: { message } }) => {
    const tunnel = await bench.answer();
    allow(redial, control("OCRQ"), stopped(tunnel.id));
    const call = await tunnel.callOut();
    const named = tunnel.newCall();
    const clause = "RFC2661-7.5.2-S10";
    if (message === "OCRQ") {
      await ends({ climb, note, allow }, { type: "OCRQ", call, named, clause });
      return;
    }
    tunnel.send(OF_CALL[message]!(named.id), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id, named.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
  },
);

conformance(
  {
    id: "rfc2661-1371",
    clause: CLAUSES["RFC2661-7.5.2-S11"],
    clauses: [CLAUSES["RFC2661-5.3-02"]],
    needs: ["lns", "outgoing-calls", "dial-out", "hang-up"],
    story:
      "wait-reply, wait-connect or established, the LNS is told to end the call: CDN, under header ID 0 before OCRP",
    params: [{ state: "wait-reply" }, { state: "wait-connect" }, { state: "established" }],
    background: ["ppp"],
  },
  async ({ bench, climb, allow, params: { state } }) => {
    const tunnel = await bench.answer();
    const call = await (state === "established" ? tunnel.callOut() : tunnel.askedOut());
    if (state === "wait-connect")
      await tunnel.acknowledged(tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: call.peerId }));
    allow(stopped(tunnel.id));
    await bench.deviceHangsUp();
    const ids = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": state === "wait-reply" ? 0 : call.id };
    await climb(
      must(control("CDN", { ...ids, "avp.assignedSessionId": call.peerId }), "RFC2661-7.5.2-S11").or(
        stopped(tunnel.id),
        "the whole tunnel is cleared with the call",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1372",
    clause: CLAUSES["RFC2661-7.5.2-S12"],
    needs: ["lns", "outgoing-calls", "dial-out", "hang-up"],
    story: "wait-tunnel, the call is wanted no more: the tunnel may open, but no OCRQ comes",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial, control("SCCCN"), stopped(tunnel.id), stopped(0));
    await bench.deviceHangsUp();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, bearerCapabilities: 3 }));
    await silence(never(control("OCRQ", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.5.2-S12"));
  },
);
