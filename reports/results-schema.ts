/** The shape of results.json, which is also what `run --json`, `judge --json` and `report --json` print. */
import { z } from "zod";
import type { CaseSummary, RuleResult, Totals } from "#expect/verdict";
import { entrySchema } from "./baseline.ts";
import type { DeathResult } from "./deaths.ts";
import { clauseId, died, finding, params, role, verdict } from "./schema.ts";
import type { BaselineUse, Results } from "./sink.ts";

const KNOWN = "the baseline expects this verdict";
const count = z.int().min(0);

export const totalsSchema: z.ZodType<Totals> = z.object({
  pass: count,
  fail: count,
  remark: count,
  inconclusive: count,
  notApplicable: count,
  notRun: count,
  notExercised: count,
  known: count.describe("deviations that the baseline expects; they are counted here alone"),
});

const caseSummary: z.ZodType<CaseSummary> = z.object({
  key: z.string().min(1).describe("id, role and params: the same from run to run, and the name of the case's folder"),
  id: z.string().min(1),
  role,
  params,
  clause: clauseId,
  level: z.string(),
  verdict,
  known: z.boolean().describe(KNOWN),
  reason: z.string().describe("one sentence: why this verdict"),
  findings: z.array(finding),
  frames: count.describe("frames of the judged capture"),
  unclaimed: count.describe("frames of the device that nothing explains"),
  durationMs: z.number().describe("with the wait for the device, where the case has it for itself"),
  suspect: died.exactOptional(),
  death: died.exactOptional(),
});

const ruleResult: z.ZodType<RuleResult> = z.object({
  id: z.string().min(1),
  role,
  clause: clauseId,
  level: z.string(),
  verdict: z.enum([...verdict.options, "not exercised"]),
  known: z.boolean().describe(KNOWN),
  framesJudged: count,
  findings: z.array(
    z.object({ ...finding.shape, case: z.string().describe("key of the case whose capture shows it") }),
  ),
});

/** A results.json may be of another version of the tool, with clauses that this one lacks. */
const entry = z.object({ ...entrySchema.shape, clause: clauseId });

const baselineUse: z.ZodType<BaselineUse> = z.object({
  file: z.string(),
  unexpectedPasses: z.array(entry).describe("deviations that were expected and did not show"),
  expired: z.array(entry).describe("entries past their day, which no longer count"),
  foreign: z
    .string()
    .exactOptional()
    .describe("why none of its entries counts: another device's, or another firmware's"),
  unchecked: z.string().exactOptional().describe("what could not be held against the run"),
  notCounted: z
    .array(z.object({ entry, why: z.string() }))
    .exactOptional()
    .describe("entries that name what was found and do not count: what they name is new"),
});

const death: z.ZodType<DeathResult> = z.object({
  no: z.int().min(1),
  how: z.string(),
  at: z.string(),
  inFlight: z.array(z.string()).describe("keys of the cases that were running"),
  blamed: z.array(z.string()).describe("keys of the cases with which, each alone, the device died again"),
});

export const toolSchema = z.object({ name: z.literal("l2tpspec"), version: z.string() });

export const resultsSchema = z.object({
  schema: z.literal(1),
  tool: toolSchema,
  lab: z.string().min(1),
  device: z.string().min(1),
  seed: z.int(),
  startedAt: z.string(),
  durationMs: z.number(),
  totals: totalsSchema,
  cases: z.array(caseSummary),
  rules: z.array(ruleResult),
  baseline: baselineUse.nullable().describe("null where none was applied"),
  deaths: z.array(death).describe("each time the device died"),
  lost: z.string().nullable().describe("why the device did not come back, if it did not"),
}) satisfies z.ZodType<Results>;

/** A results.json from the days before deaths were told lacks two keys; for the rest it is the same. */
export const archivedResultsSchema = resultsSchema.extend({
  deaths: resultsSchema.shape.deaths.default([]),
  lost: resultsSchema.shape.lost.default(null),
});
