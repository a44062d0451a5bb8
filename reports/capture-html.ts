/** A judged capture as one HTML file: no script, nothing loaded from anywhere, light and dark by the reader's own choice. Pure. */
import { CLAUSES } from "#clauses";
import { ruleOutcomeOf, type RuleOutcome, type RuleTally } from "#expect/verdict";
import { captureLadder } from "./capture-ladder.ts";
import type { CapturedTunnel } from "./capture-picture.ts";
import { CAPTURE_STYLE } from "./capture-style.ts";
import { shorten } from "./ladder-style.ts";
import { pageOf } from "./page.ts";
import { el, escapeXml } from "./xml.ts";

/** What is said of one end. */
export interface CapturedEnd {
  readonly end: string;
  readonly sent: number;
  readonly untold: number;
  readonly roles: readonly string[];
  readonly rules: readonly RuleTally[];
  readonly proofs: readonly {
    readonly frame: number;
    readonly what: string;
    readonly found: string;
    readonly reason: string;
  }[];
}

/** What the page shows. */
export interface CapturePage {
  /** Name of the file. */
  readonly file: string;
  readonly tool: string;
  readonly frames: number;
  readonly others: number;
  readonly ends: readonly CapturedEnd[];
  /** Each with its number of calls and the names of its two ends. */
  readonly tunnels: readonly (CapturedTunnel & {
    readonly initiator: string;
    readonly responder: string;
    readonly calls: number;
  })[];
  /** What the reader must know of the file, a sentence each. */
  readonly notes: readonly string[];
}

/** Tunnels whose ladder is drawn: those with findings first, and of the others some. */
const DRAWN = { found: 40, plain: 10 } as const;
/** Ends of which all rules that hold are listed too. */
const LISTED_WHOLE = 8;
/** Ends with a table. */
const LISTED = 60;
const LONGEST = 300;

export function capturePage(c: CapturePage): string {
  const failing = c.ends.filter((end) => countOf(end, "fail") > 0).length;
  const title =
    c.ends.length === 0
      ? "Nothing could be judged"
      : failing === 0
        ? "No end fails a rule"
        : `${failing} of ${c.ends.length} ends fail a rule`;
  const body = [
    el("h1", { class: c.ends.length === 0 ? "inconclusive" : failing === 0 ? "good" : "bad" }, escapeXml(title)),
    el("p", { class: "key" }, escapeXml(c.file)),
    el("p", {}, escapeXml(`${c.frames} frames, ${c.tunnels.length} tunnels, ${c.others} frames of no tunnel`)),
    ...c.notes.map((note) => el("p", { class: "note" }, escapeXml(note))),
    ...(c.ends.length === 0 ? [] : [el("h2", {}, "Ends"), endsTable(c.ends)]),
    ...tunnelsPart(c),
    ...c.ends.slice(0, LISTED).map((end) => endPart(end, c.ends.length <= LISTED_WHOLE)),
    ...(c.ends.length > LISTED ? [el("p", { class: "why" }, `${c.ends.length - LISTED} more ends: judge --json`)] : []),
    el("p", { class: "why" }, escapeXml(`made by ${c.tool}`)),
  ];
  return pageOf({ title, style: CAPTURE_STYLE, body: el("main", {}, ...body) });
}

const countOf = ({ rules }: CapturedEnd, outcome: RuleOutcome): number =>
  rules.filter((rule) => ruleOutcomeOf(rule) === outcome).length;

const roleOf = ({ roles }: CapturedEnd): string =>
  roles.length === 0 ? "role unknown" : roles.map((role) => role.toUpperCase()).join(" and ");

function endsTable(ends: readonly CapturedEnd[]): string {
  const heads = ["end", "role", "packets", "not told", "fail", "remark", "hold", "not exercised"];
  return table(
    heads,
    ends.map((end) => [
      cell(end.end, "key"),
      cell(roleOf(end)),
      cell(String(end.sent)),
      cell(String(end.untold), end.untold > 0 ? "inconclusive" : undefined),
      cell(String(countOf(end, "fail")), countOf(end, "fail") > 0 ? "fail" : "why"),
      cell(String(countOf(end, "remark")), countOf(end, "remark") > 0 ? "remark" : "why"),
      cell(String(countOf(end, "pass"))),
      cell(String(countOf(end, "not exercised"))),
    ]),
  );
}

