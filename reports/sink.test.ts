import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { CaseResult, Verdict } from "#expect/verdict";
import type { Baseline } from "./baseline.ts";
import { readCases } from "./run-folder.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE, SAMPLE_LADDER, writeRun } from "./sample-case.ts";
import { exitCodeOf, readResults, resultsOf, writeResults } from "./sink.ts";

const dir = mkdtempSync(join(tmpdir(), "l2tpspec-sink-"));
afterAll(() => rmSync(dir, { recursive: true }));
let runs = 0;
function run(...cases: readonly CaseResult[]): string {
  const folder = join(dir, `run-${runs++}`);
  writeRun(folder, cases);
  return folder;
}

const baseline = (...entries: Baseline["entries"]): Baseline => ({
  schema: 1,
  device: "reference",
  firmware: "",
  entries,
  file: "baseline.json",
});
/** A case of that verdict, with the findings that it would have, and no rules. */
function of(verdict: Verdict): CaseResult {
  const findings = verdict === "fail" || verdict === "remark" ? [{ ...SAMPLE.findings[0]!, verdict }] : [];
  return sample({ key: `k-${verdict}`, verdict, findings, rules: [] });
}

describe("exit codes", () => {
  const known = { ...KNOWN };
  const remark = { ...KNOWN, verdict: "remark" as const };
  const expired = { ...KNOWN, expires: "2026-01-01" };
  test.each<[string, readonly CaseResult[], Baseline | undefined, 0 | 1 | 2]>([
    ["all passed", [of("pass")], undefined, 0],
    ["a remark is no failure", [of("pass"), of("remark")], undefined, 0],
    ["a remark alone shows that the bench reached the device", [of("remark")], undefined, 0],
    ["not applicable and not run are no failures", [of("pass"), of("not applicable"), of("not run")], undefined, 0],
    ["one failed", [of("pass"), of("fail")], undefined, 1],
    ["one inconclusive", [of("pass"), of("inconclusive")], undefined, 2],
    ["1 wins over 2", [of("fail"), of("inconclusive")], undefined, 1],
    ["no case at all", [], undefined, 2],
    ["no case passed", [of("not run"), of("not applicable")], undefined, 2],
    ["a known failure", [of("pass"), of("fail")], baseline(known), 0],
    ["a known failure alone", [of("fail")], baseline(known), 0],
    ["a known failure and an inconclusive", [of("fail"), of("inconclusive")], baseline(known), 2],
    ["a known remark", [of("remark")], baseline(remark), 0],
    ["an unexpected pass", [of("pass")], baseline(known), 1],
    ["a remark where a failure was expected", [of("remark")], baseline(known), 1],
    ["an expired entry does not count", [of("fail")], baseline(expired), 1],
    ["another device's entry does not count", [of("fail")], { ...baseline(known), device: "other" }, 1],
    ["another device's entry is missed by nobody", [of("pass")], { ...baseline(known), device: "other" }, 0],
    ["an expired entry is missed by nobody", [of("pass")], baseline(expired), 0],
  ])("%s", (_what, cases, expected, code) => {
    expect(exitCodeOf(resultsOf(RUN_INFO, cases, expected, []))).toBe(code);
  });

  test.each([
    ["fail", 1],
    ["inconclusive", 2],
    ["remark", 0],
  ] as const)("a rule's %s counts like a case's", (verdict, code) => {
    const finding = { ...SAMPLE.findings[0]!, verdict };
    const rules = [{ id: "rule-x", clause: SAMPLE.clause, framesJudged: 3, findings: [finding] }];
    expect(exitCodeOf(resultsOf(RUN_INFO, [{ ...of("pass"), rules }], undefined, []))).toBe(code);
  });
});

