/** All that judges and all that proves it, for lists of clauses and for their coverage. */
import type { Catalogue } from "#reports/clause-list";

/** Loads every suite, rule and mutant. */
export async function catalogue(): Promise<Catalogue> {
  const [{ loadCatalogue }, { clausesOf }, { RULES }, { MUTANTS }, { UNTESTED }] = await Promise.all([
    import("#fixtures/catalogue"),
    import("#conformance"),
    import("#expect/rules/index"),
    import("#mutants/index"),
    import("#clauses/untested/index"),
  ]);
  const cases = (await loadCatalogue()).map(({ definition: d }) => ({
    id: d.id,
    clause: d.clause.id,
    clauses: clausesOf(d),
  }));
  return { cases, rules: RULES, mutants: MUTANTS, untested: UNTESTED };
}
