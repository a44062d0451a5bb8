/** What stands between the frames of a ladder picture: what did not come, what was kept, where a part begins. */
import {
  ARROW_CHARACTERS,
  FAINT,
  LEFT,
  MARGIN,
  MONO,
  RIGHT,
  RULE,
  WIDTH,
  arrow,
  badgeAt,
  shorten,
  text,
  wrap,
  type Drawn,
} from "./ladder-style.ts";
import { el } from "./xml.ts";

/** What should have come: a dashed arrow from the device. */
export function drawMissed(no: number, words: string, ink: string, y: number): Drawn {
  const [first = "", second] = wrap(words, ARROW_CHARACTERS - 4, 2);
  const height = second === undefined ? 38 : 53;
  const arrowY = y + height - 12;
  const attributes = { fill: ink, "font-family": MONO, "font-size": 11, "font-weight": 700 };
  return {
    height,
    under: el("rect", { x: 0, y: y + 1, width: WIDTH, height: height - 2, fill: "#fdeaea" }),
    over: [
      text("expected", 126, arrowY + 4, { "text-anchor": "end", fill: ink, "font-size": 11.5, "font-weight": 700 }),
      text(first, LEFT + 10, y + 18, attributes),
      second === undefined ? "" : text(second, LEFT + 10, y + 33, attributes),
      arrow(false, arrowY, ink, 1.8, "7 5"),
      badgeAt(RIGHT + 14, arrowY - 9, `rung ${no} missed`, ink),
    ].join(""),
  };
}

/** A line about something that did not come, without an arrow. */
export function banner(y: number, badge: string, words: string, outcome: string, ink: string): Drawn {
  return {
    height: 32,
    over: [
      el("line", {
        x1: LEFT + 4,
        y1: y + 23,
        x2: RIGHT - 4,
        y2: y + 23,
        stroke: ink,
        "stroke-dasharray": "1 5",
        "stroke-linecap": "round",
        "stroke-width": 1.6,
      }),
      text(shorten(`${outcome}: ${words}`, ARROW_CHARACTERS - 2), LEFT + 10, y + 17, {
        fill: ink,
        "font-family": MONO,
        "font-size": 11,
      }),
      badgeAt(RIGHT + 14, y + 14, badge, ink),
    ].join(""),
  };
}

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

export function note(y: number, words: string, ink: string): Drawn {
  return {
    height: 28,
    over: text(words, (LEFT + RIGHT) / 2, y + 18, { fill: ink, "text-anchor": "middle", "font-style": "italic" }),
  };
}
