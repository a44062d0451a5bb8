import { describe, expect, test } from "vitest";
import type { Catalogue } from "./clause-list.ts";
import { coverageOf, type CoveredRun } from "./coverage.ts";
import { coveragePage } from "./coverage-html.ts";

const A = "RFC2661-5.8-02";
const HOSTILE = `"><script>alert(1)</script><img src=http://x.example/ onerror=alert(2)>&'\u0007`;
const catalogue: Catalogue = {
  cases: [{ id: "rfc2661-0512", clause: A, clauses: [A] }],
  rules: [],
  proofs: [],
  untested: { "RFC2661-5.8-05": HOSTILE },
};
const finding = { clause: A, verdict: "fail", expected: "must ack", actual: `#8 ${HOSTILE}` } as const;
const failed = { key: "rfc2661-0512~lns", id: "rfc2661-0512", clause: A, verdict: "fail", findings: [finding] };
const run = (cases: CoveredRun["cases"], device = "lns-1"): CoveredRun => ({
  ...{ device, run: "r", startedAt: "2026-11-22T12:00:00Z", cases, rules: [] },
});
const pageOf = (...runs: readonly CoveredRun[]): string =>
  coveragePage(coverageOf(catalogue, runs, { name: "l2tpspec", version: "1" }));

test("what a device sent, and how it is named, is text", () => {
  const page = pageOf(run([failed], HOSTILE), run([{ ...failed, key: HOSTILE }], "lns-2"));
  expect(page).not.toMatch(/<script|<img|onerror=alert\(2\)>[^&]|\u0007/);
  expect(page.split("&lt;script&gt;alert(1)&lt;/script&gt;").length - 1).toBeGreaterThan(5);
  expect(page).toContain("default-src 'none'".replaceAll("'", "&#39;"));
});

test("elements that HTML does not close by themselves are closed", () => {
  expect(pageOf(run([failed])).match(/<(?!meta|link)\w+[^>]*\/>/g)).toBeNull();
});

describe("a clause's verdict is a word", () => {
  test.each([
    [
      "a failure",
      [failed],
      /<span class="verdict fail">fail<\/span><div class="why">rfc2661-0512~lns: expected must ack; #8 /,
    ],
    ["a known one", [{ ...failed, known: true }], /<span class="verdict known">fail \(known\)<\/span>/],
    ["not in the run", [], /<span class="verdict not-in-the-run">not in the run<\/span><div class="why">none of its /],
  ])("%s", (_what, cases, expected) => {
    expect(pageOf(run(cases))).toMatch(expected);
  });

  test("untested, with its reason", () => {
    const row =
      /<td class="key" data-name="clause">RFC2661-5\.8-05<\/td>.*?<td class="told" data-name="why">&quot;&gt;&lt;script/;
    expect(pageOf().split("<h2>RFC 2661</h2>")[0]).toMatch(row);
    expect(pageOf()).toMatch(/<span class="verdict untested">untested<\/span><div class="why">&quot;&gt;&lt;script/);
  });

  test("of several devices each is named", () => {
    const page = pageOf(run([failed]), run([{ ...failed, verdict: "pass", findings: [] }], "lns-2"));
    expect(page).toMatch(/<span class="key">lns-1: <\/span><span class="verdict fail">/);
    expect(page).toMatch(/<span class="key">lns-2: <\/span><span class="verdict pass">/);
    const both = [
      run([{ ...failed, verdict: "pass", findings: [] }]),
      run([{ ...failed, verdict: "pass", findings: [] }], "lns-2"),
    ];
    expect(pageOf(...both)).toContain('<span class="key">lns-1, lns-2: </span><span class="verdict pass">');
  });
});

test("a section stands open only where something is wrong that nobody expects", () => {
  const open = (cases: CoveredRun["cases"]) => pageOf(run(cases)).match(/<details open="">/g)?.length ?? 0;
  expect([open([failed]), open([{ ...failed, known: true }]), open([])]).toEqual([1, 0, 0]);
});

test("three reasons are told, and how many more there are", () => {
  const many = Array.from({ length: 5 }, (_, i) => ({ ...failed, key: `k${i}` }));
  const page = pageOf(run(many));
  expect([0, 1, 2, 3, 4].map((i) => page.includes(`k${i}: expected`))).toEqual([true, true, true, false, false]);
  expect(page).toContain('<div class="why">and 2 more</div>');
});

test("a reason that is a whole packet is cut", () => {
  const long = { ...failed, findings: [{ ...finding, actual: "x".repeat(100_000) }] };
  expect(pageOf(run([long])).length).toBeLessThan(pageOf(run([failed])).length + 1000);
});
