/**
 * The echo of the line that was sent: what comes before it answers nobody, what comes behind it answers the line. A device that
 * logs to the terminal prints its prompt again in between, so a prompt alone does not end an answer.
 */
import { quoted } from "./secrets.ts";

/** "open" while the echo has not come whole, or its line has not ended; undefined where there is none. */
export type Echo = { readonly end: number } | "open" | undefined;

/** An echo begins a line, or follows a prompt, and may be wrapped anywhere. Nothing but `mark` stands behind it. */
export function echoOf(text: string, line: string, isPrompt: (text: string) => boolean, mark = /(?!)/): Echo {
  const letters = line.replace(/\s/g, "");
  if (letters === "") return undefined;
  const whole = new RegExp(
    `${Array.from(letters, quoted).join("\\s*")}[^\\S\\n]*(?:${mark.source})?[^\\S\\n]*(\\n|$)`,
    "g",
  );
  for (const found of text.matchAll(whole)) {
    const before = text.slice(text.lastIndexOf("\n", found.index - 1) + 1, found.index).trim();
    if (before !== "" && !isPrompt(before)) continue;
    return found[1] === "\n" ? { end: found.index + found[0].length } : "open";
  }
  return isBegun(text, letters, isPrompt) ? "open" : undefined;
}

/** Whether the text ends with the beginning of the echo. A prompt may stand before it. */
function isBegun(text: string, letters: string, isPrompt: (text: string) => boolean): boolean {
  let rest = "";
  for (const line of text.split("\n").reverse()) {
    if (rest.length > letters.length) return false;
    for (let i = 0; i <= Math.min(line.length, MAX_PROMPT); i++) {
      const typed = line.slice(i).replace(/\s/g, "") + rest;
      if (typed !== "" && letters.startsWith(typed) && (i === 0 || isPrompt(line.slice(0, i)))) return true;
    }
    rest = line.replace(/\s/g, "") + rest;
  }
  return false;
}

const MAX_PROMPT = 256;
