/** Bugs met in the field: the PPP of a call that has just come up (RFC 1661). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must } from "#expect/ladder";
import { acks, echoed, oneOf, packet } from "#expect/matchers";
import { lcp } from "#peer/script";

conformance(
  {
    id: "regressions-0005",
    version: 2,
    clause: CLAUSES["RFC1661-5.8-01"],
    clauses: [CLAUSES["RFC2661-6.5-03"]],
    needs: ["lac"],
    story:
      "the LNS's address inside PPP is the one that its tunnel ends at: the session lives on, and the tunnel is not routed into itself",
    met: { implementation: "a Huawei AR router as LNS", reported: "notes of a laboratory with that router" },
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, elapse, caller }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, bench.bench.tester);
    for (const id of [101, 102, 103]) {
      await elapse(1_000);
      call.ask(id);
      await climb(must(echoed(id, call.id), "RFC1661-5.8-01"));
    }
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-6.5-03"));
  },
);

conformance(
  {
    id: "regressions-0007",
    clause: CLAUSES["RFC1661-5.1-03"],
    story:
      "whether the first LCP Configure-Request of a call is answered at once is written down; one that comes a second later is",
    met: {
      implementation: "Huawei LACs and LNSs",
      reported: "captures of theirs: the packet right behind ICCN is lost",
    },
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const reply = (id: number) =>
      packet("reply to Configure-Request", {
        "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"),
        "lcp.id": id,
        "l2tp.sessionId": call.id,
      });
    call.send(lcp.configureRequest(71, []));
    await note(may(reply(71), "RFC1661-5.1-03").within(1_000));
    call.send(lcp.configureRequest(72, []));
    await climb(must(reply(72), "RFC1661-5.1-03"));
  },
);
