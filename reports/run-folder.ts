/** A run's folder as the reports read it: what is there is the truth, and what is missing is said. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { CLAUSES, isClauseId, type ClauseId } from "#clauses";
import type { CaseResult, Role } from "#expect/verdict";
import { isMisuse } from "#fixtures/misuse";
import { readJson } from "./files.ts";
import { caseResultSchema, ladderSchema, runInfoSchema, type LadderRecord, type RunInfo } from "./schema.ts";

export type { LadderRecord, RunInfo } from "./schema.ts";

/** One case of a run. */
export interface CaseFolder {
  readonly dir: string;
  readonly result: CaseResult;
  /** Missing where the case was cut off before it was written, or where it is damaged. */
  readonly ladder: LadderRecord | undefined;
}

/** Reads `run.json`; Misuse where the folder is no run. */
export function readRunInfo(run: string): RunInfo {
  return readJson(join(run, "run.json"), runInfoSchema, "a run's folder with its run.json");
}

/** Every case of the run, in the order of its keys (numbers as numbers). */
export function readCases(run: string): readonly CaseFolder[] {
  const cases = join(run, "cases");
  if (!existsSync(cases)) return [];
  return readdirSync(cases, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readCase(join(cases, entry.name)))
    .sort((a, b) => a.result.key.localeCompare(b.result.key, "en", { numeric: true }));
}

/**
 * One case. A folder without result.json was cut off there, and one whose result cannot be read tells nothing: both are
 * inconclusive, for a case that is left out of the report would be a case that nobody misses.
 */
export function readCase(dir: string): CaseFolder {
  const ladder = optional(() => readJson(join(dir, "ladder.json"), ladderSchema, "a ladder"));
  const file = join(dir, "result.json");
  if (!existsSync(file)) return { dir, ladder, result: withoutResult(dir, ladder, "interrupted") };
  try {
    return { dir, ladder, result: readJson(file, caseResultSchema, "a case's result") };
  } catch (error) {
    if (!isMisuse(error)) throw error;
    const field = error.field === undefined ? "" : `${error.field}: `;
    const reason = `result.json cannot be read: ${field}expected ${error.expected}, found ${error.found}`;
    return { dir, ladder, result: withoutResult(dir, ladder, reason) };
  }
}

function withoutResult(dir: string, ladder: LadderRecord | undefined, reason: string): CaseResult {
  const known = ladder ?? namedBy(basename(dir));
  return {
    schema: 1,
    key: known.key,
    id: known.id,
    suite: known.suite,
    role: known.role,
    params: known.params,
    clause: known.clause,
    clauses: known.clauses,
    level: levelOf(known.clause),
    story: known.story,
    known: false,
    startedAt: known.startedAt,
    durationMs: 0,
    verdict: "inconclusive",
    reason,
    findings: [],
    rungs: [],
    claims: {},
    frames: 0,
    unclaimed: 0,
    rules: [],
  };
}

/** Cut off before even the ladder was there: the folder's name is all that is known of the case. */
function namedBy(key: string): Omit<LadderRecord, "rungs" | "device"> {
  const role: Role = /(^|[^a-z])lac([^a-z]|$)/.test(key) ? "lac" : "lns";
  return {
    key,
    id: /^.*?-\d{4}/.exec(key)?.[0] ?? key,
    suite: "interrupted",
    role,
    params: {},
    clause: "unknown" as ClauseId,
    clauses: [],
    story: "cut off before its ladder was written",
    startedAt: new Date(0).toISOString(),
  };
}

/** The level of a clause, also of one that this version does not know. */
export function levelOf(clause: string): string {
  return isClauseId(clause) ? CLAUSES[clause].level : "unknown";
}

function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMisuse(error)) return undefined;
    throw error;
  }
}
