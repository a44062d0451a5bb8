/** Whether a device prints what it took. Pure. */
import type { Step } from "./plan.ts";
import { keyOf, type Section } from "./section.ts";
import { canonical, viewAt, type ConfigNode } from "./snapshot.ts";

/** Views and lines that the steps made and the configuration lacks; not those that no configuration prints. */
export function unshown(
  steps: readonly Step[],
  sections: readonly Section[],
  tree: readonly ConfigNode[],
): readonly string[] {
  const made = new Set(steps.map(({ path, text }) => keyOf([...path, text ?? ""])));
  return sections.flatMap(({ path, lines, hidden }) => {
    if (hidden === true) return [];
    const view = viewAt(tree, path);
    if (view === undefined) return made.has(keyOf([...path, ""])) ? [path.join(" / ")] : [];
    const printed = new Set(view.map((node) => canonical(node.line)));
    return lines
      .filter(({ text, shown }) => shown && !text.startsWith("undo ") && made.has(keyOf([...path, text])))
      .filter(({ text }) => !printed.has(canonical(text)))
      .map(({ text }) => [...path, text].join(" / "));
  });
}

/** Views of which single lines were made; undefined where so many were, or outermost ones, that all is to be read. */
export function viewsOf(steps: readonly Step[]): readonly (readonly string[])[] | undefined {
  const made = steps.filter(({ text }) => text?.startsWith("undo ") !== true);
  const views = new Map(made.map(({ path }) => [keyOf(path), path]));
  return views.size > MOST_VIEWS || views.has("") ? undefined : [...views.values()];
}

/** What `display this` prints in a view, as part of a whole configuration. */
export function within(path: readonly string[], printed: readonly ConfigNode[]): readonly ConfigNode[] {
  return path.slice(0, -1).reduceRight<readonly ConfigNode[]>((children, line) => [{ line, children }], printed);
}

const MOST_VIEWS = 3;
