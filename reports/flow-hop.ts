/** One frame of the picture of flows: where the packet came from, where it was seen, and what became of it on the way. */
import { packetOf, type Frame } from "#capture/frame";
import { line } from "#wire/text";
import { changesOf, introductionOf, isInTunnel, nameOf, type Sighting } from "./flow-packets.ts";
import type { FlowRow } from "./flow-rows.ts";
import type { FlowStage } from "./flow-stage.ts";
import type { FrameMark } from "./ladder-rows.ts";
import { msOf, pointerText } from "./ladder-frame.ts";
import { badgeAt, FAINT, GROUND, INK, LOOK, MONO, shorten, text, WIDTH, wrap, type Drawn } from "./ladder-style.ts";
import { el, escapeXml } from "./xml.ts";

/** Where the badges of the rungs begin. */
export const BADGE_X = 776;
const SIZE = 10.5;
/** Width of a character of the monospaced font. */
export const CHARACTER = SIZE * 0.602;
const LEADING = 14;
/** Characters of a line that runs from the first line to the badges. */
export const LINE_CHARACTERS = 93;
/** Where such lines begin. */
export const LINE_X = 160;

/** What all frames of one picture share. */
export interface HopContext {
  readonly stage: FlowStage;
  readonly first: Frame | undefined;
  /** Addresses by which the device speaks for itself. */
  readonly own: ReadonlySet<string>;
  /** More than one flow: each bears its letter. */
  readonly lettered: boolean;
}

export function drawHop(row: Extract<FlowRow, { is: "frame" }>, y: number, context: HopContext): Drawn {
  const { frame, sighting, mark } = row;
  const look = LOOK[shownMark(row, context.stage)];
  const { from, to, room } = placeOf(frame, sighting, context);
  const words = wordsOf(frame, sighting, Math.floor((room[1] - room[0]) / CHARACTER));
  const arrowY = y + 12 + words.length * LEADING;
  const notes = row.pointers
    .filter((p) => !(mark === "unclaimed" && p.finding.clause === null))
    .flatMap((p) => wrap(pointerText(p, frame), LINE_CHARACTERS - 3, 2));
  const height = arrowY - y + 10 + notes.length * 15;
  const bold = mark === "broken" || mark === "unclaimed";
  return {
    height,
    ...(look.band && { under: el("rect", { x: 0, y: y + 1, width: WIDTH, height: height - 2, fill: look.band }) }),
    over: el(
      "g",
      {},
      el("title", {}, escapeXml(`#${frame.no} at ${frame.point}: ${line(packetOf(frame))}`)),
      gutter(frame, sighting, arrowY + 3, { context, ink: bold ? look.ink : INK }),
      ...words.map((w, i) =>
        text(w, room[0], y + 14 + i * LEADING, {
          "font-family": MONO,
          "font-size": SIZE,
          fill: i === 0 ? look.ink : INK,
          ...(i === 0 && { "font-weight": 700 }),
        }),
      ),
      from === to ? drop(to, arrowY, look.ink) : stroke(from, to, arrowY, look.ink, { width: bold ? 2.2 : 1.6 }),
      seenMark(to, arrowY, look.ink, isInTunnel(frame)),
      claimBadge(row, arrowY - 9, look.ink),
      ...notes.map((words, i) => pointerLine(words, arrowY + 18 + i * 15, look.ink, i === 0)),
    ),
  };
}

/**
 * The colour that a frame is drawn in. What the bench passes on may climb a rung all the same; what the device passes on is
 * not the bench's, even where no rung asks for it.
 */
export function shownMark({ mark, rung, sighting }: Extract<FlowRow, { is: "frame" }>, stage: FlowStage): FrameMark {
  if (mark !== "bench") return mark;
  if (rung !== undefined) return "rung";
  if (sighting?.before === undefined) return mark;
  const [x, y] = [stage.xOf(sighting.before.frame.point), stage.xOf(sighting.frame.point)];
  const crossed = stage.gaps.filter((g) => g.from >= Math.min(x, y) && g.to <= Math.max(x, y));
  return crossed.some((g) => g.keeper === "device") ? "background" : mark;
}

