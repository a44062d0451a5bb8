import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CaseSummary } from "#expect/verdict";
import { everyPair, everyPairAnd } from "#fixtures/combinations";
import { blame, blameLines } from "./blame.ts";

const FACTORS = { auth: ["pap", "chap"], mru: [1500, 1400, 576], pfc: [true, false], window: [1, 4, 65535] } as const;

describe("blame", () => {
  const rows = everyPair(FACTORS);
  const judged = (fails: (row: (typeof rows)[number]) => boolean) =>
    blame(rows.map((params) => ({ params, failed: fails(params) })));

  test("one value", () => {
    expect(judged((row) => row.mru === 576)).toEqual({ mru: 576 });
  });

  test("any pair of values is found, or one that holds in the same rows", () => {
    const value = fc.constantFrom(...Object.entries(FACTORS).flatMap(([name, values]) => values.map((v) => [name, v])));
    fc.assert(
      fc.property(value, value, ([a, x], [b, y]) => {
        fc.pre(a !== b);
        const fails = (row: (typeof rows)[number]): boolean => {
          const values: Readonly<Record<string, unknown>> = row;
          return values[String(a)] === x && values[String(b)] === y;
        };
        const found = judged(fails);
        expect(found).toBeDefined();
        const named = Object.entries(found!);
        expect(named.length).toBeLessThanOrEqual(2);
        for (const row of rows) {
          const values: Readonly<Record<string, unknown>> = row;
          expect(named.every(([name, v]) => values[name] === v)).toBe(fails(row));
        }
      }),
    );
  });

  test("nothing where nothing failed, no value where all did, and none where two values are to blame alone", () => {
    expect(judged(() => false)).toBeUndefined();
    expect(judged(() => true)).toEqual({});
    expect(judged((row) => row.mru === 576 || (row.auth === "pap" && row.window === 1))).toBeUndefined();
  });
});

describe("lines of a summary", () => {
  const summary = (params: CaseSummary["params"], verdict: CaseSummary["verdict"]): CaseSummary =>
    ({ id: "combinations-0001", role: "lns", params, verdict }) as CaseSummary;

  test("name the values", () => {
    const rows = everyPair(FACTORS).map((row) => summary(row, row.mru === 576 ? "fail" : "pass"));
    const failed = rows.filter((row) => row.verdict === "fail").length;
    expect(blameLines(rows)).toEqual([
      `combinations-0001~lns: ${failed} of ${rows.length} rows failed, with mru=576 alone`,
    ]);
  });

  test("name the value with which no row came to a verdict, and hold such a row neither for nor against another value", () => {
    const rows = everyPairAnd(FACTORS, "hidden");
    const told = (params: (typeof rows)[number]): CaseSummary["verdict"] =>
      params.hidden ? "inconclusive" : params.mru === 576 ? "fail" : "pass";
    const failed = rows.filter((row) => told(row) === "fail").length;
    expect(blameLines(rows.map((row) => summary(row, told(row))))).toEqual([
      `combinations-0001~lns: ${failed} of ${rows.length} rows failed, with mru=576 alone`,
      `combinations-0001~lns: 3 of ${rows.length} rows were inconclusive, with hidden=true alone`,
    ]);
  });

  test("leave out the rows that the device is not asked for", () => {
    const rows = everyPairAnd(FACTORS, "hidden").map((row) =>
      summary(row, row.hidden ? "not applicable" : row.mru === 576 ? "fail" : "pass"),
    );
    const put = rows.filter((row) => row.verdict !== "not applicable");
    const failed = put.filter((row) => row.verdict === "fail").length;
    expect(blameLines(rows)).toEqual([
      `combinations-0001~lns: ${failed} of ${put.length} rows failed, with mru=576 alone`,
    ]);
  });

  test("say nothing of failures where no row held", () => {
    const rows = everyPairAnd(FACTORS, "hidden").map((row) => summary(row, row.hidden ? "fail" : "inconclusive"));
    expect(blameLines(rows).filter((line) => line.includes("failed"))).toEqual([]);
  });

  test("say that no value matters where every row failed, and nothing of a single failure or of a table of one column", () => {
    const rows = everyPair(FACTORS);
    expect(blameLines(rows.map((row) => summary(row, "fail")))[0]).toMatch(/whatever the values$/);
    expect(blameLines(rows.map((row, i) => summary(row, i === 0 ? "fail" : "pass")))).toEqual([]);
    expect(blameLines([summary({ mru: 1 }, "fail"), summary({ mru: 2 }, "fail")])).toEqual([]);
  });
});
