/** The matrix's page: what it says, and that a reader of either theme and of a phone can read it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { has } from "#fixtures/machine";
import { openChromium } from "./browser.fixture.ts";
import { matrixPage } from "./matrix-html.ts";
import { textsIn } from "./contrast.fixture.ts";
import type { Matrix, MatrixCell } from "./matrix-schema.ts";

const HOSTILE = `</td><script>document.title="taken"</script><img src="http://127.0.0.2:9/x" onerror="alert(1)">`;

const end = (role: "lac" | "lns", device: string, known: boolean): MatrixCell["calls"][number]["ends"][number] => ({
  ...{ role, device, address: "10.99.0.1", frames: 20, rules: 150, remarks: 2 },
  fails: [
    {
      ...{ rule: "rule-rfc2661-8.1-05", clause: "RFC2661-8.1-05", expected: "udp.checksum not 0", frame: 2, known },
      actual: known ? "udp.checksum 0" : HOSTILE,
    },
  ],
});

const cell = (lac: string, lns: string, verdict: MatrixCell["verdict"]): MatrixCell =>
  verdict === "cannot"
    ? { lac, lns, verdict, reason: `needs ${HOSTILE}`, steps: {}, calls: [] }
    : {
        ...{ lac, lns, verdict },
        steps: {
          "set-up": { is: "yes", text: "tunnel and call", call: "pap", frame: 7 },
          chap: { is: verdict === "full" ? "yes" : "no", text: `Failure ${HOSTILE}`, call: "chap", frame: 12 },
          data: verdict === "full" ? { is: "yes", text: "pings" } : { is: "cannot", text: "neither sends" },
        },
        calls: [
          {
            method: "pap",
            capture: `${lac}--${lns}/pap.pcap`,
            ends: [end("lac", lac, true), end("lns", lns, verdict === "full")],
          },
        ],
      };

const DEVICES = ["reference", "router-of-a-long-name-4.7.11", "xl2tpd-1.3.18"];
const VERDICTS = ["full", "in part", "cannot"] as const;
const MATRIX: Matrix = {
  schema: 1,
  tool: { name: "l2tpspec", version: "1.0.0" },
  startedAt: "2026-11-28T12:00:00.000Z",
  durationMs: 61_000,
  lacs: DEVICES.map((device) => ({ device, lab: device })),
  lnss: DEVICES.map((device) => ({ device, lab: device })),
  cells: DEVICES.flatMap((lac) => DEVICES.map((lns, i) => cell(lac, lns, VERDICTS[i]!))),
};

describe("the text of the page", () => {
  const html = matrixPage(MATRIX);

  test("counts the cells, and says what is missing", () => {
    expect(html).toContain("<h1>3 LACs, 3 LNSs: 3 full, 3 in part, 3 cannot be</h1>");
    expect(html).not.toContain("cells are missing");
    expect(matrixPage({ ...MATRIX, cells: MATRIX.cells.slice(1) })).toContain("1 cells are missing");
  });

  test("links each call's capture and logs, and tells new deviations from known ones", () => {
    for (const file of ["pap.pcap", "pap-lac.log", "pap-lns.log"])
      expect(html).toContain(`href="reference--xl2tpd-1.3.18/${file}"`.replace("xl2tpd-1.3.18", "reference"));
    expect(html).toContain("2 deviations, 1 new");
    expect(html).toContain("2 deviations, 0 new");
  });
});

const able = has("the matrix's page in a browser", "chromium");

describe.skipIf(!able)("in a browser", () => {
  let server: Server;
  let browser: Browser;
  let home: string;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(matrixPage(MATRIX));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await openChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  test.each(["light", "dark"] as const)(
    "%s: reads well, fits a phone, asks nobody for anything",
    async (colorScheme) => {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
      const said: string[] = [];
      const asked: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(error.message));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(home);

      expect(await page.title()).toMatch(/^matrix: 3 LACs/);
      expect(await page.locator("table.matrix td.cell").count()).toBe(9);
      expect(await page.locator("table.matrix td.cell").first().innerText()).toContain("full");
      const over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      const phone = await page.evaluate<number>(over);
      await page.setViewportSize({ width: 1280, height: 900 });
      expect([phone, await page.evaluate<number>(over)]).toEqual([0, 0]);
      const texts = await textsIn(page);
      expect(texts.length).toBeGreaterThan(100);
      expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
      expect([said, asked.filter((url) => url !== home)]).toEqual([[], []]);
      await page.close();
    },
    120_000,
  );
});
