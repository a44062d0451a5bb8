/**
 * Three nights of a lab: two that hold, and a third on which the reference has a fault. The report of the third in a real browser:
 * what the run was, what a reader has to do, and the trend.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaseResult } from "#expect/verdict";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { has } from "#fixtures/machine";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import type { Baseline } from "./baseline.ts";
import { openChromium } from "./browser.fixture.ts";
import { compareRuns } from "./compare.ts";
import { TOLERANCE } from "./compare-timing.ts";
import { publish } from "./publish.ts";
import { serveFolder } from "./report-server.fixture.ts";
import { KNOWN, RUN_INFO, sample, writeRun } from "./sample-case.ts";
import { readResults, type Results } from "./sink.ts";

/** It does not acknowledge a duplicate; one of the three cases looks for that. */
const FAULT = "mutant-0001";
const CASES = ["rfc2661-0512", "call-lns-0001", "rfc2661-0108"];
const BROKEN = "rfc2661-0512~lns";
/** What a firmware may be called, if a reader is out of luck. */
const FIRMWARE = '<img src="http://192.0.2.1/x.png" onerror=alert(1)> C:\\V5 = Ünïcode';

/** Of every other verdict there is one, the same each night. */
const OTHERS: readonly CaseResult[] = (["remark", "inconclusive", "not applicable", "not run"] as const).map(
  (verdict, i) =>
    sample({
      key: `sample-000${i}~lns`,
      id: `sample-000${i}`,
      params: {},
      verdict,
      reason: `<script>alert(2)</script> ${verdict}`,
      findings: [],
      rules: [],
    }),
);
const KNOWN_FAIL = sample({ key: "sample-0009~lns", id: "sample-0009", params: {}, rules: [] });
const baseline: Baseline = {
  schema: 1,
  device: "reference",
  firmware: FIRMWARE,
  entries: [{ ...KNOWN, id: KNOWN_FAIL.id, expires: null }],
  file: "reference.json",
};

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-nights-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** One night, published; the third one with its HTML, if the machine can. */
async function night(day: number, o: { fault?: string; html: boolean }): Promise<Results> {
  const run = join(dir, `night-${day}`);
  const startedAt = `2026-11-0${day}T01:00:00.000Z`;
  const environment = { firmware: FIRMWARE, ics: { pap: true, chap: true, outgoingCalls: false }, node: "v20" };
  writeRun(run, [KNOWN_FAIL, ...OTHERS], { ...RUN_INFO, seed: 1, startedAt, environment });
  await using lab = await openLab(loadLab(labFile(o.fault)).spec, { runId: "nights", runDir: run });
  for (const caseRun of select(await loadCatalogue(), { cases: CASES, roles: ["lns"] }))
    await runCase(caseRun, lab, { seed: 1, strict: false, casesDir: join(run, "cases") });
  const allure = o.html ? undefined : "none";
  const { html } = await publish(run, { baseline, history: join(dir, "history"), html: o.html, allure });
  if (o.html) expect(html).toMatchObject({ made: true });
  return readResults(run, baseline);
}

/** The embedded lab, with a fault as its file would say it. */
function labFile(fault: string | undefined): string {
  const embedded = readFileSync("fixtures/labs/embedded.yaml", "utf8");
  const file = join(dir, "embedded.yaml");
  const said = fault === undefined ? "" : `  fault: ${fault}\n`;
  writeFileSync(file, embedded.replace("  id: reference\n", `  id: reference\n${said}`));
  return file;
}

const able = has("the run's page in a browser", "java", "chromium");

