/** What a run shows, read from its files alone and judged again: for `certify`, and for whoever verifies the bundle. */
import { CLAIMS } from "#fixtures/needs";
import { isMisuse } from "#fixtures/misuse";
import { labSchema, type LabSpec } from "#lab/schema";
import type { Role, Verdict } from "#expect/verdict";
import { type Files, jsonIn } from "#reports/bundle/files";
import type { Evidence } from "#reports/certificate/certificate";
import type { Word } from "#reports/certificate/assess";
import { deathsOf, deathsSchema, deathText, NO_DEATHS } from "#reports/deaths";
import { type ProbeRecord, probeSchema } from "#reports/probe";
import { archivedResultsSchema } from "#reports/results-schema";
import { runInfoSchema, type RunInfo } from "#reports/schema";
import { type CaseEvidence, judgeCase } from "./evidence-case.ts";
import { LAB } from "./lab-record.ts";
import { specimenOf } from "./specimen.ts";
import { probesShown } from "./evidence-probe.ts";
import { resultsFaults, runFaults } from "./evidence-run.ts";
import { secretFaults } from "./evidence-secret.ts";
import { timeFaults } from "./evidence-time.ts";
import type { KnownRuns } from "./known-cases.ts";

export interface ReadEvidence {
  readonly info: RunInfo;
  readonly lab: LabSpec;
  readonly evidence: Evidence;
  /** One line each: what was written down is not what the captures show, or can no longer be judged. */
  readonly faults: readonly string[];
  /** One line each: cases whose verdict hangs on hidden values, for which the tunnel secret was not at hand. */
  readonly untold: readonly string[];
  /** Cases that are not those of this version's catalogue. */
  readonly foreign: readonly string[];
}

/** The lab as the run kept it. */
export function labIn(files: Files): LabSpec {
  return jsonIn(files, LAB, labSchema, "the lab, as the run kept it");
}

/** The run's own word on itself. */
export function infoIn(files: Files): RunInfo {
  return jsonIn(files, "run.json", runInfoSchema, "a run's folder with its run.json");
}

export function readEvidence(files: Files, id: string, known: KnownRuns, secret: Uint8Array | undefined): ReadEvidence {
  const [info, lab] = [infoIn(files), labIn(files)];
  const asked = files.has("probe.json")
    ? jsonIn(files, "probe.json", probeSchema, "what was asked of the device").probes
    : [];
  const record = files.has("deaths.json")
    ? jsonIn(files, "deaths.json", deathsSchema, "the deaths of the device")
    : NO_DEATHS;
  const faults: string[] = [...runFaults(files, info, lab)];
  const untold: string[] = [];
  const foreign: string[] = [];
  const all: CaseEvidence[] = [];
  /** A difference of a case with hidden values proves nothing where nobody can open them. */
  const judged = (dir: string): CaseEvidence => {
    const one = judgeCase(files, dir, secret);
    all.push(one);
    if (one.difference === undefined) return one;
    if (secret === undefined && lab.tunnelSecret !== undefined && one.closed) {
      untold.push(`${dir}: holds what only the tunnel secret opens, and was not judged again (--secrets)`);
      return { ...one, result: one.written };
    }
    faults.push(one.difference);
    return one;
  };
  const beside = (kind: string): ReadonlyMap<string, CaseEvidence> => {
    const folders = foldersIn(files, kind).map((dir) => [dir.slice(kind.length + 1), judged(dir)] as const);
    for (const [, one] of folders) noteDamage(one, faults);
    return new Map(folders);
  };
  const { probes, faults: misprobed } = probesShown(asked, beside("probes"), lab);
  faults.push(...misprobed);
  beside("suspects");
  const cases = new Map<string, CaseOfEvidence>();
  const written = new Map<string, Verdict>();
  for (const dir of foldersIn(files, "cases")) {
    const one = judged(dir);
    // A case that was cut off is a thing of the run; a file that is damaged is one of the evidence.
    if (one.ladder?.state !== "running" && files.has(`${dir}/result.json`)) noteDamage(one, faults);
    const key = dir.slice("cases/".length);
    const stranger = strangenessOf(one, key, known);
    if (stranger !== undefined) foreign.push(stranger);
    written.set(key, one.written?.verdict ?? "inconclusive");
    cases.set(key, caseOf(one, key, known, probes, lab));
  }
  faults.push(...secretFaults(all, lab, secret), ...timeFaults(all, info), ...otherResults(files, written, info));
  const deaths = deathsOf(record, [...cases.values()]);
  const objections: { word: Word; why: string }[] = [
    ...deaths.map((d) => ({ word: "fail" as const, why: deathText(d) })),
    ...(record.lost === null
      ? []
      : [{ word: "inconclusive" as const, why: `the device did not come back: ${record.lost}` }]),
    ...(info.durationMs === undefined ? [{ word: "inconclusive" as const, why: "the run did not end" }] : []),
  ];
  const firmware = info.environment["firmware"];
  const evidence: Evidence = {
    run: {
      id,
      lab: info.lab,
      seed: info.seed,
      startedAt: info.startedAt,
      durationMs: info.durationMs ?? 0,
      selection: info.selection,
    },
    device: { id: info.device, firmware: typeof firmware === "string" && firmware !== "" ? firmware : null },
    specimen: specimenOf(lab) ?? all.find((one) => one.specimen !== null)?.specimen ?? null,
    ics: Object.fromEntries(Object.entries(CLAIMS).map(([feature, key]) => [feature, lab.ics[key]])),
    probes,
    cases,
    objections,
  };
  return { info, lab, evidence, faults, untold, foreign };
}

