/** A real report in a real browser: the reader finds the case, its picture and the octets that failed, on every screen. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Frame, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLAUSES } from "#clauses";
import { encodeFrames } from "#capture/frames-file";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { has } from "#fixtures/machine";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import { MUTANTS } from "#mutants/index";
import { encodeData } from "#wire/l2tp/header";
import { encodePap } from "#wire/ppp/pap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { openChromium } from "./browser.fixture.ts";
import { textsIn } from "./contrast.fixture.ts";
import { passingPing } from "./flow-sample.ts";
import { framesOfCase } from "./frames.ts";
import { publish } from "./publish.ts";
import { serveFolder } from "./report-server.fixture.ts";
import { readCase } from "./run-folder.ts";
import { frameAt, RUN_INFO, sample, SAMPLE, SAMPLE_FRAMES, sccrpOf, writeRun } from "./sample-case.ts";

const FAILING = "rfc2661-0512~lns";
const PASSING = "call-lns-0001~lns";
const KILLED = "call-lns-0004~lns";
/** What a device may call itself, or answer. */
const EVIL = `</pre><script>alert(1)</script><img src=http://192.0.2.1/x.png onerror=alert(2)>`;
const evil = sample({
  key: "sample-0001~lns",
  id: "sample-0001",
  params: {},
  reason: EVIL,
  findings: [{ ...SAMPLE.findings[0]!, frame: 2, offset: 64, expected: "a name", actual: `#2 SCCRP ${EVIL}` }],
});
const { result: flows, frames: flowFrames, ladder: flowLadder } = passingPing("lac");

const SCREENS = [
  ["light", 390],
  ["light", 1280],
  ["dark", 390],
  ["dark", 1280],
] as const;

/** As large as AA asks of text of any size (WCAG 2). */
const LEAST_CONTRAST = 4.5;

const able = has("the report in a browser", "java", "chromium");

