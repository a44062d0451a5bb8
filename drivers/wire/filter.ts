import { fieldsOf, type FieldValue } from "./fields.ts";
import { isFieldPath } from "./fields/paths.ts";
import type { Packet } from "./packet.ts";

/** The filter is not one: where, what was expected there, what stands there. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  readonly code = "filter";
  /** From 1. */
  readonly column: number;

  constructor(column: number, expected: string, found: string) {
    super(`filter, column ${column}: expected ${expected}, found ${found}`);
    this.column = column;
  }
}

export type Filter = (p: Packet) => boolean;

/**
 * Compiles a filter over field paths: `l2tp.type == "SCCRQ" && l2tp.tunnelId != 0`, `avp.hostName`,
 * `!(lcp.option.mru >= 1400) || issue == "avp-m-bit"`.
 *
 * A path alone asks whether the field is there (and not false). `==` holds if some field of that path has the value
 * (an AVP may stand twice), `!=` if there is one and none has it, `<` `<=` `>` `>=` compare numbers. Numbers are decimal
 * or 0x hex, texts stand in quotes. `issue` is the code of anything wrong. `!` binds closest, then `&&`, then `||`.
 * Throws a FilterError on anything else, a path that no packet can have included.
 */
export function compileFilter(text: string): Filter {
  const parser = new Parser(tokensOf(text));
  const test = parser.or();
  parser.end();
  return (p) => test(valuesOf(p));
}

/** Values by path; those of `avp.hostName#2` count as `avp.hostName` too. */
type Values = ReadonlyMap<string, readonly FieldValue[]>;
type Test = (values: Values) => boolean;

const ISSUE = "issue";

function valuesOf(p: Packet): Values {
  const values = new Map<string, FieldValue[]>();
  const add = (path: string, value: FieldValue): void => {
    const known = values.get(path);
    if (known === undefined) values.set(path, [value]);
    else known.push(value);
  };
  for (const { path, value } of fieldsOf(p)) {
    add(path, value);
    if (path.includes("#")) add(path.replace(/#\d+/, ""), value);
  }
  for (const issue of p.issues) add(ISSUE, issue.code);
  return values;
}

interface Token {
  readonly column: number;
  readonly kind: "path" | "value" | "operator" | "end";
  readonly text: string;
  readonly value?: FieldValue;
}

const EQUALITY: Readonly<Record<string, (values: readonly FieldValue[], wanted: FieldValue) => boolean>> = {
  "==": (values, wanted) => values.includes(wanted),
  "!=": (values, wanted) => values.length > 0 && !values.includes(wanted),
};

const ORDER: Readonly<Record<string, (value: number, wanted: number) => boolean>> = {
  "<": (value, wanted) => value < wanted,
  "<=": (value, wanted) => value <= wanted,
  ">": (value, wanted) => value > wanted,
  ">=": (value, wanted) => value >= wanted,
};

const BLANK = /\s*/y;
/** In this order: an operator, a text in quotes, a number, a path. */
const TOKEN =
  /(&&|\|\||[=!<>]=|[!<>()])|"((?:[^"\\]|\\["\\])*)"|(0x[\da-f]+|\d+)(?![\w.])|([a-z][\w./#-]*|0x[\da-f]{4}\.\w+)/iy;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)?.[0].length ?? 0;
    const column = at + 1;
    if (at === text.length) return [...tokens, { column, kind: "end", text: "the end" }];
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw new FilterError(column, "a field, a value or an operator", foundAt(text, at));
    const [whole, operator, quotedText, number, path] = found;
    if (operator !== undefined) tokens.push({ column, kind: "operator", text: whole });
    else if (quotedText !== undefined) {
      tokens.push({ column, kind: "value", text: whole, value: quotedText.replace(/\\(.)/g, "$1") });
    } else if (number !== undefined) tokens.push({ column, kind: "value", text: whole, value: Number(number) });
    else if (path === "true" || path === "false") {
      tokens.push({ column, kind: "value", text: whole, value: path === "true" });
    } else tokens.push({ column, kind: "path", text: whole });
    at += whole.length;
  }
}

function foundAt(text: string, at: number): string {
  if (text[at] === '"') return "a text that is not closed";
  const word = text.slice(at).split(/\s/, 1)[0] ?? "";
  return /^\d/.test(word) ? `${word} (a text stands in quotes)` : word;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  or(): Test {
    const tests = [this.#and()];
    while (this.#take("||")) tests.push(this.#and());
    return tests.length === 1 ? tests[0]! : (values) => tests.some((test) => test(values));
  }

  end(): void {
    const token = this.#peek();
    if (token.kind !== "end") throw new FilterError(token.column, "&&, || or the end", token.text);
  }

  #and(): Test {
    const tests = [this.#not()];
    while (this.#take("&&")) tests.push(this.#not());
    return tests.length === 1 ? tests[0]! : (values) => tests.every((test) => test(values));
  }

  #not(): Test {
    if (!this.#take("!")) return this.#primary();
    const test = this.#not();
    return (values) => !test(values);
  }

  #primary(): Test {
    const token = this.#advance();
    if (token.text === "(" && token.kind === "operator") {
      const test = this.or();
      const close = this.#advance();
      if (close.text !== ")") throw new FilterError(close.column, ")", close.text);
      return test;
    }
    if (token.kind !== "path") throw new FilterError(token.column, "a field such as l2tp.type", token.text);
    if (token.text !== ISSUE && !isFieldPath(token.text)) {
      throw new FilterError(token.column, "a field that packets can have", token.text);
    }
    return this.#comparison(token.text);
  }

  #comparison(path: string): Test {
    const operator = this.#peek().text;
    const equality = EQUALITY[operator];
    const order = ORDER[operator];
    if (this.#peek().kind !== "operator" || (equality === undefined && order === undefined)) {
      return (values) => values.get(path)?.some((value) => value !== false) ?? false;
    }
    this.#advance();
    const operand = this.#advance();
    const wanted = operand.value;
    if (order !== undefined) {
      if (typeof wanted !== "number") throw new FilterError(operand.column, "a number", operand.text);
      return (values) => values.get(path)?.some((v) => typeof v === "number" && order(v, wanted)) ?? false;
    }
    if (wanted === undefined || equality === undefined) {
      throw new FilterError(operand.column, 'a number, true, false or a "text" in quotes', operand.text);
    }
    return (values) => equality(values.get(path) ?? [], wanted);
  }

  #take(operator: string): boolean {
    const token = this.#peek();
    if (token.kind !== "operator" || token.text !== operator) return false;
    this.#next++;
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** The end is never passed. */
  #advance(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }
}
