/** What every generation says alike of tunnels, of the template and of interfaces. */
import { PPP_LINK, type Account, type Intent, type LacIntent, type LnsIntent, type RouteIntent } from "../intent.ts";
import { maskOf, partsOf } from "./address.ts";
import type { VrpNames } from "./dialect.ts";
import { line, secretLine, type ConfigLine, type Section } from "./section.ts";

/** Defaults are not printed. */
const DEFAULT_HELLO = 60;
const DEFAULT_MTU = 1500;

export const ENABLE: Section = { path: [], lines: [line("l2tp enable")] };

/** `hb@hb` in its two parts; the domain is undefined where the name has none. */
export function userParts(name: string): { readonly user: string; readonly domain: string | undefined } {
  const at = name.lastIndexOf("@");
  return at < 0 ? { user: name, domain: undefined } : { user: name.slice(0, at), domain: name.slice(at + 1) };
}

export function templateNumber({ template }: VrpNames): string {
  return template.replace(/^\D+/, "");
}

export function interfaceSections({ interfaces }: Intent): readonly Section[] {
  return interfaces.map(({ name, address, prefixLength }) => ({
    path: [`interface ${name}`],
    lines: [
      line("undo shutdown", { slot: "shutdown", undo: "shutdown", onlyWhere: "shutdown" }),
      line(`ip address ${address} ${maskOf(prefixLength)}`, { slot: "ip address" }),
    ],
  }));
}

/** How the two ends of a tunnel know one another. */
export function groupSection(intent: Intent, names: VrpNames, more: readonly ConfigLine[] = []): Section {
  const { tunnelName, tunnelSecret, hideAvps, helloSeconds } = intent;
  return groupOf(names, [
    // On by default, and then not printed.
    tunnelSecret === undefined
      ? line("undo tunnel authentication", { slot: "tunnel authentication", undo: "tunnel authentication" })
      : line("tunnel authentication", { shown: false }),
    ...(tunnelSecret === undefined
      ? []
      : [secretLine(`tunnel password cipher ${tunnelSecret}`, tunnelSecret, "tunnel password")]),
    line(`tunnel name ${tunnelName}`, { slot: "tunnel name" }),
    ...(helloSeconds === undefined
      ? []
      : [
          line(`tunnel timer hello ${helloSeconds}`, {
            slot: "tunnel timer hello",
            shown: helloSeconds !== DEFAULT_HELLO,
          }),
        ]),
    ...(hideAvps === true ? [line("tunnel avp-hidden")] : []),
    ...more,
  ]);
}

/** The line that makes a LAC call: last, and alone what another tester's turn changes. */
export function startSection({ lns, user }: LacIntent, names: VrpNames): readonly Section[] {
  if (lns === undefined) return [];
  const start = `start l2tp ip ${lns} fullusername ${user.name}`;
  return [groupOf(names, [line(start, { slot: "start l2tp", undoFirst: true })])];
}

/** The line that lets a LAC call in. */
export function allowSection({ peerName }: LnsIntent, names: VrpNames): Section {
  const remote = peerName === undefined ? "" : ` remote ${peerName}`;
  const allow = `allow l2tp virtual-template ${templateNumber(names)}${remote}`;
  return groupOf(names, [line(allow, { slot: "allow l2tp" })]);
}

function groupOf({ group }: VrpNames, lines: readonly ConfigLine[]): Section {
  const path = [`l2tp-group ${group}`];
  return { path, lines, remove: `undo l2tp-group ${group}`, rename: "names.group" };
}

/** The PPP link; `more` is what a generation adds. */
export function templateSection(intent: Intent, names: VrpNames, more: readonly ConfigLine[] = []): Section {
  const { authentication, mru, mss } = intent;
  return {
    path: [`interface ${names.template}`],
    lines: [
      line(`ppp authentication-mode ${authentication.join(" ")}`, { slot: "ppp authentication-mode" }),
      ...(intent.role === "lac" ? accountLines(intent) : gatewayLines(intent)),
      ...(mru === undefined ? [] : [line(`mtu ${mru}`, { slot: "mtu", shown: mru !== DEFAULT_MTU })]),
      ...(mss === undefined ? [] : [line(`tcp adjust-mss ${mss}`, { slot: "tcp adjust-mss" })]),
      ...more,
    ],
    remove: `undo interface ${names.template}`,
    rename: "names.template",
  };
}

/** Only the protocols of the intent: with a CHAP secret at hand a LAC would do CHAP where PAP is to be seen. */
function accountLines({ authentication, user: { name, password } }: LacIntent): readonly ConfigLine[] {
  const chap = [
    line(`ppp chap user ${name}`, { slot: "ppp chap user" }),
    secretLine(`ppp chap password cipher ${password}`, password, "ppp chap password"),
  ];
  const pap = secretLine(`ppp pap local-user ${name} password cipher ${password}`, password, "ppp pap local-user");
  return [
    ...(authentication.includes("chap") ? chap : []),
    ...(authentication.includes("pap") ? [pap] : []),
    line("ip address ppp-negotiate", { slot: "ip address" }),
  ];
}

function gatewayLines({ gateway: { address, prefixLength } }: LnsIntent): readonly ConfigLine[] {
  return [line(`ip address ${address} ${maskOf(prefixLength)}`, { slot: "ip address" })];
}

/** A USG's LAC keeps one call up by itself. */
export function callLnsLine({ user }: LacIntent, { group }: VrpNames): ConfigLine {
  return line(`call-lns local-user ${user.name} binding l2tp-group ${group}`, {
    slot: "call-lns local-user",
    undoFirst: true,
  });
}

/** A user of the AAA view. The first line makes him, and its undo is the end of both. */
export function localUserLines({ name, password }: Account): readonly ConfigLine[] {
  const user = `local-user ${name}`;
  const first = secretLine(`${user} password cipher ${password}`, password, user);
  return [{ ...first, rename: "users[].name" }, line(`${user} service-type ppp`, { undo: "" })];
}

/** Interfaces join their zones, the template too. */
export function zoneSections(intent: Intent, { template }: VrpNames): readonly Section[] {
  const members = [...intent.interfaces, { name: template, zone: intent.pppZone }];
  return (["trust", "dmz", "untrust"] as const).flatMap((zone) => {
    const lines = members.filter((m) => m.zone === zone).map(({ name }) => line(`add interface ${name}`));
    return lines.length === 0 ? [] : [{ path: [`firewall zone ${zone}`], lines }];
  });
}

export function routeSections({ routes }: Intent, names: VrpNames): readonly Section[] {
  return routes.length === 0 ? [] : [{ path: [], lines: routes.map((route) => routeLine(route, names)) }];
}

function routeLine({ to, via }: RouteIntent, { template }: VrpNames): ConfigLine {
  const { address, length } = partsOf(to);
  return line(`ip route-static ${address} ${maskOf(length)} ${via === PPP_LINK ? template : via}`);
}
