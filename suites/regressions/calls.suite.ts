/** Bugs met in the field: how an LNS takes the messages of a call, and what comes right behind them (RFC 2661 §6.6 to §6.12). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  acks,
  anyOf,
  control,
  data,
  disconnected,
  nonZero,
  not,
  oneOf,
  packet,
  stopped,
  type Expected,
} from "#expect/matchers";
import { avpOf, cdn, fromHex, iccn, icrq, lcp, scccn, sccrq } from "#peer/script";

/** Whatever the device says to the bench's Configure-Request of that Identifier. */
const replied = (id: number | Expected, session: number) =>
  packet("reply to Configure-Request", {
    "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"),
    "lcp.id": id,
    "l2tp.sessionId": session,
  });

conformance(
  {
    id: "regressions-0031",
    clause: CLAUSES["RFC2661-7.4.2-01"],
    clauses: [CLAUSES["RFC2661-6.5-03"]],
    needs: ["lns"],
    story: "an ICRQ with numbers of no octet or of a thousand is granted, or refused by CDN, and the tunnel lives on",
    met: { implementation: "accel-ppp up to 2025-11", reported: "accel-ppp, commit 2bbf451b" },
    background: ["ppp"],
    params: [
      { called: 0, calling: 0 },
      { called: 64, calling: 64 },
      { called: 255, calling: 255 },
      { called: 1017, calling: 1 },
      { called: 1, calling: 1017 },
    ],
  },
  async ({ bench, climb, params: { called, calling } }) => {
    const tunnel = await bench.open();
    // Without another call the tunnel may end with the one that is refused.
    await tunnel.call();
    const call = tunnel.newCall();
    const numbers = [avpOf("calledNumber", "5".repeat(called)), avpOf("callingNumber", "9".repeat(calling))];
    tunnel.send(icrq({ assignedSessionId: call.id }, numbers));
    const granted = control("ICRP", { "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero });
    await climb(
      must(granted, "RFC2661-7.4.2-01").or(disconnected(tunnel.id, [call.id]), "the call is refused for its numbers"),
    );
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-6.5-03"));
  },
);

conformance(
  {
    id: "regressions-0035",
    clause: CLAUSES["RFC2661-5.1-01"],
    clauses: [CLAUSES["RFC2661-7.2.1-14"]],
    needs: ["lns"],
    story:
      "an SCCCN that says Host Name and Vendor Name once more is acknowledged; whether the tunnel is open is written down",
    met: { implementation: "accel-ppp, against MPD5", reported: "pull request xebd/accel-ppp#75" },
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    allow(stopped(tunnel.id));
    const ns = tunnel.send(scccn({ hostName: bench.hostName, vendorName: "l2tpspec" }));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.1-01"));
    tunnel.ask();
    await note(may(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-14").within(3_000));
  },
);

/** What a LAC tells of the CHAP that it has done with the client; the LNS may believe it or ask again. */
const PROXIED = [
  avpOf("initialReceivedLcpConfReq", fromHex("01 04 05 dc")),
  avpOf("lastSentLcpConfReq", fromHex("03 05 c2 23 05")),
  avpOf("lastReceivedLcpConfReq", fromHex("01 04 05 dc")),
  avpOf("proxyAuthenType", 2),
  avpOf("proxyAuthenName", "nobody@nowhere"),
  avpOf("proxyAuthenChallenge", fromHex("5a 17 c3 90 2e 44 b1 08")),
  avpOf("proxyAuthenId", 1),
  avpOf("proxyAuthenResponse", new Uint8Array(16).fill(0x5a)),
];

conformance(
  {
    id: "regressions-0038",
    clause: CLAUSES["RFC1661-5.1-03"],
    clauses: [CLAUSES["RFC2661-4.4.5-08"]],
    needs: ["lns"],
    story:
      "behind an ICCN with proxied CHAP the LNS does not wait without end: what it says first is written down, and LCP gets its answer",
    met: { implementation: "BNG Blaster's LNS", reported: "issue rtbrick/bngblaster#154" },
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call({ iccn: PROXIED });
    allow(disconnected(tunnel.id, [call.id]));
    const ended = disconnected(tunnel.id, [call.id]);
    const first = anyOf(data({ "l2tp.sessionId": call.id }), ended);
    const said = await note(may(first, "RFC2661-4.4.5-08").within(3_000));
    // Who ends the call at once does not wait either.
    if (said?.field("l2tp.type")?.value === "CDN") return;
    call.send(lcp.configureRequest(71, []));
    await climb(must(anyOf(replied(71, call.id), ended), "RFC1661-5.1-03"));
  },
);

conformance(
  {
    id: "regressions-0039",
    clause: CLAUSES["RFC2661-5.8-02"],
    clauses: [CLAUSES["RFC2661-6.12-01"]],
    needs: ["lns"],
    story:
      "a CDN right behind ICRP, and the ICRQ once more: no second ICRP, and after five such calls the next one is granted",
    met: { implementation: "a LAC against a live BNG", reported: "issue rtbrick/bngblaster#396" },
    background: ["ppp"],
    version: 2,
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    // While there is another session the device has no reason to close the tunnel.
    await tunnel.call();
    const granted = (session: number) => control("ICRP", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": session });
    for (let n = 0; n < 5; n++) {
      const call = tunnel.newCall();
      const ns = tunnel.send(icrq({ assignedSessionId: call.id }));
      const reply = await climb(given(granted(call.id)));
      tunnel.send(cdn({ assignedSessionId: call.id }), { sessionId: reply.number("avp.assignedSessionId") });
      tunnel.resend(ns);
      await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
      // The ICRP itself may come once more, where it has crossed its acknowledgement.
      const anew = control("ICRP", { "l2tp.sessionId": call.id, "l2tp.ns": not(reply.number("l2tp.ns")) });
      await silence(never(anew, "RFC2661-5.8-02").within(200));
    }
    const last = tunnel.ask();
    // §7.4 lets an LNS refuse for want of room, whatever it counts.
    const refused = disconnected(tunnel.id, [last.id]);
    await climb(
      must(granted(last.id), "RFC2661-6.12-01").or(refused, "no room is left after five calls that are over"),
    );
  },
);

conformance(
  {
    id: "regressions-0043",
    clause: CLAUSES["RFC2661-5.2.1-01"],
    clauses: [CLAUSES["RFC1661-5.1-03"]],
    needs: ["lns"],
    story: "an LCP packet in the same moment as ICCN does no harm: ICCN is acknowledged, and LCP is answered",
    met: { implementation: "xl2tpd from 1.3.10 on, against Cisco ASA", reported: "issue xelerance/xl2tpd#187" },
    background: ["ppp"],
    version: 2,
    waitsMs: 1_000,
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.granted();
    let ns = 0;
    bench.burst(() => {
      ns = tunnel.send(iccn(), { sessionId: call.peerId });
      call.send(lcp.configureRequest(71, []));
    });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.2.1-01"));
    // That one may be lost, since PPP was not ready for it; what is asked again and again may not.
    call.begin(caller, gateway);
    await climb(must(replied(not(71), call.id), "RFC1661-5.1-03"));
  },
);

conformance(
  {
    id: "regressions-0044",
    clause: CLAUSES["RFC2661-7.1-01"],
    clauses: [CLAUSES["RFC2661-6.5-03"]],
    needs: ["lns"],
    story:
      "an ICCN without a speed: the call is ended, or lives, but is not left half open, and the tunnel goes on or is cleared",
    met: { implementation: "xl2tpd, against Huawei AX3", reported: "issue xelerance/xl2tpd#201" },
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    const call = tunnel.ask();
    const reply = await climb(given(control("ICRP", { "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero })));
    call.peerId = reply.number("avp.assignedSessionId");
    bench.burst(() => {
      tunnel.send(iccn({ txConnectSpeed: undefined }), { sessionId: call.peerId });
      call.send(lcp.configureRequest(71, []));
    });
    const ended = anyOf(disconnected(tunnel.id, [call.id]), stopped(tunnel.id));
    const outcome = await climb(should(anyOf(ended, replied(71, call.id)), "RFC2661-7.1-01"));
    if (outcome.field("l2tp.type")?.value === "StopCCN") return;
    const alive = must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-6.5-03");
    await climb(alive.or(stopped(tunnel.id), "the whole tunnel is cleared for a call"));
  },
);