describe.skipIf(!able)("the HTML report", () => {
  let dir = "";
  let server: Awaited<ReturnType<typeof serveFolder>>;
  let browser: Browser;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "l2tpspec-report-"));
    await writeReport(dir);
    server = await serveFolder(join(dir, "allure-report"));
    browser = await openChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  interface Screen {
    readonly colorScheme: "light" | "dark";
    readonly width: number;
  }

  /** Opens a case in the report and its picture in the case; fails on what the page says, asks of others, or alerts. */
  async function visited(
    key: string,
    { colorScheme, width }: Screen,
    look: (page: Page, picture: Frame) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme });
    const said: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(server.home) && !/^(data|about):/.test(url)) said.push(`asked for ${url}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") said.push(message.text());
    });
    page.on("pageerror", (error) => said.push(error.message));
    page.on("dialog", (dialog) => {
      said.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(`${server.home}#suites/x/${uidOf(dir, key)}`);
    await page.locator(".attachment-row", { hasText: /ladder|flows/ }).click();
    const picture = (await (await page.locator("iframe").elementHandle()).contentFrame())!;
    await picture.locator(".ladder .row.frame, .flows svg").first().waitFor();
    await look(page, picture);
    await page.close();
    expect(said).toEqual([]);
  }

  test(
    "a failed case says what was claimed, who acted, which rung failed, and how to see it again",
    { timeout: 60_000 },
    async () => {
      await visited(FAILING, { colorScheme: "light", width: 1280 }, async (page, picture) => {
        const text = await page.locator(".test-result").innerText();
        expect(text).toMatch(/^NON-CONFORMANCE: RFC2661-5\.8-02: expected must acknowledgement of Ns 2/m);
        expect(text).toContain("a HELLO sent twice with one Ns is acknowledged both times");
        expect(text).toContain(CLAUSES["RFC2661-5.8-02"].text);
        expect(text).toContain("the tester is the LAC, the device is the LNS");
        expect(text).toMatch(/l2tpspec run .*--case rfc2661-0512/);
        expect(text).toMatch(/l2tpspec judge /);

        // One rung is marked as failed, and it says that it was missed.
        const steps = page.locator(".step .step");
        const failing = steps.filter({ has: page.locator(".status-icon_status_failed") });
        expect(await failing.allInnerTexts()).toEqual([
          expect.stringMatching(/rung \d+ MISSED: must acknowledgement of Ns 2/),
        ]);
        expect(await steps.filter({ has: page.locator(".status-icon_status_passed") }).count()).toBeGreaterThan(1);
        expect(await page.locator(".attachment-row").count()).toBe(3);

        // Background frames fold away and come back.
        const background = picture.locator(".row.background");
        const shown = async (): Promise<number> => background.filter({ visible: true }).count();
        const all = await background.count();
        expect([all > 0, await shown()]).toEqual([true, all]);
        await picture.locator("label").click();
        expect(await shown()).toBe(0);
        expect(await picture.locator(".folded").first().innerText()).toMatch(/^\d+ background frames?: /);
        await picture.locator("label").click();
        expect(await shown()).toBe(all);
      });
    },
  );

  test.each(SCREENS)(
    "its picture has the failing rung and the octets, %s and %i px wide",
    { timeout: 60_000 },
    async (colorScheme, width) => {
      await visited(FAILING, { colorScheme, width }, async (page, picture) => {
        expect(await picture.locator(".row.missed").innerText()).toMatch(
          /must acknowledgement of Ns 2.*rung \d+ missed/s,
        );
        expect(await picture.locator(".row.broken").count()).toBe(1);
        const { octets, frame } = failingOctets(dir);
        expect(await picture.locator(".dump .hex mark").innerText()).toBe(octets);
        expect(await picture.locator(".tree mark").innerText()).toMatch(/l2tp\.nr/);
        expect(await picture.locator(".fault").innerText()).toContain(`#${frame},`);
        await expectReadable(page, picture);
      });
    },
  );

  test.each([
    ["a passing case", PASSING, "dark", 390],
    ["flows", flows.key, "light", 390],
    ["flows", flows.key, "dark", 1280],
  ] as const)("%s, %s, is readable (%s, %i px)", { timeout: 60_000 }, async (_what, key, colorScheme, width) => {
    await visited(key, { colorScheme, width }, async (page, picture) => {
      expect(await picture.locator("h1").innerText()).toMatch(/PASS$/);
      expect(await picture.locator(".fault").count()).toBe(0);
      await expectReadable(page, picture);
    });
  });

  test("the picture takes the theme that the reader chooses in the page", { timeout: 60_000 }, async () => {
    await visited(PASSING, { colorScheme: "light", width: 1280 }, async (page, picture) => {
      const ground = (frame: Frame) => frame.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      expect(await ground(picture)).toBe("rgb(255, 255, 255)");
      await page.getByText("Dark theme").click();
      await expect.poll(async () => ground(page.frames()[1]!), { timeout: 10_000 }).toBe("rgb(20, 24, 29)");
      await page.frames()[1]!.locator(".row.frame").first().waitFor();
      await expectReadable(page, page.frames()[1]!);
    });
  });

  test.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)(
    "what a device says is text and nothing else (%s, %i px)",
    { timeout: 60_000 },
    async (colorScheme, width) => {
      await visited(evil.key, { colorScheme, width }, async (page, picture) => {
        expect(await page.locator("body").innerText()).toContain(EVIL);
        const shown = await picture.locator("body").innerText();
        expect(shown.match(/<script>alert\(1\)<\/script>/g)?.length).toBeGreaterThan(3);
        expect(await picture.locator(".rows").innerText()).toMatch(/hostName=.*<script>/);
        expect(await picture.locator(".rows").innerText()).toMatch(/PAP Authenticate-Nak.*<script>/);
        await page.locator(".attachment-row", { hasText: "trace and device log" }).click();
        await expect
          .poll(() => page.locator(".attachment-preview__code, pre").allInnerTexts())
          .toEqual(expect.arrayContaining([expect.stringContaining(`< ${EVIL}`) as string]));
        expect(await page.locator("img[src*='192.0.2.1']").count()).toBe(0);
        await expectReadable(page, picture);
      });
    },
  );

  test("printed, nothing of it is cut", { timeout: 60_000 }, async () => {
    await visited(FAILING, { colorScheme: "dark", width: 1280 }, async (page, picture) => {
      await picture.locator("label").click();
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      await page.setViewportSize({ width: 760, height: 1000 });
      // The frame learns of its new height by a message.
      await expect.poll(() => page.evaluate<readonly string[]>(CUT), { timeout: 10_000 }).toEqual([]);
      await expect
        .poll(async () => {
          const room = (await page.locator("iframe").boundingBox())!.height;
          return room - (await picture.evaluate<number>("document.body.scrollHeight"));
        })
        .toBeGreaterThanOrEqual(0);
      expect(await picture.evaluate<readonly string[]>(CUT)).toEqual([]);
      expect(await picture.locator(".row.background").first().isVisible()).toBe(true);
      expect(await picture.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
        "rgb(255, 255, 255)",
      );
      expect(await page.locator(".side-nav").isVisible()).toBe(false);
    });
  });

  test("a case that was killed in its midst is there, with what it had", { timeout: 60_000 }, async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await page.goto(`${server.home}#suites/x/${uidOf(dir, KILLED)}`);
    await page.getByText("INCONCLUSIVE: interrupted").first().waitFor();
    const rows = await page.locator(".attachment-row").allInnerTexts();
    expect(rows.map((row) => row.trim().split("\n")[0])).toEqual(["ladder", "capture", "trace"]);
    await page.close();
  });
});

