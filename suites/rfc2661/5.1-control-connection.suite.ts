/** RFC 2661 §5.0 to §5.7: tunnel before call, call before data, and the end of both. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never } from "#expect/ladder";
import { acks, atLeast, control, data, echoed, redial, stopped } from "#expect/matchers";
import { lcp, sccrp, sccrq, scccn } from "#peer/script";

conformance(
  {
    id: "rfc2661-0401",
    clause: CLAUSES["RFC2661-5.0-01"],
    needs: ["lns"],
    story: "an ICRQ in the place of SCCCN draws no ICRP: there is no tunnel yet",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.0-01"));
  },
);

conformance(
  {
    id: "rfc2661-0402",
    clause: CLAUSES["RFC2661-5.0-01"],
    needs: ["lac"],
    story: "while its SCCRQ is not answered the LAC asks for no call; its ICRQ follows SCCCN",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence }) => {
    const { tunnel } = await bench.rung();
    await silence(never(control("ICRQ"), "RFC2661-5.0-01").within(2_000));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
    await climb(must(control("ICRQ", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": atLeast(2) }), "RFC2661-5.0-01"));
  },
);

conformance(
  {
    id: "rfc2661-0403",
    clause: CLAUSES["RFC2661-5.1-01"],
    needs: ["lns"],
    story: "SCCCN is acknowledged though nothing else is to be said",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const ns = tunnel.send(scccn());
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.1-01"));
  },
);

conformance(
  {
    id: "rfc2661-0404",
    clause: CLAUSES["RFC2661-5.3-03"],
    needs: ["lac"],
    story: "an SCCRQ that is not answered is repeated with Tunnel ID 0 and the same Assigned Tunnel ID",
    waitsMs: 1_000,
  },
  async ({ bench, climb }) => {
    const { sccrq: first } = await bench.rung();
    const id = first.number("avp.assignedTunnelId");
    const again = control("SCCRQ", { "l2tp.tunnelId": 0, "l2tp.ns": 0, "avp.assignedTunnelId": id });
    await climb(must(again, "RFC2661-5.3-03"));
  },
);

conformance(
  {
    id: "rfc2661-0405",
    clause: CLAUSES["RFC2661-5.7-01"],
    story: "StopCCN is acknowledged, and so are its repeats after 1 and 3 seconds",
    met: { implementation: "accel-ppp, which freed the tunnel at once", reported: "accel-ppp, commit 918f808e" },
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, allow, elapse }) => {
    const tunnel = await bench.open();
    allow(redial);
    const ns = tunnel.close();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.7-01"));
    for (const ms of [1_000, 2_000]) {
      await elapse(ms);
      tunnel.resend(ns);
      await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.7-01"));
    }
  },
);

conformance(
  {
    id: "rfc2661-0406",
    clause: CLAUSES["RFC2661-5.7-02"],
    story: "StopCCN ends the sessions of its tunnel: an LCP Echo-Request behind it is not answered",
    background: ["ppp", "session"],
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial);
    tunnel.close();
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-5.7-02").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0407",
    clause: CLAUSES["RFC2661-5.0-02"],
    needs: ["lns"],
    story: "an LCP packet between ICRP and ICCN draws no data message",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    allow(control("CDN"));
    call.send(lcp.configureRequest(1, []));
    await silence(never(data({ "l2tp.tunnelId": tunnel.id }), "RFC2661-5.0-02").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0408",
    clause: CLAUSES["RFC2661-5.0-02"],
    story: "an LCP packet for a session that never was draws no data message, and the tunnel goes on",
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    call.peerId = 0x7b5d;
    call.send(lcp.configureRequest(1, []));
    await silence(never(data({ "l2tp.tunnelId": tunnel.id }), "RFC2661-5.0-02").within(2_000));
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.0-02"));
  },
);
