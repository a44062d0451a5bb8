/**
 * Tables as VRP prints them: a header of names, perhaps a rule, rows, and then a rule, a blank line or a total. Widths differ
 * between versions, so columns are told apart by blanks, and a column is asked for by its name.
 */

/** A row by the names of its header. */
export type TableRow = Readonly<Record<string, string>>;

const RULE = /^\s*[-=]{5,}\s*$/;
/** Where one name has a blank inside (`RULE ID`), two blanks stand between them. */
const between = (first: string): RegExp => (first.includes(" ") ? /\s{2,}/ : /\s+/);

/**
 * The rows below every header whose first name is `first`; a device with several boards prints one table a board. Rows
 * begin with a number.
 */
export function tableRows(output: string, first: string): readonly TableRow[] {
  const rows: TableRow[] = [];
  let names: readonly string[] | undefined;
  for (const line of output.split("\n")) {
    const text = line.trim();
    if (text.startsWith(first)) names = text.split(between(first));
    else if (names !== undefined && /^\d/.test(text)) rows.push(rowOf(names, text));
    // Right below the header a rule may stand; anything else ends the table.
    else if (names !== undefined && !RULE.test(line)) names = undefined;
  }
  return rows;
}

function rowOf(names: readonly string[], text: string): TableRow {
  const cells = text.split(/\s+/);
  return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
}

/** `Total tunnel : 1`, `Total session = 1`, `Total:2`, `Total 1, 1 printed`: the first number of the first such line. */
export function totalOf(output: string): number | undefined {
  const found = /^\s*(?:L2TP::)?Total\b[^\d\n]*(\d+)/m.exec(output)?.[1];
  return found === undefined ? undefined : Number(found);
}
