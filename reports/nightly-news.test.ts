/** What of a run is news to the reader of a night's summary. */
import { describe, expect, test } from "vitest";
import { newsOf } from "./nightly-news.ts";
import { KNOWN, PASSED, RUN_INFO, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

describe("the news of a run", () => {
  const results = resultsOf(RUN_INFO, [SAMPLE, PASSED], undefined, []);
  const night = (...rows: readonly (readonly [string, "pass" | "fail", boolean])[]) => ({
    results: rows.map(([key, verdict, known]) => ({ key, verdict, known, durationMs: 0 })),
  });

  test("on a first night nothing is new", () => {
    expect(newsOf(results, undefined)).toMatchObject({ failures: [SAMPLE.key], newFailures: null, fixed: [] });
  });

  test("is what did not fail the night before, or was expected then", () => {
    expect(newsOf(results, night([SAMPLE.key, "pass", false])).newFailures).toEqual([SAMPLE.key]);
    expect(newsOf(results, night([SAMPLE.key, "fail", true])).newFailures).toEqual([SAMPLE.key]);
    expect(newsOf(results, night([SAMPLE.key, "fail", false])).newFailures).toEqual([]);
  });

  test("what passes now is fixed", () => {
    expect(newsOf(results, night([PASSED.key, "fail", false])).fixed).toEqual([PASSED.key]);
  });

  test("besides failures, a run fails for an expected one that did not show and for a death of nobody's", () => {
    const baseline = { schema: 1, device: "reference", firmware: "", entries: [KNOWN], file: "b.json" } as const;
    const passed = { ...SAMPLE, verdict: "pass", findings: [] } as const;
    const deaths = [{ no: 1, how: "SIGSEGV", at: "2026-11-28T01:00:00Z", inFlight: [] }];
    const info = { ...RUN_INFO, startedAt: "2026-11-28T01:00:00Z" };
    const news = newsOf(
      resultsOf(info, [passed], { ...baseline, entries: [KNOWN] }, [], { deaths, lost: null }),
      undefined,
    );
    expect(news).toMatchObject({
      failures: [],
      unexpectedPasses: [`${KNOWN.id}~lns RFC2661-5.8-02`],
      unexplainedDeaths: [
        expect.stringMatching(/^2026-11-28T01:00:00Z: the device died \(SIGSEGV\) while no case ran/),
      ],
    });
  });
});
