import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CaseResult } from "#expect/verdict";
import type { Comparison } from "#reports/compare";
import type { RunInfo } from "#reports/run-folder";
import { PASSED, RUN_INFO, SAMPLE, writeRun } from "#reports/sample-case";
import { readResults, writeResults } from "#reports/sink";
import { compare, type CompareOptions } from "./compare.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-compare-"));
  vi.stubEnv("GITHUB_STEP_SUMMARY", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

/** A run's folder as a run leaves it. */
function run(name: string, cases: readonly CaseResult[], info: Partial<RunInfo> = {}): string {
  const folder = join(dir, name);
  writeRun(folder, cases, { ...RUN_INFO, ...info });
  writeResults(folder, readResults(folder));
  return folder;
}
const HELD: CaseResult = { ...SAMPLE, verdict: "pass", reason: "held", findings: [] };

async function compared(
  paths: readonly string[],
  o: CompareOptions = {},
): Promise<{ code: number; text: string; said: string }> {
  let text = "";
  let said = "";
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const code = await compare(paths, o, out, { write: (line) => (said += line) });
  return { code, text, said };
}

describe("two runs", () => {
  test("1 for a new failure, 0 the other way round", async () => {
    const [good, bad] = [run("good", [HELD, PASSED]), run("bad", [SAMPLE, PASSED])];
    const worse = await compared([good, bad]);
    expect(worse.code).toBe(1);
    expect(worse.text).toMatch(
      /^new failure {2}rfc2661-0512~lns~size=3 {2}RFC2661-5\.8-02 {2}pass > fail {2}expected must/m,
    );
    const better = await compared([bad, good]);
    expect([better.code, /^fixed /m.test(better.text)]).toEqual([0, true]);
  });

  test("by their folders or their results.json, to the same end", async () => {
    const [good, bad] = [run("good", [HELD]), run("bad", [SAMPLE])];
    const { code, text } = await compared([join(good, "results.json"), bad], { json: true });
    const c = JSON.parse(text) as Comparison;
    expect([code, c.schema, c.newFailures.map((x) => x.key)]).toEqual([1, 1, [SAMPLE.key]]);
  });

  test("a results.json from before deaths were told is read all the same", async () => {
    const [good, bad] = [run("good", [HELD]), run("bad", [SAMPLE])];
    const { deaths: _, lost: __, ...old } = readResults(good);
    writeFileSync(join(good, "results.json"), JSON.stringify(old));
    expect((await compared([good, bad])).code).toBe(1);
  });

  test("the tolerance of times is the caller's", async () => {
    const [a, b] = [run("a", [PASSED]), run("b", [{ ...PASSED, durationMs: PASSED.durationMs + 100 }])];
    expect((await compared([a, b])).text).not.toMatch(/^slower/m);
    expect((await compared([a, b], { toleranceMs: 50, toleranceRatio: 1 })).text).toMatch(/^slower/m);
  });
});

describe("what is written besides", () => {
  test("a page and a summary", async () => {
    const [good, bad] = [run("good", [HELD]), run("bad", [SAMPLE])];
    const [html, markdown] = [join(dir, "c.html"), join(dir, "c.md")];
    await compared([good, bad], { html, markdown });
    expect(readFileSync(html, "utf8")).toMatch(
      /^<!DOCTYPE html>\n<html lang="en">.*<h1 class="bad">1 new failure<\/h1>/s,
    );
    expect(readFileSync(markdown, "utf8")).toMatch(/^## 1 new failure\n/);
  });

  test("a job of GitHub has it in its own summary, behind what is there", async () => {
    const step = join(dir, "step.md");
    writeFileSync(step, "before\n");
    vi.stubEnv("GITHUB_STEP_SUMMARY", step);
    await compared([run("good", [HELD]), run("bad", [SAMPLE])]);
    expect(readFileSync(step, "utf8")).toMatch(/^before\n## 1 new failure\n/);
  });

  test("a file that cannot be written is the caller's mistake", async () => {
    const runs = [run("good", [HELD]), run("bad", [SAMPLE])];
    await expect(compared(runs, { html: "/proc/none/x.html" })).rejects.toThrow(
      "--html: expected a file that can be written, found /proc/none/x.html: ENOENT",
    );
    await expect(compared(runs, { markdown: dir })).rejects.toThrow(
      /--markdown: expected a file that can be written, found .*: E/,
    );
    expect(existsSync(`${dir}.tmp`)).toBe(false);
  });
});

describe("runs that cannot be compared", () => {
  test("one alone", async () => {
    await expect(compared([run("a", [HELD])])).rejects.toThrow("expected two runs or more, found one");
  });

  test.each<[string, Partial<RunInfo>, RegExp]>([
    [
      "another device",
      { device: "other" },
      /bad: device: expected "reference" as in .*good \(--across .*\), found "other"$/,
    ],
    [
      "another lab",
      { lab: "embedded-udp" },
      /bad: lab: expected "embedded" as in .*good \(--across .*\), found "embedded-udp"$/,
    ],
  ])("of %s, unless that is asked for", async (_, info, words) => {
    const runs = [run("good", [HELD]), run("bad", [SAMPLE], info)];
    await expect(compared(runs)).rejects.toThrow(words);
    expect((await compared(runs, { across: true })).code).toBe(1);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    [
      "what is not there",
      () => undefined,
      /x: expected a run's folder or its results\.json, found no such file or folder$/,
    ],
    [
      "an empty folder",
      (path) => mkdirSync(path),
      /x: expected a run's folder or its results\.json, found a folder without either$/,
    ],
    ["another file", (path) => writeFileSync(path, "text"), /x: expected a run's results in JSON, found /],
    [
      "another shape",
      (path) => writeFileSync(path, '{"schema":2}'),
      /x: schema: expected 1, found 2 \(and \d+ more\)$/,
    ],
  ])("%s", async (_, make, words) => {
    make(join(dir, "x"));
    await expect(compared([run("a", [HELD]), join(dir, "x")])).rejects.toThrow(words);
  });

  test("a run that left no results, or in which nothing ran: 2, and a line", async () => {
    const [good, cut, none] = [run("good", [HELD]), run("cut", [SAMPLE]), run("none", [])];
    rmSync(join(cut, "results.json"));
    const noFile = await compared([good, cut]);
    expect([noFile.code, noFile.text]).toEqual([2, ""]);
    expect(noFile.said).toMatch(
      /^l2tpspec: \S+cut has no results\.json: the run was cut off \(l2tpspec report \S+cut .*\)\n$/,
    );
    const noCase = await compared([good, none]);
    expect([noCase.code, noCase.said]).toEqual([2, `l2tpspec: ${none} has no results: no case of it ran\n`]);
  });
});
