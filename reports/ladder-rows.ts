/** What the ladder picture shows, from top to bottom: frames in order, and between them what did not come. Pure. */
import type { Frame } from "#capture/frame";
import type { CaseResult, Finding, RungResult } from "#expect/verdict";
import type { LadderRecord } from "./run-folder.ts";

/** What a picture needs of a judgement. */
export type Pictured = Pick<CaseResult, "role" | "rungs" | "findings" | "claims" | "rules">;

/** - `bench`: sent by the tester; `broken`: a finding points at it; `noted`: the finding is a remark. */
export type FrameMark = "bench" | "rung" | "background" | "unclaimed" | "broken" | "noted" | "foreign";

/** A finding of the case's ladder or of a rule. */
export interface Pointer {
  readonly finding: Finding;
  readonly rule: string | undefined;
}

export type PictureRow =
  | {
      readonly is: "frame";
      readonly frame: Frame;
      readonly mark: FrameMark;
      readonly claim: string | undefined;
      readonly pointers: readonly Pointer[];
    }
  /** A rung whose packet did not come. */
  | { readonly is: "missed"; readonly rung: RungResult; readonly verdict: Finding["verdict"] }
  /** Silence that was asked for: kept, or not to be told because the bench did not listen or the device was gone. */
  | {
      readonly is: "silence";
      readonly rung: RungResult;
      readonly kept: boolean;
      readonly untilNs: bigint | undefined;
    }
  /** What the device said of itself, or that it does not say. */
  | { readonly is: "reading"; readonly rung: RungResult }
  /** A `may` whose packet did not come: the device went the other way. */
  | { readonly is: "passed over"; readonly rung: RungResult }
  | { readonly is: "divider"; readonly text: string }
  /** Frames that nobody need see one by one. */
  | { readonly is: "fold"; readonly count: number; readonly by: readonly (readonly [claim: string, count: number])[] };

/** Pictures with no more rows than this are never folded. */
export const UNFOLDED_ROWS = 120;
/** Background frames kept on either side of what matters. */
const CONTEXT_FRAMES = 3;

/** `ladder` places rungs that no frame climbed at their deadline, and marks where the taking down begins. */
export function rowsOf(result: Pictured, frames: readonly Frame[], ladder?: LadderRecord): readonly PictureRow[] {
  const rows = allRowsOf(result, frames, ladder);
  return rows.length > UNFOLDED_ROWS ? folded(rows) : rows;
}

/** The same with every frame in it. */
export function allRowsOf(result: Pictured, frames: readonly Frame[], ladder?: LadderRecord): readonly PictureRow[] {
  const between = placeBetween(result, frames, ladder);
  const pointers = pointersOf(result);
  const rows: PictureRow[] = [];
  for (const frame of frames) {
    rows.push(...(between.get(frame.no) ?? []));
    const mine = pointers.get(frame.no) ?? [];
    const claim = result.claims[frame.no];
    rows.push({ is: "frame", frame, claim, mark: markOf(frame, claim, mine), pointers: mine });
  }
  rows.push(...(between.get(END) ?? []));
  return rows;
}

/** Key of what comes after the last frame. */
const END = Infinity;

function pointersOf(result: Pictured): ReadonlyMap<number, readonly Pointer[]> {
  const all: Pointer[] = [
    ...result.findings.map((finding) => ({ finding, rule: undefined })),
    ...result.rules.flatMap((rule) => rule.findings.map((finding) => ({ finding, rule: rule.id }))),
  ];
  const byFrame = new Map<number, Pointer[]>();
  for (const p of all)
    if (p.finding.frame !== null) byFrame.set(p.finding.frame, [...(byFrame.get(p.finding.frame) ?? []), p]);
  return byFrame;
}

function markOf(frame: Frame, claim: string | undefined, pointers: readonly Pointer[]): FrameMark {
  const isHosts = frame.point !== "wan";
  if (frame.from === "foreign" && claim === undefined && pointers.length === 0) return isHosts ? "bench" : "foreign";
  if (pointers.some((p) => p.finding.verdict === "fail")) return "broken";
  if (frame.from === "dut" && claim === undefined && !isHosts) return "unclaimed";
  if (pointers.some((p) => p.finding.verdict === "inconclusive")) return "broken";
  if (pointers.length > 0) return "noted";
  if (frame.from === "ref") return "bench";
  if (isHosts && claim === undefined) return "bench";
  return claim?.startsWith("rung ") === true ? "rung" : "background";
}

