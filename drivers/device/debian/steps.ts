/** How a Linux host becomes what an intent says: each change as a piece of shell, beside the piece that takes it back. */
import { type Intent, PPP_LINK } from "../intent.ts";
import { type DaemonFile, type DataPath, NAMES } from "./daemon-files.ts";
import type { HostState } from "./host-state.ts";
import { TABLE } from "./ruleset.ts";

export interface HostStep {
  /** For a reader, without secrets; what is done already under this name is not done again. */
  readonly what: string;
  readonly change: string;
  /** Harmless where the change was not made. Undefined where there is nothing to take back. */
  readonly undo?: string;
}

/** Folder of the driver on the host: in memory, so that nothing of it is left after the next boot. */
export const FOLDER = "/run/l2tpspec";
/** Beside it, since the folder comes and goes; it is there only while a script runs. */
export const LOCK = `${FOLDER}.lock`;
const LOG = `${FOLDER}/xl2tpd.log`;
const CONTROL = `${FOLDER}/l2tp-control`;
const PID = `${FOLDER}/xl2tpd.pid`;
export const IS_ALIVE = `kill -0 $(cat ${PID})`;

/** What is not to be repeated from one intent to the next: the folder, the host's own daemon, forwarding. */
export function groundSteps(host: HostState): readonly HostStep[] {
  return [
    { what: `folder ${FOLDER}`, change: `mkdir -p -m 700 ${FOLDER}`, undo: `rm -rf ${FOLDER}` },
    ...(host.serviceRuns
      ? [{ what: "the host's own xl2tpd", change: "systemctl stop xl2tpd", undo: "systemctl start xl2tpd" }]
      : []),
    ...(host.forwards
      ? []
      : [
          {
            what: "forwarding",
            change: "sysctl -q -w net.ipv4.ip_forward=1",
            undo: "sysctl -q -w net.ipv4.ip_forward=0",
          },
        ]),
  ];
}

/** Addresses and routes that the host does not have yet. The way to whoever is logged in is pinned before a route changes. */
export function networkSteps(intent: Intent, host: HostState): readonly HostStep[] {
  const addresses = intent.interfaces.flatMap(({ name, address, prefixLength }) => {
    const own = `${address}/${prefixLength}`;
    const up = { what: `${name} up`, change: `ip link set ${name} up`, undo: `ip link set ${name} down` };
    return [
      ...(host.up.has(name) ? [] : [up]),
      ...(host.addresses.get(name)?.includes(own) === true
        ? []
        : [
            {
              what: `address ${own} of ${name}`,
              change: `ip address add ${own} dev ${name}`,
              undo: `ip address del ${own} dev ${name}`,
            },
          ]),
    ];
  });
  const routes = intent.routes
    .filter(({ via }) => via !== PPP_LINK)
    .map(({ to, via }) => {
      const before = host.routes.get(to === "0.0.0.0/0" ? "default" : to);
      return {
        what: `route to ${to} by ${via}`,
        change: `ip route replace ${to} via ${via}`,
        undo: before === undefined ? `ip route del ${to} via ${via}` : `ip route replace ${before}`,
      };
    });
  const { address, via } = host.login;
  const pin = {
    what: `route to ${address}, who is logged in`,
    change: `ip route replace ${address}/32 ${via ?? ""}`,
    undo: `ip route del ${address}/32 ${via ?? ""}`,
  };
  return [...addresses, ...(via === undefined || routes.length === 0 ? [] : [pin]), ...routes];
}

export function ruleStep(ruleset: string): HostStep {
  return { what: "the ruleset", change: `nft -f - ${document(ruleset)}`, undo: `nft delete table inet ${TABLE}` };
}

