/** The nights of a lab: what is kept, what a run sees of it, and what is no history. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { categoryOfVerdict } from "./categories.ts";
import { historyLine, nightsBefore, nightsFolder, readHistory, recordNight } from "./history.ts";
import { allureHistory, allureName } from "./history-allure.ts";
import { publish } from "./publish.ts";
import type { RunInfo } from "./run-folder.ts";
import { PASSED, RUN_INFO, SAMPLE, writeRun } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

let dir = "";
let history = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-history-"));
  history = join(dir, "nights");
});
afterEach(() => rmSync(dir, { recursive: true }));

const night = (day: number, changes: Partial<RunInfo> = {}): RunInfo => ({
  ...RUN_INFO,
  startedAt: `2026-11-${String(day).padStart(2, "0")}T01:00:00Z`,
  ...changes,
});
function recorded(info: RunInfo, ...cases: readonly CaseResult[]): void {
  recordNight(history, `out/${info.startedAt}`, info, resultsOf(info, cases));
}
const starts = (info: RunInfo): readonly string[] =>
  readHistory(history, info).nights.map((n) => n.startedAt.slice(8, 10));

describe("a run sees the nights before it", () => {
  test("oldest first, with its own number", () => {
    for (const day of [3, 1, 2, 9]) recorded(night(day), PASSED);
    expect(starts(night(4))).toEqual(["01", "02", "03"]);
    expect(readHistory(history, night(4)).order).toBe(4);
  });

  test("of its device, lab, selection and strictness alone", () => {
    recorded(night(1), PASSED);
    recorded(night(2, { device: "other" }), PASSED);
    recorded(night(3, { lab: "other" }), PASSED);
    recorded(night(4, { strict: true }), PASSED);
    recorded(night(5, { selection: { profile: "quick" } }), PASSED);
    recorded(night(6, { selection: { suites: ["a"], profile: "quick" } }), PASSED);
    expect(starts(night(9))).toEqual(["01"]);
    expect(starts(night(9, { selection: { profile: "quick", suites: ["a"] } }))).toEqual(["06"]);
  });

  test("the first has none", () => {
    expect(readHistory(history, night(1))).toEqual({ nights: [], order: 1 });
    expect(existsSync(history)).toBe(false);
  });

  test("twenty of them at most, and all stay in the folder", () => {
    for (let day = 1; day <= 25; day++) recorded(night(day), PASSED);
    expect(starts(night(30)).at(0)).toBe("06");
    expect(readHistory(history, night(30)).order).toBe(26);
    expect([...nightsBefore(history, night(30))].map((n) => n.startedAt.slice(8, 10)).slice(23)).toEqual(["02", "01"]);
    expect(readdirSync(nightsFolder(history, RUN_INFO))).toHaveLength(25);
  });

  test("one that is told anew is no further night", () => {
    recorded(night(1), SAMPLE);
    recorded(night(1), PASSED);
    expect(readHistory(history, night(2)).nights.map((n) => n.totals.pass)).toEqual([2]);
  });

  test("a device may bear any name", () => {
    expect(nightsFolder("/h", { device: "../../x/y", lab: ".." })).toBe("/h/__.._x_y~_");
  });
});

describe("what is no history", () => {
  const spoilt = (change: (text: string) => string): string => {
    recorded(night(1), PASSED);
    const folder = nightsFolder(history, RUN_INFO);
    const file = join(folder, readdirSync(folder)[0]!);
    writeFileSync(file, change(readFileSync(file, "utf8")));
    return file;
  };

  test("one that a later version has written: one line with the file, nothing is lost", async () => {
    const file = spoilt((text) => text.replace('"schema":1', '"schema":2').replace('"totals"', '"sums"'));
    const line = `${file}: schema: expected 1, the latest that this l2tpspec reads, found 2: a later one has written this history`;
    expect(() => readHistory(history, night(2))).toThrow(line);
    const before = readFileSync(file, "utf8");

    const run = join(dir, "run");
    writeRun(run, [SAMPLE], night(2));
    const { results, noHistory } = await publish(run, { html: false, allure: "none", history });
    expect(results.totals.fail).toBe(1);
    expect(existsSync(join(run, "results.json"))).toBe(true);
    expect(noHistory).toBe(`this run is not in the history: ${line}`);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(readdirSync(nightsFolder(history, RUN_INFO))).toHaveLength(1);
  });

  test.each([
    ["cut off", (text: string) => text.slice(0, 40), /\.json: expected a night of a history in JSON, found /],
    ["of another shape", () => '{"schema":1}', /\.json: run: expected string, found nothing/],
    ["no object", () => "7", /\.json: expected object, found 7/],
  ])("one that is %s", (_what, change, message) => {
    spoilt(change);
    expect(() => readHistory(history, night(2))).toThrow(message);
  });

  test("what else lies in the folder is left alone", () => {
    recorded(night(1), PASSED);
    writeFileSync(join(nightsFolder(history, RUN_INFO), "notes.txt"), "mine");
    expect(starts(night(2))).toEqual(["01"]);
  });
});

test("a terminal gets the failures of the nights", () => {
  recorded(night(1), PASSED);
  const results = resultsOf(night(2), [SAMPLE], undefined, []);
  expect(historyLine(readHistory(history, night(2)), results)).toBe(
    "history: 2 runs of reference in embedded; failed 0, 1",
  );
  expect(historyLine({ nights: [], order: 1 }, results)).toMatch(/the first run of reference in embedded; failed 1$/);
});

test("Allure is told each night as its own report counted it", () => {
  recorded(night(1), PASSED);
  recorded(night(2), SAMPLE, PASSED);
  const name = allureName(SAMPLE.id, [{ name: "role", value: "lns" }]);
  const files = allureHistory(readHistory(history, night(3)), new Map([[SAMPLE.key, name]]));
  const trend = files["history-trend.json"] as { buildOrder: number; data: Record<string, number> }[];
  expect(trend.map(({ buildOrder, data }) => [buildOrder, data["failed"], data["broken"]])).toEqual([
    [2, 1, 0],
    [1, 0, 0],
  ]);
  const [, first] = files["categories-trend.json"] as { data: Record<string, number> }[];
  expect(Object.keys(first!.data)).toEqual(["Rules not exercised"]);
  expect(files["history.json"]).toMatchObject({
    [name]: { statistic: { failed: 1, total: 1 }, items: [{ status: "failed" }] },
  });
});

test.each([
  ["fail", false, "New against the baseline"],
  ["fail", true, "Known deviations (baseline)"],
  ["remark", false, "Remarks"],
  ["remark", true, "Known deviations (baseline)"],
  ["inconclusive", false, "Inconclusive"],
  ["not applicable", false, "Not applicable"],
  ["not run", false, "Not run: the lab lacks an ability"],
  ["not exercised", false, "Rules not exercised"],
  ["pass", false, undefined],
] as const)("%s (known: %s) is listed under %s", (verdict, known, category) => {
  expect(categoryOfVerdict(verdict, known, true)).toBe(category);
});

test("without a baseline there is nothing that a failure could be new against", () => {
  expect(categoryOfVerdict("fail", false, false)).toBe("Non-conformances");
});
