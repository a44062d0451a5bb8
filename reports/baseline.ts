/**
 * Known deviations of a device. A baseline is applied after judging: it never changes a verdict, it only says which were
 * expected. One entry names one finding of one case or rule, by its words; there are no wildcards.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isClauseId, type ClauseId } from "#clauses";
import type { Finding, Role, RuleOutcome } from "#expect/verdict";
import { Misuse } from "#fixtures/misuse";
import { PACKAGE_ROOT } from "#fixtures/root";
import { readJson } from "./files.ts";
import type { RunInfo } from "./run-folder.ts";

/** One entry; a baseline's file and results.json hold the same. */
export const entrySchema = z.strictObject({
  /** Id of a case or of a rule. */
  id: z.string().min(1),
  /** Role of the device. */
  role: z.enum(["lac", "lns"]),
  clause: z.custom<ClauseId>((v) => typeof v === "string" && isClauseId(v), "a clause id such as RFC2661-5.8-02"),
  /** Only what a device did can be expected of it; that the bench could not tell is never "known". */
  verdict: z.enum(["fail", "remark"]),
  expected: z.string().min(1),
  actual: z.string(),
  /** The evidence, a file beside the baseline. */
  capture: z.string().nullable(),
  frame: z.int().min(1).nullable(),
  offset: z.int().min(0).nullable(),
  /** Why the deviation is put up with. */
  reason: z.string().min(1),
  link: z.string().nullable(),
  /** The last day on which the entry counts. */
  expires: z.iso.date().nullable(),
});

/** `reports/baseline/<device>.json` */
export const baselineSchema = z.strictObject({
  schema: z.literal(1),
  device: z.string().min(1),
  firmware: z.string(),
  entries: z.array(entrySchema),
});

export type BaselineEntry = z.infer<typeof entrySchema>;
export type Baseline = z.infer<typeof baselineSchema> & { readonly file: string };

/**
 * The baseline of a run: `option` is what `--baseline` said (a file, or `none`); without it the device's own file in
 * `reports/baseline/`, if there is one. Misuse when the file is not a baseline; one of another device is taken, and none of its
 * entries will count.
 */
export function findBaseline(option: string | undefined, device: string): Baseline | undefined {
  if (option === "none") return undefined;
  if (option !== undefined) return loadBaseline(option);
  const own = ownBaseline(device);
  return existsSync(own) ? loadBaseline(own) : undefined;
}

/** Where the project keeps the baseline of a device. */
export function ownBaseline(device: string): string {
  return join(PACKAGE_ROOT, "reports", "baseline", `${device}.json`);
}

/** Reads a baseline; Misuse where it is none, or not that of `device`. */
export function loadBaseline(file: string, device?: string): Baseline {
  const baseline = { ...readJson(file, baselineSchema, "a baseline"), file };
  if (device !== undefined && baseline.device !== device)
    throw new Misuse({ file, field: "device", expected: `"${device}"`, found: `"${baseline.device}"` });
  const seen = new Set<string>();
  baseline.entries.forEach((e, i) => {
    const key = JSON.stringify([e.id, e.role, e.clause, e.verdict, e.expected]);
    if (seen.has(key))
      throw new Misuse({ file, field: `entries[${i}]`, expected: "one entry a finding", found: `${key} twice` });
    seen.add(key);
  });
  return baseline;
}

/** What of a baseline counts in a run. */
export interface Expectations {
  readonly active: readonly BaselineEntry[];
  readonly expired: readonly BaselineEntry[];
  /** Why none of its entries counts, whatever their day. */
  readonly foreign?: string;
  /** What could not be held against the run; the entries count all the same. */
  readonly unchecked?: string;
}

/** As much of a run as decides which entries count. */
export type AboutRun = Pick<RunInfo, "startedAt" | "device" | "environment">;

/** The run's own date counts, so that a report made again later says what the run said. */
export function expectationsOn(baseline: Baseline | undefined, run: AboutRun): Expectations {
  if (baseline === undefined) return { active: [], expired: [] };
  const { entries } = baseline;
  const foreign = foreignTo(baseline, run);
  if (foreign !== undefined) return { active: [], expired: [], foreign };
  const isExpired = (e: BaselineEntry): boolean => isExpiredOn(e, run.startedAt);
  const unknown = baseline.firmware.trim() !== "" && firmwareOf(run) === undefined;
  return {
    active: entries.filter((e) => !isExpired(e)),
    expired: entries.filter(isExpired),
    ...(unknown && {
      unchecked: `it is for firmware "${baseline.firmware}", and the run does not know its device's: its entries count`,
    }),
  };
}

