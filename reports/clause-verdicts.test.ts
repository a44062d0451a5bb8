import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lastVerdicts, verdictsOf } from "./clause-verdicts.ts";

const [A, B, C] = ["RFC2661-5.8-02", "RFC2661-5.8-03", "RFC2661-5.8-04"] as const;
const clausesOf = (id: string): readonly string[] => (id === "two" ? [A, B] : []);
const judged = (id: string, verdict: string, ...findings: readonly (readonly [string, "fail" | "remark"])[]) => ({
  id,
  clause: A,
  verdict,
  findings: findings.map(([clause, v]) => ({ clause, verdict: v })),
});

describe("what a run says of a clause", () => {
  test.each([
    ["a pass is of every clause of the case", [judged("two", "pass")], [], { [A]: "pass", [B]: "pass" }],
    ["the worst counts", [judged("one", "pass"), judged("one", "fail", [A, "fail"])], [], { [A]: "fail" }],
    [
      "a failure is of the clause that it names, and the others were not reached",
      [judged("two", "fail", [B, "fail"])],
      [],
      { [A]: "not exercised", [B]: "fail" },
    ],
    [
      "a remark on one is a pass of the other",
      [judged("two", "remark", [B, "remark"])],
      [],
      { [A]: "pass", [B]: "remark" },
    ],
    ["what was left out is told", [judged("one", "not applicable")], [], { [A]: "not applicable" }],
    ["rules speak too", [], [{ clause: C, verdict: "not exercised" }], { [C]: "not exercised" }],
  ] as const)("%s", (_what, cases, rules, expected) => {
    expect(Object.fromEntries(verdictsOf({ cases: [...cases], rules: [...rules] }, clausesOf))).toEqual(expected);
  });
});

describe("of several runs", () => {
  let out: string;
  beforeEach(() => (out = mkdtempSync(join(tmpdir(), "l2tpspec-verdicts-"))));
  afterEach(() => rmSync(out, { recursive: true, force: true }));
  const run = (name: string, device: string, startedAt: string, verdict: string): void => {
    mkdirSync(join(out, name));
    const results = { schema: 1, device, startedAt, cases: [judged("one", verdict)], rules: [] };
    writeFileSync(join(out, name, "results.json"), JSON.stringify(results));
  };

  test("the last of each device counts, and what is no run is passed over", () => {
    run("1", "lns-1", "2026-01-01T00:00:00Z", "fail");
    run("2", "lns-1", "2026-01-02T00:00:00Z", "pass");
    run("3", "lac-1", "2026-01-01T00:00:00Z", "remark");
    mkdirSync(join(out, "empty"));
    mkdirSync(join(out, "broken"));
    writeFileSync(join(out, "broken", "results.json"), "{");
    const last = lastVerdicts(out, clausesOf);
    expect(last.map((d) => [d.device, d.run, d.verdicts.get(A)])).toEqual([
      ["lac-1", join(out, "3"), "pass"],
      ["lns-1", join(out, "2"), "pass"],
    ]);
  });

  test("nothing where no run ever was", () => {
    expect(lastVerdicts(join(out, "none"), clausesOf)).toEqual([]);
  });
});
