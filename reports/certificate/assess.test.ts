import { describe, expect, test } from "vitest";
import { CLAUSES, type ClauseId } from "#clauses";
import type { Finding } from "#expect/verdict";
import { assess, type JudgedCase } from "./assess.ts";
import { exitCodeOfRefusal, refusalText } from "./refusal.ts";
import type { Scope } from "./scope.ts";

const A: ClauseId = "RFC2661-5.8-02";
const B: ClauseId = "RFC2661-5.8-03";
const ADVICE: ClauseId = "RFC2661-3.0-01";

const finding = (verdict: Finding["verdict"], clause: ClauseId | null = A): Finding => ({
  clause,
  verdict,
  expected: "this",
  actual: "#4 that",
  frame: 4,
  offset: 0,
});

function judged(verdict: JudgedCase["verdict"], more: Partial<JudgedCase> = {}): JudgedCase {
  const plain = {
    key: "c-0001~lns",
    id: "c-0001",
    role: "lns",
    reason: `it is ${verdict}`,
    findings: [],
    rules: [],
  } as const;
  return { ...plain, clauses: [A], verdict, ...more };
}

const tally = (framesJudged: number, ...findings: readonly Finding[]): JudgedCase["rules"][number] => ({
  id: "rule-a",
  clause: A,
  framesJudged,
  findings,
});

const scope = (more: Partial<Scope["mandatory"][number]> = {}): Scope => ({
  mandatory: [{ clause: CLAUSES[A], core: false, keys: ["c-0001~lns"], rules: [], ...more }],
  notShown: [],
  outside: [],
  advised: [ADVICE],
});

function outcome(cases: readonly JudgedCase[], s: Scope = scope()): { word: string; refused: string } {
  const { clauses, objections } = assess(s, "lns", new Map(cases.map((c) => [c.key, c])));
  return { word: clauses[0]!.word, refused: objections.map((o) => o.word).join(" ") };
}

const RULE = { keys: [], rules: ["rule-a"] };

describe("a mandatory clause", () => {
  test.each<[string, readonly JudgedCase[], Scope, string, string]>([
    ["held", [judged("pass")], scope(), "pass", ""],
    [
      "held by a case with a remark on something else",
      [judged("remark", { findings: [finding("remark", B)] })],
      scope(),
      "pass",
      "",
    ],
    ["held with a remark", [judged("remark", { findings: [finding("remark")] })], scope(), "remark", ""],
    ["broken", [judged("fail", { findings: [finding("fail")] })], scope(), "fail", "fail"],
    [
      "of a case that failed for another clause",
      [judged("fail", { findings: [finding("fail", B)] })],
      scope(),
      "inconclusive",
      "inconclusive",
    ],
    [
      "left open",
      [judged("inconclusive", { findings: [finding("inconclusive", null)] })],
      scope(),
      "inconclusive",
      "inconclusive",
    ],
    [
      "of a case with a remark on it that could not be told",
      [judged("inconclusive", { findings: [finding("remark")] })],
      scope(),
      "inconclusive",
      "inconclusive",
    ],
    ["not run", [judged("not run")], scope(), "not run", "not run"],
    ["of a case that the run lacks", [], scope(), "missing", "missing"],
    ["not applicable", [judged("not applicable")], scope(), "not applicable", ""],
    [
      "of the core, not applicable",
      [judged("not applicable")],
      scope({ core: true }),
      "not applicable",
      "not applicable",
    ],
    ["of the core, held", [judged("pass")], scope({ core: true }), "pass", ""],
    [
      "held in one case, not run in another",
      [judged("pass"), judged("not run", { key: "d" })],
      scope({ keys: ["c-0001~lns", "d"] }),
      "not run",
      "not run",
    ],
    [
      "held in one case, left open in another",
      [judged("pass"), judged("inconclusive", { key: "d" })],
      scope({ keys: ["c-0001~lns", "d"] }),
      "inconclusive",
      "inconclusive",
    ],
    [
      "held in one case, not applicable in another",
      [judged("pass"), judged("not applicable", { key: "d" })],
      scope({ keys: ["c-0001~lns", "d"] }),
      "pass",
      "",
    ],
    ["of a rule that held", [judged("pass", { rules: [tally(3)] })], scope(RULE), "pass", ""],
    ["of a rule without frames", [judged("pass")], scope(RULE), "not exercised", ""],
    [
      "of the core, of a rule without frames",
      [judged("pass")],
      scope({ ...RULE, core: true }),
      "not exercised",
      "not exercised",
    ],
    [
      "of a rule that was broken in a case that passed",
      [judged("pass", { rules: [tally(3, finding("fail"))] })],
      scope(RULE),
      "fail",
      "fail",
    ],
    [
      "of a rule that could not be told",
      [judged("pass", { rules: [tally(3, finding("inconclusive"))] })],
      scope(RULE),
      "inconclusive",
      "inconclusive",
    ],
    [
      "of a rule that held in one case and was broken in another",
      [judged("pass", { rules: [tally(1)] }), judged("pass", { key: "d", rules: [tally(1, finding("fail"))] })],
      scope(RULE),
      "fail",
      "fail",
    ],
    [
      "of a rule that was broken in the other role",
      [
        judged("pass", { rules: [tally(1)] }),
        judged("pass", { key: "d", role: "lac", rules: [tally(1, finding("fail"))] }),
      ],
      scope(RULE),
      "pass",
      "",
    ],
    [
      "held, and broken in a case that the profile does not ask",
      [judged("pass"), judged("fail", { key: "d", findings: [finding("fail")] })],
      scope(),
      "fail",
      "fail",
    ],
  ])("%s", (_, cases, asked, word, refused) => {
    expect(outcome(cases, asked)).toEqual({ word, refused });
  });
});

test("a remark is listed and refuses nothing", () => {
  const c = judged("remark", { findings: [finding("remark", ADVICE)], rules: [tally(2, finding("remark"))] });
  const { remarks, objections } = assess(scope(), "lns", new Map([[c.key, c]]));
  expect(objections).toEqual([]);
  expect(remarks.map((r) => [r.clause.id, r.said.by, r.said.frame])).toEqual([
    [ADVICE, "c-0001~lns", 4],
    [A, "rule-a", 4],
  ]);
});

test("a refusal names clause, case and frame, and what a device sent is text", () => {
  const cases = [
    judged("fail", { findings: [{ ...finding("fail"), actual: "\x1b[2J <b>host\n" }] }),
    judged("pass", { key: "d~lns", rules: [tally(1, finding("inconclusive"))] }),
  ];
  const { objections } = assess(scope({ rules: ["rule-a"] }), "lns", new Map(cases.map((c) => [c.key, c])), [
    { word: "fail", why: "the device died (SIGSEGV)" },
  ]);
  expect(refusalText(objections, "tiny").split("\n")).toEqual([
    "fail             the run: the device died (SIGSEGV)",
    "fail           RFC2661-5.8-02 (MUST)  c-0001~lns frame 4: expected this;  [2J <b>host",
    "inconclusive   RFC2661-5.8-02 (MUST)  rule-a in d~lns frame 4: expected this; #4 that",
    "refused: no certificate for tiny (2 fail, 1 inconclusive)",
    "",
  ]);
  expect([exitCodeOfRefusal(objections), exitCodeOfRefusal(objections.slice(2))]).toEqual([1, 2]);
});
