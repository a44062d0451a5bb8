/** The flows of a case as one SVG: each packet from point to point, what the device made of it, and where it broke. Pure. */
import type { Frame } from "#capture/frame";
import type { CaseResult } from "#expect/verdict";
import { divider, drawAwaited, drawFold, drawPassedOver, drawReading, drawRefusal } from "./flow-between.ts";
import { drawHop, letterOf, shownMark, type HopContext } from "./flow-hop.ts";
import { endsOf, isInTunnel, nameOf, type Sighting } from "./flow-packets.ts";
import { flowRowsOf, type FlowRow } from "./flow-rows.ts";
import { flowStageOf, POINT_NAMES, type FlowStage, type Keeper } from "./flow-stage.ts";
import { endpoint, stageOf } from "./ladder-frame.ts";
import {
  DEVICE,
  DEVICE_BAND,
  FAINT,
  MARGIN,
  POINT,
  RULE,
  TESTER,
  TESTER_BAND,
  text,
  type Drawn,
} from "./ladder-style.ts";
import { headBox, headOf, legend, page } from "./picture-page.ts";
import type { LadderRecord } from "./run-folder.ts";
import { el } from "./xml.ts";

/** Behind the rows, where the two ends stand. */
const BANDS: Readonly<Record<Keeper, string | undefined>> = {
  device: DEVICE_BAND,
  tester: TESTER_BAND,
  network: undefined,
};
/** Rows after which the heads are repeated. */
const LONG = 16;

/** Hosts' packets were seen beside the WAN: the two lifelines of a ladder picture would tell half of it. */
export function showsFlows(frames: readonly Frame[]): boolean {
  return frames.some((f) => f.point !== "wan");
}

/**
 * Draws a case whose frames were seen at several points, 900 px wide. `ladder` (from ladder.json) tells its flows apart and
 * places what did not come.
 */
export function flowPicture(result: CaseResult, frames: readonly Frame[], ladder?: LadderRecord): string {
  const stage = flowStageOf(result.role, frames, ladder);
  const rows = flowRowsOf(result, frames, ladder);
  const flows = new Set(rows.flatMap((row) => (row.is === "frame" ? [row.sighting?.flow] : [])));
  flows.delete(undefined);
  const context: HopContext = {
    stage,
    first: frames[0],
    own: new Set(ladder?.device.addresses),
    lettered: flows.size > 1,
  };
  const heads = headsOf(stage, frames);

  let y = 0;
  const pieces: Drawn[] = [];
  const put = (make: (y: number) => Drawn): void => {
    const piece = make(y);
    pieces.push(piece);
    y += piece.height;
  };
  put(() => headOf(result));
  put(heads);
  const top = y;
  for (const row of rows) put((at) => drawRow(row, at, context));
  const bottom = y + 8;
  y = bottom + 2;
  if (rows.length > LONG) put(heads);
  put((at) => flowLegend(at, rows, frames, stage));

  const height = bottom - top;
  const bands = stage.gaps.map(({ from, to, keeper }) =>
    el("rect", { x: from, y: top, width: to - from, height, fill: BANDS[keeper] ?? "none" }),
  );
  const lines = stage.columns.map(({ x }) =>
    el("line", { x1: x, y1: top, x2: x, y2: bottom, stroke: RULE, "stroke-width": 2 }),
  );
  return page(result, y, ...bands, ...pieces.map((p) => p.under ?? ""), ...lines, ...pieces.map((p) => p.over));
}

/** A box for each point, and between them one for whoever stands there. */
function headsOf({ columns, gaps }: FlowStage, frames: readonly Frame[]): (y: number) => Drawn {
  const { ref, dut } = stageOf(frames.filter((f) => f.point === "wan" && isInTunnel(f)));
  const addresses = { device: dut, tester: ref, network: undefined };
  // As much as the boxes between them need for the names of the ends.
  const width = columns.length > 4 ? 56 : 70;
  return (y) => ({
    height: 48,
    over: [
      ...columns.map(({ point, x }) => headBox({ x, y, width }, ...POINT_NAMES[point], POINT)),
      ...gaps.flatMap(({ from, to, keeper, name, below }) => {
        if (keeper === "network") return [];
        const place = { x: (from + to) / 2, y, width: Math.min(to - from - width - 12, 210) };
        const address = addresses[keeper];
        return [
          headBox(
            place,
            name,
            below ?? (address === undefined ? "silent" : endpoint(address)),
            keeper === "device" ? DEVICE : TESTER,
          ),
        ];
      }),
    ].join(""),
  });
}

function drawRow(row: FlowRow, y: number, context: HopContext): Drawn {
  switch (row.is) {
    case "frame":
      return drawHop(row, y, context);
    case "missed":
      return drawAwaited(row, y, context.stage);
    case "refused": {
      const { untilNs } = row;
      const first = context.first?.tNs;
      const ms = untilNs === undefined || first === undefined ? undefined : Number(untilNs - first) / 1e6;
      return drawRefusal(row, y, context.stage, ms?.toFixed(3));
    }
    case "reading":
      return drawReading(row.rung, y, context.stage);
    case "passed over":
      return drawPassedOver(row.rung, y);
    case "divider":
      return divider(y, row.text);
    case "fold":
      return drawFold(row.count, row.what, y);
  }
}

const LEGEND = { bench: "tester and its hosts", background: "passed on by the device, and no rung asks" };

function flowLegend(y: number, rows: readonly FlowRow[], frames: readonly Frame[], stage: FlowStage): Drawn {
  const marks = new Set(rows.flatMap((row) => (row.is === "frame" ? [shownMark(row, stage)] : [])));
  const drawn = legend(y, marks, frames, LEGEND);
  const said = [
    "A ring is a packet inside the tunnel; a dot is one as the host sent it, or as it comes out.",
    ...flowNames(rows),
  ];
  const lines = said.map((words, i) =>
    text(words, MARGIN, y + drawn.height + 6 + i * 16, { fill: FAINT, "font-size": 11 }),
  );
  return { height: drawn.height + said.length * 16, over: drawn.over + lines.join("") };
}

/** What each letter stands for, where there are several. */
function flowNames(rows: readonly FlowRow[]): readonly string[] {
  const firsts = new Map<number, Sighting>();
  for (const row of rows) {
    if (row.is !== "frame" || row.sighting?.flow === undefined) continue;
    if (!firsts.has(row.sighting.flow)) firsts.set(row.sighting.flow, row.sighting);
  }
  if (firsts.size < 2) return [];
  return [...firsts]
    .sort(([a], [b]) => a - b)
    .map(([flow, { packet }]) => `${letterOf(flow)}: ${nameOf(packet).split(" ")[0]!} ${endsOf(packet).join(" > ")}`);
}
