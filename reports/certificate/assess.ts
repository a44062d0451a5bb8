/**
 * What a run shows of each clause of a profile, and what stands against a certificate. Pure. Stricter than a coverage: what
 * one case left open is not made good by what another shows.
 */
import { CLAUSES, type Clause, type ClauseId } from "#clauses";
import type { CaseResult, Finding, Role } from "#expect/verdict";
import type { Mandatory, Scope } from "./scope.ts";

/** A case, judged again from its capture and ladder. */
export type JudgedCase = Pick<
  CaseResult,
  "key" | "id" | "role" | "verdict" | "reason" | "findings" | "rules" | "clauses" | "suspect" | "death"
>;

export type Word =
  "fail" | "inconclusive" | "not run" | "missing" | "pass" | "remark" | "not applicable" | "not exercised";

/** What one case or rule says of a clause. */
export interface Said {
  /** Key of the case, or id of the rule. */
  readonly by: string;
  readonly word: Word;
  /** Empty of a pass. */
  readonly why: string;
  /** The case whose capture shows it, and the frame in it. */
  readonly in?: string;
  readonly frame?: number;
}

export interface ClauseShown {
  readonly mandatory: Mandatory;
  readonly word: Word;
  readonly said: readonly Said[];
}

/** Why there is no certificate: one for each clause and word, or one of the run as a whole. */
export interface Objection {
  readonly clause: ClauseId | null;
  readonly word: Word;
  readonly said: readonly Said[];
}

export interface Assessment {
  readonly clauses: readonly ClauseShown[];
  readonly remarks: readonly { readonly clause: Clause; readonly said: Said }[];
  readonly objections: readonly Objection[];
}

/** These refuse, the worst first. */
const REFUSING: readonly Word[] = ["fail", "inconclusive", "missing", "not run"];
/** From what tells most to what tells least. */
const ORDER: readonly Word[] = [...REFUSING, "remark", "pass", "not applicable", "not exercised"];

export function assess(
  scope: Scope,
  role: Role,
  cases: ReadonlyMap<string, JudgedCase>,
  /** Deaths of the device, and what else is against the run as a whole. */
  ofTheRun: readonly { readonly word: Word; readonly why: string }[] = [],
): Assessment {
  const own = [...cases.values()].filter((c) => c.role === role);
  const ruled = saidByRules(own);
  const clauses = scope.mandatory.map((mandatory): ClauseShown => {
    const { clause, keys, rules } = mandatory;
    const said = [
      ...keys.map((key) => saidByCase(key, cases.get(key), clause.id)),
      ...own.flatMap((c) => (keys.includes(c.key) ? [] : brokenBy(c, clause.id))),
      ...rules.flatMap((id) => ruled.get(id) ?? [{ by: id, word: "not exercised", why: UNSEEN } as const]),
    ];
    return { mandatory, word: ORDER.find((word) => said.some((s) => s.word === word)) ?? "not exercised", said };
  });
  return {
    clauses,
    remarks: remarksOf(scope, own),
    objections: [
      ...ofTheRun.map(({ word, why }) => ({ clause: null, word, said: [{ by: "the run", word, why }] })),
      ...clauses.flatMap(objectionsTo),
    ],
  };
}

const UNSEEN = "no frame that the rule applies to was sent";

function saidByCase(key: string, c: JudgedCase | undefined, clause: ClauseId): Said {
  if (c === undefined) return { by: key, word: "missing", why: "the run has no such case" };
  const found = (verdict: Finding["verdict"]): Finding | undefined =>
    c.findings.find((f) => f.clause === clause && f.verdict === verdict);
  for (const verdict of ["fail", "inconclusive", "remark"] as const) {
    const finding = found(verdict);
    // A remark on one thing does not say that the rest of the case could be told.
    if (finding !== undefined && (verdict !== "remark" || c.verdict === "remark" || c.verdict === "pass"))
      return { by: key, word: verdict, ...wordsOf(finding), ...placeOf(key, finding) };
  }
  switch (c.verdict) {
    // It failed for another clause: whether this one holds behind that point was never seen.
    case "fail":
    case "inconclusive":
      return {
        by: key,
        word: "inconclusive",
        why: `the case came to ${c.verdict}: ${c.reason}`,
        ...placeOf(key, c.findings[0]),
      };
    case "remark":
    case "pass":
      return { by: key, word: "pass", why: "" };
    default:
      return { by: key, word: c.verdict, why: c.reason };
  }
}

/** What a case of another suite found broken is not unseen because the profile did not ask that case. */
function brokenBy(c: JudgedCase, clause: ClauseId): readonly Said[] {
  const finding = c.findings.find((f) => f.clause === clause && f.verdict === "fail");
  return finding === undefined ? [] : [{ by: c.key, word: "fail", ...wordsOf(finding), ...placeOf(c.key, finding) }];
}

const wordsOf = ({ expected, actual }: Finding): { readonly why: string } => ({
  why: `expected ${expected}; ${actual}`,
});

function placeOf(key: string, finding: Finding | undefined): { readonly in?: string; readonly frame?: number } {
  const frame = finding?.frame ?? undefined;
  return frame === undefined ? {} : { in: key, frame };
}

/** Of each rule what it found in any case, or that it held. */
function saidByRules(cases: readonly JudgedCase[]): ReadonlyMap<string, readonly Said[]> {
  const said = new Map<string, Said[]>();
  for (const c of cases)
    for (const tally of c.rules) {
      const before = said.get(tally.id) ?? [];
      const found = tally.findings.map((f): Said => ({
        by: tally.id,
        word: f.verdict,
        ...wordsOf(f),
        in: c.key,
        ...placeOf(c.key, f),
      }));
      const held = found.length === 0 && tally.framesJudged > 0 && !before.some((s) => s.word === "pass");
      said.set(tally.id, [...before, ...found, ...(held ? [{ by: tally.id, word: "pass", why: "" } as const] : [])]);
    }
  return said;
}

/** Each thing of weight `remark` in the profile's sections, once for each case. */
function remarksOf({ mandatory, advised }: Scope, cases: readonly JudgedCase[]): Assessment["remarks"] {
  const asked = new Set<ClauseId>([...advised, ...mandatory.map((m) => m.clause.id)]);
  const of = (by: string, key: string, findings: readonly Finding[]): Assessment["remarks"] =>
    findings.flatMap((f) =>
      f.clause !== null && f.verdict === "remark" && asked.has(f.clause)
        ? [{ clause: CLAUSES[f.clause], said: { by, word: "remark", ...wordsOf(f), in: key, ...placeOf(key, f) } }]
        : [],
    );
  return cases.flatMap((c) => [
    ...of(c.key, c.key, c.findings),
    ...c.rules.flatMap((tally) => of(tally.id, c.key, tally.findings)),
  ]);
}

function objectionsTo({ mandatory: { clause, core }, word, said }: ClauseShown): readonly Objection[] {
  const refused = REFUSING.flatMap((w): readonly Objection[] => {
    const own = said.filter((s) => s.word === w);
    return own.length === 0 ? [] : [{ clause: clause.id, word: w, said: own }];
  });
  if (refused.length > 0 || !core || word === "pass" || word === "remark") return refused;
  return [
    { clause: clause.id, word, said: said.length > 0 ? said : [{ by: "the profile's core", word, why: UNSEEN }] },
  ];
}
