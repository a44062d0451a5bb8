/** The published shapes: made by the code, and true of what it prints and of what it reads. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import Ajv from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { PACKAGE_ROOT } from "#fixtures/root";
import { breaches } from "#reports/junit-contract";
import { parseXml } from "#reports/parse-xml";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE } from "#reports/sample-case";
import { resultsOf } from "#reports/sink";
import { compare } from "./compare.ts";
import { list } from "./list.ts";
import { fileOf, jsonSchemaOf, PUBLISHED, schemaText, type PublishedName } from "./published.ts";

const NAMES = Object.keys(PUBLISHED) as PublishedName[];
const SCHEMAS = join(PACKAGE_ROOT, "reports", "schemas");
const MAIN = join(PACKAGE_ROOT, "dist", "drivers", "cli", "main.js");

describe("the committed files", () => {
  test("are one a shape and version, and JUnit's", () => {
    expect(readdirSync(SCHEMAS).sort()).toEqual([...NAMES.map(fileOf), "junit.v1.xsd"].sort());
  });

  // After a change that is meant: vitest --update writes them anew.
  test.each(NAMES)("%s is what the code makes", async (name) => {
    await expect(schemaText(name)).toMatchFileSnapshot(join(SCHEMAS, fileOf(name)));
  });

  test.each(["results", "compare", "coverage", "matrix", "certificate", "baseline", "lab"] as const)(
    "%s says its version in itself, too",
    (name) => {
      const { properties } = jsonSchemaOf(name) as { properties: { schema: { const: unknown } } };
      expect(properties.schema.const).toBe(PUBLISHED[name].version);
    },
  );
});

/** What a validator has against a value; nothing where it holds. */
function against(schema: object, value: unknown): string {
  const ajv = new Ajv();
  return ajv.validate(schema, value) === true ? "" : ajv.errorsText();
}

const committed = (name: PublishedName): object =>
  JSON.parse(readFileSync(join(SCHEMAS, fileOf(name)), "utf8")) as object;

/** By the published file, and by the one that refuses what it does not name. */
function holds(name: PublishedName, value: unknown): void {
  expect(against(committed(name), value)).toBe("");
  expect(against(jsonSchemaOf(name, "closed"), value)).toBe("");
}

async function printed(print: (out: NodeJS.WritableStream) => Promise<unknown>): Promise<unknown> {
  let text = "";
  const write = (chunk: Buffer, _: unknown, done: () => void): void => {
    text += chunk.toString();
    done();
  };
  await print(new Writable({ write }));
  return JSON.parse(text) as unknown;
}

