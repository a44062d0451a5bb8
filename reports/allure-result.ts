/** How a result reads in Allure: status, labels, steps, description. Pure; allure.ts writes it. */
import {
  Severity,
  Stage,
  Status,
  type Label,
  type Parameter,
  type StatusDetails,
  type StepResult,
} from "allure-js-commons";
import { CLAUSES, documentOf, isClauseId } from "#clauses";
import {
  saying,
  type CaseResult,
  type Finding,
  type Role,
  type RuleOutcome,
  type RuleResult,
  type RungResult,
} from "#expect/verdict";
import { endsOf } from "./case-page.ts";
import type { Commands } from "./commands.ts";
import { escapeXml } from "./xml.ts";

/** Allure knows four outcomes; the first words of the message tell ours apart, and the categories go by them. */
const STATUS: Readonly<Record<RuleOutcome, Status>> = {
  pass: Status.PASSED,
  remark: Status.PASSED,
  fail: Status.FAILED,
  inconclusive: Status.BROKEN,
  "not applicable": Status.SKIPPED,
  "not run": Status.SKIPPED,
  "not exercised": Status.SKIPPED,
};

export function statusOf(verdict: RuleOutcome): Status {
  return STATUS[verdict];
}

const PREFIX: Readonly<Record<RuleOutcome, string>> = {
  pass: "",
  remark: "REMARK: ",
  fail: "NON-CONFORMANCE: ",
  inconclusive: "INCONCLUSIVE: ",
  "not applicable": "NOT APPLICABLE: ",
  "not run": "NOT RUN: ",
  "not exercised": "NOT EXERCISED: ",
};
export const KNOWN_PREFIX = "KNOWN DEVIATION: ";

/** The message under a result's status; empty for a plain pass. `known` wins: the reader need not look again. */
export function messageOf(verdict: RuleOutcome, reason: string, known: boolean): string {
  if (verdict === "pass") return "";
  return `${known ? KNOWN_PREFIX : PREFIX[verdict]}${reason}`;
}

export function detailsOf(c: CaseResult | RuleResult, reason: string, known: boolean): StatusDetails {
  const message = messageOf(c.verdict, reason, known);
  const worst = c.findings.find((f) => f.verdict === c.verdict);
  return {
    ...(message !== "" && { message }),
    ...(c.findings.length > 0 && { trace: c.findings.slice(0, 10).map(findingText).join("\n\n") }),
    ...(worst !== undefined && { expected: worst.expected, actual: worst.actual }),
  };
}

function findingText(f: Finding): string {
  const where = f.frame === null ? [] : [`     frame: #${f.frame}${f.offset === null ? "" : `, octet ${f.offset}`}`];
  return [
    `${f.clause ?? "no clause"}  ${f.verdict}`,
    `  expected: ${f.expected}`,
    `    actual: ${f.actual}`,
    ...where,
  ].join("\n");
}

/** By the word that binds: a broken MUST is what a lab must look at first. */
export function severityLabel(level: string): Severity {
  if (/^MUST/.test(level)) return Severity.CRITICAL;
  if (level === "implied" || level === "state") return Severity.NORMAL;
  return /^(SHOULD|recommended$)/.test(level) ? Severity.MINOR : Severity.TRIVIAL;
}

/** `rfc2661/5.8-reliable-delivery` -> parentSuite and suite; a suite of one part is its own parent. */
function suiteLabels(suite: string): Label[] {
  const [parent = suite, ...rest] = suite.split("/");
  return [
    { name: "parentSuite", value: parent },
    { name: "suite", value: rest.length > 0 ? rest.join("/") : parent },
  ];
}

/** Epic is the RFC, feature its section. */
function clauseLabels(clause: string): Label[] {
  if (!isClauseId(clause)) return [];
  const { section } = CLAUSES[clause];
  const document = documentOf(CLAUSES[clause]);
  return [
    { name: "epic", value: document },
    { name: "feature", value: `${document} §${section}` },
  ];
}

const slug = (words: string): string => words.replaceAll(" ", "-");

