/** A comparison as a terminal shows it: the worst first, a line a change. Pure. */
import { fromHere } from "./commands.ts";
import { toldText, type Change, type Comparison, type RunHead } from "./compare.ts";
import type { Moved, Tolerance } from "./compare-timing.ts";
import { flakyLines } from "./flaky.ts";

/** Changes of one kind that a terminal lists one by one; `--json` and `--html` have them all. */
const LISTED = 20;

/** Ends with a newline. */
export function compareText(c: Comparison): string {
  const died = newDeaths(c);
  const quiet = c.changed.filter((change) => !isTelling(change)).length;
  return [
    `before  ${headText(c.before)}`,
    ...c.between.map((run) => `        ${headText(run)}`),
    `after   ${headText(c.after)}`,
    "",
    ...(died > 0 ? [`${word("deaths")}${deathsText(died)}`] : []),
    ...SECTIONS.flatMap(([kind, name]) => cut(c[kind].filter(isTelling).map((change) => changeLine(name, change)))),
    ...(quiet > 0 ? [`${word("changed")}${quiet} more, of which neither run says anything bad`] : []),
    ...cut(flakyLines(c.flaky)),
    ...cut(c.timing.slower.map((m) => movedLine("slower", m))),
    ...cut(c.timing.faster.map((m) => movedLine("faster", m))),
    ...only("only before", c.onlyBefore),
    ...only("only after", c.onlyAfter),
    // What only one of the two was about is told by the cases that only it has.
    ...cut(
      c.clauses
        .filter((x) => x.before !== null && x.after !== null)
        .map((x) => `${word("clause")}${x.clause}  ${x.level}  ${x.before ?? "-"} > ${x.after ?? "-"}`),
    ),
    totalsLine(c),
    "",
  ].join("\n");
}

const SECTIONS = [
  ["newFailures", "new failure"],
  ["changed", "changed"],
  ["remarksCame", "remark came"],
  ["remarksWent", "remark went"],
  ["fixed", "fixed"],
] as const;

/** Deaths of the device that no case is to blame for, and that the first run had not. */
export function newDeaths({ before, after }: Comparison): number {
  return Math.max(0, after.unexplainedDeaths - before.unexplainedDeaths);
}

export function deathsText(n: number): string {
  return `the device died ${n === 1 ? "once" : `${n} times`} more, and no case is to blame for it`;
}

/** One sentence with all the counts. */
export function totalsLine(c: Comparison): string {
  const { slower, faster, tolerance, leftOut } = c.timing;
  const counted: readonly (readonly [number, string])[] = [
    [c.newFailures.length, c.newFailures.length === 1 ? "new failure" : "new failures"],
    [c.fixed.length, "fixed"],
    [c.remarksCame.length, c.remarksCame.length === 1 ? "remark came" : "remarks came"],
    [c.remarksWent.length, "went"],
    [c.changed.length, "changed otherwise"],
    [c.flaky.length, "flaky"],
    [c.onlyBefore.length, "only before"],
    [c.onlyAfter.length, "only after"],
    [slower.length, "slower"],
    [faster.length, "faster"],
  ];
  const said = counted.filter(([n], i) => n > 0 || i < 2).map(([n, what]) => `${n} ${what}`);
  const left = leftOut === 0 ? "" : `; the times of ${leftOut} cases are not compared`;
  return `${said.join(", ")} (a time has moved by ${toleranceText(tolerance)}${left})`;
}

/** When a time has moved, in words. */
export function toleranceText({ ms, ratio }: Tolerance): string {
  return `more than ${seconds(ms)} and a factor of ${ratio}`;
}

/** Which run it was, in one line. */
export function headText(r: RunHead): string {
  return `${fromHere(r.run)}  ${r.device} in ${r.lab}, ${r.startedAt}, seed ${r.seed}, version ${r.version}, ${seconds(r.durationMs)}`;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `1.0 s > 4.2 s (4.2 times)` */
export function movedText({ beforeMs, afterMs }: Moved): string {
  const short = Math.min(beforeMs, afterMs);
  const factor = short === 0 ? "" : ` (${(Math.max(beforeMs, afterMs) / short).toFixed(1)} times)`;
  return `${seconds(beforeMs)} > ${seconds(afterMs)}${factor}`;
}

/** The reason in one line, without the clause that stands before it already. */
export function reasonOf({ reason, clauses }: Change): string {
  const line = reason.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const first = clauses[0];
  return first !== undefined && line.startsWith(`${first}: `) ? line.slice(first.length + 2) : line;
}

const word = (name: string): string => name.padEnd(13);

/** Between pass, not run and the like much changes with the selection and the seed. */
function isTelling({ before, after }: Change): boolean {
  return [before, after].some((t) => t?.verdict === "fail" || t?.verdict === "inconclusive" || t?.verdict === "remark");
}

function changeLine(name: string, c: Change): string {
  return `${word(name)}${c.key}  ${c.clauses.join(" ")}  ${toldText(c.before)} > ${toldText(c.after)}  ${reasonOf(c)}`.trimEnd();
}

function movedLine(name: string, m: Moved): string {
  return `${word(name)}${m.key}  ${movedText(m)}`;
}

function only(name: string, changes: readonly Change[]): readonly string[] {
  if (changes.length === 0) return [];
  const keys = changes.slice(0, 5).map((c) => c.key);
  const more = changes.length - keys.length;
  return [`${word(name)}${keys.join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}

function cut(lines: readonly string[]): readonly string[] {
  const more = lines.length - LISTED;
  return more > 0 ? [...lines.slice(0, LISTED), `${word("")}... and ${more} more`] : lines;
}
