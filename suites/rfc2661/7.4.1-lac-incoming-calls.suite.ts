/** RFC 2661 §7.4.1: the rows of a LAC's state table for incoming calls that a wire can show. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, anyOf, control, disconnected, echoed, nonZero, redial, stopped } from "#expect/matchers";
import { cdn, fromHex, iccn, icrp, sccrp, unknownAvp, type ControlMessage } from "#peer/script";
import { asksAnew, ends, WHOLE_TUNNEL } from "./misplaced-request.ts";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });

/** Messages of a call, with the id that the bench gives to a call where they bear one. */
const OF_CALL: Readonly<Record<string, (assignedSessionId: number) => ControlMessage>> = {
  ICRP: (assignedSessionId) => icrp({ assignedSessionId }),
  ICCN: () => iccn(),
  CDN: (assignedSessionId) => cdn({ assignedSessionId }),
};

conformance(
  {
    id: "rfc2661-1300",
    clause: CLAUSES["RFC2661-7.4.1-01"],
    needs: ["lac"],
    story: "idle, a caller is there: the LAC opens its tunnel with SCCRQ",
  },
  async ({ bench }) => {
    await bench.rung({
      as: must(control("SCCRQ", { "l2tp.tunnelId": 0, "avp.assignedTunnelId": nonZero }), "RFC2661-7.4.1-01"),
    });
  },
);

