/** The lab as a run keeps it (`lab.json`): what was put to the test, and by which driver. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { maskerOf } from "#lab/mask";
import { type LabSpec, ownKindOf, isDriven, labSchema } from "#lab/schema";
import { readJson, writeAtomically } from "#reports/files";

export const LAB = "lab.json";

/**
 * Secrets stand there by reference, as in the lab's file; one that is spelt out besides, in a command, is masked. Other fields
 * have a form of their own, which a short secret could happen to fit.
 */
export function writeLabRecord(run: string, spec: LabSpec): void {
  const mask = maskerOf(spec);
  const masked = (value: unknown): unknown =>
    typeof value === "string" ? mask(value) : Array.isArray(value) ? value.map(masked) : value;
  const { device, about } = spec;
  const { driver: _, id: __, ...commands } = device;
  const free =
    device.driver === "command" || device.driver === "own"
      ? Object.entries(commands).map(([k, v]) => [k, masked(v)])
      : [];
  const record = {
    ...spec,
    ...(about !== undefined && { about: mask(about) }),
    device: { ...device, ...(Object.fromEntries(free) as Record<string, unknown>) },
  };
  writeAtomically(join(run, LAB), `${JSON.stringify(record, null, 2)}\n`);
}

/** What {@link writeLabRecord} wrote; `undefined` where a run has none, and a Misuse where it cannot be read. */
export function readLabRecord(run: string): LabSpec | undefined {
  const file = join(run, LAB);
  return existsSync(file) ? readJson(file, labSchema, "the lab, as the run kept it") : undefined;
}

/** Why a device is none that anybody sells, told by what the lab's driver starts and never by a name; `null` of any other. */
export function specimenOf({ device }: Pick<LabSpec, "device">): string | null {
  if (device.driver === "reference") return "the device is the reference peer of the harness itself";
  if (isDriven(device))
    return ownKindOf(device) === "emulator" ? "the device is an emulated one of the harness itself" : null;
  if (device.driver === "own") return null;
  const commands = [...(device.start ?? []), device.dial ?? "", device.restart ?? ""];
  return commands.some(startsOurPeer) ? "the device is the reference peer of the harness itself" : null;
}

/** `{package}/dist/drivers/cli/main.js peer`, wherever it lies and whatever runs it, or the installed command. */
function startsOurPeer(command: string): boolean {
  return /(\{package\}|\bl2tpspec\b|drivers\/cli\/main\.js)[^;|&\n]*\bpeer\s+(lac|lns)\b/.test(command);
}
