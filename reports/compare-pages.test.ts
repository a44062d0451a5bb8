/** What people read of a comparison: the terminal's lines, the Markdown, the page, and the page in a browser. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { has } from "#fixtures/machine";
import { openChromium } from "./browser.fixture.ts";
import { compareRuns, type Comparison } from "./compare.ts";
import { comparePage } from "./compare-html.ts";
import { compareMarkdown } from "./compare-markdown.ts";
import { compareText } from "./compare-text.ts";
import { TOLERANCE } from "./compare-timing.ts";
import { elementsOf, parseXml, type XmlElement } from "./parse-xml.ts";
import { PASSED, RUN_INFO, sample, SAMPLE } from "./sample-case.ts";
import { resultsOf } from "./sink.ts";

/** What a device may call itself, or answer. */
const EVIL =
  "<script>alert(1)</script><img src=http://192.0.2.1/x.png onerror=alert(2)> ![p](http://192.0.2.1) ``x`` |\n# a\u001b[2J";
const fails = (key: string, reason = EVIL): CaseResult =>
  sample({ key, reason, findings: [{ ...SAMPLE.findings[0]!, actual: reason }], rules: [] });
const holds = (key: string, durationMs = 20): CaseResult => ({ ...PASSED, key, durationMs, rules: [] });
const LONG = `rfc2661-0512~lns~${"x".repeat(120)}`;

function comparing(...runs: readonly (readonly CaseResult[])[]): Comparison {
  const named = runs.map((cases, i) => ({ run: `out/${i + 1}`, results: resultsOf(RUN_INFO, cases, undefined, []) }));
  return compareRuns(named, { tolerance: TOLERANCE, alone: new Set() });
}
const worse = comparing(
  [holds("a-0001~lns"), holds("a-0002~lns"), fails("a-0003~lns"), holds(LONG), holds("gone")],
  [fails("a-0001~lns", `RFC2661-5.8-02: ${EVIL}`), holds("a-0002~lns", 4020), holds("a-0003~lns"), fails(LONG)],
);
const same = comparing([holds("a")], [holds("a")]);

describe("in a terminal", () => {
  test("a line a change, the worst first, what the device said without its control characters", () => {
    const words =
      "<script>alert(1)</script><img src=http://192.0.2.1/x.png onerror=alert(2)> ![p](http://192.0.2.1) ``x`` | # a [2J";
    const lines = compareText(worse).split("\n").slice(3);
    expect(lines).toEqual([
      `new failure  a-0001~lns  RFC2661-5.8-02  pass > fail  ${words}`,
      `new failure  ${LONG}  RFC2661-5.8-02  pass > fail  ${words}`,
      `fixed        a-0003~lns  RFC2661-5.8-02  fail > pass  ${words}`,
      "slower       a-0002~lns  0.0 s > 4.0 s (201.0 times)",
      "only before  gone",
      "2 new failures, 1 fixed, 1 only before, 1 slower (a time has moved by more than 1.0 s and a factor of 1.5; the times of 3 cases are not compared)",
      "",
    ]);
  });

  test("what is the same is one line, and of many changes some are counted", () => {
    expect(compareText(same).split("\n").slice(3)).toEqual([
      "0 new failures, 0 fixed (a time has moved by more than 1.0 s and a factor of 1.5)",
      "",
    ]);
    const many = Array.from({ length: 30 }, (_, i) => `c-${i}`);
    const text = compareText(
      comparing(
        many.map((key) => holds(key)),
        many.map((key) => fails(key)),
      ),
    );
    expect(text.match(/^new failure/gm)).toHaveLength(20);
    expect(text).toMatch(/^ +\.\.\. and 10 more$/m);
  });

  test("what changed without anything bad is counted", () => {
    const text = compareText(
      comparing([holds("a")], [sample({ key: "a", verdict: "not run", findings: [], rules: [] })]),
    );
    expect(text).toMatch(/^changed {6}1 more, of which neither run says anything bad$/m);
  });

  test("what is flaky in three runs", () => {
    const text = compareText(comparing([holds("a")], [fails("a", "late")], [holds("a")]));
    expect(text).toMatch(/^flaky {2}a: 2 pass, 1 fail$/m);
    expect(text).toMatch(/0 new failures, 0 fixed, 1 flaky/);
  });
});

