/** RFC 1661 §4.1, cells that leave a choice: fatal rejects and crossed replies before Opened, and the order of actions. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never } from "#expect/ladder";
import { happen, storyIn } from "./automaton-cells.ts";
import { EVENT_ID, reach, TICK_MS } from "./automaton.ts";

for (const [id, state, clause] of [
  ["rfc1661-0491", "Req-Sent", "RFC1661-4.1-T-REQSENT-RXJMINUS"],
  ["rfc1661-0492", "Ack-Rcvd", "RFC1661-4.1-T-ACKRCVD-RXJMINUS"],
  ["rfc1661-0493", "Ack-Sent", "RFC1661-4.1-T-ACKSENT-RXJMINUS"],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      clauses: [CLAUSES["RFC1661-5.6-02"]],
      version: 2,
      story: storyIn(state, "RXJMINUS", "no answer, and the device asks no more; the call may end"),
      waitsMs: 15_000,
    },
    async (context) => {
      const a = (await reach(context, state, clause))!;
      // §5.6 has the connection dropped, which some do by Terminate-Request.
      context.allow(a.gone, a.of("Terminate-Request"));
      happen(a, "RXJMINUS");
      await context.silence(never(a.replies("Terminate-Request"), clause).within(a.restartMs / 4));
      await context.silence(never(a.request, "RFC1661-5.6-02").within(1.5 * (a.restartMs + TICK_MS)));
    },
  );

for (const [id, event, clause] of [
  ["rfc1661-0473", "RCA", "RFC1661-4.1-T-ACKRCVD-RCA"],
  ["rfc1661-0474", "RCN", "RFC1661-4.1-T-ACKRCVD-RCN"],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      story: storyIn("Ack-Rcvd", event, "dropped, or a new Configure-Request; either way LCP can be opened"),
      waitsMs: 8_000,
    },
    async (context) => {
      const a = (await reach(context, "Ack-Rcvd", clause))!;
      happen(a, event);
      await context.note(may(a.request, clause).within(a.restartMs / 2));
      await a.opensSomehow(clause);
    },
  );

conformance(
  {
    id: "rfc1661-0494",
    clause: CLAUSES["RFC1661-4.1-01"],
    story:
      "the bench's Ack and its own request in one burst, in either order, as from who was Stopped: the device acknowledges, and LCP is open",
    params: [{ first: "the Ack" }, { first: "the request" }],
    waitsMs: 5_000,
  },
  async (context) => {
    const { bench, climb, params } = context;
    const a = (await reach(context, "Req-Sent", "RFC1661-4.1-01"))!;
    const acts = [() => a.acknowledge(), () => a.ask(EVENT_ID)];
    bench.burst(() => {
      for (const act of params.first === "the Ack" ? acts : acts.toReversed()) act();
    });
    await climb(must(a.of("Configure-Ack", { "lcp.id": EVENT_ID }), "RFC1661-4.1-01"));
    await a.opens("RFC1661-4.1-01");
  },
);
