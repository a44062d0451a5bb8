/** The ladder of a case as one SVG: who sent what when, what was expected, and where it broke. Pure. */
import type { Frame } from "#capture/frame";
import type { CaseResult, Role } from "#expect/verdict";
import type { SocketAddress } from "#wire/ip/udp";
import { banner, divider, drawMissed, note } from "./ladder-between.ts";
import { drawFrame, endpoint, stageOf, type Stage } from "./ladder-frame.ts";
import { rowsOf, type FrameMark, type PictureRow } from "./ladder-rows.ts";
import {
  type Drawn,
  FAINT,
  GREEN,
  INK,
  LEFT,
  LOOK,
  MARGIN,
  MONO,
  ORANGE,
  RED,
  RIGHT,
  RULE,
  SANS,
  shorten,
  text,
  VERDICT_INK,
  WIDTH,
  wrap,
} from "./ladder-style.ts";
import type { LadderRecord } from "./run-folder.ts";
import { el, escapeXml } from "./xml.ts";

/**
 * Draws a case, 900 px wide. `ladder` (from ladder.json) places the rungs that no frame climbed at their deadline; without
 * it they stand at the end.
 */
export function ladderPicture(result: CaseResult, frames: readonly Frame[], ladder?: LadderRecord): string {
  const stage = stageOf(frames);
  const rows = rowsOf(result, frames, ladder);
  const head = headOf(result);
  const heads = lifelineHeads(result.role, stage);

  let y = head.height;
  const pieces: Drawn[] = [];
  const put = (make: (y: number) => Drawn): void => {
    const piece = make(y);
    pieces.push(piece);
    y += piece.height;
  };
  put(heads);
  put(columnHeads);
  const top = y;
  if (rows.length === 0) put((at) => note(at, "no frame was recorded", FAINT));
  for (const row of rows) put((at) => drawRow(row, at, stage));
  const bottom = y + 6;
  y = bottom;
  // On a long ladder the reader at the end no longer sees which side is which.
  if (rows.length > 24) put(heads);
  put((at) => legend(at, rows, frames));

  const lifelines = [LEFT, RIGHT].map((x) =>
    el("line", { x1: x, y1: top, x2: x, y2: bottom, stroke: RULE, "stroke-width": 2 }),
  );
  return `${el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: WIDTH,
      height: y,
      viewBox: `0 0 ${WIDTH} ${y}`,
      "font-family": SANS,
      "font-size": 12,
      role: "img",
    },
    el("title", {}, escapeXml(`${result.id}: ${result.verdict}`)),
    el("rect", { width: WIDTH, height: y, fill: "#ffffff" }),
    head.over,
    ...pieces.map((p) => p.under ?? ""),
    ...lifelines,
    ...pieces.map((p) => p.over),
  )}\n`;
}

function headOf(r: CaseResult): Drawn {
  const params = Object.entries(r.params).map(([name, value]) => `${name}=${value}`);
  const ink = VERDICT_INK[r.verdict];
  const badge = r.verdict.toUpperCase();
  const badgeWidth = badge.length * 8 + 20;
  const story = wrap(r.story, 118, 2);
  return {
    height: 52 + story.length * 16,
    over: [
      text(r.id, MARGIN, 26, { "font-size": 17, "font-weight": 700, fill: INK }),
      text(shorten([r.clause, r.level, ...params].join(" · "), 84), MARGIN + r.id.length * 10 + 16, 26, {
        fill: FAINT,
        "font-size": 12.5,
      }),
      el("rect", { x: WIDTH - MARGIN - badgeWidth, y: 10, width: badgeWidth, height: 22, rx: 4, fill: ink }),
      text(badge, WIDTH - MARGIN - badgeWidth / 2, 25, {
        fill: "#ffffff",
        "font-weight": 700,
        "font-size": 12,
        "text-anchor": "middle",
      }),
      ...story.map((words, i) => text(words, MARGIN, 48 + i * 16, { fill: INK, "font-size": 13 })),
    ].join(""),
  };
}

