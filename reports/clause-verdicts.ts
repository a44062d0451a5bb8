/** What the last run against each device came to, clause by clause. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isMisuse } from "#fixtures/misuse";
import { readJson } from "./files.ts";

const finding = z.object({
  clause: z.string().nullable(),
  verdict: z.enum(["fail", "remark", "inconclusive"]),
  expected: z.string().exactOptional(),
  actual: z.string().exactOptional(),
});
const resultsFile = z.object({
  schema: z.literal(1),
  device: z.string(),
  startedAt: z.string(),
  cases: z.array(
    z.object({
      key: z.string().exactOptional(),
      id: z.string(),
      clause: z.string(),
      verdict: z.string(),
      known: z.boolean().exactOptional(),
      reason: z.string().exactOptional(),
      findings: z.array(finding).readonly(),
    }),
  ),
  rules: z.array(
    z.object({
      id: z.string().exactOptional(),
      role: z.string().exactOptional(),
      clause: z.string(),
      verdict: z.string(),
      known: z.boolean().exactOptional(),
      findings: z.array(finding).readonly().exactOptional(),
    }),
  ),
});

type ResultsFile = z.infer<typeof resultsFile>;

/** From the worst to the least telling: what is said of a clause that several cases and rules judge. */
export const WORST_FIRST = [
  "fail",
  "inconclusive",
  "remark",
  "pass",
  "not applicable",
  "not run",
  "not exercised",
] as const;

export type ClauseVerdict = (typeof WORST_FIRST)[number];

/** The last run against a device, and what it says of each clause that it was about. */
export interface DeviceVerdicts {
  readonly device: string;
  readonly run: string;
  readonly startedAt: string;
  readonly verdicts: ReadonlyMap<string, ClauseVerdict>;
  /** All that is read of its results.json. */
  readonly results: ResultsFile;
}

/**
 * Reads the runs in a folder (`reports/out`) and keeps the last of each device. A folder that is no whole run is passed over.
 * @param clausesOf the further clauses of a case, by its id
 */
export function lastVerdicts(out: string, clausesOf: (id: string) => readonly string[]): readonly DeviceVerdicts[] {
  const last = new Map<string, { run: string; results: ResultsFile }>();
  for (const entry of existsSync(out) ? readdirSync(out, { withFileTypes: true }) : []) {
    if (!entry.isDirectory()) continue;
    const run = join(out, entry.name);
    const results = readRun(run);
    if (results === undefined) continue;
    const before = last.get(results.device)?.results.startedAt ?? "";
    if (results.startedAt > before) last.set(results.device, { run, results });
  }
  return [...last.values()]
    .map(({ run, results }) => ({
      device: results.device,
      run,
      startedAt: results.startedAt,
      verdicts: verdictsOf(results, clausesOf),
      results,
    }))
    .sort((a, b) => (a.device < b.device ? -1 : 1));
}

function readRun(run: string): ResultsFile | undefined {
  const file = join(run, "results.json");
  if (!existsSync(file)) return undefined;
  try {
    return readJson(file, resultsFile, "a run's results");
  } catch (error) {
    if (!isMisuse(error)) throw error;
    return undefined;
  }
}

/** As much of results as is asked here. */
interface Judged {
  readonly cases: readonly (Omit<ResultsFile["cases"][number], "findings"> & {
    readonly findings: readonly z.infer<typeof finding>[];
  })[];
  readonly rules: readonly ResultsFile["rules"][number][];
}

/** Pure: the worst that was said of each clause. */
export function verdictsOf(
  { cases, rules }: Judged,
  clausesOf: (id: string) => readonly string[],
): ReadonlyMap<string, ClauseVerdict> {
  const verdicts = new Map<string, ClauseVerdict>();
  const say = (clause: string, verdict: string): void => {
    if (!isVerdict(verdict)) return;
    const before = verdicts.get(clause);
    if (before === undefined || WORST_FIRST.indexOf(verdict) < WORST_FIRST.indexOf(before))
      verdicts.set(clause, verdict);
  };
  for (const { id, clause, verdict, findings } of cases) {
    const named = new Set(findings.flatMap((f) => f.clause ?? []));
    for (const f of findings) if (f.clause !== null) say(f.clause, f.verdict);
    // A case that fails for one clause says nothing good of its others: what comes behind the rung was never tried.
    const rest =
      verdict === "fail" || verdict === "inconclusive" ? "not exercised" : verdict === "remark" ? "pass" : verdict;
    for (const other of new Set([clause, ...clausesOf(id)])) if (!named.has(other)) say(other, rest);
  }
  for (const { clause, verdict } of rules) say(clause, verdict);
  return verdicts;
}

function isVerdict(word: string): word is ClauseVerdict {
  return (WORST_FIRST as readonly string[]).includes(word);
}
