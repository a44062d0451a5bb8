import { expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { timingOf, TOLERANCE } from "./compare-timing.ts";
import { PASSED } from "./sample-case.ts";

const took = (durationMs: number, changes: Partial<CaseResult> = {}): CaseResult => ({
  ...PASSED,
  durationMs,
  ...changes,
});
const died = { no: 1, how: "SIGSEGV", inFlight: [], alone: true };
const times = (before: CaseResult, after: CaseResult, alone: readonly string[] = []): readonly number[] => {
  const t = timingOf([before], [after], { tolerance: TOLERANCE, alone: new Set(alone) });
  return [t.slower.length, t.faster.length, t.leftOut];
};

test.each<[string, CaseResult, CaseResult, readonly number[]]>([
  ["slower by both", took(1500), took(2501), [1, 0, 0]],
  ["faster by both", took(2501), took(1500), [0, 1, 0]],
  ["by not more than a second", took(1500), took(2500), [0, 0, 0]],
  ["by not more than the factor", took(10_000), took(15_000), [0, 0, 0]],
  ["a tenfold of nothing", took(20), took(200), [0, 0, 0]],
  ["from nothing", took(0), took(1001), [1, 0, 0]],
  ["another verdict", took(0), took(9000, { verdict: "fail" }), [0, 0, 1]],
  ["not run at all", took(0, { verdict: "not run" }), took(9000, { verdict: "not run" }), [0, 0, 1]],
  ["a device that died in it", took(0), took(9000, { death: died }), [0, 0, 1]],
  ["a case that was run again", took(9000, { suspect: died }), took(0), [0, 0, 1]],
  ["a case that only one has", took(9000, { key: "other" }), took(0), [0, 0, 0]],
])("%s", (_, before, after, expected) => {
  expect(times(before, after)).toEqual(expected);
});

test("a case that waits until it has the device for itself has no time to compare", () => {
  expect(times(took(0), took(9000), [PASSED.id])).toEqual([0, 0, 1]);
});

test("the largest difference stands first, and the tolerance is the caller's", () => {
  const cases = (...ms: readonly number[]): CaseResult[] => ms.map((n, i) => took(n, { key: `k${i}` }));
  const tolerance = { ms: 10, ratio: 1 };
  const t = timingOf(cases(0, 0, 0, 50), cases(10, 11, 30, 0), { tolerance, alone: new Set() });
  expect([t.slower.map((m) => m.key), t.faster.map((m) => m.key)]).toEqual([["k2", "k1"], ["k3"]]);
  expect(t.tolerance).toEqual(tolerance);
});
