/** Bugs met in the field: whose tunnel it is, where one address has several or has lost one (RFC 2661 §7.2.1, §8.1). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must } from "#expect/ladder";
import { acks, anyOf, control, NO_SECOND_TUNNEL, packet, stopped, tunnelRefused } from "#expect/matchers";
import { avpOf, sccrp, sccrq } from "#peer/script";

conformance(
  {
    id: "regressions-0016",
    version: 3,
    clause: CLAUSES["RFC2661-7.2.1-06"],
    clauses: [CLAUSES["RFC2661-7.1-08"]],
    needs: ["lns", "two-openings"],
    story:
      "a LAC has begun anew without a word: whether its old tunnel id is taken again is written down, and a new one is answered",
    met: { implementation: "xl2tpd", reported: "issues xelerance/xl2tpd#40, #28 and #219, openwrt/packages#1334" },
    background: ["tunnel"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, note, elapse }) => {
    const before = await bench.open();
    const again = bench.tunnelBeside(before, { id: before.id });
    again.send(sccrq({ assignedTunnelId: again.id, hostName: bench.hostName }, [avpOf("vendorName", "begun anew")]));
    const answers = anyOf(control("SCCRP", { "l2tp.tunnelId": again.id }), control("StopCCN"));
    await note(may(answers, "RFC2661-7.1-08").within(2_000));
    // A device may take an SCCRQ for a repeat as long as its SCCRP to that port is not acknowledged.
    await elapse(500);
    const fresh = bench.tunnelBeside(again);
    fresh.send(sccrq({ assignedTunnelId: fresh.id, hostName: bench.hostName }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": fresh.id }), "RFC2661-7.2.1-06").or(
        tunnelRefused(fresh.id),
        NO_SECOND_TUNNEL,
      ),
    );
  },
);

conformance(
  {
    id: "regressions-0017",
    clause: CLAUSES["RFC2661-5.8-23"],
    needs: ["lns", "two-openings"],
    story:
      "two LACs behind one address and one port have a tunnel each: the second one's call comes up, and the first goes on",
    met: {
      implementation: "LNSs that tell tunnels by address and port, xl2tpd among them; a Huawei LNS (row 18)",
      reported: "issues xelerance/xl2tpd#189, #123 and #82, libreswan#322; a page of limits of a Huawei LNS",
    },
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const one = await bench.open();
    const call = await one.call();
    const other = bench.tunnelBeside(one);
    other.send(sccrq({ assignedTunnelId: other.id, hostName: "another LAC" }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": other.id }), "RFC2661-5.8-23").or(
        stopped(other.id),
        "one tunnel for an address and port",
      ),
    );
    await climb(must(acks(one.hello(), { tunnel: one.id }), "RFC2661-5.8-23"));
    one.hangUp(call);
  },
);

/** Where the bench answers from in place of 1701. */
const OTHER_PORT = 1702;

conformance(
  {
    id: "regressions-0028",
    clause: CLAUSES["RFC2661-8.1-02"],
    needs: ["lac"],
    story: "the LNS answers from a port that is not 1701: the LAC goes on with that port",
    met: {
      implementation: "LACs behind NAT, for which accel-ppp gave up such ports",
      reported: "accel-ppp, commit ca024045",
    },
    background: ["session", "tunnel"],
  },
  async ({ bench, climb, allow }) => {
    const { tunnel, sccrq: request } = await bench.rung({ answerFrom: OTHER_PORT });
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, hostName: bench.hostName }));
    // Between two ports of which none is 1701 a reader of captures takes nothing for L2TP.
    const onward = packet("packet to the new port", {
      "udp.dstPort": OTHER_PORT,
      "udp.srcPort": request.frame.src.port,
    });
    await climb(must(onward, "RFC2661-8.1-02"));
    allow(onward);
  },
);
