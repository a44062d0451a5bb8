import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLAUSES } from "#clauses";
import { listClauses } from "#reports/clause-list";
import { PASSED, RUN_INFO, SAMPLE, writeRun } from "#reports/sample-case";
import { readResults, writeResults } from "#reports/sink";
import { clauses, clausesText, type Catalogue } from "./clauses.ts";

const catalogue: Catalogue = {
  cases: [
    { id: "rfc2661-0512", clause: "RFC2661-5.8-02", clauses: ["RFC2661-5.8-02", "RFC2661-5.8-03"] },
    { id: "rfc2661-0513", clause: "RFC2661-5.8-02", clauses: [] },
  ],
  rules: [{ id: "rule-rfc2661-5.8-02", clause: "RFC2661-5.8-02" }],
  proofs: [
    { id: "mutant-0001", clause: "RFC2661-5.8-02" },
    { id: "mutant-0002", clause: "RFC2661-5.8-02" },
  ],
  untested: { "RFC2661-5.8-04": "the window cannot be seen" },
};
const all = listClauses(catalogue);
const about = (id: string) => all.find((c) => c.id === id);

test("every clause is there, in the order of the table", () => {
  expect(all.map((c) => c.id)).toEqual(Object.keys(CLAUSES));
});

test("a clause names who judges it and what proves that, each once", () => {
  expect(about("RFC2661-5.8-02")).toMatchObject({
    rfc: 2661,
    section: "5.8",
    level: "MUST",
    judgedBy: ["rfc2661-0512", "rfc2661-0513", "rule-rfc2661-5.8-02"],
    provenBy: ["mutant-0001", "mutant-0002"],
    untested: null,
  });
});

test("a further clause of a case is judged by it", () => {
  expect(about("RFC2661-5.8-03")).toMatchObject({
    judgedBy: ["rfc2661-0512"],
    provenBy: [],
    unproven: "no faulty peer yet",
    untested: null,
  });
});

describe("what nothing judges says why", () => {
  test.each([
    ["as far as it is known", "RFC2661-5.8-04", "the window cannot be seen"],
    ["by default", "RFC2661-5.8-05", "no case or rule yet"],
    ["where the wire does not show it", all.find((c) => c.testable === "no")?.id ?? "", "cannot be seen from the wire"],
  ])("%s", (_what, id, reason) => {
    expect(about(id)?.untested).toBe(reason);
  });
});

describe("the listing", () => {
  test("--json has the published shape", () => {
    const rows = JSON.parse(clausesText(all, { json: true })) as Record<string, unknown>[];
    expect(rows).toHaveLength(all.length);
    expect(Object.keys(rows[0]!)).toEqual([
      ..."id rfc section level actor testable text judgedBy provenBy unproven untested verdicts".split(" "),
    ]);
  });

  test("--untested leaves out what is judged", () => {
    const rows = JSON.parse(clausesText(all, { json: true, untested: true })) as { judgedBy: string[] }[];
    expect(rows).toHaveLength(all.length - 2);
    expect(rows.every((r) => r.judgedBy.length === 0)).toBe(true);
  });

  test("for people: judges, requirement, and the sums", () => {
    const lines = clausesText(all, {}).trimEnd().split("\n");
    const at = lines.findIndex((l) => l.startsWith("RFC2661-5.8-03 "));
    expect(lines[at]).toMatch(/ rfc2661-0512 \(nothing proves it: no faulty peer yet\)$/);
    expect(lines[at + 1]?.trim()).toBe(CLAUSES["RFC2661-5.8-03"].text);
    expect(lines.at(-1)).toBe(`${all.length} clauses: 2 judged, 1 of them proven, ${all.length - 2} not judged`);
  });
});

test("a clause tells what the last run of each device came to, where one was about it", () => {
  const runs = [
    { device: "lns-1", verdicts: new Map([["RFC2661-5.8-02", "fail"]]) },
    { device: "lns-2", verdicts: new Map([["RFC2661-5.8-02", "pass"]]) },
  ];
  const told = listClauses(catalogue, runs);
  expect(told.find((c) => c.id === "RFC2661-5.8-02")?.verdicts).toEqual({ "lns-1": "fail", "lns-2": "pass" });
  expect(told.find((c) => c.id === "RFC2661-5.8-03")?.verdicts).toEqual({});
  expect(clausesText(told, {})).toMatch(/^ {4}lns-1: fail; lns-2: pass$/m);
});

describe("--html", () => {
  test("writes the page over the last run of every device", async () => {
    const dir = mkdtempSync(join(tmpdir(), "l2tpspec-clauses-"));
    for (const device of ["lns-1", "lns-2"]) {
      const run = join(dir, "out", device);
      writeRun(run, [SAMPLE, PASSED], { ...RUN_INFO, device });
      writeResults(run, readResults(run));
    }
    const html = join(dir, "page.html");
    const text = await clauses(catalogue, { out: join(dir, "out"), html });
    expect(text).toBe(
      `${all.length} clauses: 2 judged, 1 of them proven, ${all.length - 2} not judged\npage: ${html}\n`,
    );
    const page = readFileSync(html, "utf8");
    for (const device of ["lns-1", "lns-2"])
      expect(page).toMatch(
        new RegExp(`${device}: </span><span class="verdict fail">fail</span><div class="why">${SAMPLE.key}`),
      );
    rmSync(dir, { recursive: true });
  });

  test.each(["/proc/x/page.html", "/proc/page.html"])("to %s is the caller's mistake", async (html) => {
    await expect(clauses(catalogue, { out: "/nowhere", html })).rejects.toThrow(
      /^--html: expected a file that can be written, in a folder that exists, found \/proc\/.*page\.html: E/,
    );
  });
});
