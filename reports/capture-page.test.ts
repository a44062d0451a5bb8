/** The page of a capture in a real browser: what a reader of either theme, of a phone, and of a print gets to see. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturePageOf } from "#cli/judge-capture-page";
import { judgeCapture } from "#fixtures/judge-capture";
import { has } from "#fixtures/machine";
import { PACKAGE_ROOT } from "#fixtures/root";
import { openChromium } from "./browser.fixture.ts";

const HOSTILE = `<script>document.title="x"<!-- <b>`;

/** Calls of two programs, and markup where a caller can put it. */
function page(): string {
  const file = new Uint8Array(readFileSync(join(PACKAGE_ROOT, "fixtures/captures/xl2tpd-slirp.pcap")));
  return capturePageOf(`${HOSTILE}.pcap`, judgeCapture(file), [`a note ${HOSTILE}`]);
}

const able = has("the page of a capture in a browser", "chromium");

describe.skipIf(!able)("the page of a capture", () => {
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
    "in the %s theme: reads well, fits a phone and a print, asks nobody for anything",
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

      expect(await opened.title()).toBe("2 of 2 ends fail a rule");
      expect(await opened.locator("p.key").first().innerText()).toContain(HOSTILE);
      expect(await over(opened)).toBe(0);
      const contrasts = await opened.evaluate<readonly (readonly [string, number])[]>(CONTRASTS);
      expect(contrasts.length).toBeGreaterThan(15);
      expect(contrasts.filter(([, contrast]) => contrast < 4.5)).toEqual([]);

      // The picture: arrows across the lane, in both directions; and what is at fault is marked in the octets at its frame.
      await opened.setViewportSize({ width: 1280, height: 900 });
      expect(await over(opened)).toBe(0);
      const ladder = opened.locator(".ladder").first();
      for (const side of ["left", "right"]) {
        const box = await ladder.locator(`li.${side} .arrow`).first().boundingBox();
        expect(box?.width).toBeGreaterThan(400);
      }
      const failing = opened.locator(".ladder li.fail").first();
      expect(await failing.locator(".verdict.fail").first().innerText()).toBe("fail");
      expect(await failing.innerText()).toMatch(/RFC\d+-[\w.]+-\d+ [\w ()]+: expected .+, found /);
      expect(await opened.locator(".ladder li pre mark").first().innerText()).toMatch(/^[0-9a-f ]+$/);
      expect(await opened.locator(".ladder .fold").count()).toBeGreaterThan(0);

      await opened.emulateMedia({ media: "print" });
      await opened.setViewportSize({ width: 700, height: 1000 });
      expect(await over(opened)).toBe(0);
      expect([said, asked.filter((url) => url !== home && !url.startsWith("data:"))]).toEqual([[], []]);
      await opened.close();
    },
  );
});

/** By how much the page is wider than its window. */
async function over(page: Page): Promise<number> {
  const root = "document.documentElement";
  return page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
}

/** Of each element with text of its own: its words, and the contrast to the ground behind it (WCAG 2.1). */
const CONTRASTS = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const groundOf = (e) => {
    for (let at = e; at !== null; at = at.parentElement) {
      const ground = channels(getComputedStyle(at).backgroundColor);
      if (ground[3] !== 0) return ground;
    }
    return [255, 255, 255];
  };
  const worded = [...document.querySelectorAll("main *")].filter((e) =>
    [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== ""));
  const least = new Map();
  for (const e of worded) {
    const [own, ground] = [luminance(channels(getComputedStyle(e).color)), luminance(groundOf(e))];
    const contrast = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
    const key = e.tagName + "." + e.className + " in " + (e.closest("li, td")?.className ?? "");
    least.set(key, Math.min(least.get(key) ?? 99, contrast));
  }
  return [...least];
})()`;
