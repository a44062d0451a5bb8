/** What may be merged and what may not, and what becomes of deaths, probes and missing cases. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { checkParts, mergeParts, readPart, type Expected, type Merged, type Part } from "./merge.ts";
import { readRunInfo, type RunInfo } from "./run-folder.ts";
import { PASSED, RUN_INFO, sample, SAMPLE, SAMPLE_LADDER, writeRun } from "./sample-case.ts";
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
function merged(all: readonly Part[], expected: readonly Expected[] = []): { readonly run: string } & Merged {
  checkParts(all);
  const run = join(dir, "merged");
  mkdirSync(run);
  return { run, ...mergeParts(run, all, expected, {}) };
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
    ["baseline", { baseline: "b.json" }, /: baseline: expected "none" as in .* found "b\.json"$/],
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

  test("shards of which one was dealt with cases of its own", () => {
    const own = { ...shard("2/2"), suites: "own" };
    expect(() => checkParts([part([SAMPLE], shard("1/2")), part([PASSED], own)])).toThrow(
      /: suites: expected "none" as in .* found "of its own"$/,
    );
  });

  test("a baseline that is named for all of them is the one that counts, and is kept", () => {
    const parts = [part([SAMPLE], { baseline: "a.json" }), part([PASSED], { baseline: "b.json" })];
    expect(() => checkParts(parts, "c.json")).not.toThrow();
    mkdirSync(join(dir, "run"));
    mergeParts(join(dir, "run"), parts, [], { baseline: "c.json" });
    expect(readRunInfo(join(dir, "run")).baseline).toBe("c.json");
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

/** A run of this case, with more files; where they are no text, they are written as JSON. */
function partWith(c: CaseResult, files: Readonly<Record<string, unknown>>): Part {
  const { run } = part([c]);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(run, name)), { recursive: true });
    writeFileSync(join(run, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return readPart(run);
}
const json = (run: string, name: string): unknown => JSON.parse(readFileSync(join(run, name), "utf8"));

describe("deaths are numbered anew", () => {
  const dead = (key: string): Part => {
    const death = { no: 1, how: "SIGSEGV", inFlight: [key], alone: true };
    const died = sample({ key, id: key.slice(0, 12), death, suspect: { ...death, alone: false }, rules: [] });
    const deaths = [{ no: 1, how: "SIGSEGV", at: "2026-11-28T01:00:00Z", inFlight: [key] }];
    const ladder = { ...SAMPLE_LADDER, key, death, suspect: { ...death, alone: false }, state: "ended" };
    return partWith(died, {
      "deaths.json": { schema: 1, deaths, lost: null },
      [`cases/${key}/ladder.json`]: ladder,
      [`suspects/${key}/ladder.json`]: { ...ladder, suspect: undefined },
      [`suspects/${key}/result.json`]: { ...died, suspect: undefined },
    });
  };
  const [one, two] = ["case-0001~lns", "case-0002~lns"] as const;

  test("and what the cases say of them", () => {
    const { run } = merged([dead(one), dead(two)]);
    expect(readResults(run).deaths.map((d) => [d.no, d.blamed])).toEqual([
      [1, [one]],
      [2, [two]],
    ]);
  });

  test("and what they are judged by, for whoever judges them again", () => {
    const { run } = merged([dead(one), dead(two)]);
    expect(json(run, `cases/${one}/ladder.json`)).toMatchObject({ death: { no: 1 }, suspect: { no: 1 } });
    // Nothing else of it is lost.
    expect(json(run, `cases/${two}/ladder.json`)).toMatchObject({
      death: { no: 2 },
      suspect: { no: 2 },
      state: "ended",
    });
    for (const name of ["ladder.json", "result.json"])
      expect(json(run, `suspects/${two}/${name}`)).toMatchObject({ key: two, death: { no: 2 } });
  });
});

describe("what was asked of the device", () => {
  const asked = (c: CaseResult, found: string): Part =>
    partWith(c, {
      "probe.json": {
        schema: 1,
        probes: [{ feature: "pap", role: "lns", claimed: true, found, reason: c.key }],
      },
      "probes/probe-pap~lns/ladder.json": { reason: c.key },
    });

  test("alike is told once, with the exchange that showed it", () => {
    const { run } = merged([asked(SAMPLE, "supported"), asked(PASSED, "supported")]);
    const probes = [{ feature: "pap", role: "lns", claimed: true, found: "supported", reason: SAMPLE.key }];
    expect(json(run, "probe.json")).toEqual({ schema: 1, probes });
    expect(readdirSync(join(run, "probes"))).toEqual(["probe-pap~lns"]);
    expect(json(run, "probes/probe-pap~lns/ladder.json")).toEqual({ reason: SAMPLE.key });
  });

  test("and answered otherwise is told twice", () => {
    const { run } = merged([asked(SAMPLE, "supported"), asked(PASSED, "not supported")]);
    expect(json(run, "probe.json")).toMatchObject({ probes: [{ found: "supported" }, { found: "not supported" }] });
    expect(readdirSync(join(run, "probes")).sort()).toEqual(["probe-pap~lns", "probe-pap~lns~2"]);
    expect(json(run, "probes/probe-pap~lns~2/ladder.json")).toEqual({ reason: PASSED.key });
  });
});

describe("the lab", () => {
  const lab = { schema: 1, name: "embedded", tunnelSecret: "env:SECRET", device: { id: "reference" } };

  test("is the merged run's, too", () => {
    const { run } = merged([partWith(SAMPLE, { "lab.json": lab }), partWith(PASSED, { "lab.json": lab })]);
    expect(json(run, "lab.json")).toEqual(lab);
  });

  test.each<[string, object, RegExp]>([
    [
      "with another value",
      { ...lab, device: { id: "reference", fault: "mutant-0001" } },
      /part-\d+: lab\.json: device\.fault: expected none as in .*part-\d+, found "mutant-0001"$/,
    ],
    ["with a value less", { ...lab, tunnelSecret: undefined }, /: tunnelSecret: expected "env:SECRET" as in .* none$/],
  ])("%s is another lab", (_what, other, line) => {
    const parts = [partWith(SAMPLE, { "lab.json": lab }), partWith(PASSED, { "lab.json": other })];
    expect(() => checkParts(parts)).toThrow(line);
  });

  test("that one of them lacks is missed", () => {
    expect(() => checkParts([partWith(SAMPLE, { "lab.json": lab }), part([PASSED])])).toThrow(
      /part-\d+: lab\.json: expected a lab as in .*part-\d+, found none$/,
    );
  });
});

test("what the second decoder read is added up", () => {
  const read = (frames: number, disagreements: object[]): object => ({
    ...{ frames, values: 10 * frames, exempt: 1 },
    ...{ disagreements, explained: { hidden: 2, [`only ${frames}`]: 1 } },
  });
  const apart = { case: PASSED.key, caseFrame: 2, path: "l2tp.nr", ours: 1, theirs: 2 };
  const { run, lines, decodersAgree } = merged([
    partWith(SAMPLE, { "decoders.json": read(3, []) }),
    partWith(PASSED, { "decoders.json": read(4, [apart]) }),
  ]);
  expect(json(run, "decoders.json")).toEqual({
    ...{ frames: 7, values: 70, exempt: 2 },
    ...{ disagreements: [apart], explained: { hidden: 4, "only 3": 1, "only 4": 1 } },
  });
  expect(decodersAgree).toBe(false);
  expect(lines).toEqual([`the decoders differ in ${PASSED.key} frame 2: l2tp.nr (1 in all, decoders.json)`]);
});
