/** Call-LNS, second step: the session inside the tunnel, IDs 81 and 77, and its end. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never } from "#expect/ladder";
import { acks, control, lcp, lcpNegotiation, nonZero, otherNcps } from "#expect/matchers";
import { iccn, icrp, icrq } from "#peer/script";

const TUNNEL = 1;
/** The scenario's session IDs: the LAC's and the LNS's. */
const LAC_SESSION = 81;
const LNS_SESSION = 77;

conformance(
  {
    id: "call-lns-0020",
    clause: CLAUSES["RFC2661-7.4.2-01"],
    clauses: [CLAUSES["RFC2661-7.4.2-05"]],
    needs: ["lns"],
    story: "ICRQ announces session 81 under header ID 0, ICRP goes to 81 with the LNS's own ID, ICCN completes the session",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    allow(lcpNegotiation);
    tunnel.send(icrq({ assignedSessionId: LAC_SESSION }));
    const answer = { "l2tp.tunnelId": TUNNEL, "l2tp.sessionId": LAC_SESSION, "avp.assignedSessionId": nonZero };
    const caught = await climb(must(control("ICRP", answer), "RFC2661-7.4.2-01"));
    const ns = tunnel.send(iccn(), { sessionId: caught.number("avp.assignedSessionId") });
    await climb(must(acks(ns, { tunnel: TUNNEL }), "RFC2661-7.4.2-05"));
  },
);

conformance(
  {
    id: "call-lns-0021",
    clause: CLAUSES["RFC2661-7.4.1-05"],
    clauses: [CLAUSES["RFC2661-7.4.1-04"]],
    needs: ["lac"],
    story: "the LAC asks with ICRQ under header ID 0, the LNS answers with session 77, the LAC completes with ICCN to 77",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    allow(lcpNegotiation);
    const request = { "l2tp.tunnelId": TUNNEL, "l2tp.sessionId": 0, "avp.assignedSessionId": nonZero };
    const caught = await climb(must(control("ICRQ", request), "RFC2661-7.4.1-04"));
    tunnel.send(icrp({ assignedSessionId: LNS_SESSION }), { sessionId: caught.number("avp.assignedSessionId") });
    await climb(must(control("ICCN", { "l2tp.tunnelId": TUNNEL, "l2tp.sessionId": LNS_SESSION }), "RFC2661-7.4.1-05"));
  },
);

conformance(
  {
    id: "call-lns-0022",
    clause: CLAUSES["RFC2661-4.4.4-01"],
    story: "the session IDs cross over: the device's packets of the session carry the ID that the bench assigned",
    params: [{ id: 81 }, { id: 0x0100 }, { id: 0xffff }],
  },
  async ({ bench, climb, allow, user, gateway, params }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: params.id });
    allow(lcpNegotiation, otherNcps);
    call.answerLcp(user, gateway);
    const ids = { "l2tp.tunnelId": TUNNEL, "l2tp.sessionId": params.id };
    await climb(must(lcp("Configure-Ack", ids), "RFC2661-4.4.4-01"));
  },
);

conformance(
  {
    id: "call-lns-0023",
    clause: CLAUSES["RFC2661-5.6-01"],
    clauses: [CLAUSES["RFC2661-7.4.2-08"]],
    needs: ["lns"],
    story: "two sessions in one tunnel stay apart: when one is ended, LCP in the other is still answered",
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const kept = await tunnel.call({ id: LAC_SESSION });
    const ended = await tunnel.call({ id: LAC_SESSION + 1 });
    await kept.openLcp(user, gateway);
    const ns = tunnel.hangUp(ended);
    await climb(must(acks(ns, { tunnel: TUNNEL }), "RFC2661-7.4.2-08"));
    kept.echo(9);
    const reply = { "lcp.id": 9, "l2tp.sessionId": kept.id };
    await climb(must(lcp("Echo-Reply", reply), "RFC2661-5.6-01"));
  },
);

conformance(
  {
    id: "call-lns-0024",
    clause: CLAUSES["RFC2661-5.7-02"],
    story: "the end of the tunnel is the end of its PPP connection: after StopCCN an LCP echo is no longer answered",
    background: ["ppp"],
  },
  async ({ bench, climb, silence, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    await call.openLcp(user, gateway);
    const ns = tunnel.close();
    await climb(given(acks(ns, { tunnel: TUNNEL })));
    call.echo(9);
    await silence(never(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC2661-5.7-02"));
  },
);
