/** The shape of what `compare --json` prints. */
import { z } from "zod";
import type { Change, Comparison, RunHead } from "./compare.ts";
import { totalsSchema } from "./results-schema.ts";
import { role, verdict } from "./schema.ts";

const count = z.int().min(0);
const told = z.object({ verdict: z.enum([...verdict.options, "not exercised"]), known: z.boolean() });

const change: z.ZodType<Change> = z.object({
  key: z.string().describe("key of the case, or rule ID~ROLE"),
  kind: z.enum(["case", "rule"]),
  id: z.string(),
  role,
  clauses: z.array(z.string()).describe("what the change is about"),
  level: z.string(),
  before: told.nullable().describe("null where the run has no such result"),
  after: told.nullable(),
  reason: z.string(),
});

const runHead: z.ZodType<RunHead> = z.object({
  run: z.string(),
  version: z.string(),
  lab: z.string(),
  device: z.string(),
  seed: z.int(),
  startedAt: z.string(),
  durationMs: z.number(),
  totals: totalsSchema,
  unexplainedDeaths: count.describe("deaths of the device that no case is to blame for"),
});

const moved = z.object({ key: z.string(), beforeMs: z.number(), afterMs: z.number() });
const came = z.object({
  verdict: z.string(),
  runs: z.array(z.object({ run: z.string(), seed: z.int() })),
  reason: z.string(),
});
const changes = z.array(change);

export const comparisonSchema: z.ZodType<Comparison> = z.object({
  schema: z.literal(1),
  before: runHead,
  after: runHead,
  between: z.array(runHead).describe("runs between the first and the last"),
  newFailures: changes.describe("a failure that nobody expects, and that the first run had not"),
  fixed: changes.describe("a failure where the second run passes"),
  remarksCame: changes,
  remarksWent: changes,
  changed: changes.describe("every other change of a verdict"),
  onlyBefore: changes.describe("results that the last run has not"),
  onlyAfter: changes.describe("results that the first run has not"),
  clauses: z.array(
    z.object({
      clause: z.string(),
      level: z.string(),
      before: z.string().nullable().describe("the worst that was said of it; null where the run was not about it"),
      after: z.string().nullable(),
    }),
  ),
  timing: z.object({
    tolerance: z.object({ ms: z.number(), ratio: z.number() }),
    slower: z.array(moved),
    faster: z.array(moved),
    leftOut: count.describe("cases of both runs whose times are not compared"),
  }),
  flaky: z
    .array(z.object({ key: z.string(), came: z.array(came) }))
    .describe("of three runs and more: what did not always come to the same"),
});
