/** Which verdicts changed between repetitions of one run. Pure. */
import { join } from "node:path";
import type { RunResults } from "#expect/verdict";

/** One of several runs of the same cases. */
export interface Repetition {
  /** Its folder. */
  readonly run: string;
  readonly results: Pick<RunResults, "seed" | "cases" | "rules">;
}

/** A verdict, and the runs that came to it. */
export interface Came {
  /** `missing` where a run has no such result. */
  readonly verdict: string;
  readonly runs: readonly { readonly run: string; readonly seed: number }[];
  /** Of the first of these runs. */
  readonly reason: string;
}

/** A case or a rule that did not always come to the same. */
export interface Flaky {
  readonly key: string;
  /** The most frequent first. */
  readonly came: readonly Came[];
}

interface Result {
  readonly key: string;
  readonly verdict: string;
  readonly reason: string;
}

/** Every case and rule whose verdict changed; that the baseline knows a failure, and then does not, is a change too. */
export function flakyIn(repetitions: readonly Repetition[]): readonly Flaky[] {
  const byRun = repetitions.map(({ results }) => new Map(resultsIn(results).map((r) => [r.key, r])));
  const keys = new Set(byRun.flatMap((results) => [...results.keys()]));
  return [...keys].sort().flatMap((key): readonly Flaky[] => {
    const came = new Map<string, { runs: { run: string; seed: number }[]; reason: string }>();
    for (const [i, { run, results }] of repetitions.entries()) {
      const { verdict = "missing", reason = "" } = byRun[i]?.get(key) ?? {};
      const before = came.get(verdict) ?? { runs: [], reason };
      before.runs.push({ run, seed: results.seed });
      came.set(verdict, before);
    }
    if (came.size < 2) return [];
    const all = [...came].map(([verdict, c]) => ({ verdict, ...c }));
    return [{ key, came: all.sort((a, b) => b.runs.length - a.runs.length) }];
  });
}

/** A line for each, and below it one for each verdict: how often, why, and where it is to be seen. */
export function flakyLines(all: readonly Flaky[]): readonly string[] {
  return all.flatMap(({ key, came }) => [
    `flaky  ${key}: ${came.map((c) => `${c.runs.length} ${c.verdict}`).join(", ")}`,
    ...came.slice(1).map(({ verdict, reason, runs: [first] }) => {
      const folder = key.startsWith("rule ") ? first!.run : join(first!.run, "cases", key);
      return `         ${verdict} with seed ${first!.seed}: ${reason === "" ? "" : `${reason}  `}${folder}`;
    }),
  ]);
}

function resultsIn({ cases, rules }: Repetition["results"]): readonly Result[] {
  const named = (r: { verdict: string; known: boolean }): string => `${r.verdict}${r.known ? " (known)" : ""}`;
  return [
    ...cases.map((c) => ({ key: c.key, verdict: named(c), reason: c.reason })),
    ...rules.map((r) => ({ key: `rule ${r.id}~${r.role}`, verdict: named(r), reason: r.findings[0]?.actual ?? "" })),
  ];
}
