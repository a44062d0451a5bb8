import type { LOOK } from "./ladder-style.ts";

const MONO = `ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace`;

/** Of the picture's frames, by what claims them: the colour of arrow, name and badge. */
const INKS: Readonly<Record<keyof typeof LOOK | "missed" | "climbed" | "untold" | "quiet" | "fail", string>> = {
  bench: "--blue",
  rung: "--green",
  background: "--faint",
  unclaimed: "--orange",
  broken: "--red",
  noted: "--ochre",
  foreign: "--faint",
  missed: "--red",
  climbed: "--green",
  untold: "--orange",
  quiet: "--faint",
  fail: "--red",
};

/**
 * The look of a case's page, beside PAGE_STYLE. The page is as wide as a report's pane or a phone lets it be: below 40 rem
 * a frame has its number, time and claim above its arrow.
 */
export const CASE_STYLE = `
:root { --blue: light-dark(#1f4f99, #8ab4ff); --bad-band: light-dark(#fdeaea, #33191b); --odd-band: light-dark(#fff1e0, #33240f);
  --mark: light-dark(#ffd9d6, #5c1f22); }
main { max-width: 62rem; }
h1 { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: baseline; }
h2 { font-size: 1.05rem; }
.verdict { border: 2px solid; border-radius: .3rem; padding: 0 .5rem; font-size: .9rem; }
.story { margin: 0 0 .6rem; }
.facts { margin: .3rem 0 1rem; }
.facts th { width: 1%; padding-right: 1rem; }
.facts td { overflow-wrap: anywhere; white-space: pre-wrap; }
${Object.entries(INKS)
  .map(([name, ink]) => `.${name} { --own: var(${ink}); }`)
  .join("\n")}
.ladder { font-size: 12.5px; margin: 1rem 0; }
.rows { list-style: none; margin: 0; padding: 0; }
.row { display: grid; grid-template-columns: 2.8rem 5rem minmax(0, 1fr) 8.5rem; }
.row > * { min-width: 0; }
.no, .ms { font: 11.5px/1 ${MONO}; text-align: right; padding: 1.45rem .4rem 0 0; color: var(--faint); white-space: nowrap; }
.frame .no { font-weight: 700; color: var(--ink); }
.lane { border: solid var(--rule); border-width: 0 2px; padding: .35rem .6rem .3rem; }
.lane code { font: 11.5px/1.35 ${MONO}; overflow-wrap: anywhere; white-space: pre-wrap; }
.lane b, .claim b, .pointer, .missed .ms { color: var(--own); }
.claim { padding: 1.2rem 0 0 .6rem; color: var(--faint); overflow-wrap: anywhere; }
.claim b { border: 1.5px solid; border-radius: .7rem; padding: 0 .45rem; white-space: nowrap; }
.arrow { display: block; position: relative; height: 10px; margin: .1rem -.6rem 0; --tip: var(--own); }
.arrow::before { content: ""; position: absolute; top: 4px; left: 4px; right: 4px; border-top: 2px solid var(--own); }
.arrow::after { content: ""; position: absolute; top: 0; border: solid transparent; border-width: 5px 0; }
.rightwards .arrow::after { right: 1px; border-left: 9px solid var(--own); }
.leftwards .arrow::after, .missed .arrow::after { left: 1px; border-right: 9px solid var(--own); }
.no-way .arrow { display: none; }
.missed .arrow::before { border-top-style: dashed; }
.missed .ms { font-weight: 700; }
.missed code { color: var(--own); font-weight: 700; }
.said .arrow::before { border-top-style: dotted; }
.said code { color: var(--own); }
.background code, .foreign code { color: var(--faint); }
.pointer { margin: .2rem 0 0; font: 700 11.5px/1.35 ${MONO}; overflow-wrap: anywhere; }
.pointer::before { content: "\\25b2\\a0 "; }
.broken, .missed { background: var(--bad-band); }
.unclaimed, .noted { background: var(--odd-band); }
.heads { align-items: end; color: var(--faint); }
.heads .no, .heads .ms, .heads .claim { font: inherit; font-size: 11px; padding-top: 0; padding-bottom: .3rem; }
.heads .lane { border-color: transparent; padding: .3rem 0 0; display: flex; justify-content: space-between; gap: .5rem; }
.end { border: 1.5px solid var(--blue); border-radius: .3rem; padding: .15rem .5rem; color: var(--ink); background: var(--band); overflow-wrap: anywhere; }
.end.dut { border-color: var(--green); text-align: right; }
.end span { display: block; font: 11px ${MONO}; color: var(--faint); }
.part, .fold { color: var(--faint); text-align: center; padding: .3rem; margin-left: 7.8rem; margin-right: 8.5rem; border: solid var(--rule); border-width: 0 2px; }
.part { border-top: 1px solid var(--rule); letter-spacing: .03em; }
.fold { font-style: italic; }
.folded { display: none; }
#background:not(:checked) ~ .rows .background { display: none; }
#background:not(:checked) ~ .rows .folded { display: block; }
.legend { color: var(--faint); font-size: 11.5px; margin: .6rem 0 0; }
.key-of { margin-right: .8rem; white-space: nowrap; }
.key-of::before { content: ""; display: inline-block; width: 18px; border-top: 3px solid var(--own); margin-right: 5px; vertical-align: middle; }
.flows { overflow-x: auto; margin: 1rem 0; }
.flows svg { min-width: 46rem; max-width: 100%; height: auto; display: block; }
.fault { color: var(--ink); border-left: 4px solid var(--rule); padding-left: .8rem; margin: 1.4rem 0; }
.fault.fail { border-color: var(--red); } .fault.inconclusive { border-color: var(--orange); } .fault.remark { border-color: var(--ochre); }
.fault h2 { margin-top: 0; }
.fault.fail h2 { color: var(--red); } .fault.inconclusive h2 { color: var(--orange); } .fault.remark h2 { color: var(--ochre); }
.dump, .tree { font: 12px/1.5 ${MONO}; }
.dump p { margin: 0; display: grid; grid-template-columns: max-content repeat(4, max-content); column-gap: 1.1em; white-space: pre; }
.dump .cut { display: block; color: var(--faint); }
.dump .at { color: var(--faint); }
.dump .hex { min-width: 23ch; }
.dump .hex:nth-of-type(4) { grid-column: 3; grid-row: 1; }
.dump .ascii { grid-column: 4; grid-row: 1; }
.dump .ascii:nth-of-type(5) { grid-column: 5; margin-left: -1.1em; }
.tree { margin: .8rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--mark); color: var(--red); font-weight: 700; outline: 1px solid; border-radius: 2px; }
@media (max-width: 40rem) {
  main { padding: .6rem; }
  .row { grid-template-columns: auto auto minmax(0, 1fr); column-gap: .6rem; border: solid var(--rule); border-width: 0 2px; padding: .35rem .5rem 0; }
  .row .lane { grid-column: 1 / -1; grid-row: 2; border: 0; padding: .15rem 0; }
  .row .arrow { margin: .1rem -.5rem 0; }
  .row .no, .row .ms { padding-top: .15rem; text-align: left; }
  .row .claim { padding: 0; text-align: right; }
  .heads { border-color: transparent; }
  .heads .lane { grid-row: 1; }
  .heads .no, .heads .ms, .heads .claim { display: none; }
  .part, .fold { margin: 0; }
  .facts tr, .facts th, .facts td { display: block; width: auto; }
  .facts th { border: 0; padding-bottom: 0; }
  .dump, .tree { font-size: 11px; }
  .dump p { grid-template-columns: repeat(3, max-content); }
  .dump .hex:nth-of-type(4) { grid-column: 2; grid-row: 2; }
  .dump .ascii { grid-column: 3; }
  .dump .ascii:nth-of-type(5) { grid-column: 3; grid-row: 2; margin: 0; }
  .fault { padding-left: .5rem; } }
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  * { print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  input, label { display: none; }
  #background:not(:checked) ~ .rows .background { display: grid; }
  #background:not(:checked) ~ .rows .folded { display: none; }
  .row, .fault tr, .dump p { break-inside: avoid; }
  .flows { overflow: visible; } .flows svg { min-width: 0; width: 100%; } }
`;
