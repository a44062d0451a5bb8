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
  /** What the last run against each device came to, by the device's id; empty where none was about it. */
  readonly verdicts: Readonly<Record<string, string>>;
}

/** The last run of a device, as far as this command needs it. */
export interface LastRun {
  readonly device: string;
  readonly verdicts: ReadonlyMap<string, string>;
}

export interface ClausesOptions {
  readonly json?: boolean;
  readonly untested?: boolean;
  /** Folder of runs. */
  readonly out?: string;
}

export function addClauses(program: Command, catalogue: () => Promise<Catalogue>): void {
  program
    .command("clauses")
    .description(
      "list the requirements of the RFCs with the cases and rules that judge them, and what the last run of each device came to",
    )
    .option("--untested", "only those that no case and no rule judges")
    .option("--out <dir>", "folder of the runs", "reports/out")
    .option("--json", "as JSON")
    .action(async (options: ClausesOptions) => {
      const known = await catalogue();
      const { lastVerdicts } = await import("#reports/clause-verdicts");
      const further = new Map(known.cases.map((c) => [c.id, c.clauses]));
      const runs = lastVerdicts(options.out ?? "reports/out", (id) => further.get(id) ?? []);
      process.stdout.write(clausesText(listClauses(known, runs), options));
    });
}

/** Every clause in the order of the table. Pure. */
export function listClauses(catalogue: Catalogue, runs: readonly LastRun[] = []): readonly ListedClause[] {
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
    const verdicts = Object.fromEntries(
      runs.flatMap((run) => {
        const verdict = run.verdicts.get(id);
        return verdict === undefined ? [] : [[run.device, verdict]];
      }),
    );
    const provenBy = proofs.get(id) ?? [];
    return { id, rfc, section, level, actor, testable, text, judgedBy, provenBy, untested, verdicts };
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
    const said = Object.entries(c.verdicts).map(([device, verdict]) => `${device}: ${verdict}`);
    const last = said.length === 0 ? "" : `    ${said.join("; ")}\n`;
    return `${c.id.padEnd(18)} ${c.level.padEnd(15)} ${c.actor.padEnd(13)} ${judged}\n    ${c.text}\n${last}`;
  });
  const judged = all.filter((c) => c.judgedBy.length > 0);
  const proven = judged.filter((c) => c.provenBy.length > 0).length;
  return `${lines.join("")}${all.length} clauses: ${judged.length} judged, ${proven} of them proven by a mutant, ${all.length - judged.length} not judged\n`;
}
