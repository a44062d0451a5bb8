import { expect, test } from "vitest";
import { encodeData } from "#wire/l2tp/header";
import { encodePap } from "#wire/ppp/pap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { faultsOf } from "./fault.ts";
import { elementsOf, parseXml, type XmlElement } from "./parse-xml.ts";
import { frameAt, sample, SAMPLE, SAMPLE_FRAMES } from "./sample-case.ts";

const rendered = (...o: Parameters<typeof faultsOf>): XmlElement => parseXml(`<div>${faultsOf(...o)}</div>`);
const facts = (root: XmlElement): readonly (readonly string[])[] =>
  elementsOf(root, "tr").map((row) => [...elementsOf(row, "th"), ...elementsOf(row, "td")].map((cell) => cell.text));
const classed = (root: XmlElement, name: string): string[] =>
  elementsOf(root, "span").flatMap((s) => (s.attributes.class === name ? [s.text] : []));

test("a missed rung shows expected, actual, clause, frame, offset and the line that asked", () => {
  const root = rendered(SAMPLE, SAMPLE_FRAMES);
  expect(elementsOf(root, "h2").map((h) => h.text)).toEqual(["FAIL: rung 3"]);
  expect(facts(root)).toEqual([
    ["expected", "must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms"],
    ["actual", "#8 ZLB (l2tp.nr: expected Nr 3, got Nr 2)"],
    ["clause", expect.stringMatching(/^RFC2661-5\.8-02 \(MUST, RFC 2661 §5\.8\): \w+/)],
    ["frame", "#8, 40 octets: 10.0.0.1:1701 > 10.0.0.2:40000 L2TP ZLB tid 24363 sid 0 Ns 1 Nr 2"],
    ["offset", "octet 38 (0x26), 2 octets at fault"],
    ["asked at", "suites/rfc2661/5.8.suite.ts:14"],
  ]);
});

test("the octets at fault are marked in the dump, and their field in the tree", () => {
  const root = rendered(SAMPLE, SAMPLE_FRAMES);
  expect(classed(root, "at")).toEqual(["0000", "0010", "0020"]);
  expect(classed(root, "hex").join(" ").trim()).toBe(
    Buffer.from(SAMPLE_FRAMES[7]!.octets).toString("hex").replace(/..\B/g, "$& "),
  );
  expect(elementsOf(root, "mark").map((m) => m.text.replace(/\s+/g, " "))).toEqual(["00 02", "..", " 38 +2 l2tp.nr 2"]);
});

test("a mark over two halves and two rows is closed and opened again", () => {
  const finding = { ...SAMPLE.findings[0]!, offset: 6, length: 11 };
  const root = rendered(sample({ findings: [finding] }), SAMPLE_FRAMES);
  const hex = elementsOf(root, "span").filter((s) => s.attributes.class === "hex");
  expect(hex.map((s) => elementsOf(s, "mark").map((m) => m.text))).toEqual([
    ["00 00"],
    ["40 11 66 bb 0a 00 00 01"],
    ["0a"],
    [],
    [],
    [],
  ]);
});

test("of a long frame the rows about the mark are shown, and the rest is counted", () => {
  const frame = frameAt(8, 0, "dut", new Uint8Array(1000));
  const root = rendered(sample({ findings: [{ ...SAMPLE.findings[0]!, offset: 500 }] }), [frame]);
  expect(classed(root, "at")).toHaveLength(9);
  expect(elementsOf(root, "p").map((p) => p.text)).toEqual(
    expect.arrayContaining(["432 octets before", "452 octets after"]),
  );
});

test("where no frame came, none is shown", () => {
  const finding = { ...SAMPLE.findings[0]!, frame: null, offset: null, actual: "nothing came" };
  const root = rendered(sample({ findings: [finding] }), SAMPLE_FRAMES);
  expect(facts(root)).toContainEqual(["frame", "none came"]);
  expect(elementsOf(root, "pre")).toEqual([]);
});

test("a rule's finding names the rule, and of many some are counted", () => {
  const finding = { ...SAMPLE.findings[0]!, rung: 0 };
  const rules = [{ ...SAMPLE.rules[0]!, id: "rule-x", findings: Array.from({ length: 9 }, () => finding) }];
  const root = rendered(sample({ findings: [], rules }), SAMPLE_FRAMES);
  expect(elementsOf(root, "h2").map((h) => h.text)).toEqual(Array.from({ length: 6 }, () => "FAIL: rule rule-x"));
  expect(elementsOf(root, "p").at(-1)?.text).toBe("3 more findings stand in the trace.");
});

test("a failure stands before any number of remarks", () => {
  const finding = { ...SAMPLE.findings[0]!, rung: 0 };
  const remarks = Array.from({ length: 9 }, () => ({ ...finding, verdict: "remark" as const }));
  const rules = [
    { ...SAMPLE.rules[0]!, id: "rule-x", findings: remarks },
    { ...SAMPLE.rules[0]!, id: "rule-y", findings: [finding] },
  ];
  const root = rendered(sample({ findings: [], rules }), SAMPLE_FRAMES);
  expect(elementsOf(root, "h2")[0]?.text).toBe("FAIL: rule rule-y");
});

test("a password is spelt out neither beside its octets nor in the tree", () => {
  const request = encodePpp(
    PPP.PAP,
    encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: "admin@123" }),
  );
  const frames = [frameAt(1, 0, "dut", encodeData({ tunnelId: 1, sessionId: 2 }, request))];
  const { text } = rendered(sample({ findings: [{ ...SAMPLE.findings[0]!, frame: 1 }] }), frames);
  expect(text).toContain("***");
  expect(text).not.toMatch(/admin@|@123/);
});
