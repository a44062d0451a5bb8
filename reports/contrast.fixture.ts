import type { Frame, Page } from "playwright";

/** A text as a reader sees it. */
export interface SeenText {
  readonly text: string;
  /** Of its colour to the ground that it stands on (WCAG 2, relative luminance). */
  readonly contrast: number;
}

/** Every text that is shown in a page, or in what a selector finds there. */
export function textsIn(page: Page | Frame, selector = "body"): Promise<readonly SeenText[]> {
  return page.evaluate<readonly SeenText[]>(`(${LOOK})(${JSON.stringify(selector)})`);
}

/** Runs in the page. A colour that one can see through is laid over what is behind it. */
const LOOK = `(selector) => {
  const rgba = (colour) => {
    const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\\d.]+/g) ?? []).map(Number);
    return colour.startsWith("rgb") ? [r, g, b, a] : [0, 0, 0, 0];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    if (element === null) return [255, 255, 255];
    const style = getComputedStyle(element);
    const own = rgba(style.backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, groundOf(element.parentElement));
  };
  // In a drawing the ground is the last shape that was drawn below the text.
  const drawnGround = (text, svg) => {
    const at = text.getBoundingClientRect();
    const [x, y] = [at.left + at.width / 2, at.top + at.height / 2];
    const below = [...svg.querySelectorAll("rect, circle")].filter((shape) => {
      const box = shape.getBoundingClientRect();
      const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
      return before && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom && rgba(getComputedStyle(shape).fill)[3] === 1;
    });
    return below.length === 0 ? groundOf(svg) : rgba(getComputedStyle(below.at(-1)).fill).slice(0, 3);
  };
  const seen = [];
  for (const root of document.querySelectorAll(selector))
    for (const element of [root, ...root.querySelectorAll("*")]) {
      const words = [...element.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join(" ").trim();
      if (words === "" || ["SCRIPT", "STYLE", "TITLE", "title", "OPTION"].includes(element.tagName)) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const svg = element.closest("svg");
      const ground = svg === null ? groundOf(element) : drawnGround(element, svg);
      const style = getComputedStyle(element);
      const ink = over(rgba(svg === null ? style.color : style.fill), ground);
      const [dark, bright] = [light(ink), light(ground)].sort((a, b) => a - b);
      seen.push({ text: words.slice(0, 60), contrast: Math.round(((bright + 0.05) / (dark + 0.05)) * 100) / 100 });
    }
  return seen;
}`;