conformance(
  {
    id: "rfc2661-1301",
    clause: CLAUSES["RFC2661-7.4.1-02"],
    needs: ["lac"],
    story: "idle, ICRP, ICCN or CDN for a call that nobody asked for: it is acknowledged, and nothing connects",
    params: [{ message: "ICRP" }, { message: "ICCN" }, { message: "CDN" }],
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow, params: { message } }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    const other = tunnel.newCall();
    // Nothing need be said of it, but §7.1 lets the device clear what it will.
    allow(redial, control("CDN"), stopped(tunnel.id));
    const ns = tunnel.send(OF_CALL[message]!(other.id), { sessionId: bench.newId() });
    const connects = anyOf(control("ICCN"), control("ICRP"), control("OCCN"));
    await silence(never(connects, "RFC2661-7.4.1-02"));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-1302",
    clause: CLAUSES["RFC2661-7.4.1-03"],
    needs: ["lac", "hang-up"],
    story: "wait-tunnel, the caller hangs up: the tunnel may open, but no ICRQ comes",
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial, control("SCCCN"), stopped(tunnel.id), stopped(0));
    await bench.deviceHangsUp();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await silence(never(control("ICRQ", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.4.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-1303",
    clause: CLAUSES["RFC2661-7.4.1-04"],
    needs: ["lac"],
    story: "wait-tunnel, the tunnel is open: ICRQ under header ID 0 with an ID of the LAC's own",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    const request = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": 0, "avp.assignedSessionId": nonZero };
    await climb(must(control("ICRQ", request), "RFC2661-7.4.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-1304",
    clause: CLAUSES["RFC2661-7.4.1-06"],
    needs: ["lac"],
    story: "wait-reply, ICRP with an unknown M=1 AVP: CDN, and no ICCN",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(redial, control("ICRQ"), stopped(tunnel.id));
    tunnel.send(icrp({ assignedSessionId: call.id }, [UNKNOWN_MANDATORY]), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id]), "RFC2661-7.4.1-06").or(stopped(tunnel.id), WHOLE_TUNNEL));
    await silence(never(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-7.4.1-06").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1305",
    clause: CLAUSES["RFC2661-7.4.1-07"],
    needs: ["lac"],
    story: "wait-reply, ICRQ for the LAC's own call: no ICCN but CDN, and an ICRP behind it connects nothing",
    version: 2,
    waitsMs: 4_000,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(redial, control("ICRQ"), control("CDN"), stopped(tunnel.id));
    const clause = "RFC2661-7.4.1-07";
    // Nobody has granted the call, whatever the request is taken for.
    const before = () => silence(never(control("ICCN"), clause).within(1_000));
    if (!(await ends({ climb, note, allow }, { type: "ICRQ", call, named: call, clause, before }))) return;
    if (await asksAnew({ note }, { type: "ICRQ", tunnel, call, clause })) return;
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    const connects = anyOf(control("ICCN", { "l2tp.sessionId": call.id }), control("ICRP"));
    await silence(never(connects, clause).within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1306",
    clause: CLAUSES["RFC2661-7.4.1-08"],
    needs: ["lac"],
    story: "wait-reply, CDN or ICCN: it is acknowledged, the call is over, and an ICRP behind it draws no ICCN",
    params: [{ message: "CDN" }, { message: "ICCN" }],
    version: 2,
    waitsMs: 4_500,
  },
  async ({ bench, climb, silence, note, allow, params: { message } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    // It may ask again for its caller, or have done with the tunnel.
    allow(redial, control("ICRQ"), control("CDN"), stopped(tunnel.id));
    const ns = tunnel.send(OF_CALL[message]!(call.id), { sessionId: call.peerId });
    await silence(never(control("ICCN"), "RFC2661-7.4.1-08").within(1_000));
    const ack = await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.1-08"));
    if (await asksAnew({ note }, { type: "ICRQ", tunnel, call, clause: "RFC2661-7.4.1-08", ack })) return;
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-7.4.1-08"));
  },
);

conformance(
  {
    id: "rfc2661-1307",
    clause: CLAUSES["RFC2661-7.4.1-09"],
    clauses: [CLAUSES["RFC2661-5.3-02"]],
    needs: ["lac", "hang-up"],
    story:
      "wait-reply, the caller hangs up: CDN under header ID 0 with the ID of the ICRQ; a late ICRP revives nothing",
    version: 2,
    waitsMs: 2_500,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(redial, control("ICRQ"), control("CDN"), stopped(tunnel.id));
    await bench.deviceHangsUp();
    await climb(
      must(
        control("CDN", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": 0, "avp.assignedSessionId": call.peerId }),
        "RFC2661-7.4.1-09",
      ).or(stopped(tunnel.id), "the whole tunnel is cleared with the call"),
    );
    if (await asksAnew({ note }, { type: "ICRQ", tunnel, call, clause: "RFC2661-7.4.1-09" })) return;
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-7.4.1-09").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1308",
    clause: CLAUSES["RFC2661-7.4.1-10"],
    needs: ["lac"],
    story: "established, CDN: it is acknowledged, and an LCP echo of the call is answered no more",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(redial, control("ICRQ"), stopped(tunnel.id));
    await call.openLcp(caller, gateway);
    await climb(must(acks(tunnel.hangUp(call), { tunnel: tunnel.id }), "RFC2661-7.4.1-10"));
    await note(may(disconnected(tunnel.id, [call.id]), "RFC2661-6.12-06").within(500));
    call.stop();
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC2661-7.4.1-10"));
  },
);

conformance(
  {
    id: "rfc2661-1309",
    clause: CLAUSES["RFC2661-7.4.1-11"],
    needs: ["lac"],
    story: "established, ICRQ, a second ICRP or ICCN for the call: CDN",
    params: [{ message: "ICRQ" }, { message: "ICRP" }, { message: "ICCN" }],
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, note, allow, params: { message } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(redial, control("ICRQ"), stopped(tunnel.id));
    const clause = "RFC2661-7.4.1-11";
    if (message === "ICRQ") {
      await ends({ climb, note, allow }, { type: "ICRQ", call, named: tunnel.newCall(), clause });
      return;
    }
    tunnel.send(OF_CALL[message]!(call.id), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
  },
);

conformance(
  {
    id: "rfc2661-1310",
    version: 2,
    clause: CLAUSES["RFC2661-7.4.1-11"],
    needs: ["lac"],
    story: "established, the ICRP of the set-up comes once more: it is acknowledged, and the call goes on",
    background: ["ppp"],
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    const ns = tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await climb(given(control("ICCN", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id })));
    await call.openLcp(caller, gateway);
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.1-11"));
    call.ask(9);
    await climb(must(echoed(9, call.id), "RFC2661-7.4.1-11"));
  },
);

conformance(
  {
    id: "rfc2661-1311",
    clause: CLAUSES["RFC2661-7.4.1-12"],
    needs: ["lac", "hang-up"],
    story: "established, the caller hangs up: CDN with the IDs of both ends",
    background: ["ppp"],
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(redial, stopped(tunnel.id));
    await bench.deviceHangsUp();
    await climb(
      must(
        control("CDN", {
          "l2tp.tunnelId": tunnel.id,
          "l2tp.sessionId": call.id,
          "avp.assignedSessionId": call.peerId,
        }),
        "RFC2661-7.4.1-12",
      ).or(stopped(tunnel.id), "the whole tunnel is cleared with the call"),
    );
  },
);
