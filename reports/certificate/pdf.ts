/** A page as PDF, printed by Chromium: Debian's, Playwright's own, or the one that is named. */
import { existsSync } from "node:fs";
import { chromium } from "playwright";
import { Misuse } from "#fixtures/misuse";
import { escapeXml } from "../xml.ts";
import type { Certificate } from "./schema.ts";

/** Where Debian and others put it. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"] as const;

/** The page is ours and needs nothing of the network, nor what a browser does there by itself. */
const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of a browser that is there, or the one line that says how to get one. */
export function findBrowser(asked?: string): { readonly path: string } | { readonly missing: string } {
  if (asked !== undefined) {
    if (existsSync(asked)) return { path: asked };
    throw new Misuse({ field: "--browser", expected: "the program of a Chromium", found: `${asked}: no such file` });
  }
  const path = [...PLACES, chromium.executablePath()].find((place) => existsSync(place));
  if (path !== undefined) return { path };
  return {
    missing:
      "no browser to print the certificate with: apt-get install chromium, npx playwright install chromium, or --browser PATH",
  };
}

/** The browser did not do it. */
export class PrintError extends Error {
  override readonly name = "PrintError";
}

/** On each sheet: whose certificate it is, which sheet this is, and of how many. */
export function footerOf({ device, profile, run }: Pick<Certificate, "device" | "profile" | "run">): string {
  const words = escapeXml(`${device.id}, ${profile.name}, run ${run.id}`);
  const pages = '<span class="pageNumber"></span> / <span class="totalPages"></span>';
  return `<div style="font: 7pt sans-serif; width: 100%; padding: 0 14mm; color: #55606c">${words}, sheet ${pages}</div>`;
}

/** The PDF of a page that stands alone. */
export async function printPdf(html: string, browserPath: string, footer: string): Promise<Buffer> {
  // A sandbox of its own is nothing that root may have.
  const args = process.getuid?.() === 0 ? [...QUIET, "--no-sandbox"] : QUIET;
  try {
    const browser = await chromium.launch({ executablePath: browserPath, args, timeout: 60_000 });
    try {
      const page = await browser.newPage({ javaScriptEnabled: false, offline: true });
      await page.setContent(html, { waitUntil: "load", timeout: 60_000 });
      return await page.pdf({
        format: "A4",
        printBackground: true,
        preferCSSPageSize: true,
        displayHeaderFooter: true,
        headerTemplate: "<span></span>",
        footerTemplate: footer,
      });
    } finally {
      await browser.close();
    }
  } catch (cause) {
    const [first = ""] = (cause as Error).message.split("\n");
    throw new PrintError(`${browserPath} did not print the certificate: ${first}`, { cause });
  }
}
