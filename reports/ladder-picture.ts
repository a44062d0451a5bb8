/** The ladder of a case as one SVG: who sent what when, what was expected, and where it broke. Pure. */
import { packetOf, type Frame } from "#capture/frame";
import type { CaseResult, Role } from "#expect/verdict";
import { fieldsOf } from "#wire/fields";
import type { SocketAddress } from "#wire/ip/udp";
import { masked } from "#wire/secret";
import { line } from "#wire/text";
import { rowsOf, type FrameMark, type PictureRow, type Pointer } from "./ladder-rows.ts";
import type { LadderRecord } from "./run-folder.ts";
import { el, escapeXml } from "./xml.ts";

const WIDTH = 900;
const LEFT = 146;
const RIGHT = 754;
const MARGIN = 14;
/** Characters that fit between the lifelines; the monospaced fonts below are 0.6 em wide. */
const ARROW_CHARACTERS = 88;

const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";
const SANS = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif";

const INK = "#1f2933";
const FAINT = "#66727f";
const RULE = "#cdd5de";
const RED = "#c62828";
const ORANGE = "#c25e00";
const GREEN = "#1b7f3b";

/** Colour of a frame's arrow, and of the band behind it. */
const LOOK: Readonly<Record<FrameMark, { readonly ink: string; readonly band?: string }>> = {
  bench: { ink: "#2457a6" },
  rung: { ink: GREEN },
  background: { ink: "#8a95a3" },
  unclaimed: { ink: ORANGE, band: "#fff1e0" },
  broken: { ink: RED, band: "#fdeaea" },
  noted: { ink: "#8a6500", band: "#fff8dc" },
  foreign: { ink: "#8a95a3" },
};

const VERDICT_INK: Readonly<Record<CaseResult["verdict"], string>> = {
  pass: GREEN,
  remark: "#8a6500",
  fail: RED,
  inconclusive: ORANGE,
  "not applicable": FAINT,
  "not run": FAINT,
};

/** A piece of the picture and how far down it reaches. */
interface Drawn {
  readonly height: number;
  /** Lies under the lifelines. */
  readonly under?: string;
  readonly over: string;
}

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

/** What all rows of one picture share. */
interface Stage {
  readonly first: Frame | undefined;
  /** The usual address of either side; a frame from or to another one says so. */
  readonly ref: SocketAddress | undefined;
  readonly dut: SocketAddress | undefined;
  readonly severalPoints: boolean;
}

function stageOf(frames: readonly Frame[]): Stage {
  return {
    first: frames[0],
    ref: usual(frames, "ref"),
    dut: usual(frames, "dut"),
    severalPoints: new Set(frames.map((f) => f.point)).size > 1,
  };
}

