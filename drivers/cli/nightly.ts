/** `l2tpspec nightly`: every lab of a folder, one summary, one exit code. */
import { appendFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { Nightly, NightlyRun } from "#reports/nightly";
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
    .option("--jobs <n>", "labs side by side (default: as many as the machine has processors)", wholeNumber)
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

function minutesOf(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0) throw new InvalidArgumentError("expected minutes, more than 0");
  return value;
}

/** Returns the exit code. Throws Misuse before a lab begins where the night cannot be what was asked for. */
export async function nightly(o: NightlyOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ labsIn }, { runChild }, { makeFolder }, { openHistory }, { asWritable }] = await Promise.all([
    import("./nightly-labs.ts"),
    import("./nightly-child.ts"),
    import("./run-folder.ts"),
    import("./run-history.ts"),
    import("./writable.ts"),
  ]);
  const labs = labsIn(o.labs);
  const profiles = await profilesFor(o);
  const startedAt = new Date().toISOString();
  const history = resolve(o.history ?? join(o.out, "history"));
  const about = { startedAt, strict: o.strict ?? false, selection: {} };
  for (const { spec } of labs)
    if (spec !== undefined) openHistory(history, { ...about, lab: spec.name, device: spec.device.id });
  if (o.markdown !== undefined) asWritable("--markdown", o.markdown, () => undefined);
  const dir = join(resolve(o.out), `${startedAt.replace(/[-:]|\..*/g, "")}-${process.pid}`);
  makeFolder("--out", dir);

  using interruption = new Interruption();
  const runs = await runLabs(labs, o, {
    ...{ dir, history, report: o.report, words: wordsOf(o), signal: interruption.signal },
    profiles,
    budgetMs: o.budget * 60_000,
    child: runChild,
    say: (line: string) => void process.stderr.write(`nightly: ${line}\n`),
  });
  return await tellNight(runs, { dir, startedAt, markdown: o.markdown, json: o.json === true }, out);
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

/** Gives the rows of every lab, in the order of the labs. */
async function runLabs(
  labs: readonly NightLab[],
  o: Pick<NightlyOptions, "jobs">,
  night: NightOptions,
): Promise<readonly NightlyRun[]> {
  const [{ sharedBy }, { inTurns }, { noLab, notRun, runLab }, { availableParallelism }] = await Promise.all([
    import("./nightly-labs.ts"),
    import("./nightly-turns.ts"),
    import("./nightly-run.ts"),
    import("node:os"),
  ]);
  const rows = labs.map(({ file, spec, why = "" }): readonly NightlyRun[] =>
    spec === undefined
      ? [noLab(file, why)]
      : night.profiles.map((profile) => notRun({ file, spec }, profile, "the night was ended before")),
  );
  const turns = labs.flatMap(({ file, spec }, i): readonly Turn[] => {
    if (spec === undefined) return [];
    const run = async (): Promise<void> => {
      rows[i] = await runLab({ file, spec }, night);
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

/** Writes the summary wherever it is wanted, and gives the exit code. */
async function tellNight(
  runs: readonly NightlyRun[],
  o: {
    readonly dir: string;
    readonly startedAt: string;
    readonly markdown: string | undefined;
    readonly json: boolean;
  },
  out: NodeJS.WritableStream,
): Promise<number> {
  const [{ codeOfNight }, { nightlyMarkdown }, { writeAtomically }, { asWritable }, { VERSION }] = await Promise.all([
    import("#reports/nightly"),
    import("#reports/nightly-markdown"),
    import("#reports/files"),
    import("./writable.ts"),
    import("#fixtures/root"),
  ]);
  const { dir, startedAt, markdown } = o;
  const durationMs = Date.now() - Date.parse(startedAt);
  const night: Nightly = {
    schema: 1,
    version: VERSION,
    startedAt,
    durationMs,
    code: codeOfNight(runs),
    runs: [...runs],
  };
  const [text, json] = [nightlyMarkdown(night), `${JSON.stringify(night, null, 2)}\n`];
  writeAtomically(join(dir, "nightly.md"), text);
  writeAtomically(join(dir, "nightly.json"), json);
  out.write(o.json ? json : text);
  if (markdown !== undefined) asWritable("--markdown", markdown, () => writeAtomically(markdown, text));
  const step = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (step !== "") asWritable("GITHUB_STEP_SUMMARY", step, () => appendFileSync(step, text));
  return night.code;
}
