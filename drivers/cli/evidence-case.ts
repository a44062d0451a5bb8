/** The folder of one case, judged again from its capture and ladder, and held against what was written down of it. */
import { framesOf } from "#capture/frames-file";
import { CaptureError } from "#capture/record";
import { type Frame, type Lens, packetOf } from "#capture/frame";
import { ladderSchema } from "#expect/ladder-schema";
import type { Ladder } from "#expect/ladder";
import type { CaseResult } from "#expect/verdict";
import { isMisuse, Misuse } from "#fixtures/misuse";
import { lensOf, resultOf } from "#fixtures/run-case";
import { type Files, jsonIn } from "#reports/bundle/files";
import { same } from "#reports/bundle/same";
import { caseResultSchema } from "#reports/schema";
import { specimenIn } from "./specimen.ts";

export interface CaseEvidence {
  readonly dir: string;
  /** Missing where the case was cut off before it was written, or is damaged. */
  readonly ladder: Ladder | undefined;
  /** Judged anew, a SHOULD being a remark; missing where that cannot be done. */
  readonly result: CaseResult | undefined;
  /** As it was written down. */
  readonly written: CaseResult | undefined;
  /** Why the case tells nothing: it was cut off, or its files are damaged. */
  readonly damage: string | undefined;
  /** How its verdict is another than the one written down. */
  readonly difference: string | undefined;
  /** The capture that shows another verdict holds hidden AVPs (RFC 2661 §4.3) that nothing here opens. */
  readonly closed: boolean;
  /** Why its capture is of no product, if it is of none. */
  readonly specimen: string | null;
  /** By the bench's own clock, in milliseconds since the epoch; `null` in virtual time, and where nothing was captured. */
  readonly capturedAtMs: number | null;
}

/** @param secret the tunnel secret, without which a hidden AVP tells nothing */
export function judgeCase(files: Files, dir: string, secret: Uint8Array | undefined): CaseEvidence {
  const none = {
    dir,
    ladder: undefined,
    result: undefined,
    written: undefined,
    damage: undefined,
    difference: undefined,
    closed: false,
    specimen: null,
    capturedAtMs: null,
  };
  let ladder: Ladder | undefined;
  try {
    // As it was read: the schema drops what it does not know.
    jsonIn(files, `${dir}/ladder.json`, ladderSchema, "a ladder");
    ladder = JSON.parse(Buffer.from(files.read(`${dir}/ladder.json`)).toString("utf8")) as Ladder;
    if (!files.has(`${dir}/result.json`))
      return { ...none, ladder, damage: `${dir}/result.json: the case was cut off` };
    const written = jsonIn(files, `${dir}/result.json`, caseResultSchema, "a case's result");
    const frames = framesIn(files, `${dir}/run.pcapng`, ladder);
    const lens = secret && lensOf(secret);
    const asWritten = resultOf(ladder, frames, ladder.durationMs, lens);
    const result = ladder.strict ? resultOf({ ...ladder, strict: false }, frames, ladder.durationMs, lens) : asWritten;
    const difference = differenceOf(dir, written, asWritten);
    const closed = difference !== undefined && frames.some((frame) => isClosed(frame, lens));
    const tapped = frames.find((frame) => frame.clock === "tap");
    const capturedAtMs = tapped === undefined ? null : Number(tapped.tNs / 1_000_000n);
    return { ...none, ladder, result, written, difference, closed, specimen: specimenIn(frames, lens), capturedAtMs };
  } catch (error) {
    if (!isMisuse(error)) throw error;
    return { ...none, ladder, damage: error.message };
  }
}

function framesIn(files: Files, path: string, { device, l2tpPorts }: Ladder): readonly Frame[] {
  if (!files.has(path)) throw new Misuse({ file: path, expected: "the capture of the case", found: "no such file" });
  try {
    return framesOf(files.read(path), { dut: new Set(device.addresses), l2tpPorts });
  } catch (cause) {
    if (!(cause instanceof CaptureError)) throw cause;
    const { offset, expected, found } = cause;
    throw new Misuse({ file: path, field: `octet ${offset}`, expected, found, cause });
  }
}

function isClosed(frame: Frame, lens: Lens | undefined): boolean {
  return packetOf(frame, lens).l2tp?.avps.some((avp) => avp.h && avp.revealed === undefined) ?? false;
}

/** What a verdict rests on; when the case ran and how long it took is no part of it. */
const KEYS = [
  "key",
  "id",
  "role",
  "params",
  "clause",
  "clauses",
  "verdict",
  "reason",
  "findings",
  "rungs",
  "frames",
  "rules",
] as const;

function differenceOf(dir: string, written: CaseResult, judged: CaseResult): string | undefined {
  const plain = JSON.parse(JSON.stringify(judged)) as CaseResult;
  const key = KEYS.find((k) => !same(written[k], plain[k]));
  if (key === undefined) return undefined;
  const [was, is] =
    key === "verdict" ? [written.verdict, judged.verdict] : [`other ${key}`, `${judged.verdict}: ${judged.reason}`];
  return `${dir}/result.json: expected what the capture shows (${is}), found ${key === "verdict" ? was : `other ${key}`}`;
}
