/** Puts a Debian router together: the lock, the login, the journal. */
import { DeviceError } from "../device.ts";
import { Journal } from "../journal.ts";
import { DeviceLock } from "../lock.ts";
import type { SshAccess } from "../ssh/connect.ts";
import { RemoteShell } from "../ssh/remote-shell.ts";
import { ScriptLog } from "../ssh/script-log.ts";
import type { DataPath } from "./daemon-files.ts";
import { DebianRouter } from "./debian.ts";

export interface DebianOptions {
  readonly id: string;
  readonly access: SshAccess;
  /** Folder of the lock and the journal. */
  readonly stateDir: string;
  readonly path?: DataPath;
  /** How long the host may take for a script. */
  readonly withinMs?: number;
}

/** Programs that the driver calls and that a small host may lack, each with its Debian package. */
const PROGRAMS: Readonly<Record<string, string>> = {
  xl2tpd: "xl2tpd",
  pppd: "ppp",
  nft: "nftables",
  ip: "iproute2",
  conntrack: "conntrack",
  ping: "iputils-ping",
  unshare: "util-linux",
  flock: "util-linux",
};

const CONFIGURES: ReadonlySet<string> = new Set(["apply", "restore", "take back"]);
/** These read all that the daemons have logged, which is shown once. */
const READS_LOG: ReadonlySet<string> = new Set(["log", "tunnels", "sessions"]);
const ROUTINE: ReadonlySet<string> = new Set(["alive"]);

/** Takes the device, logs in, and sees whether it has what it takes. Changes nothing. Rejects with a DeviceError. */
export async function openDebian(o: DebianOptions, signal?: AbortSignal): Promise<DebianRouter> {
  const lock = DeviceLock.take(o.stateDir, o.id);
  const sudo = o.access.user !== "root";
  const remote = new RemoteShell(o.access, { sudo, ...(o.withinMs !== undefined && { withinMs: o.withinMs }) });
  const shell = new ScriptLog(remote, { counted: CONFIGURES, unanswered: READS_LOG, routine: ROUTINE });
  try {
    const names = Object.keys(PROGRAMS).join(" ");
    const check = `for p in ${names}; do command -v $p >/dev/null 2>&1 || [ -x /usr/sbin/$p ] || echo $p; done`;
    const lacking = (await shell.run("programs", check, { signal })).split("\n").filter((name) => name !== "");
    if (lacking.length > 0) throw lackOf(lacking);
    const journal = Journal.open(o.stateDir, o.id);
    return new DebianRouter({ id: o.id, shell, journal, lock, path: o.path ?? "kernel" });
  } catch (error) {
    await shell[Symbol.asyncDispose]();
    lock[Symbol.dispose]();
    throw error;
  }
}

function lackOf(programs: readonly string[]): DeviceError {
  const packages = [...new Set(programs.map((program) => PROGRAMS[program] ?? program))].join(" ");
  const text = `the host has no ${programs.join(", ")} (apt-get install --no-install-recommends ${packages})`;
  return new DeviceError({ step: "programs", text, output: "" });
}
