import { describe, expect, test } from "vitest";
import { CLAUSES } from "#clauses";
import type { Catalogue } from "./clause-list.ts";
import { coverageOf, type Counts, type CoveredRun } from "./coverage.ts";

const [A, B, C] = ["RFC2661-5.8-02", "RFC2661-5.8-03", "RFC2661-5.8-04"] as const;
const catalogue: Catalogue = {
  cases: [{ id: "two", clause: A, clauses: [A, B] }],
  rules: [{ id: "rule-c", clause: C }],
  proofs: [{ id: "mutant-0001", clause: A }],
  untested: { "RFC2661-5.8-05": "the window cannot be seen" },
};
const TOOL = { name: "l2tpspec", version: "1" } as const;
const run = (cases: CoveredRun["cases"], rules: CoveredRun["rules"] = [], device = "lns-1"): CoveredRun => ({
  ...{ device, run: `r-${device}`, startedAt: "2026-11-22T12:00:00Z", cases, rules },
});
const miss = { clause: A, verdict: "fail", expected: "must ack", actual: "#8 ZLB" } as const;
const judged = { key: "two~lns", id: "two", clause: A, verdict: "pass", known: false, reason: "", findings: [] };

const about = (id: string, ...runs: readonly CoveredRun[]) =>
  coverageOf(catalogue, runs, TOOL)
    .documents.flatMap((d) => d.sections.flatMap((s) => s.clauses))
    .find((c) => c.id === id)!;

test("every clause stands in its document and section, once, in the order of the table", () => {
  const { documents, counts } = coverageOf(catalogue, [], TOOL);
  const all = documents.flatMap((d) => d.sections.flatMap((s) => s.clauses.map((c) => c.id)));
  expect([...all].sort()).toEqual(Object.keys(CLAUSES).sort());
  expect(documents.map((d) => d.document)).toEqual([
    ...[2661, 1661, 1662, 1334, 1994, 1332, 1877, 3145].map((rfc) => `RFC ${rfc}`),
    "Call-LNS",
  ]);
  const own = documents[0]!.sections.find((s) => s.section === "5.8")!;
  expect(own.clauses.slice(0, 2).map((c) => c.id)).toEqual(["RFC2661-5.8-01", A]);
  expect(counts).toEqual({ clauses: all.length, judged: 3, proven: 1, untested: all.length - 3, verdicts: {} });
});

describe("what a run says of a clause", () => {
  test("a pass needs no reason", () => {
    expect(about(B, run([judged])).told).toEqual(
      [{ ...{ device: "lns-1", verdict: "pass", known: false } }].map((t) => ({
        ...t,
        sayings: [{ by: "two~lns", verdict: "pass", known: false, why: null }],
      })),
    );
  });

  test("a failure gives its finding, and the other clause of the case was not reached", () => {
    const failed = run([{ ...judged, verdict: "fail", reason: "r", findings: [miss] }]);
    expect(about(A, failed).told[0]).toMatchObject({
      verdict: "fail",
      known: false,
      sayings: [{ why: "expected must ack; #8 ZLB" }],
    });
    expect(about(B, failed).told[0]).toMatchObject({
      verdict: "not exercised",
      sayings: [{ why: "the case came to fail: r" }],
    });
  });

  test.each(["not applicable", "not run"])("%s gives the reason of its case", (verdict) => {
    expect(about(A, run([{ ...judged, verdict, reason: "the lab cannot" }])).told[0]).toMatchObject({
      verdict,
      sayings: [{ by: "two~lns", why: "the lab cannot" }],
    });
  });

  test("a case that could not tell says why its clause was not reached", () => {
    const told = about(A, run([{ ...judged, verdict: "inconclusive", reason: "interrupted" }])).told[0];
    expect(told).toMatchObject({
      verdict: "not exercised",
      sayings: [{ why: "the case came to inconclusive: interrupted" }],
    });
  });

  test("a rule that had no frame says so", () => {
    const rule = { id: "rule-c", role: "lns", clause: C, verdict: "not exercised", known: false, findings: [] };
    expect(about(C, run([], [rule])).told[0]).toMatchObject({
      verdict: "not exercised",
      sayings: [{ by: "rule-c~lns", why: "no frame that the rule applies to was sent" }],
    });
  });

  test("what judges a clause may not be in the run", () => {
    expect(about(C, run([judged])).told).toEqual([
      { device: "lns-1", verdict: "not in the run", known: false, sayings: [] },
    ]);
  });

  test("what nothing judges has its reason, and no run says a thing", () => {
    expect(about("RFC2661-5.8-05", run([judged]))).toMatchObject({ untested: "the window cannot be seen", told: [] });
  });

  test("a failure is known where the baseline expects all of its kind", () => {
    const known = { ...judged, verdict: "fail", known: true, findings: [miss] };
    const other = { ...known, key: "two~lac", known: false };
    expect(about(A, run([known])).told[0]).toMatchObject({ verdict: "fail", known: true });
    expect(about(A, run([known, other])).told[0]).toMatchObject({ verdict: "fail", known: false });
    // Of a clause that it did not reach a known failure says nothing that was expected.
    expect(about(B, run([known])).told[0]).toMatchObject({ verdict: "not exercised", known: false });
  });

  test("a result of before a case had further clauses speaks of its own only", () => {
    expect(about(B, run([{ ...judged, clauses: [A] }])).told[0]).toMatchObject({ verdict: "not in the run" });
  });
});

test("verdicts of each device add up to the clauses that are judged, in every part", () => {
  const runs = [run([judged]), run([{ ...judged, verdict: "fail", findings: [miss] }], [], "lns-2")];
  const { counts, documents } = coverageOf(catalogue, runs, TOOL);
  const sums = (c: Counts) => Object.values(c.verdicts).map((v) => Object.values(v).reduce((a, b) => a + b, 0));
  for (const c of [
    counts,
    ...documents.map((d) => d.counts),
    ...documents.flatMap((d) => d.sections.map((s) => s.counts)),
  ])
    expect(sums(c)).toEqual([c.judged, c.judged]);
  expect(counts.verdicts["lns-1"]).toMatchObject({ pass: 2, fail: 0, "not in the run": 1 });
  expect(counts.verdicts["lns-2"]).toMatchObject({ pass: 0, fail: 1, "not exercised": 1 });
});
