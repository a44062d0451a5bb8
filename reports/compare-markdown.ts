/** A comparison as Markdown, for a pull request, a mail, or the summary of a CI job. Pure. */
import { toldText, type Change, type Comparison } from "./compare.ts";
import { deathsText, headText, movedText, newDeaths, reasonOf, totalsLine } from "./compare-text.ts";

/** A summary: GitHub refuses one of more than 1 MiB, and nobody reads it to the end. */
const LISTED = 50;

/** Ends with an empty line, so that another summary may follow it. */
export function compareMarkdown(c: Comparison): string {
  const died = newDeaths(c);
  const { slower, faster } = c.timing;
  return [
    `## ${verdictText(c)}`,
    "",
    totalsLine(c),
    "",
    `- before: ${code(headText(c.before))}`,
    ...c.between.map((run) => `- between: ${code(headText(run))}`),
    `- after: ${code(headText(c.after))}`,
    "",
    ...(died > 0 ? [`**${deathsText(died)}.**`, ""] : []),
    ...section("New failures", c.newFailures.map(changeItem)),
    ...section("Changed otherwise", c.changed.map(changeItem)),
    ...section("Remarks that came", c.remarksCame.map(changeItem)),
    ...section("Remarks that went", c.remarksWent.map(changeItem)),
    ...section("Fixed", c.fixed.map(changeItem)),
    ...section(
      "Flaky",
      c.flaky.map((f) => `${code(f.key)}: ${f.came.map((v) => `${v.runs.length} ${v.verdict}`).join(", ")}`),
    ),
    ...section(
      "Slower",
      slower.map((m) => `${code(m.key)} ${movedText(m)}`),
    ),
    ...section(
      "Faster",
      faster.map((m) => `${code(m.key)} ${movedText(m)}`),
    ),
    ...section("Only before", c.onlyBefore.map(changeItem)),
    ...section("Only after", c.onlyAfter.map(changeItem)),
    "",
  ].join("\n");
}

/** The news in a few words, which is all that a list of jobs shows. */
export function verdictText(c: Comparison): string {
  const n = c.newFailures.length;
  const died = newDeaths(c) > 0 ? "the device died" : "";
  const lost = c.changed.filter((change) => change.after?.verdict === "inconclusive").length;
  const untold = lost === 0 ? "" : `${lost} can no longer be told`;
  const failures = n === 0 ? "" : n === 1 ? "1 new failure" : `${n} new failures`;
  const said = [failures, died, untold].filter((words) => words !== "");
  return said.length === 0 ? "Nothing got worse" : said.join(", ");
}

function section(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - LISTED;
  const shown = items.slice(0, LISTED).map((item) => `- ${item}`);
  return [`### ${title}: ${items.length}`, "", ...shown, ...(more > 0 ? [`- and ${more} more`] : []), ""];
}

function changeItem(c: Change): string {
  const reason = reasonOf(c);
  const what = `${code(c.key)} ${c.clauses.map(code).join(" ")} (${c.level}): ${toldText(c.before)} → ${toldText(c.after)}`;
  return reason === "" ? what : `${what}  ${code(reason)}`;
}

/** What a device may have worded stands as code, where Markdown has no meaning: no HTML, no link, no picture, no mention. */
export function code(words: string): string {
  const line = words.replace(/[\s\p{Cc}]+/gu, " ");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}
