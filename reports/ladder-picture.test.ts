import { describe, expect, test } from "vitest";
import { encodeData } from "#wire/l2tp/header";
import { encodePap } from "#wire/ppp/pap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { ladderPicture } from "./ladder-picture.ts";
import { elementsOf, parseXml } from "./parse-xml.ts";
import { frameAt, sample, SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER } from "./sample-case.ts";

const picture = parseXml(ladderPicture(SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER));
const texts = elementsOf(picture, "text").map((t) => t.text);

test("it is well-formed SVG, 900 wide", () => {
  expect(picture.name).toBe("svg");
  expect(picture.attributes).toMatchObject({ xmlns: "http://www.w3.org/2000/svg", width: "900" });
});

test.each([
  ["the case", "rfc2661-0512"],
  ["its clause, level and params", "RFC2661-5.8-02 · MUST · size=3"],
  ["the verdict", "FAIL"],
  ["the two ends", "tester (LAC)"],
  ["their addresses", "10.0.0.1:1701"],
  ["frame numbers", "#8"],
  ["times", "1012.300"],
  ["a rung's badge", "rung 2"],
  ["a background rule", "LCP echo"],
  ["an unclaimed frame", "unclaimed"],
  ["the missed rung", "must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms"],
  ["its badge", "rung 3 missed"],
  ["the field and its octet", "octet 38: l2tp.nr: expected Nr 3, got Nr 2"],
  ["where the taking down begins", "teardown"],
  ["the clock", "Times in ms after frame #1, which was seen at 2026-11-22T12:00:00.000Z (virtual clock)."],
])("it shows %s", (_what, text) => {
  expect(texts).toContain(text);
});

test("the expectation is a dashed red arrow, and the offending frame is red", () => {
  const lines = elementsOf(picture, "line").map((l) => l.attributes);
  const dashed = lines.filter((l) => l["stroke-dasharray"] === "7 5");
  expect(dashed.map((l) => l.stroke)).toEqual(["#c62828"]);
  expect(lines.filter((l) => l.stroke === "#c62828" && l["stroke-width"] === "2")).toHaveLength(1);
});

test("arrows point from the sender", () => {
  const group = (no: number) =>
    elementsOf(picture, "g").find((g) => elementsOf(g, "title")[0]?.text.startsWith(`#${no} `));
  const direction = (no: number): number => {
    const arrow = elementsOf(group(no)!, "line")[0]!.attributes;
    return Math.sign(Number(arrow.x2) - Number(arrow.x1));
  };
  expect([direction(1), direction(2)]).toEqual([1, -1]);
});

test("a data message leads with what it carries", () => {
  expect(texts).toContain("LCP Echo-Request id 9 magic 0x1234 (data tid 24363 sid 81)");
});

test("a long packet is shortened in sight and whole in the tooltip", () => {
  const shown = texts.find((t) => t.startsWith("SCCRQ"));
  const whole = elementsOf(picture, "title").find((t) => t.text.startsWith("#1 "))?.text;
  expect(shown).toMatch(/…$/);
  expect(whole).toContain('hostName="tester <&>"');
});

test("a frame that left its path says where", () => {
  const strange = SAMPLE_FRAMES.map((f) => (f.no === 4 ? { ...f, src: { address: "10.0.0.9", port: 5000 } } : f));
  const svg = parseXml(ladderPicture(SAMPLE, strange, SAMPLE_LADDER));
  expect(elementsOf(svg, "text").map((t) => t.text)).toContain("ZLB from 10.0.0.9:5000 tid 24363 sid 0 Ns 1 Nr 2");
});

test("what the device says of itself is a line and no arrow", () => {
  const reading = {
    ...SAMPLE.rungs[1]!,
    no: 3,
    kind: "reads",
    text: "the device says: tunnels 1",
    frame: null,
    atMs: null,
  };
  const said = (says: number | null, climbed: boolean): readonly string[] => {
    const rungs = [...SAMPLE.rungs.slice(0, 2), { ...reading, says, climbed }];
    const svg = parseXml(ladderPicture(sample({ rungs, findings: [] }), SAMPLE_FRAMES, SAMPLE_LADDER));
    expect(elementsOf(svg, "line").some((l) => l.attributes["stroke-dasharray"] === "7 5")).toBe(false);
    return elementsOf(svg, "text").flatMap((t) => (t.text.includes("tunnels") ? [t.text, t.attributes.fill!] : []));
  };
  expect(said(1, true)).toEqual(["it says 1: the device says: tunnels 1", "#1b7f3b"]);
  expect(said(0, false)).toEqual(["it says 0: the device says: tunnels 1", "#c62828"]);
  expect(said(null, false)).toEqual(["it does not say: the device says: tunnels 1", "#66727f"]);
});

describe("secrets", () => {
  const request = encodePpp(
    PPP.PAP,
    encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: "admin@123" }),
  );
  const frames = [frameAt(1, 0, "dut", encodeData({ tunnelId: 1, sessionId: 2 }, request))];
  // The password begins at 20 + 8 + 6 + 4 + 4 + 1 + 5 + 1.
  const finding = { ...SAMPLE.findings[0]!, actual: "another", frame: 1, offset: 49, length: 9 };
  const svg = ladderPicture(sample({ findings: [finding], rungs: [], claims: {} }), frames);

  test("a password is masked, even where a finding points at it", () => {
    expect(svg).toContain("pap.password = ***");
    expect(svg).not.toContain("admin@123");
  });
});

test("a case without a frame still says what it is", () => {
  const svg = parseXml(ladderPicture(sample({ verdict: "not run", rungs: [], findings: [], claims: {} }), []));
  const shown = elementsOf(svg, "text").map((t) => t.text);
  expect(shown).toContain("NOT RUN");
  expect(shown).toContain("no frame was recorded");
});

test("text from the device cannot break the picture", () => {
  const story = `<script>&\u0000"]]>`;
  expect(() => parseXml(ladderPicture(sample({ story, params: { x: `"'<` } }), SAMPLE_FRAMES))).not.toThrow();
});
