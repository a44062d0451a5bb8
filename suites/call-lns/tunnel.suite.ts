/** Call-LNS, first step: the tunnel, its IDs and its ports. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must } from "#expect/ladder";
import { acks, control, equal, nonZero, redial } from "#expect/matchers";
import { sccrp, sccrq, scccn } from "#peer/script";

/** The scenario's own tunnel ID, on either side. */
const TUNNEL = 1;

conformance(
  {
    id: "call-lns-0001",
    clause: CLAUSES["RFC2661-7.2.1-06"],
    clauses: [CLAUSES["RFC2661-5.1-01"]],
    needs: ["lns"],
    story:
      "the LAC sends SCCRQ with tunnel ID 1, the LNS answers SCCRP with its own, SCCCN is acknowledged: the tunnel is up",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel({ id: TUNNEL });
    tunnel.send(sccrq({ assignedTunnelId: TUNNEL }));
    const answer = { "l2tp.tunnelId": TUNNEL, "l2tp.ns": 0, "l2tp.nr": 1, "avp.assignedTunnelId": nonZero };
    await climb(must(control("SCCRP", answer), "RFC2661-7.2.1-06"));
    const ns = tunnel.send(scccn());
    await climb(must(acks(ns, { tunnel: TUNNEL }), "RFC2661-5.1-01"));
  },
);

conformance(
  {
    id: "call-lns-0002",
    clause: CLAUSES["RFC2661-7.2.1-10"],
    needs: ["lac"],
    story: "the LAC dials with SCCRQ, the LNS answers SCCRP with tunnel ID 1, the LAC sends SCCCN into tunnel 1",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung({ id: TUNNEL });
    tunnel.send(sccrp({ assignedTunnelId: TUNNEL }));
    const next = { "l2tp.tunnelId": TUNNEL, "l2tp.ns": 1, "l2tp.nr": equal(1) };
    await climb(must(control("SCCCN", next), "RFC2661-7.2.1-10"));
  },
);

conformance(
  {
    id: "call-lns-0003",
    clause: CLAUSES["RFC2661-4.4.3-13"],
    story: "each end's packets carry the tunnel ID that the other assigned, whatever its octets",
    params: [{ id: 0x0001 }, { id: 0x0100 }, { id: 0x00ff }, { id: 0xfffe }, { id: 0xffff }],
    background: ["session"],
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.open({ id: params.id });
    const ns = tunnel.hello();
    await climb(must(acks(ns, { tunnel: params.id }), "RFC2661-4.4.3-13"));
  },
);

conformance(
  {
    id: "call-lns-0004",
    clause: CLAUSES["RFC2661-5.8-23"],
    clauses: [CLAUSES["RFC2661-7.2.1-20"]],
    needs: ["lns"],
    story: "three tunnels between one pair are told apart by their IDs; when one is closed the others go on",
  },
  async ({ bench, climb }) => {
    const [first, second, third] = [
      await bench.open({ id: 1 }),
      await bench.open({ id: 2 }),
      await bench.open({ id: 3 }),
    ];
    const closing = second.close();
    await climb(must(acks(closing, { tunnel: second.id }), "RFC2661-7.2.1-20"));
    for (const tunnel of [first, third]) {
      const ns = tunnel.hello();
      await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-23"));
    }
  },
);

conformance(
  {
    id: "call-lns-0005",
    clause: CLAUSES["RFC2661-8.1-02"],
    needs: ["lns"],
    story: "the LAC picks a free source port and sends to port 1701; the LNS answers to that port",
    params: [{ port: 1702 }, { port: 40000 }, { port: 65535 }],
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.tunnel({ port: params.port });
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "udp.dstPort": params.port }), "RFC2661-8.1-02"));
    const ns = tunnel.send(scccn());
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-8.1-02"));
  },
);

conformance(
  {
    id: "call-lns-0006",
    clause: CLAUSES["RFC2661-8.1-01"],
    needs: ["lac"],
    story: "the LAC dials from a port of its own to port 1701, and stays with that port",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel, sccrq: request } = await bench.rung({ id: TUNNEL });
    const ports = { "udp.srcPort": request.number("udp.srcPort"), "udp.dstPort": 1701 };
    tunnel.send(sccrp({ assignedTunnelId: TUNNEL }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": TUNNEL, ...ports }), "RFC2661-8.1-01"));
    const ns = tunnel.hello();
    await climb(given(acks(ns, { tunnel: TUNNEL })));
  },
);

conformance(
  {
    id: "call-lns-0007",
    clause: CLAUSES["RFC2661-5.7-01"],
    story: "StopCCN from the other end is acknowledged: the tunnel is down",
    background: ["session"],
    version: 2,
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    allow(redial);
    const ns = tunnel.close();
    await climb(must(acks(ns, { tunnel: TUNNEL }), "RFC2661-5.7-01"));
  },
);
