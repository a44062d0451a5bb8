/** What a terminal's control sequences leave on the screen, as far as command lines use them. */

/** A blank and a cursor put back over it (VRP, where an echo reaches the edge) are nothing at all. */
const BLANK_TAKEN_BACK = / \x1b\[\d*D/g;
/** The pager's line, wiped: cursor to the left, blanks over it, and to the left again. */
const WIPED = /\x1b\[\d+D {2,}\x1b\[\d+D/g;
const CSI = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;
const OTHER_ESCAPE = /\x1b(?:\][^\x07]*\x07|[()][0-9A-B]|[=>78])/g;

/** Text with `\n` as line end. A sequence that has not come whole is left for the next look. */
export function clean(text: string): string {
  let plain = text.replace(WIPED, "").replace(BLANK_TAKEN_BACK, "").replace(CSI, "").replace(OTHER_ESCAPE, "");
  plain = plain.replace(/\r+\n/g, "\n").replace(/\r(?!$)/g, "");
  while (plain.includes("\b")) {
    const shorter = plain.replace(/[^\n\x08]\x08/g, "").replace(/(^|\n)\x08+/g, "$1");
    if (shorter === plain) break;
    plain = shorter;
  }
  return plain.replaceAll("\0", "");
}

/** The output without the echo of the command, however it was wrapped. */
export function withoutEcho(output: string, line: string): string {
  const letters = line.replace(/\s/g, "");
  if (letters === "") return output;
  let seen = 0;
  for (let i = 0; i < output.length; i++) {
    const c = output[i]!;
    if (/\s/.test(c)) continue;
    if (c !== letters[seen]) return output;
    if (++seen === letters.length) return output.slice(i + 1).replace(/^[^\S\n]*\n?/, "");
  }
  return output;
}
