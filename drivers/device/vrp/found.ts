/** What the device already is, held against what it is to become: so that it can be put back as it was found. Pure. */
import { DeviceError, nameOf } from "../device.ts";
import { keyOf, line, type ConfigLine, type Section } from "./section.ts";
import { canonical, viewAt, type ConfigNode } from "./snapshot.ts";

/**
 * The sections without what stands there already, and with undo lines that give back what stood there. Throws a
 * {@link DeviceError} where an object of that name exists: what is not ours may hold secrets that no undo could bring back.
 */
export function asFound(sections: readonly Section[], found: readonly ConfigNode[]): readonly Section[] {
  return sections.flatMap((section) => {
    const existing = viewAt(found, section.path);
    if (section.remove !== undefined && existing === undefined) return [section];
    if (section.remove !== undefined && section.shared !== true) throw taken(section.path.join(" / "), section.rename);
    if (existing === undefined && section.path[0]?.startsWith("interface ") === true) throw missing(section, found);
    const { remove: _, ...own } = section;
    const lines = section.lines.flatMap((wanted) => onto(wanted, existing ?? [], section.path));
    const displaced = section.lines.flatMap((wanted) => displacedBy(wanted, section.path, found));
    return lines.length === 0 ? displaced : [...displaced, { ...own, lines }];
  });
}

function onto(wanted: ConfigLine, existing: readonly ConfigNode[], path: readonly string[]): readonly ConfigLine[] {
  const stands = (text: string): boolean => existing.some((node) => sameLine(node.line, text));
  if (wanted.onlyWhere !== undefined && !stands(wanted.onlyWhere)) return [];
  if (stands(wanted.text)) return [];
  const before = existing.find((node) => isOfSlot(node.line, wanted));
  if (before === undefined) return [wanted];
  if (wanted.rename !== undefined) throw taken([...path, wanted.slot].join(" / "), wanted.rename);
  return [{ ...wanted, undo: before.line }];
}

/** A second address of an interface (`ip address … sub`) is no setting of the first one's. */
function isOfSlot(text: string, { slot }: ConfigLine): boolean {
  return text === slot || (text.startsWith(`${slot} `) && !text.endsWith(" sub"));
}

/** What the line cannot stand beside: an interface is in one zone, and a second route would share the traffic. */
function displacedBy(wanted: ConfigLine, path: readonly string[], found: readonly ConfigNode[]): readonly Section[] {
  if (wanted.text.startsWith("add interface "))
    return found
      .filter((view) => view.line.startsWith("firewall zone ") && view.line !== path[0])
      .filter((view) => view.children.some((node) => node.line === wanted.text))
      .map((view) => ({ path: [view.line], lines: [away(wanted.text, wanted.text)] }));
  if (!wanted.text.startsWith("ip route-static ")) return [];
  const to = destinationOf(wanted.text);
  const others = found.filter((node) => destinationOf(node.line) === to && !sameLine(node.line, wanted.text));
  return others.length === 0 ? [] : [{ path: [], lines: others.map((node) => away(routeAlone(node.line), node.line)) }];
}

/** The line that takes away what was found; to undo it is to say it again. */
function away(what: string, whole: string): ConfigLine {
  return line(`undo ${what}`, { slot: whole, undo: whole, shown: false });
}

function destinationOf(route: string): string | undefined {
  return /^ip route-static (\S+ \d+)/.exec(canonical(route))?.[1];
}

/** A route is the same with another preference. */
function sameLine(found: string, wanted: string): boolean {
  return canonical(routeAlone(found)) === canonical(routeAlone(wanted));
}

/** `undo` wants the route and not what it is adorned with. */
function routeAlone(route: string): string {
  return route.replace(/^(ip route-static .*?) (?:preference|tag|track|permanent|description|inherit-cost)\b.*$/, "$1");
}

function taken(what: string, rename = "the intent's own"): DeviceError {
  const text = `${nameOf(what)} exists on the device and is not ours; choose another name by ${rename}`;
  return new DeviceError({ step: "apply", text, output: "" });
}

function missing({ path }: Section, found: readonly ConfigNode[]): DeviceError {
  const interfaces = found.filter((node) => node.line.startsWith("interface ")).map((node) => node.line.slice(10));
  const text = `expected ${path[0]} on the device, found ${nameOf(interfaces.join(", ")) || "no interface"}`;
  return new DeviceError({ step: "apply", text, output: keyOf(interfaces) });
}