function tunnelsPart({ tunnels, ends }: CapturePage): readonly string[] {
  if (tunnels.length === 0) return [];
  const roles = new Map(ends.map((end) => [end.end, roleOf(end)]));
  const named = (end: string): string => `${end} (${roles.get(end) ?? "role unknown"})`;
  const rank = { fail: 0, remark: 1 } as const;
  const found = tunnels
    .filter((t) => t.worst !== undefined)
    .sort((a, b) => rank[a.worst ?? "remark"] - rank[b.worst ?? "remark"] || a.no - b.no)
    .slice(0, DRAWN.found);
  const plain = tunnels.filter((t) => t.worst === undefined).slice(0, DRAWN.plain);
  const drawn = [...found, ...plain];
  const ladders = drawn.flatMap((t) => {
    const seconds = (Number(t.lastNs - t.firstNs) / 1e9).toFixed(3);
    const calls = t.calls === 1 ? "1 call" : `${t.calls} calls`;
    return [
      el("h3", {}, escapeXml(`Tunnel ${t.no}: ${t.frames} frames, ${calls}, ${seconds} s`)),
      captureLadder(t, { initiator: named(t.initiator), responder: named(t.responder) }),
    ];
  });
  const left = tunnels.length - drawn.length;
  return [
    el("h2", {}, "Ladders"),
    ...(left > 0 ? [el("p", { class: "why" }, escapeXml(`${left} of ${tunnels.length} tunnels are not drawn`))] : []),
    ...ladders,
  ];
}

function endPart(end: CapturedEnd, isWhole: boolean): string {
  const rows = (outcomes: readonly RuleOutcome[]): readonly RuleTally[] =>
    outcomes.flatMap((outcome) => end.rules.filter((rule) => ruleOutcomeOf(rule) === outcome));
  const broken = rows(["fail", "remark"]);
  const held = rows(["pass"]);
  return el(
    "section",
    {},
    el("h2", {}, escapeXml(`${end.end} (${roleOf(end)})`)),
    ...(broken.length === 0 ? [el("p", {}, "No rule was broken.")] : [rulesTable(broken)]),
    ...proofsPart(end),
    ...(isWhole && held.length > 0
      ? [el("details", {}, el("summary", {}, escapeXml(`${held.length} rules hold`)), rulesTable(held))]
      : []),
  );
}

function rulesTable(rules: readonly RuleTally[]): string {
  const rows = rules.map((rule) => {
    const outcome = ruleOutcomeOf(rule);
    const { level, text } = CLAUSES[rule.clause];
    const first = rule.findings[0];
    const count = rule.findings.length + (rule.more ?? 0);
    return [
      cell(rule.clause, "key"),
      cell(level),
      cell(outcome, outcome),
      cell(outcome === "pass" ? `${rule.framesJudged} frames` : `${count} of ${rule.framesJudged} frames`),
      cell(text),
      cell(
        first === undefined
          ? ""
          : `#${first.frame}: expected ${shorten(first.expected, LONGEST)}, found ${shorten(first.actual, LONGEST)}`,
      ),
    ];
  });
  return table(["clause", "level", "verdict", "where", "requirement", "first finding"], rows);
}

function proofsPart({ proofs }: CapturedEnd): readonly string[] {
  if (proofs.length === 0) return [];
  const rows = proofs
    .slice(0, LISTED)
    .map((p) => [
      cell(`#${p.frame}`),
      cell(p.what),
      cell(p.found, p.found === "wrong" ? "fail" : undefined),
      cell(p.reason),
    ]);
  return [table(["frame", "proof", "found", "why"], rows)];
}

interface Cell {
  readonly words: string;
  readonly look: string | undefined;
}

const cell = (words: string, look?: string): Cell => ({ words, look: look?.replaceAll(" ", "-") });

/** On a narrow screen each cell stands on a line of its own, behind the name of its column. */
function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, escapeXml(name))));
  const row = (cells: readonly Cell[]): string =>
    el(
      "tr",
      {},
      ...cells.map(({ words, look }, i) => el("td", { class: look, "data-name": heads[i] }, escapeXml(words))),
    );
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.map(row)));
}
