/** The shape of matrix.json: every LAC against every LNS, and what came of it. */
import { z } from "zod";
import { role } from "./schema.ts";

const count = z.int().min(0);

/** In the order in which a call takes them; the two authentications stand beside each other. */
export const matrixStep = z.enum(["set-up", "pap", "chap", "mru", "address", "data", "teardown"]);

const step = z.object({
  is: z.enum(["yes", "no", "cannot"]),
  text: z.string(),
  call: z.string().optional().describe("the call that shows it"),
  frame: count.optional().describe("in the capture of that call"),
});

const deviation = z.object({
  rule: z.string(),
  clause: z.string(),
  expected: z.string(),
  actual: z.string(),
  frame: count.nullable(),
  known: z.boolean().describe("the baseline of the device names it"),
});

const judgedEnd = z.object({
  role,
  device: z.string(),
  address: z.string(),
  frames: count,
  rules: count.describe("that had something to judge"),
  fails: z.array(deviation).readonly(),
  remarks: count,
});

const call = z.object({
  method: z.enum(["pap", "chap"]),
  capture: z.string().describe("path from the folder of matrix.json"),
  ends: z.array(judgedEnd).readonly(),
});

const cell = z.object({
  lac: z.string().describe("device"),
  lns: z.string().describe("device"),
  verdict: z.enum(["full", "in part", "cannot"]),
  reason: z.string().optional().describe("why it cannot be"),
  steps: z.partialRecord(matrixStep, step),
  calls: z.array(call).readonly(),
});

const end = z.object({ device: z.string(), lab: z.string() });

export const matrixSchema = z.object({
  schema: z.literal(1),
  tool: z.object({ name: z.string(), version: z.string() }),
  startedAt: z.string(),
  durationMs: z.number(),
  lacs: z.array(end).readonly(),
  lnss: z.array(end).readonly(),
  cells: z.array(cell).readonly().describe("row by row: each LAC against all LNSs"),
});

export type Matrix = z.infer<typeof matrixSchema>;
export type MatrixCell = z.infer<typeof cell>;
export type MatrixStep = z.infer<typeof step>;
export type JudgedEndOfCall = z.infer<typeof judgedEnd>;
