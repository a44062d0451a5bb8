/**
 * `npm run screenshots`: the README's pictures of the HTML reports, made anew from runs against the embedded peer and, as root, a
 * matrix of peers that run here. One page more is one entry more in PAGES.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { withPalette } from "./smaller-png.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const MOST = 150_000;
const TYPES = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** Each from a case or a place of the third night's report, or a page of its own, at a width in px; `of` says how much of it. */
const PAGES = [
  { file: "reports/picture-run.png", at: "report/index.html#", width: 1280, of: charts },
  { file: "reports/picture-categories.png", at: "report/index.html#categories", width: 1280, of: categories },
  { file: "reports/picture-coverage.png", at: "coverage.html", width: 1100, of: top },
  { file: "reports/picture-matrix.png", at: "matrix.html", width: 1100, of: table },
  { file: "reports/picture.png", case: "rfc2661-0512", width: 1280, of: ladder },
  { file: "reports/picture-octets.png", case: "rfc2661-0512", width: 1280, of: fault },
  { file: "reports/picture-dark.png", case: "call-lns-0001", width: 1180, colorScheme: "dark", of: casePane },
  { file: "reports/picture-phone.png", case: "rfc2661-0512", width: 390, of: phone },
];

/** The run's page: what it was, and how the nights went. */
async function charts(page, path) {
  await page.locator(".history-trend__chart svg, [data-id=history-trend] svg").first().waitFor();
  await page.setViewportSize({ width: 1280, height: 1500 });
  await page.screenshot({ path });
}

async function categories(page, path) {
  await page.locator(".node__title").first().waitFor();
  await page.locator(".node__title").first().click();
  await page.screenshot({ path, clip: { x: 0, y: 0, width: 1280, height: 480 } });
}

async function top(page, path) {
  await page.screenshot({ path });
}

/** The matrix without its details. */
async function table(page, path) {
  const { y, height } = await page.locator("table.matrix").boundingBox();
  await page.screenshot({ path, clip: { x: 0, y: 0, width: 1100, height: y + height + 20 } });
}

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

function l2tpspec(...words) {
  return spawnSync(process.execPath, ["dist/drivers/cli/main.js", ...words], { cwd: root, stdio: "inherit" }).status;
}

const newest = (folder) => join(folder, readdirSync(folder).sort().at(-1));

/** Three nights; on the third the device acknowledges too little: one case fails, the other passes. */
function nights(out) {
  const embedded = readFileSync(join(root, "fixtures/labs/embedded.yaml"), "utf8");
  const lab = join(out, "embedded.yaml");
  for (const night of [1, 2, 3]) {
    const fault = night < 3 ? "" : "  fault: mutant-0218\n";
    writeFileSync(lab, embedded.replace("  id: reference\n", `  id: reference\n${fault}`));
    const cases = ["--case", "rfc2661-0512,call-lns-0001,call-lns-0003,rfc2661-0108", "--role", "lns"];
    const status = l2tpspec(
      "run",
      "--lab",
      lab,
      ...cases,
      "--history",
      join(out, "history"),
      "--out",
      join(out, "runs"),
    );
    if (status !== (night < 3 ? 0 : 1)) throw new Error(`night ${night} ended with ${status}`);
  }
  renameSync(join(newest(join(out, "runs")), "allure-report"), join(out, "report"));
}

function coverage(out) {
  l2tpspec("run", "--no-report", "--out", join(out, "whole"));
  renameSync(join(newest(join(out, "whole")), "coverage.html"), join(out, "coverage.html"));
}

function matrix(out) {
  const labs = ["embedded", "xl2tpd-lac", "xl2tpd-lns", "l2tpns", "vrp-emulator"].map(
    (name) => `fixtures/labs/${name}.yaml`,
  );
  l2tpspec("matrix", "--labs", labs.join(","), "--out", join(out, "matrices"));
  renameSync(join(newest(join(out, "matrices")), "matrix.html"), join(out, "matrix.html"));
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
nights(out);
coverage(out);
matrix(out);
const server = await serve(out);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"],
});
try {
  for (const { file, case: id, at, width, colorScheme = "light", of } of PAGES) {
    const page = await browser.newPage({ viewport: { width, height: 860 }, colorScheme });
    const place = at ?? `report/index.html#suites/x/${uidOf(join(out, "report"), id)}`;
    await page.goto(`http://127.0.0.1:${server.address().port}/${place}`);
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
