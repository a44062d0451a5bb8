/** The shapes that a run's folder holds, checked when they are read: a report must not be built on half a file. */
import { z } from "zod";
import type { ClauseId } from "#clauses";
import type { CaseResult, Died, Finding, RuleTally, RungResult } from "#expect/verdict";

/** An id that this version's clauses lack is kept: a run folder may be older or newer than the tool that reads it. */
export const clauseId = z.custom<ClauseId>((value) => typeof value === "string", "a clause id");
const frameNo = z.int().min(1);

export const finding = z.object({
  clause: clauseId.nullable().describe("null where no clause is broken: the bench could not tell"),
  verdict: z.enum(["fail", "remark", "inconclusive"]),
  expected: z.string(),
  actual: z.string(),
  frame: frameNo.nullable().describe("number of the frame in the case's capture; null where none came"),
  offset: z.int().min(0).nullable().describe("octets from the start of that frame"),
  length: z.int().min(0).describe("octets at fault").exactOptional(),
  rung: z.int().min(1).describe("the rung that missed").exactOptional(),
}) satisfies z.ZodType<Finding>;

const rungResult: z.ZodType<RungResult> = z.object({
  no: z.int().min(1),
  kind: z.string(),
  text: z.string(),
  clause: clauseId.nullable(),
  at: z.string().nullable(),
  climbed: z.boolean(),
  frame: frameNo.nullable(),
  atMs: z.number().nullable(),
  says: z.union([z.string(), z.number(), z.boolean()]).nullable().exactOptional(),
});

const ruleTally: z.ZodType<RuleTally> = z.object({
  id: z.string(),
  clause: clauseId,
  framesJudged: z.int().min(0),
  findings: z.array(finding),
});

export const died: z.ZodType<Died> = z.object({
  no: z.int().min(1),
  how: z.string(),
  inFlight: z.array(z.string()),
  alone: z.boolean(),
});

export const verdict = z.enum(["pass", "fail", "remark", "inconclusive", "not applicable", "not run"]);
export const role = z.enum(["lac", "lns"]);
export const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** `cases/<key>/result.json` */
export const caseResultSchema: z.ZodType<CaseResult> = z.object({
  schema: z.literal(1),
  key: z.string().min(1),
  id: z.string().min(1),
  suite: z.string(),
  role,
  params,
  clause: clauseId,
  clauses: z.array(clauseId),
  level: z.string(),
  story: z.string(),
  met: z.object({ implementation: z.string(), reported: z.string() }).exactOptional(),
  suspect: died.exactOptional(),
  death: died.exactOptional(),
  known: z.boolean(),
  startedAt: z.string(),
  durationMs: z.number(),
  verdict,
  reason: z.string(),
  findings: z.array(finding),
  rungs: z.array(rungResult),
  // JSON has no number keys; JavaScript reads them back all the same.
  claims: z.record(z.string(), z.string()) as unknown as z.ZodType<CaseResult["claims"]>,
  frames: z.int().min(0),
  unclaimed: z.int().min(0),
  rules: z.array(ruleTally),
});

/** Of what a rung asked for, where it was to be seen, and by what a flow is told from others. */
const asked = z.object({
  match: z.object({
    what: z.string().exactOptional(),
    at: z.enum(["lan", "wan", "inside", "server", "away"]).exactOptional(),
    tag: z.string().exactOptional(),
    fields: z.record(z.string(), z.looseObject({ is: z.string() })).exactOptional(),
  }),
});

/** As much of ladder.json as a report needs to name a case that was cut off, and to place a rung in time. */
export const ladderSchema = z.object({
  key: z.string().min(1),
  id: z.string().min(1),
  suite: z.string(),
  role,
  params,
  clause: clauseId,
  clauses: z.array(clauseId),
  story: z.string(),
  startedAt: z.string(),
  device: z.object({ addresses: z.array(z.string()) }),
  /** `after`: the bench's k-th frame, from 1, starts the rung's time; 0 is the start of the case. */
  rungs: z.array(
    z.object({
      no: z.int().min(1),
      after: z.int().min(0),
      withinMs: z.number(),
      of: z.array(asked).exactOptional(),
    }),
  ),
  l2tpPorts: z.array(z.int()).exactOptional(),
  teardownAfter: z.int().min(0).nullish(),
  sanity: z.object({ after: z.int().min(0) }).nullish(),
});
export type LadderRecord = z.infer<typeof ladderSchema>;

/** `run.json` */
export const runInfoSchema = z.object({
  schema: z.literal(1),
  tool: z.object({ name: z.literal("l2tpspec"), version: z.string() }),
  /** Name of the lab. */
  lab: z.string().min(1),
  /** Its file, as it was given on the command line. */
  labFile: z.string().min(1),
  device: z.string().min(1),
  seed: z.int(),
  strict: z.boolean(),
  /** The baseline that was asked for, on the command line or by the lab: a file or `none`. */
  baseline: z.string().exactOptional(),
  /** Folder of suites of the lab's own, where there were some. */
  suites: z.string().exactOptional(),
  startedAt: z.iso.datetime({ offset: true }),
  /** Absent while the run goes on, and for ever if it was killed. */
  durationMs: z.number().exactOptional(),
  selection: z.record(z.string(), z.unknown()),
  environment: z.record(z.string(), z.unknown()),
});
export type RunInfo = z.infer<typeof runInfoSchema>;
