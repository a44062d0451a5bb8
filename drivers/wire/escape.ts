/** What is not printed as it stands: controls, format and bidi characters, separators, lone surrogates, `"`, `\`, U+FFFD. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}"\\\ufffd]/gu;
const PLAIN = /^[\w.@:/+-]+$/;

/** Text from the wire, safe in a log or a terminal: escapes stand for whatever is not printable. */
export function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same, in quotes unless it is one plain word, and cut after `most` characters. */
export function quoted(text: string, most = Infinity): string {
  if (PLAIN.test(text) && text.length <= most) return text;
  return text.length <= most ? `"${escaped(text)}"` : `"${escaped(text.slice(0, most))}"…`;
}
