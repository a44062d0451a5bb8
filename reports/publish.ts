/** Everything that is made of a run's folder after its cases: results, Allure, JUnit, coverage, HTML, and the seal over it all. */
import { rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { CaseResult } from "#expect/verdict";
import { AllureReport } from "./allure.ts";
import type { Baseline } from "./baseline.ts";
import type { Catalogue } from "./clause-list.ts";
import { coverageOf } from "./coverage.ts";
import { coveragePage } from "./coverage-html.ts";
import { readDeaths } from "./deaths.ts";
import { writeAtomically } from "./files.ts";
import { generateHtml, nextBuildOrder, previousRun, type Html } from "./html.ts";
import { junitOf } from "./junit.ts";
import { writeManifest } from "./manifest.ts";
import { readCases, readRunInfo } from "./run-folder.ts";
import { resultsOf, writeResults, type Results } from "./sink.ts";

export interface PublishOptions {
  readonly baseline?: Baseline | undefined;
  /** Whether to make the HTML, which takes some seconds. */
  readonly html: boolean;
  /**
   * The report that was told of each case as it ended. Cases that it was not told of, because they were cut off, are added.
   * Without it allure-results/ is made anew; "none" makes none.
   */
  readonly allure?: AllureReport | "none" | undefined;
  /** What there is to judge with; without it no coverage is made. */
  readonly catalogue?: Catalogue | undefined;
}

export interface Published {
  readonly results: Results;
  /** `undefined` where none was asked for. */
  readonly html: Html | undefined;
}

export async function publish(run: string, o: PublishOptions): Promise<Published> {
  const info = readRunInfo(run);
  const folders = readCases(run);
  const cases = folders.map((f) => f.result);
  const results = resultsOf(info, cases, o.baseline, undefined, readDeaths(run));
  writeResults(run, results);
  writeAtomically(join(run, "junit.xml"), junitOf(results, cases));
  if (o.catalogue !== undefined) writeCoverage(run, results, cases, o.catalogue);

  const previous = previousRun(run);
  if (o.allure !== "none") {
    if (o.allure === undefined) rmSync(join(run, "allure-results"), { recursive: true, force: true });
    const allure = o.allure ?? new AllureReport(run, info, o.baseline);
    for (const folder of folders) if (!allure.has(folder.result.key)) allure.writeCase(folder);
    allure.finish(results, nextBuildOrder(previous));
  }
  const html = o.html && o.allure !== "none" ? await generateHtml(run, previous) : undefined;
  writeManifest(run);
  return { results, html };
}

function writeCoverage(run: string, results: Results, cases: readonly CaseResult[], catalogue: Catalogue): void {
  // Which clauses a case was about stands in its own result: the catalogue may be another today.
  const about = new Map(cases.map((c) => [c.key, c.clauses]));
  const told = results.cases.map((c) => ({ ...c, clauses: about.get(c.key) ?? [] }));
  const coverage = coverageOf(catalogue, [{ ...results, cases: told, run: basename(resolve(run)) }], results.tool);
  writeAtomically(join(run, "coverage.json"), `${JSON.stringify(coverage, null, 1)}\n`);
  writeAtomically(join(run, "coverage.html"), coveragePage(coverage));
}
