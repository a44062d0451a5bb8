/** The runs that are to be compared, read from their folders or results.json files. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Misuse } from "#fixtures/misuse";
import type { ComparedRun } from "./compare.ts";
import { readJson } from "./files.ts";
import { archivedResultsSchema } from "./results-schema.ts";

/** A run that came to nothing: it was cut off before its results were written, or no case of it ran. */
export interface NoResults {
  readonly run: string;
  /** One line for the reader. */
  readonly reason: string;
}

/** Misuse where the path is no run. */
export function readComparedRun(run: string): ComparedRun | NoResults {
  const stat = statSync(run, { throwIfNoEntry: false });
  const expected = "a run's folder or its results.json";
  if (stat === undefined) throw new Misuse({ file: run, expected, found: "no such file or folder" });
  const file = stat.isDirectory() ? join(run, "results.json") : run;
  if (!existsSync(file)) {
    if (!existsSync(join(run, "run.json"))) throw new Misuse({ file: run, expected, found: "a folder without either" });
    return {
      run,
      reason: `${run} has no results.json: the run was cut off (l2tpspec report ${run} makes it of what is there)`,
    };
  }
  const results = readJson(file, archivedResultsSchema, "a run's results");
  if (results.cases.length === 0) return { run, reason: `${run} has no results: no case of it ran` };
  return { run, results };
}

export const hasResults = (run: ComparedRun | NoResults): run is ComparedRun => "results" in run;

/** Misuse where the runs are not about the same: what differs between two devices is no news of either. */
export function checkComparable(runs: readonly ComparedRun[]): void {
  const [first, ...rest] = runs;
  for (const { run, results } of rest)
    for (const field of ["device", "lab"] as const)
      if (results[field] !== first!.results[field])
        throw new Misuse({
          file: run,
          field,
          expected: `"${first!.results[field]}" as in ${first!.run} (--across compares all the same)`,
          found: `"${results[field]}"`,
        });
}
