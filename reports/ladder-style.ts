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

export const INK = "#1f2933";
export const FAINT = "#55606c";
export const RULE = "#cdd5de";
export const RED = "#c62828";
export const ORANGE = "#9a4a00";
export const GREEN = "#1b7f3b";

/** Boxes of the two ends. */
export const TESTER = { fill: "#e8eefb", stroke: "#2457a6" } as const;
export const DEVICE = { fill: "#e7f4ea", stroke: GREEN } as const;

/** Colour of a frame's arrow, and of the band behind it. */
export const LOOK: Readonly<Record<FrameMark, { readonly ink: string; readonly band?: string }>> = {
  bench: { ink: "#2457a6" },
  rung: { ink: GREEN },
  background: { ink: "#5f6b78" },
  unclaimed: { ink: ORANGE, band: "#fff1e0" },
  broken: { ink: RED, band: "#fdeaea" },
  noted: { ink: "#8a6500", band: "#fff8dc" },
  foreign: { ink: "#5f6b78" },
};

export const VERDICT_INK: Readonly<Record<Verdict, string>> = {
  pass: GREEN,
  remark: "#8a6500",
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
      fill: "#ffffff",
      "font-size": 11,
      "font-weight": 700,
      "text-anchor": "middle",
    })
  );
}