/** What stands between the frames, by the number of the frame before which it stands. */
function placeBetween(
  result: Pictured,
  frames: readonly Frame[],
  ladder: LadderRecord | undefined,
): ReadonlyMap<number, PictureRow[]> {
  const rows = new Map<number, PictureRow[]>();
  const put = (beforeNo: number, row: PictureRow): void =>
    void rows.set(beforeNo, [...(rows.get(beforeNo) ?? []), row]);
  const sent = frames.filter((f) => f.from === "ref");

  let last: Frame | undefined;
  // A device is asked after all that stands before the question on the ladder.
  let afterAll = 0;
  for (const rung of result.rungs) {
    const frame = frames.find((f) => f.no === rung.frame);
    const untilNs = dueOf(rung, last, sent, frames, ladder);
    const row = rowOf(rung, result.findings, untilNs);
    const due = untilNs === undefined ? END : (frames.find((f) => f.tNs > untilNs)?.no ?? END);
    const place = rung.kind === "reads" ? placeAfter(afterAll, frames) : (frame?.no ?? due);
    if (row !== undefined) put(place, row);
    afterAll = Math.max(afterAll, frame === undefined ? place - 1 : frame.no);
    if (rung.climbed && frame !== undefined && frame.no > (last?.no ?? 0)) last = frame;
  }
  for (const [ordinal, text] of [
    [ladder?.sanity?.after, "sanity check"],
    [ladder?.teardownAfter, "teardown"],
  ] as const) {
    // The bench's k-th frame, from 1, is the question of the check, or the first message of the taking down.
    const begins = typeof ordinal === "number" ? sent[ordinal - 1] : undefined;
    if (begins !== undefined) put(begins.no, { is: "divider", text });
  }
  return rows;
}

function rowOf(rung: RungResult, findings: readonly Finding[], untilNs: bigint | undefined): PictureRow | undefined {
  if (rung.kind === "reads") return { is: "reading", rung };
  if (rung.kind === "never") {
    // A silence that was broken is shown by the frame that broke it.
    return rung.frame === null ? { is: "silence", rung, kept: rung.climbed, untilNs } : undefined;
  }
  if (rung.climbed) return undefined;
  if (rung.kind === "may") return { is: "passed over", rung };
  return { is: "missed", rung, verdict: findings.find((f) => f.rung === rung.no)?.verdict ?? "inconclusive" };
}

/** The number of the frame that comes next, if one does. */
function placeAfter(no: number, frames: readonly Frame[]): number {
  return frames.find((f) => f.no > no)?.no ?? END;
}

/** The rung's deadline. */
function dueOf(
  rung: RungResult,
  last: Frame | undefined,
  sent: readonly Frame[],
  frames: readonly Frame[],
  ladder: LadderRecord | undefined,
): bigint | undefined {
  const asked = ladder?.rungs.find((r) => r.no === rung.no);
  if (asked === undefined) return undefined;
  const anchor = sent[asked.after - 1] ?? frames[0];
  const from = last !== undefined && anchor !== undefined && last.tNs > anchor.tNs ? last : anchor;
  return from === undefined ? undefined : from.tNs + BigInt(Math.round(asked.withinMs * 1e6));
}

/** Runs of uneventful frames far from anything that matters become one row each. */
function folded(rows: readonly PictureRow[]): readonly PictureRow[] {
  const matters = (row: PictureRow): boolean =>
    row.is !== "frame" || (row.mark !== "background" && row.mark !== "bench" && row.mark !== "foreign");
  const keep = new Set<number>([0, rows.length - 1]);
  rows.forEach((row, i) => {
    if (matters(row)) for (let k = i - CONTEXT_FRAMES; k <= i + CONTEXT_FRAMES; k++) keep.add(k);
  });
  const out: PictureRow[] = [];
  for (let i = 0; i < rows.length;) {
    let end = i;
    while (end < rows.length && !keep.has(end)) end++;
    // One or two frames take no more room than the line that would replace them.
    if (end - i > 2) {
      out.push(foldOf(rows.slice(i, end)));
      i = end;
    } else {
      out.push(rows[i] as PictureRow);
      i++;
    }
  }
  return out;
}

export function foldOf(run: readonly PictureRow[]): PictureRow {
  const counts = new Map<string, number>();
  for (const row of run)
    if (row.is === "frame") {
      const by = row.mark === "foreign" ? "foreign" : (row.claim ?? "bench");
      counts.set(by, (counts.get(by) ?? 0) + 1);
    }
  return { is: "fold", count: run.length, by: [...counts].sort((a, b) => b[1] - a[1]) };
}
