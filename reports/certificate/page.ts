/** A certificate as a page to be printed: what matters on the first sheet, every clause on the further ones. Pure. */
import { el, escapeXml } from "../xml.ts";
import { STYLE } from "./page-style.ts";
import type { Certificate } from "./schema.ts";
import { pageOf } from "../page.ts";

export function certificatePage(c: Certificate): string {
  const body = [
    // Fixed: a browser that prints repeats it on each sheet.
    ...(c.specimen === null ? [] : [el("div", { class: "specimen", "aria-hidden": "true" }, "SPECIMEN")]),
    el(
      "header",
      {},
      el("h1", {}, "Certificate of conformance"),
      el("p", { class: "title" }, escapeXml(c.profile.title)),
    ),
    ...(c.specimen === null
      ? []
      : [el("p", { class: "warning" }, escapeXml(`Specimen: ${c.specimen}. It says nothing of any product.`))]),
    firstSheet(c),
    clausesSection(c),
    ...(c.remarks.length === 0 ? [] : [remarksSection(c)]),
    ...(c.notShown.length === 0 ? [] : [notShownSection(c)]),
  ];
  return pageOf({ title: `Certificate ${c.profile.name}: ${c.device.id}`, style: STYLE, body: body.join("") });
}

function firstSheet(c: Certificate): string {
  const total = (key: Exclude<keyof Certificate["counts"][number], "document">): number =>
    c.counts.reduce((sum, one) => sum + one[key], 0);
  const facts: readonly (readonly [string, string])[] = [
    [
      "Result",
      `certified: none of ${total("mandatory")} mandatory clauses failed, was left open or was not put to the device`,
    ],
    ["Device", c.device.id],
    ["Firmware", c.device.firmware ?? "not stated"],
    ["Role", c.profile.role.toUpperCase()],
    ["Profile", `${c.profile.name} (${c.profile.documents.join(", ")})`],
    ["ICS", icsText(c)],
    ["Run", `${c.run.id}, begun ${c.run.startedAt}, lab ${c.run.lab}, seed ${c.run.seed}`],
    ["Tool", `l2tpspec ${c.tool.version}`],
    ["Tool digest", c.tool.digest],
    ["Issued", c.issuedAt],
    ["Signer", c.signer],
  ];
  const columns = [
    ["mandatory", "mandatory"],
    ["pass", "pass"],
    ["with a remark", "remark"],
    ["not applicable", "notApplicable"],
    ["not exercised", "notExercised"],
    ["judged by nothing", "notShown"],
    ["left to other profiles", "outside"],
  ] as const;
  const rows = c.counts.map((n) => [n.document, ...columns.map(([, key]) => String(n[key]))]);
  const sum = ["in all", ...columns.map(([, key]) => String(total(key)))];
  return el(
    "section",
    {},
    el(
      "table",
      { class: "facts" },
      ...facts.map(([name, words]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, escapeXml(words)))),
    ),
    table(["", ...columns.map(([name]) => name)], [...rows, sum], "counts"),
    idList(
      "Remarks",
      c.remarks.map((r) => r.id),
      "advice that the device does not follow; no remark refuses a certificate",
    ),
    idList("Not applicable", idsOf(c, "not applicable"), "the device does not claim the feature, and the probe agreed"),
    idList("Not exercised", idsOf(c, "not exercised"), "the device never sent what the clause is about"),
    el(
      "p",
      { class: "small" },
      `Clauses judged by nothing are no part of what is certified: ${total("notShown")}, each with its reason on the last sheets.`,
    ),
    ...(total("outside") === 0
      ? []
      : [
          el(
            "p",
            { class: "small" },
            escapeXml(
              `The profile does not ask for all that its documents demand: ${total("outside")} further clauses of the same weight ` +
                "are left to other profiles, and the certificate claims nothing of them.",
            ),
          ),
        ]),
  );
}

function icsText({ ics }: Certificate): string {
  const one = ({ feature, claimed, found }: Certificate["ics"][number]): string =>
    `${feature} ${claimed ? "yes" : "no"}${found === null ? "" : ` (probe: ${found})`}`;
  return ics.map(one).join("; ");
}

const idsOf = (c: Certificate, verdict: string): readonly string[] =>
  c.clauses.filter((one) => one.verdict === verdict).map((one) => one.id);

/** As many as fit on the sheet with the rest; all of them follow with the clauses. */
const SHOWN = 80;

function idList(title: string, all: readonly string[], what: string): string {
  const ids = [...new Set(all)];
  const more = ids.length > SHOWN ? `, and ${ids.length - SHOWN} more on the further sheets` : "";
  const words = ids.length === 0 ? "none" : `${ids.slice(0, SHOWN).join(", ")}${more}`;
  return el("p", { class: "small" }, el("b", {}, `${title}: ${ids.length}`), escapeXml(` (${what}). ${words}.`));
}

function clausesSection(c: Certificate): string {
  const rows = c.clauses.map((one) => [
    one.core ? `${one.id} (core)` : one.id,
    one.level,
    one.text,
    one.verdict,
    saidText(one.said, one.verdict),
  ]);
  return el(
    "section",
    { class: "sheet" },
    el("h2", {}, "Every mandatory clause"),
    table(["clause", "level", "what it asks", "verdict", "shown by"], rows, "clauses five"),
  );
}

/** Who shows it, as far as one row of a table can hold it, and each reason once; the rest stands in certificate.json. */
function saidText(said: Certificate["clauses"][number]["said"], verdict: string): string {
  const own = said.filter((s) => s.word === verdict);
  const reasons = [...new Set(own.map((s) => s.why))];
  const told = reasons.slice(0, 2).map((why) => {
    const names = own.filter((s) => s.why === why).map((s) => s.by);
    const first = `${names.slice(0, 4).join(", ")}${names.length > 4 ? ` and ${names.length - 4} more` : ""}`;
    return why === "" ? first : `${first}: ${short(why)}`;
  });
  return `${told.join("; ")}${reasons.length > 2 ? `; and ${reasons.length - 2} more reasons` : ""}`;
}

function remarksSection(c: Certificate): string {
  const place = (s: Certificate["remarks"][number]["said"]): string =>
    [
      s.by,
      ...(s.in === undefined || s.in === s.by ? [] : [`in ${s.in}`]),
      ...(s.frame === undefined ? [] : [`frame ${s.frame}`]),
    ].join(" ");
  const rows = c.remarks.map((r) => [r.id, r.level, r.text, place(r.said), short(r.said.why)]);
  return el(
    "section",
    { class: "sheet" },
    el("h2", {}, `Remarks: ${c.remarks.length}`),
    table(["clause", "level", "what it asks", "seen in", "what was seen"], rows, "clauses"),
  );
}

function notShownSection(c: Certificate): string {
  const rows = c.notShown.map((one) => [one.id, one.level, one.text, one.why]);
  return el(
    "section",
    { class: "sheet" },
    el("h2", {}, `Out of what was shown: ${c.notShown.length}`),
    el("p", {}, "Nothing judges these clauses, and the certificate claims nothing of them."),
    table(["clause", "level", "what it asks", "why nothing judges it"], rows, "clauses"),
  );
}

const short = (text: string): string => (text.length > 240 ? `${text.slice(0, 239)}…` : text);

function table(heads: readonly string[], rows: readonly (readonly string[])[], look: string): string {
  const head = el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, escapeXml(name))));
  const body = rows.map((row) => el("tr", {}, ...row.map((words) => el("td", {}, escapeXml(words)))));
  return el("table", { class: look }, el("thead", {}, head), el("tbody", {}, ...body));
}
