import { describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { breaches, ELEMENTS } from "./junit-contract.ts";
import { junitOf } from "./junit.ts";
import { elementsOf, parseXml, type XmlElement } from "./parse-xml.ts";
import { KNOWN, PASSED, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

const died = { no: 1, how: "SIGSEGV", at: RUN_INFO.startedAt, inFlight: [], lost: null };

/** Every verdict, a known deviation, an unexpected pass, a death. */
function everything(): XmlElement {
  const of = (verdict: CaseResult["verdict"]): CaseResult => sample({ key: verdict, id: "x-0001", verdict });
  const cases = [SAMPLE, PASSED, ...(["fail", "remark", "inconclusive", "not applicable", "not run"] as const).map(of)];
  const gone = { ...KNOWN, id: PASSED.id };
  const baseline = { schema: 1 as const, device: "reference", firmware: "", entries: [KNOWN, gone], file: "b.json" };
  const results = resultsOf(RUN_INFO, cases, baseline, undefined, { deaths: [died], lost: null });
  return parseXml(junitOf(results, cases));
}

describe("junit.xml", () => {
  test("keeps to its XSD, and has every element of it", () => {
    const root = everything();
    expect(breaches(root)).toEqual([]);
    for (const name of ELEMENTS) expect(elementsOf(root, name), name).not.toEqual([]);
  });

  test.each<[string, (xml: string) => string, string]>([
    [
      "an attribute that nobody declared",
      (xml) => xml.replace("<testsuite ", '<testsuite id="1" '),
      "testsuites/testsuite[0]: id is nowhere declared",
    ],
    [
      "one that is missing",
      (xml) => xml.replace(/ classname="[^"]*"/, ""),
      "testsuites/testsuite[0]/testcase[1]: no classname",
    ],
    ["a count that is none", (xml) => xml.replace(/ errors="\d+"/, ' errors="none"'), "testsuites: errors is none"],
    ["an element that nobody declared", (xml) => xml.replaceAll("system-out", "system-err"), "system-err"],
    [
      "a testcase before the properties",
      (xml) => xml.replace(/(<properties>.*?<\/properties>)(<testcase .*?<\/testcase>)/, "$2$1"),
      "testsuites/testsuite[1]: holds testcase testcase properties",
    ],
  ])("%s is seen", (_, breaking, breach) => {
    const cases = [SAMPLE, sample({ key: "r", verdict: "remark" })];
    const xml = junitOf(resultsOf(RUN_INFO, cases, undefined, []), cases);
    expect(breaches(parseXml(xml))).toEqual([]);
    expect(breaches(parseXml(breaking(xml))).join("\n")).toContain(breach);
  });
});
