import { expect, test } from "vitest";
import { CLAUSES } from "#clauses";
import { casePage } from "./case-page.ts";
import { passingPing } from "./flow-sample.ts";
import { elementsOf, parseXml, type XmlElement } from "./parse-xml.ts";
import { PASSED, sample, SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER } from "./sample-case.ts";

const EVIL = `</style></title><script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(2)>&\u0000"]]>`;
const parsed = (...o: Parameters<typeof casePage>): XmlElement =>
  parseXml(casePage(...o).replace("<!DOCTYPE html>\n", ""));
const page = parsed(SAMPLE, SAMPLE_FRAMES, { ladder: SAMPLE_LADDER, device: "lns-7" });

test("the head says what was claimed, who acted as what, and what came out", () => {
  expect(elementsOf(page, "h1")[0]?.text).toBe("rfc2661-0512 size=3 FAIL");
  for (const words of [
    SAMPLE.story,
    `RFC2661-5.8-02 (MUST, RFC 2661 §5.8): ${CLAUSES["RFC2661-5.8-02"].text}`,
    "the tester is the LAC, the device (lns-7) is the LNS",
    SAMPLE.reason,
  ])
    expect(page.text).toContain(words);
});

test("a failing case shows its fault below the picture, a passing one none", () => {
  expect(elementsOf(page, "section")).toHaveLength(1);
  const passed = parsed(PASSED, SAMPLE_FRAMES, { device: "lns" });
  expect([elementsOf(passed, "section"), elementsOf(passed, "pre")]).toEqual([[], []]);
});

test("a case of hosts' packets shows its flows", () => {
  const { result, frames, ladder } = passingPing("lac");
  const flows = parsed(result, frames, { ladder, device: "lac" });
  expect(elementsOf(flows, "svg")).toHaveLength(1);
  expect(flows.text).toContain("the tester is the LNS, the device (lac) is the LAC");
});

test("it loads nothing and runs nothing, whatever a device or a lab is called", () => {
  const finding = { ...SAMPLE.findings[0]!, expected: EVIL, actual: EVIL };
  const evil = sample({ story: EVIL, reason: EVIL, params: { x: EVIL }, findings: [finding], claims: { 2: EVIL } });
  const root = parsed(evil, SAMPLE_FRAMES, { ladder: SAMPLE_LADDER, device: EVIL });
  for (const name of ["script", "img", "iframe", "object", "a", "form"]) expect(elementsOf(root, name)).toEqual([]);
  expect(elementsOf(root, "link").map((l) => l.attributes.href)).toEqual(["data:,"]);
  expect(elementsOf(root, "style")[0]?.text).not.toMatch(/url\(|@import|http/);
  const policy = elementsOf(root, "meta").find((m) => m.attributes["http-equiv"] === "Content-Security-Policy");
  expect(policy?.attributes.content).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  expect(root.text).toContain("<script>alert(1)</script>");
});
