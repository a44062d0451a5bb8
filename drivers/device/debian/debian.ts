/** A Linux router with xl2tpd, pppd and nftables, configured over SSH and put back as it was found. */
import type { ConfigurableDevice, PingOrder, Restoration } from "../configurable.ts";
import { type Ability, type Call, DeviceError, type Target } from "../device.ts";
import type { Intent } from "../intent.ts";
import type { Journal } from "../journal.ts";
import type {
  FlowSeen,
  PingSeen,
  PolicySeen,
  PppLinkSeen,
  SessionSeen,
  TunnelSeen,
  VersionSeen,
} from "../observation.ts";
import type { ScriptLog } from "../ssh/script-log.ts";
import { callOrders, daemonFiles, type DataPath } from "./daemon-files.ts";
import { standingIn } from "./daemon-log.ts";
import { HostChanges } from "./host-changes.ts";
import { LOOK } from "./host-state.ts";
import { flowsIn, policiesIn, pppLinkIn, sessionsIn, versionIn } from "./observe.ts";
import { rulesetOf, TABLE } from "./ruleset.ts";
import {
  BEGIN_ANEW,
  daemonStep,
  FOLDER,
  groundSteps,
  IS_ALIVE,
  networkSteps,
  ordersOf,
  READ_LOG,
  READ_LOG_END,
  RESTART,
  ruleStep,
} from "./steps.ts";

export interface DebianParts {
  readonly id: string;
  readonly shell: ScriptLog;
  readonly journal: Journal;
  readonly lock: Disposable;
  readonly path: DataPath;
}

/**
 * It touches no file that the host keeps: the daemon's files are in a folder in memory, and pppd is shown that folder where
 * others see /etc/ppp. An intent that names an LNS has it called, and called again when the call has ended; `dial` places a call
 * once.
 */
