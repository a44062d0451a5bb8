/** RFC 1661 §4.1, §4.6: what the Restart timer and its counter do where nobody answers. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import { anyOf, authentication, echoed, ipcpNegotiation, lcp, lcpNegotiation, otherNcps } from "#expect/matchers";
import { lcp as lcpPacket } from "#peer/script";
import { prove } from "./automaton-cells.ts";
import { EVENT_ID, reach, REPEAT_WITHIN_MS, TICK_MS } from "./automaton.ts";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;

conformance(
  {
    id: "rfc1661-0450",
    clause: CLAUSES["RFC1661-4.1-T-REQSENT-TOPLUS"],
    version: 2,
    story: "Req-Sent, nobody answers: the request comes again and again, and LCP can still be opened from Req-Sent",
    waitsMs: 15_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.1-T-REQSENT-TOPLUS"))!;
    a.asked = await context.climb(must(a.request, "RFC1661-4.1-T-REQSENT-TOPLUS").within(REPEAT_WITHIN_MS));
    await prove(a, "Req-Sent", "RFC1661-4.1-T-REQSENT-TOPLUS");
  },
);

conformance(
  {
    id: "rfc1661-0451",
    clause: CLAUSES["RFC1661-4.1-T-ACKSENT-TOPLUS"],
    version: 2,
    story: "Ack-Sent, nobody answers: the request comes again, and its Ack opens LCP at once",
    waitsMs: 10_000,
  },
  async (context) => {
    const a = (await reach(context, "Ack-Sent", "RFC1661-4.1-T-ACKSENT-TOPLUS"))!;
    a.asked = await context.climb(must(a.request, "RFC1661-4.1-T-ACKSENT-TOPLUS").within(REPEAT_WITHIN_MS));
    a.acknowledge();
    await a.opens("RFC1661-4.1-T-ACKSENT-TOPLUS");
  },
);

conformance(
  {
    id: "rfc1661-0452",
    clause: CLAUSES["RFC1661-4.1-T-ACKRCVD-TOPLUS"],
    version: 2,
    story: "Ack-Rcvd, the bench asks for nothing: another request comes, and the Ack of the one before counts no more",
    waitsMs: 12_000,
  },
  async (context) => {
    const a = (await reach(context, "Ack-Rcvd", "RFC1661-4.1-T-ACKRCVD-TOPLUS"))!;
    a.asked = await context.climb(must(a.request, "RFC1661-4.1-T-ACKRCVD-TOPLUS").within(REPEAT_WITHIN_MS));
    await prove(a, "Req-Sent", "RFC1661-4.1-T-ACKRCVD-TOPLUS");
  },
);

for (const [id, state, clause] of [
  ["rfc1661-0453", "Req-Sent", "RFC1661-4.1-T-REQSENT-TOMINUS"],
  ["rfc1661-0454", "Ack-Sent", "RFC1661-4.1-T-ACKSENT-TOMINUS"],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      clauses: [CLAUSES["RFC1661-4.6-09"], CLAUSES["RFC1661-4.2-01"]],
      version: 3,
      story: `${state}, nobody ever answers: the requests end for good; the answer to one of the bench is noted`,
      waitsMs: 45_000,
    },
    async (context) => {
      const a = (await reach(context, state, clause))!;
      context.allow(a.gone);
      // The counter is recommended (§4.6), not required: one that never ends is no breach of its cell.
      const listenedMs = await a.exhaust(clause);
      const judged = listenedMs === undefined ? "RFC1661-4.6-09" : clause;
      await context.silence(never(a.request, judged).within((listenedMs ?? 0) + 3 * a.restartMs));
      // Who waits passively does so for a request of the other end.
      a.ask(EVENT_ID);
      await context.note(may(a.of("Configure-Ack", { "lcp.id": EVENT_ID }), "RFC1661-4.2-01"));
    },
  );

conformance(
  {
    id: "rfc1661-0455",
    clause: CLAUSES["RFC1661-4.2-02"],
    version: 2,
    story: "nobody ever answers: a call is a switched circuit, so the device ends it and does not wait in silence",
    waitsMs: 45_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.2-02"))!;
    context.allow(a.gone);
    await a.exhaust("RFC1661-4.2-02");
    await context.climb(should(a.gone, "RFC1661-4.2-02"));
  },
);

conformance(
  {
    id: "rfc1661-0456",
    clause: CLAUSES["RFC1661-4.6-09"],
    story: "nobody ever answers: ten Configure-Requests in all, the first one counted",
    waitsMs: 45_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.6-09"))!;
    context.allow(a.gone);
    for (let sent = 2; sent < 10; sent++)
      await context.climb(should(a.request, "RFC1661-4.6-09").within(REPEAT_WITHIN_MS));
    await context.silence(never(a.request, "RFC1661-4.6-09").within(3 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0457",
    clause: CLAUSES["RFC1661-4.1-02"],
    version: 2,
    story:
      "Req-Sent, good requests all the time: each is acknowledged, and none of them puts off the device's own repeat",
    waitsMs: 20_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.1-02"))!;
    const before = a.asked;
    await a.nextRequest();
    // The waits may grow (§4.6): the next one by as much as this one has, at most.
    const gapMs = a.asked.msAfter(before);
    const dueMs = gapMs * Math.max(1, gapMs / a.restartMs);
    a.ask(EVENT_ID);
    for (let i = 1; i < 3; i++) {
      await context.elapse(0.6 * dueMs);
      a.ask(EVENT_ID + i, { behind: true });
    }
    await context.climb(must(a.request, "RFC1661-4.1-02").within(1.5 * dueMs));
  },
);

conformance(
  {
    id: "rfc1661-0458",
    clause: CLAUSES["RFC1661-4.1-03"],
    version: 2,
    story: "once LCP is open the Restart timer stands still: no Configure-Request comes of it",
    waitsMs: 12_000,
  },
  async (context) => {
    const a = (await reach(context, "Opened", "RFC1661-4.1-03"))!;
    // Nobody authenticates himself to it or answers its IPCP: it may give the link up for that.
    context.allow(a.of("Terminate-Request"), a.gone);
    await context.silence(never(a.request, "RFC1661-4.1-03").within(3 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0459",
    version: 2,
    clause: CLAUSES["RFC1661-4.1-T-OPENED-TO"],
    story: "Opened, with authentication and IPCP done: for 15 seconds no request of LCP, and it is still open",
    background: ["data"],
    waitsMs: 18_000,
  },
  async (context) => {
    const { bench, allow, caller, gateway, silence, climb } = context;
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.ask(8);
    await climb(given(echoed(8, call.id)));
    const own = anyOf(lcp("Configure-Request"), lcp("Terminate-Request"));
    await silence(never(own, "RFC1661-4.1-T-OPENED-TO").within(15_000));
    call.ask(9);
    await climb(must(echoed(9, call.id), "RFC1661-4.1-T-OPENED-TO"));
  },
);

conformance(
  {
    id: "rfc1661-0470",
    clause: CLAUSES["RFC1661-4.1-T-STOPPING-TOMINUS"],
    clauses: [CLAUSES["RFC1661-4.4-06"]],
    story:
      "Stopping after the bench's Terminate-Request: nothing of LCP is sent or repeated, whatever becomes of the call",
    waitsMs: 12_000,
  },
  async (context) => {
    const a = (await reach(context, "Stopping", "RFC1661-4.1-T-STOPPING-TOMINUS"))!;
    const repeats = anyOf(a.of("Terminate-Ack"), a.of("Terminate-Request"), a.request);
    await context.silence(never(repeats, "RFC1661-4.1-T-STOPPING-TOMINUS").within(2.5 * a.restartMs));
    await context.note(may(a.gone, "RFC1661-4.4-06").within(3 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0471",
    clause: CLAUSES["RFC1661-4.1-T-STOPPING-TOPLUS"],
    clauses: [CLAUSES["RFC1661-4.6-07"]],
    version: 3,
    story:
      "the device's Terminate-Request stays without answer: nothing but another comes of it; two in all, unless the call ends",
    waitsMs: 15_000,
  },
  async (context) => {
    const a = await reach(context, "Stopping, counting", "RFC1661-4.1-T-STOPPING-TOPLUS");
    if (a === undefined) return;
    const again = a.of("Terminate-Request");
    await context.silence(never(a.request, "RFC1661-4.1-T-STOPPING-TOPLUS").within(1.5 * a.restartMs));
    // Max-Terminate may be configured to one, and what comes behind it is the device's choice (§4.4).
    const next = await context.climb(
      should(anyOf(again, a.gone), "RFC1661-4.6-07").within(1.5 * a.restartMs + TICK_MS),
    );
    if (next.field("lcp.code") === undefined) return;
    await context.silence(never(again, "RFC1661-4.6-07").within(2.5 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0472",
    clause: CLAUSES["RFC1661-4.1-T-STOPPING-RTA"],
    clauses: [CLAUSES["RFC1661-4.4-05"]],
    story: "the device's Terminate-Request is acknowledged: it is not repeated, and the call ends",
    waitsMs: 8_000,
  },
  async (context) => {
    const a = await reach(context, "Stopping, counting", "RFC1661-4.1-T-STOPPING-RTA");
    if (a === undefined) return;
    a.call.send(lcpPacket.terminateAck(a.terminating!.number("lcp.id")));
    await context.silence(never(a.of("Terminate-Request"), "RFC1661-4.1-T-STOPPING-RTA").within(1.5 * a.restartMs));
    await context.climb(should(a.gone, "RFC1661-4.4-05").within(10_000 + 1.5 * a.restartMs));
  },
);
