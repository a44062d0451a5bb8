/**
 * `npm run screenshots`: the README's pictures of the HTML report, made anew from runs against the embedded peer. One page more is
 * one entry more in PAGES.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { withPalette } from "./smaller-png.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const MOST = 150_000;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json" };

/** Each from a case of the report, at a width in px; `of` says what is shown and how much of it. */
const PAGES = [
  { file: "reports/picture.png", case: "rfc2661-0512", width: 1280, of: ladder },
  { file: "reports/picture-octets.png", case: "rfc2661-0512", width: 1280, of: fault },
  { file: "reports/picture-dark.png", case: "call-lns-0001", width: 1180, colorScheme: "dark", of: casePane },
  { file: "reports/picture-phone.png", case: "rfc2661-0512", width: 390, of: phone },
];

/** The picture of the case by itself, its background frames folded. */
async function ladder(page, path) {
  await openAlone(page);
  await page.locator("label[for=background]").click();
  const { y, height } = await page.locator(".ladder").boundingBox();
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 720, height: y + height + 10 } });
}

/** What the case broke, down to the first of the frame's fields. */
async function fault(page, path) {
  await openAlone(page);
  const { y } = await page.locator(".fault").boundingBox();
  const dump = await page.locator(".dump").boundingBox();
  const height = dump.y + dump.height + 120 - y;
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: y - 10, width: 720, height } });
}

/** As its full screen shows it. */
async function openAlone(page) {
  await openPicture(page);
  const source = await page.locator("iframe").getAttribute("srcdoc");
  await page.setViewportSize({ width: 720, height: 900 });
  await page.setContent(source);
}

/** The case beside the tree, with its picture open. */
async function casePane(page, path) {
  await openPicture(page);
  await page.screenshot({ path });
}

async function phone(page, path) {
  await openPicture(page);
  await page.frames()[1].locator(".missed").scrollIntoViewIfNeeded();
  await page.screenshot({ path });
}

async function openPicture(page) {
  await page.locator(".attachment-row", { hasText: "ladder" }).click();
  await page.frameLocator("iframe").locator(".row.frame").first().waitFor();
  await page.locator(".attachment-row", { hasText: "ladder" }).evaluate((row) => row.scrollIntoView());
}

/** A run whose device acknowledges too little: one case fails, the other passes. */
function failingRun(out) {
  const lab = join(out, "embedded.yaml");
  const embedded = readFileSync(join(root, "fixtures/labs/embedded.yaml"), "utf8");
  writeFileSync(lab, embedded.replace("  id: reference\n", "  id: reference\n  fault: mutant-0218\n"));
  const words = [
    "run",
    "--lab",
    lab,
    "--case",
    "rfc2661-0512,call-lns-0001",
    "--role",
    "lns",
    "--out",
    join(out, "runs"),
  ];
  const { status } = spawnSync(process.execPath, ["dist/drivers/cli/main.js", ...words], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 1) throw new Error(`the run should end with 1, a non-conformance; it ended with ${status}`);
  return join(out, "runs", readdirSync(join(out, "runs"))[0], "allure-report");
}

async function serve(folder) {
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(request.url.split("?")[0]);
    const path = asked === "/" ? "/index.html" : asked;
    try {
      const file = readFileSync(join(folder, path));
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
      response.end(file);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function uidOf(report, id) {
  const cases = join(report, "data", "test-cases");
  const all = readdirSync(cases).map((name) => JSON.parse(readFileSync(join(cases, name), "utf8")));
  return all.find(({ fullName }) => fullName.endsWith(`#${id}`)).uid;
}

const out = mkdtempSync(join(tmpdir(), "l2tpspec-screenshots-"));
const report = failingRun(out);
const server = await serve(report);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"],
});
try {
  for (const { file, case: id, width, colorScheme = "light", of } of PAGES) {
    const page = await browser.newPage({ viewport: { width, height: 860 }, colorScheme });
    await page.goto(`http://127.0.0.1:${server.address().port}/#suites/x/${uidOf(report, id)}`);
    await of(page, join(root, file));
    await page.close();
    const png = withPalette(readFileSync(join(root, file)));
    writeFileSync(join(root, file), png);
    console.log(`${file}: ${Math.ceil(png.length / 1000)} kB`);
    if (png.length > MOST) throw new Error(`${file} has more than ${MOST / 1000} kB`);
  }
} finally {
  await browser.close();
  server.close();
  rmSync(out, { recursive: true, force: true });
}
