/** Paper is white, whatever theme its reader has; system fonts, nothing loaded from anywhere. */
export const STYLE = `
@page { size: A4; margin: 16mm 14mm; }
:root { color-scheme: light; --ink: #1f2933; --faint: #55606c; --rule: #cdd5de; --red: #b71c1c; }
body { margin: 0; color: var(--ink); background: #ffffff; font: 9.5pt/1.4 "DejaVu Sans", system-ui, sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 2pt solid var(--ink); margin-bottom: 8pt; }
h1 { font-size: 20pt; margin: 0; }
h2 { font-size: 13pt; margin: 0 0 6pt; }
.title { font-size: 11pt; margin: 2pt 0 6pt; }
.warning { color: var(--red); font-weight: 700; margin: 0 0 6pt; }
.small { font-size: 8pt; margin: 4pt 0; }
.sheet { break-before: page; }
table { width: 100%; border-collapse: collapse; margin-bottom: 8pt; }
th, td { text-align: left; vertical-align: top; padding: 2pt 6pt 2pt 0; border-bottom: .5pt solid var(--rule); unicode-bidi: isolate; }
th { color: var(--faint); font-weight: 600; }
.facts th { width: 22mm; }
.counts td { font-variant-numeric: tabular-nums; }
.clauses { font-size: 7.5pt; table-layout: fixed; }
.clauses th:nth-child(1) { width: 36mm; }
.clauses th:nth-child(2) { width: 15mm; }
.clauses th:nth-child(3) { width: 54mm; }
.five th:nth-child(4) { width: 20mm; }
tr { break-inside: avoid; }
.specimen { position: fixed; inset: 0; display: flex; align-items: center; justify-content: center; z-index: 1;
  color: rgb(183 28 28 / .16); font-size: 96pt; font-weight: 800; letter-spacing: 6pt; transform: rotate(-52deg); white-space: nowrap; }
`;
