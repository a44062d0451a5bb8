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

/** Runs it; each profile gives its row when it has run, whatever became of it. */
export async function* runLab(lab: Named, o: NightOptions): AsyncGenerator<NightlyRun> {
  const began = Date.now();
  let hasBegun = true;
  for (const profile of o.profiles) {
    const left = o.budgetMs - (Date.now() - began);
    const row = await (async (): Promise<NightlyRun> => {
      if (!hasBegun) return notRun(lab, profile, "the profile before it could not run");
      if (o.signal.aborted) return notRun(lab, profile, "the night was ended before");
      return left <= 0 ? timeIsUp(lab, profile, o.budgetMs) : runProfile(lab, profile, left, o);
    })();
    hasBegun = row.run !== null;
    yield row;
  }
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

/** What cannot be run or read costs the other labs nothing, and is told in its row. */
async function runProfile(
  lab: Named,
  profile: NightlyRun["profile"],
  withinMs: number,
  o: NightOptions,
): Promise<NightlyRun> {
  const say = (line: string): void => o.say(`${lab.spec.name} ${profile}: ${line}`);
  say("begins");
  const began = Date.now();
  let row = notRun(lab, profile, "");
  try {
    const out = join(o.dir, lab.spec.name, profile);
    mkdirSync(out, { recursive: true });
    const args = ["run", "--lab", lab.file, "--profile", profile, "--out", out, "--history", o.history, ...o.words];
    const end = await o.child(args, { log: join(out, "run.log"), withinMs, signal: o.signal, say });
    const run = readdirSync(out)
      .map((name) => join(out, name))
      .find((dir) => existsSync(join(dir, "run.json")));
    row = { ...row, ...endOf(end, run, o.budgetMs), run: run ?? null };
    const exit = run !== undefined && row.ended === "died" ? await closeDead(run, o) : end.exit;
    row = { ...row, code: codeOfRun({ ended: row.ended, profile, exit, timeIsUp: end.told === "time" }) };
    const results = run === undefined ? undefined : resultsIn(run);
    if (run !== undefined && results !== undefined)
      row = { ...row, totals: results.totals, ...newsOf(results, nightsBefore(o.history, readRunInfo(run))) };
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    row = { ...row, code: row.code === 1 ? 1 : 2, why: [row.why ?? "", line].filter((part) => part !== "").join("; ") };
  }
  row = { ...row, durationMs: Date.now() - began };
  say(`${row.ended}, code ${row.code}, ${minutes(row.durationMs)}${row.why === null ? "" : ` (${row.why})`}`);
  return row;
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
