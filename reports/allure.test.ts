import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Category } from "allure-js-commons/sdk";
import type { Parameter, Status, TestResult } from "allure-js-commons";
import { afterAll, describe, expect, test } from "vitest";
import { CLAUSES } from "#clauses";
import { encodeFrames } from "#capture/frames-file";
import type { CaseResult, Verdict } from "#expect/verdict";
import { AllureReport } from "./allure.ts";
import { severityLabel } from "./allure-result.ts";
import type { Baseline } from "./baseline.ts";
import { categoriesFor, categoryOf } from "./categories.ts";
import { passingPing } from "./flow-sample.ts";
import { parseXml, type XmlElement } from "./parse-xml.ts";
import { readCases } from "./run-folder.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE, writeRun } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

const dir = mkdtempSync(join(tmpdir(), "l2tpspec-allure-"));
afterAll(() => rmSync(dir, { recursive: true }));
let runs = 0;

const baseline: Baseline = { schema: 1, device: "reference", firmware: "", entries: [KNOWN], file: "b.json" };

/** Writes a run of these cases. */
function written(...cases: readonly CaseResult[]): string {
  const run = join(dir, `run-${runs++}`);
  writeRun(run, cases);
  return run;
}

/** Writes a run of these cases, then its Allure results; gives the latter. */
function reported(cases: readonly CaseResult[], o: { baseline?: Baseline; finish?: boolean; strict?: boolean } = {}) {
  const run = join(dir, `run-${runs++}`);
  const info = { ...RUN_INFO, strict: o.strict ?? false };
  writeRun(run, cases, info);
  const report = new AllureReport(run, info, o.baseline);
  for (const folder of readCases(run)) report.writeCase(folder);
  if (o.finish === true) report.finish(resultsOf(info, cases, o.baseline, []), 7);
  return { run, results: resultsIn(run), files: join(run, "allure-results") };
}

function resultsIn(run: string): TestResult[] {
  const files = join(run, "allure-results");
  return readdirSync(files)
    .filter((name) => name.endsWith("-result.json"))
    .map((name) => JSON.parse(readFileSync(join(files, name), "utf8")) as TestResult)
    .sort((a, b) => String(a.historyId).localeCompare(String(b.historyId)));
}

const pageIn = (file: Buffer): XmlElement => parseXml(file.toString().replace("<!DOCTYPE html>\n", ""));
const labels = (r: TestResult, name: string): string[] => r.labels.filter((l) => l.name === name).map((l) => l.value);
const values = (parameters: readonly Parameter[]): Record<string, string> =>
  Object.fromEntries(parameters.map((p) => [p.name, p.value]));

describe("a verdict becomes a status, and the message tells what it was", () => {
  test.each<[Verdict, string, string | undefined]>([
    ["pass", "passed", undefined],
    ["remark", "passed", "REMARK: because"],
    ["fail", "failed", "NON-CONFORMANCE: because"],
    ["inconclusive", "broken", "INCONCLUSIVE: because"],
    ["not applicable", "skipped", "NOT APPLICABLE: because"],
    ["not run", "skipped", "NOT RUN: because"],
  ])("%s", (verdict, status, message) => {
    const [result] = reported([sample({ verdict, reason: "because" })]).results;
    expect([result?.status, result?.statusDetails.message]).toEqual([status, message]);
    expect(labels(result!, "tag")).toContain(verdict.replace(" ", "-"));
  });

  test("a known deviation stays failed, and says so", () => {
    const [result] = reported([SAMPLE], { baseline }).results;
    expect(result?.status).toBe("failed");
    expect(result?.statusDetails).toMatchObject({
      known: true,
      message: expect.stringMatching(/^KNOWN DEVIATION: /) as string,
    });
    expect(labels(result!, "tag")).toContain("known");
  });

  test("a case that was cut off is broken", () => {
    const run = written(SAMPLE);
    rmSync(join(run, "cases", SAMPLE.key, "result.json"));
    const [folder] = readCases(run);
    new AllureReport(run, RUN_INFO).writeCase(folder!);
    expect(resultsIn(run).map((r) => [r.status, r.statusDetails.message])).toEqual([
      ["broken", "INCONCLUSIVE: interrupted"],
    ]);
  });
});

