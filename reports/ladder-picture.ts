/** The ladder of a case as HTML: who sent what when, what was expected, and where it broke. Pure; case-style.ts has its look. */
import { packetOf, type Frame } from "#capture/frame";
import { saying, type RungResult } from "#expect/verdict";
import type { SocketAddress } from "#wire/ip/udp";
import { line } from "#wire/text";
import { endpoint, msOf, pointerText, stageOf, wordsOf, type Stage } from "./ladder-frame.ts";
import { foldOf, rowsOf, type FrameMark, type PictureRow, type Pictured } from "./ladder-rows.ts";
import type { LadderRecord } from "./run-folder.ts";
import { el, escapeXml } from "./xml.ts";

/**
 * Draws a ladder that fits the width that there is. `ladder` (from ladder.json) places the rungs that no frame climbed at
 * their deadline; without it they stand at the end.
 */
export function ladderPicture(result: Pictured, frames: readonly Frame[], ladder?: LadderRecord): string {
  const stage = stageOf(frames);
  const rows = rowsOf(result, frames, ladder);
  const heads = lifelineHeads(result, stage);
  const drawn = withFolds(rows).map((row) => drawRow(row, stage));
  const none = el("p", { class: "none" }, "no frame was recorded");
  const background = rows.filter(isBackground).length;
  return el(
    "div",
    { class: "ladder" },
    background === 0 ? "" : backgroundSwitch(background),
    heads,
    rows.length === 0 ? none : el("ol", { class: "rows" }, ...drawn),
    // On a long ladder the reader at the end no longer sees which side is which.
    rows.length > LONG ? heads : "",
    legend(new Set(rows.flatMap((row) => (row.is === "frame" ? [row.mark] : []))), frames),
  );
}

/** Rows after which the heads are repeated. */
const LONG = 24;

/** A box to tick, which folds by the style alone: a report's frame may forbid scripts. */
function backgroundSwitch(count: number): string {
  return (
    el("input", { type: "checkbox", id: "background", checked: "checked" }) +
    el("label", { for: "background" }, `show ${count} background ${count === 1 ? "frame" : "frames"}`)
  );
}

const isBackground = (row: PictureRow): boolean => row.is === "frame" && row.mark === "background";

/** Before each run of background frames the line that stands for it while they are folded. */
function withFolds(rows: readonly PictureRow[]): readonly (PictureRow & { folded?: boolean })[] {
  return rows.flatMap((row, i) => {
    const before = rows[i - 1];
    if (!isBackground(row) || (before !== undefined && isBackground(before))) return [row];
    const end = rows.findIndex((other, k) => k > i && !isBackground(other));
    return [{ ...foldOf(rows.slice(i, end < 0 ? undefined : end)), folded: true }, row];
  });
}

/** The two boxes that name the ends. */
function lifelineHeads({ role }: Pictured, stage: Stage): string {
  const [tester, dut] = role === "lns" ? ["LAC", "LNS"] : ["LNS", "LAC"];
  const end = (name: string, below: SocketAddress | undefined, side: string): string =>
    el("div", { class: `end ${side}` }, el("b", {}, name), " ", el("span", {}, escapeXml(addressOf(below))));
  return el(
    "div",
    { class: "row heads" },
    el("span", { class: "no" }, "frame"),
    el("span", { class: "ms" }, "ms"),
    el("div", { class: "lane" }, end(`tester (${tester})`, stage.ref, "ref"), end(`device (${dut})`, stage.dut, "dut")),
    el("span", { class: "claim" }, "claimed by"),
  );
}

const addressOf = (a: SocketAddress | undefined): string => (a === undefined ? "silent" : endpoint(a));

