/** The shapes of what `list`, `clauses` and `mutants` print with `--json`. */
import { z } from "zod";
import type { ClauseId } from "#clauses";
import type { Listed } from "#fixtures/catalogue";
import type { MutationReport } from "#fixtures/mutation/report";
import type { ListedClause } from "./clauses.ts";

const clauseId = z.custom<ClauseId>((value) => typeof value === "string", "a clause id");
const count = z.int().min(0);
const words = z.array(z.string());
const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const listed: z.ZodType<Listed> = z.object({
  id: z.string().min(1),
  kind: z.enum(["case", "rule"]),
  suite: z.string(),
  clause: clauseId,
  clauses: z.array(clauseId),
  level: z.string(),
  role: z.enum(["lac", "lns", "both"]),
  story: z.string(),
  met: z.object({ implementation: z.string(), reported: z.string() }).exactOptional(),
  params: z.array(params).describe("rows of the case's table; without any it is run once"),
  needs: words.describe("abilities that the device or the lab must have"),
  waitsMs: z.number().min(0).describe("what the case waits, by its own word"),
  alone: z.boolean().describe("no other case may run beside it"),
  profiles: z.array(z.enum(["quick", "full"])),
});

/** `list --json` */
export const listSchema = z.array(listed);

const listedClause: z.ZodType<ListedClause> = z.object({
  id: clauseId,
  rfc: count.describe("0 for a claim of the scenario Call-LNS"),
  section: z.string(),
  level: z.string(),
  actor: z.string(),
  testable: z.string(),
  text: z.string(),
  judgedBy: words.describe("cases and rules"),
  provenBy: words.describe("mutants, choices between ways left open, and faults of the emulated firewall"),
  unproven: z
    .string()
    .nullable()
    .describe("why nothing proves its judges; null where something does, and where there are none"),
  untested: z.string().nullable().describe("why nothing judges it"),
  verdicts: z
    .record(z.string(), z.string())
    .describe("what the last run against each device came to, by the device's id"),
});

/** `clauses --json` */
export const clausesSchema = z.array(listedClause);

const mutant = z.object({
  id: z.string(),
  clause: clauseId,
  story: z.string(),
  fired: count.describe("how often its fault was told"),
  killedBy: words,
  caughtIn: words,
  runs: count,
});

/** `mutants --json` */
export const mutantsSchema: z.ZodType<MutationReport> = z.object({
  total: count,
  killed: count,
  survivors: z.array(mutant),
  falseAlarms: z
    .array(z.object({ peer: z.string(), key: z.string(), reason: z.string() }))
    .nullable()
    .describe("of peers that conform; null where they were not tried"),
  idleCases: words.describe("cases that claim something and caught none"),
  elsewhere: words.describe("cases that need hosts around a device"),
  equivalent: z.array(z.object({ id: z.string(), reason: z.string() })),
  mutants: z.array(mutant),
  runs: count,
  durationMs: z.number(),
});
