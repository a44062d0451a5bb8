/** What the picture of flows shows, from top to bottom: where each packet was seen, and what stands between. Pure. */
import type { Frame, Point } from "#capture/frame";
import { packetOf } from "#capture/frame";
import type { CaseResult, Finding, RungResult } from "#expect/verdict";
import { isBareAck, nameOf, sightingsOf, type Sighting } from "./flow-packets.ts";
import { allRowsOf, UNFOLDED_ROWS, type FrameMark, type PictureRow, type Pointer } from "./ladder-rows.ts";
import type { LadderRecord } from "./run-folder.ts";

export type FlowRow =
  | {
      readonly is: "frame";
      readonly frame: Frame;
      /** Of a host's packet; L2TP control and PPP have none. */
      readonly sighting: Sighting | undefined;
      readonly mark: FrameMark;
      /** The rung that it climbs. */
      readonly rung: RungResult | undefined;
      readonly pointers: readonly Pointer[];
    }
  | {
      readonly is: "missed";
      readonly rung: RungResult;
      readonly verdict: Finding["verdict"];
      readonly at: Point;
      /** Where the ladder stood before. */
      readonly from: Point | undefined;
    }
  /** A flow that must not pass, and of which nothing was seen at these points. */
  | {
      readonly is: "refused";
      readonly rungs: readonly RungResult[];
      readonly kept: boolean;
      readonly points: readonly Point[];
      /** Where its packet was seen last. */
      readonly seenAt: Point | undefined;
      readonly what: string;
      readonly untilNs: bigint | undefined;
    }
  | Extract<PictureRow, { is: "reading" | "passed over" | "divider" }>
  | { readonly is: "fold"; readonly count: number; readonly what: string };

/** The rows of a case, and how many flows its ladder tells apart. */
export function flowRowsOf(result: CaseResult, frames: readonly Frame[], ladder?: LadderRecord): readonly FlowRow[] {
  const sightings = sightingsOf(frames, ladder);
  const all = allRowsOf(result, frames, ladder).map((row) => flowRow(row, result, sightings, ladder));
  const rows = refusalsJoined(all.filter((row) => row !== undefined));
  const hasFlows = [...sightings.values()].some((s) => s.flow !== undefined);
  const isLong = rows.length > UNFOLDED_ROWS;
  return folded(rows, (row) => isUneventful(row, hasFlows, isLong));
}

function flowRow(
  row: PictureRow,
  result: CaseResult,
  sightings: ReadonlyMap<number, Sighting>,
  ladder: LadderRecord | undefined,
): FlowRow | undefined {
  switch (row.is) {
    case "frame": {
      const { frame, mark, pointers } = row;
      const rung = result.rungs.find((r) => r.climbed && r.frame === frame.no);
      return { is: "frame", frame, sighting: sightings.get(frame.no), mark, rung, pointers };
    }
    case "missed": {
      const before = result.rungs.findLast((r) => r.no < row.rung.no && r.climbed && r.frame !== null);
      const from = before?.frame == null ? undefined : sightings.get(before.frame)?.frame.point;
      return { ...row, at: askedOf(row.rung, ladder)?.at ?? "wan", from };
    }
    case "silence": {
      const asked = askedOf(row.rung, ladder);
      const { tag, fields = {} } = asked ?? {};
      const port = Object.entries(fields).find(([path]) => path.endsWith("tcp.dstPort"))?.[1];
      // The answer that must not come goes to the port that the question came from.
      const isOfFlow = ({ frame, packet: { tcp } }: Sighting): boolean =>
        tag !== undefined
          ? Buffer.from(frame.octets).includes(tag)
          : port !== undefined && "value" in port && (tcp?.dstPort === port.value || tcp?.srcPort === port.value);
      return {
        is: "refused",
        rungs: [row.rung],
        kept: row.kept,
        points: [asked?.at ?? "wan"],
        seenAt: [...sightings.values()].findLast(isOfFlow)?.frame.point,
        what: asked?.what ?? "nothing",
        untilNs: row.untilNs,
      };
    }
    case "reading":
    case "passed over":
    case "divider":
      return row;
    case "fold":
      return undefined;
  }
}

function askedOf(rung: RungResult, ladder: LadderRecord | undefined) {
  return ladder?.rungs.find((r) => r.no === rung.no)?.of?.[0]?.match;
}

/** The refusal of one flow is a rung for each point that it must not reach. */
function refusalsJoined(rows: readonly FlowRow[]): readonly FlowRow[] {
  const out: FlowRow[] = [];
  for (const row of rows) {
    const last = out.at(-1);
    if (row.is !== "refused" || last?.is !== "refused" || !isSameRefusal(last, row)) out.push(row);
    else
      out[out.length - 1] = { ...row, rungs: [...last.rungs, ...row.rungs], points: [...last.points, ...row.points] };
  }
  return out;
}

function isSameRefusal(a: Extract<FlowRow, { is: "refused" }>, b: Extract<FlowRow, { is: "refused" }>): boolean {
  return a.kept === b.kept && a.seenAt === b.seenAt && a.what === b.what && a.untilNs === b.untilNs;
}

function isUneventful(row: FlowRow, hasFlows: boolean, isLong: boolean): boolean {
  if (row.is !== "frame" || row.pointers.length > 0) return false;
  const { mark, sighting, rung } = row;
  if (mark === "broken" || mark === "unclaimed" || mark === "noted") return false;
  // The tunnel is the way to the flows, and no part of them.
  if (sighting === undefined) return rung === undefined || rung.kind === "given";
  if (rung !== undefined) return false;
  return isLong || isBareAck(sighting.packet) || (hasFlows && sighting.flow === undefined);
}

function folded(rows: readonly FlowRow[], isUneventful: (row: FlowRow) => boolean): readonly FlowRow[] {
  const out: FlowRow[] = [];
  let run: Extract<FlowRow, { is: "frame" }>[] = [];
  const close = (): void => {
    if (run.length > 0) out.push({ is: "fold", count: run.length, what: kindsOf(run) });
    run = [];
  };
  for (const row of rows) {
    if (row.is === "frame" && isUneventful(row)) run.push(row);
    else {
      close();
      out.push(row);
    }
  }
  close();
  return out;
}

/** `L2TP control 8, PPP 12`: how often what occurs, and never what it carries. */
function kindsOf(run: readonly Extract<FlowRow, { is: "frame" }>[]): string {
  const counts = new Map<string, number>();
  for (const { frame, sighting } of run) {
    const kind = kindOf(frame, sighting);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
}

function kindOf(frame: Frame, sighting: Sighting | undefined): string {
  if (sighting !== undefined) {
    if (isBareAck(sighting.packet)) return "TCP acknowledgement";
    return sighting.flow === undefined ? "other packet" : nameOf(sighting.packet);
  }
  const { l2tp } = packetOf(frame);
  if (l2tp === undefined) return "no IPv4";
  return l2tp.kind === "data" ? "PPP" : "L2TP control";
}