/** The two boxes that name the ends. */
function lifelineHeads(device: Role, stage: Stage): (y: number) => Drawn {
  const [tester, dut] = device === "lns" ? ["LAC", "LNS"] : ["LNS", "LAC"];
  return (y) => ({
    height: 50,
    over: [
      headBox(LEFT, y, `tester (${tester})`, stage.ref, "#e8eefb", LOOK.bench.ink),
      headBox(RIGHT, y, `device (${dut})`, stage.dut, "#e7f4ea", GREEN),
    ].join(""),
  });
}

function columnHeads(y: number): Drawn {
  const head = (words: string, x: number): string =>
    text(words, x, y + 8, { "text-anchor": "end", fill: FAINT, "font-size": 10.5 });
  return { height: 12, over: head("frame", 46) + head("ms", 126) };
}

function headBox(
  x: number,
  y: number,
  name: string,
  address: SocketAddress | undefined,
  fill: string,
  stroke: string,
): string {
  return [
    el("rect", { x: x - 118, y, width: 236, height: 42, rx: 5, fill, stroke, "stroke-width": 1 }),
    text(name, x, y + 18, { "font-weight": 700, "text-anchor": "middle", fill: INK, "font-size": 13 }),
    text(address === undefined ? "silent" : endpoint(address), x, y + 34, {
      "text-anchor": "middle",
      fill: FAINT,
      "font-family": MONO,
      "font-size": 11.5,
    }),
  ].join("");
}

function drawRow(row: PictureRow, y: number, stage: Stage): Drawn {
  switch (row.is) {
    case "frame":
      return drawFrame(row, y, stage);
    case "missed":
      return drawMissed(row.rung.no, row.rung.text, row.verdict === "remark" ? LOOK.noted.ink : RED, y);
    case "silence":
      return row.kept
        ? banner(y, `rung ${row.rung.no}`, row.rung.text, "kept", GREEN)
        : banner(y, `rung ${row.rung.no}`, row.rung.text, "nobody could tell", ORANGE);
    case "passed over":
      return banner(y, `rung ${row.rung.no}`, row.rung.text, "did not come", FAINT);
    case "divider":
      return divider(y, row.text);
    case "fold": {
      const by = row.by.map(([claim, count]) => `${claim} ${count}`).join(", ");
      return note(y, `${row.count} more frames: ${shorten(by, 80)}`, FAINT);
    }
  }
}

const LEGEND: Readonly<Record<FrameMark, string>> = {
  bench: "tester",
  rung: "climbs a rung",
  background: "background rule",
  unclaimed: "claimed by nothing",
  broken: "breaks what is expected",
  noted: "remark",
  foreign: "neither of the two",
};

/** The colours that occur, and what the times mean. */
function legend(y: number, rows: readonly PictureRow[], frames: readonly Frame[]): Drawn {
  const marks = new Set(rows.flatMap((row) => (row.is === "frame" ? [row.mark] : [])));
  let x = MARGIN;
  const drawn: string[] = [];
  for (const mark of Object.keys(LEGEND) as FrameMark[]) {
    if (!marks.has(mark)) continue;
    const words = LEGEND[mark];
    drawn.push(
      el("line", { x1: x, y1: y + 16, x2: x + 18, y2: y + 16, stroke: LOOK[mark].ink, "stroke-width": 3 }),
      text(words, x + 23, y + 20, { fill: FAINT, "font-size": 11 }),
    );
    x += 23 + words.length * 6.2 + 16;
  }
  const first = frames[0];
  if (first === undefined) return { height: 12, over: "" };
  const clocks = [...new Set(frames.map((f) => f.clock))].join(" and ");
  const instant = new Date(Number(first.tNs / 1_000_000n)).toISOString();
  const times = `Times in ms after frame #${first.no}, which was seen at ${instant} (${clocks} clock).`;
  return { height: 48, over: `${drawn.join("")}${text(times, MARGIN, y + 38, { fill: FAINT, "font-size": 11 })}` };
}
