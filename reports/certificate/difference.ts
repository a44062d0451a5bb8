/** Where a certificate says something else than its evidence does. Pure. */
import { same } from "../bundle/same.ts";
import type { Certificate } from "./schema.ts";

/** One line for each case, clause or other key that is not the same. */
export function certificateDifferences(issued: Certificate, judged: Certificate): readonly string[] {
  const { cases, clauses, ...rest } = issued;
  const { cases: ownCases, clauses: ownClauses, ...ownRest } = judged;
  const keys = Object.keys({ ...rest, ...ownRest }) as (keyof typeof rest)[];
  return [
    ...listDifferences("case", named(cases, "key"), named(ownCases, "key")),
    ...listDifferences("clause", named(clauses, "id"), named(ownClauses, "id")),
    ...keys.flatMap((key) =>
      same(rest[key], ownRest[key]) ? [] : [`${FILE}: ${key}: expected what the run's files say, found something else`],
    ),
  ];
}

const FILE = "certificate.json";

type Verdicts = ReadonlyMap<string, { readonly verdict: string }>;

function named<K extends string>(all: readonly (Record<K, string> & { verdict: string })[], key: K): Verdicts {
  return new Map(all.map((one) => [one[key], one]));
}

function listDifferences(what: string, issued: Verdicts, judged: Verdicts): readonly string[] {
  return [...new Set([...issued.keys(), ...judged.keys()])].flatMap((name) => {
    const [was, is] = [issued.get(name), judged.get(name)];
    if (same(was, is)) return [];
    const [found, expected] = [was?.verdict ?? "nothing", is?.verdict ?? "nothing"];
    const words = found === expected ? "something else of how it was shown" : found;
    return [`${FILE}: ${what} ${name}: expected ${expected} as its capture shows, found ${words}`];
  });
}
