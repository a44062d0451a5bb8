/**
 * What Allure's page lacks: contrast in its labels, room on a phone, print, its theme in the pages of cases, and these at
 * their full height. Allure shows such a page in a frame of its own, which knows only the theme of the reader's machine.
 */

const STYLE = `
#content .label_status_failed { background: #c62828; color: #fff; }
#content .label_status_broken { background: #ffd050; color: #111; }
#content .label_status_passed { background: #1b7837; color: #fff; }
#content .label_status_skipped { background: #5a6673; color: #fff; }
#content .label_status_unknown { background: #6a3fb5; color: #fff; }
#content .attachment-row { position: static; }
#content .label__info { background: #1f5f99; color: #fff; }
@media (max-width: 800px) {
  #content .app { flex-direction: column; }
  #content .app__nav { flex: none; width: 100%; }
  #content .app__content { flex: 1 1 0; min-height: 0; width: 100%; }
  #content .side-nav { flex-direction: row; align-items: center; width: 100%; height: auto; overflow-x: auto; padding: 0; }
  #content :is(.side-nav__head, .side-nav__strut, .side-nav__collapse, .side-nav__text) { display: none; }
  #content :is(.side-nav__menu, .side-nav__footer) { display: flex; flex-direction: row; width: auto; margin: 0; padding: 0; }
  #content :is(.side-nav__link, .side-nav__theme, .side-nav__language) { width: auto; inline-size: auto; margin: 0; padding: .4rem 0; }
  #content .side-nav__icon-lane { flex-basis: 2.4rem; inline-size: 2.4rem; min-inline-size: 2.4rem; }
  #content .side-by-side { flex-direction: column; overflow: auto; }
  #content :is(.side-by-side__left, .side-by-side__right) { flex: none; width: 100% !important; overflow: visible; }
  #content .side-by-side:has(.test-result) .side-by-side__left { order: 2; }
  #content .gutter { display: none; }
  #content .test-result .pane__title { flex-wrap: wrap; overflow-wrap: anywhere; }
  #content .test-result table { table-layout: fixed; width: 100%; overflow-wrap: anywhere; }
  #content .test-result td:first-child { width: 6.5rem; } }
@media print {
  html, body, #content, #content :is(.app, .app__content, .side-by-side, .side-by-side__right) {
    display: block !important; position: static !important; overflow: visible !important; width: auto !important; height: auto !important; }
  #content :is(.app__nav, .side-by-side__left, .gutter, .tabs) { display: none !important; } }
`;

/**
 * Allure writes a page into its frame with a policy of its own, of which Chromium knows one word no more and says so; and it
 * ends the frame at 1600 px, or 10,000.
 */
const SCRIPT = `
(() => {
  const theme = () => document.documentElement.dataset.theme === "dark" ? "dark" : "light";
  const dressed = (html) => html
    .replace(" navigate-to 'none';", "")
    .replace("const maxHeight = 10000;", "const maxHeight = 100000;")
    .replace(/<html lang="en"[^>]*>/, '<html lang="en" data-theme="' + theme() + '">');
  const set = Element.prototype.setAttribute;
  HTMLIFrameElement.prototype.setAttribute = function (name, value) {
    set.call(this, name, name === "srcdoc" ? dressed(String(value)) : value);
  };
  const frames = () => document.querySelectorAll("iframe[data-html-preview-token]");
  addEventListener("allure-theme-change", () => frames().forEach((frame) => frame.setAttribute("srcdoc", frame.srcdoc)));
  // What is printed is on white paper.
  matchMedia("print").addEventListener("change", ({ matches }) => {
    const root = document.documentElement;
    if (matches) root.dataset.screen = theme();
    const next = matches ? "light" : root.dataset.screen;
    if (next === "dark") root.dataset.theme = "dark"; else delete root.dataset.theme;
    root.style.colorScheme = next;
  });
  addEventListener("message", ({ source, data }) => {
    if (data?.type !== "allure:html-preview:resize") return;
    setTimeout(() => {
      for (const frame of frames()) if (frame.contentWindow === source && frame.style.height !== "") frame.style.height = Number(data.height) + "px";
    });
  });
})();
`;

/** Allure's index.html with all that. */
export function fitted(index: string): string {
  return index.replace("</head>", () => `<style>${STYLE}</style>\n<script>${SCRIPT}</script>\n</head>`);
}
