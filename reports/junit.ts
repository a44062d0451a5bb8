/**
 * JUnit XML for CI servers. Of its dialects this is the one that began with Ant's JUnit task and that Jenkins and GitLab read:
 * `testsuites`, a `testsuite` a suite, a `testcase` with at most one of `failure`, `error`, `skipped` and `system-out`; the
 * counts, `skipped` among them, stand on the root too. `schemas/junit.v1.xsd` is the contract. Pure.
 */
import type { CaseResult, Finding, RuleOutcome } from "#expect/verdict";
import { messageOf } from "./allure-result.ts";
import type { BaselineEntry } from "./baseline.ts";
import { deathText, isUnexplained, type DeathResult } from "./deaths.ts";
import type { Results } from "./sink.ts";
import { el, escapeXml } from "./xml.ts";

/** What counts in the attributes of a suite. */
type Outcome = "passed" | "failures" | "errors" | "skipped";

interface TestCase {
  readonly suite: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly xml: string;
}

/**
 * A failure is a non-conformance that nobody expected; an error is what the bench could not tell. A known deviation is
 * skipped with its reason, as is a case that could not be run: neither is news. A remark passes and says what it is.
 * `cases` give the suites, which results.json does not hold.
 */
export function junitOf(results: Results, cases: readonly CaseResult[]): string {
  const suiteOf = new Map(cases.map((c) => [c.key, c.suite]));
  const tests: TestCase[] = [
    ...results.cases.map((c) =>
      testCase({ ...c, suite: suiteOf.get(c.key) ?? "cases", name: c.key, seconds: c.durationMs / 1000 }),
    ),
    ...results.rules.map((r) => {
      const reason = r.findings[0]?.actual ?? `${r.framesJudged} frames judged`;
      return testCase({ ...r, suite: "rules", name: `${r.id}~${r.role}`, seconds: 0, reason });
    }),
    ...(results.baseline?.unexpectedPasses ?? []).map(unexpectedPass),
    ...results.deaths.filter(isUnexplained).map(unexplainedDeath),
  ];
  const properties = { device: results.device, lab: results.lab, seed: results.seed, version: results.tool.version };
  const suites = [...new Set(tests.map((t) => t.suite))].map((name) => {
    const own = tests.filter((t) => t.suite === name);
    return el(
      "testsuite",
      { name, ...counts(own), timestamp: results.startedAt },
      propertiesXml(properties),
      ...own.map((t) => t.xml),
    );
  });
  const root = el("testsuites", { name: "l2tpspec", ...counts(tests), timestamp: results.startedAt }, ...suites);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function testCase(t: {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly clause: string;
  readonly verdict: RuleOutcome;
  readonly known: boolean;
  readonly reason: string;
  readonly findings: readonly Finding[];
}): TestCase {
  const message = messageOf(t.verdict, t.reason, t.known);
  const body = escapeXml(t.findings.map((f) => findingText(f)).join("\n\n"));
  const [outcome, child] = ((): [Outcome, string] => {
    if (t.known) return ["skipped", el("skipped", { message })];
    switch (t.verdict) {
      case "fail":
        return ["failures", el("failure", { message, type: t.clause }, body)];
      case "inconclusive":
        return ["errors", el("error", { message, type: "inconclusive" }, body)];
      case "not applicable":
      case "not run":
      case "not exercised":
        return ["skipped", el("skipped", { message })];
      case "remark":
        return ["passed", el("system-out", {}, escapeXml(message))];
      case "pass":
        return ["passed", ""];
    }
  })();
  const attributes = { classname: t.suite.replaceAll("/", "."), name: t.name, time: t.seconds.toFixed(3) };
  return {
    suite: t.suite,
    outcome,
    seconds: t.seconds,
    xml: child === "" ? el("testcase", attributes) : el("testcase", attributes, child),
  };
}

/** Its case passed, and stands above as such; what failed is the expectation. */
function unexpectedPass(e: BaselineEntry): TestCase {
  const message = `UNEXPECTED PASS: the baseline expects ${e.verdict}: ${e.expected}`;
  const attributes = { classname: "baseline", name: `${e.id}~${e.role}~${e.clause}`, time: "0.000" };
  const failure = el("failure", { message, type: e.clause });
  return { suite: "baseline", outcome: "failures", seconds: 0, xml: el("testcase", attributes, failure) };
}

/** Every case came to its own verdict alone; what failed is the device. */
function unexplainedDeath(d: DeathResult): TestCase {
  const attributes = { classname: "deaths", name: `death ${d.no}`, time: "0.000" };
  const failure = el("failure", { message: `NON-CONFORMANCE: ${deathText(d)}`, type: "death" });
  return { suite: "deaths", outcome: "failures", seconds: 0, xml: el("testcase", attributes, failure) };
}

function findingText(f: Finding): string {
  const where = f.frame === null ? "" : `\n     frame: #${f.frame}${f.offset === null ? "" : `, octet ${f.offset}`}`;
  return `${f.clause ?? "no clause"}  ${f.verdict}\n  expected: ${f.expected}\n    actual: ${f.actual}${where}`;
}

function counts(tests: readonly TestCase[]): Record<string, string | number> {
  const of = (outcome: Outcome): number => tests.filter((t) => t.outcome === outcome).length;
  const seconds = tests.reduce((sum, t) => sum + t.seconds, 0);
  return {
    tests: tests.length,
    failures: of("failures"),
    errors: of("errors"),
    skipped: of("skipped"),
    time: seconds.toFixed(3),
  };
}

function propertiesXml(properties: Readonly<Record<string, string | number>>): string {
  return el("properties", {}, ...Object.entries(properties).map(([name, value]) => el("property", { name, value })));
}
