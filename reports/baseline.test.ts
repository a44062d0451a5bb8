import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";
import {
  expectationsOn,
  findBaseline,
  isKnown,
  loadBaseline,
  notCounted,
  unexpectedPasses,
  type Baseline,
  type BaselineEntry,
} from "./baseline.ts";
import { KNOWN, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";

const dir = mkdtempSync(join(tmpdir(), "l2tpspec-baseline-"));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;
function written(content: unknown): string {
  const file = join(dir, `${files++}.json`);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}
const good = { schema: 1, device: "reference", firmware: "1.0", entries: [KNOWN] };
const entry = (changes: Record<string, unknown>): unknown => ({ ...good, entries: [{ ...KNOWN, ...changes }] });

describe("what is wrong with a baseline is said in one line", () => {
  test.each([
    ["no JSON", "{", /: expected a baseline in JSON, found /],
    ["a device too few", { ...good, device: undefined }, /: device: expected string, found nothing$/],
    [
      "a clause that is none",
      entry({ clause: "RFC2661-9.9-99" }),
      /: entries\[0\]\.clause: expected a clause id such as RFC2661-5\.8-02, found "RFC2661-9\.9-99"$/,
    ],
    [
      "an inconclusive",
      entry({ verdict: "inconclusive" }),
      /: entries\[0\]\.verdict: expected one of "fail"\|"remark", found "inconclusive"$/,
    ],
    [
      "a day that is none",
      entry({ expires: "next year" }),
      /: entries\[0\]\.expires: expected a valid ISO date, found "next year"$/,
    ],
    ["an entry without a reason", entry({ reason: "" }), /: entries\[0\]\.reason: /],
    ["a wildcard", entry({ params: "*" }), /: entries\[0\]: expected no other keys, found "params"$/],
    ["an entry twice", { ...good, entries: [KNOWN, KNOWN] }, /: entries\[1\]: expected one entry a finding, found /],
  ])("%s", (_what, content, message) => {
    const file = written(content);
    expect(() => loadBaseline(file)).toThrow(message);
    expect(() => loadBaseline(file)).toThrow(expect.objectContaining({ name: "Misuse", exitCode: 64, file }));
  });

  test("a file that is not there", () => {
    expect(() => loadBaseline(join(dir, "none.json"))).toThrow(/none\.json: expected a baseline, found ENOENT$/);
  });

  test("another device's", () => {
    expect(() => loadBaseline(written(good), "l2tpns")).toThrow(/: device: expected "l2tpns", found "reference"$/);
  });
});

describe("which baseline a run has", () => {
  test("the one that was named", () => {
    expect(findBaseline(written(good), "reference")?.entries).toHaveLength(1);
  });
  test("none when none was asked for", () => {
    expect(findBaseline("none", "reference")).toBeUndefined();
  });
  test("none when the device has none", () => {
    expect(findBaseline(undefined, "a-device-that-nobody-has")).toBeUndefined();
  });
});

describe("a finding is known by id, role, clause, verdict and words", () => {
  test.each<[string, Partial<BaselineEntry>, boolean]>([
    ["all agree", {}, true],
    ["another case", { id: "rfc2661-0511" }, false],
    ["the other role", { role: "lac" }, false],
    ["another clause", { clause: "RFC2661-5.8-01" }, false],
    ["another verdict", { verdict: "remark" }, false],
    ["other words", { expected: "must something else" }, false],
    ["another actual, frame and offset", { actual: "#9 ZLB", frame: 9, offset: 12 }, true],
  ])("%s", (_what, changes, known) => {
    expect(isKnown(SAMPLE, [{ ...KNOWN, ...changes }])).toBe(known);
  });
});

describe("a result is known only as a whole", () => {
  const first = SAMPLE.findings[0]!;
  test.each([
    ["a second failure that no entry names", [first, { ...first, expected: "another" }], "fail", false],
    ["a remark beside the failure", [first, { ...first, verdict: "remark" as const }], "fail", true],
    ["something that the bench could not tell", [first, { ...first, verdict: "inconclusive" as const }], "fail", false],
    ["a failure without a finding", [], "fail", false],
    ["an inconclusive", [first], "inconclusive", false],
    ["a pass", [first], "pass", false],
  ] as const)("%s", (_what, findings, verdict, known) => {
    expect(isKnown(sample({ findings, verdict }), [KNOWN])).toBe(known);
  });
});

const OF_REFERENCE: Baseline = { ...good, schema: 1, entries: [KNOWN], file: "b.json" };
test.each([
  ["2027-01-30T23:59:59Z", 1, 0],
  ["2027-01-31T12:00:00Z", 1, 0],
  ["2027-02-01T00:00:00Z", 0, 1],
])("on %s %i entries count and %i have expired", (startedAt, active, expired) => {
  const split = expectationsOn(OF_REFERENCE, { ...RUN_INFO, startedAt });
  expect([split.active.length, split.expired.length]).toEqual([active, expired]);
});

describe("a baseline counts for its device and its firmware", () => {
  const about = (device: string, firmware?: unknown) => ({ ...RUN_INFO, device, environment: { firmware } });
  test.each([
    ["both", about("reference", "1.0"), 1, undefined, undefined],
    ["both, written otherwise", about("reference", " 1.0\n"), 1, undefined, undefined],
    [
      "another device",
      about("l2tpns", "1.0"),
      0,
      'it is for the device "reference", and the run\'s is "l2tpns": none of its 1 entries counts',
      undefined,
    ],
    [
      "another firmware",
      about("reference", "1.1"),
      0,
      'it is for firmware "1.0", and the device has "1.1": none of its 1 entries counts',
      undefined,
    ],
    [
      "a run that does not know its firmware",
      about("reference"),
      1,
      undefined,
      'it is for firmware "1.0", and the run does not know its device\'s: its entries count',
    ],
  ])("%s", (_what, run, active, foreign, unchecked) => {
    const found = expectationsOn(OF_REFERENCE, run);
    expect([found.active.length, found.foreign, found.unchecked]).toEqual([active, foreign, unchecked]);
  });

  test("one that names no firmware is for all", () => {
    expect(expectationsOn({ ...OF_REFERENCE, firmware: "" }, about("reference"))).toEqual({
      active: [KNOWN],
      expired: [],
    });
  });

  test("an entry that names a finding and does not count says why", () => {
    const why = (run: Parameters<typeof expectationsOn>[1], judged = [SAMPLE]) =>
      notCounted(OF_REFERENCE, expectationsOn(OF_REFERENCE, run), judged).map((n) => n.why);
    expect(why(about("l2tpns"))).toEqual([expect.stringMatching(/^it is for the device "reference"/)]);
    expect(why({ ...about("reference"), startedAt: "2027-02-01T00:00:00Z" })).toEqual(["it counted until 2027-01-31"]);
    expect(why(about("l2tpns"), [sample({ verdict: "pass", findings: [] })])).toEqual([]);
    expect(why(about("reference"))).toEqual([]);
  });
});

describe("an expected deviation that did not show", () => {
  const result = (
    verdict: "pass" | "remark" | "fail" | "inconclusive" | "not run",
    findings = SAMPLE.findings.slice(0, 0),
  ) => sample({ verdict, findings });
  test.each([
    ["passed", [result("pass")], true],
    ["left a remark", [result("remark")], true],
    ["showed", [SAMPLE], false],
    ["showed with one row of its table, not with another", [result("pass"), SAMPLE], false],
    ["failed otherwise", [result("fail", [{ ...SAMPLE.findings[0]!, expected: "another" }])], false],
    ["could not be told", [result("inconclusive")], false],
    ["passed once and could not be told once", [result("pass"), result("not run")], false],
    ["was not in the run", [], false],
    ["belongs to the other role", [sample({ verdict: "pass", findings: [], role: "lac" })], false],
  ])("%s", (_what, results, unexpected) => {
    expect(unexpectedPasses([KNOWN], results).length > 0).toBe(unexpected);
  });

  const RULE = { ...KNOWN, id: "rule-rfc2661-5.8-02", capture: `device/${SAMPLE.id}~lns~window=1/run.pcapng` };
  const passes = { ...SAMPLE, id: RULE.id, verdict: "pass" as const, findings: [] };
  test.each([
    ["by its rule, with the case that showed it", [passes, result("pass")], true],
    ["by its rule, without that case", [passes], false],
    ["by its rule, and that case was not run", [passes, result("not run")], false],
  ])("%s", (_what, results, unexpected) => {
    expect(unexpectedPasses([RULE], results).length > 0).toBe(unexpected);
  });
});

test("every baseline of this repository loads, and its evidence lies beside it", () => {
  const own = join(PACKAGE_ROOT, "reports", "baseline");
  const names = existsSync(own) ? readdirSync(own).filter((name) => name.endsWith(".json")) : [];
  const missing = names.flatMap((name) =>
    loadBaseline(join(own, name), name.slice(0, -".json".length))
      .entries.filter((e) => e.capture !== null && !existsSync(join(own, e.capture)))
      .map((e) => `${name}: ${e.capture ?? ""}`),
  );
  expect(missing).toEqual([]);
});
