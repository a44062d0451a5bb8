/** What xl2tpd and pppd read, from an intent: names below the driver's own folder, and what stands in each. */
import { DeviceError } from "../device.ts";
import { type Account, type Intent, type LacIntent, type LnsIntent, PPP_LINK } from "../intent.ts";

/** Who moves the data: the kernel (pppd's plugin pppol2tp), or xl2tpd itself (pppd's ppp_async on a terminal). */
export type DataPath = "kernel" | "userspace";

export interface DaemonFile {
  /** Below the driver's folder. */
  readonly name: string;
  readonly mode: "600" | "644" | "755";
  readonly text: string;
}

/** Names of the files, and how the daemon calls the one call of a LAC. */
export const NAMES = {
  configuration: "xl2tpd.conf",
  tunnelSecrets: "l2tp-secrets",
  /** Stands in the place of /etc/ppp for the daemon and its children alone. */
  ppp: "ppp",
  options: "options.l2tpspec",
  pppLog: "pppd.log",
  /** The call that the daemon places by itself, and places again when it has ended. */
  call: "l2tpspec",
} as const;

/** All files, for a daemon whose folder is `folder`. Throws a DeviceError for what these programs have no word for. */
export function daemonFiles(intent: Intent, folder: string, path: DataPath): readonly DaemonFile[] {
  const users = intent.role === "lac" ? [intent.user] : intent.users;
  checkWords(intent, users);
  const secrets = users.map((user) => `${quoted(user.name)} * ${quoted(user.password)} *\n`).join("");
  const ppp = (name: string): string => `${NAMES.ppp}/${name}`;
  return [
    { name: NAMES.configuration, mode: "644", text: configuration(intent, folder, path) },
    { name: NAMES.tunnelSecrets, mode: "600", text: `* * ${intent.tunnelSecret ?? "none"}\n` },
    { name: ppp("chap-secrets"), mode: "600", text: secrets },
    { name: ppp("pap-secrets"), mode: "600", text: secrets },
    { name: ppp("options"), mode: "644", text: "" },
    { name: ppp(NAMES.options), mode: "644", text: options(intent, folder) },
    { name: ppp("ip-up"), mode: "755", text: ipUp(intent) },
  ];
}

function configuration(intent: Intent, folder: string, path: DataPath): string {
  const wan = intent.interfaces.find(({ zone }) => zone === "untrust");
  const lines = [
    "[global]",
    "port = 1701",
    ...(wan === undefined ? [] : [`listen-addr = ${wan.address}`]),
    "access control = no",
    `auth file = ${folder}/${NAMES.tunnelSecrets}`,
    `force userspace = ${path === "userspace" ? "yes" : "no"}`,
    "debug tunnel = yes",
    "debug state = yes",
    ...(intent.role === "lns" ? lnsSection(intent) : lacSection(intent)),
  ];
  return `${lines.join("\n")}\n`;
}

function tunnelLines({ tunnelName, tunnelSecret, hideAvps }: Intent): readonly string[] {
  return [
    `hostname = ${tunnelName}`,
    `challenge = ${yes(tunnelSecret !== undefined)}`,
    `hidden bit = ${yes(hideAvps === true)}`,
    "length bit = yes",
    "ppp debug = yes",
    `pppoptfile = /etc/ppp/${NAMES.options}`,
  ];
}

function lnsSection(intent: LnsIntent): readonly string[] {
  const { pool, gateway, tunnelName, authentication } = intent;
  return [
    "[lns default]",
    `ip range = ${pool.first}-${pool.last}`,
    `local ip = ${gateway.address}`,
    "require authentication = yes",
    ...authentication.map((protocol) => `require ${protocol} = yes`),
    ...(["pap", "chap"] as const).filter((p) => !authentication.includes(p)).map((p) => `refuse ${p} = yes`),
    `name = ${tunnelName}`,
    ...tunnelLines(intent),
  ];
}

/** A LAC that is told whom to call calls, and calls again when the call has ended. */
function lacSection(intent: LacIntent): readonly string[] {
  const { lns } = intent;
  return [
    `[lac ${NAMES.call}]`,
    // Without an LNS the section would be refused; nobody is called as long as nobody dials.
    ...callLines(intent, lns ?? "127.0.0.1"),
    `autodial = ${yes(lns !== undefined)}`,
    `redial = ${yes(lns !== undefined)}`,
    "redial timeout = 1",
    "max redials = 1000000",
  ];
}

function callLines(intent: LacIntent, lns: string): readonly string[] {
  return [`lns = ${lns}`, "require authentication = no", `name = ${intent.user.name}`, ...tunnelLines(intent)];
}

/** Orders for the daemon's pipe: a call of its own, beside all others, placed once. */
export function callOrders(intent: LacIntent, name: string, lns: string): readonly string[] {
  const words = callLines(intent, lns).map((line) => line.replace(" = ", "="));
  return [`a ${name} ${words.join(";")}`, `c ${name}`];
}

function options(intent: Intent, folder: string): string {
  const { authentication } = intent;
  const refused = ["mschap", "mschap-v2", "eap"];
  const mru = intent.mru === undefined ? [] : [`mru ${intent.mru}`, `mtu ${intent.mru}`];
  const own =
    intent.role === "lns"
      ? ["auth", `name ${intent.tunnelName}`, ...authentication.map((p) => `require-${p}`), "ipcp-accept-remote"]
      : [
          "noauth",
          `user ${quoted(intent.user.name)}`,
          ...(["pap", "chap"] as const).filter((p) => !authentication.includes(p)).map((p) => `refuse-${p}`),
          ...["noipdefault", "ipcp-accept-local", "ipcp-accept-remote"],
        ];
  const lines = [
    ...own,
    ...refused.map((protocol) => `refuse-${protocol}`),
    ...mru,
    ...["noccp", "novj", "nodefaultroute", "noproxyarp", "lcp-echo-interval 30", "lcp-echo-failure 4"],
    ...["debug", `logfile ${folder}/${NAMES.pppLog}`],
  ];
  return `${lines.join("\n")}\n`;
}

/** Routes through the PPP link are there as long as it is; pppd gives the interface's name as its first argument. */
function ipUp({ routes }: Intent): string {
  const through = routes.filter(({ via }) => via === PPP_LINK);
  return ["#!/bin/sh", ...through.map(({ to }) => `ip route replace ${to} dev "$1"`), "exit 0\n"].join("\n");
}

/** Both programs read words between blanks, and take what follows a # for a remark. */
function checkWords(intent: Intent, users: readonly Account[]): void {
  const refuse = (what: string, expected: string): never => {
    throw new DeviceError({ step: "apply", text: `${what}: ${expected}`, output: "" });
  };
  if (!/^[\w.-]+$/.test(intent.tunnelName)) refuse("the tunnel's name", "letters, digits, ., _ and - were expected");
  if (intent.tunnelSecret !== undefined && !/^[!-~]+$/.test(intent.tunnelSecret))
    refuse("the tunnel's secret", "xl2tpd takes none with blanks");
  if (intent.helloSeconds !== undefined) refuse("Hello", "xl2tpd says it every 60 s and can be told nothing else");
  for (const { name, password } of users) {
    if (!/^[\x20-\x7e]+$/.test(name + password)) refuse("a user", "pppd takes ASCII without control characters");
    if (name.includes(";")) refuse("a user", "xl2tpd takes a name to end at a ;");
  }
}

const quoted = (word: string): string => `"${word.replace(/["\\]/g, "\\$&")}"`;
const yes = (is: boolean): string => (is ? "yes" : "no");
