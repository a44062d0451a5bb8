/** `l2tpspec report`: what is made of a run's folder, made anew. Verdicts stay as they were judged. */
import type { Command } from "commander";
import { HISTORY } from "./selection.ts";

export interface ReportOptions {
  readonly baseline?: string;
  readonly history?: string;
  readonly json?: boolean;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .description(
      "make results.json, junit.xml, the coverage, the Allure results and their HTML anew from a run's folder",
    )
    .argument("<run>", "the run's folder")
    .option("--baseline <file>", "known deviations to expect, or none (default: the run's own)")
    .option("--history <dir>", HISTORY)
    .option("--json", "print results.json")
    .action(async (run: string, options: ReportOptions) => {
      process.exitCode = await report(run, options, process.stdout);
    });
}

/** Returns the exit code that the run would have had with this baseline. */
export async function report(run: string, o: ReportOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ findBaseline }, { readRunInfo }, { closeRun }, { openHistory }] = await Promise.all([
    import("#reports/baseline"),
    import("#reports/run-folder"),
    import("./run-reports.ts"),
    import("./run-history.ts"),
  ]);
  const info = readRunInfo(run);
  const baseline = findBaseline(o.baseline ?? info.baseline, info.device);
  const history = openHistory(o.history, info);
  return closeRun(run, { baseline, html: true, json: o.json === true, history }, out);
}
