/**
 * The nights of a lab: one small file a run, in a folder of its own for each device and lab. What a trend is made of outlives the
 * runs' folders, needs no HTML of the nights before, and two labs that end at once do not meet.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { Misuse } from "#fixtures/misuse";
import { firmwareOf } from "./baseline.ts";
import { isUnexplained } from "./deaths.ts";
import { readJson, writeAtomically } from "./files.ts";
import { totalsSchema } from "./results-schema.ts";
import type { RunInfo } from "./run-folder.ts";
import { verdict } from "./schema.ts";
import type { Results } from "./sink.ts";

/** The latest shape that is read; an older l2tpspec leaves a later one alone. */
const VERSION = 1;
/** Nights that a trend goes back; all that there are stay in the folder. */
const SHOWN = 20;

export const nightSchema = z.object({
  schema: z.literal(VERSION),
  run: z.string().describe("name of the run's folder"),
  version: z.string().describe("of the tool"),
  lab: z.string(),
  device: z.string(),
  firmware: z.string().nullable(),
  seed: z.int(),
  strict: z.boolean(),
  selection: z.record(z.string(), z.unknown()),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number(),
  baseline: z.string().nullable().describe("the file, null where failures were held against none"),
  totals: totalsSchema,
  unexpectedPasses: z.int().min(0),
  expired: z.int().min(0).describe("entries of the baseline past their day"),
  unexplainedDeaths: z.int().min(0),
  results: z
    .array(z.object({ key: z.string(), verdict, known: z.boolean(), durationMs: z.number() }))
    .describe("cases by key, rules by id and role; rules that no frame was for are counted in the totals alone"),
});

/** What is kept of one run. */
export type Night = z.infer<typeof nightSchema>;

/** The nights before a run, as far as a trend shows them. */
export interface History {
  /** Oldest first, of the same selection and strictness: another part of the cases would be a step in the trend. */
  readonly nights: readonly Night[];
  /** The number of this run among all of its lab's, from 1: it rises from night to night. */
  readonly order: number;
}

type About = Pick<RunInfo, "device" | "lab">;

/** Where a lab's nights are. */
export function nightsFolder(history: string, { device, lab }: About): string {
  const safe = (name: string): string => name.replace(/[^\w.-]|^\.+/g, "_");
  return join(resolve(history), `${safe(device)}~${safe(lab)}`);
}

/** Throws a {@link Misuse} that names the file where a night is of a later version, or no night at all. Writes nothing. */
export function readHistory(history: string, run: OfSeries): History {
  const nights: Night[] = [];
  for (const night of nightsBefore(history, run)) if (nights.unshift(night) === SHOWN) break;
  return { nights, order: filesBefore(history, run).length + 1 };
}

/** A run, as far as it decides which nights are of its kind. */
type OfSeries = About & Pick<RunInfo, "startedAt" | "strict" | "selection">;

/** All nights before a run that have its selection and strictness, the last one first; each is read when it is asked for. */
export function* nightsBefore(history: string, run: OfSeries): Generator<Night> {
  for (const file of filesBefore(history, run).toReversed()) {
    const night = readNight(file);
    if (seriesOf(night) === seriesOf(run)) yield night;
  }
}

function filesBefore(history: string, run: OfSeries): readonly string[] {
  const folder = nightsFolder(history, run);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => NIGHT.test(name)) : [];
  return files
    .filter((name) => name < fileOf(run.startedAt))
    .sort()
    .map((name) => join(folder, name));
}

const NIGHT = /^\d{8}T\d{9}Z\.json$/;

/** By the time of the run's beginning: a report that is made anew says the same night once more, and does not add one. */
const fileOf = (startedAt: string): string => `${new Date(startedAt).toISOString().replace(/[-:.]/g, "")}.json`;

const seriesOf = ({ strict, selection }: Pick<RunInfo, "strict" | "selection">): string =>
  JSON.stringify([strict, Object.entries(selection).sort(([a], [b]) => (a < b ? -1 : 1))]);

const versioned = z.object({ schema: z.number() });

function readNight(file: string): Night {
  const { schema } = readJson(file, versioned, "a night of a history");
  if (schema > VERSION)
    throw new Misuse({
      file,
      field: "schema",
      expected: `${VERSION}, the latest that this l2tpspec reads`,
      found: `${schema}: a later one has written this history`,
    });
  return readJson(file, nightSchema, "a night of a history");
}

/** Adds the run to the history, or puts what it came to in place of what was said of it before. */
export function recordNight(history: string, run: string, info: RunInfo, results: Results): void {
  const judged = [...results.cases, ...results.rules.map((r) => ({ ...r, key: `${r.id}~${r.role}`, durationMs: 0 }))];
  const night: Night = {
    schema: VERSION,
    run: basename(resolve(run)),
    version: info.tool.version,
    lab: info.lab,
    device: info.device,
    firmware: firmwareOf(info) ?? null,
    seed: info.seed,
    strict: info.strict,
    selection: info.selection,
    startedAt: info.startedAt,
    durationMs: results.durationMs,
    baseline: results.baseline?.file ?? null,
    totals: results.totals,
    unexpectedPasses: results.baseline?.unexpectedPasses.length ?? 0,
    expired: results.baseline?.expired.length ?? 0,
    unexplainedDeaths: results.deaths.filter(isUnexplained).length,
    results: judged.flatMap(({ key, verdict: came, known, durationMs }) =>
      came === "not exercised" ? [] : [{ key, verdict: came, known, durationMs }],
    ),
  };
  writeAtomically(join(nightsFolder(history, info), fileOf(info.startedAt)), `${JSON.stringify(night)}\n`);
}

/** For a terminal: `history: 3 runs of reference in embedded; failed 0, 0, 1`. */
export function historyLine(
  { nights }: History,
  { device, lab, totals }: Pick<Results, "device" | "lab" | "totals">,
): string {
  const all = [...nights.map((n) => n.totals), totals];
  const failed = all.slice(-LISTED).map((t) => t.fail);
  const runs = all.length === 1 ? "the first run" : `${all.length} runs`;
  return `history: ${runs} of ${device} in ${lab}; failed ${all.length > LISTED ? "..., " : ""}${failed.join(", ")}`;
}
const LISTED = 7;

/** Names one result of one night. */
export function nightsUid(night: Night, key: string): string {
  return createHash("md5").update(`${night.startedAt} ${key}`).digest("hex").slice(0, 16);
}
