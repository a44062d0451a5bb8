/** The coverage page in a real browser: what a reader of either theme, and of a phone, gets to see. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLAUSES, type ClauseId } from "#clauses";
import { has } from "#fixtures/machine";
import { openChromium } from "./browser.fixture.ts";
import { coverageOf, type CoveredRun } from "./coverage.ts";
import { coveragePage } from "./coverage-html.ts";

const HOSTILE = `</div><script>document.title="taken"</script><img src="http://127.0.0.2:9/x" onerror="alert(1)">`;
const LONG = "x".repeat(4000);
const VERDICTS = ["pass", "fail", "inconclusive", "remark", "not applicable", "not run"] as const;

/** A page of all clauses, with every verdict on it and one part that is untested. */
function page(): string {
  const ids = Object.keys(CLAUSES) as ClauseId[];
  const judged = ids.slice(0, 900);
  const cases = judged.map((clause, i) => ({ id: `case-${String(i).padStart(4, "0")}`, clause, clauses: [clause] }));
  const run: CoveredRun = {
    ...{ device: `lns-${HOSTILE}`, run: "r", startedAt: "2026-11-22T12:00:00Z", rules: [] },
    cases: cases.slice(0, 880).map((c, i) => {
      const verdict = VERDICTS[i % VERDICTS.length]!;
      const bad = verdict === "fail" || verdict === "inconclusive" || verdict === "remark";
      const actual = i % 5 === 0 ? HOSTILE : LONG;
      const findings = bad ? [{ clause: c.clause, verdict, expected: "an acknowledgement", actual }] : [];
      return {
        ...c,
        key: `${c.id}~lns~${"param=1~".repeat(9)}`,
        verdict,
        reason: actual,
        findings,
        known: i % 7 === 0,
      };
    }),
  };
  return coveragePage(coverageOf({ cases, rules: [], proofs: [] }, [run], { name: "l2tpspec", version: "1" }));
}

const able = has("the coverage page in a browser", "chromium");

describe.skipIf(!able)("the coverage page", () => {
  const html = page();
  let server: Server;
  let browser: Browser;
  let home: string;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(html);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await openChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  test("stays small", () => {
    expect(Buffer.byteLength(html)).toBeLessThan(1.5e6);
  });

  test.each(["light", "dark"] as const)(
    "in the %s theme: reads well, fits a phone, asks nobody for anything",
    { timeout: 120_000 },
    async (colorScheme) => {
      const opened = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
      const said: string[] = [];
      const asked: string[] = [];
      opened.on("console", (message) => said.push(message.text()));
      opened.on("pageerror", (error) => said.push(error.message));
      opened.on("request", (request) => asked.push(request.url()));
      await opened.goto(home);
      await opened.evaluate("for (const d of document.querySelectorAll('details')) d.open = true");

      expect(await opened.title()).toMatch(/^Coverage: 900 of \d+ clauses judged$/);
      expect(
        await opened
          .locator("tr", { hasText: Object.keys(CLAUSES)[0]! })
          .first()
          .innerText(),
      ).toMatch(/pass/);
      expect(await widths(opened)).toEqual({ phone: 0, desk: 0 });
      const seen = await contrasts(opened);
      expect(Object.keys(seen).sort()).toEqual(
        [...VERDICTS, "not in the run", "untested", ...["fail", "remark"].map((v) => `${v} (known)`)].sort(),
      );
      for (const [word, contrast] of Object.entries(seen)) expect([word, contrast >= 4.5]).toEqual([word, true]);
      expect(await groundOf(opened)).toBe(colorScheme === "dark" ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)");
      expect([said, asked.filter((url) => url !== home && !url.startsWith("data:"))]).toEqual([[], []]);
      await opened.close();
    },
  );
});

/** By how much the page is wider than its window. */
async function widths(page: Page): Promise<{ phone: number; desk: number }> {
  const root = "document.documentElement";
  const over = async (): Promise<number> => page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
  const phone = await over();
  await page.setViewportSize({ width: 1280, height: 900 });
  return { phone, desk: await over() };
}

async function groundOf(page: Page): Promise<string> {
  return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
}

/** Each pair of colours that a word of a verdict has: its own, and those of the ground behind it, outwards. */
async function colours(page: Page): Promise<readonly (readonly [word: string, own: string, behind: string[]])[]> {
  return page.evaluate(`(() => {
    const behind = (e) => e === null ? [] : [getComputedStyle(e).backgroundColor, ...behind(e.parentElement)];
    const seen = [...document.querySelectorAll("span.verdict")];
    return seen.map((e) => [e.textContent, getComputedStyle(e).color, behind(e)]);
  })()`);
}

/** The least contrast of each word of a verdict to the ground that it stands on (WCAG 2.1, relative luminance). */
async function contrasts(page: Page): Promise<Readonly<Record<string, number>>> {
  const least: Record<string, number> = {};
  for (const [word, own, behind] of await colours(page)) {
    const ground = behind.find((colour) => channels(colour)[3] !== 0) ?? "rgb(255, 255, 255)";
    const [dim, bright] = [luminance(own), luminance(ground)].sort((a, b) => a - b) as [number, number];
    least[word] = Math.min(least[word] ?? Infinity, (bright + 0.05) / (dim + 0.05));
  }
  return least;
}

const channels = (colour: string): readonly number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);

function luminance(colour: string): number {
  const linear = (c: number): number => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const [r = 0, g = 0, b = 0] = channels(colour).map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
