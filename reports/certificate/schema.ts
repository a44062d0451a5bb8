/** The shape of certificate.json. */
import { z } from "zod";
import { clauseId, params, role, verdict } from "../schema.ts";

const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits");
const CERTIFIED = ["pass", "remark", "not applicable", "not exercised"] as const;

const said = z.object({
  by: z.string().describe("key of the case, or id of the rule"),
  word: z.string(),
  why: z.string().describe("empty of a pass"),
  in: z.string().describe("key of the case whose capture shows it").exactOptional(),
  frame: z.int().min(1).describe("in that capture").exactOptional(),
});

const clause = z.object({
  id: clauseId,
  document: z.string(),
  section: z.string(),
  level: z.string(),
  text: z.string(),
});

export const certificateSchema = z.object({
  schema: z.literal(1),
  result: z.literal("certified").describe("a run that is refused has no certificate"),
  specimen: z.string().nullable().describe("why it says nothing of any product, if so"),
  tool: z.object({
    name: z.literal("l2tpspec"),
    version: z.string(),
    digest: digest.describe("SHA-256 over the built files of the tool"),
  }),
  issuedAt: z.iso.datetime(),
  signer: digest.describe("SHA-256 of the signer's public key in DER"),
  profile: z.object({ name: z.string(), title: z.string(), role, documents: z.array(z.string()) }),
  run: z.object({
    id: z.string().min(1),
    lab: z.string(),
    seed: z.int(),
    startedAt: z.string(),
    durationMs: z.number(),
    selection: z.record(z.string(), z.unknown()),
  }),
  device: z.object({ id: z.string(), firmware: z.string().nullable().describe("null where nobody stated it") }),
  ics: z
    .array(
      z.object({
        feature: z.string(),
        claimed: z.boolean(),
        found: z.string().nullable().describe("what the probe found of it; null where nothing was asked"),
      }),
    )
    .describe("what the lab says that the device supports"),
  counts: z
    .array(
      z.object({
        document: z.string(),
        mandatory: count,
        pass: count,
        remark: count,
        notApplicable: count,
        notExercised: count,
        notShown: count.describe("mandatory by its level, and judged by nothing; not among those counted as mandatory"),
        outside: count.describe(
          "mandatory by its level, and asked by other profiles alone; not among those counted either",
        ),
      }),
    )
    .describe("one a document"),
  clauses: z.array(z.object({ ...clause.shape, core: z.boolean(), verdict: z.enum(CERTIFIED), said: z.array(said) })),
  notShown: z.array(z.object({ ...clause.shape, why: z.string() })),
  remarks: z.array(z.object({ ...clause.shape, said })),
  cases: z
    .array(z.object({ key: z.string(), id: z.string(), version: z.int().min(1), params, verdict }))
    .describe("every case of the run in that role, judged from its capture"),
});

/** certificate.json */
export type Certificate = z.infer<typeof certificateSchema>;
export type CertifiedWord = (typeof CERTIFIED)[number];
