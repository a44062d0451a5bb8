import { oneColumnBelow, PAGE_STYLE } from "./page-style.ts";

/** The look of a capture's page: its ladders are made of boxes, so that they go with the theme and the width of the reader. */
export const CAPTURE_STYLE = `${PAGE_STYLE}
td.key { min-width: 9.5rem; }
td.fail, td.remark { font-weight: 600; }
details { margin: .3rem 0; }
summary { cursor: pointer; }
.note { color: var(--orange); }
.ladder { margin: .5rem 0 1.5rem; padding: 0; list-style: none; font-size: .87rem; }
.ladder > li { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); column-gap: .6rem; }
.ladder .when { color: var(--faint); font-variant-numeric: tabular-nums; text-align: right; padding-top: .25rem; }
.ladder .lane { border-left: 2px solid var(--rule); border-right: 2px solid var(--rule); padding: .2rem .5rem .45rem; }
.ladder .words { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; unicode-bidi: isolate; }
.ladder .arrow { position: relative; height: 0; margin: .35rem -.5rem 0; border-top: 2px solid var(--faint); color: var(--faint); }
.ladder .arrow::after { content: ""; position: absolute; top: -6px; border: 5px solid transparent; }
.ladder .right .arrow::after { right: 0; border-right-width: 0; border-left: 9px solid; }
.ladder .left .arrow::after { left: 0; border-left-width: 0; border-right: 9px solid; }
.ladder .left .words { display: block; text-align: right; }
.ladder .fail .arrow { border-color: var(--red); color: var(--red); }
.ladder .remark .arrow { border-color: var(--ochre); color: var(--ochre); }
.ladder .fail, .ladder .remark { background: var(--band); }
.ladder .fold .lane { color: var(--faint); text-align: center; font-style: italic; }
.ladder .heads .lane { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: 0 0 .2rem; font-weight: 600; }
.ladder .heads .lane span:last-child { text-align: right; }
.finding { margin: .4rem 0 .2rem; color: var(--ink); }
.finding pre { margin: .3rem 0; padding: .4rem; overflow-x: auto; overflow-wrap: normal; background: var(--ground); border: 1px solid var(--rule);
  font: .8rem/1.35 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
mark { background: var(--red); color: var(--ground); }
.remark mark { background: var(--ochre); }
.verdict { font-weight: 600; }
@media (max-width: 45rem) {
  .ladder > li { grid-template-columns: minmax(0, 1fr); }
  .ladder .when { text-align: left; border: solid var(--rule); border-width: 0 2px; padding: .25rem .5rem 0; }
  .ladder .heads .when { display: none; } }
@media print { .ladder > li { break-inside: avoid; } .finding pre { white-space: pre-wrap; } }
${oneColumnBelow("45rem")}`;