describe("where a case stands in the report", () => {
  const [result] = reported([SAMPLE]).results;
  test.each([
    ["parentSuite", ["rfc2661"]],
    ["suite", ["5.8-reliable-delivery"]],
    ["epic", ["RFC 2661"]],
    ["feature", ["RFC 2661 §5.8"]],
    ["story", [SAMPLE.story]],
    ["severity", ["critical"]],
    ["tag", ["fail", "device-is-lns", "RFC2661-5.8-02"]],
  ])("%s", (name, expected) => {
    expect(labels(result!, name)).toEqual(expected);
  });

  test("its history goes by its key, its identity by its id", () => {
    expect([result?.testCaseId, result?.historyId]).toEqual([SAMPLE.id, SAMPLE.key]);
    expect(values(result!.parameters)).toEqual({ role: "lns", size: "3" });
  });

  test("a bug that was met in the field says where", () => {
    const met = { implementation: "a router & its kin", reported: "its changelog" };
    const [found] = reported([sample({ met })]).results;
    expect(found?.descriptionHtml).toContain("a router &amp; its kin (its changelog)");
    expect(result?.descriptionHtml).not.toContain("met in");
  });

  test("expected and actual are those of the finding", () => {
    const { expected, actual } = SAMPLE.findings[0]!;
    expect(result?.statusDetails).toMatchObject({ expected, actual });
  });
});

test.each([
  ["MUST", "critical"],
  ["MUST NOT", "critical"],
  ["implied", "normal"],
  ["state", "normal"],
  ["SHOULD NOT", "minor"],
  ["recommended", "minor"],
  ["must(lc)", "trivial"],
  ["MAY", "trivial"],
])("a clause of level %s is %s", (level, severity) => {
  expect(severityLabel(level)).toBe(severity);
});

describe("steps", () => {
  const [result] = reported([SAMPLE]).results;

  test("one a rung, as it came out, and one for the background", () => {
    expect(result?.steps.map((s) => [s.name, s.status])).toEqual([
      ["rung 1: given SCCRP within 10000 ms", "passed"],
      ["rung 2: must acknowledgement of Ns 2 within 1000 ms", "passed"],
      ["rung 3 MISSED: must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms", "failed"],
      ["4 frames claimed by background rules", "passed"],
    ]);
  });

  test("the failing rung shows expected, actual, frame and octet", () => {
    expect(values(result!.steps[2]!.parameters)).toEqual({
      verdict: "fail",
      clause: "RFC2661-5.8-02",
      expected: "must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms",
      actual: "#8 ZLB (l2tp.nr: expected Nr 3, got Nr 2)",
      frame: "#8",
      offset: "38",
      octets: "2",
      "at ms": "12.400",
      asked: "suites/rfc2661/5.8.suite.ts:14",
    });
  });

  test("the background is counted by name", () => {
    expect(values(result!.steps[3]!.parameters)).toEqual({ acknowledgement: "3", "LCP echo": "1" });
  });

  test("a finding that no rung has is a step of its own", () => {
    const finding = {
      clause: null,
      verdict: "inconclusive" as const,
      expected: "no frame",
      actual: "#10 ICRQ",
      frame: 10,
      offset: null,
    };
    const steps = reported([sample({ verdict: "inconclusive", findings: [finding] })]).results[0]!.steps;
    expect(steps.map((s): [string | undefined, Status | undefined] => [s.name, s.status]).at(-2)).toEqual([
      "#10 ICRQ",
      "broken",
    ]);
  });

  test.each([
    ["may", [], "rung 3 (did not come): x", "passed"],
    ["should", [{ ...SAMPLE.findings[0]!, verdict: "remark" as const }], "rung 3 MISSED: x", "passed"],
    ["given", [{ ...SAMPLE.findings[0]!, verdict: "inconclusive" as const }], "rung 3 MISSED: x", "broken"],
  ])("a %s that did not come", (kind, findings, name, status) => {
    const rungs = [{ ...SAMPLE.rungs[2]!, kind, text: "x" }];
    const [step] = reported([sample({ rungs, findings })]).results[0]!.steps;
    expect([step?.name, step?.status]).toEqual([name, status]);
  });
});

