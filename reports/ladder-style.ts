/** The look of a picture of flows, and the strokes that it is made of. Sizes are px of the 900 px wide picture. */
import type { Verdict } from "#expect/verdict";
import type { FrameMark } from "./ladder-rows.ts";
import { el, escapeXml } from "./xml.ts";

export const WIDTH = 900;
export const LEFT = 146;
export const RIGHT = 754;
export const MARGIN = 14;

export const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";
export const SANS = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif";

/** A colour of the light theme and its counterpart: the page that holds the picture says which of them is on. */
const both = (light: string, dark: string): string => `light-dark(${light}, ${dark})`;

/** Behind everything, and the words on what is filled with an ink. */
export const GROUND = both("#ffffff", "#14181d");
export const INK = both("#1f2933", "#e6ebf0");
export const FAINT = both("#55606c", "#a9b4c0");
export const RULE = both("#cdd5de", "#38424d");
export const RED = both("#c62828", "#ff8a80");
export const ORANGE = both("#9a4a00", "#ffb066");
export const GREEN = both("#1b7f3b", "#7fd495");
export const BLUE = both("#2457a6", "#8ab4ff");
export const OCHRE = both("#8a6500", "#e6c35c");
export const GREY = both("#5f6b78", "#a3aebb");

/** Grounds of rows, and of the stretch that a refused packet did not pass. */
export const BAD_BAND = both("#fdeaea", "#33191b");
export const ODD_BAND = both("#fff1e0", "#33240f");
export const NOTED_BAND = both("#fff8dc", "#2e2810");
export const KEPT_BAND = both("#e9f6ec", "#1e3a28");
export const UNTOLD_BAND = both("#fde9d3", "#3a2612");
export const DEVICE_BAND = both("#eff8f1", "#172019");
export const TESTER_BAND = both("#f3f6fd", "#181e29");

/** Boxes of points and of the two ends. */
export const POINT = { fill: GROUND, stroke: both("#8a95a3", "#7b8794") } as const;
export const TESTER = { fill: both("#e8eefb", "#1b2638"), stroke: BLUE } as const;
export const DEVICE = { fill: both("#e7f4ea", "#182a1e"), stroke: GREEN } as const;

/** Colour of a frame's arrow, and of the band behind it. */
export const LOOK: Readonly<Record<FrameMark, { readonly ink: string; readonly band?: string }>> = {
  bench: { ink: BLUE },
  rung: { ink: GREEN },
  background: { ink: GREY },
  unclaimed: { ink: ORANGE, band: ODD_BAND },
  broken: { ink: RED, band: BAD_BAND },
  noted: { ink: OCHRE, band: NOTED_BAND },
  foreign: { ink: GREY },
};

export const VERDICT_INK: Readonly<Record<Verdict, string>> = {
  pass: GREEN,
  remark: OCHRE,
  fail: RED,
  inconclusive: ORANGE,
  "not applicable": FAINT,
  "not run": FAINT,
};

/** A piece of the picture and how far down it reaches. */
export interface Drawn {
  readonly height: number;
  /** Lies under the lifelines. */
  readonly under?: string;
  readonly over: string;
}

export function text(
  words: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string | number>>,
): string {
  return el("text", { x, y, ...attributes }, escapeXml(words));
}

/** At most `max` characters, the last one an ellipsis where something was cut. */
export function shorten(words: string, max: number): string {
  const characters = Array.from(words);
  return characters.length <= max ? words : `${characters.slice(0, Math.max(0, max - 1)).join("")}…`;
}

/** Breaks at blanks into at most `lines` lines; the last one is shortened. */
export function wrap(words: string, width: number, lines: number): readonly string[] {
  const out: string[] = [];
  let rest = words;
  while (rest.length > width && out.length < lines - 1) {
    const at = rest.lastIndexOf(" ", width);
    const cut = at > 0 ? at : width;
    out.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...out, shorten(rest, width)];
}

export function badgeAt(x: number, y: number, words: string, fill: string): string {
  const width = words.length * 6.6 + 14;
  return (
    el("rect", { x, y, width, height: 17, rx: 8.5, fill }) +
    text(words, x + width / 2, y + 12.5, {
      fill: GROUND,
      "font-size": 11,
      "font-weight": 700,
      "text-anchor": "middle",
    })
  );
}
