/** What may be merged and what may not, and what becomes of deaths, probes and missing cases. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { checkParts, mergeParts, readPart, type Expected, type Part } from "./merge.ts";
import { readRunInfo, type RunInfo } from "./run-folder.ts";
import { PASSED, RUN_INFO, sample, SAMPLE, writeRun } from "./sample-case.ts";
import { exitCodeOf, readResults } from "./sink.ts";

let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "l2tpspec-merge-"))));
afterEach(() => rmSync(dir, { recursive: true }));

let parts = 0;
function part(cases: readonly CaseResult[], changes: Partial<RunInfo> = {}): Part {
  const run = join(dir, `part-${++parts}`);
  writeRun(run, cases, { ...RUN_INFO, ...changes });
  return readPart(run);
}
const shard = (name: string): Partial<RunInfo> => ({ selection: { suites: ["a"], shard: name } });
const expectedOf = (c: CaseResult, name: string): Expected => {
  const { key, id, suite, role, params, clause, clauses, level, story } = c;
  return { key, id, suite, role, params, clause, clauses, level, story, shard: name };
};
function merged(all: readonly Part[], expected: readonly Expected[] = []): { run: string; lines: readonly string[] } {
  checkParts(all);
  const run = join(dir, "merged");
  mkdirSync(run);
  return { run, lines: mergeParts(run, all, expected) };
}

describe("runs that are no parts of one", () => {
  test.each<[string, Partial<RunInfo>, RegExp]>([
    ["device", { device: "other" }, /part-\d+: device: expected "reference" as in .*part-\d+, found "other"$/],
    ["lab", { lab: "other" }, /: lab: expected "embedded" as in /],
    [
      "version",
      { tool: { name: "l2tpspec", version: "9" } },
      /: tool\.version: expected "0\.1\.0" as in .* found "9"$/,
    ],
    ["seed", { seed: 7 }, /: seed: expected 42 as in .* found 7$/],
    ["strictness", { strict: true }, /: strict: expected false as in /],
    ["firmware", { environment: { firmware: "2" } }, /: environment\.firmware: expected "none" as in .* found "2"$/],
    ["number of shards", shard("2/2"), /: selection\.shard: expected "none" as in .* found "i\/2"$/],
  ])("of another %s", (_what, changes, line) => {
    expect(() => checkParts([part([SAMPLE]), part([PASSED], changes)])).toThrow(line);
  });

  test("shards of two selections", () => {
    const other = { selection: { shard: "2/2" } };
    expect(() => checkParts([part([SAMPLE], shard("1/2")), part([PASSED], other)])).toThrow(
      /: selection: expected .*"a"/,
    );
  });

  test("a case that two of them have is named", () => {
    expect(() => checkParts([part([SAMPLE, PASSED]), part([PASSED])])).toThrow(
      /part-\d+: cases\/rfc2661-0513~lns: expected a case that no other of the runs has, found the one in .*part-\d+$/,
    );
  });
});

describe("shards", () => {
  test("are the whole of their selection again", () => {
    const { run, lines } = merged([
      part([SAMPLE], shard("1/2")),
      part([PASSED], { ...shard("2/2"), durationMs: 9000 }),
    ]);
    expect(lines).toEqual([]);
    expect(readRunInfo(run)).toMatchObject({ selection: { suites: ["a"] }, durationMs: 9000 });
    expect(readResults(run).cases.map((c) => c.key)).toEqual([SAMPLE.key, PASSED.key]);
    expect(existsSync(join(run, "cases", SAMPLE.key, "run.pcapng"))).toBe(true);
  });

  test("of which one is missing leave each of its cases inconclusive, by name", () => {
    const { run, lines } = merged(
      [part([PASSED], shard("2/2"))],
      [expectedOf(SAMPLE, "1/2"), expectedOf(PASSED, "2/2")],
    );
    expect(lines).toEqual(["shard 1/2 is not among the runs: its 1 cases are inconclusive"]);
    const results = readResults(run);
    const lost = results.cases.find((c) => c.key === SAMPLE.key);
    expect(lost).toMatchObject({ verdict: "inconclusive", reason: "shard 1/2 is not among the merged runs" });
    expect(exitCodeOf(results)).toBe(2);
  });

  test("that were ended early say which of their cases never began", () => {
    const cut = part([], shard("1/1"));
    const { run, lines } = merged([cut], [expectedOf(SAMPLE, "1/1")]);
    expect(lines).toEqual(["shard 1/1 was ended early: 1 of its cases are inconclusive"]);
    expect(readResults(run).cases[0]?.reason).toMatch(/^the run of shard 1\/1, part-\d+, was ended before this case$/);
  });
});

test("runs of different cases are a part of all cases: they refute no rule's entry", () => {
  const { run } = merged([
    part([SAMPLE], { selection: { suites: ["a"] } }),
    part([PASSED], { selection: { roles: ["lns"] } }),
  ]);
  expect(readRunInfo(run).selection).toEqual({ cases: ["rfc2661-0512", "rfc2661-0513"] });
});

test("deaths are numbered anew, and what the cases say of them", () => {
  const died = (key: string): CaseResult => {
    const death = { no: 1, how: "SIGSEGV", inFlight: [key], alone: true };
    return sample({ key, id: key.slice(0, 12), death, rules: [] });
  };
  const dead = (key: string): Part => {
    const { run } = part([died(key)]);
    const deaths = [{ no: 1, how: "SIGSEGV", at: "2026-11-28T01:00:00Z", inFlight: [key] }];
    writeFileSync(join(run, "deaths.json"), JSON.stringify({ schema: 1, deaths, lost: null }));
    return readPart(run);
  };
  const { run } = merged([dead("case-0001~lns"), dead("case-0002~lns")]);
  expect(readResults(run).deaths.map((d) => [d.no, d.blamed])).toEqual([
    [1, ["case-0001~lns"]],
    [2, ["case-0002~lns"]],
  ]);
});

test("what was asked of the device alike is told once", () => {
  const probes = [{ feature: "pap", role: "lns", claimed: true, found: "supported", reason: "" }];
  const asked = (c: CaseResult): Part => {
    const { run } = part([c]);
    writeFileSync(join(run, "probe.json"), JSON.stringify({ schema: 1, probes }));
    return readPart(run);
  };
  const { run } = merged([asked(SAMPLE), asked(PASSED)]);
  expect(JSON.parse(readFileSync(join(run, "probe.json"), "utf8"))).toEqual({ schema: 1, probes });
});
