/** Everything that is made of a run's folder after its cases: results, Allure, JUnit, coverage, HTML, and the seal over it all. */
import { rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { CaseResult } from "#expect/verdict";
import { isMisuse } from "#fixtures/misuse";
import { AllureReport } from "./allure.ts";
import type { Baseline } from "./baseline.ts";
import type { Catalogue } from "./clause-list.ts";
import { coverageOf } from "./coverage.ts";
import { coveragePage } from "./coverage-html.ts";
import { readDeaths } from "./deaths.ts";
import { writeAtomically } from "./files.ts";
import { readHistory, recordNight, type History } from "./history.ts";
import { allureHistory, type AllureHistory } from "./history-allure.ts";
import { generateHtml, nextBuildOrder, previousRun, type Html } from "./html.ts";
import { junitOf } from "./junit.ts";
import { writeManifest } from "./manifest.ts";
import { readCases, readRunInfo, type RunInfo } from "./run-folder.ts";
import { resultsOf, writeResults, type Results } from "./sink.ts";

export interface PublishOptions {
  readonly baseline?: Baseline | undefined;
  /** Whether to make the HTML, which takes some seconds. */
  readonly html: boolean;
  /** "none" makes no results for Allure; otherwise allure-results/ is made anew. */
  readonly allure?: "none" | undefined;
  /** What there is to judge with; without it no coverage is made. */
  readonly catalogue?: Catalogue | undefined;
  /** Folder of the nights before, to which this one is added. Without it a report goes on with the run before in the same folder. */
  readonly history?: string | undefined;
}

export interface Published {
  readonly results: Results;
  /** `undefined` where none was asked for. */
  readonly html: Html | undefined;
  /** The nights before; `undefined` where none was asked for, or where it could not be read. */
  readonly history: History | undefined;
  /** Why the history could not be read or written: everything else was made. */
  readonly noHistory: string | undefined;
}

export async function publish(run: string, o: PublishOptions): Promise<Published> {
  const info = readRunInfo(run);
  const folders = readCases(run);
  const cases = folders.map((f) => f.result);
  const results = resultsOf(info, cases, o.baseline, undefined, readDeaths(run));
  writeResults(run, results);
  const { history, noHistory } = remember(o.history, run, info, results);
  writeAtomically(join(run, "junit.xml"), junitOf(results, cases));
  if (o.catalogue !== undefined) writeCoverage(run, results, cases, o.catalogue);

  const previous = history === undefined ? previousRun(run) : undefined;
  let past: string | AllureHistory | undefined = previous;
  if (o.allure !== "none") {
    rmSync(join(run, "allure-results"), { recursive: true, force: true });
    const allure = new AllureReport(run, info, o.baseline);
    for (const folder of folders) allure.writeCase(folder);
    allure.finish(results, history?.order ?? nextBuildOrder(previous));
    if (history !== undefined) past = allureHistory(history, allure.names);
  }
  const html = o.html && o.allure !== "none" ? await generateHtml(run, past) : undefined;
  writeManifest(run);
  return { results, html, history, noHistory };
}

/** A history that another version has taken over while the run went on, or a full disk, must not cost the run its report. */
function remember(
  folder: string | undefined,
  run: string,
  info: RunInfo,
  results: Results,
): Pick<Published, "history" | "noHistory"> {
  if (folder === undefined) return { history: undefined, noHistory: undefined };
  try {
    const history = readHistory(folder, info);
    recordNight(folder, run, info, results);
    return { history, noHistory: undefined };
  } catch (error) {
    if (!isMisuse(error) && (error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return { history: undefined, noHistory: `this run is not in the history: ${(error as Error).message}` };
  }
}

function writeCoverage(run: string, results: Results, cases: readonly CaseResult[], catalogue: Catalogue): void {
  // Which clauses a case was about stands in its own result: the catalogue may be another today.
  const about = new Map(cases.map((c) => [c.key, c.clauses]));
  const told = results.cases.map((c) => ({ ...c, clauses: about.get(c.key) ?? [] }));
  const coverage = coverageOf(catalogue, [{ ...results, cases: told, run: basename(resolve(run)) }], results.tool);
  writeAtomically(join(run, "coverage.json"), `${JSON.stringify(coverage, null, 1)}\n`);
  writeAtomically(join(run, "coverage.html"), coveragePage(coverage));
}
