/** For the tests of this room: a parser as strict as XML 1.0 where our writer could go wrong. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text and that of everything in it, entities resolved. */
  readonly text: string;
}

const TAG = /<(?:(\/)([\w:.-]+)\s*|([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?))>/y;
const PROLOGUE = /^(?:<\?xml version="1\.0" encoding="UTF-8"\?>\s*)?/;
const ENTITY = /&(?:amp|lt|gt|quot|#39);/g;
const RESOLVED: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};
const FORBIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Throws an Error that names the offset where the text is not well-formed. */
export function parseXml(source: string): XmlElement {
  const forbidden = FORBIDDEN.exec(source);
  if (forbidden !== null) throw new Error(`forbidden character at ${forbidden.index}`);
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = PROLOGUE.exec(source)?.[0].length ?? 0;
  while (at < source.length) {
    const top = open.at(-1) ?? root;
    const next = source.indexOf("<", at);
    const words = source.slice(at, next < 0 ? source.length : next);
    if (top === root && words.trim() !== "") throw new Error(`text outside of the root at ${at}`);
    for (const element of open) element.text += resolved(words, at);
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(source);
    if (tag === null) throw new Error(`no tag at ${next}: ${source.slice(next, next + 40)}`);
    at = TAG.lastIndex;
    const [, closes, closed, opened, attributes = "", empty] = tag;
    if (closes !== undefined) {
      if (open.pop()?.name !== closed || open.length === 0)
        throw new Error(`</${closed ?? ""}> at ${next} closes nothing`);
      continue;
    }
    if (top === root && root.children.length > 0) throw new Error(`a second root at ${next}`);
    const element: Open = { name: opened ?? "", attributes: attributesOf(attributes, next), children: [], text: "" };
    top.children.push(element);
    if (empty === "") open.push(element);
  }
  const [only] = root.children;
  if (open.length > 1 || only === undefined) throw new Error(`<${open.at(-1)?.name ?? ""}> is not closed`);
  return only;
}

interface Open {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: Open[];
  text: string;
}

function attributesOf(source: string, at: number): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of source.matchAll(/([\w:.-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, name)) throw new Error(`attribute ${name} twice at ${at}`);
    attributes[name] = resolved(value, at);
  }
  return attributes;
}

function resolved(words: string, at: number): string {
  if (words.replace(ENTITY, "").includes("&")) throw new Error(`a bare & near ${at}`);
  if (words.includes("]]>")) throw new Error(`]]> near ${at}`);
  return words.replace(ENTITY, (entity) => RESOLVED[entity] ?? "");
}

/** Every element of that name, at any depth. */
export function elementsOf(root: XmlElement, name: string): readonly XmlElement[] {
  return [...(root.name === name ? [root] : []), ...root.children.flatMap((child) => elementsOf(child, name))];
}
