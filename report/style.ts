/** The page's own style. Every colour is a variable: the charts read them too. */
export const STYLE = `
:root {
  color-scheme: light;
  --page: #fcfcfb; --card: #ffffff; --ink: #1b1d21; --soft: #5b6068; --faint: #8a9099; --line: #e3e5e8; --grid: #eceef0;
  --first: #1f6fd6; --band: #1f6fd62b; --second: #b8560b; --good: #16713b; --bad: #c2242c; --none: transparent;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {
    color-scheme: dark;
    --page: #15171a; --card: #1c1f23; --ink: #eceef1; --soft: #a8aeb7; --faint: #7c838d; --line: #32363c; --grid: #292d32;
    --first: #6aabff; --band: #6aabff30; --second: #f0a04b; --good: #5fce8b; --bad: #ff7b7b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 72rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.2rem; }
p { margin: .25rem 0 .75rem; max-width: 65ch; color: var(--soft); }
.verdict { margin-top: .75rem; font-weight: 600; }
.verdict.good { color: var(--good); }
.verdict.bad, td.bad { color: var(--bad); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
.figures div { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.figures dt { color: var(--soft); font-size: .875rem; }
.figures dd { margin: 0; font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures .bad dd { color: var(--bad); }
figure { margin: 0 0 .5rem; padding: .75rem .75rem .5rem 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
figcaption { padding: 0 .75rem; color: var(--soft); font-size: .875rem; }
.chart { width: 100%; overflow: hidden; }
.u-legend { color: var(--soft); font: 13px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.u-legend .u-marker { height: .65em !important; width: .9em !important; border-radius: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
.story th, .story td { text-align: left; white-space: normal; }
.story td:last-child, .story th:last-child { text-align: right; white-space: nowrap; }
.story td:nth-child(3) { overflow-wrap: anywhere; color: var(--soft); }
tbody th { font-weight: 600; }
.meanings { margin: .75rem 0 0; font-size: .875rem; color: var(--soft); }
.meanings dt { display: inline; font-weight: 600; }
.meanings dd { display: inline; margin: 0; }
.meanings dd::after { content: ""; display: block; }
@media (max-width: 40rem) {
  body { padding: 1.25rem .75rem 2rem; }
  .story th, .story td { padding: .4rem .35rem; }
}
@media print {
  :root { --page: #fff; }
  body { max-width: none; padding: 0; font-size: 11pt; }
  h2 { break-after: avoid; }
  figure, tr, .figures { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding: .3rem .35rem; }
}
`;
