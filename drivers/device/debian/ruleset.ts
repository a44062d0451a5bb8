/**
 * Zones, policies and source NAT as one table of nftables, beside whatever tables the host has. Only what comes by, or goes
 * to, an interface of the intent is decided here: a host's other traffic, and the way that we came by, are not touched.
 */
import { type Intent, type NatIntent, PPP_LINK, type PolicyIntent, type Zone } from "../intent.ts";

export const TABLE = "l2tpspec";
/** The comment of the rule that refuses what no row permits, and the name under which its count is told. */
export const DEFAULT_ROW = "default";

const PPP_INTERFACES = "ppp*";

/**
 * A tunnel is a flow too, whose own end may speak as long as the flow is known. Linux forgets one after 30 s of silence, where
 * xl2tpd says Hello every 60 s: firewalls that know L2TP keep it longer.
 */
const AGING = "l2tp";
const AGING_S = 120;

/** A script for `nft -f` that puts the table in the place of the one before it, all at once. */
export function rulesetOf(intent: Intent, login: { readonly client: string; readonly port: number }): string {
  const ours = intent.interfaces.map(({ name }) => name);
  const members = (zone: Zone): readonly string[] => [
    ...intent.interfaces.filter((i) => i.zone === zone).map(({ name }) => name),
    ...(intent.pppZone === zone ? [PPP_INTERFACES] : []),
  ];
  const zones = (["trust", "dmz", "untrust"] as const).filter((zone) => members(zone).length > 0);
  const between = (from: Zone | undefined, to: Zone | undefined): readonly string[] =>
    intent.policies
      .filter((p) => (from === undefined ? p.from !== "local" : p.from === from))
      .filter((p) => (to === undefined ? p.to !== "local" : p.to === to))
      .flatMap(rowOf);
  const decide = (rows: readonly string[]): readonly string[] => [
    "ct state established,related accept",
    ...rows,
    // All rows are of IPv4. What the host solicits by itself on a link that has IPv6 is refused too, and is no refusal of a flow.
    "meta nfproto ipv6 drop",
    `counter drop comment "${DEFAULT_ROW}"`,
  ];
  return [
    `table inet ${TABLE} {}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...zones.map((zone) => set(zone, members(zone))),
    set("ours", [...ours, PPP_INTERFACES]),
    `ct timeout ${AGING} { protocol udp; l3proto ip; policy = { unreplied : ${AGING_S}, replied : ${AGING_S} }; }`,
    ...chain("in_rows", undefined, decide(between(undefined, "local"))),
    ...chain("out_rows", undefined, decide(between("local", undefined))),
    ...chain("forward_rows", undefined, decide(between(undefined, undefined))),
    ...chain("input", "type filter hook input priority 10; policy accept;", [
      // Whoever configures the host must not cut the branch on which he sits.
      `ip saddr ${login.client} tcp dport ${login.port} accept`,
      "iifname @ours jump in_rows",
    ]),
    ...chain("output", "type filter hook output priority 10; policy accept;", [
      `ip daddr ${login.client} tcp sport ${login.port} accept`,
      "oifname @ours jump out_rows",
    ]),
    ...chain("forward", "type filter hook forward priority 10; policy accept;", [
      ...clampOf(intent.mss),
      "iifname @ours jump forward_rows",
      "oifname @ours jump forward_rows",
    ]),
    ...chain("postrouting", "type nat hook postrouting priority 100; policy accept;", intent.nat.map(masqueradeOf)),
    "}",
    "",
  ].join("\n");
}

function rowOf({ name, from, to, source, destination, service }: PolicyIntent): readonly string[] {
  const ways = [
    ...(from === "local" ? [] : [`iifname @${from}`]),
    ...(to === "local" ? [] : [`oifname @${to}`]),
    `ip saddr ${source}`,
    `ip daddr ${destination}`,
  ].join(" ");
  if (service === undefined) return [`${ways} counter accept comment "${name}"`];
  const aged = `ct timeout set "${AGING}" counter accept comment "${name}"`;
  return [`${ways} udp dport 1701 ${aged}`, `${ways} udp sport 1701 ${aged}`];
}

function masqueradeOf({ name, egress, source }: NatIntent): string {
  const by = egress === PPP_LINK ? PPP_INTERFACES : egress;
  return `ip saddr ${source} oifname "${by}" counter masquerade comment "${name}"`;
}

/** RFC 9293 calls the option MSS; nftables lowers it in what opens a connection, and leaves a smaller one. */
function clampOf(mss: number | undefined): readonly string[] {
  if (mss === undefined) return [];
  const lower = `tcp flags syn tcp option maxseg size > ${mss} tcp option maxseg size set ${mss}`;
  return [`oifname "${PPP_INTERFACES}" ${lower}`, `iifname "${PPP_INTERFACES}" ${lower}`];
}

/** A name with a * in a set takes the flag of intervals. */
function set(name: string, members: readonly string[]): string {
  return `set ${name} { type ifname; flags interval; elements = { ${members.map((m) => `"${m}"`).join(", ")} }; }`;
}

function chain(name: string, hook: string | undefined, rules: readonly string[]): readonly string[] {
  return [`chain ${name} {`, ...(hook === undefined ? [] : [hook]), ...rules, "}"];
}