/** Nothing is wider than the screen, each text has its contrast, and the picture is not empty. */
async function expectReadable(page: Page, picture: Frame): Promise<void> {
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect([await page.evaluate(overflow), await picture.evaluate(overflow)]).toEqual([0, 0]);
  const pane = ".side-by-side__right";
  expect(
    await page.evaluate(
      `(() => { const p = document.querySelector("${pane}"); return p.scrollWidth - p.clientWidth; })()`,
    ),
  ).toBe(0);
  const texts = [...(await textsIn(page, ".test-result")), ...(await textsIn(picture))];
  expect(texts.filter(({ contrast }) => contrast < LEAST_CONTRAST)).toEqual([]);
  expect((await textsIn(picture)).length).toBeGreaterThan(20);
  const { width, height } = (await picture.locator(".ladder, .flows").first().boundingBox())!;
  expect(Math.min(width, height)).toBeGreaterThan(200);
}

/** What holds more than it shows. */
const CUT = `[...document.querySelectorAll("body, body *")].flatMap((e) => {
  const { overflowX, overflowY } = getComputedStyle(e);
  if (!e.checkVisibility() || (overflowX === "visible" && overflowY === "visible")) return [];
  return e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1 ? [e.tagName + "." + e.className] : [];
})`;

/** A run of a failing and a passing case against a device that acknowledges too little, beside cases made by hand. */
async function writeReport(run: string): Promise<void> {
  writeRun(run, [evil, flows], { ...RUN_INFO, startedAt: new Date().toISOString() });
  const into = (key: string, name: string, content: string | Uint8Array): void =>
    writeFileSync(join(run, "cases", key, name), content);
  into(flows.key, "run.pcapng", encodeFrames(flowFrames));
  into(flows.key, "ladder.json", JSON.stringify(flowLadder));
  into(evil.key, "run.pcapng", encodeFrames(evilFrames()));
  into(evil.key, "device.log", `> display version\n< ${EVIL}\n`);

  const fault = MUTANTS.find((m) => m.id === "mutant-0218")!;
  await using lab = await openLab(loadLab("fixtures/labs/embedded.yaml").spec, { runId: "report", runDir: run, fault });
  for (const key of [FAILING, PASSING, KILLED]) {
    const [caseRun] = select(await loadCatalogue(), { cases: [key.split("~")[0]!], roles: ["lns"] });
    await runCase(caseRun!, lab, { seed: 1, strict: false, casesDir: join(run, "cases") });
  }
  rmSync(join(run, "cases", KILLED, "result.json"));
  const { html, results } = await publish(run, { html: true });
  expect(html).toMatchObject({ made: true });
  const verdicts = new Map(results.cases.map((c) => [c.key, c.verdict]));
  expect([FAILING, PASSING, KILLED].map((key) => verdicts.get(key))).toEqual(["fail", "pass", "inconclusive"]);
}

/** Under which Allure shows a case. */
function uidOf(run: string, key: string): string {
  const folder = join(run, "allure-report", "data", "test-cases");
  const cases = readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { uid: string; fullName: string },
  );
  return cases.find((c) => c.fullName.endsWith(`#${key.split("~")[0]!}`))!.uid;
}

/** What the judge found at fault, read from the run's folder. */
function failingOctets(run: string): { readonly frame: number; readonly octets: string } {
  const folder = readCase(join(run, "cases", FAILING));
  const { frame, offset, length } = folder.result.findings[0]!;
  const octets = framesOfCase(folder)
    .find((f) => f.no === frame)!
    .octets.subarray(offset!, offset! + length!);
  return { frame: frame!, octets: Array.from(octets, (o) => o.toString(16).padStart(2, "0")).join(" ") };
}

/** A Host Name and a PAP message that are markup. */
function evilFrames(): ReturnType<typeof frameAt>[] {
  const nak = encodePap({ code: "Authenticate-Nak", id: 1, message: EVIL });
  const data = encodeData({ tunnelId: 24363, sessionId: 81 }, encodePpp(PPP.PAP, nak));
  return SAMPLE_FRAMES.map((f) => (f.no === 2 ? sccrpOf(EVIL) : f.no === 9 ? frameAt(9, 500, "dut", data) : f));
}
