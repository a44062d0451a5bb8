/** RFC 1661 §4.1, §4.6: what the Restart timer and its counter do where nobody answers. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import { anyOf, authentication, echoed, ipcpNegotiation, lcp, lcpNegotiation, otherNcps } from "#expect/matchers";
import { lcp as lcpPacket } from "#peer/script";
import { prove } from "./automaton-cells.ts";
import { EVENT_ID, reach, REPEAT_WITHIN_MS } from "./automaton.ts";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;

conformance(
  {
    id: "rfc1661-0450",
    clause: CLAUSES["RFC1661-4.1-T-REQSENT-TOPLUS"],
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
      story: `${state}, nobody ever answers: the requests come to an end; the call too, or the device waits in silence`,
      waitsMs: 45_000,
    },
    async (context) => {
      const a = (await reach(context, state, clause))!;
      context.allow(a.gone);
      await a.exhaust(clause);
      await context.silence(never(a.request, clause).within(3 * a.restartMs));
    },
  );

conformance(
  {
    id: "rfc1661-0455",
    clause: CLAUSES["RFC1661-4.2-02"],
    clauses: [CLAUSES["RFC1661-4.2-01"]],
    story: "nobody ever answers: a call is a switched circuit, so the device ends it and does not wait in silence",
    waitsMs: 45_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.2-02"))!;
    context.allow(a.gone);
    await a.exhaust("RFC1661-4.2-01");
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
    story: "Req-Sent, bad requests all the time: each is answered, and none of them puts off the device's own repeats",
    waitsMs: 15_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.1-02"))!;
    a.askTooMuch(EVENT_ID);
    for (let i = 1; i < 8; i++) {
      await context.elapse(a.restartMs / 3);
      a.askTooMuch(EVENT_ID + i, { behind: true });
    }
    await context.climb(must(a.request, "RFC1661-4.1-02").within(2.6 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0458",
    clause: CLAUSES["RFC1661-4.1-03"],
    story: "once LCP is open the Restart timer stands still: neither Configure- nor Terminate-Request comes of it",
    waitsMs: 12_000,
  },
  async (context) => {
    const a = (await reach(context, "Opened", "RFC1661-4.1-03"))!;
    await context.silence(never(anyOf(a.request, a.of("Terminate-Request")), "RFC1661-4.1-03").within(3 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0459",
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
    call.echo(8);
    await climb(given(echoed(8, call.id)));
    const own = anyOf(lcp("Configure-Request"), lcp("Terminate-Request"));
    await silence(never(own, "RFC1661-4.1-T-OPENED-TO").within(15_000));
    call.echo(9);
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
    story: "the device's Terminate-Request stays without answer: it comes once more, two in all, unless the call ends",
    waitsMs: 15_000,
  },
  async (context) => {
    const a = await reach(context, "Stopping, counting", "RFC1661-4.1-T-STOPPING-TOPLUS");
    if (a === undefined) return;
    const again = a.of("Terminate-Request");
    const next = await context.climb(
      must(anyOf(again, a.gone), "RFC1661-4.1-T-STOPPING-TOPLUS").within(1.5 * a.restartMs),
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
