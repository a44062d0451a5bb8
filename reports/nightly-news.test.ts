/** What of a run is news to the reader of a night's summary. */
import { describe, expect, test } from "vitest";
import type { Verdict } from "#expect/verdict";
import { newsOf } from "./nightly-news.ts";
import { KNOWN, PASSED, RUN_INFO, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

describe("the news of a run", () => {
  const results = resultsOf(RUN_INFO, [SAMPLE, PASSED], undefined, []);
  const night = (...rows: readonly (readonly [string, Verdict, boolean])[]) => ({
    results: rows.map(([key, verdict, known]) => ({ key, verdict, known, durationMs: 0 })),
  });

  test("on a first night nothing is new", () => {
    expect(newsOf(results, [])).toMatchObject({ failures: [SAMPLE.key], newFailures: null, fixed: [] });
  });

  test("is what did not fail the night before, or was expected then", () => {
    expect(newsOf(results, [night([SAMPLE.key, "pass", false])]).newFailures).toEqual([SAMPLE.key]);
    expect(newsOf(results, [night([SAMPLE.key, "fail", true])]).newFailures).toEqual([SAMPLE.key]);
    expect(newsOf(results, [night([SAMPLE.key, "fail", false])]).newFailures).toEqual([]);
  });

  test("what passes now is fixed", () => {
    expect(newsOf(results, [night([PASSED.key, "fail", false])]).fixed).toEqual([PASSED.key]);
  });

  describe("is held against the last night that told it", () => {
    const newIn = (...nights: ReturnType<typeof night>[]) => newsOf(results, nights).newFailures;

    test("whatever a night between has been cut to", () => {
      const failed = night([SAMPLE.key, "fail", false]);
      expect(newIn(night(), failed)).toEqual([]);
      expect(newIn(night([SAMPLE.key, "inconclusive", false]), night([SAMPLE.key, "not run", false]), failed)).toEqual(
        [],
      );
      expect(newIn(night(), night([SAMPLE.key, "pass", false]), failed)).toEqual([SAMPLE.key]);
    });

    test("and what was never told is new", () => {
      expect(newIn(night(), night())).toEqual([SAMPLE.key]);
    });

    test("and nights before that one are not read", () => {
      const nights = function* () {
        const rule = ["rule-rfc2661-3.1-01~lns", "pass", false] as const;
        yield night([SAMPLE.key, "fail", false], [PASSED.key, "pass", false], rule);
        throw new Error("read");
      };
      expect(newsOf(results, nights()).newFailures).toEqual([]);
    });
  });

  describe("of a rule", () => {
    const id = "rule-rfc2661-3.1-01";
    const finding = { ...SAMPLE.findings[0]!, clause: "RFC2661-3.1-01" } as const;
    const tally = { id, clause: "RFC2661-3.1-01", framesJudged: 6, findings: [finding] } as const;
    const held = { ...PASSED, rules: [{ ...tally, findings: [] }] };
    const remarked = { ...SAMPLE, rules: [{ ...tally, findings: [{ ...finding, verdict: "remark" }] }] } as const;
    const failing = resultsOf(RUN_INFO, [remarked, { ...PASSED, rules: [tally] }], undefined, []);
    const rule = `${id}~lns`;
    const newIn = (...nights: ReturnType<typeof night>[]) => newsOf(failing, nights).newFailures;

    test("is old where it passed only because its case was cut", () => {
      const failed = night([rule, "fail", false], [PASSED.key, "pass", false]);
      expect(newIn(night([rule, "pass", false]), failed)).not.toContain(rule);
      expect(newIn(night([rule, "remark", false], [SAMPLE.key, "pass", false]), failed)).not.toContain(rule);
      const saw = night([rule, "pass", false], [PASSED.key, "pass", false]);
      expect(newIn(saw, failed)).toContain(rule);
    });

    test("is that it is fixed only where each case is there", () => {
      const passing = resultsOf(RUN_INFO, [held], undefined, []);
      expect(newsOf(passing, [night([rule, "fail", false], [PASSED.key, "pass", false])]).fixed).toEqual([rule]);
      expect(newsOf(passing, [night([rule, "fail", false], [SAMPLE.key, "pass", false])]).fixed).toEqual([]);
    });
  });

  test("besides failures, a run fails for an expected one that did not show and for a death of nobody's", () => {
    const baseline = { schema: 1, device: "reference", firmware: "", entries: [KNOWN], file: "b.json" } as const;
    const passed = { ...SAMPLE, verdict: "pass", findings: [] } as const;
    const deaths = [{ no: 1, how: "SIGSEGV", at: "2026-11-28T01:00:00Z", inFlight: [] }];
    const info = { ...RUN_INFO, startedAt: "2026-11-28T01:00:00Z" };
    const news = newsOf(resultsOf(info, [passed], { ...baseline, entries: [KNOWN] }, [], { deaths, lost: null }), []);
    expect(news).toMatchObject({
      failures: [],
      unexpectedPasses: [`${KNOWN.id}~lns RFC2661-5.8-02`],
      unexplainedDeaths: [
        expect.stringMatching(/^2026-11-28T01:00:00Z: the device died \(SIGSEGV\) while no case ran/),
      ],
    });
  });
});
