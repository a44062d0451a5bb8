/** Bugs met in the field: data messages for a tunnel or a session that is not there (RFC 2661 §3.1). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must, never } from "#expect/ladder";
import { echoed, packet } from "#expect/matchers";
import { lcp } from "#peer/script";

/** Ids of nobody, beside the right ones. */
const STRAY: Readonly<Record<string, (right: number) => number>> = {
  right: (right) => right,
  zero: () => 0,
  unknown: (right) => right ^ 0x5a5a || 0x5a5a,
};

conformance(
  {
    id: "regressions-0050",
    version: 3,
    clause: CLAUSES["RFC2661-3.1-15"],
    clauses: [CLAUSES["RFC2661-3.1-14"], CLAUSES["RFC1661-5.8-01"]],
    story: "data for a tunnel or a session that is not there draw no answer and do no harm to the call beside",
    met: { implementation: "VPP", reported: "issue FDio/vpp#1399" },
    params: [
      { tunnel: "right", session: "zero" },
      { tunnel: "right", session: "unknown" },
      { tunnel: "unknown", session: "right" },
      { tunnel: "zero", session: "right" },
      { tunnel: "zero", session: "zero" },
    ],
    background: ["ppp"],
    // A device that takes Session ID 0 for a session may take the last caller for its peer.
    alone: true,
    waitsMs: 500,
  },
  async ({ bench, climb, silence, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway);
    const ids = { tunnelId: STRAY[params.tunnel]!(tunnel.peerId), sessionId: STRAY[params.session]!(call.peerId) };
    call.send(lcp.echoRequest(70, 0), {}, ids);
    const clause = params.tunnel === "right" ? "RFC2661-3.1-15" : "RFC2661-3.1-14";
    // In whatever session it comes.
    await silence(never(packet("LCP Echo-Reply", { "lcp.code": "Echo-Reply", "lcp.id": 70 }), clause).within(500));
    call.ask(71);
    await climb(must(echoed(71, call.id), "RFC1661-5.8-01"));
  },
);