/** The address that a side sends from most often; where it sends nothing, the one that it is spoken to at. */
function usual(frames: readonly Frame[], side: "ref" | "dut"): SocketAddress | undefined {
  const sent = frames.filter((f) => f.from === side).map((f) => f.src);
  const addressed = frames.filter((f) => f.from !== side && f.from !== "foreign").map((f) => f.dst);
  const counts = new Map<string, { address: SocketAddress; n: number }>();
  for (const address of sent.length > 0 ? sent : addressed) {
    const key = endpoint(address);
    counts.set(key, { address, n: (counts.get(key)?.n ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.n - a.n)[0]?.address;
}

const endpoint = (a: SocketAddress): string => `${a.address}:${a.port}`;

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
  const column = (words: string, x: number, y: number): string =>
    text(words, x, y, { "text-anchor": "end", fill: FAINT, "font-size": 10.5 });
  return (y) => ({
    height: 62,
    over: [
      column("frame", 46, y + 58),
      column("ms", 126, y + 58),
      headBox(LEFT, y, `tester (${tester})`, stage.ref, "#e8eefb", LOOK.bench.ink),
      headBox(RIGHT, y, `device (${dut})`, stage.dut, "#e7f4ea", GREEN),
    ].join(""),
  });
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
      return banner(y, `rung ${row.rung.no}`, row.rung.text, "kept", GREEN);
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

function drawFrame(row: Extract<PictureRow, { is: "frame" }>, y: number, stage: Stage): Drawn {
  const { frame, mark, claim } = row;
  const { ink, band } = LOOK[mark];
  const notes = row.pointers.map((p) => pointerText(p, frame));
  const height = 34 + notes.length * 16;
  const words = wordsOf(frame, stage);
  const full = line(packetOf(frame));
  const arrowY = y + 24;
  const isForeign = frame.from === "foreign";
  const bold = mark === "broken" || mark === "unclaimed";
  return {
    height,
    ...(band !== undefined && { under: el("rect", { x: 0, y: y + 1, width: WIDTH, height: height - 2, fill: band }) }),
    over: el(
      "g",
      {},
      el("title", {}, escapeXml(`#${frame.no} ${full}`)),
      text(`#${frame.no}`, 46, arrowY + 1, {
        "text-anchor": "end",
        fill: bold ? ink : INK,
        "font-weight": 700,
        "font-family": MONO,
        "font-size": 11.5,
      }),
      text(msOf(frame, stage.first), 126, arrowY + 1, {
        "text-anchor": "end",
        fill: FAINT,
        "font-family": MONO,
        "font-size": 11,
      }),
      packetText(words, y + 17, mark, ink),
      isForeign ? "" : arrow(frame.from === "ref", arrowY, ink, bold ? 2 : 1.4),
      claimText(row, claim, arrowY, ink),
      ...notes.map((words, i) => pointerLine(words, y + 38 + i * 16, ink)),
    ),
  };
}

/** Name of the message in bold, and as much of the rest as there is room for. */
function packetText(
  words: { readonly name: string; readonly rest: string },
  y: number,
  mark: FrameMark,
  ink: string,
): string {
  const quiet = mark === "background" || mark === "foreign";
  const rest = shorten(words.rest, ARROW_CHARACTERS - [...words.name].length - 1);
  return el(
    "text",
    { x: LEFT + 10, y, "font-family": MONO, "font-size": 11, "xml:space": "preserve" },
    el("tspan", { "font-weight": 700, fill: quiet ? FAINT : ink }, escapeXml(words.name)),
    el("tspan", { fill: quiet ? FAINT : INK }, escapeXml(rest === "" ? "" : ` ${rest}`)),
  );
}

/** The line of the one printer, less what the lifelines say already, with what the packet carries before its envelope. */
function wordsOf(frame: Frame, stage: Stage): { name: string; rest: string } {
  const printed = line(packetOf(frame));
  const bare = /^\S+ > \S+ (?:L2TP )?(.*)$/s.exec(printed)?.[1] ?? printed;
  const carried = /^data (.*?) ?\| (.+)$/s.exec(bare);
  const message = carried === null ? bare : `${carried[2]} (data ${carried[1]})`;
  const name = /^(?:(?:LCP|IPCP|PAP|CHAP|CCP|IPV6CP|ICMP) )?\S+/.exec(message)?.[0] ?? message;
  const rest = message.slice(name.length).trim();
  const place = [stage.severalPoints ? `[${frame.point}]` : "", strangeAddresses(frame, stage), rest];
  return { name, rest: place.filter((part) => part !== "").join(" ") };
}

/** Where a frame left the path that its lifelines name. */
function strangeAddresses(frame: Frame, stage: Stage): string {
  const sides = frame.from === "dut" ? [stage.dut, stage.ref] : [stage.ref, stage.dut];
  const isUsual = (a: SocketAddress, b: SocketAddress | undefined): boolean =>
    b === undefined || (a.address === b.address && a.port === b.port);
  const from = isUsual(frame.src, sides[0]) ? "" : `from ${endpoint(frame.src)}`;
  const to = isUsual(frame.dst, sides[1]) ? "" : `to ${endpoint(frame.dst)}`;
  return [from, to].filter((part) => part !== "").join(" ");
}

function arrow(rightwards: boolean, y: number, ink: string, width: number, dash?: string): string {
  const [from, to, back] = rightwards ? [LEFT + 4, RIGHT - 4, -9] : [RIGHT - 4, LEFT + 4, 9];
  return (
    el("line", {
      x1: from,
      y1: y,
      x2: to + back,
      y2: y,
      stroke: ink,
      "stroke-width": width,
      "stroke-dasharray": dash,
    }) + el("path", { d: `M${to} ${y}l${back} -4.5v9z`, fill: ink })
  );
}

/** Who claims the frame: a badge for a rung, plain grey words for a background rule. */
function claimText(
  row: Extract<PictureRow, { is: "frame" }>,
  claim: string | undefined,
  y: number,
  ink: string,
): string {
  const x = RIGHT + 14;
  if (row.mark === "bench") return "";
  if (claim?.startsWith("rung ") === true) return badgeAt(x, y - 9, claim, ink);
  if (row.mark === "unclaimed") return badgeAt(x, y - 9, "unclaimed", ink);
  if (row.mark === "broken" && claim === undefined) return badgeAt(x, y - 9, "nearest", ink);
  return text(shorten(claim ?? row.mark, 19), x, y + 3, { fill: FAINT, "font-size": 11 });
}

function badgeAt(x: number, y: number, words: string, fill: string): string {
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

/** `octet 38: l2tp.nr: expected Nr 3, got Nr 2`, or what the rule says. */
function pointerText({ finding, rule }: Pointer, frame: Frame): string {
  const { expected, actual, offset, rung } = finding;
  const where = offset === null ? "" : `octet ${offset}: `;
  if (rule !== undefined) return `${where}expected ${expected}, got ${actual} (${rule})`;
  if (rung === undefined) return `${where}expected ${expected}`;
  if (finding.verdict === "remark") return `${where}rung ${rung}: ${actual}`;
  // The judge ends a near miss with the field that kept it from matching; the rung itself has a row of its own.
  const field = /\(([\w.#/-]+: expected .*)\)$/.exec(actual)?.[1];
  if (field !== undefined) return `${where}${field}`;
  return offset === null ? `rung ${rung}: ${expected}` : `${where}${fieldText(frame, offset)}`;
}

/** `l2tp.nr = 2`: the field that begins at the offset, or the innermost that holds it. */
function fieldText(frame: Frame, offset: number): string {
  const packet = packetOf(frame);
  const holding = masked(fieldsOf(packet), packet).filter(
    (f) => f.at <= offset && offset < f.at + Math.max(f.length, 1),
  );
  const field = holding.sort((a, b) => b.at - a.at || a.length - b.length)[0];
  return field === undefined ? "octets" : `${field.path} = ${shorten(String(field.value), 40)}`;
}

function pointerLine(words: string, y: number, ink: string): string {
  return (
    el("path", { d: `M${LEFT + 16} ${y - 9}l4.5 7.5h-9z`, fill: ink }) +
    text(shorten(words, 86), LEFT + 28, y, { fill: ink, "font-size": 11, "font-weight": 700, "font-family": MONO })
  );
}

/** What should have come: a dashed arrow from the device. */
function drawMissed(no: number, words: string, ink: string, y: number): Drawn {
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
function banner(y: number, badge: string, words: string, outcome: string, ink: string): Drawn {
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
      text(shorten(`${words}: ${outcome}`, ARROW_CHARACTERS - 2), LEFT + 10, y + 17, {
        fill: ink,
        "font-family": MONO,
        "font-size": 11,
      }),
      badgeAt(RIGHT + 14, y + 14, badge, ink),
    ].join(""),
  };
}

function divider(y: number, words: string): Drawn {
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

function note(y: number, words: string, ink: string): Drawn {
  return {
    height: 28,
    over: text(words, (LEFT + RIGHT) / 2, y + 18, { fill: ink, "text-anchor": "middle", "font-style": "italic" }),
  };
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

function msOf(frame: Frame, first: Frame | undefined): string {
  return (Number(frame.tNs - (first?.tNs ?? frame.tNs)) / 1e6).toFixed(3);
}

function text(words: string, x: number, y: number, attributes: Readonly<Record<string, string | number>>): string {
  return el("text", { x, y, ...attributes }, escapeXml(words));
}

/** At most `max` characters, the last one an ellipsis where something was cut. */
function shorten(words: string, max: number): string {
  const characters = [...words];
  return characters.length <= max ? words : `${characters.slice(0, Math.max(0, max - 1)).join("")}…`;
}

/** Breaks at blanks into at most `lines` lines; the last one is shortened. */
function wrap(words: string, width: number, lines: number): readonly string[] {
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
