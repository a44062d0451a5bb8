import { expect, test } from "vitest";
import type { Baseline } from "./baseline.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";
import { summaryOf } from "./summary.ts";

const baseline = (...entries: Baseline["entries"]): Baseline => ({
  schema: 1,
  device: "reference",
  firmware: "",
  entries,
  file: "/b.json",
});

test("what is wrong comes first, then the totals, then where the rest is", () => {
  const cut = sample({ key: "x-0001~lns", verdict: "inconclusive", reason: "interrupted", rules: [] });
  const results = resultsOf(RUN_INFO, [SAMPLE, PASSED, cut], undefined, []);
  expect(summaryOf("/r", results, { made: true, index: "/r/allure-report/index.html" }).split("\n")).toEqual([
    `fail             ${SAMPLE.key}  ${SAMPLE.reason}`,
    "inconclusive     x-0001~lns  RFC2661-5.8-02: interrupted",
    "3 cases and 2 rules: 2 passed, 1 failed, 1 inconclusive, 1 rule not exercised",
    "report: /r/allure-report/index.html",
    "results: /r (exit code 1)",
    "",
  ]);
});

test("a known deviation is counted, not listed; what the baseline missed is", () => {
  const entries = [KNOWN, { ...KNOWN, id: PASSED.id }, { ...KNOWN, expires: "2026-01-01" }];
  const text = summaryOf("/r", resultsOf(RUN_INFO, [SAMPLE, PASSED], baseline(...entries), []), undefined);
  expect(text.split("\n")).toEqual([
    `unexpected pass  ${PASSED.id} lns RFC2661-5.8-02: expected ${KNOWN.expected}`,
    `expired entry    ${KNOWN.id} lns RFC2661-5.8-02: counted until 2026-01-01`,
    "2 cases and 2 rules: 2 passed, 0 failed, 1 known deviation, 1 rule not exercised",
    "baseline: /b.json",
    "results: /r (exit code 1)",
    "",
  ]);
});

test("a baseline that does not count says why, and which entries would have", () => {
  const results = resultsOf(RUN_INFO, [SAMPLE], { ...baseline(KNOWN), device: "other" }, []);
  expect(summaryOf("/r", results, undefined).split("\n").slice(1)).toEqual([
    `entry not counted ${KNOWN.id} lns RFC2661-5.8-02: the baseline is another's`,
    "1 cases and 2 rules: 1 passed, 1 failed, 1 rule not exercised",
    'baseline: /b.json (it is for the device "other", and the run\'s is "reference": none of its 1 entries counts)',
    "results: /r (exit code 1)",
    "",
  ]);
});

test("a firmware that the run does not know is said once", () => {
  const results = resultsOf(RUN_INFO, [SAMPLE], { ...baseline(KNOWN), firmware: "1.0" }, []);
  expect(summaryOf("/r", results, undefined)).toMatch(
    /^baseline: \/b\.json \(it is for firmware "1\.0", and the run does not know its device's: its entries count\)$/m,
  );
});

test("a terminal lists twenty and says how many more", () => {
  const many = Array.from({ length: 25 }, (_, i) => sample({ key: `k${i}`, rules: [] }));
  const lines = summaryOf("/r", resultsOf(RUN_INFO, many, undefined, []), {
    made: false,
    reason: "no HTML report: no Java",
  }).split("\n");
  expect(lines.filter((l) => l.startsWith("fail"))).toHaveLength(20);
  expect(lines.slice(20, 23)).toEqual([
    "... and 5 more",
    "25 cases and 0 rules: 0 passed, 25 failed",
    "no HTML report: no Java",
  ]);
});