function drawRow(row: PictureRow & { folded?: boolean }, stage: Stage): string {
  switch (row.is) {
    case "frame":
      return drawFrame(row, stage);
    case "missed":
      return between(row.rung, {
        look: `missed ${row.verdict}`,
        ms: "expected",
        words: row.rung.text,
        badge: `rung ${row.rung.no} missed`,
      });
    case "silence":
      return row.kept ? said(row.rung, "kept", "climbed") : said(row.rung, "nobody could tell", "untold");
    case "reading":
      return said(row.rung, saying(row.rung.says ?? null), readingLook(row.rung));
    case "passed over":
      return said(row.rung, "did not come", "quiet");
    case "divider":
      return el("li", { class: "part" }, escapeXml(row.text));
    case "fold": {
      const by = row.by.map(([claim, count]) => `${claim} ${count}`).join(", ");
      const what = row.folded === true ? "background" : "more";
      const words = `${row.count} ${what} ${row.count === 1 ? "frame" : "frames"}: ${by}`;
      return el("li", { class: row.folded === true ? "fold folded" : "fold" }, escapeXml(words));
    }
  }
}

/** Like what a frame that is so marked. */
function readingLook({ climbed, says }: RungResult): string {
  return climbed ? "climbed" : says === null || says === undefined ? "quiet" : "fail";
}

function drawFrame(row: Extract<PictureRow, { is: "frame" }>, stage: Stage): string {
  const { frame, mark } = row;
  // That nothing claims a frame is said by its badge.
  const told = row.pointers.filter((p) => !(mark === "unclaimed" && p.finding.clause === null));
  const notes = told.map((p) => el("p", { class: "pointer" }, escapeXml(pointerText(p, frame))));
  const { name, rest } = wordsOf(frame, stage);
  const way = frame.from === "ref" ? "rightwards" : frame.from === "dut" ? "leftwards" : "no-way";
  return el(
    "li",
    { class: `row frame ${mark} ${way}`, title: `#${frame.no} ${line(packetOf(frame))}` },
    el("span", { class: "no" }, `#${frame.no}`),
    el("span", { class: "ms" }, msOf(frame, stage.first)),
    el(
      "div",
      { class: "lane" },
      el("code", {}, el("b", {}, escapeXml(name)), escapeXml(rest === "" ? "" : ` ${rest}`)),
      el("i", { class: "arrow" }, ""),
      ...notes,
    ),
    claimOf(row),
  );
}

/** Who claims the frame: a badge for a rung, plain words for a background rule. */
function claimOf({ mark, claim }: Extract<PictureRow, { is: "frame" }>): string {
  const badge = (words: string): string => el("span", { class: "claim" }, el("b", {}, escapeXml(words)));
  if (mark === "bench") return el("span", { class: "claim" }, "");
  if (mark !== "foreign" && claim?.startsWith("rung ") === true) return badge(claim);
  if (mark === "unclaimed") return badge("unclaimed");
  if (mark === "broken" && claim === undefined) return badge("nearest");
  return el("span", { class: "claim" }, escapeXml(mark === "foreign" ? "foreign" : (claim ?? mark)));
}

/** What did not come, as a dashed arrow from the device or a line without an arrow. */
function between(rung: RungResult, o: { look: string; ms?: string; words: string; badge?: string }): string {
  return el(
    "li",
    { class: `row between ${o.look}` },
    el("span", { class: "no" }, ""),
    el("span", { class: "ms" }, o.ms ?? ""),
    el("div", { class: "lane" }, el("code", {}, escapeXml(o.words)), el("i", { class: "arrow" }, "")),
    el("span", { class: "claim" }, el("b", {}, o.badge ?? `rung ${rung.no}`)),
  );
}

function said(rung: RungResult, outcome: string, look: string): string {
  return between(rung, { look: `said ${look}`, words: `${outcome}: ${rung.text}` });
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
function legend(marks: ReadonlySet<FrameMark>, frames: readonly Frame[]): string {
  const first = frames[0];
  if (first === undefined) return "";
  const shown = (Object.keys(LEGEND) as FrameMark[]).filter((mark) => marks.has(mark));
  const clocks = [...new Set(frames.map((f) => f.clock))].join(" and ");
  const instant = new Date(Number(first.tNs / 1_000_000n)).toISOString();
  return el(
    "p",
    { class: "legend" },
    ...shown.map((mark) => `${el("span", { class: `key-of ${mark}` }, LEGEND[mark])} `),
    el("br", {}),
    `Times in ms after frame #${first.no}, which was seen at ${instant} (${clocks} clock).`,
  );
}