describe("three nights, and a peer that is broken on the third", () => {
  let nights: readonly Results[] = [];
  beforeAll(async () => {
    nights = [
      await night(1, { html: false }),
      await night(2, { html: false }),
      await night(3, { fault: FAULT, html: able }),
    ];
  }, 120_000);

  test("the comparison calls that one new, and only it", () => {
    const compared = (a: number, b: number) =>
      compareRuns(
        [a, b].map((n) => ({ run: `night-${n}`, results: nights[n - 1]! })),
        { tolerance: TOLERANCE, alone: new Set() },
      );
    expect(compared(1, 2)).toMatchObject({ newFailures: [], fixed: [], changed: [] });
    const last = compared(2, 3);
    expect(last.newFailures.map((c) => c.key)).toEqual([BROKEN]);
    expect([last.fixed, last.changed, last.remarksCame, last.onlyAfter, last.onlyBefore].flat()).toEqual([]);
  });

  describe.skipIf(!able)("in a browser", () => {
    let browser: Browser;
    let server: Awaited<ReturnType<typeof serveFolder>>;
    beforeAll(async () => {
      server = await serveFolder(join(dir, "night-3", "allure-report"));
      browser = await openChromium();
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      server.close();
    });

    /** A page of the report; fails on whatever it says, asks of others, or alerts. */
    async function visited(hash: string, width: number, look: (page: Page) => Promise<void>): Promise<void> {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const away: string[] = [];
      const said: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(server.home) && !request.url().startsWith("data:")) away.push(request.url());
      });
      page.on("console", (message) => {
        if (message.type() === "error") said.push(message.text());
      });
      page.on("pageerror", (error) => said.push(error.message));
      page.on("dialog", (dialog) => {
        said.push(`alert ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(`${server.home}#${hash}`);
      await look(page);
      await page.close();
      expect({ away, said }).toEqual({ away: [], said: [] });
    }

    test(
      "the overview says what the run was, as text and never as markup, and shows three nights",
      { timeout: 60_000 },
      async () => {
        await visited("", 1400, async (page) => {
          const widget = page.locator(".widget", { hasText: "Environment" }).first();
          await widget.getByText("Show all").click();
          await widget.getByText("node").waitFor();
          const text = await widget.innerText();
          expect(text).toContain(FIRMWARE);
          for (const words of ["0.1.0", "embedded (fixtures/labs/embedded.yaml)", "pap, chap; without outgoingCalls"])
            expect(text).toContain(words);
          for (const name of ["l2tpspec", "lab", "device", "firmware", "ICS", "seed", "baseline"])
            expect(text).toContain(name);
          const executor = page.locator(".widget", { hasText: "Executors" }).first();
          expect(await executor.innerText()).toMatch(/l2tpspec on |GitHub Actions|GitLab CI|Jenkins/);
          const trend = page.locator(".widget", { hasText: "Trend" }).first();
          await trend.locator("svg path").first().waitFor();
          const points = await trend.locator("svg .tick text").allTextContents();
          expect(points.filter((t) => t.startsWith("#"))).toEqual(["#1", "#2", "#3"]);
          expect(await page.locator("script[src*='googletagmanager'], img[src*='192.0.2.1']").count()).toBe(0);
        });
        expect(readFileSync(join(dir, "night-3", "allure-report", "index.html"), "utf8")).not.toMatch(/google|gtag/i);
      },
    );

    test("the categories tell what is new from what is known, and the rest apart", { timeout: 60_000 }, async () => {
      await visited("categories", 1400, async (page) => {
        await page.getByText("New against the baseline").waitFor();
        const titles = (await page.locator(".node__title").allInnerTexts()).map((t) => t.split("\n")[0]);
        expect(titles).toEqual([
          "Inconclusive",
          "Known deviations (baseline)",
          "New against the baseline",
          "Not applicable",
          "Not run: the lab lacks an ability",
          "Remarks",
          "Rules not exercised",
        ]);
        await page.locator(".node__title", { hasText: "New against the baseline" }).click();
        await page.locator(".node__title", { hasText: "NON-CONFORMANCE" }).click();
        await page.locator(".node__leaf").first().waitFor();
        const leaves = await page.locator(".node__leaf").allInnerTexts();
        expect(leaves.map((t) => /[a-z0-9-]+-\d{4}\b/.exec(t)?.[0])).toEqual(["rfc2661-0512"]);
      });
    });

    test("the trend has three nights, in their order", () => {
      const widgets = join(dir, "night-3", "allure-report", "widgets");
      const trendIn = (name: string) =>
        JSON.parse(readFileSync(join(widgets, name), "utf8")) as {
          buildOrder: number;
          data: Record<string, number>;
        }[];
      const over = (name: string, key: string) =>
        trendIn(name)
          .toSorted((a, b) => a.buildOrder - b.buildOrder)
          .map(({ data }) => data[key] ?? 0);
      expect(over("history-trend.json", "total")).toHaveLength(3);
      expect(new Set(over("history-trend.json", "total")).size).toBe(1);
      expect(over("history-trend.json", "failed")).toEqual([1, 1, 2]);
      expect(over("categories-trend.json", "New against the baseline")).toEqual([0, 0, 1]);
      expect(over("categories-trend.json", "Known deviations (baseline)")).toEqual([1, 1, 1]);
    });

    test("the broken case shows the nights on which it held", { timeout: 60_000 }, async () => {
      const cases = join(dir, "night-3", "allure-report", "data", "test-cases");
      const stories = readdirSync(cases).map(
        (name) => JSON.parse(readFileSync(join(cases, name), "utf8")) as Record<string, unknown>,
      );
      const broken = stories.find((c) => (c["name"] as string).startsWith("rfc2661-0512"))!;
      const { history } = broken["extra"] as { history: { items: { status: string }[] } };
      expect(history.items.map((i) => i.status)).toEqual(["passed", "passed"]);
      expect(broken["newFailed"]).toBe(true);
      expect(stories.filter((c) => c["newFailed"] === true)).toHaveLength(1);
      await visited(`testresult/${broken["uid"] as string}/history`, 1400, async (page) => {
        await page
          .getByText(/2 of 3|Success rate 66/)
          .first()
          .waitFor();
        expect(await page.locator("body").innerText()).toMatch(/Success rate 66/);
      });
    });

    test("on a phone none of our words reaches beyond its place", { timeout: 60_000 }, async () => {
      await visited("", 390, async (page) => {
        const widget = page.locator(".widget", { hasText: "Environment" }).first();
        await widget.getByText("Show all").click();
        await widget.getByText("node").waitFor();
        const { wide, cells, beyond } = await page.evaluate<Measured>(MEASURE);
        expect(wide).toBeLessThanOrEqual(390);
        expect(cells).toBeGreaterThan(20);
        expect(beyond).toEqual([]);
      });
    });
  });
});

interface Measured {
  readonly wide: number;
  readonly cells: number;
  readonly beyond: readonly string[];
}

/** In the page: how wide it is, and which cells of its tables, where our words stand, their words reach out of. */
const MEASURE = `(() => {
  const cells = [...document.querySelectorAll(".widget .table__col")];
  const beyond = cells.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.trim());
  return { wide: document.documentElement.scrollWidth, cells: cells.length, beyond };
})()`;
