/** What runs have besides their verdicts, put into one run's folder: nobody who judges it again, or certifies by it, misses a file. */
import { cpSync, existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { isMisuse } from "#fixtures/misuse";
import type { DeathsRecord } from "./deaths.ts";
import { readJson, writeAtomically } from "./files.ts";
import type { Part, Reading } from "./merge-part.ts";
import type { ProbeRecord } from "./probe.ts";

/**
 * Copies what the parts have of each case, and of what they asked the device. Deaths are numbered anew, and with them what is said
 * of them beside each case; gives them.
 */
export function copyEvidence(dir: string, parts: readonly Part[]): DeathsRecord["deaths"] {
  const deaths: DeathsRecord["deaths"][number][] = [];
  const told = new Map<string, ProbeRecord>();
  for (const part of parts) {
    const before = deaths.length;
    for (const kind of ["cases", "suspects"])
      for (const name of foldersIn(part.run, kind)) copyCase(join(dir, kind), join(part.run, kind, name), before);
    for (const name of foldersIn(part.run, "probes")) {
      const asked = part.probes.find(({ feature, role }) => name === `probe-${feature}~${role}`);
      if (asked === undefined || !told.has(answerOf(asked)))
        copyCase(join(dir, "probes"), join(part.run, "probes", name), before);
    }
    for (const p of part.probes) if (!told.has(answerOf(p))) told.set(answerOf(p), p);
    deaths.push(...part.deaths.deaths.map((d) => ({ ...d, no: d.no + before })));
  }
  if (told.size > 0) writeJson(join(dir, "probe.json"), { schema: 1, probes: [...told.values()] });
  return deaths;
}

/** What two machines have asked alike is told once. */
const answerOf = ({ feature, role, found }: ProbeRecord): string => `${feature} ${role} ${found}`;

function foldersIn(run: string, kind: string): readonly string[] {
  if (!existsSync(join(run, kind))) return [];
  return readdirSync(join(run, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The folder of a case, of a suspect or of a probe. Its ladder is what it is judged by, and says of the deaths what its result says. */
function copyCase(parent: string, from: string, before: number): void {
  const to = freeIn(parent, basename(from));
  cpSync(from, to, { recursive: true });
  if (before > 0) for (const name of ["ladder.json", "result.json"]) renumber(join(to, name), before);
}

function freeIn(parent: string, name: string): string {
  let free = join(parent, name);
  for (let n = 2; existsSync(free); n++) free = join(parent, `${name}~${n}`);
  return free;
}

const numbered = z.looseObject({ no: z.int() });
const speaksOfDeaths = z.looseObject({ death: numbered.exactOptional(), suspect: numbered.exactOptional() });

/** A file that is missing or damaged stays what it is: its case is inconclusive, and says why. */
function renumber(file: string, before: number): void {
  try {
    const { death, suspect, ...rest } = readJson(file, speaksOfDeaths, "what a case says of deaths");
    if (death === undefined && suspect === undefined) return;
    const again = { ...rest };
    for (const [name, one] of Object.entries({ death, suspect }))
      if (one !== undefined) again[name] = { ...one, no: one.no + before };
    writeAtomically(file, JSON.stringify(again));
  } catch (error) {
    if (!isMisuse(error)) throw error;
  }
}

/** The lab, which all of them have alike, and what they say of the device's software. */
export function copyLab(dir: string, parts: readonly Part[]): void {
  for (const name of ["lab.json", "device.json"]) {
    const from = parts.map(({ run }) => join(run, name)).find((file) => existsSync(file));
    if (from !== undefined) cpSync(from, join(dir, name));
  }
}

/** Where two labs differ, and how. */
export function labDifference(
  a: Part["lab"],
  b: Part["lab"],
): { readonly field: string; readonly expected: string; readonly found: string } | undefined {
  if (a === undefined || b === undefined)
    return a === b ? undefined : { field: "", expected: a ? "a lab" : "none", found: b ? "one" : "none" };
  const [ours, theirs] = [new Map(valuesIn(a)), new Map(valuesIn(b))];
  const field = [...ours.keys(), ...theirs.keys()].find((at) => ours.get(at) !== theirs.get(at));
  if (field === undefined) return undefined;
  return { field: `: ${field}`, expected: ours.get(field) ?? "none", found: theirs.get(field) ?? "none" };
}

/** Each value by its place: `device.id`, `users.0.name`. */
function valuesIn(value: unknown, at: readonly string[] = []): readonly (readonly [string, string])[] {
  const below = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (below.length === 0) return [[at.join("."), JSON.stringify(value)]];
  return below.flatMap(([name, one]) => valuesIn(one, [...at, name]));
}

/** Adds up what the second decoder read, and gives the line that tells of where the two differ. */
export function writeReadings(dir: string, parts: readonly Part[]): string | undefined {
  const readings = parts.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
  if (readings.length === 0) return undefined;
  const sum = (of: (r: Reading) => number): number => readings.reduce((n, r) => n + of(r), 0);
  const reasons = new Set(readings.flatMap((r) => Object.keys(r.explained)));
  const disagreements = readings.flatMap((r) => r.disagreements);
  writeJson(join(dir, "decoders.json"), {
    frames: sum((r) => r.frames),
    values: sum((r) => r.values),
    exempt: sum((r) => r.exempt),
    disagreements,
    explained: Object.fromEntries([...reasons].map((reason) => [reason, sum((r) => r.explained[reason] ?? 0)])),
  });
  const [first] = disagreements;
  if (first === undefined) return undefined;
  const { case: key, caseFrame, path } = first;
  return `the decoders differ in ${key} frame ${caseFrame}: ${path} (${disagreements.length} in all, decoders.json)`;
}

export function writeJson(file: string, content: object): void {
  writeAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
}
