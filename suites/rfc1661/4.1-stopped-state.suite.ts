/**
 * RFC 1661 §4.1, Stopped: the bench has terminated the link, and the device's pause is over. A device that ends the call
 * then, as it may, never shows this state: that is written down and nothing is judged.
 */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must, never } from "#expect/ladder";
import { anyOf } from "#expect/matchers";
import { happen, prove, storyIn, type EventName } from "./automaton-cells.ts";
import { EVENT_ID, reach } from "./automaton.ts";

/** Good and bad requests: what the cell sends besides its own new request, and the state after it. */
for (const [id, clause, event, action, then] of [
  ["rfc1661-0480", "RFC1661-4.1-T-STOPPED-RCRPLUS", "RCRPLUS", ["Configure-Ack"], "Ack-Sent"],
  [
    "rfc1661-0481",
    "RFC1661-4.1-T-STOPPED-RCRMINUS",
    "RCRMINUS",
    ["Configure-Reject", "Configure-Nak"],
    "Req-Sent, acknowledged",
  ],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      version: 2,
      story: storyIn(
        "Stopped",
        event,
        `${action.join(" or ")} and a new Configure-Request; the next state is ${then}, unless the call ends`,
      ),
      waitsMs: 20_000,
    },
    async (context) => {
      const a = await reach(context, "Stopped", clause);
      if (a === undefined) return;
      happen(a, event);
      const answers = anyOf(...action.map((code) => a.of(code, { "lcp.id": EVENT_ID })));
      // The call may end at any time in Stopped, and its end comes before all else (§4.2).
      const first = await context.climb(must(anyOf(answers, a.request, a.gone), clause));
      if (first.field("lcp.code") === undefined) return;
      const asked = first.text("lcp.code") === "Configure-Request";
      const second = await context.climb(must(asked ? answers : a.request, clause));
      a.asked = asked ? first : second;
      await prove(a, then, clause);
    },
  );

/** What draws an answer. Of an unknown Code §4.2 reads as if it were Terminate-Ack, and the table says Code-Reject. */
for (const [id, clause, event, answers] of [
  ["rfc1661-0482", "RFC1661-4.1-T-STOPPED-RTR", "RTR", ["Terminate-Ack"]],
  ["rfc1661-0483", "RFC1661-4.1-T-STOPPED-RUC", "RUC", ["Code-Reject", "Terminate-Ack"]],
] as const)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      story: storyIn("Stopped", event, answers.join(" or ")),
      waitsMs: 14_000,
    },
    async (context) => {
      const a = await reach(context, "Stopped", clause);
      if (a === undefined) return;
      happen(a, event);
      await context.climb(must(anyOf(...answers.map((code) => a.of(code)), a.gone), clause));
    },
  );

interface Silent {
  readonly id: string;
  readonly clause: `RFC1661-4.1-T-STOPPED-${"RCA" | "RCN" | "RTA" | "RXJPLUS" | "RXJMINUS" | "RXR"}`;
  readonly event: EventName;
}

/** What draws Terminate-Ack at most: §4.2 has it for every packet but requests and Terminate-Ack itself. */
const SILENT: readonly Silent[] = [
  { id: "rfc1661-0484", clause: "RFC1661-4.1-T-STOPPED-RCA", event: "RCA" },
  { id: "rfc1661-0485", clause: "RFC1661-4.1-T-STOPPED-RCN", event: "RCN" },
  { id: "rfc1661-0486", clause: "RFC1661-4.1-T-STOPPED-RTA", event: "RTA" },
  { id: "rfc1661-0487", clause: "RFC1661-4.1-T-STOPPED-RXJPLUS", event: "RXJPLUS" },
  { id: "rfc1661-0488", clause: "RFC1661-4.1-T-STOPPED-RXJMINUS", event: "RXJMINUS" },
  { id: "rfc1661-0489", clause: "RFC1661-4.1-T-STOPPED-RXR", event: "RXR" },
];

for (const { id, clause, event } of SILENT)
  conformance(
    {
      id,
      clause: CLAUSES[clause],
      story: storyIn("Stopped", event, event === "RTA" ? "no answer" : "no answer but Terminate-Ack"),
      waitsMs: 16_000,
    },
    async (context) => {
      const a = await reach(context, "Stopped", clause);
      if (a === undefined) return;
      happen(a, event);
      const allowed = event === "RTA" ? [] : ["Terminate-Ack"];
      context.allow(a.of("Terminate-Ack"));
      await context.silence(never(anyOf(a.replies(...allowed), a.request), clause).within(a.restartMs / 2));
    },
  );

conformance(
  {
    id: "rfc1661-0490",
    clause: CLAUSES["RFC1661-4.1-T-STOPPED-TO"],
    story: "Stopped, ten seconds in which the bench says nothing: nothing of LCP comes from the device",
    waitsMs: 22_000,
  },
  async (context) => {
    const a = await reach(context, "Stopped", "RFC1661-4.1-T-STOPPED-TO");
    if (a === undefined) return;
    const own = anyOf(a.request, a.of("Terminate-Request"), a.of("Terminate-Ack"));
    await context.silence(never(own, "RFC1661-4.1-T-STOPPED-TO").within(10_000 + 2 * a.restartMs));
  },
);
