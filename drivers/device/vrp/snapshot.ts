/** `display current-configuration` as a tree of lines, and what tells two of them apart. Pure. */
import type { Difference } from "../configurable.ts";
import { lengthOfMask, lengthOfWildcard } from "./address.ts";
import { maskSecrets } from "./mask.ts";

/** A line, and what stands in the view that it opens. */
export interface ConfigNode {
  readonly line: string;
  readonly children: readonly ConfigNode[];
}

interface Open {
  readonly line: string;
  readonly children: Open[];
}

/** What a device prints around its configuration: separators, versions, the end. `[V200R010C10SPC700]` looks like a prompt. */
const AROUND = /^(?:\s*$|#|!|\[V\d+R\d+[^\]]*\]\s*$|return\s*$)/;

/**
 * Lines are inside one another as they are indented; `#` ends every view. VRP indents its outermost settings by a blank
 * where they open no view, so the first line behind a `#` is always outermost.
 */
export function parseConfiguration(text: string): readonly ConfigNode[] {
  const root: Open = { line: "", children: [] };
  /** The line before and those that it is inside of, with how far each is indented. */
  let open: { readonly node: Open; readonly indent: number }[] = [];
  for (const printed of text.split("\n")) {
    if (printed.startsWith("#")) open = [];
    if (AROUND.test(printed)) continue;
    const line = printed.trim();
    const indent = printed.search(/\S/);
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const { children } = open.at(-1)?.node ?? root;
    // A view that is printed in two places is one view.
    let node = children.find((child) => child.line === line);
    if (node === undefined) children.push((node = { line, children: [] }));
    open.push({ node, indent });
  }
  return root.children;
}

/** The view at the end of the path; undefined where the configuration has none. Of the empty path, the outermost lines. */
export function viewAt(tree: readonly ConfigNode[], path: readonly string[]): readonly ConfigNode[] | undefined {
  let nodes: readonly ConfigNode[] = tree;
  for (const line of path) {
    const found = nodes.find((node) => canonical(node.line) === canonical(line));
    if (found === undefined) return undefined;
    nodes = found.children;
  }
  return nodes;
}

/** One form for what VRP takes in several: a mask in dots or as a length, an interface's number apart from its type. */
export function canonical(line: string): string {
  const words = line
    .trim()
    .replace(/\b(Virtual-Template|GigabitEthernet) (?=\d)/g, "$1")
    .split(/\s+/);
  // Of the old generation's policies alone: what they ignore, where others have a mask.
  const wild = words[0] === "policy";
  const lengthOf = (word: string, before: string | undefined): number | undefined => {
    if (before === "mask") return lengthOfMask(word);
    if (before === undefined || !/^\d+(?:\.\d+){3}$/.test(before)) return undefined;
    return wild ? lengthOfWildcard(word) : lengthOfMask(word);
  };
  return words
    .map((word, i) => String(lengthOf(word, words[i - 1]) ?? word))
    .filter((word) => word !== "mask")
    .join(" ");
}

/** Sections whose rules are tried from the top: there the order is part of what is configured. */
const ORDERED = /^(?:security-policy|nat-policy|policy interzone)\b/;

/**
 * What stands in one configuration and not in the other, secrets masked, in the order of the configurations. Rules that have
 * changed places are both: gone from where they stood, and there where they stand.
 */
export function differencesOf(before: string, after: string): readonly Difference[] {
  const [was, is] = [linesOf(before), linesOf(after)];
  return [
    ...[...was].filter(([key]) => !is.has(key)).map(([, at]) => ({ sign: "-" as const, ...at })),
    ...[...is].filter(([key]) => !was.has(key)).map(([, at]) => ({ sign: "+" as const, ...at })),
    ...displaced(before, after),
  ];
}

function displaced(before: string, after: string): readonly Difference[] {
  const now = rulesOf(after);
  return [...rulesOf(before)].flatMap(([section, was]) => {
    const is = now.get(section) ?? [];
    const [kept, still] = [was.filter((line) => is.includes(line)), is.filter((line) => was.includes(line))];
    return kept.flatMap((line, i) =>
      line === still[i]
        ? []
        : [
            { sign: "-" as const, section, line },
            { sign: "+" as const, section, line: still[i] ?? line },
          ],
    );
  });
}

function rulesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const ordered = parseConfiguration(maskSecrets(text)).filter(({ line }) => ORDERED.test(line));
  return new Map(ordered.map(({ line, children }) => [line, children.map((child) => child.line)]));
}

function linesOf(text: string): ReadonlyMap<string, { readonly section: string; readonly line: string }> {
  const lines = new Map<string, { section: string; line: string }>();
  const walk = (nodes: readonly ConfigNode[], path: readonly string[]): void => {
    for (const { line, children } of nodes) {
      lines.set([...path, line].join("\n"), { section: path.join(" / "), line });
      walk(children, [...path, line]);
    }
  };
  walk(parseConfiguration(maskSecrets(text)), []);
  return lines;
}
