/** What a profile asks of a run: its mandatory clauses, and which cases and rules show each. Pure. */
import { CLAUSES, type Clause, type ClauseId, severityOf } from "#clauses";
import type { Role } from "#expect/verdict";
import type { Profile } from "./profiles.ts";

/** A case of this version of the tool, as far as a certificate asks. */
export interface KnownCase {
  readonly id: string;
  readonly suite: string;
  readonly version: number;
  readonly clauses: readonly ClauseId[];
  /** One for each role and row of its table. */
  readonly runs: readonly { readonly key: string; readonly role: Role }[];
  /**
   * Why it cannot be put to a device in the set-up in which nearly all others are, if so: one run has one set-up. The clause
   * rests on what else shows it.
   */
  readonly elsewhere?: string;
}

export interface KnownRules {
  readonly id: string;
  readonly clause: ClauseId;
}

export interface Known {
  readonly cases: readonly KnownCase[];
  readonly rules: readonly KnownRules[];
  readonly untested: Readonly<Partial<Record<ClauseId, string>>>;
}

/** A clause of the profile and all that shows it. */
export interface Mandatory {
  readonly clause: Clause;
  readonly core: boolean;
  /** Keys of the runs of cases. */
  readonly keys: readonly string[];
  readonly rules: readonly string[];
}

export interface Scope {
  readonly mandatory: readonly Mandatory[];
  /** Clauses of the same weight that nothing judges in a device of this role: no certificate shows them. */
  readonly notShown: readonly { readonly clause: Clause; readonly why: string }[];
  /** Clauses of the same weight that cases of other suites alone show: another profile asks them, and this one says nothing of them. */
  readonly outside: readonly Clause[];
  /** A departure from these is a remark. */
  readonly advised: readonly ClauseId[];
}

export function scopeOf(profile: Profile, { cases, rules, untested }: Known): Scope {
  const keys = new Map<ClauseId, string[]>();
  const setUps = new Map<ClauseId, string>();
  const others = new Set<ClauseId>();
  for (const c of cases) {
    const [folder = ""] = c.suite.split("/");
    const asked = profile.suites?.includes(folder) ?? true;
    const own = c.runs.filter((run) => run.role === profile.role).map((run) => run.key);
    if (own.length === 0) continue;
    for (const clause of c.clauses) {
      if (!asked) {
        if (c.elsewhere === undefined) others.add(clause);
      } else if (c.elsewhere !== undefined) setUps.set(clause, c.elsewhere);
      else keys.set(clause, [...(keys.get(clause) ?? []), ...own]);
    }
  }
  const judgedAtAll = new Set([...cases.flatMap((c) => c.clauses), ...rules.map((r) => r.clause)]);
  const mandatory: Mandatory[] = [];
  const notShown: { clause: Clause; why: string }[] = [];
  const outside: Clause[] = [];
  const advised: ClauseId[] = [];
  for (const clause of Object.values(CLAUSES).filter((c) => isIn(profile, c))) {
    const severity = severityOf(clause);
    if (severity === "remark") advised.push(clause.id);
    if (severity !== "fail") continue;
    const own = keys.get(clause.id) ?? [];
    const looking = rules.filter((r) => r.clause === clause.id).map((r) => r.id);
    if (own.length > 0 || looking.length > 0)
      mandatory.push({ clause, core: profile.core.includes(clause.id), keys: own, rules: looking });
    else if (others.has(clause.id)) outside.push(clause);
    else notShown.push({ clause, why: setUps.get(clause.id) ?? whyNot(clause, untested, profile.role, judgedAtAll) });
  }
  return { mandatory, notShown, outside, advised };
}

function isIn({ documents, actors }: Profile, { rfc, section, actor }: Clause): boolean {
  if (!actors.includes(actor)) return false;
  return documents.some((d) => d.rfc === rfc && (d.sections?.includes(section) ?? true));
}

function whyNot(
  { id, testable }: Clause,
  untested: Known["untested"],
  role: Role,
  judged: ReadonlySet<ClauseId>,
): string {
  if (judged.has(id)) return `no case or rule looks at it in a device that is the ${role.toUpperCase()}`;
  return untested[id] ?? (testable === "no" ? "cannot be seen from the wire" : "no case or rule yet");
}
