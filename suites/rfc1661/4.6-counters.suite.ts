/** RFC 1661 §4.4 to §4.6: how long the Restart timer runs, what its counter counts, and how a negotiation without end ends. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import { anyOf, ending, lcp, lcpNegotiation, present, type Match } from "#expect/matchers";
import { EVENT_ID, reach, REPEAT_WITHIN_MS, TICK_MS, type Automaton } from "./automaton.ts";

const REQUEST = lcp("Configure-Request");
/** Less than the Restart time of slow links, three seconds (RFC 1661 §4.6). */
const FASTER_WITHIN_MS = 2_500;
/** Naks after which nobody is waiting for a number of them that somebody may have configured. */
const MOST_NAKS = 50;
/** Max-Failure of RFC 1661 §4.6. */
const MAX_FAILURE = 5;

conformance(
  {
    id: "rfc1661-0510",
    clause: CLAUSES["RFC1661-4.6-02"],
    clauses: [CLAUSES["RFC1661-4.6-12"], CLAUSES["RFC1661-4.6-13"]],
    story: "nobody answers: the request comes again after three seconds, the RFC's own value, give or take one",
    version: 4,
    waitsMs: 16_000,
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(REQUEST));
    await climb(
      should(REQUEST, "RFC1661-4.6-02")
        .notBefore(2_000)
        .within(3_000 + TICK_MS),
    );
    // A shorter or longer time is its own right on a faster or slower link.
    await note(may(REQUEST, "RFC1661-4.6-12").within(REPEAT_WITHIN_MS));
    await note(may(REQUEST, "RFC1661-4.6-12").within(REPEAT_WITHIN_MS));
    await note(may(REQUEST, "RFC1661-4.6-13").within(FASTER_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0511",
    clause: CLAUSES["RFC1661-4.6-04"],
    clauses: [CLAUSES["RFC1661-4.6-03"], CLAUSES["RFC1661-4.6-05"]],
    version: 3,
    story: "nobody answers: no repeat within 100 ms, and where the waits grow each is twice the one before",
    waitsMs: 18_000,
  },
  async ({ bench, climb, note, silence, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(lcpNegotiation);
    const first = await climb(given(REQUEST));
    await silence(never(REQUEST, "RFC1661-4.6-05").within(100));
    const second = await climb(given(REQUEST).within(REPEAT_WITHIN_MS));
    // How often it asks is configured.
    const third = await note(may(REQUEST, "RFC1661-4.6-03").within(REPEAT_WITHIN_MS));
    if (third === undefined) return;
    const [firstMs, secondMs] = [second.msAfter(first), third.msAfter(second)];
    if (secondMs <= 1.2 * firstMs) return;
    // A timer of whole seconds may have made the first wait a short one, and all others are alike.
    const alike = await note(may(REQUEST, "RFC1661-4.6-03").within(1.5 * (firstMs + TICK_MS)));
    if (alike === undefined) await silence(never(REQUEST, "RFC1661-4.6-04").within(1.8 * secondMs - TICK_MS));
  },
);

conformance(
  {
    id: "rfc1661-0512",
    clause: CLAUSES["RFC1661-4.4-07"],
    clauses: [CLAUSES["RFC1661-4.6-03"]],
    version: 2,
    story: "where the waits grow, a refusal of the request sets the wait back to the first one",
    waitsMs: 15_000,
  },
  async (context) => {
    const { climb, note } = context;
    const a = (await reach(context, "Req-Sent", "RFC1661-4.4-07"))!;
    if ((await note(may(a.request, "RFC1661-4.6-03").within(1.2 * a.restartMs + TICK_MS))) !== undefined) return;
    await a.nextRequest();
    a.refuse();
    await climb(given(a.request));
    await climb(must(a.request, "RFC1661-4.4-07").within(1.4 * a.restartMs + TICK_MS));
  },
);

conformance(
  {
    id: "rfc1661-0513",
    clause: CLAUSES["RFC1661-4.6-15"],
    clauses: [CLAUSES["RFC1661-4.6-09"]],
    version: 2,
    story:
      "the eighth request, where there is one, is refused: the counter begins anew, and seven more come where ten in all were left",
    waitsMs: 50_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.6-15"))!;
    context.allow(a.gone);
    for (let sent = 2; sent < 8; sent++) {
      // How often it asks is configured.
      const next = await context.note(may(a.request, "RFC1661-4.6-09").within(REPEAT_WITHIN_MS));
      if (next === undefined) return;
      a.asked = next;
    }
    a.refuse();
    for (let more = 0; more < 7; more++)
      await context.climb(must(a.request, "RFC1661-4.6-15").within(REPEAT_WITHIN_MS));
  },
);

/** A device's answer to an MRU that most cannot live with. */
const answersTo = (a: Automaton, id: number) => {
  const of = (code: string): Match => a.of(code, { "lcp.id": id });
  return {
    nak: of("Configure-Nak"),
    other: anyOf(of("Configure-Reject"), of("Configure-Ack"), a.of("Terminate-Request"), a.gone),
  };
};

conformance(
  {
    id: "rfc1661-0514",
    clause: CLAUSES["RFC1661-4.6-14"],
    version: 2,
    story:
      "the bench insists on an MRU of 64: where the device Naks it, the Naks end in a Reject, or in the end of the link",
  },
  async (context) => {
    const { climb, note, allow } = context;
    const a = (await reach(context, "Req-Sent", "RFC1661-4.6-14"))!;
    allow(a.of("Terminate-Request"), a.gone);
    for (let id = 1; id < MOST_NAKS; id++) {
      a.askMru(id, 64);
      const { nak, other } = answersTo(a, id);
      const answer = await note(may(anyOf(nak, other), "RFC1661-4.6-14"));
      if (answer?.field("lcp.code")?.value !== "Configure-Nak") return;
    }
    a.askMru(MOST_NAKS, 64);
    await climb(should(answersTo(a, MOST_NAKS).other, "RFC1661-4.6-14"));
  },
);

conformance(
  {
    id: "rfc1661-0515",
    clause: CLAUSES["RFC1661-4.6-11"],
    story: "the bench insists on an MRU of 64: where the device Naks it, it does so five times at most",
  },
  async (context) => {
    const { climb, note, allow } = context;
    const a = (await reach(context, "Req-Sent", "RFC1661-4.6-11"))!;
    allow(a.of("Terminate-Request"), a.gone);
    for (let id = 1; id <= MAX_FAILURE; id++) {
      a.askMru(id, 64);
      const { nak, other } = answersTo(a, id);
      const answer = await note(may(anyOf(nak, other), "RFC1661-4.6-11"));
      if (answer?.field("lcp.code")?.value !== "Configure-Nak") return;
    }
    a.askMru(EVENT_ID, 64);
    await climb(should(answersTo(a, EVENT_ID).other, "RFC1661-4.6-11"));
  },
);

/** Type 5, Length 6, and a value that nobody would have chosen by himself. */
const MAGIC_OPTION = Uint8Array.of(5, 6, 1, 2, 3, 4);

conformance(
  {
    id: "rfc1661-0516",
    clause: CLAUSES["RFC1661-4.5-01"],
    story:
      "the bench Naks the device's Magic-Number for ever with one value: the device changes its request or gives up",
  },
  async (context) => {
    const { note, silence, allow } = context;
    const a = (await reach(context, "Req-Sent", "RFC1661-4.5-01"))!;
    allow(a.of("Terminate-Request"), a.gone);
    const asksMagic = a.of("Configure-Request", { "lcp.option.magic": present });
    for (let i = 0; i < MOST_NAKS; i++) {
      a.nak(MAGIC_OPTION);
      const next = await note(may(asksMagic, "RFC1661-4.5-01").within(a.restartMs / 2));
      if (next === undefined) return;
      a.asked = next;
    }
    a.nak(MAGIC_OPTION);
    await silence(never(asksMagic, "RFC1661-4.5-01").within(a.restartMs / 2));
  },
);
