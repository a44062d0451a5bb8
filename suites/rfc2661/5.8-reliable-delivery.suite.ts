/** RFC 2661 §5.8: what the control channel promises. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must } from "#expect/ladder";
import { acks } from "#expect/matchers";

conformance(
  {
    id: "rfc2661-0512",
    clause: CLAUSES["RFC2661-5.8-02"],
    story: "a HELLO sent twice with one Ns is acknowledged both times",
    // A LAC that dials goes on to place its call.
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    const ns = tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
  },
);
