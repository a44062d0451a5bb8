/** What `run` and `judge` write besides cases: run.json, and everything that is made of the folder at the end. */
import { join } from "node:path";
import { VERSION } from "#fixtures/root";
import type { AllureReport } from "#reports/allure";
import type { Baseline } from "#reports/baseline";
import { writeAtomically } from "#reports/files";
import { publish } from "#reports/publish";
import type { RunInfo } from "#reports/run-folder";
import { exitCodeOf } from "#reports/sink";
import { summaryOf } from "#reports/summary";
import { catalogue } from "./catalogue.ts";

/** Writes run.json; what the machine is stands in it. */
export function writeRunInfo(dir: string, info: Omit<RunInfo, "schema" | "tool" | "environment">): RunInfo {
  const whole: RunInfo = {
    ...info,
    schema: 1,
    tool: { name: "l2tpspec", version: VERSION },
    environment: { node: process.version, platform: `${process.platform} ${process.arch}` },
  };
  writeAtomically(join(dir, "run.json"), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** Results, Allure, JUnit, coverage, HTML; prints what a terminal needs and returns the exit code. */
export async function closeRun(
  dir: string,
  o: { baseline: Baseline | undefined; allure?: AllureReport | "none"; html: boolean; json: boolean },
  out: NodeJS.WritableStream,
): Promise<number> {
  const { baseline, allure } = o;
  const { results, html } = await publish(dir, { baseline, allure, html: o.html, catalogue: await catalogue() });
  out.write(o.json ? `${JSON.stringify(results, null, 2)}\n` : summaryOf(dir, results, html));
  return exitCodeOf(results);
}

/**
 * Has tshark read the whole run a second time and writes decoders.json. False where the two read a frame apart without a
 * known reason. Without tshark there is one decoder only, which is said and is no fault.
 */
export async function decodersAgree(dir: string): Promise<boolean> {
  const { readTwice } = await import("#fixtures/second-decoder");
  try {
    const reading = await readTwice(dir);
    writeAtomically(join(dir, "decoders.json"), `${JSON.stringify(reading, null, 2)}\n`);
    const first = reading.disagreements[0];
    if (first === undefined) return true;
    const { ours, theirs, path } = first;
    process.stderr.write(
      `l2tpspec: the decoders differ in ${first.case} frame ${first.caseFrame}: ${path} is ${String(ours)} for us, ` +
        `${String(theirs)} for tshark (${reading.disagreements.length} in all, decoders.json)\n`,
    );
    return false;
  } catch (error) {
    process.stderr.write(`l2tpspec: no second decoder: ${(error as Error).message}\n`);
    return true;
  }
}
