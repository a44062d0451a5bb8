/**
 * Clauses and verdicts, by document and section: which requirement is judged by what, what one run or the last run of each
 * device came to, and why a clause is untested or was not exercised. Pure.
 */
import { documentOf } from "#clauses";
import { listClauses, type Catalogue, type ListedClause } from "./clause-list.ts";
import { verdictsOf, WORST_FIRST, type ClauseVerdict } from "./clause-verdicts.ts";

/** What a clause came to in a run; `not in the run` where none of its cases and rules was there. */
export type CoverageVerdict = ClauseVerdict | "not in the run";

/** In the order in which pages count them. */
export const COVERAGE_VERDICTS: readonly CoverageVerdict[] = [
  "pass",
  "fail",
  "inconclusive",
  "remark",
  "not applicable",
  "not run",
  "not exercised",
  "not in the run",
];

/** What one case or rule says of a clause. */
export interface Saying {
  /** Key of the case, or id and role of the rule. */
  readonly by: string;
  readonly verdict: ClauseVerdict;
  /** Whether the baseline expects it. */
  readonly known: boolean;
  /** Why, in words that may hold what the device sent; `null` of a pass. */
  readonly why: string | null;
}

/** What one run says of a clause. */
export interface Told {
  readonly device: string;
  /** The worst that any of its cases and rules says. */
  readonly verdict: CoverageVerdict;
  /** Whether the baseline expects everything that is as bad as that. */
  readonly known: boolean;
  readonly sayings: readonly Saying[];
}

export interface CoverageClause extends Omit<ListedClause, "verdicts"> {
  /** One a run, in the order of the runs; empty where nothing judges the clause. */
  readonly told: readonly Told[];
}

export interface Counts {
  readonly clauses: number;
  readonly judged: number;
  /** Of those judged. */
  readonly proven: number;
  readonly untested: number;
  /** By device; the verdicts add up to those judged. */
  readonly verdicts: Readonly<Record<string, Readonly<Record<CoverageVerdict, number>>>>;
}

export interface CoverageSection {
  readonly section: string;
  readonly counts: Counts;
  readonly clauses: readonly CoverageClause[];
}

export interface CoverageDocument {
  /** `RFC 2661`, or `Call-LNS`. */
  readonly document: string;
  readonly counts: Counts;
  readonly sections: readonly CoverageSection[];
}

export interface RunHead {
  readonly device: string;
  /** Name of the run's folder. */
  readonly run: string;
  readonly startedAt: string;
}

/** coverage.json */
export interface Coverage {
  readonly schema: 1;
  readonly tool: { readonly name: "l2tpspec"; readonly version: string };
  readonly runs: readonly RunHead[];
  readonly counts: Counts;
  readonly documents: readonly CoverageDocument[];
}

interface SaidFinding {
  readonly clause: string | null;
  readonly verdict: "fail" | "remark" | "inconclusive";
  readonly expected?: string;
  readonly actual?: string;
}

/** As much of results.json as is asked here. An archive may be older than some of its keys. */
export interface CoveredRun extends RunHead {
  readonly cases: readonly {
    readonly key?: string;
    readonly id: string;
    readonly clause: string;
    readonly clauses?: readonly string[];
    readonly verdict: string;
    readonly known?: boolean;
    readonly reason?: string;
    readonly findings: readonly SaidFinding[];
  }[];
  readonly rules: readonly {
    readonly id?: string;
    readonly role?: string;
    readonly clause: string;
    readonly verdict: string;
    readonly known?: boolean;
    readonly findings?: readonly SaidFinding[];
  }[];
}

/** What one run, or the last runs of several devices, say of every clause that there is. */
export function coverageOf(catalogue: Catalogue, runs: readonly CoveredRun[], tool: Coverage["tool"]): Coverage {
  const further = new Map<string, readonly string[]>(catalogue.cases.map((c) => [c.id, c.clauses]));
  const said = runs.map((run) => ({ device: run.device, of: sayingsOf(run, (id) => further.get(id) ?? []) }));
  const clauses = listClauses(catalogue).map(({ verdicts: _, ...clause }): CoverageClause => {
    const told = said.map(({ device, of }) => toldBy(device, of.get(clause.id) ?? []));
    // A run may be older than the catalogue, and have judged what nothing judges today.
    return { ...clause, told: clause.untested === null ? told : told.filter((t) => t.sayings.length > 0) };
  });
  const devices = runs.map((r) => r.device);
  return {
    schema: 1,
    tool,
    runs: runs.map(({ device, run, startedAt }) => ({ device, run, startedAt })),
    counts: countsOf(clauses, devices),
    documents: groupsOf(clauses, documentOf).map(([document, all]) => ({
      document,
      counts: countsOf(all, devices),
      sections: groupsOf(all, (c) => c.section).map(([section, own]) => ({
        section,
        counts: countsOf(own, devices),
        clauses: own,
      })),
    })),
  };
}

