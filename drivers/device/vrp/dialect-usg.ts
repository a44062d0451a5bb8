/** USG2000 and USG5000, up to V300: policies between two zones, users and pools of addresses in the AAA view. */
import { PPP_LINK, type Intent, type LnsIntent, type NatIntent, type PolicyIntent, type Zone } from "../intent.ts";
import { isIn, partsOf, wildcardOf } from "./address.ts";
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

export const USG: Dialect = {
  name: "usg",
  twoPhase: false,
  render: (intent, names) => [
    ENABLE,
    ...interfaceSections(intent),
    ...(intent.role === "lac"
      ? [groupSection(intent, names), templateSection(intent, names, [callLnsLine(intent, names)])]
      : serverSections(intent, names)),
    ...zoneSections(intent, names),
    ...routeSections(intent, names),
    ...betweenZones(
      "policy",
      intent.policies.map((policy) => [policy.from, policy.to, policyLines(policy)]),
      names,
    ),
    ...betweenZones(
      "nat-policy",
      intent.nat.map((rule) => natPolicy(rule, intent, names)),
      names,
    ),
    ...(intent.role === "lac" ? startSection(intent, names) : [allowSection(intent, names)]),
  ],
};

/** Pools have numbers there: that of `pool1` is 1. */
function poolNumber({ pool }: VrpNames): string {
  return /\d+$/.exec(pool)?.[0] ?? "1";
}

function serverSections(intent: LnsIntent, names: VrpNames): readonly Section[] {
  const pool = poolNumber(names);
  const { first, last } = intent.pool;
  return [
    {
      path: ["aaa"],
      lines: [
        line(`ip pool ${pool} ${first} ${last}`, { slot: `ip pool ${pool}`, undoFirst: true, rename: "names.pool" }),
        ...intent.users.flatMap(localUserLines),
      ],
    },
    templateSection(intent, names, [line(`remote address pool ${pool}`, { slot: "remote address" })]),
    groupSection(intent, names),
  ];
}

type Between = readonly [from: Zone, to: Zone, lines: readonly ConfigLine[]];

/** Trust in a zone, as the device presets it: traffic to a zone of less is outbound, and the zone of more is named first. */
const PRIORITY: Readonly<Record<Zone, number>> = { local: 100, trust: 85, dmz: 50, untrust: 5 };

/** Every pair of zones numbers its policies by itself. */
function betweenZones(view: string, policies: readonly Between[], names: VrpNames): readonly Section[] {
  const numbers = new Map<string, number>();
  return policies.flatMap(([from, to, lines]) => {
    const outbound = PRIORITY[from] > PRIORITY[to];
    const zones = outbound ? `${from} ${to} outbound` : `${to} ${from} inbound`;
    const path = `${view} interzone ${zones}`;
    const number = numbers.get(path) ?? names.firstPolicy ?? 1;
    numbers.set(path, number + 1);
    const remove = `undo policy ${number}`;
    return [
      { path: [path], lines: [], remove: `undo ${path}`, shared: true },
      { path: [path, `policy ${number}`], lines, remove, whole: true, rename: "names.firstPolicy" },
    ];
  });
}

function policyLines({ source, destination, service }: PolicyIntent): readonly ConfigLine[] {
  return [
    line("action permit"),
    ...(service === undefined ? [] : [line(`policy service service-set ${service}`)]),
    ...addressLine("policy source", source),
    ...addressLine("policy destination", destination),
  ];
}

/** The rule says no zones: they are those of the interfaces by which its packets come and go. */
function natPolicy({ egress, source }: NatIntent, intent: Intent, { template }: VrpNames): Between {
  const ingress = intent.interfaces.find(({ address }) => isIn(source, address));
  const leaving = intent.interfaces.find(({ name }) => name === egress);
  return [
    ingress?.zone ?? "trust",
    leaving?.zone ?? intent.pppZone,
    [
      line("action source-nat"),
      ...addressLine("policy source", source),
      line(`easy-ip ${egress === PPP_LINK ? template : egress}`),
    ],
  ];
}

function addressLine(word: string, network: string): readonly ConfigLine[] {
  const { address, length } = partsOf(network);
  return length === 0 ? [] : [line(`${word} ${address} ${wildcardOf(length)}`)];
}
