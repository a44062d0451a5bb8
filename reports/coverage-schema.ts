/** The shape of a run's coverage.json. */
import { z } from "zod";
import type { Coverage, CoverageClause, Counts } from "./coverage.ts";
import { toolSchema } from "./results-schema.ts";
import { clauseId, verdict } from "./schema.ts";

const count = z.int().min(0);
const clauseVerdict = z.enum([...verdict.options, "not exercised"]);
const coverageVerdict = z.enum([...clauseVerdict.options, "not in the run"]);

const saying = z.object({
  by: z.string().describe("key of the case, or rule ID~ROLE"),
  verdict: clauseVerdict,
  known: z.boolean().describe("whether the baseline expects it"),
  why: z.string().nullable().describe("null of a pass"),
});

const clause: z.ZodType<CoverageClause> = z.object({
  id: clauseId,
  rfc: count.describe("0 of the scenario Call-LNS"),
  section: z.string(),
  level: z.string(),
  actor: z.string(),
  testable: z.string(),
  text: z.string(),
  judgedBy: z.array(z.string()).describe("cases and rules"),
  provenBy: z
    .array(z.string())
    .describe("mutants, choices between ways left open, and faults of the emulated firewall"),
  unproven: z
    .string()
    .nullable()
    .describe("why nothing proves its judges; null where something does, and where there are none"),
  untested: z.string().nullable().describe("why nothing judges it; null where something does"),
  told: z
    .array(
      z.object({
        device: z.string(),
        verdict: coverageVerdict.describe("the worst that any case or rule says"),
        known: z.boolean().describe("whether the baseline expects all that is as bad as that"),
        sayings: z.array(saying),
      }),
    )
    .describe("one a run"),
});

const counts: z.ZodType<Counts> = z.object({
  clauses: count,
  judged: count,
  proven: count.describe("of those judged"),
  untested: count,
  verdicts: z
    .record(z.string(), z.record(coverageVerdict, count))
    .describe("by device; they add up to the clauses judged"),
});

export const coverageSchema = z.object({
  schema: z.literal(1),
  tool: toolSchema,
  runs: z.array(z.object({ device: z.string(), run: z.string(), startedAt: z.string() })),
  counts,
  documents: z.array(
    z.object({
      document: z.string(),
      counts,
      sections: z.array(z.object({ section: z.string(), counts, clauses: z.array(clause) })),
    }),
  ),
}) satisfies z.ZodType<Coverage>;
