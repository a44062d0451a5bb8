import { describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import type { Baseline, BaselineEntry } from "./baseline.ts";
import { changesOf, updated, type BaselineChanges } from "./baseline-update.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

const MISS = SAMPLE.findings[0]!;
const FAILED = sample({ rules: [] });
const PASS = sample({ verdict: "pass", findings: [], rules: [] });
const CAPTURE = `reference/${SAMPLE.key}/run.pcapng`;
const ENTRY: BaselineEntry = { ...KNOWN, capture: CAPTURE, link: "https://x.example/1" };

function changes(entries: readonly BaselineEntry[], cases: readonly CaseResult[], selection = {}): BaselineChanges {
  const info = { ...RUN_INFO, selection };
  return changesOf({ entries: [...entries] }, info, resultsOf(info, cases, undefined, []));
}
const counts = (c: BaselineChanges) => [c.added, c.dropped, c.changed, c.kept, c.unseen].map((list) => list.length);

describe("what a run changes of a baseline: added, dropped, changed, kept, of those unseen", () => {
  const otherwise = sample({ rules: [], findings: [{ ...MISS, actual: "nothing came" }] });
  const withAnother = sample({ rules: [], findings: [MISS, { ...MISS, expected: "must another" }] });
  test.each<[string, readonly BaselineEntry[], readonly CaseResult[], readonly number[]]>([
    ["a failure that no entry names is new", [], [FAILED], [1, 0, 0, 0, 0]],
    ["one that is named stays", [ENTRY], [FAILED], [0, 0, 0, 1, 0]],
    ["also with other numbers", [{ ...ENTRY, actual: MISS.actual.replace("#8", "#99") }], [FAILED], [0, 0, 0, 1, 0]],
    ["it looks otherwise now", [ENTRY], [otherwise], [0, 0, 1, 0, 0]],
    ["it passed", [ENTRY], [PASS], [0, 1, 0, 0, 0]],
    ["one that expired and passed goes too", [{ ...ENTRY, expires: "2020-01-01" }], [PASS], [0, 1, 0, 0, 0]],
    ["its case was not in the run", [ENTRY], [{ ...PASSED, rules: [] }], [0, 0, 0, 1, 1]],
    ["its case could not be run", [ENTRY], [sample({ verdict: "not run", findings: [], rules: [] })], [0, 0, 0, 1, 1]],
    ["a second failure of the same case", [ENTRY], [withAnother], [1, 0, 0, 1, 0]],
    ["two rows of a table are one entry", [], [FAILED, sample({ key: "k2", rules: [] })], [1, 0, 0, 0, 0]],
    [
      "an inconclusive is never written",
      [],
      [sample({ verdict: "inconclusive", rules: [], findings: [{ ...MISS, verdict: "inconclusive" }, MISS] })],
      [0, 0, 0, 0, 0],
    ],
    [
      "nor what could not be told beside a failure",
      [],
      [sample({ rules: [], findings: [MISS, { ...MISS, expected: "must x", verdict: "inconclusive" }] })],
      [1, 0, 0, 0, 0],
    ],
    [
      "nor a remark",
      [],
      [sample({ verdict: "remark", rules: [], findings: [{ ...MISS, verdict: "remark" }] })],
      [0, 0, 0, 0, 0],
    ],
    ["nor what names no clause", [], [sample({ rules: [], findings: [{ ...MISS, clause: null }] })], [0, 0, 0, 0, 0]],
  ])("%s", (_what, entries, cases, expected) => {
    expect(counts(changes(entries, cases))).toEqual(expected);
  });

  test("what shows past its day is named, and its day stays", () => {
    const old = { ...ENTRY, expires: "2020-01-01" };
    expect(changes([old, { ...old, id: "rfc2661-0599" }], [FAILED])).toMatchObject({ kept: [old, {}], expired: [old] });
    expect(changes([ENTRY], [FAILED]).expired).toEqual([]);
  });

  const RULE = { id: "rule-rfc2661-5.8-02", clause: SAMPLE.clause, framesJudged: 4, findings: [MISS] };
  test("a rule's failure is shown by the case whose capture has it", () => {
    const found = changes([], [sample({ verdict: "pass", findings: [], rules: [RULE] })]);
    expect(found.added.map((s) => [s.entry.id, s.shownBy])).toEqual([[RULE.id, SAMPLE.key]]);
  });

  test("a run of a part drops no rule's entry", () => {
    const entry = { ...ENTRY, id: RULE.id };
    const held = [sample({ verdict: "pass", findings: [], rules: [{ ...RULE, findings: [] }] })];
    expect(counts(changes([entry], held))).toEqual([0, 1, 0, 0, 0]);
    expect(counts(changes([entry], held, { cases: [SAMPLE.id] }))).toEqual([0, 0, 0, 1, 1]);
  });
});

describe("the baseline that comes of it", () => {
  const made = (entries: readonly BaselineEntry[], cases: readonly CaseResult[]) =>
    updated({ device: "reference", firmware: "2" }, changes(entries, cases), {
      folder: "reference",
      order: entries,
      reasonOf: (id) => `why ${id}`,
    });

  test("a new entry has its reason and its evidence, and no day on which it ends", () => {
    const { baseline, evidence, stale } = made([], [FAILED]);
    expect(baseline).toEqual({
      schema: 1,
      device: "reference",
      firmware: "2",
      entries: [{ ...KNOWN, capture: CAPTURE, reason: `why ${SAMPLE.id}`, link: null, expires: null }],
    } satisfies Omit<Baseline, "file">);
    expect([[...evidence], stale]).toEqual([[[CAPTURE, { shownBy: SAMPLE.key }]], []]);
  });

  test("what changed keeps its reason, link and day, and its place", () => {
    const other = { ...ENTRY, id: "rfc2661-0599", capture: "reference/o/run.pcapng" };
    const now = { ...MISS, actual: "nothing came", frame: 3, offset: null };
    const { baseline, evidence } = made([ENTRY, other], [sample({ rules: [], findings: [now] })]);
    expect(baseline.entries).toEqual([{ ...ENTRY, actual: "nothing came", frame: 3, offset: null }, other]);
    expect([...evidence.keys()]).toEqual([CAPTURE]);
  });

  test("evidence does not go over that of an entry that stays", () => {
    const { baseline, evidence, stale } = made(
      [ENTRY],
      [sample({ rules: [], findings: [MISS, { ...MISS, expected: "must x" }] })],
    );
    expect(baseline.entries.map((e) => e.capture)).toEqual([CAPTURE, `reference/${SAMPLE.key}~2/run.pcapng`]);
    expect([[...evidence.keys()], stale]).toEqual([[`reference/${SAMPLE.key}~2/run.pcapng`], []]);
  });

  test("what passed goes with its evidence, unless another entry needs that", () => {
    expect(made([ENTRY], [PASS])).toMatchObject({ baseline: { entries: [] }, stale: [CAPTURE] });
    const unseen = { ...ENTRY, id: "rfc2661-0599" };
    expect(made([ENTRY, unseen], [PASS])).toMatchObject({ baseline: { entries: [unseen] }, stale: [] });
  });
});
