/** `l2tpspec compare`: what is new between two runs, and what is flaky in several. */
import { appendFileSync, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { wholeNumber } from "./selection.ts";

export interface CompareOptions {
  readonly across?: boolean;
  readonly toleranceMs?: number;
  readonly toleranceRatio?: number;
  readonly html?: string;
  readonly markdown?: string;
  readonly json?: boolean;
}

/** Where it speaks of a run that came to nothing. */
interface Complaints {
  write(text: string): unknown;
}

export function addCompare(program: Command): void {
  program
    .command("compare")
    .description(
      "what changed between two runs of a lab: new failures, fixed, remarks, times; of more runs the first and the last, " +
        "and every verdict that was not the same in all",
    )
    .argument("<run...>", "folders of runs, or their results.json, in the order of time")
    .option("--across", "compare runs of different devices or labs too")
    .option("--tolerance-ms <ms>", "a time has moved by more than this (default: 1000)", wholeNumber)
    .option("--tolerance-ratio <factor>", "and by more than this factor (default: 1.5)", factor)
    .option("--html <file>", "write a page: one file, nothing is loaded from anywhere")
    .option(
      "--markdown <file>",
      "write a summary; it is added to GITHUB_STEP_SUMMARY where that is set, asked for or not",
    )
    .option("--json", "as JSON")
    .action(async (runs: readonly string[], options: CompareOptions) => {
      process.exitCode = await compare(runs, options, process.stdout);
    });
}

function factor(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 1) throw new InvalidArgumentError("expected a factor of 1 or more");
  return value;
}

/** 0: nothing got worse; 1: new failures; 2: what was judged before can no longer be told, or a run without results. */
export async function compare(
  paths: readonly string[],
  o: CompareOptions,
  out: NodeJS.WritableStream,
  complaints: Complaints = process.stderr,
): Promise<number> {
  const { Misuse } = await import("#fixtures/misuse");
  if (paths.length < 2) throw new Misuse({ expected: "two runs or more", found: "one" });
  const [{ compareRuns, exitCodeOfComparison }, reading, { TOLERANCE }] = await Promise.all([
    import("#reports/compare"),
    import("#reports/compare-runs"),
    import("#reports/compare-timing"),
  ]);
  const read = paths.map(reading.readComparedRun);
  const runs = read.filter(reading.hasResults);
  if (o.across !== true) reading.checkComparable(runs);
  for (const run of read) if (!reading.hasResults(run)) complaints.write(`l2tpspec: ${run.reason}\n`);
  if (runs.length < read.length) return 2;
  const comparison = compareRuns(runs, {
    tolerance: { ms: o.toleranceMs ?? TOLERANCE.ms, ratio: o.toleranceRatio ?? TOLERANCE.ratio },
    alone: await aloneCases(),
  });
  const [{ compareText }, { compareMarkdown }] = await Promise.all([
    import("#reports/compare-text"),
    import("#reports/compare-markdown"),
  ]);
  if (o.html !== undefined) {
    const { comparePage } = await import("#reports/compare-html");
    await write("--html", o.html, comparePage(comparison));
  }
  if (o.markdown !== undefined) await write("--markdown", o.markdown, compareMarkdown(comparison));
  const step = process.env["GITHUB_STEP_SUMMARY"];
  if (step !== undefined && step !== "")
    await write("GITHUB_STEP_SUMMARY", step, compareMarkdown(comparison), "append");
  out.write(o.json === true ? `${JSON.stringify(comparison, null, 2)}\n` : compareText(comparison));
  return exitCodeOfComparison(comparison);
}

/** Results do not say which cases have the device for themselves; the catalogue does. */
async function aloneCases(): Promise<ReadonlySet<string>> {
  const { loadCatalogue } = await import("#fixtures/catalogue");
  const entries = await loadCatalogue();
  return new Set(entries.filter((e) => e.definition.alone === true).map((e) => e.definition.id));
}

async function write(field: string, file: string, text: string, how: "anew" | "append" = "anew"): Promise<void> {
  const [{ writeAtomically }, { Misuse }] = await Promise.all([import("#reports/files"), import("#fixtures/misuse")]);
  const expected = "a file that can be written";
  // A folder is not made: in some places (/proc) a recursive mkdir of Node never ends.
  if (!existsSync(dirname(file))) throw new Misuse({ field, expected, found: `${file}: ENOENT` });
  try {
    if (how === "append") appendFileSync(file, text);
    else writeAtomically(file, text);
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Misuse({ field, expected, found: `${file}: ${code}`, cause });
  }
}
