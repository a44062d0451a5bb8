/** Puts a VRP device together: the lock, the login, the dialect. */
import { OutputLog } from "../command/output-log.ts";
import type { Terminal } from "../dialogue.ts";
import { Journal } from "../journal.ts";
import { DeviceLock } from "../lock.ts";
import { openSshTerminal, type SshAccess } from "../ssh/connect.ts";
import { USG } from "./dialect-usg.ts";
import { USG6000 } from "./dialect-usg6000.ts";
import { V8 } from "./dialect-v8.ts";
import { dialectNameIn, type Dialect, type DialectName, type VrpNames } from "./dialect.ts";
import { VrpSession } from "./session.ts";
import { VrpDevice } from "./vrp.ts";

const BY_NAME: Readonly<Record<DialectName, Dialect>> = { usg6000: USG6000, usg: USG, v8: V8 };
const WITHIN_MS = 15_000;

export interface VrpOptions {
  readonly id: string;
  /** Called again where a dialogue has ended: there is always a way back in. */
  readonly openTerminal: (signal?: AbortSignal) => Promise<Terminal>;
  /** Folder of the lock and the journal. */
  readonly stateDir: string;
  /** `auto`, unless given: what `display version` tells. */
  readonly dialect?: DialectName | "auto";
  readonly names?: Partial<VrpNames>;
  /** Told all that is said with the device, secrets masked. */
  readonly transcript?: (text: string) => void;
  /** How long the device may be silent. */
  readonly withinMs?: number;
  /** How long it is silent before what may still go on, a question say, is taken for its last word. */
  readonly quietMs?: number;
  /** `note`: a line that the device took and does not print is written to its log. `must`, unless given: it fails. */
  readonly readBack?: "must" | "note";
}

const NAMES: VrpNames = { template: "Virtual-Template1", group: "1", pool: "pool1" };

/** Takes the device, logs in, and learns its dialect. Changes nothing. Rejects with a DeviceError. */
export async function openVrp(o: VrpOptions, signal?: AbortSignal): Promise<VrpDevice> {
  const log = new OutputLog();
  const lock = DeviceLock.take(o.stateDir, o.id);
  const session = new VrpSession({
    openTerminal: o.openTerminal,
    withinMs: o.withinMs ?? WITHIN_MS,
    ...(o.quietMs !== undefined && { quietMs: o.quietMs }),
    transcript: (text) => {
      log.append(`${text}\n`);
      o.transcript?.(text);
    },
  });
  try {
    const version = await session.display("display version", signal);
    const name = o.dialect === undefined || o.dialect === "auto" ? dialectNameIn(version) : o.dialect;
    const journal = Journal.open(o.stateDir, o.id);
    const parts = { id: o.id, session, journal, lock, dialect: BY_NAME[name], names: { ...NAMES, ...o.names } };
    return new VrpDevice({ ...parts, log, readBack: o.readBack ?? "must" });
  } catch (error) {
    await session[Symbol.asyncDispose]();
    lock[Symbol.dispose]();
    throw error;
  }
}

/** A terminal for {@link openVrp} by SSH, as often as one is needed. */
export function vrpOverSsh(access: SshAccess): (signal?: AbortSignal) => Promise<Terminal> {
  return (signal) => openSshTerminal(access, signal);
}
