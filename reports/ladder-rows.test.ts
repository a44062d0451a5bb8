import { describe, expect, test } from "vitest";
import type { RungResult } from "#expect/verdict";
import { rowsOf, type PictureRow } from "./ladder-rows.ts";
import { frameAt, sample, SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER } from "./sample-case.ts";

/** One word a row: `3 rung`, `missed 3`, `-- teardown`. */
function shortly(rows: readonly PictureRow[]): readonly string[] {
  return rows.map((row) => {
    switch (row.is) {
      case "frame":
        return `${row.frame.no} ${row.mark}`;
      case "divider":
        return `-- ${row.text}`;
      case "fold":
        return `fold ${row.count}`;
      case "silence":
        return `${row.kept ? "silence" : "untold"} ${row.rung.no}`;
      default:
        return `${row.is} ${row.rung.no}`;
    }
  });
}

const rung = (no: number, changes: Partial<RungResult>): RungResult => ({
  no,
  kind: "must",
  text: "must something",
  clause: null,
  at: null,
  climbed: false,
  frame: null,
  atMs: null,
  ...changes,
});

test("every frame has its mark, and what did not come stands before the nearest miss", () => {
  expect(shortly(rowsOf(SAMPLE, SAMPLE_FRAMES, SAMPLE_LADDER))).toEqual([
    "1 bench",
    "2 rung",
    "3 bench",
    "4 background",
    "5 bench",
    "6 rung",
    "7 bench",
    "missed 3",
    "8 broken",
    "9 background",
    "10 unclaimed",
    "-- teardown",
    "11 bench",
    "12 background",
  ]);
});

describe("a rung that no frame climbed stands at its deadline", () => {
  const placeOf = (changes: Partial<RungResult>, withinMs: number, ladder = true): string => {
    const rungs = [...SAMPLE.rungs.slice(0, 2), rung(3, changes)];
    const at = { ...SAMPLE_LADDER, teardownAfter: null, rungs: [{ no: 3, after: 4, withinMs }] };
    const rows = shortly(rowsOf(sample({ rungs, findings: [] }), SAMPLE_FRAMES, ladder ? at : undefined));
    const i = rows.findIndex((row) => /^[a-z]/.test(row));
    return `${rows[i - 1] ?? "start"} | ${rows[i] ?? "nothing"} | ${rows[i + 1] ?? "end"}`;
  };

  test.each([
    // Frame 7, the tester's fourth, at 12.3 ms is the stimulus.
    [{}, 400, "8 background | missed 3 | 9 background"],
    [{}, 800, "9 background | missed 3 | 10 unclaimed"],
    [{}, 5000, "12 background | missed 3 | end"],
    [{ kind: "never", climbed: true }, 800, "9 background | silence 3 | 10 unclaimed"],
    [{ kind: "never" }, 800, "9 background | untold 3 | 10 unclaimed"],
    [{ kind: "may" }, 800, "9 background | passed over 3 | 10 unclaimed"],
  ])("%j within %i ms", (changes, withinMs, place) => {
    expect(placeOf(changes, withinMs)).toBe(place);
  });

  test("without a ladder it stands at the end", () => {
    expect(placeOf({}, 400, false)).toBe("12 background | missed 3 | end");
  });

  test.each([
    ["after the silence before it", { kind: "never", climbed: true }, "silence 3 | reading 4 | 10 unclaimed"],
    [
      "after the frame that climbed the rung before it",
      { climbed: true, frame: 8 },
      "8 broken | reading 4 | 9 background",
    ],
  ])("what the device says stands %s", (_, changes, place) => {
    const rungs = [rung(3, changes), rung(4, { kind: "reads", climbed: true, says: 1 })];
    const at = [3, 4].map((no) => ({ no, after: 4, withinMs: no === 3 ? 800 : 0 }));
    const rows = shortly(rowsOf(sample({ rungs }), SAMPLE_FRAMES, { ...SAMPLE_LADDER, rungs: at }));
    const i = rows.indexOf("reading 4");
    expect(rows.slice(i - 1, i + 2).join(" | ")).toBe(place);
  });

  test("a silence that was broken is shown by the frame that broke it, not by a row", () => {
    const broken = { ...SAMPLE.findings[0]!, frame: 10, rung: 3 };
    const rungs = [...SAMPLE.rungs.slice(0, 2), rung(3, { kind: "never", frame: 10 })];
    const rows = shortly(rowsOf(sample({ rungs, findings: [broken] }), SAMPLE_FRAMES, SAMPLE_LADDER));
    expect(rows.filter((row) => row.startsWith("10 ") || row.endsWith(" 3"))).toEqual(["10 broken"]);
  });
});

test("a remark marks its frame, and so does a rule", () => {
  const remark = { ...SAMPLE.findings[0]!, verdict: "remark" as const, frame: 2 };
  const rules = [
    {
      id: "rule-x",
      clause: SAMPLE.clause,
      framesJudged: 1,
      findings: [{ ...remark, verdict: "fail" as const, frame: 4 }],
    },
  ];
  const rows = shortly(rowsOf(sample({ findings: [remark], rungs: [], rules }), SAMPLE_FRAMES));
  expect(rows.slice(1, 4)).toEqual(["2 noted", "3 bench", "4 broken"]);
});

test("a frame of neither side is told apart", () => {
  const frames = [{ ...SAMPLE_FRAMES[0]!, from: "foreign" as const }];
  expect(shortly(rowsOf(sample({ rungs: [], findings: [], claims: {} }), frames))).toEqual(["1 foreign"]);
});

describe("a long case", () => {
  const frames = Array.from({ length: 500 }, (_, i) =>
    frameAt(i + 1, i, i % 2 === 0 ? "ref" : "dut", new Uint8Array(12)),
  );
  const claims = Object.fromEntries(frames.map((f) => [f.no, f.from === "ref" ? "bench" : "network data"]));
  delete claims[250];
  const rows = rowsOf(sample({ rungs: [], findings: [], rules: [], claims }), frames);

  test("keeps what matters and its neighbours, and folds the rest by name", () => {
    expect(shortly(rows)).toEqual([
      "1 bench",
      "fold 245",
      "247 bench",
      "248 background",
      "249 bench",
      "250 unclaimed",
      "251 bench",
      "252 background",
      "253 bench",
      "fold 246",
      "500 background",
    ]);
    expect(rows.find((row) => row.is === "fold")?.by).toEqual([
      ["network data", 123],
      ["bench", 122],
    ]);
  });

  test("loses no frame", () => {
    const shown = rows.reduce((n, row) => n + (row.is === "frame" ? 1 : row.is === "fold" ? row.count : 0), 0);
    expect(shown).toBe(500);
  });
});
