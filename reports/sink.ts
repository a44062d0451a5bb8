/** From the cases of a run to its results: rules added up over the cases, totals, and then the baseline. */
import { join } from "node:path";
import type { ClauseId } from "#clauses";
import { RULES } from "#expect/rules/index";
import {
  ruleOutcomeOf,
  type CaseResult,
  type CaseSummary,
  type Role,
  type RuleOutcome,
  type RuleResult,
  type RunResults,
  type Totals,
} from "#expect/verdict";
import {
  expectationsOn,
  isKnown,
  notCounted,
  unexpectedPasses,
  type Baseline,
  type BaselineEntry,
  type Expectations,
  type NotCounted,
} from "./baseline.ts";
import { deathsOf, type DeathResult, type DeathsRecord, isUnexplained, NO_DEATHS, readDeaths } from "./deaths.ts";
import { writeAtomically } from "./files.ts";
import { levelOf, readCases, readRunInfo, type RunInfo } from "./run-folder.ts";

/** What the baseline did to a run. */
export interface BaselineUse {
  readonly file: string;
  /** Deviations that were expected and did not show: as much news as a new one. */
  readonly unexpectedPasses: readonly BaselineEntry[];
  /** Entries past their day; they no longer count. */
  readonly expired: readonly BaselineEntry[];
  /** Why none of its entries counts: it is another device's, or another firmware's. */
  readonly foreign?: string;
  /** What could not be held against the run. */
  readonly unchecked?: string;
  /** Entries that name what was found, and that do not count all the same: what they name is new. */
  readonly notCounted?: readonly NotCounted[];
}

/** results.json */
export interface Results extends RunResults {
  readonly baseline: BaselineUse | null;
  /** Each time the device died, and who is to blame. */
  readonly deaths: readonly DeathResult[];
  /** Why the device did not come back; cases after that could not be put to it. */
  readonly lost: string | null;
}

/** Reads a run's folder and applies the baseline; writes nothing. */
export function readResults(run: string, baseline?: Baseline): Results {
  return resultsOf(
    readRunInfo(run),
    readCases(run).map((c) => c.result),
    baseline,
    RULES,
    readDeaths(run),
  );
}

