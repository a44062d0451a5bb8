/** What becomes of a lab's runs, whatever end their processes come to. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadLab } from "#lab/load";
import type { Nightly, NightlyRun } from "#reports/nightly";
import type { RunInfo } from "#reports/run-folder";
import { PASSED, RUN_INFO, SAMPLE, writeRun } from "#reports/sample-case";
import { runLabs } from "./nightly.ts";
import { type ChildEnd, runChild } from "./nightly-child.ts";
import { type NightOptions, runLab } from "./nightly-run.ts";
import { checkPlaces, Summary } from "./nightly-summary.ts";

const LAB = "fixtures/labs/embedded.yaml";
let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "l2tpspec-nightly-run-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const KILLED: ChildEnd = { exit: null, signal: "SIGKILL", told: undefined, said: undefined };
const { durationMs: _ended, ...RUNNING } = RUN_INFO;

/** A lab's night in which each run leaves these cases, and comes to this end. */
async function nightOf(end: ChildEnd, cases = [SAMPLE, PASSED], o: Partial<NightOptions> = {}) {
  const child: NightOptions["child"] = (args) => {
    const [out, profile] = ["--out", "--profile"].map((name) => args[args.indexOf(name) + 1]!) as [string, string];
    const info: RunInfo = { ...RUNNING, startedAt: new Date().toISOString(), selection: { profile } };
    writeRun(join(out, "run"), cases, info);
    return Promise.resolve(end);
  };
  const rows: NightlyRun[] = [];
  for await (const row of runLab({ file: LAB, spec: loadLab(LAB).spec }, { ...optionsWith(child), ...o }))
    rows.push(row);
  return rows;
}

const optionsWith = (child: NightOptions["child"]): NightOptions => ({
  ...{ dir, history: join(dir, "history"), profiles: ["full"], budgetMs: 60_000, report: false, words: [] },
  ...{ signal: new AbortController().signal, say: () => undefined, child },
});

test.each([
  ["time", "its 1.0 min were used up, and its process was ended by SIGKILL"],
  ["night", "the night was ended, and its process was ended by SIGKILL"],
  [undefined, "its process was ended by SIGKILL"],
] as const)("a run that is killed (told by %s) keeps what it found", async (told, why) => {
  const [row] = await nightOf({ ...KILLED, told });
  expect(row).toMatchObject({ ended: "died", why, code: 1, failures: [SAMPLE.key] });
  expect(existsSync(join(row!.run!, "results.json"))).toBe(true);
});

test("a full run that hangs at its end is no night that went well, even where nothing failed", async () => {
  const [row] = await nightOf({ ...KILLED, told: "time" }, [PASSED]);
  expect(row).toMatchObject({ ended: "died", code: 2, failures: [] });
});

test("a run whose results cannot be made is told in its row, with its folder", async () => {
  mkdirSync(join(dir, "history", "reference~embedded"), { recursive: true });
  writeFileSync(join(dir, "history", "reference~embedded", "20200101T000000000Z.json"), '{"schema":9}');
  const [row] = await nightOf({ exit: 2, signal: null, told: undefined, said: undefined }, [PASSED]);
  expect(row).toMatchObject({
    code: 2,
    ended: "died",
    why: expect.stringMatching(/; .*: schema: expected 1, .* found 9/),
  });
  expect(existsSync(join(row!.run!, "run.json"))).toBe(true);
});

describe("two labs", () => {
  const embedded = loadLab(LAB).spec;
  const labs = ["one", "two"].map((name) => ({ file: `${name}.yaml`, spec: { ...embedded, name } }));

  test("of which one breaks the bench are two rows, and each is written down when it is there", async () => {
    const summary = new Summary(dir, "2026-11-28T01:00:00Z", () => undefined);
    const written = (): Nightly => JSON.parse(readFileSync(join(dir, "nightly.json"), "utf8")) as Nightly;
    const atSecond: Nightly[] = [];
    const child: NightOptions["child"] = (args) => {
      if (args.includes("one.yaml")) return Promise.reject(new Error("no more processes\nat all"));
      atSecond.push(written());
      return Promise.resolve({ exit: 64, signal: null, told: undefined, said: "no such device" });
    };
    const rows = await runLabs(labs, { jobs: 1 }, optionsWith(child), (all) => void summary.write(all));
    const why = (runs: readonly NightlyRun[]): unknown => runs.map((r) => [r.lab, r.ended, r.code, r.why]);
    const first = ["one", "not run", 2, "no more processes"];
    expect(why(rows)).toEqual([first, ["two", "not run", 2, "no such device"]]);
    expect(why(atSecond[0]!.runs)).toEqual([first, ["two", "not run", 2, "the night was ended before"]]);
    expect(written().runs).toEqual(rows);
    expect(readFileSync(join(dir, "nightly.md"), "utf8")).toMatch(
      /^## Nothing failed, 2 runs could not tell \(2 labs\)/,
    );
  });
});

test("a log that cannot be written is told once, and the run goes on", async () => {
  const said: string[] = [];
  const signal = new AbortController().signal;
  const end = await runChild(["list", "--json"], {
    log: "/dev/full",
    withinMs: 60_000,
    signal,
    say: (l) => said.push(l),
  });
  expect(end).toMatchObject({ exit: 0, told: undefined });
  expect(said).toEqual(["/dev/full ends here: ENOSPC"]);
});

describe("a summary that cannot be written", () => {
  const nowhere = { markdown: undefined, step: undefined };

  test.each([
    [
      "--markdown names a folder",
      "markdown",
      "",
      /^--markdown: expected a file that can be written.* found .*: EISDIR$/,
    ],
    ["--markdown names no file", "markdown", "/dev/null", /^--markdown: .* found \/dev\/null: no file$/],
    ["--markdown is in no folder", "markdown", "none/x.md", /^--markdown: .* found .*none\/x\.md: ENOENT$/],
    ["--markdown is where nothing is written", "markdown", "/proc/x.md", /^--markdown: .* found \/proc\/x\.md: E\w+$/],
    ["GitHub's names a folder", "step", "", /^GITHUB_STEP_SUMMARY: .* found .*: EISDIR$/],
    ["GitHub's is in no folder", "step", "none/x.md", /^GITHUB_STEP_SUMMARY: .* found .*none\/x\.md: ENOENT$/],
  ])("is told before the night: %s", (_what, place, name, line) => {
    const file = name.startsWith("/") ? name : join(dir, name);
    expect(() => checkPlaces({ ...nowhere, [place]: file })).toThrow(line);
  });

  test("and one that can leaves nothing behind but an empty file to add to", () => {
    checkPlaces({ markdown: join(dir, "x.md"), step: join(dir, "step.md") });
    expect(readdirSync(dir)).toEqual(["step.md"]);
  });

  test("after the night costs it no exit code", async () => {
    const said: string[] = [];
    const [row] = await nightOf(KILLED);
    const summary = new Summary(dir, "2026-11-28T01:00:00Z", (line) => said.push(line));
    const out = new PassThrough();
    const gone = { markdown: join(dir, "gone", "x.md"), step: join(dir, "gone", "y.md") };
    writeFileSync(join(dir, "gone"), "");
    expect(summary.tell([row!], gone, false, out)).toBe(1);
    expect(said).toEqual([
      `the summary cannot be written to ${gone.markdown}: EEXIST`,
      `the summary cannot be written to ${gone.step}: ENOTDIR`,
    ]);
    expect(String(out.read())).toMatch(/^## 1 failure \(1 lab\)/);
  });
});