/** From where to where the arrow runs, and the room for words: the gap that it crosses, or the one beside it. */
function placeOf(
  frame: Frame,
  sighting: Sighting | undefined,
  { stage, own }: HopContext,
): { from: number; to: number; room: readonly [number, number] } {
  const to = stage.xOf(frame.point);
  if (sighting?.before !== undefined) {
    const from = stage.xOf(sighting.before.frame.point);
    return { from, to, room: [Math.min(from, to) + 10, Math.max(from, to) - 8] };
  }
  const { device } = stage;
  const isDevices = frame.from === "dut" || own.has(sighting?.packet.ip?.src ?? "");
  const besideDevice = to === device.from || to === device.to;
  if (isDevices && besideDevice) {
    const middle = (device.from + device.to) / 2;
    return { from: middle, to, room: [device.from + 10, device.to - 8] };
  }
  const isFirst = to === stage.columns[0]!.x;
  const isLast = to === stage.columns.at(-1)!.x;
  // Who sends on the WAN stands across from the device; a host stands outside of all, or on its line.
  const across = to === device.to ? 60 : -60;
  const aside = isFirst ? -30 : isLast ? 30 : frame.point === "wan" ? across : 0;
  const gap = stage.gaps.find((g) => (isFirst || (frame.point === "wan" && across > 0) ? g.from === to : g.to === to));
  const { from: left, to: right } = gap ?? device;
  return { from: to + aside, to, room: [left + 10, right - 8] };
}

/** A packet that begins on a line between others. */
function drop(x: number, y: number, ink: string): string {
  return (
    el("line", { x1: x, y1: y - 34, x2: x, y2: y - 14, stroke: ink, "stroke-width": 1.6 }) +
    el("path", { d: `M${x} ${y - 6}l-4.5 -9h9z`, fill: ink })
  );
}

function wordsOf(frame: Frame, sighting: Sighting | undefined, characters: number): readonly string[] {
  if (sighting === undefined) {
    // Masked by the one printer, its ends told by the heads.
    const printed = line(packetOf(frame)).replace(/^\S+ > \S+ (?:L2TP )?/, "");
    return wrap(printed, characters, 3);
  }
  const more = sighting.before === undefined ? introductionOf(sighting) : changesOf(sighting);
  return [shorten(nameOf(sighting.packet), characters), ...more.flatMap((words) => wrap(words, characters, 3))];
}

function gutter(
  frame: Frame,
  sighting: Sighting | undefined,
  y: number,
  { context, ink }: { context: HopContext; ink: string },
): string {
  const end = { "text-anchor": "end", "font-family": MONO, "font-size": 11 };
  const letter = context.lettered && sighting?.flow !== undefined ? letterOf(sighting.flow) : "";
  return [
    letter === "" ? "" : el("circle", { cx: 14, cy: y - 4, r: 8, fill: FAINT }),
    letter === ""
      ? ""
      : text(letter, 14, y, { "text-anchor": "middle", fill: GROUND, "font-size": 11, "font-weight": 700 }),
    text(`#${frame.no}`, 54, y, { ...end, fill: ink, "font-weight": 700 }),
    text(msOf(frame, context.first), 112, y, { ...end, fill: FAINT }),
  ].join("");
}

/** Of a flow: A, B, C, and numbers when the letters are used up. */
export function letterOf(flow: number): string {
  return flow < 26 ? String.fromCharCode(65 + flow) : String(flow + 1);
}

/** A line with a head. */
export function stroke(
  from: number,
  to: number,
  y: number,
  ink: string,
  o: { readonly width: number; readonly dash?: string },
): string {
  const side = to > from ? -1 : 1;
  const tip = to + side * 6;
  return (
    el("line", {
      x1: from,
      y1: y,
      x2: tip + side * 8,
      y2: y,
      stroke: ink,
      "stroke-width": o.width,
      "stroke-dasharray": o.dash,
    }) + el("path", { d: `M${tip} ${y}l${side * 9} -4.5v9z`, fill: ink })
  );
}

/** Where a packet was seen: a dot, and a ring around it where it was inside the tunnel. */
export function seenMark(x: number, y: number, ink: string, inTunnel: boolean): string {
  const dot = el("circle", { cx: x, cy: y, r: inTunnel ? 2.2 : 4, fill: ink });
  return inTunnel ? el("circle", { cx: x, cy: y, r: 5, fill: GROUND, stroke: ink, "stroke-width": 1.6 }) + dot : dot;
}

function claimBadge({ mark, rung, pointers }: Extract<FlowRow, { is: "frame" }>, y: number, ink: string): string {
  if (rung !== undefined) return badgeAt(BADGE_X, y, `rung ${rung.no}`, ink);
  if (mark === "unclaimed") return badgeAt(BADGE_X, y, "unclaimed", ink);
  const broken = pointers.find((p) => p.finding.rung !== undefined)?.finding;
  if (broken === undefined) return "";
  // Of silence the frame itself is the breach; else it is the nearest to what should have come.
  return badgeAt(
    BADGE_X,
    y,
    broken.expected.startsWith("never ") ? `breaks rung ${broken.rung ?? ""}` : "nearest",
    ink,
  );
}

function pointerLine(words: string, y: number, ink: string, isFirst: boolean): string {
  return (
    (isFirst ? el("path", { d: `M${LINE_X + 4} ${y - 9}l4.5 7.5h-9z`, fill: ink }) : "") +
    text(words, LINE_X + 14, y, { fill: ink, "font-size": SIZE, "font-weight": 700, "font-family": MONO })
  );
}
