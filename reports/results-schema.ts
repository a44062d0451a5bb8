/** The shape of results.json, which is also what `run --json`, `judge --json` and `report --json` print. */
import { z } from "zod";
import type { CaseSummary, RuleResult, Totals } from "#expect/verdict";
import { entrySchema } from "./baseline.ts";
import type { DeathResult } from "./deaths.ts";
import { clauseId, died, finding, params, role, verdict } from "./schema.ts";
import type { BaselineUse, Results } from "./sink.ts";

const count = z.int().min(0);

export const totalsSchema: z.ZodType<Totals> = z.object({
  pass: count,
  fail: count,
  remark: count,
  inconclusive: count,
  notApplicable: count,
  notRun: count,
  notExercised: count,
  known: count,
});

const caseSummary: z.ZodType<CaseSummary> = z.object({
  key: z.string().min(1),
  id: z.string().min(1),
  role,
  params,
  clause: clauseId,
  level: z.string(),
  verdict,
  known: z.boolean(),
  reason: z.string(),
  findings: z.array(finding),
  frames: count,
  unclaimed: count,
  durationMs: z.number(),
  suspect: died.exactOptional(),
  death: died.exactOptional(),
});

const ruleResult: z.ZodType<RuleResult> = z.object({
  id: z.string().min(1),
  role,
  clause: clauseId,
  level: z.string(),
  verdict: z.enum([...verdict.options, "not exercised"]),
  known: z.boolean(),
  framesJudged: count,
  findings: z.array(z.object({ ...finding.shape, case: z.string() })),
});

/** A results.json may be of another version of the tool, with clauses that this one lacks. */
const entry = z.object({ ...entrySchema.shape, clause: clauseId });

const baselineUse: z.ZodType<BaselineUse> = z.object({
  file: z.string(),
  unexpectedPasses: z.array(entry),
  expired: z.array(entry),
});

const death: z.ZodType<DeathResult> = z.object({
  no: z.int().min(1),
  how: z.string(),
  at: z.string(),
  inFlight: z.array(z.string()),
  blamed: z.array(z.string()),
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
  baseline: baselineUse.nullable(),
  deaths: z.array(death),
  lost: z.string().nullable(),
}) satisfies z.ZodType<Results>;

/** A results.json from the days before deaths were told lacks two keys; for the rest it is the same. */
export const archivedResultsSchema = resultsSchema.extend({
  deaths: resultsSchema.shape.deaths.default([]),
  lost: resultsSchema.shape.lost.default(null),
});
