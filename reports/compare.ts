/** Two runs side by side: what is new, what is gone, what moved. Pure. */
import { CLAUSES, isClauseId, severityOf } from "#clauses";
import type { Finding, Role, RuleOutcome, Totals } from "#expect/verdict";
import { clauseChanges, type ClauseChange } from "./compare-clauses.ts";
import { timingOf, type Timing, type Tolerance } from "./compare-timing.ts";
import { isUnexplained } from "./deaths.ts";
import { flakyIn, type Flaky } from "./flaky.ts";
import { levelOf } from "./run-folder.ts";
import type { Results } from "./sink.ts";

/** A run as it is compared. */
export interface ComparedRun {
  /** The folder or file, as the caller named it. */
  readonly run: string;
  readonly results: Results;
}

/** A verdict with what the baseline says of it: a failure that is expected is another verdict than one that is not. */
export interface Told {
  readonly verdict: RuleOutcome;
  readonly known: boolean;
}

/** A case or a rule that did not come to the same. */
export interface Change {
  /** Key of the case, or `rule ID~ROLE`. */
  readonly key: string;
  readonly kind: "case" | "rule";
  readonly id: string;
  readonly role: Role;
  /** What the change is about: clauses of its findings, or its own. */
  readonly clauses: readonly string[];
  /** Of the first clause. */
  readonly level: string;
  /** `null` where the run has no such result. */
  readonly before: Told | null;
  readonly after: Told | null;
  /** Why the second run came to what it came to; of the first run where the second has nothing. */
  readonly reason: string;
}

/** Which run it was. */
export interface RunHead {
  readonly run: string;
  readonly version: string;
  readonly lab: string;
  readonly device: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly totals: Totals;
  /** Deaths of the device that no case is to blame for. */
  readonly unexplainedDeaths: number;
}

/** The published shape of `compare --json`. */
export interface Comparison {
  readonly schema: 1;
  readonly before: RunHead;
  readonly after: RunHead;
  /** Runs between the two: they are looked at for what is flaky alone. */
  readonly between: readonly RunHead[];
  /** A failure of the second run that nobody expects and that the first one had not: another clause of the same case is one too. */
  readonly newFailures: readonly Change[];
  /** A failure of the first run, expected or not, where the second one passes. */
  readonly fixed: readonly Change[];
  readonly remarksCame: readonly Change[];
  readonly remarksWent: readonly Change[];
  /** Every other change of a verdict, or of what the baseline says of it. */
  readonly changed: readonly Change[];
  readonly onlyBefore: readonly Change[];
  readonly onlyAfter: readonly Change[];
  readonly clauses: readonly ClauseChange[];
  readonly timing: Timing;
  /** Of three runs and more: what did not always come to the same. */
  readonly flaky: readonly Flaky[];
}

/** Compares the first run with the last; `runs` are at least two, in the order in which they are to be told. */
export function compareRuns(
  runs: readonly ComparedRun[],
  o: { readonly tolerance: Tolerance; readonly alone: ReadonlySet<string> },
): Comparison {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const before = new Map(resultsIn(first.results).map((r) => [r.key, r]));
  const after = new Map(resultsIn(last.results).map((r) => [r.key, r]));
  const pairs = [...new Set([...before.keys(), ...after.keys()])].map((key): Pair => [before.get(key), after.get(key)]);
  const of = (kind: Kind): readonly Change[] =>
    pairs
      .filter((pair) => kindOf(pair) === kind)
      .map((pair) => changeOf(pair, kind))
      .sort(worstFirst);
  const missing = (one: 0 | 1): readonly Change[] =>
    pairs
      .filter((pair) => pair[one] === undefined)
      .map((pair) => changeOf(pair))
      .sort(worstFirst);
  return {
    schema: 1,
    before: headOf(first),
    after: headOf(last),
    between: runs.slice(1, -1).map(headOf),
    newFailures: of("new failure"),
    fixed: of("fixed"),
    remarksCame: of("remark came"),
    remarksWent: of("remark went"),
    changed: of("changed"),
    onlyBefore: missing(1),
    onlyAfter: missing(0),
    clauses: clauseChanges(first.results, last.results),
    timing: timingOf(first.results.cases, last.results.cases, o),
    flaky: runs.length > 2 ? flakyIn(runs).filter(isContrary) : [],
  };
}

/**
 * 0: nothing got worse. 1: a new failure, or more deaths of the device that no case is to blame for. 2: what was judged before
 * could not be told any more. 1 wins over 2, as it does for a run.
 */
export function exitCodeOfComparison(c: Pick<Comparison, "newFailures" | "changed" | "before" | "after">): 0 | 1 | 2 {
  if (c.newFailures.length > 0 || c.after.unexplainedDeaths > c.before.unexplainedDeaths) return 1;
  return c.changed.some((change) => change.after?.verdict === "inconclusive") ? 2 : 0;
}

/** In one word, for people: `fail (known)`; `missing` where there is none. */
export function toldText(told: Told | null): string {
  return told === null ? "missing" : `${told.verdict}${told.known ? " (known)" : ""}`;
}

/** Runs that lack a case, or had no frame for a rule, contradict nobody. */
function isContrary({ came }: Flaky): boolean {
  return came.filter((c) => c.verdict !== "missing" && c.verdict !== "not exercised").length > 1;
}

