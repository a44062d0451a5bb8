import { describe, expect, test } from "vitest";
import { codeOfNight, codeOfRun, newsOf, type Nightly, type NightlyRun, nightlySchema } from "./nightly.ts";
import { nightlyMarkdown } from "./nightly-markdown.ts";
import { PASSED, RUN_INFO, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

test.each([
  [[0, 0], 0],
  [[0, 2], 2],
  [[2, 1, 0], 1],
  [[], 2],
] as const)("runs of %j make a night of %i", (codes, code) => {
  expect(codeOfNight(codes.map((c) => ({ code: c })))).toBe(code);
});

test.each([
  ["whole", "quick", 0, false, 0],
  ["whole", "full", 1, false, 1],
  ["whole", "full", 2, false, 2],
  ["not run", "quick", 64, false, 2],
  ["died", "full", null, false, 2],
  ["died", "full", 1, false, 1],
  ["cut", "quick", 2, true, 2],
  ["cut", "full", 2, true, 0],
  ["cut", "full", 1, true, 1],
  ["cut", "full", 2, false, 2],
  ["cut", "full", null, true, 2],
  ["died", "full", 1, true, 1],
  ["died", "full", 0, true, 2],
] as const)("a run that ended %s (%s, code %s, its time up: %s) adds %i", (ended, profile, exit, timeIsUp, code) => {
  expect(codeOfRun({ ended, profile, exit, timeIsUp })).toBe(code);
});

describe("the news of a run", () => {
  const results = resultsOf(RUN_INFO, [SAMPLE, PASSED], undefined, []);
  const night = (...rows: readonly (readonly [string, "pass" | "fail", boolean])[]) => ({
    results: rows.map(([key, verdict, known]) => ({ key, verdict, known, durationMs: 0 })),
  });

  test("on a first night nothing is new", () => {
    expect(newsOf(results, undefined)).toEqual({ failures: [SAMPLE.key], newFailures: null, fixed: [] });
  });

  test("is what did not fail the night before, or was expected then", () => {
    expect(newsOf(results, night([SAMPLE.key, "pass", false])).newFailures).toEqual([SAMPLE.key]);
    expect(newsOf(results, night([SAMPLE.key, "fail", true])).newFailures).toEqual([SAMPLE.key]);
    expect(newsOf(results, night([SAMPLE.key, "fail", false])).newFailures).toEqual([]);
  });

  test("what passes now is fixed", () => {
    expect(newsOf(results, night([PASSED.key, "fail", false])).fixed).toEqual([PASSED.key]);
  });
});

describe("as Markdown", () => {
  const row: NightlyRun = {
    ...{ lab: "embedded", file: "labs/a.yaml", device: "reference", profile: "quick", ended: "whole", why: null },
    ...{ code: 1, run: "out/1", durationMs: 90_000, totals: resultsOf(RUN_INFO, [SAMPLE], undefined, []).totals },
    ...{ failures: ["a-0001~lns", "a-0002~lns"], newFailures: ["a-0002~lns"], fixed: [] },
  };
  const night = (...runs: NightlyRun[]): Nightly =>
    nightlySchema.parse({
      schema: 1,
      version: "0.1.0",
      startedAt: "2026-11-28T01:00:00Z",
      durationMs: 60_000,
      code: 1,
      runs,
    });

  test("the news is the heading, and what is new stands apart from what is not", () => {
    const lines = nightlyMarkdown(night(row)).split("\n");
    expect(lines[0]).toBe("## 1 new failure (1 lab)");
    expect(lines).toContain("| `embedded` | `reference` | quick | 1 | 1 | 0 | 0 | 0 | 0 | 1.5 min | whole |");
    const from = lines.indexOf("### New failures: 1");
    expect(lines[from + 2]).toBe("- `embedded` quick: `a-0002~lns`");
    expect(lines[lines.indexOf("### Failed before, and still: 1") + 2]).toBe("- `embedded` quick: `a-0001~lns`");
  });

  test("what did not run whole is said, and in words that Markdown does not read", () => {
    const lost = { ...row, ended: "died", why: "<b>`x`</b> |", code: 2, failures: [], newFailures: [] } as const;
    const text = nightlyMarkdown(night({ ...lost, failures: [], newFailures: [] }));
    expect(text).toMatch(/^## Nothing failed, 1 run could not tell \(1 lab\)/);
    expect(text).toContain("- `embedded` quick: died `` <b>`x`</b> | ``");
  });
});
