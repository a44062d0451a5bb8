/** The ladder of one tunnel of a capture, as HTML: an arrow a frame, and at its frame what was found, with the octets. Pure. */
import { CLAUSES, isClauseId } from "#clauses";
import { hexdump, type Mark } from "#expect/hexdump";
import type { CapturedTunnel, CapturePointer, CaptureRow } from "./capture-picture.ts";
import { shorten } from "./ladder-style.ts";
import { el, escapeXml } from "./xml.ts";

/** Characters of a packet's line: a device may have put anything into it. */
const LONGEST = 220;

/** `initiator` stands on the left, as who speaks first. */
export function captureLadder(
  tunnel: CapturedTunnel,
  names: { readonly initiator: string; readonly responder: string },
): string {
  const heads = el(
    "li",
    { class: "heads" },
    el("span", { class: "when" }, "frame, seconds"),
    el(
      "div",
      { class: "lane" },
      el("span", {}, escapeXml(names.initiator)),
      el("span", {}, escapeXml(names.responder)),
    ),
  );
  return el("ol", { class: "ladder" }, heads, ...tunnel.rows.map((row) => rowPart(row, tunnel.firstNs)));
}

function rowPart(row: CaptureRow, firstNs: bigint): string {
  if (row.is === "fold") {
    const kinds = row.kinds.map(([kind, count]) => `${count} ${kind}`).join(", ");
    const words = `${row.count} more ${row.count === 1 ? "frame" : "frames"}: ${kinds}`;
    return el(
      "li",
      { class: "fold" },
      el("span", { class: "when" }, ""),
      el("div", { class: "lane" }, escapeXml(words)),
    );
  }
  const look = row.pointers.some(({ finding }) => finding.verdict === "fail")
    ? "fail"
    : row.pointers.length > 0
      ? "remark"
      : "plain";
  const seconds = (Number(row.tNs - firstNs) / 1e9).toFixed(6);
  return el(
    "li",
    { class: `${look} ${row.by === "initiator" ? "right" : "left"}`, id: `frame-${row.no}` },
    el("span", { class: "when" }, `#${row.no} ${seconds}`),
    el(
      "div",
      { class: "lane" },
      el("span", { class: "words" }, escapeXml(shorten(row.words, LONGEST))),
      el("div", { class: "arrow" }, ""),
      ...findingsPart(row),
    ),
  );
}

/** Clauses that find the same octets at fault for the same reason share one dump. */
function findingsPart(row: Extract<CaptureRow, { is: "frame" }>): readonly string[] {
  const alike = new Map<string, CapturePointer[]>();
  for (const pointer of row.pointers) {
    const { offset, length } = pointer.finding;
    const key = `${offset} ${length}`;
    alike.set(key, [...(alike.get(key) ?? []), pointer]);
  }
  return [...alike.values()].map((pointers) => {
    const { offset, length } = pointers[0]!.finding;
    const mark = offset === null ? undefined : { at: offset, length: length ?? 1 };
    const said = pointers.map((p) => el("div", {}, ...sayingOf(p)));
    const dump = row.octets === undefined ? "" : dumpPart(row.octets, mark, row.hidden);
    return el("div", { class: "finding" }, ...said, dump);
  });
}

function sayingOf({ finding }: CapturePointer): readonly string[] {
  const { clause, verdict, expected, actual } = finding;
  const level = clause !== null && isClauseId(clause) ? ` ${CLAUSES[clause].level}` : "";
  return [
    el("span", { class: `verdict ${verdict}` }, escapeXml(verdict)),
    escapeXml(` ${clause ?? ""}${level}: expected ${shorten(expected, LONGEST)}, found ${shorten(actual, LONGEST)}`),
  ];
}

/** Where the hexadecimal columns of a dump begin and end. */
const HEX = { from: 5, to: 55 } as const;

function dumpPart(octets: Uint8Array, mark: Mark | undefined, hidden: readonly Mark[]): string {
  const rows = hexdump(octets, mark, hidden).map((row) => {
    if (row.startsWith("....")) return escapeXml(row);
    const hex = escapeXml(row.slice(HEX.from, HEX.to)).replaceAll("[", " <mark>").replaceAll("]", "</mark> ");
    return `${escapeXml(row.slice(0, HEX.from))}${hex}${escapeXml(row.slice(HEX.to))}`;
  });
  return el("pre", { tabindex: 0 }, rows.join("\n"));
}
