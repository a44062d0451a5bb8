/** The cases and rules of this version of the tool, as a certificate counts them. */
import { clausesOf, needsOf } from "#conformance";
import { UNTESTED } from "#clauses/untested/index";
import { RULES } from "#expect/rules/index";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { explainedIn } from "#fixtures/run-case";
import type { LabSpec } from "#lab/schema";
import type { Known } from "#reports/certificate/scope";

/** What the ladder of a case has of its definition, and not of what happened. */
export type Identity = Readonly<
  Record<"key" | "id" | "role" | "suite" | "version" | "params" | "clauses" | "background", string | number>
>;

/** What is looked up of one case and row, by its key. */
export interface KnownRuns {
  identity(key: string): Identity | undefined;
  needs(key: string): readonly string[];
}

export async function knownCases(): Promise<KnownRuns & { of(lab: Pick<LabSpec, "tunnelSecret">): Known }> {
  const entries = await loadCatalogue();
  const runs = new Map(select(entries, {}).map((run) => [run.key, run]));
  return {
    identity: (key) => {
      const run = runs.get(key);
      if (run === undefined) return undefined;
      const { role, params } = run;
      const { definition, suite } = run.entry;
      const { id, clause, version = 1 } = definition;
      return {
        ...{ key, id, role, suite, version },
        params: JSON.stringify(params),
        clauses: [clause.id, ...clausesOf(definition)].join(" "),
        background: explainedIn(run).join(" "),
      };
    },
    needs: (key) => {
      const run = runs.get(key);
      return run === undefined ? [] : needsOf(run.entry.definition, run.params);
    },
    of: ({ tunnelSecret }) => ({
      cases: entries.map(({ definition, suite }) => ({
        id: definition.id,
        suite,
        version: definition.version ?? 1,
        clauses: clausesOf(definition),
        runs: [...runs.values()]
          .filter((r) => r.entry.definition.id === definition.id)
          .map(({ key, role }) => ({ key, role })),
        ...(tunnelSecret !== undefined &&
          (definition.needs ?? []).includes("no-tunnel-secret") && {
            elsewhere: "seen only of a device without a tunnel secret, and the run's has one",
          }),
      })),
      rules: RULES,
      untested: UNTESTED,
    }),
  };
}
