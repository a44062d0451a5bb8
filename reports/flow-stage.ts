/** Where things stand in the picture of flows: a line for each point of the bench, and between them whoever passes packets on. */
import type { Frame, Point } from "#capture/frame";
import type { Role } from "#expect/verdict";
import type { LadderRecord } from "./run-folder.ts";

/** In the order of the scenario; `away` leaves the LNS beside the way to the server. */
const ORDER: readonly Point[] = ["lan", "wan", "inside", "server", "away"];
const FIRST_X = 150;
const LAST_X = 730;

/** Who stands between two points. */
export type Keeper = "device" | "tester" | "network";

export interface Column {
  readonly point: Point;
  readonly x: number;
}

export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly keeper: Keeper;
  readonly name: string;
  /** In place of the address. */
  readonly below?: string;
}

export interface FlowStage {
  readonly columns: readonly Column[];
  readonly gaps: readonly Gap[];
  /** The gap in which the device stands. */
  readonly device: Gap;
  readonly xOf: (point: Point) => number;
}

/** The points that occur or that the ladder asks about, and those on either side of the device. */
export function flowStageOf(role: Role, frames: readonly Frame[], ladder?: LadderRecord): FlowStage {
  const points = new Set<Point>(frames.map((f) => f.point)).add("wan");
  for (const { of = [] } of ladder?.rungs ?? []) for (const { match } of of) if (match.at) points.add(match.at);
  if (role === "lac") points.add("lan");
  else if (!points.has("inside")) points.add("server");
  const used = ORDER.filter((point) => points.has(point));
  const step = (LAST_X - FIRST_X) / (used.length - 1);
  const columns = used.map((point, i) => ({ point, x: Math.round(FIRST_X + i * step) }));
  const gaps = columns.slice(1).map((right, i): Gap => {
    const left = columns[i]!;
    const end = endBetween(left.point, right.point);
    const keeper: Keeper = end === undefined ? "network" : end === role ? "device" : "tester";
    const name = end === undefined ? "" : `${keeper} (${end.toUpperCase()})`;
    const ends = { from: left.x, to: right.x, keeper };
    // The LNS stands here a second time: this is its other way out.
    return right.point === "away" ? { ...ends, name: "by default", below: name } : { ...ends, name };
  });
  const device = gaps.find((gap) => gap.keeper === "device") ?? gaps[0]!;
  return { columns, gaps, device, xOf: (point) => columns.find((c) => c.point === point)?.x ?? FIRST_X };
}

/** The LAC stands between LAN and WAN; whatever has passed the WAN has the LNS behind it. */
function endBetween(left: Point, right: Point): Role | undefined {
  if (left === "lan") return "lac";
  if (left === "wan" || right === "away") return "lns";
  return undefined;
}

/** What the lines are called, and what is found there. */
export const POINT_NAMES: Readonly<Record<Point, readonly [name: string, below: string]>> = {
  lan: ["LAN", "branch"],
  wan: ["WAN", "Internet"],
  inside: ["inside", "LNS"],
  server: ["server", "HQ"],
  away: ["away", "no tunnel"],
};
