/** What a case broke, for its page: expected and actual, the octets at fault in a dump, and the frame's fields. Pure. */
import { packetOf, type Frame } from "#capture/frame";
import { CLAUSES, documentOf, isClauseId } from "#clauses";
import { rowsShown, type Mark } from "#expect/hexdump";
import type { CaseResult, Finding } from "#expect/verdict";
import { fieldsOf } from "#wire/fields";
import { passwordsIn } from "#wire/secret";
import { line, tree } from "#wire/text";
import { el, escapeXml } from "./xml.ts";

/** Findings that a page shows in full; a device that breaks every frame would else bury the first. */
const SHOWN = 6;
const WIDTH = 16;
const HALF = WIDTH / 2;

/** What the case's verdict comes from stands first. */
const WEIGHT: Readonly<Record<Finding["verdict"], number>> = { fail: 0, inconclusive: 1, remark: 2 };

/** Every finding of the ladder and of the rules, the heaviest first; of many the first in full, and a count of the rest. */
export function faultsOf(result: Pick<CaseResult, "findings" | "rules" | "rungs">, frames: readonly Frame[]): string {
  const all = [
    ...result.findings.map((finding) => ({ finding, rule: undefined })),
    ...result.rules.flatMap((rule) => rule.findings.map((finding) => ({ finding, rule: rule.id }))),
  ].sort((a, b) => WEIGHT[a.finding.verdict] - WEIGHT[b.finding.verdict]);
  const left = all.length - SHOWN;
  return [
    ...all.slice(0, SHOWN).map(({ finding, rule }) => faultOf(finding, rule, result, frames)),
    left > 0 ? el("p", {}, `${left} more ${left === 1 ? "finding stands" : "findings stand"} in the trace.`) : "",
  ].join("");
}

function faultOf(
  f: Finding,
  rule: string | undefined,
  result: Pick<CaseResult, "rungs">,
  frames: readonly Frame[],
): string {
  const rung = result.rungs.find((r) => r.no === f.rung);
  const frame = frames.find((other) => other.no === f.frame);
  const mark = f.offset === null ? undefined : { at: f.offset, length: f.length ?? 1 };
  const who = rule !== undefined ? `rule ${rule}` : rung === undefined ? "the judge" : `rung ${rung.no}`;
  return el(
    "section",
    { class: `fault ${f.verdict}` },
    el("h2", {}, escapeXml(`${f.verdict.toUpperCase()}: ${who}`)),
    table([
      ["expected", f.expected],
      ["actual", f.actual],
      ["clause", clauseText(f.clause)],
      ["frame", frame === undefined ? (f.frame === null ? "none came" : `#${f.frame}`) : frameText(frame)],
      ["offset", mark === undefined ? undefined : offsetText(mark)],
      ["asked at", rung?.at ?? undefined],
    ]),
    frame === undefined ? "" : dump(frame, mark) + fields(frame, mark),
  );
}

function table(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const cells = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [el("tr", {}, el("th", {}, name), el("td", {}, escapeXml(value)))],
  );
  return el("table", { class: "facts" }, el("tbody", {}, ...cells));
}

/** `RFC2661-5.8-02 (MUST, RFC 2661 §5.8): ...`, in our words. */
export function clauseText(clause: string | null): string {
  if (clause === null) return "no clause is broken: the bench could not tell";
  if (!isClauseId(clause)) return clause;
  const { level, section, text } = CLAUSES[clause];
  return `${clause} (${level}, ${documentOf(CLAUSES[clause])} §${section}): ${text}`;
}

function frameText(frame: Frame): string {
  return `#${frame.no}, ${frame.octets.length} octets: ${line(packetOf(frame))}`;
}

function offsetText({ at, length }: Mark): string {
  return `octet ${at} (0x${at.toString(16)}), ${length} ${length === 1 ? "octet" : "octets"} at fault`;
}

/** Rows of sixteen octets in two halves, which stand below each other where the page is narrow. */
function dump(frame: Frame, mark: Mark | undefined): string {
  const { octets } = frame;
  const packet = packetOf(frame);
  const hidden = passwordsIn(fieldsOf(packet), packet);
  const { from, to } = rowsShown(octets.length, mark);
  const rows = Array.from({ length: to - from }, (_, i) => dumpRow(octets, (from + i) * WIDTH, mark, hidden));
  const left = octets.length - to * WIDTH;
  return el(
    "div",
    { class: "dump" },
    from > 0 ? el("p", { class: "cut" }, `${from * WIDTH} octets before`) : "",
    ...rows,
    left > 0 ? el("p", { class: "cut" }, `${left} octets after`) : "",
  );
}

function dumpRow(octets: Uint8Array, at: number, mark: Mark | undefined, hidden: readonly Mark[]): string {
  const half = (from: number): string => {
    const some = Array.from(octets.subarray(from, from + HALF), (octet, i) => ({ octet, at: from + i }));
    const hex = stretches(some, mark, ({ octet }) => octet.toString(16).padStart(2, "0"), " ");
    const ascii = stretches(some, mark, (o) => (hidden.some((h) => within(h, o.at)) ? "*" : printable(o.octet)), "");
    return el("span", { class: "hex" }, hex) + el("span", { class: "ascii" }, ascii);
  };
  return el("p", {}, el("span", { class: "at" }, at.toString(16).padStart(4, "0")), half(at), half(at + HALF));
}

interface Octet {
  readonly octet: number;
  readonly at: number;
}

/** The octets as text, those at fault marked in one piece. */
function stretches(
  octets: readonly Octet[],
  mark: Mark | undefined,
  print: (o: Octet) => string,
  between: string,
): string {
  const isMarked = (o: Octet): boolean => mark !== undefined && within(mark, o.at);
  const text = (some: readonly Octet[]): string => escapeXml(some.map(print).join(between));
  const first = octets.findIndex(isMarked);
  if (first < 0) return text(octets);
  const end = octets.findLastIndex(isMarked) + 1;
  const parts = [text(octets.slice(0, first)), el("mark", {}, text(octets.slice(first, end))), text(octets.slice(end))];
  return parts.filter((part) => part !== "").join(between);
}

const within = ({ at, length }: Mark, i: number): boolean => i >= at && i < at + length;
const printable = (octet: number): string => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".");

/** The frame's fields as `l2tpspec decode --tree` prints them, those that hold the octets at fault marked. */
function fields(frame: Frame, mark: Mark | undefined): string {
  const lines = tree(packetOf(frame))
    .trimEnd()
    .split("\n")
    .map((text) => {
      const [, at = "", length = ""] = /^[ !] +(\d+) (?:\+(\d+))?/.exec(text) ?? [];
      const isAtFault =
        mark !== undefined && length !== "" && overlaps({ at: Number(at), length: Number(length) }, mark);
      return isAtFault ? el("mark", {}, escapeXml(text)) : escapeXml(text);
    });
  return el("pre", { class: "tree" }, lines.join("\n"));
}

const overlaps = (a: Mark, b: Mark): boolean => a.at < b.at + Math.max(b.length, 1) && b.at < a.at + a.length;
