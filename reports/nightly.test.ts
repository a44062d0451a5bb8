/** A night's exit code and its summary. */
import { describe, expect, test } from "vitest";
import { codeOfNight, codeOfRun, type Nightly, type NightlyRun, nightlySchema } from "./nightly.ts";
import { nightlyMarkdown, nightText } from "./nightly-markdown.ts";
import { RUN_INFO, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

test.each([
  [[0, 0], 0],
  [[0, 2], 2],
  [[2, 1, 0], 1],
  [[], 2],
] as const)("runs of %j make a night of %i", (codes, code) => {
  expect(codeOfNight(codes.map((c) => ({ code: c })))).toBe(code);
});

test.each([
  ["whole", "quick", 0, false, 0],
  ["whole", "full", 1, false, 1],
  ["whole", "full", 2, false, 2],
  ["not run", "quick", 64, false, 2],
  ["died", "full", null, false, 2],
  ["died", "full", 1, false, 1],
  ["cut", "quick", 2, true, 2],
  ["cut", "full", 2, true, 0],
  ["cut", "full", 1, true, 1],
  ["cut", "full", 2, false, 2],
  ["cut", "full", null, true, 2],
  ["died", "full", 1, true, 1],
  ["died", "full", 0, true, 2],
] as const)("a run that ended %s (%s, code %s, its time up: %s) adds %i", (ended, profile, exit, timeIsUp, code) => {
  expect(codeOfRun({ ended, profile, exit, timeIsUp })).toBe(code);
});

describe("as Markdown", () => {
  const row: NightlyRun = {
    ...{ lab: "embedded", file: "labs/a.yaml", device: "reference", profile: "quick", ended: "whole", why: null },
    ...{ code: 1, run: "out/1", durationMs: 90_000, totals: resultsOf(RUN_INFO, [SAMPLE], undefined, []).totals },
    ...{ failures: ["a-0001~lns", "a-0002~lns"], newFailures: ["a-0002~lns"], fixed: [] },
    ...{ unexpectedPasses: [], unexplainedDeaths: [] },
  };
  const night = (...runs: NightlyRun[]): Nightly =>
    nightlySchema.parse({
      schema: 1,
      version: "0.1.0",
      startedAt: "2026-11-28T01:00:00Z",
      durationMs: 60_000,
      code: 1,
      runs,
    });

  test("the news is the heading, and what is new stands apart from what is not", () => {
    const lines = nightlyMarkdown(night(row)).split("\n");
    expect(lines[0]).toBe("## 1 new failure (1 lab)");
    expect(lines).toContain("| `embedded` | `reference` | quick | 1 | 1 | 0 | 0 | 0 | 0 | 1.5 min | whole |");
    const from = lines.indexOf("### New failures: 1");
    expect(lines[from + 2]).toBe("- `embedded` quick: `a-0002~lns`");
    expect(lines[lines.indexOf("### Failed before, and still: 1") + 2]).toBe("- `embedded` quick: `a-0001~lns`");
  });

  test("what did not run whole is said, and in words that Markdown does not read", () => {
    const lost = { ...row, ended: "died", why: "<b>`x`</b> |", code: 2, failures: [], newFailures: [] } as const;
    const text = nightlyMarkdown(night({ ...lost, failures: [], newFailures: [] }));
    expect(text).toMatch(/^## Nothing failed, 1 run could not tell \(1 lab\)/);
    expect(text).toContain("- `embedded` quick: died `` <b>`x`</b> | ``");
  });

  const clean: NightlyRun = { ...row, code: 0, failures: [], newFailures: [] };
  const old: NightlyRun = { ...row, newFailures: [] };
  const first: NightlyRun = { ...row, lab: "udp", newFailures: null };

  test.each<[string, NightlyRun[]]>([
    ["Nothing failed (1 lab)", [clean]],
    ["2 failures, none of them new (1 lab)", [old]],
    ["2 failures (1 lab)", [first]],
    ["2 failures on a first night (2 labs)", [first, clean]],
    ["2 failures on a first night, 2 failures as before (2 labs)", [first, old]],
    ["1 new failure, 2 failures on a first night (2 labs)", [first, row]],
    ["1 unexpected pass (1 lab)", [{ ...clean, code: 1, unexpectedPasses: ["a-0003~lns RFC2661-5.8-02"] }]],
    ["2 failures, none of them new, 1 unexplained death (1 lab)", [{ ...old, unexplainedDeaths: ["it died"] }]],
    ["1 run failed (1 lab)", [{ ...clean, code: 1, totals: null }]],
  ])("the heading says why the exit code is what it is: %s", (heading, runs) => {
    expect(nightText({ runs })).toBe(heading);
  });

  test("what fails in both profiles of a lab is one failure", () => {
    const text = nightlyMarkdown(night(row, { ...row, profile: "full" }));
    expect(text).toMatch(/^## 1 new failure \(1 lab\)/);
    expect(text).toContain("### New failures: 1\n\n- `embedded` quick, full: `a-0002~lns`\n");
    // What a full run meets for the first time may be an old acquaintance of the quick one.
    const full: NightlyRun = { ...row, profile: "full", newFailures: null };
    expect(nightText(night(old, full))).toBe("2 failures, none of them new (1 lab)");
  });

  test("passes and deaths that nobody expected are listed", () => {
    const bad = { ...clean, unexpectedPasses: ["a-0003~lns RFC2661-5.8-02"], unexplainedDeaths: ["it died"] };
    const text = nightlyMarkdown(night(bad));
    expect(text).toContain("### Unexpected passes: 1\n\n- `embedded` quick: `a-0003~lns RFC2661-5.8-02`\n");
    expect(text).toContain("### Deaths that no case explains: 1\n\n- `embedded` quick: `it died`\n");
  });
});
