/** What a terminal's control sequences leave on the screen, as far as command lines use them. */

/** A blank and a cursor put back over it (VRP, where an echo reaches the edge) are nothing at all. */
const BLANK_TAKEN_BACK = / \x1b\[\d*D/g;
/** The pager's line, wiped: cursor to the left, blanks over it, and to the left again. */
const WIPED = /\x1b\[\d+D {2,}\x1b\[\d+D|\r {2,}\r/g;
const CSI = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;
const OTHER_ESCAPE = /\x1b(?:\][^\x07]*\x07|[()][0-9A-B]|[=>78])/g;
/** A sequence whose end has not come, and the blank that it may be about to take back. */
const CUT = / ?\x1b(?:\[[0-9;?]*|\][^\x07]*|[()])?$/;

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

/** The same where nothing more will come. */
export function cleanCut(text: string): string {
  return clean(text.replace(CUT, "")).replace(/\r$/, "");
}

/** The last line so far, without its control sequences. */
export function lastLine(text: string): string {
  return clean(text.slice(text.lastIndexOf("\n") + 1));
}
