/** A night as Markdown, for a mail or the summary of a CI job. Pure. */
import { code } from "./compare-markdown.ts";
import { minutes, type Nightly, type NightlyRun } from "./nightly.ts";

/** Of a longer list the reports have the rest. */
const LISTED = 50;

/** Ends with an empty line, so that another summary may follow it. */
export function nightlyMarkdown(night: Nightly): string {
  const { runs } = night;
  const { fresh, first, old } = failuresOf(runs);
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
    ...section("New failures", fresh),
    ...section(isFirst(runs) ? "Failures" : "Failures on a first night", first),
    ...section("Failed before, and still", old),
    ...section(
      "Unexpected passes",
      found(runs, (r) => r.unexpectedPasses),
    ),
    ...section(
      "Deaths that no case explains",
      found(runs, (r) => r.unexplainedDeaths),
    ),
    ...section(
      "Fixed",
      found(runs, (r) => r.fixed),
    ),
    ...(notWhole.length === 0 ? [] : [`### Not whole: ${notWhole.length}`, ""]),
    ...notWhole.map((r) => `- ${code(r.lab)} ${r.profile}: ${r.ended}${r.why === null ? "" : ` ${code(r.why)}`}`),
    ...(notWhole.length === 0 ? [] : [""]),
    ...(runs.some((r) => r.run !== null) ? ["### Reports", ""] : []),
    ...runs.flatMap((r) => (r.run === null ? [] : [`- ${code(r.lab)} ${r.profile}: ${code(r.run)}`])),
    "",
  ].join("\n");
}

/** The news in a few words: all that has made the exit code what it is. */
export function nightText({ runs }: Pick<Nightly, "runs">): string {
  const { fresh, first, old } = failuresOf(runs);
  const mended = found(runs, (r) => r.unexpectedPasses);
  const deaths = found(runs, (r) => r.unexplainedDeaths);
  const untold = runs.filter((r) => r.code === 1 && lists(r).every((list) => list.length === 0));
  const lost = runs.filter((r) => r.code === 2);
  const onFirst = isFirst(runs) ? "" : " on a first night";
  const asBefore = first.length === 0 ? ", none of them new" : " as before";
  const bad = [
    ...(fresh.length > 0 ? [counted(fresh, "new failure")] : []),
    ...(first.length > 0 ? [`${counted(first, "failure")}${onFirst}`] : []),
    ...(old.length > 0 && fresh.length === 0 ? [`${counted(old, "failure")}${asBefore}`] : []),
    ...(mended.length > 0 ? [counted(mended, "unexpected pass", "es")] : []),
    ...(deaths.length > 0 ? [counted(deaths, "unexplained death")] : []),
    ...(untold.length > 0 ? [`${counted(untold, "run")} failed`] : []),
  ];
  const said = [
    ...(bad.length > 0 ? bad : ["Nothing failed"]),
    ...(lost.length > 0 ? [`${counted(lost, "run")} could not tell`] : []),
  ];
  return `${said.join(", ")} (${counted([...new Set(runs.map((r) => r.lab))], "lab")})`;
}

/** The same thing of one lab, in whichever of its profiles it was found. */
interface Found {
  readonly lab: string;
  readonly what: string;
  readonly profiles: readonly string[];
}

function found(runs: readonly NightlyRun[], of: (r: NightlyRun) => readonly string[]): readonly Found[] {
  const all = new Map<string, Found>();
  for (const r of runs)
    for (const what of new Set(of(r))) {
      const id = JSON.stringify([r.lab, what]);
      all.set(id, { lab: r.lab, what, profiles: [...(all.get(id)?.profiles ?? []), r.profile] });
    }
  return [...all.values()];
}

/** Each failure of a lab once: new in any profile, or failed before, or of a profile that had no night before. */
function failuresOf(runs: readonly NightlyRun[]): Readonly<Record<"fresh" | "first" | "old", readonly Found[]>> {
  const fresh = found(runs, (r) => r.newFailures ?? []);
  const told = found(runs, (r) => (r.newFailures === null ? [] : r.failures));
  const first = found(runs, (r) => (r.newFailures === null ? r.failures : []));
  const without = (some: readonly Found[], others: readonly Found[]): readonly Found[] =>
    some.filter((a) => !others.some((b) => a.lab === b.lab && a.what === b.what));
  return { fresh, old: without(told, fresh), first: without(first, told) };
}

/** Where nothing has a night before, nobody asks what is new. */
const isFirst = (runs: readonly NightlyRun[]): boolean => runs.every((r) => r.newFailures === null);
const lists = (r: NightlyRun): readonly (readonly string[])[] => [r.failures, r.unexpectedPasses, r.unexplainedDeaths];
const counted = ({ length }: readonly unknown[], word: string, plural = "s"): string =>
  `${length} ${word}${length === 1 ? "" : plural}`;

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

function section(title: string, all: readonly Found[]): readonly string[] {
  if (all.length === 0) return [];
  const items = all.map(({ lab, profiles, what }) => `- ${code(lab)} ${profiles.join(", ")}: ${code(what)}`);
  const more = items.length - LISTED;
  return [
    `### ${title}: ${items.length}`,
    "",
    ...items.slice(0, LISTED),
    ...(more > 0 ? [`- and ${more} more`] : []),
    "",
  ];
}
