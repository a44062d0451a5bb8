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

type Before = Pick<Night, "results">;

/** All that gives a run the exit code 1, and what of it is new since the nights before it, the last one first. */
export function newsOf(
  results: Pick<Results, "cases" | "rules" | "baseline" | "deaths">,
  before: Iterable<Before>,
): Pick<NightlyRun, "failures" | "newFailures" | "fixed" | "unexpectedPasses" | "unexplainedDeaths"> {
  const rules = results.rules.map((r) => ({ ...r, key: `${r.id}~${r.role}` }));
  const failures = [...results.cases, ...rules].filter(fails).map(({ key }) => key);
  const besides = {
    unexpectedPasses: (results.baseline?.unexpectedPasses ?? []).map(
      ({ id, role, clause }) => `${id}~${role} ${clause}`,
    ),
    unexplainedDeaths: results.deaths.filter(isUnexplained).map((d) => `${d.at}: ${deathText(d)}`),
  };
  const cases = toldIn(results.cases);
  const wanted = [
    ...results.cases.filter(tells).map(({ key }): Wanted => ({ key })),
    ...rules
      .filter(tells)
      .map((r): Wanted => ({ key: r.key, shownBy: r.findings.find(({ verdict }) => verdict === "fail")?.case })),
  ];
  const last = lastTold(wanted, before);
  if (last === undefined) return { failures, newFailures: null, fixed: [], ...besides };
  const failedBefore = (key: string): boolean => last.get(key)?.failed === true;
  return {
    failures,
    newFailures: failures.filter((key) => !failedBefore(key)),
    fixed: [...results.cases, ...rules]
      // A rule speaks for all cases: what was cut shows of none that it is mended.
      .filter(
        (r) =>
          isGood(r) && failedBefore(r.key) && (!isRule(r.key) || last.get(r.key)!.cases.every((key) => cases.has(key))),
      )
      .map(({ key }) => key),
    ...besides,
  };
}

const fails = ({ verdict, known }: Omit<Told, "key">): boolean => verdict === "fail" && !known;
const isGood = ({ verdict }: Pick<Told, "verdict">): boolean => verdict === "pass" || verdict === "remark";
const tells = (r: Pick<Told, "verdict">): boolean =>
  isGood(r) || r.verdict === "fail" || r.verdict === "not applicable";
const isRule = (key: string): boolean => key.startsWith("rule-");
const toldIn = (results: readonly Told[]): ReadonlySet<string> =>
  new Set(results.filter((r) => tells(r) && !isRule(r.key)).map(({ key }) => key));

interface Wanted {
  readonly key: string;
  /** The case in which a rule fails now: a night that did not come to it says nothing by the rule's pass. */
  readonly shownBy?: string | undefined;
}

/** A night's word on a result. */
interface Word {
  readonly failed: boolean;
  /** Cases that it told. */
  readonly cases: readonly string[];
}

/**
 * What the last night that told it said of each; `undefined` where there was no night. A night that was cut, or whose bench could not
 * tell, is asked for nothing that it did not see. Nights are read only as far back as there is somebody to ask for.
 */
function lastTold(wanted: readonly Wanted[], before: Iterable<Before>): ReadonlyMap<string, Word> | undefined {
  const words = new Map<string, Word>();
  let left = wanted;
  let isFirst = true;
  for (const { results } of before) {
    isFirst = false;
    const night = new Map(results.filter(tells).map((r) => [r.key, r]));
    const cases = toldIn(results);
    left = left.filter(({ key, shownBy }) => {
      const told = night.get(key);
      const didNotSee = told?.verdict !== "fail" && shownBy !== undefined && !cases.has(shownBy);
      if (told === undefined || didNotSee) return true;
      words.set(key, { failed: fails(told), cases: [...cases] });
      return false;
    });
    if (left.length === 0) break;
  }
  return isFirst ? undefined : words;
}
