import { describe, expect, test } from "vitest";
import type { CaseResult, Verdict } from "#expect/verdict";
import { junitOf } from "./junit.ts";
import { elementsOf, parseXml, type XmlElement } from "./parse-xml.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

function junit(cases: readonly CaseResult[], known = false): XmlElement {
  const baseline = { schema: 1 as const, device: "reference", firmware: "", entries: [KNOWN], file: "b.json" };
  return parseXml(junitOf(resultsOf(RUN_INFO, cases, known ? baseline : undefined, []), cases));
}

describe("how a verdict reads in JUnit", () => {
  test.each<[Verdict, string | undefined, string]>([
    ["pass", undefined, ""],
    ["remark", "system-out", ""],
    ["fail", "failure", "NON-CONFORMANCE: because"],
    ["inconclusive", "error", "INCONCLUSIVE: because"],
    ["not applicable", "skipped", "NOT APPLICABLE: because"],
    ["not run", "skipped", "NOT RUN: because"],
  ])("%s", (verdict, child, message) => {
    const root = junit([sample({ verdict, reason: "because", rules: [] })]);
    const testcase = elementsOf(root, "testcase")[0]!;
    expect(testcase.children.map((c) => c.name)).toEqual(child === undefined ? [] : [child]);
    expect(testcase.children[0]?.attributes.message ?? "").toBe(message);
  });
});

test("the counts are those of the elements", () => {
  const cases = [
    SAMPLE,
    PASSED,
    sample({ key: "i", verdict: "inconclusive" }),
    sample({ key: "n", verdict: "not run" }),
  ];
  const root = junit(cases);
  const { tests, failures, errors, skipped } = root.attributes;
  const count = (name: string): string => String(elementsOf(root, name).length);
  expect([tests, failures, errors, skipped]).toEqual(["testcase", "failure", "error", "skipped"].map(count));
  // Two rules: one held, the other never met a frame.
  expect([tests, failures, errors, skipped]).toEqual(["6", "1", "1", "2"]);
});

test("a case stands in its suite, a rule among the rules", () => {
  const suites = elementsOf(junit([SAMPLE]), "testsuite");
  expect(suites.map((s) => s.attributes.name)).toEqual(["rfc2661/5.8-reliable-delivery", "rules"]);
  expect(elementsOf(suites[0]!, "testcase")[0]?.attributes).toEqual({
    classname: "rfc2661.5.8-reliable-delivery",
    name: SAMPLE.key,
    time: "1.013",
  });
});

test("a failure shows clause, expected, actual, frame and octet", () => {
  const failure = elementsOf(junit([SAMPLE]), "failure")[0]!;
  expect(failure.attributes.type).toBe("RFC2661-5.8-02");
  expect(failure.text).toBe(
    "RFC2661-5.8-02  fail\n  expected: must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms\n" +
      "    actual: #8 ZLB (l2tp.nr: expected Nr 3, got Nr 2)\n     frame: #8, octet 38",
  );
});

test("a known deviation is skipped with its reason", () => {
  const root = junit([SAMPLE], true);
  expect(root.attributes.failures).toBe("0");
  expect(elementsOf(root, "skipped")[0]?.attributes.message).toMatch(/^KNOWN DEVIATION: RFC2661-5\.8-02: expected /);
});

test("an unexpected pass is a failure of its own", () => {
  const root = junit([{ ...PASSED, id: SAMPLE.id }], true);
  expect(elementsOf(root, "failure").map((f) => f.attributes.message)).toEqual([
    `UNEXPECTED PASS: the baseline expects fail: ${KNOWN.expected}`,
  ]);
});

test("text from the device cannot break the file", () => {
  const reason = `<host> & "name"\u0000]]>`;
  const finding = { ...SAMPLE.findings[0]!, actual: reason };
  const failure = elementsOf(junit([sample({ reason, findings: [finding] })]), "failure")[0]!;
  expect(failure.attributes.message).toBe(`NON-CONFORMANCE: <host> & "name"\uFFFD]]>`);
});