describe("rules over the cases of a run", () => {
  const tally = (id: string, framesJudged: number, ...verdicts: readonly ("fail" | "remark" | "inconclusive")[]) => ({
    id,
    clause: SAMPLE.clause,
    framesJudged,
    findings: verdicts.map((verdict) => ({ ...SAMPLE.findings[0]!, verdict })),
  });
  const cases = [
    { ...of("pass"), key: "a", rules: [tally("r-1", 2), tally("r-2", 0), tally("r-3", 4, "remark"), tally("r-10", 1)] },
    { ...of("pass"), key: "b", rules: [tally("r-1", 3), tally("r-2", 0), tally("r-3", 1, "fail", "inconclusive")] },
    { ...of("pass"), key: "c", role: "lac" as const, rules: [tally("r-1", 1)] },
  ];
  const { rules, totals } = resultsOf(RUN_INFO, cases, undefined, []);

  test("the worst finding of all cases decides; without a frame a rule is not exercised", () => {
    expect(rules.map((r) => [r.id, r.role, r.verdict, r.framesJudged])).toEqual([
      ["r-1", "lac", "pass", 1],
      ["r-1", "lns", "pass", 5],
      ["r-2", "lns", "not exercised", 0],
      ["r-3", "lns", "fail", 5],
      ["r-10", "lns", "pass", 1],
    ]);
  });

  test("each finding names its case", () => {
    expect(rules.find((r) => r.id === "r-3")?.findings.map((f) => `${f.case} ${f.verdict}`)).toEqual([
      "a remark",
      "b fail",
      "b inconclusive",
    ]);
  });

  test("the level comes from the clause", () => {
    expect(rules[0]?.level).toBe("MUST");
  });

  test("cases and rules are counted together, each once", () => {
    expect(totals).toEqual({
      pass: 6,
      fail: 1,
      remark: 0,
      inconclusive: 0,
      notApplicable: 0,
      notRun: 0,
      notExercised: 1,
      known: 0,
    });
  });

  test("a rule's deviation may be known, and its unexpected pass is told", () => {
    const entry = { ...KNOWN, id: "r-3", expected: SAMPLE.findings[0]!.expected };
    const failing = { ...of("pass"), rules: [tally("r-3", 1, "fail")] };
    const passing = { ...of("pass"), rules: [tally("r-3", 1)] };
    const silent = { ...of("pass"), rules: [tally("r-3", 0)] };
    const told = (c: CaseResult) => {
      const results = resultsOf(RUN_INFO, [c], baseline(entry), []);
      return [results.rules[0]?.known, results.baseline?.unexpectedPasses.length, exitCodeOf(results)];
    };
    expect([told(failing), told(passing), told(silent)]).toEqual([
      [true, 0, 0],
      [false, 1, 1],
      [false, 0, 0],
    ]);
  });
});

describe("what the baseline does", () => {
  test("a known failure is counted as known, and not as a failure", () => {
    const results = resultsOf(RUN_INFO, [of("fail")], baseline(KNOWN), []);
    expect([results.cases[0]?.known, results.cases[0]?.verdict, results.totals.known, results.totals.fail]).toEqual([
      true,
      "fail",
      1,
      0,
    ]);
  });

  test("an expired entry is named", () => {
    const entry = { ...KNOWN, expires: "2026-01-01" };
    const results = resultsOf(RUN_INFO, [of("fail")], baseline(entry), []);
    expect([results.baseline?.expired, results.totals.fail]).toEqual([[entry], 1]);
  });

  test("without one there is none", () => {
    expect(resultsOf(RUN_INFO, [of("fail")], undefined, []).baseline).toBeNull();
  });
});