export class DebianRouter implements ConfigurableDevice {
  readonly id: string;
  readonly can: ReadonlySet<Ability> = new Set(["dial", "hang-up", "admin-close", "restart", "log", "ping"]);
  readonly counts = true;
  readonly #parts: DebianParts;
  readonly #changes: HostChanges;
  #intent: Intent | undefined;
  /** By name, whom each call that was ordered is to. */
  readonly #calls = new Map<string, string>();
  #dialled = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(parts: DebianParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#changes = new HostChanges(parts.shell, parts.journal);
  }

  get intent(): Intent | undefined {
    return this.#intent;
  }

  /** Nothing to do: the daemon starts with the first intent. */
  async start(): Promise<void> {}

  /** Nothing to do: a device keeps its configuration until `restore`. */
  async stop(): Promise<void> {}

  apply(intent: Intent, signal: AbortSignal): Promise<void> {
    return this.#alone(() => this.#apply(intent, signal));
  }

  restore(signal: AbortSignal): Promise<Restoration> {
    return this.#alone(() => {
      this.#intent = undefined;
      this.#calls.clear();
      return this.#changes.restore(signal);
    });
  }

  /** By a call of its own, beside those to other testers. Another user than the intent's begins all calls anew. */
  dial(target: Target, signal: AbortSignal): Promise<Call> {
    return this.#alone(async () => {
      let intent = this.#intent;
      if (intent?.role !== "lac")
        throw new DeviceError({ step: "dial", text: "the device is not configured as a LAC", output: "" });
      const { user = intent.user.name, password = intent.user.password } = target;
      if (user !== intent.user.name || password !== intent.user.password) {
        intent = { ...intent, user: { name: user, password } };
        await this.#apply(intent, signal);
      }
      const name = `call-${++this.#dialled}`;
      this.#calls.set(name, target.tester);
      await this.#order("dial", callOrders(intent, name, target.tester), signal);
      const end = (until: AbortSignal): Promise<void> =>
        this.#alone(async () => {
          if (!this.#calls.delete(name) || this.#disposed) return;
          // With the daemon its calls have ended.
          const script = `set -e\n${IS_ALIVE} 2>/dev/null || exit 0\n${ordersOf([`d ${name}`, `r ${name}`])}`;
          await this.#parts.shell.run("hang up", script, { signal: until });
        });
      return { hangUp: end, [Symbol.asyncDispose]: () => end(NEVER) };
    });
  }

  adminClose(target: Target, signal: AbortSignal): Promise<void> {
    return this.#alone(async () => {
      const intent = this.#intent;
      // The call that it places by itself it would not place again after such an order.
      if (intent?.role === "lac" && intent.lns === target.tester) {
        await this.#parts.shell.run("close", `set -e\n${BEGIN_ANEW}`, { signal });
        return;
      }
      const names = [...this.#calls].flatMap(([name, tester]) => (tester === target.tester ? [name] : []));
      await this.#order(
        "close",
        [...names, ...(await this.#tunnelsTo(target.tester, signal))].map((word) => `d ${word}`),
        signal,
      );
    });
  }

  restart(signal: AbortSignal): Promise<void> {
    return this.#alone(() => this.#parts.shell.run("restart", `set -e\n${RESTART}`, { signal }).then(() => undefined));
  }

  async alive(): Promise<boolean> {
    return this.#alone(() => this.#parts.shell.try("alive", this.#intent === undefined ? "true" : IS_ALIVE)).then(
      ({ status }) => status === 0,
      () => false,
    );
  }

  /**
   * What was asked of the host since then and what it answered, and the last that xl2tpd and pppd have logged, up to 64 KB each:
   * their lines bear no time of day.
   */
  async log(sinceMs: number): Promise<string> {
    const { shell } = this.#parts;
    const said = shell.since(sinceMs);
    const own = await this.#alone(() => shell.run("log", READ_LOG_END)).catch((error: unknown) => {
      if (error instanceof DeviceError) return `${error.message}\n`;
      throw error;
    });
    return `${said}# xl2tpd and pppd\n${shell.secrets.mask(own)}`;
  }

  configuration(signal: AbortSignal): Promise<string> {
    return this.#ask("configuration", `${LOOK}\nnft list ruleset`, signal);
  }

  async version(signal: AbortSignal): Promise<VersionSeen> {
    const text = await this.#ask(
      "version",
      "cat /etc/os-release; echo; dpkg-query -W -f '${Version}' xl2tpd; echo; uname -r",
      signal,
    );
    const [kernel = "", xl2tpd = ""] = text.trimEnd().split("\n").reverse();
    return versionIn(text, xl2tpd, kernel);
  }

  roles(): Promise<readonly ("lac" | "lns")[]> {
    return Promise.resolve(this.#intent === undefined ? [] : [this.#intent.role]);
  }

  async tunnels(signal: AbortSignal): Promise<readonly TunnelSeen[]> {
    return standingIn(await this.#ask("tunnels", READ_LOG, signal)).tunnels;
  }

  async sessions(signal: AbortSignal): Promise<readonly SessionSeen[]> {
    // The kernel knows only of sessions whose data it moves itself.
    if (this.#parts.path === "userspace") return standingIn(await this.#ask("sessions", READ_LOG, signal)).sessions;
    return sessionsIn(await this.#ask("sessions", "ip l2tp show session 2>/dev/null || true", signal));
  }

  async pppLink(signal: AbortSignal): Promise<PppLinkSeen> {
    return pppLinkIn((await this.#ask("ppp link", "ip -4 -json address show", signal)).trim());
  }

  policies(signal: AbortSignal): Promise<readonly PolicySeen[]> {
    return this.#rows("policy", signal);
  }

  natPolicies(signal: AbortSignal): Promise<readonly PolicySeen[]> {
    return this.#rows("nat", signal);
  }

  async flows(signal: AbortSignal): Promise<readonly FlowSeen[]> {
    return flowsIn(await this.#ask("flows", "conntrack -L 2>/dev/null", signal));
  }

  /** Those of the host's other networks are none of our business. */
  async resetFlows(signal: AbortSignal): Promise<void> {
    const intent = this.#intent;
    if (intent === undefined) return;
    const networks = intent.interfaces.map(({ address, prefixLength }) => `${address}/${prefixLength}`);
    const ppp = intent.role === "lns" ? [`${intent.gateway.address}/${intent.gateway.prefixLength}`] : [];
    const rows = [...networks, ...ppp].flatMap((network) => [`-s ${network}`, `-d ${network}`]);
    // It complains where there was none to forget.
    await this.#ask("reset flows", rows.map((row) => `conntrack -D ${row} >/dev/null 2>&1 || true`).join("\n"), signal);
  }

  async ping({ source, destination, size, withinMs }: PingOrder, signal: AbortSignal): Promise<PingSeen> {
    const seconds = (withinMs / 1000).toFixed(3);
    const line = `ping -n -q -I ${source} -c 1 -s ${size} -W ${seconds} ${destination} || true`;
    const text = await this.#ask("ping", line, signal);
    const [, sent = "0", received = "0"] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
    return { sent: Number(sent), received: Number(received) };
  }

  /** Logs out and gives the device free. What was not put back stays in the journal. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#queue;
    const { shell, journal, lock } = this.#parts;
    try {
      await shell[Symbol.asyncDispose]();
    } finally {
      journal[Symbol.dispose]();
      lock[Symbol.dispose]();
    }
  }

  async #apply(intent: Intent, signal: AbortSignal): Promise<void> {
    this.#parts.shell.secrets.add(secretsOf(intent));
    const host = await this.#changes.found(signal);
    const { address: client, port } = host.login;
    const steps = [
      ...groundSteps(host),
      ...networkSteps(intent, host),
      ruleStep(rulesetOf(intent, { client, port })),
      daemonStep(daemonFiles(intent, FOLDER, this.#parts.path), this.#parts.path),
    ];
    try {
      await this.#changes.make(steps, signal);
    } catch (error) {
      this.#intent = undefined;
      throw error;
    }
    this.#intent = intent;
  }

  /** Where the device is the LNS its tunnels have numbers for names. */
  async #tunnelsTo(tester: string, signal: AbortSignal): Promise<readonly number[]> {
    if (this.#intent?.role !== "lns") return [];
    const { tunnels } = standingIn(await this.#parts.shell.run("tunnels", READ_LOG, { signal }));
    return tunnels.filter(({ remoteAddress }) => remoteAddress === tester).map(({ localId }) => localId);
  }

  async #order(step: string, orders: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#parts.shell.run(step, `set -e\n${ordersOf(orders)}`, { signal });
  }

  async #rows(which: "policy" | "nat", signal: AbortSignal): Promise<readonly PolicySeen[]> {
    return policiesIn(await this.#ask(`${which} rows`, `nft --json list table inet ${TABLE}`, signal), which);
  }

  #ask(step: string, script: string, signal: AbortSignal): Promise<string> {
    return this.#alone(() => this.#parts.shell.run(step, script, { signal }));
  }

  /** One after the other: what is asked in the middle of a change is of no use. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

function secretsOf(intent: Intent): readonly string[] {
  const users = intent.role === "lac" ? [intent.user] : intent.users;
  return [
    ...users.map(({ password }) => password),
    ...(intent.tunnelSecret === undefined ? [] : [intent.tunnelSecret]),
  ];
}

const NEVER = new AbortController().signal;