describe("a reading's step says what the device said", () => {
  const text = "the device says: hits of policy trust_dmz grew by 1";
  const step = (says: number | null, climbed: boolean) => {
    const rungs = [{ ...SAMPLE.rungs[1]!, no: 1, kind: "reads", text, frame: null, atMs: null, climbed, says }];
    const broken = { ...SAMPLE.findings[0]!, expected: text, actual: "it says 0", frame: null, offset: null, rung: 1 };
    const findings = says === 0 ? [broken] : [];
    return reported([sample({ rungs, findings })]).results[0]!.steps[0]!;
  };

  test.each([
    [1, true, `rung 1: ${text} (it says 1)`, "passed"],
    [0, false, `rung 1 BROKEN: ${text} (it says 0)`, "failed"],
    [null, false, `rung 1 (the device does not say): ${text}`, "skipped"],
  ])("%s", (says, climbed, name, status) => {
    expect([step(says, climbed).name, step(says, climbed).status]).toEqual([name, status]);
  });

  test("one that is broken shows expected and actual", () => {
    expect(values(step(0, false).parameters)).toMatchObject({ expected: text, actual: "it says 0", says: "0" });
    expect(step(0, false).statusDetails.message).toBe(`expected ${text}; it says 0`);
    expect(values(step(null, false).parameters)).toMatchObject({ says: "nothing", asked: SAMPLE.rungs[1]!.at });
  });
});

test("a case of hosts' packets shows its flows in place of its ladder", () => {
  const { result, frames, ladder } = passingPing("lac");
  const run = written(result);
  const folder = readCases(run)[0]!;
  writeFileSync(join(folder.dir, "run.pcapng"), encodeFrames(frames));
  writeFileSync(join(folder.dir, "ladder.json"), JSON.stringify(ladder));
  new AllureReport(run, RUN_INFO).writeCase(readCases(run)[0]!);
  const attachments = resultsIn(run)[0]!.attachments;
  expect(attachments.map((a) => a.name)).toEqual(["flows", "capture", "trace"]);
  const picture = readFileSync(join(run, "allure-results", attachments[0]!.source), "utf8");
  expect(picture).toContain("source 10.1.1.2 → 172.16.1.51");
});

describe("evidence", () => {
  const { results, files } = reported([SAMPLE]);
  const attachments = results[0]!.attachments;

  test("ladder, capture and trace, and no more", () => {
    expect(attachments.map((a) => [a.name, a.type, a.source.replace(/^.*-attachment/, "")])).toEqual([
      ["ladder", "text/html", ".html"],
      ["capture", "application/vnd.tcpdump.pcap", ".pcapng"],
      ["trace", "text/plain", ".txt"],
    ]);
  });

  test("they are what lies in the case's folder", () => {
    const read = (i: number): Buffer => readFileSync(join(files, attachments[i]!.source));
    const dir = join(files, "..", "cases", SAMPLE.key);
    expect(pageIn(read(0)).name).toBe("html");
    expect(read(1).equals(readFileSync(join(dir, "run.pcapng")))).toBe(true);
    expect(read(2).equals(readFileSync(join(dir, "trace.txt")))).toBe(true);
  });

  test("what the device said stands in the one text, behind the trace", () => {
    const run = written(SAMPLE);
    const folder = readCases(run)[0]!;
    writeFileSync(join(folder.dir, "device.log"), "> display l2tp tunnel\n< no tunnel\n");
    new AllureReport(run, RUN_INFO).writeCase(folder);
    const { attachments } = resultsIn(run)[0]!;
    expect(attachments.map((a) => a.name)).toEqual(["ladder", "capture", "trace and device log"]);
    const text = readFileSync(join(run, "allure-results", attachments[2]!.source), "utf8");
    expect(text.startsWith(readFileSync(join(folder.dir, "trace.txt"), "utf8"))).toBe(true);
    expect(text).toMatch(/\n\nthe device while the case ran: .*\n\n> display l2tp tunnel\n< no tunnel\n$/);
  });

  test("a capture that is cut off costs the picture its frames, not the report", () => {
    const run = written(SAMPLE);
    const folder = readCases(run)[0]!;
    truncateSync(join(folder.dir, "run.pcapng"), 1000);
    new AllureReport(run, RUN_INFO).writeCase(folder);
    const [result] = resultsIn(run);
    expect(result?.attachments.map((a) => a.name)).toEqual(["ladder", "capture", "trace"]);
    const picture = readFileSync(join(run, "allure-results", result!.attachments[0]!.source), "utf8");
    expect(picture).toContain("rung 3 missed");
  });
});