/** Writes results.json, whole or not at all. */
export function writeResults(run: string, results: Results): void {
  writeAtomically(join(run, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
}

/** What the results list of a rule even where no case had a frame for it. */
type KnownRule = Pick<(typeof RULES)[number], "id" | "clause">;

/** Pure: the same cases, baseline and rules give the same results. */
export function resultsOf(
  info: RunInfo,
  cases: readonly CaseResult[],
  baseline?: Baseline,
  known: readonly KnownRule[] = RULES,
  died: DeathsRecord = NO_DEATHS,
): Results {
  const expectations = expectationsOn(baseline, info);
  const { active } = expectations;
  const summaries = cases.map((c): CaseSummary => ({ ...summaryOf(c), known: isKnown(c, active) }));
  const rules = rulesOf(cases, known).map((r): RuleResult => ({ ...r, known: isKnown(r, active) }));
  return {
    schema: 1,
    tool: info.tool,
    lab: info.lab,
    device: info.device,
    seed: info.seed,
    startedAt: info.startedAt,
    durationMs: info.durationMs ?? 0,
    totals: totalsOf([...summaries, ...rules]),
    cases: summaries,
    rules,
    baseline: baseline === undefined ? null : useOf(baseline, expectations, info, summaries, rules),
    deaths: deathsOf(died, cases),
    lost: died.lost,
  };
}

function useOf(
  baseline: Baseline,
  expectations: Expectations,
  info: RunInfo,
  cases: readonly CaseSummary[],
  rules: readonly RuleResult[],
): BaselineUse {
  const { active, expired, foreign, unchecked } = expectations;
  const idle = notCounted(baseline, expectations, [...cases, ...rules]);
  return {
    file: baseline.file,
    unexpectedPasses: unexpectedPasses(active, refuting(info, cases, rules)),
    expired,
    ...(foreign !== undefined && { foreign }),
    ...(unchecked !== undefined && { unchecked }),
    ...(idle.length > 0 && { notCounted: idle }),
  };
}

/**
 * What can show that an expected deviation is gone. A rule speaks for all cases, and a table for all its rows: a run of a
 * part of them refutes neither.
 */
export function refuting(
  { selection }: Pick<RunInfo, "selection">,
  cases: readonly CaseSummary[],
  rules: readonly RuleResult[],
): readonly (CaseSummary | RuleResult)[] {
  const quick = selection["profile"] === "quick";
  const isPart = quick || ["suites", "cases", "shard"].some((name) => selection[name] !== undefined);
  return [...(quick ? cases.filter((c) => Object.keys(c.params).length === 0) : cases), ...(isPart ? [] : rules)];
}

function summaryOf(c: CaseResult): CaseSummary {
  const { key, id, role, params, clause, level, verdict, known, reason, findings, frames, unclaimed, durationMs } = c;
  return {
    ...{ key, id, role, params, clause, level, verdict, known, reason, findings, frames, unclaimed, durationMs },
    ...(c.suspect !== undefined && { suspect: c.suspect }),
    ...(c.death !== undefined && { death: c.death }),
  };
}

/** One result a rule and role of the device, over every case that looked with it. A case lists only rules that had frames to judge. */
function rulesOf(cases: readonly CaseResult[], known: readonly KnownRule[]): readonly RuleResult[] {
  const rules = new Map<string, RuleResult>();
  for (const role of new Set(cases.map((c) => c.role)))
    for (const { id, clause } of known) rules.set(`${id} ${role}`, notExercised(id, clause, role));
  for (const c of cases)
    for (const tally of c.rules) {
      const key = `${tally.id} ${c.role}`;
      const before = rules.get(key);
      const findings = [...(before?.findings ?? []), ...tally.findings.map((f) => ({ ...f, case: c.key }))];
      const framesJudged = (before?.framesJudged ?? 0) + tally.framesJudged;
      rules.set(key, {
        id: tally.id,
        role: c.role,
        clause: tally.clause,
        level: levelOf(tally.clause),
        verdict: ruleOutcomeOf({ framesJudged, findings }),
        known: false,
        framesJudged,
        findings,
      });
    }
  const order = (role: Role): number => (role === "lac" ? 0 : 1);
  return [...rules.values()].sort(
    (a, b) => a.id.localeCompare(b.id, "en", { numeric: true }) || order(a.role) - order(b.role),
  );
}

function notExercised(id: string, clause: ClauseId, role: Role): RuleResult {
  return {
    id,
    role,
    clause,
    level: levelOf(clause),
    verdict: "not exercised",
    known: false,
    framesJudged: 0,
    findings: [],
  };
}

const TOTAL_OF: Readonly<Record<RuleOutcome, keyof Totals>> = {
  pass: "pass",
  fail: "fail",
  remark: "remark",
  inconclusive: "inconclusive",
  "not applicable": "notApplicable",
  "not run": "notRun",
  "not exercised": "notExercised",
};

/** Every result, case or rule, is counted once; a known one under `known` alone. */
export function totalsOf(results: readonly { readonly verdict: RuleOutcome; readonly known: boolean }[]): Totals {
  const totals = {
    pass: 0,
    fail: 0,
    remark: 0,
    inconclusive: 0,
    notApplicable: 0,
    notRun: 0,
    notExercised: 0,
    known: 0,
  };
  for (const r of results) totals[r.known ? "known" : TOTAL_OF[r.verdict]]++;
  return totals;
}

/**
 * 0: all as expected. 1: a non-conformance that the baseline does not expect, an expected one that did not show, or a death
 * of the device that no case is to blame for: that it died is certain, and no baseline can name it.
 * 2: something inconclusive, or no case passed at all. 1 wins over 2.
 *
 * A remark is a pass with a note, and a known deviation came out as expected: both show that the bench reached the device,
 * which is what the last condition is there for.
 */
export function exitCodeOf(results: Pick<Results, "cases" | "rules" | "baseline" | "deaths">): 0 | 1 | 2 {
  const all = [...results.cases, ...results.rules];
  if (all.some((r) => r.verdict === "fail" && !r.known)) return 1;
  if ((results.baseline?.unexpectedPasses.length ?? 0) > 0) return 1;
  if (results.deaths.some(isUnexplained)) return 1;
  if (all.some((r) => r.verdict === "inconclusive")) return 2;
  return results.cases.some((c) => c.verdict === "pass" || c.verdict === "remark" || c.known) ? 0 : 2;
}