/** The last day counts. */
export function isExpiredOn({ expires }: Pick<BaselineEntry, "expires">, startedAt: string): boolean {
  return expires !== null && expires < startedAt.slice(0, 10);
}

function foreignTo(baseline: Baseline, run: AboutRun): string | undefined {
  const none = `none of its ${baseline.entries.length} entries counts`;
  if (baseline.device !== run.device)
    return `it is for the device "${baseline.device}", and the run's is "${run.device}": ${none}`;
  const firmware = firmwareOf(run);
  const same = (a: string, b: string): boolean => folded(a) === folded(b);
  if (firmware === undefined || baseline.firmware.trim() === "" || same(firmware, baseline.firmware)) return undefined;
  return `it is for firmware "${baseline.firmware}", and the device has "${firmware}": ${none}`;
}

const folded = (text: string): string => text.trim().replace(/\s+/g, " ").toLowerCase();

/** What the run has written down of its device's firmware, if anything. */
export function firmwareOf({ environment }: Pick<RunInfo, "environment">): string | undefined {
  const { firmware } = environment;
  return typeof firmware === "string" && firmware.trim() !== "" ? firmware : undefined;
}

/** An entry that names a finding of the run and yet does not count, and why. */
export interface NotCounted {
  readonly entry: BaselineEntry;
  readonly why: string;
}

export function notCounted(
  baseline: Baseline | undefined,
  { expired, foreign }: Expectations,
  judged: readonly Judged[],
): readonly NotCounted[] {
  const shows = (e: BaselineEntry): boolean => judged.some((j) => j.findings.some((f) => expects(e, j, f)));
  if (foreign !== undefined) return (baseline?.entries ?? []).filter(shows).map((entry) => ({ entry, why: foreign }));
  return expired.filter(shows).map((entry) => ({ entry, why: `it counted until ${entry.expires ?? ""}` }));
}

/** A case's or a rule's result, as far as a baseline looks at it. */
export interface Judged {
  readonly id: string;
  readonly role: Role;
  readonly verdict: RuleOutcome;
  readonly findings: readonly Finding[];
}

export function expects(entry: BaselineEntry, judged: Pick<Judged, "id" | "role">, finding: Finding): boolean {
  return (
    entry.id === judged.id &&
    entry.role === judged.role &&
    entry.clause === finding.clause &&
    entry.verdict === finding.verdict &&
    withoutNumbers(entry.expected) === withoutNumbers(finding.expected)
  );
}

/**
 * Ids, frame numbers and octets differ from seed to seed and from day to day; the words of an expectation do not. The
 * clause and the case stay exact, so that this widens no entry to another deviation.
 */
export function withoutNumbers(text: string): string {
  return text.replace(/\b(0x)?[0-9a-f]*\d[0-9a-f]*\b/gi, "#");
}

/**
 * Whether the baseline explains a `fail` or a `remark` in full: one finding that it does not name, or one that the bench
 * could not tell, leaves the result unexpected.
 */
export function isKnown(judged: Judged, active: readonly BaselineEntry[]): boolean {
  if (judged.verdict !== "fail" && judged.verdict !== "remark") return false;
  // Remarks beside a failure are no failure; they need no entry.
  const toExplain = judged.findings.filter((f) => f.verdict === judged.verdict || f.verdict === "inconclusive");
  return toExplain.length > 0 && toExplain.every((f) => active.some((e) => expects(e, judged, f)));
}

/**
 * Entries whose deviation did not show although nothing else was wrong with that case or rule either: the device was mended,
 * or the case no longer sees it. A result that could not tell (inconclusive, not run, not exercised) refutes no entry, and
 * one that failed otherwise is told as that failure. Nor does a rule's pass in a run without the case that showed it.
 */
export function unexpectedPasses(
  active: readonly BaselineEntry[],
  judged: readonly Judged[],
): readonly BaselineEntry[] {
  return active.filter((entry) => {
    const results = judged.filter((j) => j.id === entry.id && j.role === entry.role);
    return (
      results.length > 0 &&
      results.every((j) => j.verdict === "pass" || j.verdict === "remark") &&
      !results.some((j) => j.findings.some((f) => expects(entry, j, f))) &&
      sawItsCase(entry, judged)
    );
  });
}

/** Whether the case is among these in whose folder a rule's entry has its capture; a case's own entry needs no other. */
function sawItsCase(entry: BaselineEntry, judged: readonly Judged[]): boolean {
  const folder = entry.id.startsWith("rule-") ? entry.capture?.split("/").at(-2) : undefined;
  if (folder === undefined) return true;
  const id = folder.split("~")[0];
  return judged.some((j) => j.id === id && j.role === entry.role && j.verdict !== "not run");
}
