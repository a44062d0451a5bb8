import type { CaseSummary, RuleResult } from "#expect/verdict";
import { blameLines } from "./blame.ts";
import { fromHere } from "./commands.ts";
import { deathLines } from "./deaths.ts";
import type { Html } from "./html.ts";
import { contradictionLines, readProbe } from "./probe.ts";
import { exitCodeOf, type BaselineUse, type Results } from "./sink.ts";

/** Results that a terminal lists one by one; the report has them all. */
const LISTED = 20;

/** What the reader of a terminal needs: what is wrong, the totals, where the rest is. Ends with a newline. */
export function summaryOf(
  run: string,
  results: Results,
  html: Html | undefined,
  code: number = exitCodeOf(results),
): string {
  const { totals: t, baseline } = results;
  const counted: readonly (readonly [number, string])[] = [
    [t.pass, "passed"],
    [t.fail, "failed"],
    [t.remark, t.remark === 1 ? "remark" : "remarks"],
    [t.inconclusive, "inconclusive"],
    [t.known, t.known === 1 ? "known deviation" : "known deviations"],
    [t.notApplicable, "not applicable"],
    [t.notRun, "not run"],
    [t.notExercised, t.notExercised === 1 ? "rule not exercised" : "rules not exercised"],
  ];
  // Passed and failed are said even when they are none: a total without them reads as if it was forgotten.
  const totals = counted.filter(([n], i) => n > 0 || i < 2).map(([n, word]) => `${n} ${word}`);
  return [
    ...listed(results),
    ...blameLines(results.cases),
    ...deathLines(results.deaths, results.lost, results.cases),
    ...contradictionLines(readProbe(run)),
    ...(baseline?.unexpectedPasses ?? []).map(
      (e) => `unexpected pass  ${e.id} ${e.role} ${e.clause}: expected ${e.expected}`,
    ),
    ...(baseline?.foreign === undefined ? [] : (baseline.notCounted ?? [])).map(
      ({ entry: e }) => `entry not counted ${e.id} ${e.role} ${e.clause}: the baseline is another's`,
    ),
    ...(baseline?.expired ?? []).map(
      (e) => `expired entry    ${e.id} ${e.role} ${e.clause}: counted until ${e.expires ?? ""}`,
    ),
    `${results.cases.length} cases and ${results.rules.length} rules: ${totals.join(", ")}`,
    ...(baseline === null ? [] : [baselineLine(baseline)]),
    ...(html === undefined ? [] : [html.made ? `report: ${fromHere(html.index)}` : html.reason]),
    `results: ${fromHere(run)} (exit code ${code})`,
    "",
  ].join("\n");
}

function baselineLine({ file, foreign, unchecked }: BaselineUse): string {
  const said = foreign ?? unchecked;
  return `baseline: ${fromHere(file)}${said === undefined ? "" : ` (${said})`}`;
}

function listed(results: Results): readonly string[] {
  const bad = (r: { verdict: string; known: boolean }): boolean =>
    (r.verdict === "fail" && !r.known) || r.verdict === "inconclusive";
  const lines = [...results.cases.filter(bad).map(caseLine), ...results.rules.filter(bad).map(ruleLine)];
  const more = lines.length - LISTED;
  return more > 0 ? [...lines.slice(0, LISTED), `... and ${more} more`] : lines;
}

function caseLine(c: CaseSummary): string {
  // The judge begins the reason of a failure with its clause.
  const clause = c.reason.startsWith(c.clause) ? "" : `${c.clause}: `;
  return `${c.verdict.padEnd(15)}  ${c.key}  ${clause}${c.reason}`;
}

function ruleLine(r: RuleResult): string {
  const first = r.findings[0];
  const why = first === undefined ? "" : `expected ${first.expected}; ${first.actual} (in ${first.case})`;
  return `${r.verdict.padEnd(15)}  rule ${r.id}~${r.role}  ${r.clause}  ${why}`;
}
