import { oneColumnBelow, PAGE_STYLE } from "./page-style.ts";

/** The look of the coverage page. */
export const COVERAGE_STYLE = `${PAGE_STYLE}
td.key { min-width: 9.5rem; }
td.level, td.actor { white-space: nowrap; }
td.text, td.told { min-width: 14rem; }
details { margin: .2rem 0; }
summary { cursor: pointer; }
section > details { border-bottom: 1px solid var(--rule); padding: .2rem 0; }
section > details[open] { background: var(--band); padding: .2rem .5rem; }
.verdict { font-weight: 600; white-space: nowrap; }
.why { unicode-bidi: isolate; white-space: pre-wrap; }
.one { margin-bottom: .3rem; }
${oneColumnBelow("52rem")}`;
