import { describe, expect, test } from "vitest";
import { encodeData } from "#wire/l2tp/header";
import { encodePap } from "#wire/ppp/pap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { ladderPicture } from "./ladder-picture.ts";
import { elementsOf, parseXml, type XmlElement } from "./parse-xml.ts";
import { frameAt, sample, SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER } from "./sample-case.ts";

const picture = parseXml(ladderPicture(SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER));
const classed = (root: XmlElement, name: string): XmlElement[] =>
  ["div", "ol", "li", "span", "p", "code", "i", "b"].flatMap((tag) =>
    elementsOf(root, tag).filter((e) => (e.attributes.class ?? "").split(" ").includes(name)),
  );
const rows = classed(picture, "row");
const rowOf = (no: number): XmlElement => rows.find((row) => classed(row, "no")[0]?.text === `#${no}`)!;

test.each([
  ["the two ends", "tester (LAC)"],
  ["their addresses", "10.0.0.1:1701"],
  ["frame numbers", "#8"],
  ["times", "1012.300"],
  ["name, IDs, Ns and Nr", "ZLB tid 24363 sid 0 Ns 1 Nr 3"],
  ["a rung's badge", "rung 2"],
  ["a background rule", "LCP echo"],
  ["an unclaimed frame", "unclaimed"],
  ["the missed rung", "must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms"],
  ["its badge", "rung 3 missed"],
  ["the field and its octet", "octet 38: l2tp.nr: expected Nr 3, got Nr 2"],
  ["where the taking down begins", "teardown"],
  ["the clock", "Times in ms after frame #1, which was seen at 2026-11-22T12:00:00.000Z (virtual clock)."],
])("it shows %s", (_what, text) => {
  expect(picture.text).toContain(text);
});

test("each frame has the look of what claims it, and an arrow from its sender", () => {
  expect(SAMPLE_FRAMES.map((f) => rowOf(f.no).attributes.class)).toEqual([
    "row frame bench rightwards",
    "row frame rung leftwards",
    "row frame bench rightwards",
    "row frame background leftwards",
    "row frame bench rightwards",
    "row frame rung leftwards",
    "row frame bench rightwards",
    "row frame broken leftwards",
    "row frame background leftwards",
    "row frame unclaimed leftwards",
    "row frame bench rightwards",
    "row frame background leftwards",
  ]);
});

test("the expectation stands before the frame that came in its place", () => {
  const missed = rows.findIndex((row) => row.attributes.class === "row between missed fail");
  expect(rows[missed + 1]).toBe(rowOf(8));
});

test("a run of background frames can be folded to a line that counts them", () => {
  expect(elementsOf(picture, "input").map((i) => [i.attributes.id, i.attributes.checked])).toEqual([
    ["background", "checked"],
  ]);
  expect(elementsOf(picture, "label")[0]?.text).toBe("show 3 background frames");
  expect(classed(picture, "folded").map((f) => f.text)).toEqual([
    "1 background frame: acknowledgement 1",
    "1 background frame: LCP echo 1",
    "1 background frame: acknowledgement 1",
  ]);
});

test("a long capture is cut, with a count", () => {
  const frames = Array.from({ length: 500 }, (_, i) =>
    frameAt(i + 1, i, i % 2 === 0 ? "ref" : "dut", new Uint8Array(12)),
  );
  const claims = Object.fromEntries(frames.map((f) => [f.no, f.from === "ref" ? "bench" : "network data"]));
  const long = parseXml(ladderPicture(sample({ rungs: [], findings: [], rules: [], claims }), frames));
  expect(classed(long, "fold").map((f) => f.text)).toContain("498 more frames: network data 249, bench 249");
  expect(classed(long, "frame")).toHaveLength(2);
});

test("a data message leads with what it carries", () => {
  expect(picture.text).toContain("LCP Echo-Request id 9 magic 0x1234 (data tid 24363 sid 81)");
});

test("a frame that left its path says where", () => {
  const strange = SAMPLE_FRAMES.map((f) => (f.no === 4 ? { ...f, src: { address: "10.0.0.9", port: 5000 } } : f));
  const root = parseXml(ladderPicture(SAMPLE, strange, SAMPLE_LADDER));
  expect(root.text).toContain("ZLB from 10.0.0.9:5000 tid 24363 sid 0 Ns 1 Nr 2");
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
  const said = (says: number | null, climbed: boolean): readonly (string | undefined)[] => {
    const rungs = [...SAMPLE.rungs.slice(0, 2), { ...reading, says, climbed }];
    const root = parseXml(ladderPicture(sample({ rungs, findings: [] }), SAMPLE_FRAMES, SAMPLE_LADDER));
    expect(classed(root, "missed")).toEqual([]);
    return classed(root, "said").flatMap((row) => [elementsOf(row, "code")[0]?.text, row.attributes.class]);
  };
  expect(said(1, true)).toEqual(["it says 1: the device says: tunnels 1", "row between said climbed"]);
  expect(said(0, false)).toEqual(["it says 0: the device says: tunnels 1", "row between said fail"]);
  expect(said(null, false)).toEqual(["it does not say: the device says: tunnels 1", "row between said quiet"]);
});

describe("secrets", () => {
  const request = encodePpp(
    PPP.PAP,
    encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: "admin@123" }),
  );
  const frames = [frameAt(1, 0, "dut", encodeData({ tunnelId: 1, sessionId: 2 }, request))];
  // The password begins at 20 + 8 + 6 + 4 + 4 + 1 + 5 + 1.
  const finding = { ...SAMPLE.findings[0]!, actual: "another", frame: 1, offset: 49, length: 9 };
  const html = ladderPicture(sample({ findings: [finding], rungs: [], claims: {} }), frames);

  test("a password is masked, even where a finding points at it", () => {
    expect(html).toContain("pap.password = ***");
    expect(html).not.toContain("admin@123");
  });
});

test("a case without a frame says so", () => {
  const root = parseXml(ladderPicture(sample({ verdict: "not run", rungs: [], findings: [], claims: {} }), []));
  expect(root.text).toContain("no frame was recorded");
});
