/** USG6000, V500: policies by name, users in the user manager, pools behind a service scheme. */
import { PPP_LINK, type Account, type Intent, type LnsIntent, type NatIntent, type PolicyIntent } from "../intent.ts";
import { maskOf, partsOf } from "./address.ts";
import type { Dialect, VrpNames } from "./dialect.ts";
import {
  allowSection,
  callLnsLine,
  ENABLE,
  groupSection,
  interfaceSections,
  routeSections,
  startSection,
  templateSection,
  userParts,
  zoneSections,
} from "./l2tp-lines.ts";
import { line, secretLine, type ConfigLine, type Section } from "./section.ts";

export const USG6000: Dialect = {
  name: "usg6000",
  twoPhase: false,
  policies: { security: "display security-policy rule all", nat: "display nat-policy rule all" },
  render: (intent, names) => [
    ENABLE,
    ...interfaceSections(intent),
    ...(intent.role === "lac"
      ? [groupSection(intent, names), templateSection(intent, names, [callLnsLine(intent, names)])]
      : serverSections(intent, names)),
    ...zoneSections(intent, names),
    ...routeSections(intent, names),
    ...ruleSections(intent, names),
    ...(intent.role === "lac" ? startSection(intent, names) : [allowSection(intent, names)]),
  ],
};

const schemeOf = ({ scheme = "l2tp" }: VrpNames): string => scheme;

/** Each leans on the one before: pool, service scheme, domain, user, template, group. */
function serverSections(intent: LnsIntent, names: VrpNames): readonly Section[] {
  const scheme = schemeOf(names);
  return [
    {
      path: [`ip pool ${names.pool}`],
      lines: [line(`section 0 ${intent.pool.first} ${intent.pool.last}`, { slot: "section 0", undoFirst: true })],
      remove: `undo ip pool ${names.pool}`,
      rename: "names.pool",
    },
    {
      path: ["aaa", `service-scheme ${scheme}`],
      lines: [line(`ip-pool ${names.pool}`, { slot: "ip-pool" })],
      remove: `undo service-scheme ${scheme}`,
      rename: "names.scheme",
    },
    ...domainsOf(intent, names).map((domain) => ({
      path: ["aaa", `domain ${domain}`],
      lines: [
        line("service-type l2tp", { slot: "service-type" }),
        line(`service-scheme ${scheme}`, { slot: "service-scheme" }),
      ],
      remove: `undo domain ${domain}`,
      shared: true,
    })),
    ...intent.users.map((user) => userSection(user, names)),
    templateSection(intent, names, [line(`remote service-scheme ${scheme}`, { slot: "remote service-scheme" })]),
    groupSection(intent, names),
  ];
}

export function domainsOf({ users }: LnsIntent, { domain = "default" }: VrpNames): readonly string[] {
  return [...new Set(users.map(({ name }) => userParts(name).domain ?? domain))];
}

function userSection({ name, password }: Account, names: VrpNames): Section {
  const { user, domain = names.domain ?? "default" } = userParts(name);
  const path = `user-manage user ${user} domain ${domain}`;
  return {
    path: [path],
    lines: [
      secretLine(`password ${password}`, password, "password"),
      line(`parent-group /${domain}`, { slot: "parent-group" }),
    ],
    remove: `undo ${path}`,
    // The user manager keeps its own database.
    hidden: true,
    whole: true,
    rename: "users[].name",
  };
}

/** The table of security policies, and the rules of source NAT. */
export function ruleSections({ policies, nat }: Intent, names: VrpNames): readonly Section[] {
  return [
    ...policies.map((policy) => ruleSection("security-policy", policy.name, policyLines(policy))),
    ...nat.map((rule) => ruleSection("nat-policy", rule.name, natLines(rule, names))),
  ];
}

function ruleSection(view: string, name: string, lines: readonly ConfigLine[]): Section {
  const rename = view === "security-policy" ? "policies[].name" : "nat[].name";
  return { path: [view, `rule name ${name}`], lines, remove: `undo rule name ${name}`, whole: true, rename };
}

function policyLines({ from, to, source, destination, service }: PolicyIntent): readonly ConfigLine[] {
  return [
    line(`source-zone ${from}`),
    line(`destination-zone ${to}`),
    ...addressLine("source-address", source),
    ...addressLine("destination-address", destination),
    ...(service === undefined ? [] : [line(`service ${service}`)]),
    line("action permit"),
  ];
}

function natLines({ egress, source }: NatIntent, { template }: VrpNames): readonly ConfigLine[] {
  return [
    line(`egress-interface ${egress === PPP_LINK ? template : egress}`),
    ...addressLine("source-address", source),
    line("action source-nat easy-ip"),
  ];
}

/** A rule without the line is about any address. */
function addressLine(word: string, network: string): readonly ConfigLine[] {
  const { address, length } = partsOf(network);
  return length === 0 ? [] : [line(`${word} ${address} mask ${maskOf(length)}`)];
}
