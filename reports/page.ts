/** A page that stands alone: nothing is loaded and nothing runs, whatever a device has written of itself into it. Pure. */
import { el, escapeXml } from "./xml.ts";

/** The policy has the browser refuse what escaping would have let through. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The document; `body` is markup, as it goes into `<body>`. */
export function pageOf(o: { readonly title: string; readonly style: string; readonly body: string }): string {
  const head = [
    el("meta", { charset: "utf-8" }),
    el("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }),
    el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    el("title", {}, escapeXml(o.title)),
    // Without an icon of its own a browser asks the server for one.
    el("link", { rel: "icon", href: "data:," }),
    el("style", {}, o.style),
  ];
  return `<!DOCTYPE html>\n${el("html", { lang: "en" }, el("head", {}, ...head), el("body", {}, o.body))}\n`;
}