/** Everything that a run says, clause by clause; a clause that it was not about has no entry. */
function sayingsOf(
  { cases, rules }: Pick<CoveredRun, "cases" | "rules">,
  clausesOf: (id: string) => readonly string[],
): ReadonlyMap<string, readonly Saying[]> {
  const sayings = new Map<string, Saying[]>();
  const say = (clause: string, saying: Saying): void => {
    sayings.set(clause, [...(sayings.get(clause) ?? []), saying]);
  };
  for (const c of cases) {
    const by = c.key ?? c.id;
    for (const [clause, verdict] of verdictsOf({ cases: [c], rules: [] }, (id) => c.clauses ?? clausesOf(id)))
      say(clause, { by, verdict, known: isKnown(c, verdict), why: whyOfCase(c, clause, verdict) });
  }
  for (const r of rules) {
    const by = [r.id ?? "a rule", r.role].filter((word) => word !== undefined).join("~");
    for (const [clause, verdict] of verdictsOf({ cases: [], rules: [r] }, clausesOf)) {
      const unseen = verdict === "not exercised" ? "no frame that the rule applies to was sent" : null;
      const why = whyOf(r.findings ?? [], clause, verdict) ?? unseen;
      say(clause, { by, verdict, known: isKnown(r, verdict), why });
    }
  }
  return sayings;
}

function isKnown(r: { readonly verdict: string; readonly known?: boolean }, verdict: ClauseVerdict): boolean {
  return r.known === true && r.verdict === verdict;
}

function whyOfCase(c: CoveredRun["cases"][number], clause: string, verdict: ClauseVerdict): string | null {
  const why = whyOf(c.findings, clause, verdict);
  if (why !== null || verdict === "pass") return why;
  const reason = c.reason === undefined || c.reason === "" ? null : c.reason;
  // A case says nothing of what stood behind the rung that it missed.
  if (verdict === "not exercised") return `the case came to ${c.verdict}${reason === null ? "" : `: ${reason}`}`;
  return reason;
}

function whyOf(findings: readonly SaidFinding[], clause: string, verdict: ClauseVerdict): string | null {
  const found = findings.find((f) => f.clause === clause && f.verdict === verdict);
  if (found === undefined) return null;
  const { expected = "", actual = "" } = found;
  return `expected ${expected}; ${actual}`;
}

function toldBy(device: string, sayings: readonly Saying[]): Told {
  const verdict = WORST_FIRST.find((v) => sayings.some((s) => s.verdict === v)) ?? "not in the run";
  const worst = sayings.filter((s) => s.verdict === verdict);
  return { device, verdict, known: worst.length > 0 && worst.every((s) => s.known), sayings };
}

function countsOf(clauses: readonly CoverageClause[], devices: readonly string[]): Counts {
  const judged = clauses.filter((c) => c.untested === null);
  const tally = (device: string): Record<CoverageVerdict, number> => {
    const of = judged.map((c) => c.told.find((t) => t.device === device)?.verdict);
    const counted = COVERAGE_VERDICTS.map((verdict) => [verdict, of.filter((v) => v === verdict).length] as const);
    return Object.fromEntries(counted) as Record<CoverageVerdict, number>;
  };
  return {
    clauses: clauses.length,
    judged: judged.length,
    proven: judged.filter((c) => c.provenBy.length > 0).length,
    untested: clauses.length - judged.length,
    verdicts: Object.fromEntries(devices.map((device) => [device, tally(device)])),
  };
}

/** In the order in which each group first occurs. */
function groupsOf<T>(all: readonly T[], name: (one: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(name(one));
    if (group === undefined) groups.set(name(one), [one]);
    else group.push(one);
  }
  return [...groups];
}
