import { chromium, type Browser } from "playwright";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium without all that it does by itself over the network: a page's own requests are what a test counts. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: QUIET });
}
