/** What stands between the frames of the picture of flows: what did not come, what must not, and what the device says. */
import { saying, type RungResult } from "#expect/verdict";
import { BADGE_X, CHARACTER, LINE_CHARACTERS, LINE_X, stroke } from "./flow-hop.ts";
import type { FlowRow } from "./flow-rows.ts";
import type { FlowStage } from "./flow-stage.ts";
import {
  badgeAt,
  BAD_BAND,
  FAINT,
  GREEN,
  GROUND,
  INK,
  KEPT_BAND,
  LEFT,
  LOOK,
  MARGIN,
  MONO,
  ORANGE,
  RED,
  RIGHT,
  RULE,
  UNTOLD_BAND,
  WIDTH,
  shorten,
  text,
  wrap,
  type Drawn,
} from "./ladder-style.ts";
import { readingInk } from "./picture-page.ts";
import { el } from "./xml.ts";

const WORDS = { "font-family": MONO, "font-size": 10.5 };

/** What should have come: a dashed arrow to the point where it was expected. */
export function drawAwaited(row: Extract<FlowRow, { is: "missed" }>, y: number, stage: FlowStage): Drawn {
  const ink = row.verdict === "remark" ? LOOK.noted.ink : RED;
  const words = wrap(`expected: ${row.rung.text}`, LINE_CHARACTERS, 4);
  const arrowY = y + 14 + words.length * 14;
  const height = arrowY - y + 12;
  const to = stage.xOf(row.at);
  const halo = { stroke: BAD_BAND, "stroke-width": 4, "paint-order": "stroke" };
  return {
    height,
    under: el("rect", { x: 0, y: y + 1, width: WIDTH, height: height - 2, fill: BAD_BAND }),
    over: [
      ...words.map((w, i) => text(w, LINE_X, y + 15 + i * 14, { ...WORDS, ...halo, fill: ink, "font-weight": 700 })),
      stroke(acrossOf(row, stage), to, arrowY, ink, { width: 1.8, dash: "7 5" }),
      badgeAt(BADGE_X, arrowY - 9, `rung ${row.rung.no} missed`, ink),
    ].join(""),
  };
}

/** Where a packet that was to be seen at a point would have come from. */
function acrossOf({ rung, at, from }: Extract<FlowRow, { is: "missed" }>, stage: FlowStage): number {
  const to = stage.xOf(at);
  const { device } = stage;
  const isDevices = rung.kind !== "given";
  if (isDevices && to === device.from) return device.to;
  if (isDevices && to === device.to) return device.from;
  if (from !== undefined && from !== at) return stage.xOf(from);
  // A host's own answer begins on its line; what the bench was to pass on comes across from the device.
  if (from === at) return to + (to === stage.columns.at(-1)!.x ? 60 : -60);
  const tester = stage.gaps.find((g) => g !== device && (g.from === to || g.to === to));
  if (tester !== undefined) return tester.from === to ? tester.to : tester.from;
  return (device.from + device.to) / 2;
}

/** A bar where the packet ended, and behind it the stretch on which nothing of it was seen. */
export function drawRefusal(
  row: Extract<FlowRow, { is: "refused" }>,
  y: number,
  stage: FlowStage,
  untilMs: string | undefined,
): Drawn {
  const ink = row.kept ? GREEN : ORANGE;
  const [bar, end] = stretchOf(row, stage);
  const [left, right] = [Math.min(bar, end), Math.max(bar, end)];
  const isAnswer = row.seenAt !== undefined && row.points.includes(row.seenAt);
  const said = isAnswer
    ? "no answer"
    : row.kept
      ? "nothing past this point"
      : "nobody could tell what came past this point";
  const until = untilMs === undefined ? "" : ` until ${untilMs} ms`;
  const room = Math.floor((right - left - 24) / CHARACTER);
  const words = [
    ...wrap(`${said}${until}`, room, 3),
    ...wrap(`${row.what}: none at ${row.points.join(", ")}`, room, 3),
  ];
  const height = words.length * 14 + 22;
  const side = end > bar ? 1 : -1;
  const middle = y + height / 2;
  return {
    height,
    over: [
      el("rect", {
        x: left,
        y: y + 5,
        width: right - left,
        height: height - 10,
        rx: 4,
        fill: row.kept ? KEPT_BAND : UNTOLD_BAND,
      }),
      el("line", {
        x1: bar,
        y1: y + 3,
        x2: bar,
        y2: y + height - 3,
        stroke: ink,
        "stroke-width": 5,
        "stroke-linecap": "round",
      }),
      isAnswer ? "" : stroke(bar - side * 30, bar - side * 2, middle, ink, { width: 1.6 }),
      ...words.map((w, i) =>
        text(w, left + 14, y + 22 + i * 14, {
          ...WORDS,
          fill: i === 0 ? ink : INK,
          ...(i === 0 && { "font-weight": 700 }),
        }),
      ),
      badgeAt(BADGE_X, middle - 9, rungsText(row.rungs), ink),
    ].join(""),
  };
}

