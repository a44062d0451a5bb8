/** Each time the device died in a run (`deaths.json`), and which case is to blame, as far as one of them brought it back. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CaseResult } from "#expect/verdict";
import { readJson } from "./files.ts";

/** `deaths.json` */
export const deathsSchema = z.object({
  schema: z.literal(1),
  deaths: z.array(
    z.object({ no: z.int().min(1), how: z.string(), at: z.iso.datetime(), inFlight: z.array(z.string()) }),
  ),
  /** Why it did not come back, if it did not. */
  lost: z.string().nullable(),
});

/** What a run wrote down. */
export type DeathsRecord = Pick<z.infer<typeof deathsSchema>, "deaths" | "lost">;
export const NO_DEATHS: DeathsRecord = { deaths: [], lost: null };

/** One death, as results.json tells it. */
export interface DeathResult {
  readonly no: number;
  readonly how: string;
  readonly at: string;
  /** Keys of the cases that were running. */
  readonly inFlight: readonly string[];
  /** Those with which, each alone, the device died again. With nobody here the death is a finding of its own. */
  readonly blamed: readonly string[];
}

export function readDeaths(run: string): DeathsRecord {
  const file = join(run, "deaths.json");
  return existsSync(file) ? readJson(file, deathsSchema, "the deaths of the device") : NO_DEATHS;
}

/** Who is to blame for each death: a case that had the device for itself, then or when it was run again. */
export function deathsOf(
  { deaths }: DeathsRecord,
  cases: readonly Pick<CaseResult, "key" | "death" | "suspect">[],
): readonly DeathResult[] {
  return deaths.map((d) => {
    const isBlamed = (c: (typeof cases)[number]): boolean =>
      c.death?.alone === true && (c.death.no === d.no || c.suspect?.no === d.no);
    return { ...d, blamed: cases.filter(isBlamed).map((c) => c.key) };
  });
}

/** A death that nobody is to blame for must not vanish: the device died, and no verdict says so. */
export const isUnexplained = (death: DeathResult): boolean => death.blamed.length === 0;

/** In one sentence: how, beside whom, and what came of it when they were run alone. */
export function deathText({ how, inFlight, blamed }: DeathResult): string {
  const n = inFlight.length;
  const died = `the device died (${how})`;
  if (n === 0) return `${died} while no case ran: nobody can tell what of`;
  const who = n === 1 ? inFlight[0]! : `${n} cases in flight`;
  if (blamed.length > 0) return `${died} with ${who}; alone it died again with ${blamed.join(", ")}`;
  return `${died} with ${who}; ${n === 1 ? "alone it lived" : `with each of them alone it lived: ${inFlight.join(", ")}`}`;
}

/** A line for each death that is not told by the failure of one case, and one for a device that is gone. */
export function deathLines(
  deaths: readonly DeathResult[],
  lost: string | null,
  cases: readonly Pick<CaseResult, "reason">[],
): readonly string[] {
  const told = deaths.filter((d) => isUnexplained(d) || d.inFlight.length > 1);
  const left = cases.filter((c) => lost !== null && c.reason.endsWith(lost)).length;
  return [
    ...told.map((d) => (isUnexplained(d) ? "death" : "suspects").padEnd(17) + deathText(d)),
    ...(lost === null ? [] : [`${"gone".padEnd(17)}${lost}; ${left} cases could not be put to it`]),
  ];
}
