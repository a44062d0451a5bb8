/** RFC 2661 Appendix A and Appendix B.2: many messages at once, and a reply that was lost. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, control, data, not } from "#expect/matchers";
import { avpOf, iccn, icrq, lcp } from "#peer/script";

const CALLS = 8;

conformance(
  {
    id: "rfc2661-1270",
    clause: CLAUSES["RFC2661-A-01"],
    clauses: [CLAUSES["RFC2661-A-02"], CLAUSES["RFC2661-A-04"], CLAUSES["RFC2661-A-06"]],
    needs: ["lns"],
    story: "eight ICRQs at once, none of the answers acknowledged: how many come, and how they are repeated",
    params: [{ window: 2 }, { window: 64 }],
    background: ["session"],
    waitsMs: 4_000,
  },
  async ({ bench, note, elapse, params: { window } }) => {
    const tunnel = await bench.open({ avps: [avpOf("receiveWindowSize", window)] });
    tunnel.withholdAcks();
    bench.burst(() => {
      for (let n = 1; n <= CALLS; n++)
        tunnel.send(icrq({ assignedSessionId: tunnel.newCall().id, callSerialNumber: n }));
    });
    // Rules count what is on its way, then and at the first repetition.
    await elapse(4_000);
    for (const clause of ["RFC2661-A-01", "RFC2661-A-02", "RFC2661-A-04", "RFC2661-A-06"] as const)
      await note(may(control("ICRP"), clause));
    tunnel.withholdAcks(false);
  },
);

conformance(
  {
    id: "rfc2661-1271",
    clause: CLAUSES["RFC2661-B.2-01"],
    needs: ["lns"],
    story: "ICRP is lost and ICRQ repeated: it is acknowledged, ICRP comes again as it was, and one session comes up",
    background: ["ppp"],
    waitsMs: 4_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    tunnel.withholdAcks();
    const ns = tunnel.send(icrq({ assignedSessionId: call.id }));
    const lost = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = lost.number("avp.assignedSessionId");
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-B.2-01"));
    const again = { "l2tp.ns": lost.number("l2tp.ns"), "avp.assignedSessionId": call.peerId };
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id, ...again }), "RFC2661-B.2-01"));
    tunnel.withholdAcks(false);
    const connected = tunnel.send(iccn(), { sessionId: call.peerId });
    await climb(must(acks(connected, { tunnel: tunnel.id }), "RFC2661-B.2-01"));
    call.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.sessionId": call.id }), "RFC2661-B.2-01"));
    await silence(
      never(control("ICRP", { "avp.assignedSessionId": not(call.peerId) }), "RFC2661-B.2-01").within(1_000),
    );
  },
);
