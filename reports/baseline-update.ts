/** What a run would change of a baseline. Pure; what is kept beside it is written elsewhere (baseline-files.ts). */
import { isClauseId } from "#clauses";
import type { Finding, Role } from "#expect/verdict";
import {
  expects,
  isExpiredOn,
  unexpectedPasses,
  withoutNumbers,
  type Baseline,
  type BaselineEntry,
} from "./baseline.ts";
import { refuting, type Results } from "./sink.ts";
import type { RunInfo } from "./run-folder.ts";

/** A finding as an entry would tell it, with the case whose capture shows it. */
export interface Shown {
  readonly entry: Omit<BaselineEntry, "capture" | "reason" | "link" | "expires">;
  /** Key of the case. */
  readonly shownBy: string;
}

export interface BaselineChanges {
  /** Failures that no entry names, one a case or rule, role, clause and expectation. */
  readonly added: readonly Shown[];
  /** Entries whose deviation the run was looking for and did not find. */
  readonly dropped: readonly BaselineEntry[];
  /** Entries whose deviation looks otherwise now; what people wrote into them stays. */
  readonly changed: readonly { readonly before: BaselineEntry; readonly now: Shown }[];
  /** All others, as they are. */
  readonly kept: readonly BaselineEntry[];
  /** Of those kept: what the run neither showed nor refuted, mostly since it did not run their cases. */
  readonly unseen: readonly BaselineEntry[];
  /** What shows past its day: it counts for nothing until somebody gives it a new one. */
  readonly expired: readonly BaselineEntry[];
}

export function changesOf(
  baseline: Pick<Baseline, "entries"> | undefined,
  info: Pick<RunInfo, "selection" | "startedAt">,
  { cases, rules }: Pick<Results, "cases" | "rules">,
): BaselineChanges {
  const entries = baseline?.entries ?? [];
  const dropped = new Set(unexpectedPasses(entries, refuting(info, cases, rules)));
  const all = [
    ...cases.flatMap((c) => c.findings.flatMap((f) => shownIn(c, f, c.key))),
    ...rules.flatMap((r) => r.findings.flatMap((f) => shownIn(r, f, f.case))),
  ];
  const kept: BaselineEntry[] = [];
  const unseen: BaselineEntry[] = [];
  const expired: BaselineEntry[] = [];
  const changed: { before: BaselineEntry; now: Shown }[] = [];
  for (const entry of entries) {
    if (dropped.has(entry)) continue;
    const shown = all.filter((s) => names(entry, s));
    const now = shown.find((s) => s.shownBy === keptFolderOf(entry)) ?? shown[0];
    if (now !== undefined && !shown.some((s) => sameActual(s.entry, entry))) changed.push({ before: entry, now });
    else kept.push(entry);
    if (now === undefined) unseen.push(entry);
    else if (isExpiredOn(entry, info.startedAt)) expired.push(entry);
  }
  return { added: newIn(all, cases, rules, entries), dropped: [...dropped], changed, kept, unseen, expired };
}

/** Only what failed as a whole is new: a remark is no failure, and of an inconclusive nothing is known. */
function newIn(
  all: readonly Shown[],
  cases: Results["cases"],
  rules: Results["rules"],
  entries: readonly BaselineEntry[],
): readonly Shown[] {
  const failed = new Set([
    ...cases.filter((c) => c.verdict === "fail").map((c) => c.key),
    ...rules.filter((r) => r.verdict === "fail").map((r) => `${r.id} ${r.role}`),
  ]);
  const isOfFailed = ({ entry, shownBy }: Shown): boolean =>
    failed.has(isRule(entry) ? `${entry.id} ${entry.role}` : shownBy);
  const added: Shown[] = [];
  for (const s of all) {
    if (s.entry.verdict !== "fail" || !isOfFailed(s)) continue;
    if (!entries.some((e) => names(e, s)) && !added.some((a) => names(a.entry, s))) added.push(s);
  }
  return added;
}

const isRule = ({ id }: { readonly id: string }): boolean => id.startsWith("rule-");

function shownIn(
  { id, role }: { readonly id: string; readonly role: Role },
  f: Finding,
  shownBy: string,
): readonly Shown[] {
  const { clause, verdict, expected, actual, frame, offset } = f;
  // An entry of a clause that this version does not know could not be read again.
  if (verdict === "inconclusive" || clause === null || !isClauseId(clause)) return [];
  return [{ entry: { id, role, clause, verdict, expected, actual, frame, offset }, shownBy }];
}

type Named = Parameters<typeof expects>[0];

/** Whether the entry is about what was shown. */
function names(entry: Shown["entry"], { entry: s }: Shown): boolean {
  return expects(entry as Named, s, s);
}

const sameActual = (a: { readonly actual: string }, b: { readonly actual: string }): boolean =>
  withoutNumbers(a.actual) === withoutNumbers(b.actual);

/** Name of the folder that holds an entry's evidence. */
export function keptFolderOf({ capture }: Pick<BaselineEntry, "capture">): string | undefined {
  return capture?.split("/").at(-2);
}

/** A new baseline, and which case's evidence goes to which folder beside it. */
export interface Updated {
  readonly baseline: Omit<Baseline, "file">;
  readonly evidence: ReadonlyMap<string, { readonly shownBy: string }>;
  /** Captures that no entry points to any more. */
  readonly stale: readonly string[];
}

/**
 * `folder` is the name of the folder beside the baseline. An entry that stays keeps its capture with its frame numbers, so the
 * evidence of another run does not go over it, but beside it under a further name.
 */
export function updated(
  head: Pick<Baseline, "device" | "firmware">,
  changes: BaselineChanges,
  o: { readonly folder: string; readonly order: readonly BaselineEntry[]; readonly reasonOf: (id: string) => string },
): Updated {
  const used = new Set(changes.kept.flatMap((e) => e.capture ?? []));
  const evidence = new Map<string, { shownBy: string }>();
  const given = new Map<string, string>();
  const place = (shownBy: string): string => {
    const before = given.get(shownBy);
    if (before !== undefined) return before;
    const named = (n: number): string => `${o.folder}/${shownBy}${n === 1 ? "" : `~${n}`}/run.pcapng`;
    let n = 1;
    while (used.has(named(n))) n++;
    given.set(shownBy, named(n));
    evidence.set(named(n), { shownBy });
    return named(n);
  };
  const withEvidence = (
    { entry, shownBy }: Shown,
    rest: Pick<BaselineEntry, "reason" | "link" | "expires">,
  ): BaselineEntry => {
    const { frame, offset, ...words } = entry;
    return { ...words, capture: place(shownBy), frame, offset, ...rest };
  };
  const changed = new Map(changes.changed.map(({ before, now }) => [before, withEvidence(now, peoplesWords(before))]));
  const stays = new Set(changes.kept);
  const entries = [
    ...o.order.flatMap((e) => changed.get(e) ?? (stays.has(e) ? e : [])),
    ...changes.added.map((s) => withEvidence(s, { reason: o.reasonOf(s.entry.id), link: null, expires: null })),
  ];
  const now = new Set(entries.map((e) => e.capture));
  const stale = [...new Set(o.order.flatMap((e) => e.capture ?? []))].filter((capture) => !now.has(capture));
  return { baseline: { schema: 1, device: head.device, firmware: head.firmware, entries }, evidence, stale };
}

function peoplesWords({ reason, link, expires }: BaselineEntry): Pick<BaselineEntry, "reason" | "link" | "expires"> {
  return { reason, link, expires };
}
