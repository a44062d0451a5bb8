import { expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { flakyIn, flakyLines, type Repetition } from "./flaky.ts";
import { PASSED, RUN_INFO, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

const repetition = (seed: number, ...cases: readonly CaseResult[]): Repetition => ({
  run: `out/${seed}`,
  results: resultsOf({ ...RUN_INFO, seed }, cases, undefined, []),
});
const one = { ...PASSED, key: "a", rules: [] };
const broken: CaseResult = { ...one, verdict: "inconclusive", reason: "the bench stopped listening" };

test("what came to the same each time is not listed", () => {
  expect(flakyIn([repetition(1, one, SAMPLE), repetition(2, one, SAMPLE)])).toEqual([]);
});

test("a case that did not: how often each verdict came, and with which seed and where the rarer is to be seen", () => {
  const all = flakyIn([repetition(1, one), repetition(2, broken), repetition(3, one)]);
  expect(all.map((f) => [f.key, f.came.map((c) => [c.verdict, c.runs.map((r) => r.seed)])])).toEqual([
    [
      "a",
      [
        ["pass", [1, 3]],
        ["inconclusive", [2]],
      ],
    ],
  ]);
  expect(flakyLines(all)).toEqual([
    "flaky  a: 2 pass, 1 inconclusive",
    "         inconclusive with seed 2: the bench stopped listening  out/2/cases/a",
  ]);
});

test("a case that one run lacks, a rule that found something once, and a failure that the baseline did not know once", () => {
  const rule = { id: "r", clause: PASSED.clause, framesJudged: 1, findings: [] };
  const finding = { ...SAMPLE.findings[0]!, verdict: "fail" as const };
  const ruled = (findings: readonly (typeof finding)[]): CaseResult => ({ ...one, rules: [{ ...rule, findings }] });
  const changed = flakyIn([repetition(1, ruled([])), repetition(2, ruled([finding])), repetition(3)]);
  expect(changed.map((f) => f.key)).toEqual(["a", "rule r~lns"]);
  const { results, run } = repetition(1, SAMPLE);
  const known = { run, results: { ...results, cases: results.cases.map((c) => ({ ...c, known: true })) } };
  expect(
    flakyIn([repetition(1, { ...SAMPLE, rules: [] }), { ...known, results: { ...known.results, rules: [] } }]),
  ).toHaveLength(1);
});
