/** The lab as a run keeps it (`lab.json`): what was put to the test, and by which driver. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { maskerOf } from "#lab/mask";
import { type LabSpec, labSchema } from "#lab/schema";
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
