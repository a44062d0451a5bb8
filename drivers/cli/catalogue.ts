/** All that judges and all that proves it, for lists of clauses and for their coverage. */
import type { Catalogue } from "#reports/clause-list";

/** Loads every suite and rule, and every faulty peer and choice. */
export async function catalogue(): Promise<Catalogue> {
  const [{ loadCatalogue }, { clausesOf }, { RULES }, { proofs, UNPROVEN }, { UNTESTED }] = await Promise.all([
    import("#fixtures/catalogue"),
    import("#conformance"),
    import("#expect/rules/index"),
    import("#fixtures/proofs"),
    import("#clauses/untested/index"),
  ]);
  const cases = (await loadCatalogue()).map(({ definition: d }) => ({
    id: d.id,
    clause: d.clause.id,
    clauses: clausesOf(d),
  }));
  return { cases, rules: RULES, proofs: proofs(cases), unproven: UNPROVEN, untested: UNTESTED };
}