interface Judged extends Told {
  readonly key: string;
  readonly kind: "case" | "rule";
  readonly id: string;
  readonly role: Role;
  readonly clause: string;
  readonly reason: string;
  readonly findings: readonly Finding[];
}

type Pair = readonly [before: Judged | undefined, after: Judged | undefined];
type Kind = "new failure" | "fixed" | "remark came" | "remark went" | "changed";

function resultsIn({ cases, rules }: Results): readonly Judged[] {
  return [
    ...cases.map((c): Judged => ({ ...c, kind: "case" })),
    ...rules.map((r): Judged => {
      const [f] = r.findings;
      const reason = f === undefined ? "" : `expected ${f.expected}; ${f.actual} (in ${f.case})`;
      return { ...r, kind: "rule", key: `rule ${r.id}~${r.role}`, reason };
    }),
  ];
}

/** A pair tells one thing, the worst that there is to tell. */
function kindOf(pair: Pair): Kind | undefined {
  const [a, b] = pair;
  if (b !== undefined && isNewFailure(pair)) return "new failure";
  if (a === undefined || b === undefined) return undefined;
  // What the bench could not tell is not mended by that.
  if (a.verdict === "fail" && (b.verdict === "pass" || b.verdict === "remark")) return "fixed";
  const more = (x: Judged, y: Judged): boolean =>
    clausesOf(y, "remark").some((clause) => !clausesOf(x, "remark").includes(clause));
  // A rule that had no frame to judge had no remark either; that it has none any more does not mend one.
  if ((saysWell(a) || a.verdict === "not exercised") && more(a, b) && saysWell(b)) return "remark came";
  if (saysWell(a) && saysWell(b) && more(b, a)) return "remark went";
  return a.verdict === b.verdict && a.known === b.known ? undefined : "changed";
}

const saysWell = ({ verdict }: Judged): boolean => verdict === "pass" || verdict === "remark";
const fails = (r: Judged): boolean => r.verdict === "fail" && !r.known;

/**
 * A case ends at the rung that fails first: that it fails for another clause than before is news, that it no longer says
 * anything of the first one is not.
 */
function isNewFailure([a, b]: Pair): boolean {
  if (b === undefined || !fails(b)) return false;
  if (a === undefined || !fails(a)) return true;
  const before = clausesOf(a, "fail");
  return clausesOf(b, "fail").some((clause) => !before.includes(clause));
}

/** The clauses of its findings of that verdict, in their order; its own where a finding names none. */
function clausesOf({ findings, clause, verdict }: Judged, of: Finding["verdict"]): readonly string[] {
  const named = findings.filter((f) => f.verdict === of).map((f) => f.clause ?? clause);
  return named.length === 0 && verdict === of ? [clause] : [...new Set(named)];
}

function changeOf([a, b]: Pair, kind?: Kind): Change {
  const judged = b ?? a!;
  const clauses = aboutOf([a, b], kind);
  const { key, id, role } = judged;
  const reason = kind === "fixed" || kind === "remark went" ? (a?.reason ?? "") : judged.reason;
  const told = (r: Judged | undefined): Told | null =>
    r === undefined ? null : { verdict: r.verdict, known: r.known };
  return {
    ...{ key, kind: judged.kind, id, role, clauses },
    level: levelOf(clauses[0] ?? judged.clause),
    before: told(a),
    after: told(b),
    reason,
  };
}

function aboutOf([a, b]: Pair, kind: Kind | undefined): readonly string[] {
  const own = [(b ?? a!).clause];
  const but = (those: readonly string[], these: readonly string[]): readonly string[] => {
    const rest = those.filter((clause) => !these.includes(clause));
    return rest.length === 0 ? those : rest;
  };
  const of = (r: Judged | undefined, verdict: Finding["verdict"]): readonly string[] =>
    r === undefined ? [] : clausesOf(r, verdict);
  switch (kind) {
    case "new failure":
      return but(of(b, "fail"), a !== undefined && fails(a) ? of(a, "fail") : []);
    case "fixed":
      return of(a, "fail");
    case "remark came":
      return but(of(b, "remark"), of(a, "remark"));
    case "remark went":
      return but(of(a, "remark"), of(b, "remark"));
    case "changed":
    case undefined:
      return own;
  }
}

/** What a MUST is about first, then cases before rules, then by key, numbers as numbers. */
function worstFirst(a: Change, b: Change): number {
  const weight = (c: Change): number => {
    const [clause = ""] = c.clauses;
    const severe = isClauseId(clause) && severityOf(CLAUSES[clause]) === "fail";
    return (
      (VERDICTS_WORST_FIRST.indexOf(c.after?.verdict ?? "not run") * 2 + (severe ? 0 : 1)) * 2 +
      (c.kind === "case" ? 0 : 1)
    );
  };
  return weight(a) - weight(b) || a.key.localeCompare(b.key, "en", { numeric: true });
}

const VERDICTS_WORST_FIRST: readonly RuleOutcome[] = [
  "fail",
  "inconclusive",
  "remark",
  "not run",
  "not exercised",
  "not applicable",
  "pass",
];

function headOf({ run, results }: ComparedRun): RunHead {
  const { tool, lab, device, seed, startedAt, durationMs, totals, deaths } = results;
  const unexplainedDeaths = deaths.filter(isUnexplained).length;
  return { run, version: tool.version, lab, device, seed, startedAt, durationMs, totals, unexplainedDeaths };
}
