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

/** A line for each table of several columns of which some rows failed. */
export function blameLines(cases: readonly CaseSummary[]): readonly string[] {
  const tables = new Map<string, CaseSummary[]>();
  for (const c of cases) {
    if (Object.keys(c.params).length < 2) continue;
    const table = `${c.id}~${c.role}`;
    tables.set(table, [...(tables.get(table) ?? []), c]);
  }
  return [...tables].flatMap(([table, rows]) => {
    const outcomes = rows.map((c) => ({ params: c.params, failed: c.verdict === "fail" }));
    const failed = outcomes.filter((row) => row.failed).length;
    const found = blame(outcomes);
    if (failed < 2 || found === undefined) return [];
    const values = Object.entries(found).map(([name, value]) => `${name}=${String(value)}`);
    const what = values.length === 0 ? "whatever the values" : `with ${values.join(" and ")} alone`;
    return [`${table}: ${failed} of ${rows.length} rows failed, ${what}`];
  });
}
