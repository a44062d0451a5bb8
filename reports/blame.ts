/** Which values of a table are to blame for its failed rows: what a reader of ten failures wants to know first. */
import type { CaseSummary } from "#expect/verdict";

type Params = CaseSummary["params"];

/** One row, and whether the device failed it. */
export interface RowOutcome {
  readonly params: Params;
  readonly failed: boolean;
}

/**
 * The fewest values that set the failed rows apart: first one, then a pair, that stands in every failed row and in none that
 * held. Undefined where no one and no pair does, or nothing failed; where all rows failed no value is to blame, and it is empty.
 */
export function blame(rows: readonly RowOutcome[]): Params | undefined {
  const failed = rows.filter((r) => r.failed).map((r) => r.params);
  const held = rows.filter((r) => !r.failed).map((r) => r.params);
  const [first] = failed;
  if (first === undefined) return undefined;
  if (held.length === 0) return {};
  const common = Object.entries(first).filter(([name, value]) => failed.every((row) => row[name] === value));
  const ones = common.map((one) => Object.fromEntries([one]));
  const twos = common.flatMap((one, i) => common.slice(i + 1).map((two) => Object.fromEntries([one, two])));
  return [...ones, ...twos].find((some) => !held.some((row) => contains(row, some)));
}

function contains(row: Params, some: Params): boolean {
  return Object.entries(some).every(([name, value]) => row[name] === value);
}

/** What becomes of a row that is worth a line, and how the line says it. A device that cannot do what a value asks for may never get to the claim. */
const STRUCK = [
  ["fail", "failed"],
  ["inconclusive", "were inconclusive"],
] as const;

/** A line for each table of several columns of which some rows failed, and for each of which some rows told nothing. */
export function blameLines(cases: readonly CaseSummary[]): readonly string[] {
  const tables = new Map<string, CaseSummary[]>();
  for (const c of cases) {
    if (Object.keys(c.params).length < 2 || c.verdict === "not applicable" || c.verdict === "not run") continue;
    const table = `${c.id}~${c.role}`;
    tables.set(table, [...(tables.get(table) ?? []), c]);
  }
  return [...tables].flatMap(([table, rows]) => STRUCK.flatMap((what) => lineOf(table, rows, what)));
}

function lineOf(
  table: string,
  rows: readonly CaseSummary[],
  [verdict, words]: (typeof STRUCK)[number],
): readonly string[] {
  // A row that told nothing has not held either.
  const known = verdict === "inconclusive" ? rows : rows.filter((c) => c.verdict !== "inconclusive");
  const struck = known.filter((c) => c.verdict === verdict).length;
  const found = blame(known.map((c) => ({ params: c.params, failed: c.verdict === verdict })));
  if (struck < 2 || found === undefined || (struck === known.length && struck < rows.length)) return [];
  const values = Object.entries(found).map(([name, value]) => `${name}=${String(value)}`);
  const what = values.length === 0 ? "whatever the values" : `with ${values.join(" and ")} alone`;
  return [`${table}: ${struck} of ${rows.length} rows ${words}, ${what}`];
}
