/** VRP 8: what is said is a draft until `commit`. Routers have no zones; firewalls of this version have those of the USG6000. */
import { DeviceError } from "../device.ts";
import type { Intent, LnsIntent } from "../intent.ts";
import { maskOf } from "./address.ts";
import { domainsOf, ruleSections } from "./dialect-usg6000.ts";
import type { Dialect, VrpNames } from "./dialect.ts";
import {
  allowSection,
  callLnsLine,
  ENABLE,
  groupSection,
  interfaceSections,
  localUserLines,
  routeSections,
  startSection,
  templateSection,
  zoneSections,
} from "./l2tp-lines.ts";
import { line, type ConfigLine, type Section } from "./section.ts";

export const V8: Dialect = {
  name: "v8",
  twoPhase: true,
  policies: { security: "display security-policy rule all", nat: "display nat-policy rule all" },
  render: (intent, names) => [
    ENABLE,
    ...interfaceSections(intent),
    ...(intent.role === "lac"
      ? [groupSection(intent, names, sourceLines(names)), templateSection(intent, names, [callLnsLine(intent, names)])]
      : serverSections(intent, names)),
    ...routeSections(intent, names),
    ...(names.zones === false ? noRules(intent) : [...zoneSections(intent, names), ...ruleSections(intent, names)]),
    ...(intent.role === "lac" ? startSection(intent, names) : [allowSection(intent, names)]),
  ],
};

function noRules({ policies, nat }: Intent): readonly Section[] {
  const [first] = [...policies, ...nat];
  if (first === undefined) return [];
  const text = `expected no policies for a device without zones, found ${first.name}`;
  throw new DeviceError({ step: "apply", text, output: "" });
}

function sourceLines({ source }: VrpNames): readonly ConfigLine[] {
  return source === undefined ? [] : [line(`tunnel source ${source}`, { slot: "tunnel source" })];
}

function serverSections(intent: LnsIntent, names: VrpNames): readonly Section[] {
  const { pool, gateway } = intent;
  return [
    {
      path: [`ip pool ${names.pool} bas local`],
      lines: [
        line(`gateway ${gateway.address} ${maskOf(gateway.prefixLength)}`, { slot: "gateway" }),
        line(`section 0 ${pool.first} ${pool.last}`, { slot: "section 0", undoFirst: true }),
      ],
      remove: `undo ip pool ${names.pool}`,
      rename: "names.pool",
    },
    { path: ["aaa"], lines: intent.users.flatMap(localUserLines) },
    ...domainsOf(intent, names).map((domain) => ({
      path: ["aaa", `domain ${domain}`],
      lines: [line(`ip-pool ${names.pool}`)],
      remove: `undo domain ${domain}`,
      shared: true,
    })),
    ...boardSections(names),
    templateSection(intent, names),
    groupSection(intent, names),
  ];
}

/** Which board of a router ends tunnels. */
function boardSections({ lnsGroup, slot, source }: VrpNames): readonly Section[] {
  if (lnsGroup === undefined) return [];
  const lines = [
    ...(slot === undefined ? [] : [line(`bind slot ${slot}`)]),
    ...(source === undefined ? [] : [line(`bind source ${source}`)]),
  ];
  return [{ path: [`lns-group ${lnsGroup}`], lines, remove: `undo lns-group ${lnsGroup}`, rename: "names.lnsGroup" }];
}