/** From the point where the packet was seen last to the farthest that it must not reach. */
function stretchOf(
  { points, seenAt }: Extract<FlowRow, { is: "refused" }>,
  stage: FlowStage,
): readonly [number, number] {
  const { device } = stage;
  const xs = points.map((point) => stage.xOf(point));
  const isRightwards = Math.max(...xs) > device.from;
  const bar = seenAt === undefined ? (isRightwards ? device.from : device.to) : stage.xOf(seenAt);
  const others = xs.filter((x) => x !== bar);
  if (others.length === 0) return [bar, bar === device.from ? device.to : device.from];
  return [bar, Math.max(...others) > bar ? Math.max(...others) : Math.min(...others)];
}

function rungsText(rungs: readonly RungResult[]): string {
  const numbers = rungs.map((r) => r.no);
  return numbers.length === 1 ? `rung ${numbers[0] ?? ""}` : `rungs ${numbers.join(", ")}`;
}

/** The device's own words, spoken out of the place where it stands. */
export function drawReading(rung: RungResult, y: number, stage: FlowStage): Drawn {
  const ink = readingInk(rung);
  const says = rung.says ?? null;
  const outcome = says === null ? "" : rung.climbed ? ": as expected" : ": not what is expected";
  const words = wrap(rung.text.replace(/^the /, ""), LINE_CHARACTERS - 2, 3);
  const height = words.length * 14 + 38;
  const x = (stage.device.from + stage.device.to) / 2;
  const top = y + 10;
  return {
    height,
    ...(says !== null &&
      !rung.climbed && { under: el("rect", { x: 0, y: y + 1, width: WIDTH, height: height - 2, fill: BAD_BAND }) }),
    over: [
      el("path", {
        d: `M${LINE_X - 14} ${top}H${x - 8}l8 -8l8 8H764V${y + height - 5}H${LINE_X - 14}z`,
        fill: GROUND,
        stroke: ink,
        "stroke-width": 1.4,
        "stroke-linejoin": "round",
      }),
      ...words.map((w, i) => text(w, LINE_X, top + 17 + i * 14, { ...WORDS, fill: INK })),
      text(`${saying(says)}${outcome}`, LINE_X, top + 17 + words.length * 14, {
        ...WORDS,
        fill: ink,
        "font-weight": 700,
      }),
      badgeAt(
        BADGE_X,
        y + height / 2 - 5,
        says !== null && !rung.climbed ? `rung ${rung.no} broken` : `rung ${rung.no}`,
        ink,
      ),
    ].join(""),
  };
}

/** A packet that might have come and did not. */
export function drawPassedOver(rung: RungResult, y: number): Drawn {
  const words = wrap(`did not come: ${rung.text}`, LINE_CHARACTERS, 2);
  return {
    height: words.length * 14 + 14,
    over: [
      ...words.map((w, i) => text(w, LINE_X, y + 16 + i * 14, { ...WORDS, fill: FAINT })),
      badgeAt(BADGE_X, y + 6, `rung ${rung.no}`, FAINT),
    ].join(""),
  };
}

/** Frames that are not shown one by one, on a ground of their own so that no line runs through the words. */
export function drawFold(count: number, what: string, y: number): Drawn {
  const words = shorten(`${count} more ${count === 1 ? "frame" : "frames"}: ${what}`, 88);
  const middle = 440;
  const width = words.length * 5.9 + 22;
  return {
    height: 28,
    over:
      el("rect", { x: middle - width / 2, y: y + 5, width, height: 18, rx: 9, fill: GROUND, stroke: RULE }) +
      text(words, middle, y + 18, { fill: FAINT, "text-anchor": "middle", "font-size": 11, "font-style": "italic" }),
  };
}

/** Where a part of the case begins. */
export function divider(y: number, words: string): Drawn {
  const half = words.length * 3.6 + 12;
  const middle = (LEFT + RIGHT) / 2;
  return {
    height: 26,
    over: [
      el("line", { x1: MARGIN, y1: y + 14, x2: middle - half, y2: y + 14, stroke: RULE }),
      el("line", { x1: middle + half, y1: y + 14, x2: WIDTH - MARGIN, y2: y + 14, stroke: RULE }),
      text(words, middle, y + 18, { fill: FAINT, "text-anchor": "middle", "font-size": 11.5, "letter-spacing": 0.5 }),
    ].join(""),
  };
}
