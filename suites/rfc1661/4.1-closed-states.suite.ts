/**
 * RFC 1661 §4.1, Close, and the states that it leads to: the device's operator closes PPP. A device that ends the call at
 * once, or when it may (This-Layer-Finished), never shows Closing or Closed: that is written down and nothing is judged.
 */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must, never, should } from "#expect/ladder";
import { anyOf, data, ipcp, redial } from "#expect/matchers";
import { lcp } from "#peer/script";
import { cellsOf, happen, judgeCell, storyIn, storyOf, type CellRow, type EventName } from "./automaton-cells.ts";
import { COMMANDED_MS, EVENT_ID, reach, TICK_MS } from "./automaton.ts";

for (const [id, state, clause] of [
  ["rfc1661-0520", "Req-Sent", "RFC1661-4.1-T-REQSENT-CLOSE"],
  ["rfc1661-0521", "Ack-Rcvd", "RFC1661-4.1-T-ACKRCVD-CLOSE"],
  ["rfc1661-0522", "Ack-Sent", "RFC1661-4.1-T-ACKSENT-CLOSE"],
  ["rfc1661-0523", "Opened", "RFC1661-4.1-T-OPENED-CLOSE"],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      clauses: [CLAUSES["RFC1661-4.6-07"]],
      needs: ["close-ppp"],
      version: 2,
      story: `${state}, its operator closes PPP: Terminate-Request and no IPCP any more, repeated where nobody answers`,
      waitsMs: 12_000,
    },
    async (context) => {
      const { bench, allow, climb, silence } = context;
      const a = (await reach(context, state, clause))!;
      allow(a.gone, redial);
      await bench.closePpp();
      const terminate = a.of("Terminate-Request");
      const told = must(terminate, clause).or(a.gone, "the call ended without Terminate-Request");
      const first = await climb(told.within(COMMANDED_MS));
      if (first.field("lcp.code") === undefined) return;
      await silence(never(anyOf(a.request, a.upper, ipcp("Configure-Ack")), clause).within(a.restartMs / 2));
      // Max-Terminate may be configured to one.
      await climb(should(anyOf(terminate, a.gone), "RFC1661-4.6-07").within(2.5 * a.restartMs));
    },
  );

const CLOSING: readonly CellRow[] = [
  ["rfc1661-0530", "RCRPLUS", [], "nothing"],
  ["rfc1661-0531", "RCRMINUS", [], "nothing"],
  ["rfc1661-0532", "RCA", [], "nothing"],
  ["rfc1661-0533", "RCN", [], "nothing"],
  ["rfc1661-0534", "RTR", ["sta"], "nothing"],
  ["rfc1661-0535", "RUC", ["scj"], "nothing"],
  ["rfc1661-0536", "RXJPLUS", [], "nothing"],
  ["rfc1661-0537", "RXR", [], "nothing"],
];

for (const cell of cellsOf("Closing", CLOSING))
  conformance(
    {
      id: cell.id,
      clause: CLAUSES[cell.clause],
      version: 2,
      needs: ["close-ppp"],
      story: storyOf(cell),
      waitsMs: 8_000,
    },
    async (context) => {
      await judgeCell(context, cell);
    },
  );

/** What gives up the lower layer: the Terminate-Request is not repeated. */
for (const [id, clause, how] of [
  ["rfc1661-0538", "RFC1661-4.1-T-CLOSING-RTA", "its Terminate-Request is acknowledged"],
  ["rfc1661-0539", "RFC1661-4.1-T-CLOSING-RXJMINUS", "its Terminate-Request comes back in Code-Reject"],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      needs: ["close-ppp"],
      story: `Closing, ${how}: it is not repeated; the call may end`,
      waitsMs: 10_000,
    },
    async (context) => {
      const a = await reach(context, "Closing", clause);
      if (a === undefined) return;
      const { at, end } = a.terminating!.packet.ppp!.lcp!;
      const packet = a.terminating!.packet.octets.slice(at, end);
      if (clause === "RFC1661-4.1-T-CLOSING-RTA") a.call.send(lcp.terminateAck(a.terminating!.number("lcp.id")));
      else a.call.send(lcp.codeReject(EVENT_ID, packet));
      await context.silence(never(a.of("Terminate-Request"), clause).within(1.5 * a.restartMs));
    },
  );

