/** A comparison as one HTML file: no script, nothing loaded from anywhere, light and dark by the reader's own choice. Pure. */
import { toldText, type Change, type Comparison, type RunHead, type Told } from "./compare.ts";
import { verdictText } from "./compare-markdown.ts";
import { deathsText, movedText, newDeaths, reasonOf, seconds, totalsLine } from "./compare-text.ts";
import type { Moved } from "./compare-timing.ts";
import { oneColumnBelow, PAGE_STYLE } from "./page-style.ts";
import { pageOf } from "./page.ts";
import { el, escapeXml } from "./xml.ts";

const STYLE = `${PAGE_STYLE}
td.key { min-width: 13rem; }
td.pass, td.fail, td.inconclusive, td.remark, td.known { font-weight: 600; }
${oneColumnBelow("45rem")}`;

export function comparePage(c: Comparison): string {
  const died = newDeaths(c);
  const title = verdictText(c);
  const body = [
    el("h1", { class: title === "Nothing got worse" ? "good" : "bad" }, escapeXml(title)),
    el("p", {}, escapeXml(totalsLine(c))),
    ...(died > 0 ? [el("p", { class: "bad" }, escapeXml(deathsText(died)))] : []),
    el("h2", {}, "Runs"),
    table(
      ["", "run", "device", "lab", "began", "seed", "version", "time"],
      [headRow("before", c.before), ...c.between.map((run) => headRow("between", run)), headRow("after", c.after)],
    ),
    ...changes("New failures", c.newFailures),
    ...changes("Changed otherwise", c.changed),
    ...changes("Remarks that came", c.remarksCame),
    ...changes("Remarks that went", c.remarksWent),
    ...changes("Fixed", c.fixed),
    ...section(
      "Flaky",
      ["case or rule", "came to", "reason"],
      c.flaky.map((f) => [
        cell(f.key, "key"),
        cell(f.came.map((v) => `${v.runs.length} ${v.verdict}`).join(", ")),
        cell(f.came[1]?.reason ?? ""),
      ]),
    ),
    ...section(
      "Clauses",
      ["clause", "level", "before", "after"],
      c.clauses.map((x) => [cell(x.clause, "key"), cell(x.level), toldCell(x.before ?? "-"), toldCell(x.after ?? "-")]),
    ),
    ...section("Slower", ["case", "time"], c.timing.slower.map(movedRow)),
    ...section("Faster", ["case", "time"], c.timing.faster.map(movedRow)),
    ...changes("Only before", c.onlyBefore),
    ...changes("Only after", c.onlyAfter),
  ];
  return pageOf({ title: `compare: ${title}`, style: STYLE, body: el("main", {}, ...body) });
}

interface Cell {
  readonly words: string;
  readonly look: string | undefined;
}
type Row = readonly Cell[];

const cell = (words: string, look?: string): Cell => ({ words, look });

/** A verdict in its colour; the word says it too. */
function toldCell(words: string): Cell {
  const [first = ""] = words.split(" (");
  return cell(words, words.endsWith("(known)") ? "known" : first.replaceAll(" ", "-"));
}

const told = (t: Told | null): Cell => toldCell(toldText(t));

function changes(title: string, all: readonly Change[]): readonly string[] {
  const row = (c: Change): Row => [
    cell(c.key, "key"),
    cell(`${c.clauses.join(" ")} (${c.level})`),
    told(c.before),
    told(c.after),
    cell(reasonOf(c)),
  ];
  return section(title, ["case or rule", "clause", "before", "after", "reason"], all.map(row));
}

function section(title: string, heads: readonly string[], rows: readonly Row[]): readonly string[] {
  return rows.length === 0 ? [] : [el("h2", {}, escapeXml(`${title}: ${rows.length}`)), table(heads, rows)];
}

/** On a narrow screen each cell stands on a line of its own, behind the name of its column. */
function table(heads: readonly string[], rows: readonly Row[]): string {
  const head = el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, escapeXml(name))));
  const cells = (row: Row): readonly string[] =>
    row.map(({ words, look }, i) => el("td", { class: look, "data-name": heads[i] }, escapeXml(words)));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row)))));
}

function headRow(which: string, r: RunHead): Row {
  const words = [r.run, r.device, r.lab, r.startedAt, String(r.seed), r.version, seconds(r.durationMs)];
  return [cell(which, "key"), ...words.map((w) => cell(w))];
}

const movedRow = (m: Moved): Row => [cell(m.key, "key"), cell(movedText(m))];
