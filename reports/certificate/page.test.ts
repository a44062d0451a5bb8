import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { has } from "#fixtures/machine";
import { openChromium } from "../browser.fixture.ts";
import { certificatePage } from "./page.ts";
import { findBrowser, footerOf, printPdf } from "./pdf.ts";
import { type Certificate, certificateSchema } from "./schema.ts";

const HOSTILE = `<script>alert(1)</script><img src=x onerror="alert(2)">&'"`;
const DIGEST = "ab".repeat(32);
const clause = {
  id: "RFC2661-5.8-02",
  document: "RFC 2661",
  section: "5.8",
  level: "MUST",
  text: "A repeat is acknowledged again",
} as const;
const said = { by: "rfc2661-0512~lns", word: "pass", why: "" };

function sample(more: Partial<Certificate> = {}): Certificate {
  const clauses = Array.from({ length: 120 }, (_, n) => ({
    ...clause,
    core: n === 0,
    verdict: "pass" as const,
    said: [said],
  }));
  return certificateSchema.parse({
    schema: 1,
    result: "certified",
    specimen: null,
    tool: { name: "l2tpspec", version: "0.1.0", digest: DIGEST },
    issuedAt: "2026-11-28T20:00:00.000Z",
    signer: DIGEST,
    profile: { name: "rfc2661-lns", title: "RFC 2661", role: "lns", documents: ["RFC 2661"] },
    run: {
      id: "20261128T200000-lab-1",
      lab: "lab",
      seed: 1,
      startedAt: "2026-11-28T19:00:00Z",
      durationMs: 1,
      selection: {},
    },
    device: { id: "router", firmware: "1.2.3" },
    ics: [{ feature: "pap", claimed: true, found: "supported" }],
    counts: [
      {
        document: "RFC 2661",
        mandatory: 122,
        pass: 120,
        remark: 0,
        notApplicable: 1,
        notExercised: 1,
        notShown: 1,
        outside: 0,
      },
    ],
    clauses: [
      ...clauses,
      {
        ...clause,
        id: "RFC2661-4.3-01",
        core: false,
        verdict: "not exercised",
        said: [{ ...said, word: "not exercised", why: "never sent" }],
      },
      {
        ...clause,
        id: "RFC2661-9.1-01",
        core: false,
        verdict: "not applicable",
        said: [{ ...said, word: "not applicable", why: "the ICS says no" }],
      },
    ],
    notShown: [{ ...clause, id: "RFC2661-5.7-04", why: "cannot be seen from the wire" }],
    remarks: [
      {
        ...clause,
        id: "RFC2661-3.0-01",
        said: { ...said, word: "remark", why: `expected a name; ${HOSTILE}`, frame: 4, in: "call-lns-0001~lns" },
      },
    ],
    cases: [],
    ...more,
  });
}

const SPECIMEN = sample({ specimen: "the device is an emulated one of the harness itself" });

