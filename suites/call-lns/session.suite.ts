/** Call-LNS, second step: the session inside the tunnel, IDs 81 and 77, and its end. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  acks,
  authentication,
  control,
  ending,
  echoReply,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  nonZero,
  not,
  otherNcps,
  redial,
} from "#expect/matchers";
import { iccn, icrp, icrq, lcp as lcpPacket } from "#peer/script";

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
    story:
      "ICRQ announces session 81 under header ID 0, ICRP goes to 81 with the LNS's own ID, ICCN completes the session",
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
    story:
      "the LAC asks with ICRQ under header ID 0, the LNS answers with session 77, the LAC completes with ICCN to 77",
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
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: params.id });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
    call.begin(caller, gateway);
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
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const kept = await tunnel.call({ id: LAC_SESSION });
    const ended = await tunnel.call({ id: LAC_SESSION + 1 });
    await kept.openLcp(caller, gateway);
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
    version: 2,
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(redial);
    await call.openLcp(caller, gateway);
    const ns = tunnel.close();
    await climb(given(acks(ns, { tunnel: TUNNEL })));
    await call.echoAfterEnd(9);
    await silence(never(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC2661-5.7-02"));
  },
);

conformance(
  {
    id: "call-lns-0025",
    clause: CLAUSES["RFC2661-5.6-01"],
    story: "the end of the session is the end of its PPP connection: after CDN an LCP echo is no longer answered",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps, control("ICRQ"), control("StopCCN"));
    await call.openLcp(caller, gateway);
    const ns = tunnel.hangUp(call);
    await climb(given(acks(ns, { tunnel: TUNNEL })));
    call.stop();
    await call.echoAfterEnd(9);
    await silence(never(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC2661-5.6-01"));
  },
);

conformance(
  {
    id: "call-lns-0026",
    clause: CLAUSES["RFC1661-5.5-03"],
    clauses: [CLAUSES["RFC1661-3.7-03"]],
    version: 2,
    story:
      "the end of PPP: Terminate-Request gets Terminate-Ack, and whether the device then ends the session is written down",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps, ending, control("StopCCN"), redial);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(200));
    await climb(must(lcp("Terminate-Ack", { "lcp.id": 200, "l2tp.sessionId": LAC_SESSION }), "RFC1661-5.5-03"));
    await note(may(control("CDN"), "RFC1661-3.7-03").within(3000));
  },
);

conformance(
  {
    id: "call-lns-0027",
    clause: CLAUSES["RFC1332-3.3-06"],
    version: 3,
    needs: ["lns", "own-addresses"],
    story: "two callers in one tunnel have an address each, and each gets the reply to its own ping",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
    const first = await tunnel.call({ id: LAC_SESSION });
    await first.openIp(caller, gateway);
    const second = await tunnel.call({ id: LAC_SESSION + 1 });
    await second.openIp(caller, gateway);
    await first.carries();
    await second.carries();
    for (const [call, other] of [
      [first, second],
      [second, first],
    ] as const) {
      call.ping(call.id, 1);
      const reply = { "l2tp.sessionId": call.id, "inner.icmp.id": call.id, "inner.ip.dst": not(other.addresses.local) };
      await climb(must(echoReply(reply), "RFC1332-3.3-06"));
    }
  },
);
