import { describe, expect, test } from "vitest";
import type { CaseResult, Finding } from "#expect/verdict";
import { compareRuns, exitCodeOfComparison, toldText, type Comparison } from "./compare.ts";
import { TOLERANCE } from "./compare-timing.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";
import { resultsOf, type Results } from "./sink.ts";

const BASELINE = { schema: 1 as const, device: "reference", firmware: "", entries: [KNOWN], file: "b.json" };
const FAILED: CaseResult = { ...SAMPLE, rules: [] };
const HELD: CaseResult = { ...FAILED, verdict: "pass", reason: "held", findings: [] };
const LOST: CaseResult = { ...FAILED, verdict: "inconclusive", reason: "the bench stopped listening", findings: [] };
const NOTE: Finding = { ...SAMPLE.findings[0]!, verdict: "remark", clause: "RFC2661-5.8-01" };
const REMARK: CaseResult = { ...HELD, verdict: "remark", reason: "a remark", findings: [NOTE] };

/** A rule's findings in a case that holds. */
const ruled = (...findings: readonly Finding[]): CaseResult => ({
  ...HELD,
  rules: [{ id: "rule-rfc2661-3.1-01", clause: "RFC2661-3.1-01", framesJudged: 6, findings }],
});

const results = (cases: readonly CaseResult[], known = false): Results =>
  resultsOf(RUN_INFO, cases, known ? BASELINE : undefined, []);

function compared(before: Results, after: Results): Comparison {
  const runs = [
    { run: "out/a", results: before },
    { run: "out/b", results: after },
  ];
  return compareRuns(runs, { tolerance: TOLERANCE, alone: new Set() });
}

/** A rule that has had no frame. */
const idle: CaseResult = {
  ...HELD,
  rules: [{ id: "rule-rfc2661-3.1-01", clause: "RFC2661-3.1-01", framesJudged: 0, findings: [] }],
};

const KINDS = ["newFailures", "fixed", "remarksCame", "remarksWent", "changed", "onlyBefore", "onlyAfter"] as const;

/** Every list that holds something, and what it says. */
function told(c: Comparison): Record<string, string[]> {
  const lists = KINDS.map((kind) => [
    kind,
    c[kind].map((x) => `${x.key} ${x.clauses.join("+")} ${toldText(x.before)} > ${toldText(x.after)}`),
  ]);
  return Object.fromEntries(lists.filter(([, list]) => list!.length > 0)) as Record<string, string[]>;
}

const KEY = SAMPLE.key;
const OWN = "RFC2661-5.8-02";
const OTHER: CaseResult = { ...FAILED, findings: [{ ...SAMPLE.findings[0]!, clause: "RFC2661-4.1-04" }] };

describe("what changed of a case", () => {
  test.each<[string, Results, Results, Record<string, string[]>, 0 | 1 | 2]>([
    ["nothing", results([FAILED]), results([FAILED]), {}, 0],
    ["a new failure", results([HELD]), results([FAILED]), { newFailures: [`${KEY} ${OWN} pass > fail`] }, 1],
    ["fixed", results([FAILED]), results([HELD]), { fixed: [`${KEY} ${OWN} fail > pass`] }, 0],
    [
      "a deviation of the baseline that is gone",
      results([FAILED], true),
      results([HELD], true),
      { fixed: [`${KEY} ${OWN} fail (known) > pass`] },
      0,
    ],
    [
      "a failure that the baseline came to know",
      results([FAILED]),
      results([FAILED], true),
      { changed: [`${KEY} ${OWN} fail > fail (known)`] },
      0,
    ],
    [
      "one that it no longer knows",
      results([FAILED], true),
      results([FAILED]),
      { newFailures: [`${KEY} ${OWN} fail (known) > fail`] },
      1,
    ],
    [
      "a known failure where none was",
      results([HELD], true),
      results([FAILED], true),
      { changed: [`${KEY} ${OWN} pass > fail (known)`] },
      0,
    ],
    [
      "a failure for another clause",
      results([FAILED]),
      results([OTHER]),
      { newFailures: [`${KEY} RFC2661-4.1-04 fail > fail`] },
      1,
    ],
    [
      "a failure for a clause more",
      results([FAILED]),
      results([{ ...FAILED, findings: [...SAMPLE.findings, ...OTHER.findings] }]),
      { newFailures: [`${KEY} RFC2661-4.1-04 fail > fail`] },
      1,
    ],
    [
      "one clause less, which the end at the first rung may hide",
      results([{ ...FAILED, findings: [...SAMPLE.findings, ...OTHER.findings] }]),
      results([FAILED]),
      {},
      0,
    ],
    [
      "what the bench can no longer tell",
      results([HELD]),
      results([LOST]),
      { changed: [`${KEY} ${OWN} pass > inconclusive`] },
      2,
    ],
    [
      "a failure that it can no longer tell, which is no repair",
      results([FAILED]),
      results([LOST]),
      { changed: [`${KEY} ${OWN} fail > inconclusive`] },
      2,
    ],
    [
      "a failure that could not be told before",
      results([LOST]),
      results([FAILED]),
      { newFailures: [`${KEY} ${OWN} inconclusive > fail`] },
      1,
    ],
    [
      "a remark that came",
      results([HELD]),
      results([REMARK]),
      { remarksCame: [`${KEY} RFC2661-5.8-01 pass > remark`] },
      0,
    ],
    ["and went", results([REMARK]), results([HELD]), { remarksWent: [`${KEY} RFC2661-5.8-01 remark > pass`] }, 0],
    [
      "a remark that became a failure",
      results([REMARK]),
      results([FAILED]),
      { newFailures: [`${KEY} ${OWN} remark > fail`] },
      1,
    ],
    [
      "a failure that became a remark",
      results([FAILED]),
      results([REMARK]),
      { fixed: [`${KEY} ${OWN} fail > remark`] },
      0,
    ],
    [
      "a case that is gone",
      results([FAILED, PASSED]),
      results([{ ...PASSED, rules: [] }]),
      {
        onlyBefore: [
          `${KEY} ${OWN} fail > missing`,
          "rule rule-rfc2661-3.1-01~lns RFC2661-3.1-01 pass > missing",
          "rule rule-rfc2661-3.1-02~lns RFC2661-3.1-02 not exercised > missing",
        ],
      },
      0,
    ],
    [
      "a case that is new and holds",
      results([FAILED]),
      results([FAILED, { ...PASSED, rules: [] }]),
      { onlyAfter: [`${PASSED.key} ${OWN} missing > pass`] },
      0,
    ],
    [
      "a case that is new and fails",
      results([]),
      results([FAILED]),
      { newFailures: [`${KEY} ${OWN} missing > fail`], onlyAfter: [`${KEY} ${OWN} missing > fail`] },
      1,
    ],
    [
      "a rule that found something",
      results([ruled()]),
      results([ruled({ ...NOTE, verdict: "fail", clause: "RFC2661-3.1-01" })]),
      { newFailures: ["rule rule-rfc2661-3.1-01~lns RFC2661-3.1-01 pass > fail"] },
      1,
    ],
    [
      "a remark of a rule that had no frame before",
      results([idle]),
      results([ruled({ ...NOTE, clause: "RFC2661-3.1-01" })]),
      { remarksCame: ["rule rule-rfc2661-3.1-01~lns RFC2661-3.1-01 not exercised > remark"] },
      0,
    ],
    [
      "one that it has no frame for any more, which is no repair",
      results([ruled({ ...NOTE, clause: "RFC2661-3.1-01" })]),
      results([idle]),
      { changed: ["rule rule-rfc2661-3.1-01~lns RFC2661-3.1-01 remark > not exercised"] },
      0,
    ],
  ])("%s", (_, before, after, expected, code) => {
    const c = compared(before, after);
    expect(told(c)).toEqual(expected);
    expect(exitCodeOfComparison(c)).toBe(code);
  });
});

