/** What the doctor says of a lab's device: whether it is reached, by which key, and what it says it is. */
import { hasPartner, isDriven, type LabSpec, ownKindOf } from "#lab/schema";

/** A device that was looked at. */
export interface DeviceDiagnosis {
  readonly ok: boolean;
  /** What was found, or why nothing was: a line each. */
  readonly found: readonly string[];
  /** What should be thought about before a run. */
  readonly warnings: readonly string[];
}

/** A login and a look: it may take a while, and no device is waited for longer. */
const WITHIN_MS = 30_000;

/** Undefined for a lab whose device no driver configures. Changes nothing, neither here nor there. */
export async function diagnoseDevice(spec: LabSpec, file: string): Promise<DeviceDiagnosis | undefined> {
  const { bench, device } = spec;
  if (bench.kind !== "sites" || !isDriven(device)) return undefined;
  const warnings = [...(await risksOf(bench)), ...(await mismatchesOf(spec))];
  if (device.access === undefined) {
    const guests = hasPartner(device) ? "two guests, a tunnel between them" : "a guest";
    const what = ownKindOf(device) === "guest" ? guests : "emulated";
    return { ok: true, found: [`${what}: the run starts it, and there is nothing to reach before`], warnings };
  }
  const [{ openDriven, sshAccessOf, pendingChanges }, { DeviceError }] = await Promise.all([
    import("#lab/driven-device"),
    import("#device/device"),
  ]);
  const at = `${device.access.host}:${device.access.port}`;
  const pending = pendingChanges(device);
  if (pending > 0)
    warnings.push(`${pending} changes of a run before are not taken back: l2tpspec device ${file} restore`);
  let key = "";
  try {
    const access = { ...sshAccessOf(device.access), onHostKey: (found: string) => void (key = found) };
    await using opened = await openDriven(device, access, { signal: AbortSignal.timeout(WITHIN_MS) });
    const signal = AbortSignal.timeout(WITHIN_MS);
    const { vendor, model, software } = await opened.version(signal);
    const dialect = "dialect" in opened ? ` (${opened.dialect})` : "";
    const roles = (await opened.roles(signal)).map((role) => role.toUpperCase()).join(" and ");
    const tunnels = (await opened.tunnels(signal)).length;
    return {
      ok: true,
      found: [
        `${at} is reached as ${device.access.user}, host key ${key}`,
        `it says it is ${[vendor, model, software].filter((part) => part !== undefined).join(" ")}${dialect}`,
        `configured as ${roles === "" ? "neither LAC nor LNS" : roles}, ${tunnels} ${tunnels === 1 ? "tunnel" : "tunnels"}`,
      ],
      warnings,
    };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { ok: false, found: [error.message], warnings };
  }
}

async function risksOf(bench: Extract<LabSpec["bench"], { kind: "sites" }>): Promise<string[]> {
  const { portRisks } = await import("#lab/ports");
  return (["wan", "lan"] as const).flatMap((side) => {
    const { interface: name } = bench[side];
    return name === undefined ? [] : portRisks(name).map((risk) => `bench.${side}: ${risk}`);
  });
}

async function mismatchesOf(spec: LabSpec): Promise<readonly string[]> {
  const { lintLines } = await import("#lab/lint");
  return lintLines(spec).map((line) => `policy lint: ${line}`);
}
