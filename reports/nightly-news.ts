/** What a run of a night has to tell that is new, and whatever else makes it fail. Pure. */
import { deathText, isUnexplained } from "./deaths.ts";
import type { Night } from "./history.ts";
import type { NightlyRun } from "./nightly.ts";
import type { Results } from "./sink.ts";

/** A result of tonight, or of a night before. */
interface Told {
  readonly key: string;
  readonly verdict: string;
  readonly known: boolean;
}

const fails = ({ verdict, known }: Told): boolean => verdict === "fail" && !known;

/** All that gives a run the exit code 1, and what of it is new since the night before it. */
export function newsOf(
  results: Pick<Results, "cases" | "rules" | "baseline" | "deaths">,
  before: Pick<Night, "results"> | undefined,
): Pick<NightlyRun, "failures" | "newFailures" | "fixed" | "unexpectedPasses" | "unexplainedDeaths"> {
  const now: readonly Told[] = [...results.cases, ...results.rules.map((r) => ({ ...r, key: `${r.id}~${r.role}` }))];
  const failures = now.filter(fails).map(({ key }) => key);
  const besides = {
    unexpectedPasses: (results.baseline?.unexpectedPasses ?? []).map(
      ({ id, role, clause }) => `${id}~${role} ${clause}`,
    ),
    unexplainedDeaths: results.deaths.filter(isUnexplained).map((d) => `${d.at}: ${deathText(d)}`),
  };
  if (before === undefined) return { failures, newFailures: null, fixed: [], ...besides };
  const failed = new Set(before.results.filter(fails).map(({ key }) => key));
  return {
    failures,
    newFailures: failures.filter((key) => !failed.has(key)),
    fixed: now
      .filter(({ key, verdict }) => failed.has(key) && (verdict === "pass" || verdict === "remark"))
      .map(({ key }) => key),
    ...besides,
  };
}
