/** `l2tpspec device LAB show|apply|restore`: the device of a lab by its driver, without a run. */
import { Argument, type Command, Option } from "commander";
import type { ConfigurableDevice, Restoration } from "#device/configurable";
import type { Role } from "#expect/verdict";
import type { LabSpec } from "#lab/schema";
import { Interruption } from "./interruption.ts";

export interface DeviceOptions {
  readonly role?: Role;
  readonly acceptNewHostKey?: boolean;
  readonly json?: boolean;
}

type Action = "show" | "apply" | "restore";

/** A login may take a while, a whole configuration line by line too. */
const WITHIN_MS = 120_000;

export function addDevice(program: Command): void {
  program
    .command("device")
    .description("show what a lab's device says of itself, make it what the lab says, or put it back as it was found")
    .argument("<lab>", "the lab file")
    .addArgument(new Argument("<action>", "what to do").choices(["show", "apply", "restore"]))
    .addOption(
      new Option("--role <role>", "apply: the role to give it (default: the lab's first)").choices(["lac", "lns"]),
    )
    .option("--accept-new-host-key", "take a host key that nobody knows, and write it down")
    .option("--json", "as JSON")
    .action(async (lab: string, action: Action, options: DeviceOptions) => {
      process.exitCode = await device(lab, action, options, process.stdout);
    });
}

/** Returns the exit code: 2 where a device is not as it was found. */
export async function device(
  file: string,
  action: Action,
  o: DeviceOptions,
  out: NodeJS.WritableStream,
): Promise<number> {
  const [{ loadLab }, { checkShape }, { openLabDevice, intentForDevice }] = await Promise.all([
    import("#lab/load"),
    import("#lab/check"),
    import("#lab/lab-device"),
  ]);
  const { spec } = loadLab(file);
  checkShape(spec, file);
  if (action === "restore") await clearOfDead();
  // The first Ctrl-C ends in order: an apply takes back what it has changed, a restore goes on to its end.
  using interruption = new Interruption();
  const late = AbortSignal.timeout(WITHIN_MS);
  const signal = AbortSignal.any([interruption.signal, late]);
  await using opened = await openLabDevice(spec, file, { ...o, signal });
  switch (action) {
    case "show": {
      const shown = await show(opened, spec, signal);
      out.write(o.json === true ? `${JSON.stringify(shown, null, 2)}\n` : textOf(shown));
      return 0;
    }
    case "apply": {
      const role = o.role ?? spec.role[0]!;
      await opened.apply(intentForDevice(spec, role), signal);
      out.write(`${opened.id} is the lab's ${role.toUpperCase()} now; l2tpspec device ${file} restore puts it back\n`);
      return 0;
    }
    case "restore": {
      const restored = await opened.restore(late);
      out.write(o.json === true ? `${JSON.stringify(restored, null, 2)}\n` : restoredText(opened.id, restored));
      return restored.differences.length === 0 ? 0 : 2;
    }
  }
}

/** What killed runs have taken from the machine is put back first, whether the device answers or not. */
async function clearOfDead(): Promise<void> {
  const { removeDead } = await import("#lab/namespaces");
  if (process.getuid?.() === 0) removeDead();
}

type Shown = Awaited<ReturnType<typeof show>>;

async function show(opened: ConfigurableDevice, { name }: LabSpec, signal: AbortSignal) {
  const version = await opened.version(signal);
  return {
    lab: name,
    device: opened.id,
    version,
    roles: await opened.roles(signal),
    tunnels: await opened.tunnels(signal),
    sessions: await opened.sessions(signal),
    pppLink: await opened.pppLink(signal),
    policies: opened.counts ? await opened.policies(signal) : null,
    natPolicies: opened.counts ? await opened.natPolicies(signal) : null,
    flows: await opened.flows(signal),
  };
}

function textOf(s: Shown): string {
  const { vendor, model, software } = s.version;
  const link = s.pppLink;
  const roles = s.roles.length === 0 ? "neither LAC nor LNS" : s.roles.map((role) => role.toUpperCase()).join(" and ");
  return [
    `${s.device}: ${[vendor, model, software].filter((part) => part !== undefined).join(" ")}`,
    `configured as ${roles}`,
    `PPP link ${link.up ? "up" : "down"}${link.address === undefined ? "" : `, ${link.address}`}`,
    ...section("tunnels", s.tunnels, ({ localId, remoteId, remoteAddress, remotePort, sessions, remoteName }) => [
      `${localId} to ${remoteId}`,
      `${remoteAddress}:${remotePort}`,
      `${sessions} sessions`,
      remoteName,
    ]),
    ...section("security policies", s.policies, ({ name, action, hits }) => [name, action, hitsOf(hits)]),
    ...section("NAT policies", s.natPolicies, ({ name, action, hits }) => [name, action, hitsOf(hits)]),
    ...section("flows", s.flows, ({ protocol, source, translated, destination }) => [
      protocol,
      `${source.address}:${source.port}`,
      translated === undefined ? "" : `as ${translated.address}:${translated.port}`,
      `to ${destination.address}:${destination.port}`,
    ]),
    "",
  ].join("\n");
}

const hitsOf = (hits: number | undefined): string => (hits === undefined ? "hits not counted" : `${hits} hits`);

function section<T>(name: string, rows: readonly T[] | null, cells: (row: T) => readonly string[]): readonly string[] {
  if (rows === null) return [`${name}: the device prints no table of them`];
  if (rows.length === 0) return [`${name}: none`];
  return [`${name}:`, ...columns(rows.map(cells)).map((line) => `  ${line}`)];
}

/** Cells below each other. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(width(i)))
      .join("  ")
      .trimEnd(),
  );
}

function restoredText(id: string, { undone, differences }: Restoration): string {
  const done = undone.length === 0 ? "nothing was to be taken back" : `${undone.length} changes were taken back`;
  if (differences.length === 0) return `${id}: ${done}; its configuration is as it was found\n`;
  const lines = differences.map(({ sign, section, line }) => `  ${sign} [${section || "system"}] ${line.trim()}`);
  return `${id}: ${done}; its configuration is NOT as it was found:\n${lines.join("\n")}\n`;
}
