/** One lab of a night: the quick profile first, then all of it, as far as its time goes. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { isMisuse } from "#fixtures/misuse";
import type { LabSpec } from "#lab/schema";
import { findBaseline } from "#reports/baseline";
import { readJson } from "#reports/files";
import { nightsBefore } from "#reports/history";
import { codeOfRun, minutes, type NightlyRun } from "#reports/nightly";
import { newsOf } from "#reports/nightly-news";
import { archivedResultsSchema } from "#reports/results-schema";
import { readRunInfo } from "#reports/run-folder";
import type { Results } from "#reports/sink";
import type { ChildEnd, runChild } from "./nightly-child.ts";
import { closeRun } from "./run-reports.ts";

export interface NightOptions {
  /** The night's own folder. */
  readonly dir: string;
  readonly history: string;
  readonly profiles: readonly NightlyRun["profile"][];
  readonly budgetMs: number;
  readonly report: boolean;
  /** Options that every run gets word by word. */
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly child: typeof runChild;
  /** Told what goes on. */
  say(line: string): void;
}

/** Runs it; each profile gives its row, whatever became of it. */
export async function runLab(lab: Named, o: NightOptions): Promise<readonly NightlyRun[]> {
  const began = Date.now();
  const rows: NightlyRun[] = [];
  for (const profile of o.profiles) {
    const left = o.budgetMs - (Date.now() - began);
    const couldNotBegin = rows.some((row) => row.run === null);
    if (couldNotBegin) rows.push(notRun(lab, profile, "the profile before it could not run"));
    else if (o.signal.aborted) rows.push(notRun(lab, profile, "the night was ended before"));
    else if (left <= 0) rows.push(timeIsUp(lab, profile, o.budgetMs));
    else rows.push(await runProfile(lab, profile, left, o));
  }
  return rows;
}

interface Named {
  readonly file: string;
  readonly spec: LabSpec;
}

/** A row of what never began: the bench could not tell. */
export function notRun({ file, spec }: Named, profile: NightlyRun["profile"], why: string): NightlyRun {
  return { ...NOTHING, lab: spec.name, file, device: spec.device.id, profile, why };
}

/** A row of a file that is no lab's. */
export function noLab(file: string, why: string): NightlyRun {
  return { ...NOTHING, lab: file, file, device: null, profile: "quick", why };
}

const NOTHING = {
  ...{ ended: "not run", code: 2, run: null, durationMs: 0 },
  ...{ totals: null, failures: [], newFailures: null, fixed: [] },
  ...{ unexpectedPasses: [], unexplainedDeaths: [] },
} as const satisfies Partial<NightlyRun>;

/** The quick profile is what the budget is for; the full one comes on top. */
function timeIsUp(lab: Named, profile: NightlyRun["profile"], budgetMs: number): NightlyRun {
  const why = `its ${minutes(budgetMs)} were used up before`;
  return { ...notRun(lab, profile, why), code: profile === "full" ? 0 : 2 };
}

async function runProfile(
  lab: Named,
  profile: NightlyRun["profile"],
  withinMs: number,
  o: NightOptions,
): Promise<NightlyRun> {
  const { file, spec } = lab;
  const out = join(o.dir, spec.name, profile);
  mkdirSync(out, { recursive: true });
  const args = ["run", "--lab", file, "--profile", profile, "--out", out, "--history", o.history, ...o.words];
  o.say(`${spec.name} ${profile}: begins`);
  const began = Date.now();
  const end = await o.child(args, { log: join(out, "run.log"), withinMs, signal: o.signal });
  const run = readdirSync(out)
    .map((name) => join(out, name))
    .find((dir) => existsSync(join(dir, "run.json")));
  const { ended, why } = endOf(end, run, o.budgetMs);
  let exit = end.exit;
  if (run !== undefined && ended === "died") exit = await closeDead(run, o);
  const results = run === undefined ? undefined : resultsIn(run);
  const code = codeOfRun({ ended, profile, exit, timeIsUp: end.told === "time" });
  o.say(
    `${spec.name} ${profile}: ${ended}, code ${code}, ${minutes(Date.now() - began)}${why === null ? "" : ` (${why})`}`,
  );
  const row = { ...notRun(lab, profile, ""), ended, why, code, run: run ?? null, durationMs: Date.now() - began };
  if (run === undefined || results === undefined) return row;
  return { ...row, totals: results.totals, ...newsOf(results, nightsBefore(o.history, readRunInfo(run))) };
}

function endOf(
  { exit, signal, told, said }: ChildEnd,
  run: string | undefined,
  budgetMs: number,
): Pick<NightlyRun, "ended" | "why"> {
  const cut =
    told === undefined ? undefined : told === "time" ? `its ${minutes(budgetMs)} were used up` : "the night was ended";
  const itself = said ?? endText(exit, signal);
  if (run === undefined) return { ended: "not run", why: cut ?? itself };
  // A run that ends by itself, told to or not, has its results; one that broke says so.
  const hasEnded = exit !== null && exit <= 2 && existsSync(join(run, "results.json"));
  if (!hasEnded) return { ended: "died", why: cut === undefined ? itself : `${cut}, and ${itself}` };
  return cut === undefined ? { ended: "whole", why: exit === 2 ? (said ?? null) : null } : { ended: "cut", why: cut };
}

const endText = (exit: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `its process ended with ${exit ?? "nothing"}` : `its process was ended by ${signal}`;

/** A run that was killed still shows what it had. */
async function closeDead(run: string, o: NightOptions): Promise<number> {
  const info = readRunInfo(run);
  const baseline = findBaseline(info.baseline, info.device);
  const nobody = new Writable({ write: (_chunk, _encoding, done) => done() });
  const allure = o.report ? undefined : "none";
  return closeRun(run, { baseline, allure, html: o.report, json: false, history: o.history }, nobody);
}

function resultsIn(run: string): Results | undefined {
  try {
    return readJson(join(run, "results.json"), archivedResultsSchema, "a run's results");
  } catch (error) {
    if (isMisuse(error)) return undefined;
    throw error;
  }
}