function commonLabels(r: { clause: string; level: string; verdict: RuleOutcome; role: Role }, known: boolean): Label[] {
  return [
    ...clauseLabels(r.clause),
    { name: "severity", value: severityLabel(r.level) },
    { name: "framework", value: "l2tpspec" },
    ...[slug(r.verdict), `device-is-${r.role}`, r.clause, ...(known ? ["known"] : [])].map((value) => ({
      name: "tag",
      value,
    })),
  ];
}

export function caseLabels(c: CaseResult, known: boolean): Label[] {
  const others = c.clauses.filter((clause) => clause !== c.clause);
  return [
    ...suiteLabels(c.suite),
    { name: "story", value: c.story },
    ...commonLabels(c, known),
    ...others.map((value) => ({ name: "tag", value })),
  ];
}

export function ruleLabels(r: RuleResult): Label[] {
  const rfc = isClauseId(r.clause) ? documentOf(CLAUSES[r.clause]) : "other";
  return [{ name: "parentSuite", value: "rules" }, { name: "suite", value: rfc }, ...commonLabels(r, r.known)];
}

/** Role and params tell the results of one case apart. */
export function parametersOf(c: CaseResult): Parameter[] {
  return [
    { name: "role", value: c.role },
    ...Object.entries(c.params).map(([name, value]) => ({ name, value: String(value) })),
  ];
}

export function nameOf(c: CaseResult): string {
  const params = Object.entries(c.params).map(([name, value]) => `${name}=${String(value)}`);
  return `${c.id} ${c.story}${params.length === 0 ? "" : ` [${params.join(", ")}]`} (device is ${c.role.toUpperCase()})`;
}

/** One step a rung, one for each finding that no rung has, and one for all that the background rules claimed. */
export function stepsOf(c: CaseResult): StepResult[] {
  const began = Date.parse(c.startedAt);
  const findings = c.findings.filter((f) => !c.rungs.some((r) => r.no === f.rung));
  let last = 0;
  const rungs = c.rungs.map((rung): StepResult => {
    const from = last;
    if (rung.climbed && rung.atMs !== null) last = Math.max(last, rung.atMs);
    return rungStep(
      rung,
      c.findings.find((f) => f.rung === rung.no),
      began + from,
      began + last,
    );
  });
  return [...rungs, ...findings.map((f) => findingStep(f, began + last)), ...backgroundSteps(c, began + last)];
}

function rungStep(rung: RungResult, finding: Finding | undefined, start: number, stop: number): StepResult {
  return step({
    name: rungName(rung),
    status: rungStatus(rung, finding),
    start,
    stop,
    parameters: listed({
      ...(finding === undefined ? { clause: rung.clause, frame: frameText(rung.frame) } : findingValues(finding)),
      ...(rung.says !== undefined && { says: rung.says === null ? "nothing" : String(rung.says) }),
      "at ms": rung.atMs?.toFixed(3) ?? null,
      asked: rung.at,
    }),
    ...(finding !== undefined && { message: `expected ${finding.expected}; ${finding.actual}` }),
  });
}

/** `rung 3 MISSED: must ...`; of a reading, what the device says beside what was expected of it. */
function rungName({ no, kind, text, climbed, says }: RungResult): string {
  if (says === null) return `rung ${no} (the device does not say): ${text}`;
  if (says !== undefined) return `rung ${no}${climbed ? "" : " BROKEN"}: ${text} (${saying(says)})`;
  const outcome = climbed ? "" : kind === "may" ? " (did not come)" : " MISSED";
  return `rung ${no}${outcome}: ${text}`;
}

function rungStatus(rung: RungResult, finding: Finding | undefined): Status {
  if (finding !== undefined) return STATUS[finding.verdict];
  return rung.climbed || rung.kind === "may" ? Status.PASSED : Status.SKIPPED;
}

function findingStep(f: Finding, at: number): StepResult {
  // The judge begins what it says of a frame with the frame's number.
  const name = f.frame === null || f.actual.startsWith(`#${f.frame} `) ? f.actual : `#${f.frame} ${f.actual}`;
  const message = `expected ${f.expected}`;
  return step({ name, status: STATUS[f.verdict], start: at, stop: at, parameters: listed(findingValues(f)), message });
}

