/** The fewest lines from one configuration of ours to the next, in order, each with its way back. Pure. */
import { keyOf, type ConfigLine, type Section } from "./section.ts";

/** A line in a view. */
export interface Sent {
  readonly path: readonly string[];
  /** Absent: to enter the view makes it. */
  readonly text?: string;
  readonly secrets: readonly string[];
}

export interface Step extends Sent {
  /** Lines to the state before this step; they may hold secrets. Empty: an earlier step's take this one back too. */
  readonly back: readonly Sent[];
  /** What the journal has to know before this step is made; absent where it knows already. */
  readonly entry?: Entry;
}

/** How the device becomes again what it was when it was found. */
export interface Entry {
  /** The same for all that the one entry puts back. */
  readonly key: string;
  readonly path: readonly string[];
  readonly undo: string;
}

interface View {
  readonly section: Section;
  readonly lines: ReadonlyMap<string, ConfigLine>;
}

/** What is gone is taken back first, last things first; then what is new is made, in its order. */
export function plan(current: readonly Section[], wanted: readonly Section[]): readonly Step[] {
  const [was, is] = [viewsOf(current), viewsOf(wanted)];
  const removed = [...was.values()].filter(
    ({ section }) => section.remove !== undefined && isRemoved(section, was, is),
  );
  const gone = removed.map(({ section }) => section.path);
  const steps = current.toReversed().flatMap((section) => {
    const above = gone.find((path) => isInside(section.path, path));
    if (above !== undefined && above.length < section.path.length) return [];
    if (above !== undefined) {
      // The view's last lines may stand in a section of their own: the view goes where it began.
      if (current.find(({ path }) => keyOf(path) === keyOf(section.path)) !== section) return [];
      return [removal(section, current)];
    }
    return lineRemovals(section, is.get(keyOf(section.path)));
  });
  const made = new Set<string>();
  return [...steps, ...wanted.flatMap((section) => additions(section, was, gone, made))];
}

function isRemoved(section: Section, was: Views, is: Views): boolean {
  const key = keyOf(section.path);
  const [before, now] = [was.get(key)!, is.get(key)];
  if (now === undefined) return true;
  return section.whole === true && !sameLines(before.lines, now.lines);
}

function sameLines(a: View["lines"], b: View["lines"]): boolean {
  return a.size === b.size && [...a].every(([slot, { text }]) => b.get(slot)?.text === text);
}

function removal(section: Section, current: readonly Section[]): Step {
  const inside = current.filter(({ path }) => isInside(path, section.path));
  const back = inside.flatMap(({ path, lines }) => [{ path, secrets: [] }, ...lines.map((l) => sent(path, l))]);
  return { path: section.path.slice(0, -1), text: section.remove!, secrets: [], back };
}

function lineRemovals({ path, lines }: Section, now: View | undefined): readonly Step[] {
  return lines.toReversed().flatMap((old) => {
    const next = now?.lines.get(old.slot);
    if (next !== undefined && (next.text === old.text || !old.undoFirst)) return [];
    return old.undo === "" ? [] : [{ path, text: old.undo, secrets: [], back: [sent(path, old)] }];
  });
}

function additions(
  section: Section,
  was: Views,
  gone: readonly (readonly string[])[],
  made: Set<string>,
): readonly Step[] {
  const { path, remove } = section;
  const key = keyOf(path);
  const stays = was.has(key) && !gone.some((other) => isInside(path, other));
  const before = stays ? was.get(key)! : undefined;
  const steps: Step[] = [];
  if (remove !== undefined && before === undefined && !made.has(key)) {
    made.add(key);
    const parent = path.slice(0, -1);
    steps.push({
      path,
      secrets: [],
      back: [{ path: parent, text: remove, secrets: [] }],
      entry: { key, path: parent, undo: remove },
    });
  }
  for (const line of section.lines) {
    const old = before?.lines.get(line.slot);
    if (old?.text === line.text) continue;
    steps.push(addition(section, line, old, before !== undefined || remove === undefined));
  }
  return steps;
}

/** In a view that was there before, a line has a way back of its own. */
function addition({ path, remove }: Section, line: ConfigLine, old: ConfigLine | undefined, alone: boolean): Step {
  const undo = line.undo === "" ? [] : [{ path, text: line.undo, secrets: [] }];
  const back = old === undefined || old.undoFirst ? undo : [sent(path, old)];
  const entry = { key: keyOf([...path, line.slot]), path, undo: line.undo };
  return {
    ...sent(path, line),
    back: alone ? back : [],
    ...(remove === undefined && line.undo !== "" && { entry }),
  };
}

type Views = ReadonlyMap<string, View>;

/** Every view once, with all its lines. */
function viewsOf(sections: readonly Section[]): Views {
  const views = new Map<string, { section: Section; lines: Map<string, ConfigLine> }>();
  for (const section of sections) {
    const key = keyOf(section.path);
    const view = views.get(key) ?? { section, lines: new Map<string, ConfigLine>() };
    for (const line of section.lines) view.lines.set(line.slot, line);
    views.set(key, view);
  }
  return views;
}

function isInside(path: readonly string[], other: readonly string[]): boolean {
  return other.every((line, i) => path[i] === line);
}

function sent(path: readonly string[], { text, secrets }: ConfigLine): Sent {
  return { path, text, secrets };
}
