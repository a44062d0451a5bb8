/** One of the runs that are put together, read whole before anything is written. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readDeaths, type DeathsRecord } from "./deaths.ts";
import { readJson } from "./files.ts";
import { type ProbeRecord, readProbe } from "./probe.ts";
import { readCases, readRunInfo, type CaseFolder, type RunInfo } from "./run-folder.ts";

/** `decoders.json`, as far as readings are added up. */
const readingSchema = z.looseObject({
  frames: z.number(),
  values: z.number(),
  exempt: z.number(),
  disagreements: z.array(z.looseObject({ case: z.string(), caseFrame: z.number(), path: z.string() })),
  explained: z.record(z.string(), z.number()),
});
export type Reading = z.infer<typeof readingSchema>;

/** One of the runs. */
export interface Part {
  readonly run: string;
  readonly info: RunInfo;
  readonly cases: readonly CaseFolder[];
  readonly deaths: DeathsRecord;
  readonly probes: readonly ProbeRecord[];
  /** The lab as the run kept it. */
  readonly lab: Readonly<Record<string, unknown>> | undefined;
  /** What the second decoder read, where there was one. */
  readonly reading: Reading | undefined;
}

/** Reads a run; Misuse where the folder is none. */
export function readPart(run: string): Part {
  const optional = <T>(name: string, schema: z.ZodType<T>, what: string): T | undefined =>
    existsSync(join(run, name)) ? readJson(join(run, name), schema, what) : undefined;
  return {
    run,
    info: readRunInfo(run),
    cases: readCases(run),
    deaths: readDeaths(run),
    probes: readProbe(run),
    lab: optional("lab.json", z.looseObject({}), "the lab, as the run kept it"),
    reading: optional("decoders.json", readingSchema, "what the second decoder read"),
  };
}

/** `2/3`; undefined of a run that is whole in itself. */
export function shardIn({ info }: Pick<Part, "info">): string | undefined {
  const { shard } = info.selection;
  return typeof shard === "string" ? shard : undefined;
}
