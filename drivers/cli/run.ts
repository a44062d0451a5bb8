/** `l2tpspec run`: cases against a lab, each judged from its capture; results and report in one folder. */
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { Selection } from "#fixtures/catalogue";
import type { Plan } from "#fixtures/plan";
import { Interruption } from "./interruption.ts";
import {
  addOwnDrivers,
  addOwnSuites,
  addProfile,
  addSelection,
  addShard,
  HISTORY,
  type OwnOptions,
  ownOf,
  selectionOf,
  wholeNumber,
  type SelectionOptions,
} from "./selection.ts";

export interface RunOptions extends SelectionOptions, OwnOptions {
  readonly lab: string;
  readonly seed: number;
  readonly strict?: boolean;
  /** Parent of the run's folder. */
  readonly out: string;
  readonly report: boolean;
  readonly baseline?: string;
  readonly history?: string;
  readonly json?: boolean;
  readonly acceptNewHostKey?: boolean;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("put a device to the test: every case of the selection, every packet judged")
    .option("--lab <file>", "the lab file", "fixtures/labs/embedded.yaml")
    .option("--seed <n>", "seed of all that the bench draws", wholeNumber, 1)
    .option("--strict", "a SHOULD counts like a MUST")
    .option("--baseline <file>", "known deviations to expect, or none (default: the device's own, if there is one)")
    .option("--history <dir>", HISTORY)
    .option("--out <dir>", "where the run's folder goes", "reports/out")
    .option("--no-report", "leave out Allure's results and their HTML (`l2tpspec report` makes both later)")
    .option("--accept-new-host-key", "take a device's host key that nobody knows, and write it down")
    .option("--json", "print results.json");
  const whole = addOwnDrivers(addOwnSuites(addProfile(addSelection(command))));
  addShard(whole).action(async (options: RunOptions) => {
    process.exitCode = await run(options, process.stdout);
  });
}

/** Returns the exit code. Throws Misuse before anything is written, for whatever the caller got wrong. */
export async function run(o: RunOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ loadCatalogue, select }, { Misuse }, { checkLab }, { loadLab }, { findBaseline }, reports] =
    await Promise.all([
      import("#fixtures/catalogue"),
      import("#fixtures/misuse"),
      import("#lab/check"),
      import("#lab/load"),
      import("#reports/baseline"),
      import("./run-reports.ts"),
    ]);
  const [{ Progress }, { makeRunFolder, removeEmptyRun }, { runCases }, leftover, { openHistory }, { writeLabRecord }] =
    await Promise.all([
      import("./progress.ts"),
      import("./run-folder.ts"),
      import("./run-cases.ts"),
      import("./leftover.ts"),
      import("./run-history.ts"),
      import("./lab-record.ts"),
    ]);
  const { loadOwnDrivers } = await import("#fixtures/own");
  await loadOwnDrivers(o.drivers ?? []);
  const lab = loadLab(o.lab);
  const selection: Selection = selectionOf(o);
  const runs = select(await loadCatalogue(o.suites), selection);
  if (runs.length === 0)
    throw new Misuse({
      field: "--suite, --case, --role, --shard",
      expected: "a selection that holds a case",
      found: "none",
    });
  const asked = o.baseline ?? lab.spec.baseline;
  const baseline = findBaseline(asked, lab.spec.device.id);
  checkLab(lab, o.lab);

  const startedAt = new Date();
  const about = {
    lab: lab.spec.name,
    device: lab.spec.device.id,
    strict: o.strict ?? false,
    startedAt: startedAt.toISOString(),
    selection: { ...selection },
  };
  const history = openHistory(o.history, about);
  const runId = `${startedAt.toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-${lab.spec.name}-${process.pid}`;
  const dir = join(resolve(o.out), runId);
  makeRunFolder(dir);
  const begun = reports.writeRunInfo(dir, {
    ...about,
    labFile: relative(process.cwd(), lab.path),
    seed: o.seed,
    ...(asked !== undefined && { baseline: asked === "none" ? asked : relative(process.cwd(), resolve(asked)) }),
    ...(o.suites !== undefined && { suites: relative(process.cwd(), resolve(o.suites)) }),
    environment: reports.aboutDevice(lab.spec),
  });
  writeLabRecord(dir, lab.spec);

  const plan: Plan = {
    lab: lab.path,
    selection,
    seed: o.seed,
    strict: begun.strict,
    casesDir: join(dir, "cases"),
    runId,
    own: ownOf(o),
    ...(o.acceptNewHostKey === true && { acceptNewHostKey: true }),
  };
  const progress = new Progress({ total: runs.length, quiet: o.json === true });
  const closing = { baseline, allure: o.report ? undefined : ("none" as const), history };
  using interruption = new Interruption();
  try {
    const { concurrent } = lab.spec.limits;
    const endWithinMs = leftover.endWithinMs(lab.spec);
    interruption.signal.addEventListener("abort", () => leftover.askPatience(lab.spec, process.stderr));
    await runCases(plan, { concurrent, sinks: [progress], signal: interruption.signal, endWithinMs });
  } catch (error) {
    // What could not begin leaves nothing; what broke on the way keeps what it has.
    if (!removeEmptyRun(dir)) {
      reports.withFirmwareSaid(dir, begun);
      await reports.closeRun(dir, { ...closing, html: false, json: false, ends: () => 2 }, process.stderr);
    }
    throw error;
  } finally {
    progress.end();
    await leftover.putBack(lab.spec, o.lab, process.stderr);
  }
  if (interruption.by !== undefined) {
    process.stderr.write(`l2tpspec: ended by ${interruption.by} before all ${runs.length} cases had run\n`);
    if (removeEmptyRun(dir)) return 2;
  }
  const { lintRun } = await import("./run-lint.ts");
  for (const line of lintRun(lab.spec, dir)) process.stderr.write(`policy lint: ${line}\n`);
  const info = reports.withFirmwareSaid(dir, begun);
  reports.writeRunInfo(dir, { ...info, durationMs: Date.now() - startedAt.getTime() });
  const whole = o.report && interruption.by === undefined;
  const agreed = whole ? await reports.decodersAgree(dir) : true;
  // A frame that our decoder and tshark read apart is the bench's fault, and what has not run could not tell; a
  // non-conformance wins over both.
  const ends = (code: number): number => (code === 0 && (!agreed || interruption.by !== undefined) ? 2 : code);
  return await reports.closeRun(dir, { ...closing, html: whole, json: o.json === true, ends }, out);
}
