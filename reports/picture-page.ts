/** What every picture of a case has: its head, the boxes that name its lines, its legend. */
import type { Frame } from "#capture/frame";
import type { CaseResult, RungResult } from "#expect/verdict";
import type { FrameMark } from "./ladder-rows.ts";
import {
  type Drawn,
  FAINT,
  GREEN,
  GROUND,
  INK,
  LOOK,
  MARGIN,
  MONO,
  RED,
  SANS,
  shorten,
  text,
  VERDICT_INK,
  WIDTH,
  wrap,
} from "./ladder-style.ts";
import { el, escapeXml } from "./xml.ts";

/** The finished picture. */
export function page(r: CaseResult, height: number, ...drawn: readonly string[]): string {
  return `${el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: WIDTH,
      height,
      viewBox: `0 0 ${WIDTH} ${height}`,
      "font-family": SANS,
      "font-size": 12,
      role: "img",
    },
    el("title", {}, escapeXml(`${r.id}: ${r.verdict}`)),
    el("rect", { width: WIDTH, height, fill: GROUND }),
    ...drawn,
  )}\n`;
}

export function headOf(r: CaseResult): Drawn {
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
        fill: GROUND,
        "font-weight": 700,
        "font-size": 12,
        "text-anchor": "middle",
      }),
      ...story.map((words, i) => text(words, MARGIN, 48 + i * 16, { fill: INK, "font-size": 13 })),
    ].join(""),
  };
}

/** Colour of what a device said of itself. */
export function readingInk({ climbed, says }: RungResult): string {
  return climbed ? GREEN : says === null || says === undefined ? FAINT : RED;
}

/** A box that names what stands below it, with a second line in small. */
export function headBox(
  o: { readonly x: number; readonly y: number; readonly width: number },
  name: string,
  below: string,
  colours: { readonly fill: string; readonly stroke: string },
): string {
  const { x, y, width } = o;
  // A bold letter is two thirds of its size wide; the monospaced ones are 0.6.
  const fit = (words: string, size: number, em: number): number => Math.min(size, (width - 8) / (words.length * em));
  return [
    el("rect", { x: x - width / 2, y, width, height: 42, rx: 5, ...colours, "stroke-width": 1 }),
    text(name, x, y + 18, {
      "font-weight": 700,
      "text-anchor": "middle",
      fill: INK,
      "font-size": fit(name, width < 100 ? 11.5 : 13, 0.66).toFixed(1),
    }),
    text(below, x, y + 34, {
      "text-anchor": "middle",
      fill: FAINT,
      "font-family": MONO,
      "font-size": fit(below, width < 100 ? 10 : 11.5, 0.61).toFixed(1),
    }),
  ].join("");
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
export function legend(
  y: number,
  marks: ReadonlySet<FrameMark>,
  frames: readonly Frame[],
  names: Partial<typeof LEGEND> = {},
): Drawn {
  let x = MARGIN;
  const drawn: string[] = [];
  for (const mark of Object.keys(LEGEND) as FrameMark[]) {
    if (!marks.has(mark)) continue;
    const words = names[mark] ?? LEGEND[mark];
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
