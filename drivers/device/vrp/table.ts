/**
 * Tables as VRP prints them: a header of names, perhaps a rule, rows, and then a rule, a blank line or a total. Widths differ
 * between versions, so columns are told apart by blanks, and a column is asked for by its name.
 */

/** A row by the names of its header. */
export type TableRow = Readonly<Record<string, string>>;

const RULE = /^\s*[-=]{5,}\s*$/;
interface Column {
  readonly name: string;
  readonly at: number;
}

/**
 * The rows below every header whose first name is `first`; a device with several boards prints one table a board. Rows
 * begin with a number.
 */
export function tableRows(output: string, first: string): readonly TableRow[] {
  const rows: TableRow[] = [];
  let columns: readonly Column[] | undefined;
  for (const line of output.split("\n")) {
    const text = line.trim();
    // Where one name has a blank inside (`RULE ID`), two blanks stand between them.
    if (text.startsWith(first)) columns = columnsOf(line, first.includes(" ") ? /\S+(?: \S+)*/g : /\S+/g);
    else if (columns !== undefined && /^\d/.test(text)) rows.push(rowOf(columns, line));
    // Right below the header a rule may stand; anything else ends the table.
    else if (columns !== undefined && !RULE.test(line)) columns = undefined;
  }
  return rows;
}

function columnsOf(line: string, word: RegExp): readonly Column[] {
  return Array.from(line.matchAll(word), ({ 0: name, index }) => ({ name, at: index }));
}

/** In order where each column has its cell; where one stands empty, a cell belongs to the name that begins nearest above it. */
function rowOf(columns: readonly Column[], line: string): TableRow {
  const wide = columnsOf(line, /\S+(?: \S+)*/g);
  const cells = wide.length === columns.length ? wide : columnsOf(line, /\S+/g);
  const row: Record<string, string> = Object.fromEntries(columns.map(({ name }) => [name, ""]));
  let from = 0;
  cells.forEach((cell, i) => {
    const left = columns.slice(from);
    const isFull = cells.length - i >= left.length;
    const nearest = left.reduce((a, b) => (Math.abs(b.at - cell.at) < Math.abs(a.at - cell.at) ? b : a), left[0]!);
    const column = isFull ? left[0] : nearest;
    if (column === undefined) return;
    row[column.name] = cell.name;
    from = columns.indexOf(column) + 1;
  });
  return row;
}

/** `Total tunnel : 1`, `Total session = 1`, `Total:2`, `Total 1, 1 printed`: the first number of the first such line. */
export function totalOf(output: string): number | undefined {
  const found = /^\s*(?:L2TP::)?Total\b[^\d\n]*(\d+)/m.exec(output)?.[1];
  return found === undefined ? undefined : Number(found);
}
