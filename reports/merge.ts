/** Runs of several machines put into one: what they must have in common, and what is missing of them. */
import { mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { CaseResult } from "#expect/verdict";
import { Misuse } from "#fixtures/misuse";
import { firmwareOf } from "./baseline.ts";
import { copyEvidence, copyLab, labDifference, writeJson, writeReadings } from "./merge-evidence.ts";
import { type Part, shardIn } from "./merge-part.ts";
import type { RunInfo } from "./run-folder.ts";

export { type Part, readPart, shardIn } from "./merge-part.ts";

/** A case that one of the parts should have. */
export type Expected = Pick<
  CaseResult,
  "key" | "id" | "suite" | "role" | "params" | "clause" | "clauses" | "level" | "story"
> & { readonly shard: string };

/**
 * Misuse where the runs are not parts of one: told by the first field that differs, or the first case that two of them have. They
 * must have gone by one baseline, unless another one is named.
 */
export function checkParts(parts: readonly Part[], baseline?: string): void {
  const [first, ...rest] = parts as readonly [Part, ...Part[]];
  for (const part of rest)
    for (const [field, of] of baseline === undefined ? [...COMMON, BASELINE] : COMMON) {
      const [expected, found] = [of(first), of(part)].map((value) => JSON.stringify(value ?? "none"));
      if (expected !== found)
        throw new Misuse({ file: part.run, field, expected: `${expected!} as in ${first.run}`, found: found! });
    }
  for (const { run, lab } of rest) {
    const other = labDifference(first.lab, lab);
    if (other !== undefined)
      throw new Misuse({
        ...{ file: run, field: `lab.json${other.field}` },
        ...{ expected: `${other.expected} as in ${first.run}`, found: other.found },
      });
  }
  const seen = new Map<string, string>();
  for (const { run, cases } of parts)
    for (const { result } of cases) {
      const other = seen.get(result.key);
      if (other !== undefined)
        throw new Misuse({
          ...{ file: run, field: `cases/${result.key}` },
          expected: "a case that no other of the runs has",
          found: `the one in ${other}`,
        });
      seen.set(result.key, run);
    }
}

/** What decides a verdict, and what a baseline goes by. Shards must be parts of one selection; other runs may be of any two. */
const COMMON: readonly (readonly [field: string, of: (part: Part) => unknown])[] = [
  ["tool.version", ({ info }) => info.tool.version],
  ["lab", ({ info }) => info.lab],
  ["device", ({ info }) => info.device],
  ["environment.firmware", ({ info }) => firmwareOf(info)],
  ["environment.ics", ({ info }) => info.environment["ics"]],
  ["seed", ({ info }) => info.seed],
  ["strict", ({ info }) => info.strict],
  // Own cases are dealt out with the others; where their folder lies is each machine's own business.
  [
    "suites",
    (part) => (shardIn(part) === undefined ? undefined : part.info.suites !== undefined ? "of its own" : undefined),
  ],
  ["selection.shard", (part) => shardIn(part)?.replace(/^\d+/, "i")],
  ["selection", (part) => (shardIn(part) === undefined ? undefined : sorted(selectionOf(part)))],
];

const BASELINE: (typeof COMMON)[number] = ["baseline", ({ info }) => info.baseline];

/** Without the shard. */
export function selectionOf({ info }: Pick<Part, "info">): RunInfo["selection"] {
  const { shard: _part, ...selection } = info.selection;
  return selection;
}

const sorted = (o: RunInfo["selection"]): unknown => Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1));

/** What there is to say of a merged run beside its folder. */
export interface Merged {
  /** Each tells of something that is missing or wrong. */
  readonly lines: readonly string[];
  /** False where tshark read a frame apart from us, in any of the runs. */
  readonly decodersAgree: boolean;
}

/**
 * Writes the merged run's folder `dir`, which is there and empty: all but what `publish` makes. A case that no part has is written
 * as inconclusive, so that everything that is made of the folder says so. The run's word on its baseline is what was asked for.
 */
export function mergeParts(
  dir: string,
  parts: readonly Part[],
  expected: readonly Expected[],
  asked: Pick<RunInfo, "baseline" | "suites">,
): Merged {
  const info = { ...mergedInfo(parts), ...asked };
  writeJson(join(dir, "run.json"), info);
  mkdirSync(join(dir, "cases"), { recursive: true });
  const deaths = copyEvidence(dir, parts);
  const lost = parts.flatMap(({ deaths: d }) => (d.lost === null ? [] : [d.lost]))[0] ?? null;
  if (deaths.length > 0 || lost !== null) writeJson(join(dir, "deaths.json"), { schema: 1, deaths, lost });
  copyLab(dir, parts);
  const apart = writeReadings(dir, parts);
  const missing = writeMissing(dir, parts, expected, info);
  return { lines: [...missing, ...(apart === undefined ? [] : [apart])], decodersAgree: apart === undefined };
}

function mergedInfo(parts: readonly Part[]): RunInfo {
  const infos = parts.map((part) => part.info);
  const first = infos[0]!;
  const { durationMs: _own, baseline: _its, suites: _too, ...rest } = first;
  const durations = infos.map((info) => info.durationMs);
  const ended = durations.every((ms) => ms !== undefined) ? { durationMs: Math.max(...durations) } : {};
  return {
    ...rest,
    ...ended,
    startedAt: infos.map((info) => info.startedAt).sort((a, b) => Date.parse(a) - Date.parse(b))[0]!,
    selection: mergedSelection(parts),
    environment: { ...rest.environment, merged: parts.map(({ run }) => basename(resolve(run))).join(", ") },
  };
}

/** Of shards their whole; of runs of several selections the cases that they hold, which are a part of all cases. */
function mergedSelection(parts: readonly Part[]): RunInfo["selection"] {
  if (parts.length === 1 || shardIn(parts[0]!) !== undefined) return selectionOf(parts[0]!);
  return { cases: [...new Set(parts.flatMap(({ cases }) => cases.map(({ result }) => result.id)))].sort() };
}

function writeMissing(
  dir: string,
  parts: readonly Part[],
  expected: readonly Expected[],
  { startedAt }: Pick<RunInfo, "startedAt">,
): readonly string[] {
  const there = new Set(parts.flatMap(({ cases }) => cases.map(({ result }) => result.key)));
  const shards = new Map(parts.map((part) => [shardIn(part), part.run]));
  const missing = expected.filter(({ key }) => !there.has(key));
  for (const { shard, ...about } of missing) {
    const run = shards.get(shard);
    const reason =
      run === undefined
        ? `shard ${shard} is not among the merged runs`
        : `the run of shard ${shard}, ${basename(resolve(run))}, was ended before this case`;
    writeJson(join(dir, "cases", about.key, "result.json"), { ...UNTOLD, ...about, startedAt, reason });
  }
  const counts = new Map<string, number>();
  for (const { shard } of missing) counts.set(shard, (counts.get(shard) ?? 0) + 1);
  return [...counts].map(([shard, n]) =>
    shards.has(shard)
      ? `shard ${shard} was ended early: ${n} of its cases are inconclusive`
      : `shard ${shard} is not among the runs: its ${n} cases are inconclusive`,
  );
}

const UNTOLD = {
  ...{ schema: 1, known: false, durationMs: 0, verdict: "inconclusive" },
  ...{ findings: [], rungs: [], claims: {}, frames: 0, unclaimed: 0, rules: [] },
} as const;
