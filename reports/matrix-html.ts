/** The matrix as one HTML file: no script, nothing loaded from anywhere, light and dark by the reader's own choice. Pure. */
import type { JudgedEndOfCall, Matrix, MatrixCell, MatrixStep } from "./matrix-schema.ts";
import { oneColumnBelow, PAGE_STYLE } from "./page-style.ts";
import { pageOf } from "./page.ts";
import { el, escapeXml } from "./xml.ts";

const STYLE = `${PAGE_STYLE}
a { color: inherit; }
td.cell { min-width: 9rem; }
.verdict { font-weight: 600; }
.steps { display: block; font-size: .87em; }
.steps span { white-space: nowrap; }
.full, .yes { color: var(--green); }
.in-part { color: var(--orange); }
.no { color: var(--red); }
.cannot { color: var(--faint); }
${oneColumnBelow("45rem")}`;

export function matrixPage(matrix: Matrix): string {
  const { cells, lacs, lnss } = matrix;
  const count = (verdict: MatrixCell["verdict"]): number => cells.filter((cell) => cell.verdict === verdict).length;
  const rest = lacs.length * lnss.length - cells.length;
  const title = `${lacs.length} LACs, ${lnss.length} LNSs: ${count("full")} full, ${count("in part")} in part, ${count("cannot")} cannot be`;
  const body = [
    el("h1", {}, escapeXml(title)),
    el(
      "p",
      {},
      escapeXml(
        `Each LAC calls each LNS by PAP and by CHAP; nobody but the two speaks, and what they say is judged from the wire. ` +
          `${matrix.tool.name} ${matrix.tool.version}, ${matrix.startedAt}, ${(matrix.durationMs / 1000).toFixed(0)} s` +
          `${rest > 0 ? `; ${rest} cells are missing` : ""}.`,
      ),
    ),
    el(
      "table",
      { class: "matrix" },
      head(["LAC", ...lnss.map(({ device }) => device)]),
      el("tbody", {}, ...lacs.map((lac) => row(lac.device, matrix))),
    ),
    ...cells.flatMap(details),
  ];
  return pageOf({ title: `matrix: ${title}`, style: STYLE, body: el("main", {}, ...body) });
}

const head = (names: readonly string[]): string =>
  el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, escapeXml(name)))));

function row(lac: string, { lnss, cells }: Matrix): string {
  const tds = lnss.map(({ device }) => {
    const cell = cells.find((one) => one.lac === lac && one.lns === device);
    return el("td", { class: "cell", "data-name": device }, ...(cell === undefined ? ["-"] : inTable(cell)));
  });
  return el("tr", {}, el("th", { scope: "row", class: "key" }, escapeXml(lac)), ...tds);
}

function inTable(cell: MatrixCell): readonly string[] {
  const verdict = el("a", { href: `#${anchorOf(cell)}`, class: `verdict ${classOf(cell.verdict)}` }, cell.verdict);
  const steps = Object.entries(cell.steps).map(([name, step]) =>
    el("span", { class: step.is, title: step.text }, escapeXml(`${SIGNS[step.is]} ${name}`)),
  );
  const deviations = cell.calls.flatMap(({ ends }) => ends.flatMap(({ fails }) => fails));
  const unknown = deviations.filter(({ known }) => !known).length;
  return [
    verdict,
    ...(steps.length === 0 ? [] : [el("span", { class: "steps" }, steps.join(" "))]),
    ...(deviations.length === 0
      ? []
      : [
          el(
            "span",
            { class: `steps ${unknown > 0 ? "bad" : "known"}` },
            `${deviations.length} deviations, ${unknown} new`,
          ),
        ]),
  ];
}

const SIGNS = { yes: "\u2713", no: "\u2717", cannot: "\u2013" } as const satisfies Record<MatrixStep["is"], string>;

const classOf = (verdict: string): string => verdict.replace(" ", "-");
const anchorOf = ({ lac, lns }: MatrixCell): string => `${lac}--${lns}`;

function details(cell: MatrixCell): readonly string[] {
  const heading = el(
    "h2",
    { id: anchorOf(cell) },
    escapeXml(`${cell.lac} calls ${cell.lns}: `),
    el("span", { class: classOf(cell.verdict) }, cell.verdict),
  );
  if (cell.reason !== undefined) return [heading, el("p", { class: "why" }, escapeXml(cell.reason))];
  const steps = Object.entries(cell.steps).map(([name, step]) =>
    el(
      "tr",
      {},
      td("step", name),
      td("", step.is, step.is),
      td("what the wire shows", step.text),
      td("call, frame", [step.call, step.frame].filter((one) => one !== undefined).join(", ")),
    ),
  );
  return [
    heading,
    el("table", {}, head(["step", "", "what the wire shows", "call, frame"]), el("tbody", {}, ...steps)),
    ...cell.calls.map(({ method, capture, ends }) =>
      el(
        "p",
        {},
        `${method.toUpperCase()}: `,
        el("a", { href: encodeURI(capture) }, "capture"),
        `, logs of the `,
        el("a", { href: encodeURI(capture.replace(/\.pcap$/, "-lac.log")) }, "LAC"),
        " and the ",
        el("a", { href: encodeURI(capture.replace(/\.pcap$/, "-lns.log")) }, "LNS"),
        escapeXml(`; ${ends.map(summaryOf).join("; ")}`),
      ),
    ),
    ...deviations(cell),
  ];
}

const summaryOf = ({ role, device, frames, rules, fails, remarks }: JudgedEndOfCall): string =>
  `${role.toUpperCase()} ${device} sent ${frames} frames: ${fails.length} findings of rules, ${remarks} remarks, ${rules} rules judged`;

function deviations({ calls }: MatrixCell): readonly string[] {
  const rows = calls.flatMap(({ method, ends }) =>
    ends.flatMap(({ device, role, fails }) =>
      fails.map((fail) =>
        el(
          "tr",
          {},
          td("", fail.known ? "known" : "new", fail.known ? "known" : "fail"),
          td("end", `${device} as ${role.toUpperCase()}`),
          td("clause", fail.clause, "key"),
          td("expected", fail.expected),
          td("found", fail.actual),
          td("call, frame", `${method}, ${fail.frame ?? "?"}`),
        ),
      ),
    ),
  );
  if (rows.length === 0) return [];
  return [el("table", {}, head(["", "end", "clause", "expected", "found", "call, frame"]), el("tbody", {}, ...rows))];
}

const td = (name: string, text: string, look?: string): string =>
  el("td", { "data-name": name, ...(look !== undefined && { class: look }) }, escapeXml(text));