test("a death that no case is to blame for is worse too", () => {
  const died = { no: 1, how: "SIGSEGV", at: RUN_INFO.startedAt, inFlight: [KEY], blamed: [] };
  const before = results([HELD]);
  const after = { ...before, deaths: [died] };
  expect(exitCodeOfComparison(compared(before, after))).toBe(1);
  expect(exitCodeOfComparison(compared(after, before))).toBe(0);
  expect(exitCodeOfComparison(compared(before, { ...before, deaths: [{ ...died, blamed: [KEY] }] }))).toBe(0);
});

test("of several changes the worst stands first: a MUST before a SHOULD, a case before a rule, then by key", () => {
  const named = (key: string, clause: CaseResult["clause"]): CaseResult =>
    sample({ key, findings: [{ ...SAMPLE.findings[0]!, clause }], rules: [] });
  const should = "RFC2661-4.4.2-04";
  const bad = [named("a-0001", should), named("a-0010", OWN), named("a-0009", OWN)];
  const found = { ...ruled({ ...SAMPLE.findings[0]!, clause: "RFC2661-3.1-01" }), key: "held" };
  const c = compared(results([]), results([found, ...bad]));
  expect(c.newFailures.map((x) => [x.key, x.level])).toEqual([
    ["a-0009", "MUST"],
    ["a-0010", "MUST"],
    ["rule rule-rfc2661-3.1-01~lns", "MUST"],
    ["a-0001", "SHOULD"],
  ]);
});

test("clause by clause: the worst of each, and what the baseline knows is another word", () => {
  const clauses = (before: Results, after: Results): unknown =>
    compared(before, after).clauses.map((c) => [c.clause, c.before, c.after]);
  expect(clauses(results([HELD, PASSED]), results([FAILED, PASSED]))).toEqual([[OWN, "pass", "fail"]]);
  expect(clauses(results([FAILED]), results([FAILED], true))).toEqual([[OWN, "fail", "fail (known)"]]);
  expect(clauses(results([HELD]), results([ruled()]))).toEqual([["RFC2661-3.1-01", null, "pass"]]);
});

test("of three runs the first and the last are compared, and what changed in any of them is flaky", () => {
  const run = (name: string, ...cases: readonly CaseResult[]) => ({ run: name, results: results(cases) });
  const o = { tolerance: TOLERANCE, alone: new Set<string>() };
  const c = compareRuns([run("1", HELD), run("2", FAILED), run("3", HELD)], o);
  expect(told(c)).toEqual({});
  expect(c.between.map((head) => head.run)).toEqual(["2"]);
  expect(c.flaky.map((f) => [f.key, f.came.map((came) => came.verdict)])).toEqual([[KEY, ["pass", "fail"]]]);
  expect(compareRuns([run("1", HELD), run("2", FAILED)], o).flaky).toEqual([]);
  // Who says nothing contradicts nobody.
  expect(compareRuns([run("1", ruled()), run("2"), run("3", idle)], o).flaky).toEqual([]);
});
