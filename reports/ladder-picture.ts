/** The ladder of a case as one SVG: who sent what when, what was expected, and where it broke. Pure. */
import type { Frame } from "#capture/frame";
import { saying, type CaseResult, type Role } from "#expect/verdict";
import type { SocketAddress } from "#wire/ip/udp";
import { banner, divider, drawMissed, note } from "./ladder-between.ts";
import { drawFrame, endpoint, stageOf, type Stage } from "./ladder-frame.ts";
import { rowsOf, type PictureRow } from "./ladder-rows.ts";
import {
  type Drawn,
  DEVICE,
  FAINT,
  GREEN,
  LEFT,
  LOOK,
  ORANGE,
  RED,
  RIGHT,
  RULE,
  shorten,
  TESTER,
  text,
} from "./ladder-style.ts";
import { headBox, headOf, legend, page, readingInk } from "./picture-page.ts";
import type { LadderRecord } from "./run-folder.ts";
import { el } from "./xml.ts";

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
  const marks = new Set(rows.flatMap((row) => (row.is === "frame" ? [row.mark] : [])));
  put((at) => legend(at, marks, frames));

  const lifelines = [LEFT, RIGHT].map((x) =>
    el("line", { x1: x, y1: top, x2: x, y2: bottom, stroke: RULE, "stroke-width": 2 }),
  );
  return page(result, y, head.over, ...pieces.map((p) => p.under ?? ""), ...lifelines, ...pieces.map((p) => p.over));
}

const addressOf = (a: SocketAddress | undefined): string => (a === undefined ? "silent" : endpoint(a));

/** The two boxes that name the ends. */
function lifelineHeads(device: Role, stage: Stage): (y: number) => Drawn {
  const [tester, dut] = device === "lns" ? ["LAC", "LNS"] : ["LNS", "LAC"];
  return (y) => ({
    height: 50,
    over: [
      headBox({ x: LEFT, y, width: 236 }, `tester (${tester})`, addressOf(stage.ref), TESTER),
      headBox({ x: RIGHT, y, width: 236 }, `device (${dut})`, addressOf(stage.dut), DEVICE),
    ].join(""),
  });
}

function columnHeads(y: number): Drawn {
  const head = (words: string, x: number): string =>
    text(words, x, y + 8, { "text-anchor": "end", fill: FAINT, "font-size": 10.5 });
  return { height: 12, over: head("frame", 46) + head("ms", 126) };
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
    case "reading":
      return banner(y, `rung ${row.rung.no}`, row.rung.text, saying(row.rung.says ?? null), readingInk(row.rung));
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
