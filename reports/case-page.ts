/** A case as one page that stands alone: its claim, who acted as what, the picture, and what it broke. Pure. */
import type { Frame } from "#capture/frame";
import type { CaseResult } from "#expect/verdict";
import { CASE_STYLE } from "./case-style.ts";
import { clauseText, faultsOf } from "./fault.ts";
import { flowPicture, showsFlows } from "./flow-picture.ts";
import { ladderPicture } from "./ladder-picture.ts";
import { pageOf } from "./page.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { LadderRecord } from "./run-folder.ts";
import { el, escapeXml } from "./xml.ts";

/**
 * The page of a case. `device` is what the lab calls it. A case of hosts' packets shows its flows in place of its ladder.
 */
export function casePage(
  result: CaseResult,
  frames: readonly Frame[],
  o: { readonly ladder?: LadderRecord | undefined; readonly device: string },
): string {
  const picture = showsFlows(frames)
    ? el("div", { class: "flows" }, flowPicture(result, frames, o.ladder))
    : ladderPicture(result, frames, o.ladder);
  const main = el("main", {}, headOf(result, o.device), picture, faultsOf(result, frames));
  return pageOf({ title: `${result.id}: ${result.verdict}`, style: PAGE_STYLE + CASE_STYLE, body: main });
}

function headOf(r: CaseResult, device: string): string {
  const params = Object.entries(r.params).map(([name, value]) => `${name}=${value}`);
  const badge = el("span", { class: `verdict ${r.verdict.replaceAll(" ", "-")}` }, r.verdict.toUpperCase());
  const facts: readonly (readonly [name: string, value: string])[] = [
    ["clause", clauseText(r.clause)],
    ["who acted", endsOf(r, device)],
    ["why", r.reason],
  ];
  return [
    el("h1", {}, escapeXml([r.id, ...params].join(" ")), " ", badge),
    el("p", { class: "story" }, escapeXml(r.story)),
    el(
      "table",
      { class: "facts" },
      el(
        "tbody",
        {},
        ...facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => el("tr", {}, el("th", {}, name), el("td", {}, escapeXml(value)))),
      ),
    ),
  ].join("");
}

/** Who acted as what. */
export function endsOf({ role }: Pick<CaseResult, "role">, device?: string): string {
  const [tester, dut] = role === "lns" ? ["LAC", "LNS"] : ["LNS", "LAC"];
  return `the tester is the ${tester}, the device${device === undefined ? "" : ` (${device})`} is the ${dut}`;
}
