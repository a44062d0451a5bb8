/**
 * The language of `decode --filter`, over the fields that the judge uses:
 *
 *     l2tp.type == SCCRQ && !(avp.hostName ~ "^lns")        ppp.protocol == 0xc021 or lcp.option.mru > 1500
 *
 * A path alone asks whether the field is there. `==`, `!=`, `<`, `<=`, `>`, `>=` compare; `~` is a regular expression.
 * Of a field that occurs several times (`avp.hostName`, `avp.hostName#2`) any one may hold; `!=` wants a field that is there and differs.
 */
import { Misuse } from "#fixtures/misuse";
import type { Field, FieldValue } from "#wire/fields";
import { isFieldPath } from "#wire/fields/paths";

export type Filter = (fields: readonly Field[]) => boolean;

/** Compiles an expression. Throws {@link Misuse} that names the column of the mistake, from 1. */
export function parseFilter(expression: string): Filter {
  return new Parser(expression).whole();
}

interface Token {
  readonly is: "operator" | "word" | "text" | "end";
  readonly value: string;
  readonly at: number;
}

const OPERATOR = /&&|\|\||==|!=|<=|>=|[<>~!()]/y;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const WORD = /[^\s&|=!<>~()"']+/y;
const WORD_OPERATORS: Readonly<Record<string, string>> = { and: "&&", or: "||", not: "!" };

function tokensOf(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  const take = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(expression);
  };
  for (let at = 0; at < expression.length;) {
    if (/\s/.test(expression.charAt(at))) {
      at++;
      continue;
    }
    const operator = take(OPERATOR, at);
    const text = take(TEXT, at);
    const word = take(WORD, at);
    const found = operator ?? text ?? word;
    if (found === null) throw unreadable(expression, at, "a path, a value or an operator", expression.charAt(at));
    const named = word !== null && Object.hasOwn(WORD_OPERATORS, found[0]) ? WORD_OPERATORS[found[0]] : undefined;
    if (operator !== null || named !== undefined) tokens.push({ is: "operator", value: named ?? found[0], at });
    else if (text !== null)
      tokens.push({ is: "text", value: (found[1] ?? found[2] ?? "").replace(/\\(.)/g, "$1"), at });
    else tokens.push({ is: "word", value: found[0], at });
    at += found[0].length;
  }
  return [...tokens, { is: "end", value: "the end", at: expression.length }];
}

function unreadable(expression: string, at: number, expected: string, found: string): Misuse {
  return new Misuse({ field: `--filter ${JSON.stringify(expression)}, column ${at + 1}`, expected, found });
}

class Parser {
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = tokensOf(expression);
  }

  whole(): Filter {
    const filter = this.#either();
    if (this.#token.is !== "end") throw this.#unexpected("&&, || or the end");
    return filter;
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(operator: string): boolean {
    if (this.#token.is !== "operator" || this.#token.value !== operator) return false;
    this.#next++;
    return true;
  }

  #either(): Filter {
    let left = this.#both();
    while (this.#take("||")) {
      const [a, b] = [left, this.#both()];
      left = (fields) => a(fields) || b(fields);
    }
    return left;
  }

  #both(): Filter {
    let left = this.#one();
    while (this.#take("&&")) {
      const [a, b] = [left, this.#one()];
      left = (fields) => a(fields) && b(fields);
    }
    return left;
  }

  #one(): Filter {
    if (this.#take("!")) {
      const inner = this.#one();
      return (fields) => !inner(fields);
    }
    if (this.#take("(")) {
      const inner = this.#either();
      if (!this.#take(")")) throw this.#unexpected(")");
      return inner;
    }
    return this.#test();
  }

  #test(): Filter {
    const path = this.#token;
    if (path.is !== "word" || !isFieldPath(path.value)) throw this.#unexpected("a field such as l2tp.type");
    this.#next++;
    const isNamed = (f: Field): boolean => f.path === path.value || f.path.replace(REPETITION, "") === path.value;
    const operator = this.#token.value;
    const compare = this.#token.is === "operator" ? COMPARISONS[operator] : undefined;
    if (this.#token.is === "operator" && operator === "~") {
      this.#next++;
      const pattern = this.#pattern();
      return (fields) => fields.some((f) => isNamed(f) && pattern.test(String(f.value)));
    }
    if (compare === undefined) return (fields) => fields.some(isNamed);
    this.#next++;
    const value = this.#value();
    return (fields) => fields.some((f) => isNamed(f) && compare(f.value, value));
  }

  #value(): FieldValue {
    const token = this.#token;
    if (token.is !== "word" && token.is !== "text") throw this.#unexpected("a value");
    this.#next++;
    if (token.is === "text") return token.value;
    if (token.value === "true") return true;
    if (token.value === "false") return false;
    return /^(0x[0-9a-f]+|-?\d+)$/i.test(token.value) ? Number(token.value) : token.value;
  }

  #pattern(): RegExp {
    const token = this.#token;
    if (token.is !== "word" && token.is !== "text") throw this.#unexpected("a regular expression");
    this.#next++;
    try {
      return new RegExp(token.value, "u");
    } catch {
      throw unreadable(this.#expression, token.at, "a regular expression", JSON.stringify(token.value));
    }
  }

  #unexpected(expected: string): Misuse {
    return unreadable(this.#expression, this.#token.at, expected, this.#token.value);
  }
}

/** The second AVP of a kind is `avp.hostName#2`, its M bit `avp.hostName#2.m`. */
const REPETITION = /#\d+(?=\.|$)/;

/** An address or a name that looks like a number still equals itself. */
const same = (a: FieldValue, b: FieldValue): boolean => a === b || String(a) === String(b);
const ordered = (holds: (a: number, b: number) => boolean) => (a: FieldValue, b: FieldValue) =>
  typeof a === "number" && typeof b === "number" && holds(a, b);

const COMPARISONS: Readonly<Record<string, (actual: FieldValue, wanted: FieldValue) => boolean>> = {
  "==": same,
  "!=": (a, b) => !same(a, b),
  "<": ordered((a, b) => a < b),
  "<=": ordered((a, b) => a <= b),
  ">": ordered((a, b) => a > b),
  ">=": ordered((a, b) => a >= b),
};
