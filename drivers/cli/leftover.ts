/** What a run that was ended before its time leaves of its lab: a configured device, ports in namespaces. */
import { existsSync } from "node:fs";
import { DeviceError } from "#device/device";
import { Journal } from "#device/journal";
import { fromHome } from "#lab/driven-device";
import { openLabDevice } from "#lab/lab-device";
import { removeDead } from "#lab/namespaces";
import { isDriven, type LabSpec } from "#lab/schema";

interface Complaints {
  write(text: string): unknown;
}

/** A device that a driver has configured takes its time: to be put back, line by line, over a login that may be slow. */
const CONFIGURED_WITHIN_MS = 90_000;
const END_WITHIN_MS = 3_000;
const RESTORE_WITHIN_MS = 120_000;

/** How long the cases, and the lab after them, may take to end when the run is interrupted. */
export function endWithinMs({ device }: LabSpec): number {
  return isDriven(device) ? CONFIGURED_WITHIN_MS : END_WITHIN_MS;
}

/** Whoever interrupts a run and sees nothing happen interrupts it again. */
export function askPatience({ device }: LabSpec, complaints: Complaints): void {
  if (!isDriven(device)) return;
  complaints.write(`l2tpspec: ${device.id} is put back as it was found; a second Ctrl-C ends at once\n`);
}

/**
 * Puts back what the run's worker could not, since it died or was ended; says what cannot be put back, and how it can be.
 * Nothing to do after a run that ended in its order.
 */
export async function putBack(spec: LabSpec, file: string, complaints: Complaints): Promise<void> {
  const { device } = spec;
  if (!isDriven(device) || device.access === undefined) return;
  if (!existsSync(Journal.pathOf(fromHome(device.state), device.id))) return;
  try {
    removeDead();
    await using opened = await openLabDevice(spec, file, {});
    const { differences } = await opened.restore(AbortSignal.timeout(RESTORE_WITHIN_MS));
    if (differences.length === 0) complaints.write(`l2tpspec: ${device.id} is as it was found\n`);
    else throw new Error(`${differences.length} lines of it differ from what was found`);
  } catch (error) {
    // Another run has the device, and the journal is that one's.
    if (error instanceof DeviceError && error.step === "lock") return;
    const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    const how = `l2tpspec device ${file} restore puts it back`;
    complaints.write(`l2tpspec: ${device.id} is not as it was found: ${why}; ${how}\n`);
  }
}
