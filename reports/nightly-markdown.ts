/** A night as Markdown, for a mail or the summary of a CI job. Pure. */
import { code } from "./compare-markdown.ts";
import type { Nightly, NightlyRun } from "./nightly.ts";

/** Of a longer list the reports have the rest. */
const LISTED = 50;

/** Ends with an empty line, so that another summary may follow it. */
export function nightlyMarkdown(night: Nightly): string {
  const { runs } = night;
  const notWhole = runs.filter((r) => r.ended !== "whole");
  return [
    `## ${nightText(night)}`,
    "",
    `${night.startedAt.slice(0, 16).replace("T", " ")} UTC, ${minutes(night.durationMs)}, l2tpspec ${night.version}, exit code ${night.code}`,
    "",
    "| lab | device | profile | passed | failed | known | remarks | inconclusive | not run | time | ended |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...runs.map(row),
    "",
    ...section("New failures", runs, (r) => r.newFailures ?? []),
    ...section("Failures", runs, (r) => (r.newFailures === null ? r.failures : [])),
    ...section("Failed before, and still", runs, (r) =>
      r.newFailures === null ? [] : r.failures.filter((key) => !r.newFailures?.includes(key)),
    ),
    ...section("Fixed", runs, (r) => r.fixed),
    ...(notWhole.length === 0 ? [] : [`### Not whole: ${notWhole.length}`, ""]),
    ...notWhole.map((r) => `- ${code(r.lab)} ${r.profile}: ${r.ended}${r.why === null ? "" : ` ${code(r.why)}`}`),
    ...(notWhole.length === 0 ? [] : [""]),
    ...(runs.some((r) => r.run !== null) ? ["### Reports", ""] : []),
    ...runs.flatMap((r) => (r.run === null ? [] : [`- ${code(r.lab)} ${r.profile}: ${code(r.run)}`])),
    "",
  ].join("\n");
}

/** The news in a few words. */
export function nightText({ runs }: Pick<Nightly, "runs">): string {
  const sum = (of: (r: NightlyRun) => number): number => runs.reduce((n, r) => n + of(r), 0);
  const news = sum((r) => r.newFailures?.length ?? 0);
  const failures = sum((r) => r.failures.length);
  const labs = new Set(runs.map((r) => r.lab)).size;
  const lost = runs.filter((r) => r.code === 2).length;
  const first = runs.every((r) => r.newFailures === null);
  const failed = first ? counted(failures, "failure") : `${counted(failures, "failure")}, none of them new`;
  const said = [
    news > 0 ? counted(news, "new failure") : failures > 0 ? failed : "Nothing failed",
    ...(lost > 0 ? [`${counted(lost, "run")} could not tell`] : []),
  ];
  return `${said.join(", ")} (${counted(labs, "lab")})`;
}

const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;

function row(r: NightlyRun): string {
  const t = r.totals;
  const numbers =
    t === null ? Array.from({ length: 6 }, () => "") : [t.pass, t.fail, t.known, t.remark, t.inconclusive, t.notRun];
  const cells = [
    code(r.lab),
    r.device === null ? "" : code(r.device),
    r.profile,
    ...numbers,
    minutes(r.durationMs),
    r.ended,
  ];
  return `| ${cells.join(" | ")} |`;
}

function section(
  title: string,
  runs: readonly NightlyRun[],
  of: (r: NightlyRun) => readonly string[],
): readonly string[] {
  const items = runs.flatMap((r) => of(r).map((key) => `- ${code(r.lab)} ${r.profile}: ${code(key)}`));
  if (items.length === 0) return [];
  const more = items.length - LISTED;
  return [
    `### ${title}: ${items.length}`,
    "",
    ...items.slice(0, LISTED),
    ...(more > 0 ? [`- and ${more} more`] : []),
    "",
  ];
}
