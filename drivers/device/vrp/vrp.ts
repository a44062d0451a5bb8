/** A Huawei VRP or USG that is configured over its command line, and put back as it was found. */
import type { OutputLog } from "../command/output-log.ts";
import type { ConfigurableDevice, PingOrder, Restoration } from "../configurable.ts";
import { type Ability, type Call, DeviceError, nameOf, type Target } from "../device.ts";
import type { Account, Intent, LacIntent } from "../intent.ts";
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
import { Changes, CONFIGURATION } from "./changes.ts";
import type { Dialect, VrpNames } from "./dialect.ts";
import { asFound } from "./found.ts";
import { templateNumber } from "./l2tp-lines.ts";
import { flowsIn, pingIn, policiesIn, pppLinkIn, rolesIn, sessionsIn, tunnelsIn, versionIn } from "./observe.ts";
import { plan, type Step } from "./plan.ts";
import { unshown, viewsOf, within } from "./read-back.ts";
import { keyOf, type Section } from "./section.ts";
import { isRefusal, type VrpSession } from "./session.ts";
import { parseConfiguration, type ConfigNode } from "./snapshot.ts";

/** What a device is made of; `openVrp` puts it together. */
export interface VrpParts {
  readonly id: string;
  readonly session: VrpSession;
  readonly journal: Journal;
  readonly lock: Disposable;
  readonly dialect: Dialect;
  readonly names: VrpNames;
  readonly log: OutputLog;
  /** What a line that the configuration does not print after all is: a failure, or a line of the log. */
  readonly readBack: "must" | "note";
}

/**
 * It dials by its configuration: `start l2tp` to the tester and as the user of the call, which the end of the call takes
 * away again. Where that line stands already it is taken away first, so that the device calls anew and not when its redial
 * is due. There is no restart: what is not saved would be gone.
 */
