import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { generateHtml, nextBuildOrder, previousRun } from "./html.ts";
import { RUN_INFO, writeRun } from "./sample-case.ts";

let out = "";
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "l2tpspec-html-"));
});
afterEach(() => {
  rmSync(out, { recursive: true });
  vi.unstubAllEnvs();
});

function run(name: string, day: number, o: { device?: string; lab?: string; history?: unknown } = {}): string {
  const dir = join(out, name);
  writeRun(dir, [], {
    ...RUN_INFO,
    device: o.device ?? "reference",
    lab: o.lab ?? "embedded",
    startedAt: `2026-11-0${day}T00:00:00Z`,
  });
  if (o.history !== undefined) {
    mkdirSync(join(dir, "allure-report", "history"), { recursive: true });
    writeFileSync(join(dir, "allure-report", "history", "history-trend.json"), JSON.stringify(o.history));
  }
  return dir;
}

test("without Java one line says what to do, and nothing is thrown", async () => {
  vi.stubEnv("JAVA_HOME", join(out, "no-java"));
  const html = await generateHtml(out);
  expect(html).toEqual({
    made: false,
    reason: `no HTML report: Allure needs Java (apt-get install default-jre-headless, then l2tpspec report ${out})`,
  });
});

describe("the run whose history a report goes on with", () => {
  test("is the latest one before it, of the same device and lab, that has one", () => {
    run("a", 1, { history: [] });
    const wanted = run("b", 3, { history: [] });
    run("c", 4);
    run("d", 5, { history: [], device: "l2tpns" });
    run("e", 5, { history: [], lab: "embedded-udp" });
    const here = run("f", 6, { history: [] });
    run("g", 7, { history: [] });
    mkdirSync(join(out, "no-run"));
    expect(previousRun(here)).toBe(wanted);
  });

  test("is none for the first", () => {
    expect(previousRun(run("a", 1))).toBeUndefined();
  });
});

test.each([
  ["is 1 without a history", undefined, 1],
  ["goes on from the highest", [{ buildOrder: 4 }, { buildOrder: 11 }, {}], 12],
  ["is 1 after a history that cannot be read", "nonsense", 1],
])("the order of a build %s", (_what, history, order) => {
  expect(nextBuildOrder(history === undefined ? undefined : run("a", 1, { history }))).toBe(order);
});
