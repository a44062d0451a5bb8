/** The coverage as one HTML file: no script, nothing loaded from anywhere, sections folded but those with something wrong. Pure. */
import {
  COVERAGE_VERDICTS,
  type Counts,
  type Coverage,
  type CoverageClause,
  type CoverageDocument,
  type CoverageSection,
  type Saying,
  type Told,
} from "./coverage.ts";
import { COVERAGE_STYLE } from "./coverage-style.ts";
import { shorten } from "./ladder-style.ts";
import { pageOf } from "./page.ts";
import { el, escapeXml } from "./xml.ts";

/** Reasons that a cell tells in full; coverage.json has them all. */
const REASONS = 3;
/** Characters of a reason: a device may have put a whole packet into it. */
const LONGEST = 300;
/** Cases and rules that a cell names before it folds them. */
const NAMED = 4;

export function coveragePage(c: Coverage): string {
  const title = `Coverage: ${c.counts.judged} of ${c.counts.clauses} clauses judged`;
  const body = [
    el("h1", {}, escapeXml(title)),
    el("p", {}, escapeXml(totalsText(c.counts))),
    ...(c.runs.length === 0 ? [el("p", {}, "No run yet: what stands here is what could be judged.")] : [runsTable(c)]),
    el("h2", {}, "By document"),
    ...summary(c),
    ...untestedPart(c),
    ...c.documents.map((d) => documentPart(d, c.runs.length > 1)),
  ];
  return pageOf({ title, style: COVERAGE_STYLE, body: el("main", {}, ...body) });
}

function totalsText({ judged, proven, untested }: Counts): string {
  return `${judged} judged by a case or a rule, ${proven} of them proven; ${untested} untested, each with its reason.`;
}

function runsTable({ runs, tool }: Coverage): string {
  const rows = runs.map((r) => [cell(r.device, "key"), cell(r.run, "key"), cell(r.startedAt)]);
  const made = el("p", { class: "why" }, escapeXml(`made by ${tool.name} ${tool.version}`));
  return table(["device", "run", "began"], rows) + made;
}

/** One table of what could be judged, and one a run of what came out. */
function summary({ documents, counts, runs }: Coverage): readonly string[] {
  const all = [...documents.map((d) => ({ name: d.document, counts: d.counts })), { name: "all", counts }];
  const could = all.map(({ name, counts: n }) =>
    [name, n.clauses, n.judged, n.proven, n.untested].map((word) => cell(String(word))),
  );
  return [
    table(["document", "clauses", "judged", "proven", "untested"], could),
    ...runs.flatMap(({ device }) => {
      const came = all.map(({ name, counts: n }) => [
        cell(name),
        ...COVERAGE_VERDICTS.map((v) => cell(String(n.verdicts[device]?.[v] ?? 0), numberLook(v, n, device))),
      ]);
      return [
        el("h3", {}, escapeXml(`${device}: clauses by the worst verdict`)),
        table(["document", ...COVERAGE_VERDICTS], came),
      ];
    }),
  ];
}

/** What nothing judges, in one place: it is asked for more often than any section. */
function untestedPart({ documents }: Coverage): readonly string[] {
  const all = documents.flatMap((d) => d.sections.flatMap((s) => s.clauses)).filter((c) => c.untested !== null);
  if (all.length === 0) return [];
  const rows = all.map((c) => [
    cell(c.id, "key"),
    cell(c.level, "level"),
    cell(c.text, "text"),
    cell(c.untested ?? "", "told"),
  ]);
  const folded = el(
    "details",
    {},
    el("summary", {}, escapeXml(`${all.length} clauses, and why`)),
    table(["clause", "level", "requirement", "why"], rows),
  );
  return [el("section", {}, el("h2", {}, "Untested"), folded)];
}

function numberLook(verdict: (typeof COVERAGE_VERDICTS)[number], n: Counts, device: string): string | undefined {
  return (n.verdicts[device]?.[verdict] ?? 0) === 0 ? "why" : `verdict ${lookOf(verdict)}`;
}

function documentPart({ document, sections }: CoverageDocument, several: boolean): string {
  return el("section", {}, el("h2", {}, escapeXml(document)), ...sections.map((s) => sectionPart(s, several)));
}

