/** `l2tpspec report`: what is made of a run's folder, made anew. Verdicts stay as they were judged. */
import type { Command } from "commander";

export interface ReportOptions {
  readonly baseline?: string;
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
    .option("--json", "print results.json")
    .action(async (run: string, options: ReportOptions) => {
      process.exitCode = await report(run, options, process.stdout);
    });
}

/** Returns the exit code that the run would have had with this baseline. */
export async function report(run: string, o: ReportOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ findBaseline }, { publish }, { readRunInfo }, { exitCodeOf }, { summaryOf }, known] = await Promise.all([
    import("#reports/baseline"),
    import("#reports/publish"),
    import("#reports/run-folder"),
    import("#reports/sink"),
    import("#reports/summary"),
    import("./catalogue.ts").then(({ catalogue }) => catalogue()),
  ]);
  const info = readRunInfo(run);
  const baseline = findBaseline(o.baseline ?? info.baseline, info.device);
  const { results, html } = await publish(run, { baseline, html: true, catalogue: known });
  out.write(o.json === true ? `${JSON.stringify(results, null, 2)}\n` : summaryOf(run, results, html));
  return exitCodeOf(results);
}