describe("as Markdown", () => {
  test("the news is the heading, and what the device said stands as code", () => {
    const text = compareMarkdown(worse);
    expect(text.split("\n")[0]).toBe("## 2 new failures");
    expect(compareMarkdown(same).split("\n")[0]).toBe("## Nothing got worse");
    const item = text.split("\n").find((line) => line.startsWith("- `a-0001~lns`"))!;
    // Its own backticks come in twos: three of them end it.
    expect(item).toMatch(/^- `a-0001~lns` `RFC2661-5\.8-02` \(MUST\): pass → fail {2}``` <script>.*``x``.* ```$/);
    expect(text.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, "")).not.toMatch(/[<![\u001b]/);
  });

  test("a long list is cut", () => {
    const many = Array.from({ length: 60 }, (_, i) => `c-${i}`);
    const text = compareMarkdown(
      comparing(
        many.map((key) => holds(key)),
        many.map((key) => fails(key)),
      ),
    );
    expect(text.match(/^- `c-/gm)).toHaveLength(50);
    expect(text).toMatch(/^- and 10 more$/m);
  });
});

const pageOf = (c: Comparison): XmlElement => parseXml(comparePage(c).replace("<!DOCTYPE html>\n", ""));

describe("as a page", () => {
  test("it is well-formed, has no script, and names nothing to load", () => {
    const root = pageOf(worse);
    for (const name of ["script", "img", "iframe", "object", "a", "form"]) expect(elementsOf(root, name)).toEqual([]);
    expect(elementsOf(root, "link").map((link) => link.attributes.href)).toEqual(["data:,"]);
    expect(elementsOf(root, "style")[0]?.text).not.toMatch(/url\(|@import|http/);
    const policy = elementsOf(root, "meta").find((m) => m.attributes["http-equiv"] === "Content-Security-Policy");
    expect(policy?.attributes.content).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    expect(root.text).toContain("<script>alert(1)</script>");
  });

  test("it has every change, and says first what is worse", () => {
    const root = pageOf(worse);
    expect(elementsOf(root, "h1")[0]?.text).toBe("2 new failures");
    const titles = ["Runs", "New failures: 2", "Fixed: 1", "Slower: 1", "Only before: 1"];
    expect(elementsOf(root, "h2").map((h) => h.text)).toEqual(titles);
    const verdicts = elementsOf(root, "td").filter((td) => td.attributes.class === "fail");
    expect(verdicts.map((td) => td.text)).toEqual(["fail", "fail", "fail"]);
  });

  test("three runs show what is flaky", () => {
    const root = pageOf(comparing([holds("a")], [fails("a", "late")], [holds("a")]));
    expect(elementsOf(root, "h2").map((h) => h.text)).toEqual(["Runs", "Flaky: 1"]);
    expect(root.text).toContain("2 pass, 1 fail");
  });
});

const able = has("the page of a comparison in a browser", "chromium");

describe.skipIf(!able)("in a browser", () => {
  let dir: string;
  let browser: Browser;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "l2tpspec-compare-"));
    writeFileSync(join(dir, "page.html"), comparePage(worse));
    browser = await openChromium();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test.each([
    ["light", 390],
    ["light", 1280],
    ["dark", 390],
    ["dark", 1280],
  ] as const)(
    "%s, %i wide: nothing overflows, nothing is asked for, each text has its contrast",
    async (theme, width) => {
      const page = await browser.newPage({ colorScheme: theme, viewport: { width, height: 800 } });
      const asked: string[] = [];
      const said: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => said.push(message.text()));
      page.on("dialog", (dialog) => {
        said.push(dialog.message());
        void dialog.dismiss();
      });
      const url = pathToFileURL(join(dir, "page.html")).href;
      await page.goto(url);
      expect(asked).toEqual([url]);
      expect(said).toEqual([]);
      const { wide, contrasts } = await page.evaluate<Measured>(MEASURE);
      expect(wide).toBeLessThanOrEqual(width);
      expect(contrasts.length).toBeGreaterThan(20);
      expect(contrasts.filter((c) => c.ratio < 4.5)).toEqual([]);
      expect(await page.locator("h1").innerText()).toBe("2 new failures");
      await page.close();
    },
  );
});

interface Measured {
  readonly wide: number;
  readonly contrasts: readonly { readonly text: string; readonly ratio: number }[];
}

/** In the page: how wide it is, and the contrast of each text to the ground (WCAG 2, relative luminance). */
const MEASURE = `(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((n) => {
      const c = Number(n) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const contrasts = [...document.querySelectorAll("h1, h2, p, th, td")].map((element) => {
    const ink = light(getComputedStyle(element).color);
    const [dark, bright] = ink < ground ? [ink, ground] : [ground, ink];
    return { text: element.textContent.slice(0, 40), ratio: (bright + 0.05) / (dark + 0.05) };
  });
  return { wide: document.documentElement.scrollWidth, contrasts };
})()`;
