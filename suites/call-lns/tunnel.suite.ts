/** Call-LNS, first step: the tunnel, its IDs and its ports. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must } from "#expect/ladder";
import { acks, control, equal, nonZero } from "#expect/matchers";
import { sccrp, sccrq, scccn } from "#peer/script";

/** The scenario's own tunnel ID, on either side. */
const TUNNEL = 1;

conformance(
  {
    id: "call-lns-0001",
    clause: CLAUSES["RFC2661-7.2.1-06"],
    clauses: [CLAUSES["RFC2661-5.1-01"]],
    needs: ["lns"],
    story: "the LAC sends SCCRQ with tunnel ID 1, the LNS answers SCCRP with its own, SCCCN is acknowledged: the tunnel is up",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel({ id: TUNNEL });
    tunnel.send(sccrq({ assignedTunnelId: TUNNEL }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": TUNNEL, "l2tp.ns": 0, "l2tp.nr": 1, "avp.assignedTunnelId": nonZero }), "RFC2661-7.2.1-06"),
    );
    const ns = tunnel.send(scccn());
    await climb(must(acks(ns, { tunnel: TUNNEL }), "RFC2661-5.1-01"));
  },
);

conformance(
  {
    id: "call-lns-0002",
    clause: CLAUSES["RFC2661-7.2.1-10"],
    clauses: [CLAUSES["RFC2661-7.2.1-05"]],
    needs: ["lac"],
    story: "the LAC dials with SCCRQ, the LNS answers SCCRP with tunnel ID 1, the LAC sends SCCCN into tunnel 1",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung({ id: TUNNEL });
    await climb(must(control("SCCRQ", { "l2tp.tunnelId": 0, "l2tp.ns": 0, "l2tp.nr": 0 }), "RFC2661-7.2.1-05"));
    tunnel.send(sccrp({ assignedTunnelId: TUNNEL }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": TUNNEL, "l2tp.ns": 1, "l2tp.nr": equal(1) }), "RFC2661-7.2.1-10"));
  },
);