describe("a run's folder", () => {
  test("gives its results, in the order of the keys with numbers as numbers", () => {
    const keys = ["x-2~lns", "x-10~lns", "x-1~lns"].map((key) => ({ ...of("pass"), key }));
    expect(readResults(run(...keys)).cases.map((c) => c.key)).toEqual(["x-1~lns", "x-2~lns", "x-10~lns"]);
  });

  test("results.json is written whole, and holds the summaries alone", () => {
    const folder = run(SAMPLE, PASSED);
    const results = readResults(folder, baseline(KNOWN));
    writeResults(folder, results);
    const read = JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as Record<string, unknown>;
    expect(read).toEqual(results);
    expect(Object.keys((read.cases as object[])[0]!)).toEqual([
      ..."key id role params clause level verdict known reason findings frames unclaimed durationMs".split(" "),
    ]);
    expect(readdirSync(folder).sort()).toEqual(["cases", "results.json", "run.json"]);
  });

  test("a case that was cut off is inconclusive, and named by its ladder", () => {
    const folder = run(PASSED, SAMPLE);
    rmSync(join(folder, "cases", SAMPLE.key, "result.json"));
    const results = readResults(folder);
    const cut = results.cases.find((c) => c.key === SAMPLE.key);
    expect(cut).toMatchObject({
      id: SAMPLE.id,
      role: "lns",
      level: "MUST",
      verdict: "inconclusive",
      reason: "interrupted",
    });
    expect(exitCodeOf(results)).toBe(2);
  });

  test("so is one that was cut off before its ladder was there", () => {
    const folder = run(PASSED);
    mkdirSync(join(folder, "cases", "call-lns-0007~lac~x=1"));
    const cut = readCases(folder)[0]?.result;
    expect(cut).toMatchObject({ id: "call-lns-0007", role: "lac", verdict: "inconclusive", reason: "interrupted" });
  });

  test.each([
    ["half of it", '{"schema": 1, "key"', /^result\.json cannot be read: expected a case's result in JSON, found /],
    [
      "another shape",
      JSON.stringify({ ...SAMPLE, verdict: "perhaps" }),
      /^result\.json cannot be read: verdict: expected one of/,
    ],
  ])("a result.json with %s tells nothing, and says so", (_what, content, reason) => {
    const folder = run(SAMPLE);
    writeFileSync(join(folder, "cases", SAMPLE.key, "result.json"), content);
    const result = readCases(folder)[0]!.result;
    expect(result.verdict).toBe("inconclusive");
    expect(result.reason).toMatch(reason);
  });

  test("what the case left comes back as it was", () => {
    const folder = run(SAMPLE);
    expect(readCases(folder)[0]).toMatchObject({ result: SAMPLE, ladder: SAMPLE_LADDER });
  });

  test("a folder that is no run is the caller's mistake", () => {
    expect(() => readResults(join(dir, "nowhere"))).toThrow(
      /nowhere\/run\.json: expected a run's folder with its run\.json, found ENOENT$/,
    );
  });
});

describe("a run of a part of the catalogue", () => {
  const selected = (selection: Record<string, unknown>) => ({ ...RUN_INFO, selection });
  const rule = { id: "r-1", clause: PASSED.clause };
  const tally = { id: "r-1", clause: PASSED.clause, framesJudged: 3, findings: [] };
  const judged = sample({ ...PASSED, rules: [tally] });
  const missed = (selection: Record<string, unknown>, c: CaseResult, entry: object) =>
    resultsOf(selected(selection), [c], baseline({ ...KNOWN, ...entry }), [rule]).baseline!.unexpectedPasses.length;

  test("does not refute what is expected of a rule: the case that shows it may have been left out", () => {
    expect(missed({}, judged, { id: "r-1", clause: PASSED.clause })).toBe(1);
    expect(missed({ profile: "quick" }, judged, { id: "r-1", clause: PASSED.clause })).toBe(0);
    expect(missed({ cases: ["x"] }, judged, { id: "r-1", clause: PASSED.clause })).toBe(0);
  });

  test("quick does not refute what is expected of a table, of which it takes one row", () => {
    const entry = { id: PASSED.id };
    expect(missed({ profile: "quick" }, { ...PASSED, params: {} }, entry)).toBe(1);
    expect(missed({ profile: "quick" }, { ...PASSED, params: { n: 1 } }, entry)).toBe(0);
    expect(missed({}, { ...PASSED, params: { n: 1 } }, entry)).toBe(1);
  });
});
