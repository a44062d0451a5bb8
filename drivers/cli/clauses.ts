/** `l2tpspec clauses`: every requirement, who judges it, and what proves that the judge can fail it. */
import type { Command } from "commander";
import { CLAUSES, type Clause, type ClauseId } from "#clauses";

/** What there is to judge with. */
export interface Catalogue {
  readonly cases: readonly { readonly id: string; readonly clause: ClauseId; readonly clauses: readonly ClauseId[] }[];
  readonly rules: readonly { readonly id: string; readonly clause: ClauseId }[];
  /** Peers with one fault each, which the judge must find. */
  readonly mutants: readonly { readonly id: string; readonly clause: ClauseId }[];
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
  /** Why nothing judges it; `null` where something does. */
  readonly untested: string | null;
}

export interface ClausesOptions {
  readonly json?: boolean;
  readonly untested?: boolean;
}

export function addClauses(program: Command, catalogue: () => Promise<Catalogue>): void {
  program
    .command("clauses")
    .description("list the requirements of the RFCs with the cases and rules that judge them")
    .option("--untested", "only those that no case and no rule judges")
    .option("--json", "as JSON")
    .action(async (options: ClausesOptions) => {
      process.stdout.write(clausesText(listClauses(await catalogue()), options));
    });
}

/** Every clause in the order of the table. Pure. */
export function listClauses(catalogue: Catalogue): readonly ListedClause[] {
  const judges = new Map<ClauseId, string[]>();
  const proofs = new Map<ClauseId, string[]>();
  const add = (to: Map<ClauseId, string[]>, clause: ClauseId, id: string): void => {
    const ids = to.get(clause) ?? [];
    if (!ids.includes(id)) to.set(clause, [...ids, id]);
  };
  for (const c of catalogue.cases) for (const clause of [c.clause, ...c.clauses]) add(judges, clause, c.id);
  for (const r of catalogue.rules) add(judges, r.clause, r.id);
  for (const m of catalogue.mutants) add(proofs, m.clause, m.id);
  return Object.values(CLAUSES).map((clause) => {
    const { id, rfc, section, level, actor, testable, text } = clause;
    const judgedBy = judges.get(id) ?? [];
    const untested = judgedBy.length > 0 ? null : (catalogue.untested?.[id] ?? whyUntested(clause));
    return { id, rfc, section, level, actor, testable, text, judgedBy, provenBy: proofs.get(id) ?? [], untested };
  });
}

function whyUntested({ testable }: Clause): string {
  return testable === "no" ? "cannot be seen from the wire" : "no case or rule yet";
}

/** What the command prints. */
export function clausesText(all: readonly ListedClause[], { json = false, untested = false }: ClausesOptions): string {
  const shown = untested ? all.filter((c) => c.judgedBy.length === 0) : all;
  if (json) return `${JSON.stringify(shown, null, 2)}\n`;
  const lines = shown.map((c) => {
    const judged = c.untested ?? `${c.judgedBy.join(" ")}${c.provenBy.length > 0 ? "" : " (no mutant proves it)"}`;
    return `${c.id.padEnd(18)} ${c.level.padEnd(15)} ${c.actor.padEnd(13)} ${judged}\n    ${c.text}\n`;
  });
  const judged = all.filter((c) => c.judgedBy.length > 0);
  const proven = judged.filter((c) => c.provenBy.length > 0).length;
  return `${lines.join("")}${all.length} clauses: ${judged.length} judged, ${proven} of them proven by a mutant, ${all.length - judged.length} not judged\n`;
}
