/** `l2tpspec nightly`: every lab of a folder, one summary, one exit code. */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { NightlyRun } from "#reports/nightly";
import { Interruption } from "./interruption.ts";
import type { NightLab } from "./nightly-labs.ts";
import type { NightOptions } from "./nightly-run.ts";
import type { Turn } from "./nightly-turns.ts";
import { addProfile, addSelection, HISTORY, selectionOf, type SelectionOptions, wholeNumber } from "./selection.ts";

export interface NightlyOptions extends SelectionOptions {
  readonly labs: string;
  readonly budget: number;
  readonly jobs?: number;
  readonly seed: number;
  readonly strict?: boolean;
  readonly out: string;
  readonly history?: string;
  readonly report: boolean;
  readonly markdown?: string;
  readonly json?: boolean;
}

export function addNightly(program: Command): void {
  const command = program
    .command("nightly")
    .description(
      "run every lab of a folder: the quick profile first, then all of it as far as its time goes; side by side what shares " +
        "nothing; one summary and one exit code, 1 before 2",
    )
    .requiredOption("--labs <dir>", "folder of lab files (*.yaml)")
    .option("--budget <minutes>", "time of each lab; what it cuts of the full profile is no failure", minutesOf, 60)
    .option("--jobs <n>", "labs side by side (default: as many as the machine has processors)", jobsOf)
    .option("--seed <n>", "seed of all that the bench draws", wholeNumber, 1)
    .option("--strict", "a SHOULD counts like a MUST")
    .option("--out <dir>", "where the night's folder goes", "reports/out/nightly")
    .option("--history <dir>", `${HISTORY} (default: history in --out)`)
    .option("--no-report", "leave out Allure's results and their HTML")
    .option("--markdown <file>", "write the summary there too; it is added to GITHUB_STEP_SUMMARY where that is set")
    .option("--json", "print nightly.json");
  addProfile(addSelection(command)).action(async (options: NightlyOptions) => {
    process.exitCode = await nightly(options, process.stdout);
  });
}

/** Node ends a timer of more than 2^31-1 ms at once. */
const MINUTES = 35_791;

function minutesOf(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > MINUTES)
    throw new InvalidArgumentError(`expected minutes, more than 0 and ${MINUTES} at most`);
  return value;
}

function jobsOf(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("expected a whole number, 1 or more");
  return value;
}

/** Returns the exit code. Throws Misuse before a lab begins where the night cannot be what was asked for. */
export async function nightly(o: NightlyOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ labsIn }, { runChild }, { checkPlaces, Summary }, { makeFolder }, { openHistory }] = await Promise.all([
    import("./nightly-labs.ts"),
    import("./nightly-child.ts"),
    import("./nightly-summary.ts"),
    import("./run-folder.ts"),
    import("./run-history.ts"),
  ]);
  const labs = labsIn(o.labs);
  const profiles = await profilesFor(o);
  const startedAt = new Date().toISOString();
  const history = resolve(o.history ?? join(o.out, "history"));
  const about = { startedAt, strict: o.strict ?? false, selection: {} };
  const step = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  const places = { markdown: o.markdown, step: step === "" ? undefined : step };
  checkPlaces(places);
  for (const { spec } of labs)
    if (spec !== undefined) openHistory(history, { ...about, lab: spec.name, device: spec.device.id });
  const dir = join(resolve(o.out), `${startedAt.replace(/[-:]|\..*/g, "")}-${process.pid}`);
  makeFolder("--out", dir);

  using interruption = new Interruption();
  const say = (line: string): void => void process.stderr.write(`nightly: ${line}\n`);
  const summary = new Summary(dir, startedAt, say);
  const night: NightOptions = {
    ...{ dir, history, report: o.report, words: wordsOf(o), signal: interruption.signal },
    ...{ profiles, budgetMs: o.budget * 60_000, child: runChild, say },
  };
  const runs = await runLabs(labs, o, night, (rows) => void summary.write(rows));
  return summary.tell(runs, places, o.json === true, out);
}

/** Those of which the selection holds a case. Misuse where it holds none, before each lab says so. */
async function profilesFor(o: SelectionOptions): Promise<readonly NightlyRun["profile"][]> {
  const [{ loadCatalogue, select }, { Misuse }] = await Promise.all([
    import("#fixtures/catalogue"),
    import("#fixtures/misuse"),
  ]);
  const entries = await loadCatalogue();
  const wanted: readonly NightlyRun["profile"][] = o.profile === "quick" ? ["quick"] : ["quick", "full"];
  const profiles = wanted.filter((profile) => select(entries, { ...selectionOf(o), profile }).length > 0);
  if (profiles.length === 0)
    throw new Misuse({ field: "--suite, --case, --role", expected: "a selection that holds a case", found: "none" });
  return profiles;
}

/** Gives the rows of every lab, in the order of the labs; `told` gets what there is of them before the first and after each run. */
export async function runLabs(
  labs: readonly NightLab[],
  o: Pick<NightlyOptions, "jobs">,
  night: NightOptions,
  told: (rows: readonly NightlyRun[]) => void,
): Promise<readonly NightlyRun[]> {
  const [{ sharedBy }, { inTurns }, { noLab, notRun, runLab }, { availableParallelism }] = await Promise.all([
    import("./nightly-labs.ts"),
    import("./nightly-turns.ts"),
    import("./nightly-run.ts"),
    import("node:os"),
  ]);
  const rows = labs.map(({ file, spec, why = "" }): NightlyRun[] =>
    spec === undefined
      ? [noLab(file, why)]
      : night.profiles.map((profile) => notRun({ file, spec }, profile, "the night was ended before")),
  );
  told(rows.flat());
  const turns = labs.flatMap(({ file, spec }, i): readonly Turn[] => {
    if (spec === undefined) return [];
    const run = async (): Promise<void> => {
      let ran = 0;
      for await (const row of runLab({ file, spec }, night)) {
        rows[i]![ran++] = row;
        told(rows.flat());
      }
    };
    return [{ shares: sharedBy(spec), run }];
  });
  await inTurns(turns, o.jobs ?? availableParallelism(), night.signal);
  return rows.flat();
}

/** Options that every run of the night gets as they are. */
function wordsOf(o: NightlyOptions): readonly string[] {
  return [
    ...["--seed", String(o.seed)],
    ...(o.strict === true ? ["--strict"] : []),
    ...(o.report ? [] : ["--no-report"]),
    ...(o.suite === undefined ? [] : ["--suite", o.suite.join(",")]),
    ...(o.case === undefined ? [] : ["--case", o.case.join(",")]),
    ...(o.role === undefined ? [] : ["--role", o.role]),
  ];
}
