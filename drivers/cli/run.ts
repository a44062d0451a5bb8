/** `l2tpspec run`: cases against a lab, each judged from its capture; results and report in one folder. */
import { mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { Selection } from "#fixtures/catalogue";
import type { CaseSink } from "#reports/case-reporter";
import type { Plan } from "#fixtures/plan";
import { addSelection, selectionOf, type SelectionOptions } from "./selection.ts";

export interface RunOptions extends SelectionOptions {
  readonly lab: string;
  readonly seed: number;
  readonly strict?: boolean;
  /** Parent of the run's folder. */
  readonly out: string;
  readonly report: boolean;
  readonly baseline?: string;
  readonly json?: boolean;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("put a device to the test: every case of the selection, every packet judged")
    .option("--lab <file>", "the lab file", "fixtures/labs/embedded.yaml")
    .option("--seed <n>", "seed of all that the bench draws", parseSeed, 1)
    .option("--strict", "a SHOULD counts like a MUST")
    .option("--baseline <file>", "known deviations to expect, or none (default: the device's own, if there is one)")
    .option("--out <dir>", "where the run's folder goes", "reports/out")
    .option("--no-report", "leave out the HTML")
    .option("--json", "print results.json");
  addSelection(command).action(async (options: RunOptions) => {
    process.exitCode = await run(options, process.stdout);
  });
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new TypeError(`--seed: expected a whole number, found ${text}`);
  return seed;
}

/** Returns the exit code. Throws Misuse before anything is written, for whatever the caller got wrong. */
export async function run(o: RunOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ loadCatalogue, select }, { Misuse }, { loadLab }, { AllureReport }, { findBaseline }, reports] =
    await Promise.all([
      import("#fixtures/catalogue"),
      import("#fixtures/misuse"),
      import("#lab/load"),
      import("#reports/allure"),
      import("#reports/baseline"),
      import("./run-reports.ts"),
    ]);
  const { Progress } = await import("./progress.ts");
  const lab = loadLab(o.lab);
  const selection: Selection = selectionOf(o);
  const runs = select(await loadCatalogue(), selection);
  if (runs.length === 0) throw new Misuse({ expected: "a selection that holds a case", found: "none" });
  const baseline = findBaseline(o.baseline ?? lab.spec.baseline, lab.spec.device.id);

  const startedAt = new Date();
  const runId = `${startedAt.toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-${lab.spec.name}-${process.pid}`;
  const dir = join(resolve(o.out), runId);
  mkdirSync(join(dir, "cases"), { recursive: true });
  const info = reports.writeRunInfo(dir, {
    lab: lab.spec.name,
    labFile: relative(process.cwd(), lab.path),
    device: lab.spec.device.id,
    seed: o.seed,
    strict: o.strict ?? false,
    startedAt: startedAt.toISOString(),
    selection: { ...selection },
  });

  const plan: Plan = {
    lab: lab.path,
    selection,
    seed: o.seed,
    strict: info.strict,
    casesDir: join(dir, "cases"),
    runId,
  };
  const progress = new Progress({ total: runs.length, quiet: o.json === true });
  const allure = new AllureReport(dir, info, baseline);
  await runCases(plan, { concurrent: lab.spec.limits.concurrent, sinks: [progress, allure] });
  progress.end();
  reports.writeRunInfo(dir, { ...info, durationMs: Date.now() - startedAt.getTime() });
  const agreed = o.report ? await reports.decodersAgree(dir) : true;
  const code = await reports.closeRun(dir, { baseline, allure, html: o.report, json: o.json === true }, out);
  // A frame that our decoder and tshark read apart is the bench's fault; a non-conformance wins over it.
  return code === 0 && !agreed ? 2 : code;
}

/** The test runner over the one entry file. Its own exit code is not ours: that comes from the results. */
async function runCases(plan: Plan, o: { concurrent: number; sinks: readonly CaseSink[] }): Promise<void> {
  const [{ startVitest }, { CaseReporter }, { PACKAGE_ROOT }] = await Promise.all([
    import("vitest/node"),
    import("#reports/case-reporter"),
    import("#fixtures/root"),
  ]);
  const vitest = await startVitest("test", [], {
    root: PACKAGE_ROOT,
    config: join(PACKAGE_ROOT, "vitest.config.ts"),
    project: ["conformance"],
    watch: false,
    run: true,
    provide: { plan },
    maxConcurrency: o.concurrent,
    reporters: [new CaseReporter(plan.casesDir, o.sinks)],
  });
  const unhandled = vitest.state.getUnhandledErrors()[0];
  const notLoaded = vitest.state.getFiles().find((f) => f.tasks.length === 0)?.result?.errors?.[0];
  await vitest.close();
  process.exitCode = 0;
  const error = (notLoaded ?? unhandled) as { message?: string; code?: string } | undefined;
  if (error !== undefined) throw new Error(error.message ?? "the suites could not be loaded", { cause: error });
}