type CaseOfEvidence = Evidence["cases"] extends ReadonlyMap<string, infer T> ? T : never;

/** `cases/<key>` and the like, in the order of the files. */
function foldersIn(files: Files, kind: string): readonly string[] {
  const start = `${kind}/`;
  const below = files.paths.filter((path) => path.startsWith(start) && path.includes("/", start.length));
  return [...new Set(below.map((path) => path.slice(0, path.indexOf("/", start.length))))];
}

function noteDamage({ damage }: CaseEvidence, faults: string[]): void {
  if (damage !== undefined) faults.push(damage);
}

function caseOf(
  one: CaseEvidence,
  key: string,
  known: KnownRuns,
  probes: readonly ProbeRecord[],
  lab: LabSpec,
): CaseOfEvidence {
  const { ladder, result, damage } = one;
  const [id = key, role] = key.split("~");
  if (result === undefined)
    return {
      key,
      id: ladder?.id ?? id,
      role: ladder?.role ?? (role === "lac" ? "lac" : "lns"),
      params: ladder?.params ?? {},
      clauses: ladder?.clauses ?? [],
      version: ladder?.version ?? 1,
      verdict: "inconclusive",
      reason: damage ?? "interrupted",
      findings: [],
      rules: [],
    };
  const version = ladder?.version ?? 1;
  if (result.verdict !== "not applicable" || agreed(known.needs(key), result.role, probes, lab))
    return { ...result, version };
  const reason = `${result.reason}; no probe of the run shows that`;
  return { ...result, version, verdict: "inconclusive", reason };
}

/** Whether a feature that the case needs is one that the ICS denies and the probe did not find. */
function agreed(needs: readonly string[], role: Role, probes: readonly ProbeRecord[], lab: LabSpec): boolean {
  return Object.entries(CLAIMS).some(
    ([feature, key]) =>
      needs.includes(feature) &&
      !lab.ics[key] &&
      probes.some((p) => p.feature === feature && p.role === role && !p.claimed && p.found === "not supported"),
  );
}

/** How a case is not the one that this version's catalogue has. */
function strangenessOf({ dir, ladder }: CaseEvidence, key: string, known: KnownRuns): string | undefined {
  if (ladder === undefined) return undefined;
  const expected = known.identity(key);
  if (expected === undefined) return `${dir}: expected a case of this version, found another`;
  const found = {
    key: ladder.key,
    id: ladder.id,
    role: ladder.role,
    version: ladder.version,
    suite: ladder.suite,
    params: JSON.stringify(ladder.params),
    clauses: [ladder.clause, ...ladder.clauses].join(" "),
    background: ladder.background.join(" "),
  };
  for (const [field, value] of Object.entries(expected)) {
    const other = found[field as keyof typeof found];
    if (other !== value)
      return `${dir}/ladder.json: ${field}: expected ${String(value) || "none"} as this version has it, found ${String(other) || "none"}`;
  }
  return undefined;
}

/** results.json is what people read: it must not say something else. */
function otherResults(files: Files, written: ReadonlyMap<string, Verdict>, info: RunInfo): readonly string[] {
  let results;
  try {
    results = jsonIn(files, "results.json", archivedResultsSchema, "the results of the run");
  } catch (error) {
    if (!isMisuse(error)) throw error;
    return [error.message];
  }
  const listed = new Map<string, Verdict>(results.cases.map((c) => [c.key, c.verdict]));
  const key = [...written.keys(), ...listed.keys()].find((k) => listed.get(k) !== written.get(k));
  const faults = resultsFaults(results, info);
  if (key === undefined) return faults;
  const found = listed.get(key) ?? "no such case";
  return [
    ...faults,
    `results.json: ${key}: expected ${written.get(key) ?? "no such case"} as the case itself has it, found ${found}`,
  ];
}
