/** A real report in a real browser: the reader finds the case, its picture and the rung that failed. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { has } from "#fixtures/machine";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import { MUTANTS } from "#mutants/index";
import { openChromium } from "./browser.fixture.ts";
import { writeAtomically } from "./files.ts";
import { publish } from "./publish.ts";

const KEY = "rfc2661-0512~lns";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

const able = has("the report in a browser", "java", "chromium");

describe.skipIf(!able)("the HTML report", () => {
  let dir: string;
  let server: Server;
  let browser: Browser;
  let home: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "l2tpspec-report-"));
    await failingRun(dir);
    const { html } = await publish(dir, { html: true });
    expect(html).toMatchObject({ made: true });
    server = await serve(join(dir, "allure-report"));
    home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await openChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test(
    "shows the failed case with its failing rung, its ladder picture and its commands",
    { timeout: 60_000 },
    async () => {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1600 } });
      await page.goto(`${home}#categories`);
      await page.getByText("Non-conformances").first().click();
      const entry = page.getByText(/rfc2661-0512/).first();
      if (!(await entry.isVisible())) await page.locator(".node__title").nth(1).click();
      await entry.click();
      await page.getByText("RFC2661-5.8-02").first().waitFor();

      const text = await page.locator("body").innerText();
      expect(text).toContain("a HELLO sent twice with one Ns is acknowledged both times");
      expect(text).toMatch(/l2tpspec run .*--case rfc2661-0512/);
      expect(text).toMatch(/l2tpspec judge /);

      // One rung is marked as failed, and it says that it was missed.
      const steps = page.locator(".step .step");
      const failing = steps.filter({ has: page.locator(".status-icon_status_failed") });
      expect(await failing.count()).toBe(1);
      expect(await failing.innerText()).toMatch(/rung \d+ MISSED: must acknowledgement of Ns 2/);
      expect(await steps.filter({ has: page.locator(".status-icon_status_passed") }).count()).toBeGreaterThan(1);

      await page.locator(".attachment-row", { hasText: "ladder" }).first().click();
      await page.locator("[class*=attachment__]").locator("img, svg, object, iframe").first().waitFor();
      expect(await page.locator(".attachment-row", { hasText: /ladder|capture|trace/ }).count()).toBe(3);
      await page.close();
    },
  );
});

/** A run whose one case fails: the device does not acknowledge a duplicate. */
async function failingRun(run: string): Promise<void> {
  const mutant = MUTANTS.find((m) => m.id === "mutant-0001")!;
  const lab = await openLab(loadLab("fixtures/labs/embedded.yaml").spec, {
    runId: "report",
    runDir: run,
    fault: mutant,
  });
  const [caseRun] = select(await loadCatalogue(), { cases: ["rfc2661-0512"], roles: ["lns"] });
  const result = await runCase(caseRun!, lab, { seed: 1, strict: false, casesDir: join(run, "cases") });
  expect(result).toMatchObject({ key: KEY, verdict: "fail" });
  const info = {
    schema: 1,
    tool: { name: "l2tpspec", version: "0" },
    lab: "embedded",
    labFile: "fixtures/labs/embedded.yaml",
    device: "reference",
    seed: 1,
    strict: false,
    startedAt: new Date().toISOString(),
    selection: {},
    environment: {},
  };
  writeAtomically(join(run, "run.json"), JSON.stringify(info));
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const asked = decodeURIComponent((request.url ?? "/").split("?")[0]!);
    const path = asked === "/" ? "/index.html" : asked;
    try {
      const file = readFileSync(join(folder, path));
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
      response.end(file);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