function sectionPart({ section, counts, clauses }: CoverageSection, several: boolean): string {
  const isNews = (t: Told): boolean => (t.verdict === "fail" && !t.known) || t.verdict === "inconclusive";
  const open = clauses.some((c) => c.told.some(isNews)) ? "" : undefined;
  const rows = clauses.map((c) => [
    cell(c.id, "key"),
    cell(c.level, "level"),
    cell(c.actor, "actor"),
    cell(c.text, "text"),
    { inner: judgesPart(c), look: undefined },
    { inner: verdictPart(c, several), look: "told" },
  ]);
  return el(
    "details",
    { open },
    el("summary", {}, el("b", {}, escapeXml(section)), escapeXml(` ${sectionText(counts, several)}`)),
    table(["clause", "level", "actor", "requirement", "judged by", "verdict"], rows),
  );
}

/** `31 clauses, 3 untested; lns-1: 20 pass, 1 fail`; of several devices only what is wrong with them. */
function sectionText({ clauses, untested, verdicts }: Counts, several: boolean): string {
  const own = `${clauses} ${clauses === 1 ? "clause" : "clauses"}${untested > 0 ? `, ${untested} untested` : ""}`;
  const shown = several ? (["fail", "inconclusive"] as const) : COVERAGE_VERDICTS;
  const came = Object.entries(verdicts).flatMap(([device, tally]) => {
    const words = shown.filter((v) => tally[v] > 0).map((v) => `${tally[v]} ${v}`);
    return words.length === 0 ? [] : [`${device}: ${words.join(", ")}`];
  });
  return [own, ...came].join("; ");
}

function judgesPart({ judgedBy, unproven }: CoverageClause): string {
  if (judgedBy.length === 0) return "";
  const names = el("span", { class: "key" }, escapeXml(judgedBy.join(" ")));
  const folded = el("details", {}, el("summary", {}, escapeXml(`${judgedBy.length} cases and rules`)), names);
  const proof = unproven === null ? "" : el("div", { class: "why" }, escapeXml(`nothing proves it: ${unproven}`));
  return (judgedBy.length > NAMED ? folded : names) + proof;
}

function verdictPart({ told, untested }: CoverageClause, several: boolean): string {
  const why = untested === null ? "" : word("untested", "untested") + reason(untested);
  // Beside the devices whose run was about it, those whose run was not would only fill the page.
  const about = several ? told.filter((t) => t.verdict !== "not in the run") : told;
  if (about.length === 0 && told.length > 0) return word("not in any run", "not-in-the-run");
  // Those that passed have nothing to tell one by one.
  const passed = about.filter((t) => several && t.verdict === "pass");
  const lines = about.filter((t) => !passed.includes(t)).map((t) => toldPart(t, several ? [t.device] : []));
  const first = passed[0];
  return [why, ...lines, ...(first === undefined ? [] : [toldPart(first, devicesOf(passed))])].join("");
}

const devicesOf = (told: readonly Told[]): readonly string[] => told.map((t) => t.device);

function toldPart(t: Told, devices: readonly string[]): string {
  const who = devices.length === 0 ? "" : el("span", { class: "key" }, escapeXml(`${devices.join(", ")}: `));
  const known = t.known && (t.verdict === "fail" || t.verdict === "remark");
  const verdict = known ? word(`${t.verdict} (known)`, "known") : word(t.verdict, lookOf(t.verdict));
  return el("div", { class: "one" }, who, verdict, ...reasons(t));
}

/** Of the worst only: beside a failure nobody asks why another case did not run. */
function reasons({ verdict, sayings }: Told): readonly string[] {
  if (verdict === "not in the run") return [reason("none of its cases and rules was in this run")];
  const worst = sayings.filter((s): s is Saying & { why: string } => s.verdict === verdict && s.why !== null);
  const shown = worst.slice(0, REASONS).map((s) => reason(`${s.by}: ${s.why}`));
  return worst.length > REASONS ? [...shown, reason(`and ${worst.length - REASONS} more`)] : shown;
}

function reason(words: string): string {
  return el("div", { class: "why" }, escapeXml(shorten(words, LONGEST)));
}

function word(words: string, look: string): string {
  return el("span", { class: `verdict ${look}` }, escapeXml(words));
}

const lookOf = (verdict: string): string => verdict.replaceAll(" ", "-");

interface Cell {
  /** Finished markup. */
  readonly inner: string;
  readonly look: string | undefined;
}

const cell = (words: string, look?: string): Cell => ({ inner: escapeXml(words), look });

/** On a narrow screen each cell stands on a line of its own, behind the name of its column. */
function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, escapeXml(name))));
  const line = (row: readonly Cell[]): string =>
    el("tr", {}, ...row.map(({ inner, look }, i) => el("td", { class: look, "data-name": heads[i] }, inner)));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.map(line)));
}