function findingValues(f: Finding): Readonly<Record<string, string | number | null>> {
  const { verdict, clause, expected, actual, offset, length = null } = f;
  return { verdict, clause, expected, actual, frame: frameText(f.frame), offset, octets: length };
}

const frameText = (frame: number | null): string | null => (frame === null ? null : `#${frame}`);

function backgroundSteps(c: CaseResult, at: number): StepResult[] {
  const counts = new Map<string, number>();
  for (const claim of Object.values(c.claims))
    if (claim !== "bench" && !claim.startsWith("rung ")) counts.set(claim, (counts.get(claim) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  if (total === 0) return [];
  const parameters = [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => ({ name, value: String(n) }));
  const name = `${total} ${total === 1 ? "frame" : "frames"} claimed by background rules`;
  return [step({ name, status: Status.PASSED, start: at, stop: at, parameters })];
}

/** Findings that a rule's result lists one by one. */
const FINDINGS_OF_A_RULE = 20;

export function ruleSteps(r: RuleResult, at: number): StepResult[] {
  const cases = new Set(r.findings.map((f) => f.case)).size;
  const summary = `${r.framesJudged} frames judged, ${r.findings.length} findings in ${cases} cases`;
  const status = STATUS[r.verdict];
  const shown = r.findings.slice(0, FINDINGS_OF_A_RULE).map((f) => {
    const plain = findingStep(f, at);
    return {
      ...plain,
      name: `${f.case} ${plain.name ?? ""}`,
      parameters: [{ name: "case", value: f.case }, ...plain.parameters],
    };
  });
  return [step({ name: summary, status, start: at, stop: at, parameters: [] }), ...shown];
}

function listed(values: Readonly<Record<string, string | number | null>>): Parameter[] {
  return Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]));
}

function step(
  s: Pick<StepResult, "name" | "status" | "start" | "stop" | "parameters"> & { message?: string },
): StepResult {
  const { message, ...rest } = s;
  return {
    ...rest,
    stage: Stage.FINISHED,
    statusDetails: message === undefined || s.status === Status.PASSED ? {} : { message },
    steps: [],
    attachments: [],
  };
}

/**
 * What a reader needs first: the requirement, what came out, and how to see it again. As a table, because Allure's generator
 * strips styles and its page resets margins, fonts and even bold type.
 */
export function descriptionOf(
  r: Pick<CaseResult | RuleResult, "clause" | "level" | "verdict" | "role"> &
    Pick<Partial<CaseResult>, "story" | "met" | "suspect">,
  reason: string,
  commands: Commands | undefined,
): string {
  const clause = isClauseId(r.clause) ? CLAUSES[r.clause] : undefined;
  const where = clause === undefined ? "" : `, ${documentOf(clause)} §${clause.section}, binds ${clause.actor}`;
  const rows: readonly (readonly [string, string] | undefined)[] = [
    r.story === undefined ? undefined : ["story", r.story],
    ["clause", `${r.clause} (${r.level}${where})`],
    clause && ["requirement", clause.text],
    ["who acted", endsOf(r)],
    r.met && ["met in", `${r.met.implementation} (${r.met.reported})`],
    ["verdict", r.verdict],
    ["reason", reason],
    r.suspect && [
      "run alone",
      `the device died (${r.suspect.how}) with ${r.suspect.inFlight.join(", ")} in flight: only this run counts`,
    ],
    commands && ["run it alone", commands.run],
    commands && ["judge it again", commands.judge],
  ];
  const cells = rows.flatMap((row) => {
    if (row === undefined) return [];
    const [name, value] = row.map(escapeXml);
    return [`<tr><td>${name ?? ""}&nbsp;&nbsp;&nbsp;</td><td>${value ?? ""}</td></tr>`];
  });
  return `<table><tbody>${cells.join("")}</tbody></table>`;
}