export class VrpDevice implements ConfigurableDevice {
  readonly id: string;
  readonly can: ReadonlySet<Ability> = new Set(["dial", "hang-up", "admin-close", "log", "ping"]);
  readonly #parts: VrpParts;
  readonly #changes: Changes;
  #intent: Intent | undefined;
  /** What of ours is in force. */
  #sections: readonly Section[] = [];
  #found: { readonly text: string; readonly tree: readonly ConfigNode[] } | undefined;
  /** The call that the device is making, if any. */
  #call: symbol | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(parts: VrpParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#changes = new Changes(parts.session, parts.journal, parts.dialect.twoPhase);
  }

  get intent(): Intent | undefined {
    return this.#intent;
  }

  get counts(): boolean {
    return this.#parts.dialect.policies !== undefined;
  }

  /** The dialect that the driver speaks with the device. */
  get dialect(): Dialect["name"] {
    return this.#parts.dialect.name;
  }

  /** Nothing to do: whoever has the device is logged in. */
  async start(): Promise<void> {}

  /** Nothing to do: a device keeps its configuration until `restore`. */
  async stop(): Promise<void> {}

  apply(intent: Intent, signal: AbortSignal): Promise<void> {
    return this.#alone(() => this.#apply(intent, signal));
  }

  restore(signal: AbortSignal): Promise<Restoration> {
    return this.#alone(() => this.#restore(signal));
  }

  dial(target: Target, signal: AbortSignal): Promise<Call> {
    return this.#alone(async () => {
      const intent = this.#intent;
      if (intent?.role !== "lac")
        throw new DeviceError({ step: "dial", text: "the device is not configured as a LAC", output: "" });
      if (intent.lns === target.tester) await this.#hangUp(target, signal);
      this.#call = undefined;
      await this.#apply({ ...intent, lns: target.tester, user: userOf(target, intent.user) }, signal);
      const call = (this.#call = Symbol(target.tester));
      const end = (until: AbortSignal): Promise<void> =>
        this.#alone(async () => {
          if (this.#call !== call) return;
          await this.#hangUp(target, until);
          this.#call = undefined;
        });
      return { hangUp: end, [Symbol.asyncDispose]: () => end(NEVER) };
    });
  }

  adminClose(target: Target, signal: AbortSignal): Promise<void> {
    return this.#alone(() => this.#close(target, signal));
  }

  async alive(): Promise<boolean> {
    return this.#display("display version").then(
      () => true,
      () => false,
    );
  }

  /** What was said with the device since then, and the newest of its own log. */
  async log(sinceMs: number): Promise<string> {
    const said = this.#parts.log.since(sinceMs);
    const own = await this.#alone(() => this.#parts.session.display("display logbuffer")).catch((error: unknown) => {
      if (error instanceof DeviceError) return `display logbuffer: ${error.message}\n`;
      throw error;
    });
    return this.#parts.session.mask(`${said}${own}`);
  }

  async configuration(signal: AbortSignal): Promise<string> {
    return this.#parts.session.mask(await this.#display(CONFIGURATION, signal));
  }

  async roles(signal: AbortSignal): Promise<readonly ("lac" | "lns")[]> {
    return rolesIn(await this.#display(CONFIGURATION, signal));
  }

  async version(signal: AbortSignal): Promise<VersionSeen> {
    return versionIn(await this.#display("display version", signal));
  }

  async tunnels(signal: AbortSignal): Promise<readonly TunnelSeen[]> {
    return tunnelsIn(await this.#display(TUNNELS, signal));
  }

  async sessions(signal: AbortSignal): Promise<readonly SessionSeen[]> {
    return sessionsIn(await this.#display("display l2tp session", signal));
  }

  async pppLink(signal: AbortSignal): Promise<PppLinkSeen> {
    const line = `display interface Virtual-Template ${templateNumber(this.#parts.names)}`;
    // Before it is made a device knows none of that name, and refuses to show it.
    const output = await this.#display(line, signal).catch((error: unknown) => {
      if (!isRefusal(error)) throw error;
      return "";
    });
    return pppLinkIn(output);
  }

  policies(signal: AbortSignal): Promise<readonly PolicySeen[]> {
    return this.#rows("security", signal);
  }

  natPolicies(signal: AbortSignal): Promise<readonly PolicySeen[]> {
    return this.#rows("nat", signal);
  }

  async flows(signal: AbortSignal): Promise<readonly FlowSeen[]> {
    return flowsIn(await this.#display("display firewall session table", signal));
  }

  async resetFlows(signal: AbortSignal): Promise<void> {
    await this.#alone(() => this.#parts.session.user("reset firewall session table", signal));
  }

  async ping({ source, destination, size, withinMs }: PingOrder, signal: AbortSignal): Promise<PingSeen> {
    const line = `ping -a ${source} -c 1 -s ${size} -t ${withinMs} ${destination}`;
    return pingIn(await this.#alone(() => this.#parts.session.user(line, signal, withinMs)));
  }

  /** Logs out and gives the device free. What was not put back stays in the journal. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#queue;
    const { session, journal, lock } = this.#parts;
    try {
      await session[Symbol.asyncDispose]();
    } finally {
      journal[Symbol.dispose]();
      lock[Symbol.dispose]();
    }
  }

  async #apply(intent: Intent, signal: AbortSignal): Promise<void> {
    const { session, dialect, names } = this.#parts;
    session.learn(secretsOf(intent));
    await this.#certain(signal);
    this.#found ??= await this.#look(signal);
    const found = this.#found;
    const sections = asFound(dialect.render(intent, names), found.tree);
    const steps = this.#steps(intent, sections);
    if (steps.length > 0) {
      const check = (): Promise<void> => this.#readBack(steps, sections, signal);
      await this.#changes.make(steps, found.text, check, signal).catch((error: unknown) => {
        if (this.#changes.uncertain) this.#forget();
        throw error;
      });
    }
    this.#sections = sections;
    this.#intent = intent;
  }

  /** What is in force is in the journal only. */
  #forget(): void {
    this.#intent = undefined;
    this.#sections = [];
    this.#call = undefined;
  }

  /** A device that changes its role is first put back: what the roles share by name they do not share by meaning. */
  #steps(intent: Intent, sections: readonly Section[]): readonly Step[] {
    if (this.#intent === undefined || this.#intent.role === intent.role) return plan(this.#sections, sections);
    return [...plan(this.#sections, []), ...plan([], sections)];
  }

  async #certain(signal: AbortSignal): Promise<void> {
    if (!this.#changes.uncertain) return;
    const { differences } = await this.#restore(signal);
    const [first] = differences;
    if (first === undefined) return;
    const { sign, section, line } = first;
    const which = nameOf(`${sign}${section === "" ? "" : `${section} / `}${line}`);
    const text = `what was changed before could not be taken back: ${differences.length} lines differ, the first "${which}"`;
    throw new DeviceError({ step: "apply", text, output: "" });
  }

  async #restore(signal: AbortSignal): Promise<Restoration> {
    this.#forget();
    const found = this.#found?.text;
    const restoration = await this.#changes.restore(found, signal);
    // Whoever is at the device beside us may go on from there.
    this.#found = undefined;
    return restoration;
  }

  async #look(signal: AbortSignal): Promise<{ text: string; tree: readonly ConfigNode[] }> {
    const text = await this.#parts.session.display(CONFIGURATION, signal);
    return { text, tree: parseConfiguration(text) };
  }

  /** A call's few lines are read where they stand: a whole configuration takes seconds to print. */
  async #readBack(steps: readonly Step[], sections: readonly Section[], signal: AbortSignal): Promise<void> {
    const { session, readBack, log } = this.#parts;
    const views = viewsOf(steps);
    const lacking: string[] = [];
    if (views === undefined) lacking.push(...unshown(steps, sections, (await this.#look(signal)).tree));
    for (const view of views ?? []) {
      const here = parseConfiguration(await session.here(view, signal));
      const own = sections.filter(({ path }) => keyOf(path) === keyOf(view));
      lacking.push(...unshown(steps, own, within(view, here)));
    }
    if (lacking.length === 0) return;
    const text = `the device took ${lacking.length} lines and does not print them, the first "${lacking[0]}"`;
    if (readBack === "note") return log.append(`# ${text}\n`);
    throw new DeviceError({ step: "read back", text, output: lacking.join("\n") });
  }

  async #hangUp(target: Target, signal: AbortSignal): Promise<void> {
    if (this.#intent?.role !== "lac") return;
    const { lns: _, ...nobody } = this.#intent;
    await this.#apply(nobody, signal);
    await this.#close(target, signal);
  }

  async #close({ tester }: Target, signal: AbortSignal): Promise<void> {
    const { session } = this.#parts;
    const rows = tunnelsIn(await session.display(TUNNELS, signal));
    for (const { localId } of rows.filter(({ remoteAddress }) => remoteAddress === tester))
      // It may have ended between the two looks.
      await session.user(`reset l2tp tunnel local-id ${localId}`, signal).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
      });
  }

  async #rows(which: "security" | "nat", signal: AbortSignal): Promise<readonly PolicySeen[]> {
    const command = this.#parts.dialect.policies?.[which];
    const text = `the dialect ${this.dialect} prints no table of them`;
    if (command === undefined) throw new DeviceError({ step: `${which} policies`, text, output: "" });
    return policiesIn(await this.#display(command, signal));
  }

  #display(line: string, signal?: AbortSignal): Promise<string> {
    return this.#alone(() => this.#parts.session.display(line, signal));
  }

  /** One after the other: a change is many lines in many views. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

const TUNNELS = "display l2tp tunnel";
const NEVER = new AbortController().signal;

function userOf({ user, password }: Target, own: Account): LacIntent["user"] {
  return { name: user ?? own.name, password: password ?? own.password };
}

function secretsOf(intent: Intent): readonly string[] {
  const users = intent.role === "lac" ? [intent.user] : intent.users;
  return [...(intent.tunnelSecret === undefined ? [] : [intent.tunnelSecret]), ...users.map((user) => user.password)];
}
