/**
 * What pages of tables that stand alone have in common: system fonts, the reader's own theme, or the one of the
 * page that shows them (`data-theme`). Each colour has a contrast of at
 * least 4.5 to its ground, in both themes (the tests of the pages measure it).
 */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ground: light-dark(#ffffff, #14181d); --ink: light-dark(#1f2933, #e6ebf0);
  --faint: light-dark(#55606c, #a9b4c0); --rule: light-dark(#cdd5de, #38424d); --band: light-dark(#f3f5f8, #1d232a);
  --red: light-dark(#b71c1c, #ff8a80); --orange: light-dark(#9a4a00, #ffb066); --ochre: light-dark(#7a5900, #e6c35c);
  --green: light-dark(#17692f, #7fd495); }
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 84rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--rule); unicode-bidi: isolate; }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
.key { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .87em; }
.good, .pass { color: var(--green); }
.bad, .fail { color: var(--red); }
.inconclusive { color: var(--orange); }
.remark, .known { color: var(--ochre); }
.missing, .untested, .not-in-the-run, .not-run, .not-applicable, .not-exercised, .why { color: var(--faint); }
@media print { tr { break-inside: avoid; } }
`;

/** One column of cells where the page is narrower than that, each after the name of its column. It follows all other rules. */
export function oneColumnBelow(width: string): string {
  return `@media (max-width: ${width}) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--rule); padding: .5rem 0; }
  td, td[class] { border: 0; padding: .1rem 0; min-width: 0; }
  td[data-name]:not([data-name=""])::before { content: attr(data-name) ": "; color: var(--faint); font-weight: 400; font-family: system-ui, sans-serif; }
  td:empty { display: none; } }
`;
}
