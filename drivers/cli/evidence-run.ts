/** Whether the files in which a run tells what was put to the test say one thing. */
import { z } from "zod";
import type { LabSpec } from "#lab/schema";
import { type Files, jsonIn } from "#reports/bundle/files";
import { same } from "#reports/bundle/same";
import type { archivedResultsSchema } from "#reports/results-schema";
import type { RunInfo } from "#reports/schema";

const saidSchema = z.object({ schema: z.literal(1), firmware: z.string() });

/** One line for each thing that run.json says otherwise than the lab, or the device itself. */
export function runFaults(files: Files, info: RunInfo, lab: LabSpec): readonly string[] {
  const said = files.has("device.json")
    ? jsonIn(files, "device.json", saidSchema, "what the device said of itself").firmware
    : "";
  const { firmware, ics } = info.environment;
  const stated = lab.device.firmware ?? (said === "" ? undefined : said);
  const source = lab.device.firmware === undefined && stated !== undefined ? "device.json" : "lab.json";
  return [
    ...otherwise("run.json", "lab", info.lab, lab.name, "lab.json"),
    ...otherwise("run.json", "device", info.device, lab.device.id, "lab.json"),
    ...otherwise("run.json", "environment.ics", ics, lab.ics, "lab.json"),
    ...otherwise("run.json", "environment.firmware", firmware, stated, source),
  ];
}

/** The same of results.json, which is what people read. */
export function resultsFaults(results: z.infer<typeof archivedResultsSchema>, info: RunInfo): readonly string[] {
  const keys = ["lab", "device", "seed", "startedAt"] as const;
  return keys.flatMap((key) => otherwise("results.json", key, results[key], info[key], "run.json"));
}

function otherwise(file: string, field: string, found: unknown, expected: unknown, source: string): readonly string[] {
  if (same(found, expected)) return [];
  return [`${file}: ${field}: expected ${shown(expected)} as ${source} has it, found ${shown(found)}`];
}

const shown = (value: unknown): string =>
  value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
