import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sealFaults } from "#reports/bundle/seal";
import { sealedFiles } from "#reports/manifest";
import { publish } from "#reports/publish";
import { KNOWN, PASSED, RUN_INFO, SAMPLE, writeRun } from "#reports/sample-case";
import type { Results } from "#reports/sink";
import { report } from "./report.ts";

let run = "";
beforeEach(() => {
  run = join(mkdtempSync(join(tmpdir(), "l2tpspec-report-")), "run");
  // The HTML takes seconds and a Java; that it is made is the generator's business.
  vi.stubEnv("JAVA_HOME", "/nowhere");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(run, ".."), { recursive: true });
});

async function reported(options: Parameters<typeof report>[1] = {}): Promise<{ code: number; text: string }> {
  let text = "";
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  return { code: await report(run, options, out), text };
}

describe("a run's folder", () => {
  test("gets its results, reports and seal, and the exit code that it deserves", async () => {
    writeRun(run, [SAMPLE, PASSED]);
    const { code, text } = await reported({ baseline: "none" });
    expect(code).toBe(1);
    expect(text).toMatch(/^no HTML report: Allure needs Java /m);
    expect(readdirSync(run).sort()).toEqual([
      ..."MANIFEST.sha256 allure-results cases coverage.html coverage.json junit.xml results.json run.json".split(" "),
    ]);
    expect(sealFaults(sealedFiles(run))).toEqual([]);
  });

  test("made anew holds nothing of what was there before", async () => {
    writeRun(run, [SAMPLE, PASSED]);
    mkdirSync(join(run, "allure-results"));
    writeFileSync(join(run, "allure-results", "old-result.json"), "{}");
    await reported({ baseline: "none" });
    const once = readdirSync(join(run, "allure-results")).length;
    await reported({ baseline: "none" });
    expect(readdirSync(join(run, "allure-results"))).toHaveLength(once);
    expect(readdirSync(join(run, "allure-results"))).not.toContain("old-result.json");
  });

  test("has no results for Allure where none were asked for", async () => {
    writeRun(run, [SAMPLE]);
    const { results, html } = await publish(run, { html: true, allure: "none" });
    expect([results.totals.fail, html]).toEqual([1, undefined]);
    expect(readdirSync(run).sort()).toEqual("MANIFEST.sha256 cases junit.xml results.json run.json".split(" "));
  });

  test("prints results.json with --json", async () => {
    writeRun(run, [SAMPLE]);
    const { text } = await reported({ json: true, baseline: "none" });
    expect(JSON.parse(text) as Results).toEqual(JSON.parse(readFileSync(join(run, "results.json"), "utf8")));
  });

  test("is told otherwise by another baseline, without judging again", async () => {
    writeRun(run, [SAMPLE, PASSED]);
    const file = join(run, "..", "b.json");
    writeFileSync(file, JSON.stringify({ schema: 1, device: "reference", firmware: "", entries: [KNOWN] }));
    const { code, text } = await reported({ baseline: file });
    expect(code).toBe(0);
    expect(text).toMatch(/1 known deviation/);
    writeRun(run, [SAMPLE, PASSED], { ...RUN_INFO, baseline: file });
    expect([(await reported()).code, (await reported({ baseline: "none" })).code]).toEqual([0, 1]);
    const kept = JSON.parse(readFileSync(join(run, "cases", SAMPLE.key, "result.json"), "utf8")) as unknown;
    expect(kept).toEqual(SAMPLE);
  });
});

test("a folder that is no run is the caller's mistake", async () => {
  await expect(reported()).rejects.toThrow(/run\.json: expected a run's folder with its run\.json, found ENOENT/);
});
