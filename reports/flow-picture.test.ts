import { chromium, type Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "#expect/verdict";
import { has } from "#fixtures/machine";
import { textsIn } from "./contrast.fixture.ts";
import { flowPicture, showsFlows } from "./flow-picture.ts";
import {
  fivePoints,
  PASSWORD,
  passingPing,
  refusedFlow,
  strayAnswer,
  unansweredHost,
  untranslatedPing,
  type FlowSample,
} from "./flow-sample.ts";
import { BLUE, DEVICE_BAND, FAINT, GREEN, GREY, KEPT_BAND, RED } from "./ladder-style.ts";
import { elementsOf, parseXml } from "./parse-xml.ts";
import { SAMPLE_FRAMES } from "./sample-case.ts";

const svgOf = ({ result, frames, ladder }: FlowSample): string => flowPicture(result, frames, ladder);
const drawn = (sample: FlowSample) => parseXml(svgOf(sample));
type Picture = ReturnType<typeof drawn>;
const textsOf = (picture: Picture): readonly string[] => elementsOf(picture, "text").map((t) => t.text);

const passing = drawn(passingPing("lac"));
const failing = drawn(untranslatedPing());
const refusal = drawn(refusedFlow({ hits: 1 }));

/** The group of a frame, and where its arrow begins and points to. */
const groupOf = (picture: Picture, no: number) =>
  elementsOf(picture, "g").find((g) => elementsOf(g, "title")[0]?.text.startsWith(`#${no} `))!;
function arrowOf(picture: Picture, no: number): readonly [number, number] {
  const { x1, x2 } = elementsOf(groupOf(picture, no), "line")[0]!.attributes;
  const seen = elementsOf(groupOf(picture, no), "circle").findLast((c) => c.attributes.r !== "8")!;
  expect(Math.sign(Number(seen.attributes.cx) - Number(x1))).toBe(Math.sign(Number(x2) - Number(x1)));
  return [Number(x1), Number(seen.attributes.cx)];
}

test("a case is drawn so when a frame was seen beside the WAN", () => {
  expect([showsFlows(passingPing("lac").frames), showsFlows(SAMPLE_FRAMES)]).toEqual([true, false]);
});

describe("a translated ping that comes back", () => {
  test("is well-formed SVG, 900 wide", () => {
    expect(passing.attributes).toMatchObject({ xmlns: "http://www.w3.org/2000/svg", width: "900" });
  });

  test.each([
    ["the case", "firewall-0001"],
    ["the verdict", "PASS"],
    ["the device's public end", "1.1.1.1:65335"],
    ["the packet as the host sent it", "10.1.1.2 > 192.168.1.10"],
    ["what tells it from others", "id 4000 seq 1, 37 octets"],
    ["the translation", "source 10.1.1.2 → 172.16.1.51"],
    ["the identifier's translation", "identifier 4000 → 2048"],
    ["the outer header", "in L2TP 1.1.1.1:65335 > 2.2.2.2:1701"],
    ["tunnel and session", "tunnel 7 session 77"],
    ["those of the way back", "tunnel 24363 session 81"],
    ["that the tunnel ends", "out of the tunnel"],
    ["the translation back", "destination 172.16.1.51 → 10.1.1.2"],
    ["and of the identifier", "identifier 2048 → 4000"],
    ["a rung's badge", "rung 5"],
    ["that the call's own frames are left out", "5 more frames: L2TP control 4, PPP 1"],
    ["when", "101.520"],
  ])("shows %s", (_, words) => {
    expect(textsOf(passing)).toContain(words);
  });

  test("goes from point to point: each arrow begins where the one before ended", () => {
    const [lan, wan, server] = [150, 440, 730];
    const arrows = [6, 7, 8, 9, 10, 11].map((no) => arrowOf(passing, no));
    expect(arrows.map(([, to]) => to)).toEqual([lan, wan, server, server, wan, lan]);
    expect(arrows.map(([from]) => from)).toEqual([lan - 30, lan, wan, server + 30, server, wan]);
  });

  test("a ring marks the packet in the tunnel, and only there", () => {
    const rings = [6, 7, 8, 9, 10, 11].map((no) => elementsOf(groupOf(passing, no), "circle").length);
    expect(rings).toEqual([1, 2, 1, 1, 2, 1]);
  });
});

test.each([
  ["lac", ["LAN", "device (LAC)", "WAN", "tester (LNS)", "server"], 150],
  ["lns", ["LAN", "tester (LAC)", "WAN", "device (LNS)", "server"], 440],
] as const)("where the device stands that is %s", (role, heads, left) => {
  const picture = drawn(passingPing(role));
  const named = elementsOf(picture, "text").filter((t) => (heads as readonly string[]).includes(t.text));
  const byX = named.toSorted((a, b) => Number(a.attributes.x) - Number(b.attributes.x)).map((t) => t.text);
  expect(byX).toEqual(heads);
  const band = elementsOf(picture, "rect").filter((r) => r.attributes.fill === DEVICE_BAND);
  expect(band.map((r) => [r.attributes.x, r.attributes.width])).toEqual([[String(left), "290"]]);
});

describe("a packet that the device did not translate", () => {
  test("is red, with the octet at fault, what was expected and what came", () => {
    const words = textsOf(failing).join(" ");
    expect(words).toContain('octet 50: inner.ip.src: expected inner.ip.src "172.16.1.51", got inner.ip.src "10.1.1.2"');
    expect(words).toContain("expected: must ICMP echo request at wan");
    expect(textsOf(failing)).toEqual(expect.arrayContaining(["rung 1 missed", "nearest", "FAIL"]));
    const lines = (no: number) => elementsOf(groupOf(failing, no), "line").map((l) => l.attributes.stroke);
    expect([lines(6), lines(7)]).toEqual([[BLUE], [RED]]);
  });

  test("the expectation is a dashed arrow across the device", () => {
    const dashed = elementsOf(failing, "line").filter((l) => l.attributes["stroke-dasharray"] === "7 5");
    expect(dashed.map((l) => [l.attributes.x1, l.attributes.stroke])).toEqual([["150", RED]]);
  });

  test("where a rung asks nothing, the bench's way on is the bench's", () => {
    expect(elementsOf(groupOf(failing, 8), "line")[0]!.attributes.stroke).toBe(BLUE);
  });
});

test("what the bench was to pass on is awaited from its own side", () => {
  const { result, frames, ladder } = passingPing("lns");
  const rungs = [{ ...result.rungs[0]!, climbed: false, frame: null, atMs: null }];
  const picture = parseXml(flowPicture({ ...result, rungs }, frames.slice(0, 6), ladder));
  const dashed = elementsOf(picture, "line").filter((l) => l.attributes["stroke-dasharray"] === "7 5");
  expect([rungs[0]!.kind, ...dashed.map((l) => l.attributes.x1)]).toEqual(["given", "150"]);
});

describe("an answer that goes astray", () => {
  const picture = drawn(strayAnswer());
  test("is seen leaving by the default route, and is awaited on the WAN", () => {
    const [server, away] = [537, 730];
    expect(arrowOf(picture, 10)).toEqual([server, away]);
    // The device passed it on, and no rung asks: neither the tester's colour nor a rung's.
    expect(elementsOf(groupOf(picture, 10), "line")[0]!.attributes.stroke).toBe(GREY);
    const dashed = elementsOf(picture, "line").filter((l) => l.attributes["stroke-dasharray"] === "7 5");
    expect(dashed.map((l) => l.attributes.x1)).toEqual([String(server)]);
    expect(textsOf(picture)).toEqual(expect.arrayContaining(["away", "by default", "rung 4 missed"]));
  });
});

describe("a flow that must not pass", () => {
  const all = textsOf(refusal);

  test("ends at a bar: nothing past the point where it was seen last, and until when", () => {
    expect(all).toContain("nothing past this point until 2105.300 ms");
    expect(all).toContain("UDP packet of the flow: none at wan, server");
    expect(all).toContain("rungs 9, 10");
    const stretch = elementsOf(refusal, "rect").find((r) => r.attributes.fill === KEPT_BAND)!.attributes;
    expect([stretch.x, stretch.width]).toEqual(["150", "580"]);
  });

  test("two flows bear letters, and the legend tells which they are", () => {
    expect(all.filter((t) => t === "B")).toHaveLength(1);
    expect(all).toContain("A: TCP 10.1.1.2:4000 > 192.168.1.10:40007");
    expect(all).toContain("B: UDP 10.1.1.2:4000 > 192.168.1.10:40007");
    expect(textsOf(passing)).not.toContain("A");
  });

  test("a SYN, which carries no tag, is of the flow of its ports", () => {
    expect(elementsOf(groupOf(refusal, 6), "text").map((t) => t.text)).toContain("A");
  });

  test("what tells nothing is folded: bare acknowledgements, packets of no flow", () => {
    expect(all).toContain("3 more frames: TCP acknowledgement 3");
    expect(all).toContain("1 more frame: other packet 1");
  });

  test("one that leaks is red where it was seen, and the bar stands behind it", () => {
    const leak = drawn(refusedFlow({ hits: 1, leaks: true }));
    expect(textsOf(leak)).toEqual(
      expect.arrayContaining(["breaks rung 9", "UDP packet of the flow: none at server", "rung 10"]),
    );
    expect(textsOf(leak)).toContain("rung 9: never UDP packet of the flow at wan (payload flow-0002) within 2000 ms");
    const stretch = elementsOf(leak, "rect").find((r) => r.attributes.fill === KEPT_BAND)!.attributes;
    expect([stretch.x, stretch.width]).toEqual(["440", "290"]);
  });

  test("a silence of which nobody could tell is no green bar", () => {
    const { result, ...rest } = refusedFlow({ hits: 1 });
    const rungs = result.rungs.map((r) => (r.kind === "never" ? { ...r, climbed: false } : r));
    const picture = drawn({ ...rest, result: { ...result, verdict: "inconclusive", rungs } });
    expect(textsOf(picture)).toContain("nobody could tell what came past this point until 2105.300 ms");
    expect(elementsOf(picture, "rect").some((r) => r.attributes.fill === KEPT_BAND)).toBe(false);
  });
});

test("a question to the device that is not answered ends on its link", () => {
  const texts = textsOf(drawn(unansweredHost()));
  expect(texts).toContain("no answer until 2000.000 ms");
  expect(texts).toContain("answer to TCP: none at lan");
});

test("five points stand in the order of the scenario, the LNS between two pairs of them", () => {
  const picture = drawn(fivePoints());
  const heads = ["LAN", "tester (LAC)", "WAN", "device (LNS)", "inside", "server", "by default", "away"];
  const texts = elementsOf(picture, "text").filter((t) => heads.includes(t.text) && Number(t.attributes.y) < 120);
  expect(texts.toSorted((a, b) => Number(a.attributes.x) - Number(b.attributes.x)).map((t) => t.text)).toEqual([
    "LAN",
    "tester (LAC)",
    "WAN",
    "device (LNS)",
    "inside",
    "server",
    "by default",
    "device (LNS)",
    "away",
  ]);
  expect(arrowOf(picture, 7)).toEqual([440, 730]);
});

describe("what the device says of itself", () => {
  const outcome = (hits: string | number | null): readonly string[] => {
    const picture = drawn(refusedFlow({ hits }));
    const last = elementsOf(picture, "text").filter((t) => /^it (says|does not)/.test(t.text));
    return [last[1]!.text, last[1]!.attributes.fill!, textsOf(picture).findLast((t) => t.startsWith("rung"))!];
  };

  test.each([
    [1, ["it says 1: as expected", GREEN, "rung 12"]],
    [0, ["it says 0: not what is expected", RED, "rung 12 broken"]],
    [null, ["it does not say", FAINT, "rung 12"]],
    ["<script>&", ["it says <script>&: not what is expected", RED, "rung 12 broken"]],
  ])("%s", (hits, expected) => {
    expect(outcome(hits)).toEqual(expected);
  });

  test("stands after the silence that it speaks of, with what was expected", () => {
    const order = [
      "nothing past this point until 2105.300 ms",
      "device says: hits of policy trust_dmz grew by at least 1",
    ];
    const at = order.map((words) => textsOf(refusal).indexOf(words));
    expect(at[0]).toBeGreaterThan(-1);
    expect(at[1]).toBeGreaterThan(at[0]!);
  });
});

test("a password is masked, even where a finding points at its frame", () => {
  const { result, ...rest } = untranslatedPing();
  const findings: Finding[] = [{ ...result.findings[0]!, actual: "another", frame: 5, offset: 60, length: 9 }];
  const svg = svgOf({ ...rest, result: { ...result, findings } });
  expect(svg).toContain("PAP Authenticate-Request");
  expect(svg).not.toContain(PASSWORD);
});

test("without a ladder everything that is a host's packet is shown", () => {
  const { result, frames } = refusedFlow({ hits: 1 });
  const texts = textsOf(parseXml(flowPicture(result, frames)));
  expect(texts).toContain("source 10.1.1.2:4000 → 172.16.1.51:2048");
  expect(texts).toContain("#25");
  expect(texts.some((t) => t.includes("other packet"))).toBe(false);
});

test("a long case folds what no rung asks for", () => {
  const { result, frames, ladder } = passingPing("lac");
  const again = Array.from({ length: 120 }, (_, i) => {
    const f = frames[5 + (i % 3)]!;
    return { ...f, no: frames.length + i + 1, tNs: f.tNs + BigInt(Math.floor(i / 3) + 2) * 10_000_000n };
  });
  const claims = Object.fromEntries([...frames, ...again].map((f) => [f.no, result.claims[f.no] ?? "network data"]));
  const texts = textsOf(parseXml(flowPicture({ ...result, claims }, [...frames, ...again], ladder)));
  expect(texts).toContain("120 more frames: ICMP Echo Request 120");
  expect(texts).toContain("rung 5");
});

interface Box {
  readonly words: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const MEASURE = `[...document.querySelectorAll("svg text")].map((t) => {
  const { left, right, top, bottom } = t.getBoundingClientRect();
  return { words: t.textContent, left, right, top, bottom };
})`;
const able = has("the picture of flows in a browser", "chromium");

const SAMPLES = [
  passingPing("lac"),
  passingPing("lns"),
  untranslatedPing(),
  strayAnswer(),
  fivePoints(),
  unansweredHost(),
  refusedFlow({ hits: 1 }),
  refusedFlow({ hits: 0, leaks: true }),
];

describe.skipIf(!able)("as a browser draws it", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  }, 60_000);
  afterAll(() => browser.close());

  test("no words leave the picture or cover others", { timeout: 60_000 }, async () => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.setContent(`<body style="margin:0">${SAMPLES.map(svgOf).join("")}</body>`);
    const boxes = await page.evaluate<readonly Box[]>(MEASURE);
    await page.close();
    expect(boxes.length).toBeGreaterThan(300);
    expect(boxes.filter((b) => b.left < 0 || b.right > 900)).toEqual([]);
    // Lines of one paragraph touch: two pixels of their boxes are air.
    const cover = (a: Box, b: Box): boolean =>
      a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
    const covered = boxes.flatMap((a, i) =>
      boxes.slice(i + 1).flatMap((b) => (cover(a, b) ? [`${a.words} / ${b.words}`] : [])),
    );
    expect(covered).toEqual([]);
  });

  test.each([
    ["light", "rgb(255, 255, 255)"],
    ["dark", "rgb(20, 24, 29)"],
  ])("every word can be read in the %s theme", { timeout: 60_000 }, async (theme, ground) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.setContent(`<body style="color-scheme: ${theme}">${SAMPLES.map(svgOf).join("")}</body>`);
    const behind = await page.evaluate<string>(`getComputedStyle(document.querySelector("svg > rect")).fill`);
    const texts = await textsIn(page);
    await page.close();
    expect(behind).toBe(ground);
    expect(texts.length).toBeGreaterThan(300);
    expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
  });
});