conformance(
  {
    id: "rfc1661-0540",
    clause: CLAUSES["RFC1661-4.1-T-CLOSING-TOPLUS"],
    clauses: [CLAUSES["RFC1661-4.1-T-CLOSING-TOMINUS"], CLAUSES["RFC1661-4.6-07"]],
    needs: ["close-ppp"],
    version: 3,
    story:
      "Closing, nobody answers: nothing but the Terminate-Request comes again, as often as Max-Terminate says and no more",
    waitsMs: 20_000,
  },
  async (context) => {
    const a = await reach(context, "Closing", "RFC1661-4.1-T-CLOSING-TOPLUS");
    if (a === undefined) return;
    const again = a.of("Terminate-Request");
    await context.silence(never(a.request, "RFC1661-4.1-T-CLOSING-TOPLUS").within(1.5 * a.restartMs));
    // Max-Terminate may be configured to one.
    const next = await context.climb(
      should(anyOf(again, a.gone), "RFC1661-4.6-07").within(1.5 * a.restartMs + TICK_MS),
    );
    if (next.field("lcp.code") === undefined) return;
    // Two is the RFC's number; more may be configured, but not without end.
    const listenedMs = (await a.exhaust("RFC1661-4.1-T-CLOSING-TOMINUS", again)) ?? 0;
    const silent = never(again, "RFC1661-4.1-T-CLOSING-TOMINUS").within(listenedMs + 3 * a.restartMs);
    await context.silence(silent);
  },
);

/** What draws Terminate-Ack in Closed, and what nothing: a request after it still draws Terminate-Ack alone. */
interface Closed {
  readonly id: string;
  readonly event: EventName;
  readonly answers: readonly ("Terminate-Ack" | "Code-Reject")[];
  /** 4.3 lets a device drop a reply that answers no request of its own. */
  readonly optional?: boolean;
}

const CLOSED: readonly Closed[] = [
  { id: "rfc1661-0550", event: "RCRPLUS", answers: ["Terminate-Ack"] },
  { id: "rfc1661-0551", event: "RCRMINUS", answers: ["Terminate-Ack"] },
  { id: "rfc1661-0552", event: "RCA", answers: ["Terminate-Ack"], optional: true },
  { id: "rfc1661-0553", event: "RCN", answers: ["Terminate-Ack"], optional: true },
  { id: "rfc1661-0554", event: "RTR", answers: ["Terminate-Ack"] },
  { id: "rfc1661-0555", event: "RTA", answers: [] },
  { id: "rfc1661-0556", event: "RUC", answers: ["Code-Reject"] },
  { id: "rfc1661-0557", event: "RXJPLUS", answers: [] },
  { id: "rfc1661-0558", event: "RXJMINUS", answers: [] },
  { id: "rfc1661-0559", event: "RXR", answers: [] },
];

for (const { id, event, answers, optional = false } of CLOSED) {
  const clause = `RFC1661-4.1-T-CLOSED-${event}` as const;
  const outcome = answers.length === 0 ? "no answer" : `${answers[0]!}${optional ? " at most" : ""}`;
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      needs: ["close-ppp"],
      version: 2,
      story: storyIn("Closed", event, `${outcome}; a Configure-Request gets Terminate-Ack and nothing else`),
      waitsMs: 14_000,
    },
    async (context) => {
      const { allow, climb, silence } = context;
      const a = await reach(context, "Closed", clause);
      if (a === undefined) return;
      happen(a, event);
      if (optional) allow(...answers.map((code) => a.of(code)));
      else
        for (const code of answers) {
          const answer = await climb(must(anyOf(a.of(code), a.gone), clause));
          if (answer.field("lcp.code") === undefined) return;
        }
      await silence(never(anyOf(a.replies(...answers), a.request), clause).within(a.restartMs / 4));
      // A device that is Closed has no use for the call: it may end it at any time, whatever comes in.
      if (await a.endsCall(clause, a.restartMs / 4)) return;
      a.ask(EVENT_ID + 1);
      await climb(must(anyOf(a.of("Terminate-Ack"), a.gone), clause));
      await silence(never(anyOf(a.replies("Terminate-Ack"), a.request), clause).within(a.restartMs / 4));
    },
  );
}

for (const [id, state, clause] of [
  ["rfc1661-0541", "Closing", "RFC1661-4.1-T-CLOSING-DOWN"],
  ["rfc1661-0542", "Closed", "RFC1661-4.1-T-CLOSED-DOWN"],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      needs: ["close-ppp"],
      story: `${state}, the call goes down with CDN: no PPP of it comes any more`,
      background: ["session", "tunnel"],
      waitsMs: 15_000,
    },
    async (context) => {
      const a = await reach(context, state, clause);
      if (a === undefined) return;
      const { tunnel } = a.call;
      await tunnel.acknowledged(tunnel.hangUp(a.call));
      await context.elapse(1_000);
      tunnel.hello();
      await context.silence(never(data({ "l2tp.sessionId": a.call.id }), clause).within(2 * a.restartMs));
    },
  );
