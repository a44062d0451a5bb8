/** What `run` and `judge` write besides cases: run.json, and everything that is made of the folder at the end. */
import { join } from "node:path";
import { VERSION } from "#fixtures/root";
import type { LabSpec } from "#lab/schema";
import type { Baseline } from "#reports/baseline";
import { writeAtomically } from "#reports/files";
import { firmwareSaid } from "#reports/device-said";
import { historyLine } from "#reports/history";
import { publish, type Published } from "#reports/publish";
import type { RunInfo } from "#reports/run-folder";
import { exitCodeOf } from "#reports/sink";
import { summaryOf } from "#reports/summary";
import { catalogue } from "./catalogue.ts";

/** What a lab's file says of the device that is put to the test. */
export function aboutDevice({ device, ics }: Pick<LabSpec, "device" | "ics">): Readonly<Record<string, unknown>> {
  return { ...(device.firmware !== undefined && { firmware: device.firmware }), ics };
}

/** Writes run.json; what the machine is stands in it, beside what is told of the device. */
export function writeRunInfo(
  dir: string,
  info: Omit<RunInfo, "schema" | "tool" | "environment"> & Partial<Pick<RunInfo, "environment">>,
): RunInfo {
  const whole: RunInfo = {
    ...info,
    schema: 1,
    tool: { name: "l2tpspec", version: VERSION },
    environment: {
      ...info.environment,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
  };
  writeAtomically(join(dir, "run.json"), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/**
 * Adds what the device has said of its firmware when the run had logged in to it. Where the lab has words for it, those count: they
 * are its baseline's.
 */
export function withFirmwareSaid(dir: string, info: RunInfo): RunInfo {
  const said = firmwareSaid(dir);
  if (said === undefined || info.environment["said"] !== undefined) return info;
  return writeRunInfo(dir, { ...info, environment: { firmware: said, ...info.environment, said } });
}

/** Results, Allure, JUnit, coverage, HTML; prints what a terminal needs and returns the exit code. */
export async function closeRun(
  dir: string,
  o: {
    baseline: Baseline | undefined;
    allure?: "none" | undefined;
    html: boolean;
    json: boolean;
    history?: string | undefined;
    /** What the command ends with, where the results come to this. */
    ends?: ((code: number) => number) | undefined;
  },
  out: NodeJS.WritableStream,
): Promise<number> {
  const { baseline, allure, history } = o;
  const published = await publish(dir, { baseline, allure, html: o.html, history, catalogue: await catalogue() });
  return tell(dir, published, o.json, out, o.ends);
}

/** Says what was made, and returns the exit code. */
export function tell(
  dir: string,
  { results, html, history, noHistory }: Published,
  json: boolean,
  out: NodeJS.WritableStream,
  ends = (code: number): number => code,
): number {
  const own = exitCodeOf(results);
  const code = ends(own === 0 && noHistory !== undefined ? 2 : own);
  out.write(json ? `${JSON.stringify(results, null, 2)}\n` : summaryOf(dir, results, html, code));
  if (history !== undefined && !json) out.write(`${historyLine(history, results)}\n`);
  if (noHistory !== undefined) process.stderr.write(`l2tpspec: ${noHistory}\n`);
  return code;
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