/** Files in place, and the daemon anew. pppd sees our folder where others see /etc/ppp, and nobody else does. */
export function daemonStep(files: readonly DaemonFile[], path: DataPath): HostStep {
  const written = files.map(({ name, mode, text }) => {
    const path = `${FOLDER}/${name}`;
    return `cat > ${path} ${document(text)}\nchmod ${mode} ${path}`;
  });
  return {
    what: "xl2tpd",
    change: [
      END,
      `rm -rf ${FOLDER}/${NAMES.ppp}`,
      `mkdir -p -m 700 ${FOLDER}/${NAMES.ppp}`,
      ...written,
      // A module that is built in, or that this data path needs not, is none of our business.
      "modprobe -q -a ppp_generic l2tp_ppp ppp_async || true",
      START,
      ...(path === "kernel" ? [KERNEL_MOVES_DATA] : []),
    ].join("\n"),
    undo: END,
  };
}

const START = [
  `rm -f ${PID} ${CONTROL}`,
  `: > ${LOG}`,
  `: > ${FOLDER}/${NAMES.pppLog}`,
  [
    "setsid unshare --mount --propagation private sh -c",
    `'mount --bind ${FOLDER}/${NAMES.ppp} /etc/ppp && exec xl2tpd -D -c ${FOLDER}/${NAMES.configuration} -p ${PID} -C ${CONTROL}'`,
    // Descriptor 9 is the lock of the script, which ends before the daemon.
    `>> ${LOG} 2>&1 < /dev/null 9>&- &`,
  ].join(" "),
  waitFor(`grep -q "Listening on IP address" ${LOG}`, `tail -n 1 ${LOG} >&2; exit 1`),
].join("\n");

/** xl2tpd goes on by itself where the kernel has no L2TP, and then is another device. */
const KERNEL_MOVES_DATA = [
  `if ! grep -q "Using l2tp kernel support" ${LOG}; then`,
  'echo "the kernel moves no L2TP data (no module l2tp_ppp?): dataPath: userspace tests xl2tpd as it is" >&2',
  "exit 1",
  "fi",
].join("\n");

/** As after a power cut: nobody says goodbye. */
export const RESTART = [
  `[ ! -e ${PID} ] || kill -KILL $(cat ${PID}) || true`,
  `pkill -KILL -f /etc/ppp/${NAMES.options} || true`,
  START,
].join("\n");

/** It says goodbye to its peers when it is asked to end; its pppd has a moment to follow. */
const END = [
  `if [ -e ${PID} ]; then`,
  `pid=$(cat ${PID})`,
  'kill "$pid" || true',
  waitFor('! kill -0 "$pid" 2>/dev/null', 'kill -KILL "$pid"'),
  `rm -f ${PID}`,
  "fi",
  `pkill -f /etc/ppp/${NAMES.options} || true`,
  waitFor(`! pgrep -f /etc/ppp/${NAMES.options} > /dev/null`, `pkill -KILL -f /etc/ppp/${NAMES.options}`),
].join("\n");

/** Looks every 50 ms, for five seconds. */
function waitFor(condition: string, otherwise: string): string {
  return [
    "tries=0",
    `until ${condition}; do`,
    "tries=$((tries + 1))",
    `if [ $tries -gt 100 ]; then ${otherwise}; break; fi`,
    "sleep 0.05",
    "done",
  ].join("\n");
}

/** A here-document, its end unlike any line of it. */
function document(text: string): string {
  return `<<'L2TPSPEC_END'\n${text}${text.endsWith("\n") ? "" : "\n"}L2TPSPEC_END`;
}

/** Orders through the daemon's pipe; each is a message of its own. Where nobody reads it, who writes would wait for ever. */
export const ordersOf = (orders: readonly string[]): string =>
  [
    `${IS_ALIVE} 2>/dev/null || { echo "xl2tpd does not run" >&2; exit 1; }`,
    ...orders.map((order) => `cat > ${CONTROL} ${document(order)}\nsleep 0.05`),
  ].join("\n");
/** Of a long log its end: the times of its lines are not told. */
export const READ_LOG_END = `tail -q -c 65536 ${LOG} ${FOLDER}/${NAMES.pppLog} 2>/dev/null || true`;
/** As an operator who has it begin anew: it says goodbye, and calls whom it is told to call. */
export const BEGIN_ANEW = `${END}\n${START}`;
export const READ_LOG = `cat ${LOG} ${FOLDER}/${NAMES.pppLog} 2>/dev/null || true`;