describe("the description", () => {
  const html = reported([SAMPLE], { strict: true }).results[0]!.descriptionHtml ?? "";
  test.each([
    ["the clause, its level and whom it binds", "RFC2661-5.8-02 (MUST, RFC 2661 §5.8, binds both)"],
    ["the requirement in our words", CLAUSES["RFC2661-5.8-02"].text],
    ["the story", SAMPLE.story],
    ["who acted as what", "the tester is the LAC, the device is the LNS"],
    [
      "the command that runs it alone",
      "npx l2tpspec run --lab fixtures/labs/embedded.yaml --case rfc2661-0512 --role lns --seed 42 --strict<",
    ],
    ["the one that judges it again", " --case rfc2661-0512 --role lns<"],
  ])("holds %s", (_what, text) => {
    expect(html).toContain(text);
  });

  test("text of the device is escaped", () => {
    const [result] = reported([sample({ reason: "<img src=x onerror=alert(1)>" })]).results;
    expect(result?.descriptionHtml).not.toContain("<img");
  });
});

describe("what is known only at the end", () => {
  const rules = [
    ...SAMPLE.rules,
    {
      id: "rule-rfc2661-5.8-02",
      clause: SAMPLE.clause,
      framesJudged: 4,
      findings: [{ ...SAMPLE.findings[0]!, expected: "Nr 3" }],
    },
  ];
  const expired = { ...KNOWN, expires: "2026-01-01" };
  const unmet = { ...KNOWN, id: PASSED.id };
  const { results, files, run } = reported([sample({ rules }), PASSED], {
    baseline: { ...baseline, entries: [expired, unmet] },
    finish: true,
  });
  const about = (suite: string) => results.filter((r) => labels(r, "parentSuite")[0] === suite);
  const json = (name: string): unknown => JSON.parse(readFileSync(join(files, name), "utf8"));

  test("a rule is a result of its own", () => {
    expect(about("rules").map((r) => [r.historyId, r.status, r.statusDetails.message?.split(":")[0]])).toEqual([
      ["rule-rfc2661-3.1-01~lns", "passed", undefined],
      ["rule-rfc2661-3.1-02~lns", "skipped", "NOT EXERCISED"],
      ["rule-rfc2661-5.8-02~lns", "failed", "NON-CONFORMANCE"],
    ]);
    expect(about("rules")[2]?.steps.map((s) => s.name)).toEqual([
      "4 frames judged, 1 findings in 1 cases",
      `${SAMPLE.key} #8 ZLB (l2tp.nr: expected Nr 3, got Nr 2)`,
    ]);
  });

  test("so is an expected deviation that did not show, and an entry that expired", () => {
    expect(about("baseline").map((r) => [r.status, r.statusDetails.message?.split(":")[0]])).toEqual([
      ["skipped", "EXPIRED"],
      ["failed", "UNEXPECTED PASS"],
    ]);
  });

  test("every message that is not a plain pass falls into one category", () => {
    const categories = json("categories.json") as Category[];
    expect(categories).toEqual(categoriesFor(true));
    for (const r of results) {
      const message = r.statusDetails.message ?? "";
      const found = categories.filter(
        (c) =>
          (c.matchedStatuses === undefined || c.matchedStatuses.includes(r.status!)) &&
          new RegExp(`^(?:${String(c.messageRegex).replace("(?s)", "")})$`, "s").test(message),
      );
      const category = categoryOf(r.status!, message, true);
      expect(found.map((c) => c.name)).toEqual(category === undefined ? [] : [category]);
      expect(category === undefined).toBe(message === "");
    }
    expect(results.length).toBeGreaterThan(5);
  });

  test("environment and executor", () => {
    const environment = readFileSync(join(files, "environment.properties"), "utf8");
    expect(environment).toMatch(/^device ?= ?reference$/m);
    expect(environment).toMatch(/^seed ?= ?42$/m);
    expect(json("executor.json")).toMatchObject({ buildOrder: 7, buildName: run.split("/").at(-1) });
  });
});