/** The built command's output. */
function command(...argv: readonly string[]): unknown {
  const { stdout } = spawnSync(process.execPath, [MAIN, ...argv], {
    cwd: PACKAGE_ROOT,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout) as unknown;
}

describe("real output", () => {
  let dir: string;
  let printedByRun: unknown;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "l2tpspec-published-"));
    // Some hold, one draws a remark, one needs hosts and is not run, one is denied by the ICS.
    const cases = "rfc2661-0512,call-lns-0003,call-lns-0050,firewall-0001,regressions-0001";
    printedByRun = command("run", "--no-report", "--json", "--out", dir, "--case", cases);
  }, 60_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const runFolder = (): string => join(dir, readdirSync(dir)[0]!);

  test("run --json, its results.json, and judge --json on the same run", () => {
    const { totals } = printedByRun as { totals: Record<string, number> };
    for (const verdict of ["pass", "remark", "notRun", "notApplicable"])
      expect(totals[verdict], verdict).toBeGreaterThan(0);
    holds("results", printedByRun);
    expect(JSON.parse(readFileSync(join(runFolder(), "results.json"), "utf8"))).toEqual(printedByRun);
    holds("results", command("judge", runFolder(), "--json"));
  });

  test("coverage.json of the run", () => {
    holds("coverage", JSON.parse(readFileSync(join(runFolder(), "coverage.json"), "utf8")));
  });

  test("junit.xml of the run", () => {
    const root = parseXml(readFileSync(join(runFolder(), "junit.xml"), "utf8"));
    expect(Number(root.attributes["tests"])).toBeGreaterThan(100);
    expect(breaches(root)).toEqual([]);
  });

  test("results of every verdict, with a baseline, a death, a suspect and a lost device", () => {
    const verdicts = ["fail", "remark", "inconclusive", "not applicable", "not run"] as const;
    const death = { no: 1, how: "SIGSEGV", inFlight: [SAMPLE.key], alone: true };
    const cases = [
      SAMPLE,
      { ...PASSED, death, suspect: { ...death, alone: false } },
      ...verdicts.map((verdict) => sample({ key: verdict, id: "x-0001", verdict })),
      sample({ key: "rule", rules: [{ ...SAMPLE.rules[0]!, findings: [SAMPLE.findings[0]!] }] }),
    ];
    const entries = [KNOWN, { ...KNOWN, id: PASSED.id }, { ...KNOWN, expires: "2020-01-01" }];
    const baseline = { schema: 1 as const, device: "reference", firmware: "", entries, file: "b.json" };
    const { alone: _, ...record } = death;
    const deaths = { deaths: [{ ...record, at: RUN_INFO.startedAt }], lost: "it did not come back" };
    const results = resultsOf(RUN_INFO, cases, baseline, undefined, deaths);
    expect([results.deaths.length, results.baseline?.expired.length]).toEqual([1, 1]);
    holds("results", JSON.parse(JSON.stringify(results)));
    for (const changed of [{ device: "other" }, { firmware: "2" }]) {
      const { baseline: use } = resultsOf(RUN_INFO, cases, { ...baseline, ...changed });
      expect(use?.foreign ?? use?.unchecked).toBeDefined();
      holds("results", JSON.parse(JSON.stringify({ ...results, baseline: use })));
    }
  });

  test("list --json", async () => {
    const rows = await printed((out) => list({ json: true }, out));
    expect((rows as unknown[]).length).toBeGreaterThan(1000);
    holds("list", rows);
  });

  test("clauses --json, with what the run came to", () => {
    const clauses = command("clauses", "--json", "--out", dir) as { verdicts: Record<string, string> }[];
    expect(clauses.some((c) => Object.keys(c.verdicts).length > 0)).toBe(true);
    holds("clauses", clauses);
  });

  test("mutants --json", { timeout: 120_000 }, () => {
    const report = command("mutants", "--json", "--id", "mutant-0001") as { total: number };
    expect(report.total).toBe(1);
    holds("mutants", report);
  });

  test("compare --json", async () => {
    const all = [runFolder(), runFolder(), runFolder()];
    holds("compare", await printed((out) => compare(all, { json: true }, out)));
  });

  const baselines = readdirSync(join(PACKAGE_ROOT, "reports", "baseline")).filter((name) => name.endsWith(".json"));
  test.each(baselines)("the baseline %s", (name) => {
    holds("baseline", JSON.parse(readFileSync(join(PACKAGE_ROOT, "reports", "baseline", name), "utf8")));
  });

  const labs = join(PACKAGE_ROOT, "fixtures", "labs");
  test.each(readdirSync(labs))("the lab %s", (name) => {
    holds("lab", parse(readFileSync(join(labs, name), "utf8")));
  });
});

describe("what is wrong is seen", () => {
  const results = (): Record<string, unknown> =>
    JSON.parse(JSON.stringify(resultsOf(RUN_INFO, [SAMPLE], undefined, []))) as Record<string, unknown>;
  const lab = (): Record<string, unknown> =>
    parse(readFileSync(join(PACKAGE_ROOT, "fixtures/labs/embedded.yaml"), "utf8")) as Record<string, unknown>;
  const baseline = { schema: 1, device: "reference", firmware: "", entries: [KNOWN] };

  test.each<[string, PublishedName, unknown, RegExp]>([
    ["a version to come", "results", { ...results(), schema: 2 }, /schema should be equal to constant/],
    [
      "a verdict that is none",
      "results",
      { ...results(), cases: [{ ...SAMPLE, verdict: "passed" }] },
      /verdict should be equal to one of/,
    ],
    ["a key that is missing", "results", { ...results(), lost: undefined }, /should have required property 'lost'/],
    [
      "a baseline of what could not be told",
      "baseline",
      { ...baseline, entries: [{ ...KNOWN, verdict: "inconclusive" }] },
      /verdict should be equal/,
    ],
    ["a misspelt key of a baseline", "baseline", { ...baseline, entrys: [] }, /should NOT have additional properties/],
    ["a misspelt key of a lab", "lab", { ...lab(), rolle: [] }, /should NOT have additional properties/],
    [
      "a password in the place of its reference",
      "lab",
      { ...lab(), tunnelSecret: "secret" },
      /tunnelSecret should match pattern/,
    ],
    ["an address of no form", "lab", { ...lab(), gateway: "1.2.3" }, /gateway should match pattern/],
  ])("%s", (_, name, value, words) => {
    expect(against(committed(name), value)).toMatch(words);
  });

  test("a key that nobody published is open to readers, and a mistake of ours", () => {
    const more = { ...results(), more: 1 };
    expect(against(committed("results"), more)).toBe("");
    expect(against(jsonSchemaOf("results", "closed"), more)).toMatch(/should NOT have additional properties/);
  });
});