describe("the page of a certificate", () => {
  test("says on its first sheet what was certified, of what, by what", () => {
    const [first = ""] = certificatePage(sample()).split('class="sheet"');
    for (const words of [
      "router",
      "1.2.3",
      "LNS",
      "rfc2661-lns (RFC 2661)",
      "pap yes (probe: supported)",
      DIGEST,
      "20261128T200000-lab-1",
      "l2tpspec 0.1.0",
    ])
      expect(first).toContain(words);
    expect(first).toMatch(/Remarks: 1<.*RFC2661-3\.0-01/);
    expect(first).toMatch(/Not applicable: 1<.*RFC2661-9\.1-01/);
    expect(first).toMatch(/Not exercised: 1<.*RFC2661-4\.3-01/);
    expect(first).toContain(
      "<td>RFC 2661</td><td>122</td><td>120</td><td>0</td><td>1</td><td>1</td><td>1</td><td>0</td>",
    );
    expect(certificatePage(sample({ device: { id: "router", firmware: null } }))).toContain("<td>not stated</td>");
  });

  test("says on its first sheet what it leaves to other profiles, and only where it does", () => {
    const left = certificatePage(sample({ counts: sample().counts.map((n) => ({ ...n, outside: 41 })) }));
    const [first = ""] = left.split('class="sheet"');
    expect(first).toContain("<td>1</td><td>41</td>");
    expect(first).toContain("41 further clauses of the same weight are left to other profiles");
    expect(certificatePage(sample())).not.toContain("further clauses");
  });

  test("lists every clause, who shows it, and what nobody judges", () => {
    const page = certificatePage(sample());
    for (const words of [
      "RFC2661-5.8-02 (core)",
      "rfc2661-0512~lns",
      "cannot be seen from the wire",
      "rfc2661-0512~lns in call-lns-0001~lns frame 4",
    ])
      expect(page).toContain(words);
  });

  test("shows what a device sent as text", () => {
    const page = certificatePage(
      sample({ device: { id: HOSTILE, firmware: HOSTILE }, run: { ...sample().run, lab: HOSTILE } }),
    );
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain("&lt;script&gt;alert(1)");
    expect(footerOf(sample({ device: { id: HOSTILE, firmware: null } }))).not.toMatch(/<script|<img/);
  });

  test("bears the mark where the device is the harness's own, and only there", () => {
    expect(certificatePage(SPECIMEN)).toContain(">SPECIMEN<");
    expect(certificatePage(SPECIMEN)).toContain("It says nothing of any product");
    expect(certificatePage(sample())).not.toMatch(/specimen"|SPECIMEN/);
  });
});

/** Content streams of a PDF's pages, in order; and the names by which a page calls the states with that opacity. */
function sheetsOf(pdf: Buffer): readonly { readonly drawn: string; readonly resources: string }[] {
  const text = pdf.toString("latin1");
  const object = (no: string): string => new RegExp(`(?:^|\\n)${no} 0 obj\\r?\\n?([^]*?)endobj`).exec(text)?.[1] ?? "";
  return [...text.matchAll(/obj\s*<<\/Type \/Page\n[^]*?endobj/g)].map(([page]) => {
    const [, no = ""] = /\/Contents (\d+) 0 R/.exec(page) ?? [];
    const [, octets = ""] = /stream\r?\n([^]*?)\r?\nendstream/.exec(object(no)) ?? [];
    const drawn = inflateSync(Buffer.from(octets, "latin1")).toString("latin1");
    return { drawn, resources: page };
  });
}

describe.skipIf(!has("the PDF of a certificate", "chromium"))("printed", () => {
  const browser = findBrowser() as { readonly path: string };

  /** How many sheets there are, and on how many something is drawn as faintly as the mark. */
  async function marks(c: Certificate): Promise<{ readonly sheets: number; readonly marked: number }> {
    const pdf = await printPdf(certificatePage(c), browser.path, footerOf(c));
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    const text = pdf.toString("latin1");
    const faint = [...text.matchAll(/(?:^|\n)(\d+) 0 obj\s*<<[^>]*\/ca \.16\b/g)].map(([, no]) => no!);
    const sheets = sheetsOf(pdf);
    const marked = sheets.filter(({ drawn, resources }) =>
      faint.some((no) => {
        const [, name] = new RegExp(`/(\\w+) ${no} 0 R`).exec(resources) ?? [];
        return name !== undefined && new RegExp(`/${name} gs\\b`).test(drawn);
      }),
    );
    return { sheets: sheets.length, marked: marked.length };
  }

  test("has the mark across each sheet", async () => {
    const { sheets, marked } = await marks(SPECIMEN);
    expect(sheets).toBeGreaterThan(4);
    expect(marked).toBe(sheets);
    expect((await marks(sample())).marked).toBe(0);
  }, 90_000);

  test("asks nothing of the network, and runs nothing", async () => {
    const chromium = await openChromium();
    try {
      const page = await chromium.newPage();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("dialog", (dialog) => asked.push(dialog.message()));
      await page.setContent(certificatePage(sample({ device: { id: HOSTILE, firmware: HOSTILE } })));
      expect(await page.locator("script, img").count()).toBe(0);
      expect(await page.locator("td", { hasText: HOSTILE }).count()).toBeGreaterThan(0);
      expect(asked).toEqual([]);
    } finally {
      await chromium.close();
    }
  }, 60_000);
});

test("a browser that is not there is told in one line", () => {
  expect(() => findBrowser("/nowhere/chromium")).toThrow(
    /^--browser: expected the program of a Chromium, found \/nowhere\/chromium: no such file$/,
  );
});
