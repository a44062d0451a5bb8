/** The nights of a history in the words of Allure 2: the files that its generator goes on with. Pure. */
import { createHash } from "node:crypto";
import { Status, type Parameter } from "allure-js-commons";
import type { RuleOutcome } from "#expect/verdict";
import { categoryOf, categoryOfVerdict } from "./categories.ts";
import { statusOf } from "./allure-result.ts";
import { nightsUid, type History, type Night } from "./history.ts";

/** Contents of the files in `history/`, by their names. */
export type AllureHistory = Readonly<Record<string, unknown>>;

/**
 * @param names of today's results, each as Allure's generator will call it ({@link allureName}); what a night had beside them has
 * no page that could show it
 */
export function allureHistory({ nights, order }: History, names: ReadonlyMap<string, string>): AllureHistory {
  const head = (night: Night, i: number): { buildOrder: number; reportName: string } => ({
    buildOrder: order - nights.length + i,
    reportName: `l2tpspec ${night.version}: ${night.device} in ${night.lab}`,
  });
  // Latest first, as Allure writes them itself.
  const trend = (data: (night: Night) => object): readonly unknown[] =>
    nights.map((night, i) => ({ ...head(night, i), data: data(night) })).toReversed();
  return {
    "history.json": resultsOver(nights, names),
    "history-trend.json": trend(statisticOf),
    "categories-trend.json": trend(categoryCounts),
    "duration-trend.json": trend((night) => ({ duration: Math.round(night.durationMs) })),
  };
}

/** How Allure's generator names a result from night to night: by its test case and its parameters in their order. */
export function allureName(testCaseId: string, parameters: readonly Parameter[]): string {
  const pairs = parameters.map(({ name, value }) => `${name}:${value}`).sort();
  return `${md5(testCaseId)}.${md5(pairs.join(","))}`;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

type Statistic = Readonly<Record<"failed" | "broken" | "skipped" | "passed" | "unknown" | "total", number>>;

function statistic(statuses: readonly Status[]): Statistic {
  const count = (status: Status): number => statuses.filter((s) => s === status).length;
  return {
    failed: count(Status.FAILED),
    broken: count(Status.BROKEN),
    skipped: count(Status.SKIPPED),
    passed: count(Status.PASSED),
    unknown: 0,
    total: statuses.length,
  };
}

/** Everything that stood in the night's report, with its status and its category. */
interface Shown {
  readonly status: Status;
  readonly category: string | undefined;
}

function shownIn(night: Night): readonly Shown[] {
  const { totals, unexpectedPasses, expired, unexplainedDeaths } = night;
  const hasBaseline = night.baseline !== null;
  const verdict = (of: RuleOutcome, known = false): Shown => ({
    status: statusOf(of),
    category: categoryOfVerdict(of, known, hasBaseline),
  });
  const other = (status: Status, message: string): Shown => ({
    status,
    category: categoryOf(status, message, hasBaseline),
  });
  const many = (n: number, shown: Shown): readonly Shown[] => Array.from({ length: n }, () => shown);
  return [
    ...night.results.map((r) => verdict(r.verdict, r.known)),
    ...many(totals.notExercised, verdict("not exercised")),
    ...many(unexpectedPasses, other(Status.FAILED, "UNEXPECTED PASS: ")),
    ...many(expired, other(Status.SKIPPED, "EXPIRED: ")),
    ...many(unexplainedDeaths, verdict("fail")),
  ];
}

function statisticOf(night: Night): Statistic {
  return statistic(shownIn(night).map(({ status }) => status));
}

function categoryCounts(night: Night): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { category } of shownIn(night)) if (category !== undefined) counts[category] = (counts[category] ?? 0) + 1;
  return counts;
}

function resultsOver(nights: readonly Night[], names: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const items = new Map<string, Status[]>();
  const over: Record<string, { statistic: Statistic; items: unknown[] }> = {};
  for (const night of nights.toReversed())
    for (const { key, verdict, known, durationMs } of night.results) {
      const name = names.get(key);
      if (name === undefined) continue;
      const status = statusOf(verdict);
      items.set(name, [...(items.get(name) ?? []), status]);
      const start = Date.parse(night.startedAt);
      (over[name] ??= { statistic: statistic([]), items: [] }).items.push({
        uid: nightsUid(night, key),
        status,
        statusDetails: `${known ? "known deviation" : verdict} in ${night.run}`,
        time: { start, stop: start + Math.round(durationMs), duration: Math.round(durationMs) },
      });
    }
  for (const [name, statuses] of items) over[name]!.statistic = statistic(statuses);
  return over;
}
