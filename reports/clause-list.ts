/** Every requirement with who judges it, what proves that, and why nothing does. Pure. */
import { CLAUSES, type Clause, type ClauseId } from "#clauses";

/** What there is to judge with. */
export interface Catalogue {
  readonly cases: readonly { readonly id: string; readonly clause: ClauseId; readonly clauses: readonly ClauseId[] }[];
  readonly rules: readonly { readonly id: string; readonly clause: ClauseId }[];
  /** Faulty peers and devices whose fault was found, and peers that go either way where a clause leaves it open. */
  readonly proofs: readonly { readonly id: string; readonly clause: ClauseId }[];
  /** Why nothing proves the judges of a clause, where that is known. */
  readonly unproven?: Readonly<Partial<Record<ClauseId, string>>>;
  /** Why nothing judges a clause, where that is known. */
  readonly untested?: Readonly<Partial<Record<ClauseId, string>>>;
}

/** One entry of `clauses --json`. */
export interface ListedClause {
  readonly id: ClauseId;
  readonly rfc: number;
  readonly section: string;
  readonly level: string;
  readonly actor: string;
  readonly testable: string;
  readonly text: string;
  readonly judgedBy: readonly string[];
  readonly provenBy: readonly string[];
  /** Why nothing proves its judges; `null` where something does, and where there are none. */
  readonly unproven: string | null;
  /** Why nothing judges it; `null` where something does. */
  readonly untested: string | null;
  /** What the last run against each device came to, by the device's id; empty where none was about it. */
  readonly verdicts: Readonly<Record<string, string>>;
}

/** The last run of a device, as far as a list of clauses needs it. */
export interface LastRun {
  readonly device: string;
  readonly verdicts: ReadonlyMap<string, string>;
}

/** Every clause in the order of the table. */
export function listClauses(catalogue: Catalogue, runs: readonly LastRun[] = []): readonly ListedClause[] {
  const judges = new Map<ClauseId, string[]>();
  const proofs = new Map<ClauseId, string[]>();
  const add = (to: Map<ClauseId, string[]>, clause: ClauseId, id: string): void => {
    const ids = to.get(clause) ?? [];
    if (!ids.includes(id)) to.set(clause, [...ids, id]);
  };
  for (const c of catalogue.cases) for (const clause of [c.clause, ...c.clauses]) add(judges, clause, c.id);
  for (const r of catalogue.rules) add(judges, r.clause, r.id);
  for (const p of catalogue.proofs) add(proofs, p.clause, p.id);
  return Object.values(CLAUSES).map((clause) => {
    const { id, rfc, section, level, actor, testable, text } = clause;
    const judgedBy = judges.get(id) ?? [];
    const untested = judgedBy.length > 0 ? null : (catalogue.untested?.[id] ?? whyUntested(clause));
    const verdicts = Object.fromEntries(
      runs.flatMap((run) => {
        const verdict = run.verdicts.get(id);
        return verdict === undefined ? [] : [[run.device, verdict]];
      }),
    );
    const provenBy = proofs.get(id) ?? [];
    const isProven = judgedBy.length === 0 || provenBy.length > 0;
    const unproven = isProven ? null : (catalogue.unproven?.[id] ?? "no faulty peer yet");
    return { id, rfc, section, level, actor, testable, text, judgedBy, provenBy, unproven, untested, verdicts };
  });
}

function whyUntested({ testable }: Clause): string {
  return testable === "no" ? "cannot be seen from the wire" : "no case or rule yet";
}
