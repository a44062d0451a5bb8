/** The published shapes (`reports/schemas/`), made of the schemas that the code itself reads and writes by. */
import { z } from "zod";
import { labSchema } from "#lab/schema";
import { baselineSchema } from "#reports/baseline";
import { comparisonSchema } from "#reports/compare-schema";
import { certificateSchema } from "#reports/certificate/schema";
import { coverageSchema } from "#reports/coverage-schema";
import { matrixSchema } from "#reports/matrix-schema";
import { nightlySchema } from "#reports/nightly";
import { resultsSchema } from "#reports/results-schema";
import { clausesSchema, listSchema, mutantsSchema } from "./printed.ts";

/** One published shape. */
interface Published {
  readonly title: string;
  readonly schema: z.ZodType;
  /** Rises where a key goes, or means something else; a key that comes leaves it. */
  readonly version: number;
  /** Read from a file that people write: unknown keys are mistakes there, and defaults may be left out. */
  readonly written?: true;
}

/** By the name of their files. */
export const PUBLISHED = {
  results: {
    title: "results.json of a run; what run, judge and report print with --json",
    schema: resultsSchema,
    version: 1,
  },
  list: { title: "What list prints with --json: the cases and rules", schema: listSchema, version: 1 },
  clauses: { title: "What clauses prints with --json: the requirements", schema: clausesSchema, version: 1 },
  mutants: {
    title: "What mutants prints with --json: faulty peers and who catches them",
    schema: mutantsSchema,
    version: 1,
  },
  matrix: { title: "matrix.json: what came of every LAC against every LNS", schema: matrixSchema, version: 1 },
  compare: { title: "What compare prints with --json: two runs side by side", schema: comparisonSchema, version: 1 },
  coverage: { title: "coverage.json of a run: clauses and verdicts", schema: coverageSchema, version: 1 },
  certificate: { title: "certificate.json of an evidence bundle", schema: certificateSchema, version: 1 },
  nightly: {
    title: "nightly.json; what nightly prints with --json: a night over several labs",
    schema: nightlySchema,
    version: 1,
  },
  baseline: {
    title: "A baseline: the known deviations of a device",
    schema: baselineSchema,
    version: 1,
    written: true,
  },
  lab: { title: "A lab file, read from YAML", schema: labSchema, version: 1, written: true },
} as const satisfies Readonly<Record<string, Published>>;

export type PublishedName = keyof typeof PUBLISHED;

/** Name of the file in `reports/schemas/`. */
export function fileOf(name: PublishedName): string {
  return `${name}.v${PUBLISHED[name].version}.schema.json`;
}

/**
 * A published shape as JSON Schema (draft 7, which most validators know). What is printed may gain keys within its version, so
 * its objects are open; `closed` has them refuse what they do not name, which is for us: a key that nobody published must not slip out.
 */
export function jsonSchemaOf(name: PublishedName, how: "open" | "closed" = "open"): Readonly<Record<string, unknown>> {
  const { title, schema, version, ...rest } = PUBLISHED[name] as Published;
  const made = z.toJSONSchema(schema, {
    target: "draft-7",
    io: rest.written === true || how === "open" ? "input" : "output",
    // Ids are strings of which only this version of the tool knows the list.
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "custom") jsonSchema.type = "string";
    },
  });
  const { $schema, ...shape } = made;
  return { $schema, $id: `urn:l2tpspec:schema:${name}:${version}`, title, ...shape };
}

/** The text of the file. */
export function schemaText(name: PublishedName): string {
  return `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`;
}
