/** Two runs clause by clause: the worst that was said of each, then and now. Pure. */
import { verdictsOf } from "./clause-verdicts.ts";
import { levelOf } from "./run-folder.ts";
import type { Results } from "./sink.ts";

/** A clause of which the two runs say different things. */
export interface ClauseChange {
  readonly clause: string;
  readonly level: string;
  /** The worst of its cases and rules, `fail (known)` where the baseline expects it; `null` where the run was not about it. */
  readonly before: string | null;
  readonly after: string | null;
}

/** In the order of the clauses' names. */
export function clauseChanges(before: Results, after: Results): readonly ClauseChange[] {
  const [then, now] = [worstOf(before), worstOf(after)];
  return [...new Set([...then.keys(), ...now.keys()])]
    .filter((clause) => then.get(clause) !== now.get(clause))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((clause) => ({
      clause,
      level: levelOf(clause),
      before: then.get(clause) ?? null,
      after: now.get(clause) ?? null,
    }));
}

function worstOf({ cases, rules }: Results): ReadonlyMap<string, string> {
  const isNews = (r: { readonly known: boolean }): boolean => !r.known;
  const news = verdictsOf({ cases: cases.filter(isNews), rules: rules.filter(isNews) }, noOthers);
  return new Map(
    [...verdictsOf({ cases, rules }, noOthers)].map(([clause, verdict]) => {
      const isKnown = (verdict === "fail" || verdict === "remark") && news.get(clause) !== verdict;
      return [clause, isKnown ? `${verdict} (known)` : verdict];
    }),
  );
}

/** A case's further clauses stand in the catalogue, not in its result, and the catalogue may be another today. */
const noOthers = (): readonly string[] => [];
