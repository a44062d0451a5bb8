/** The flags that choose cases, shared by `run`, `list` and `mutants`. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { Selection } from "#fixtures/catalogue";
import type { Own } from "#fixtures/own";
import type { Profile } from "#fixtures/profile";

export interface SelectionOptions {
  readonly suite?: readonly string[];
  readonly case?: readonly string[];
  readonly role?: "lac" | "lns";
  readonly profile?: Profile;
  readonly shard?: string;
}

/** What `--history` does, on each subcommand that has it. */
export const HISTORY =
  "folder of what the runs before came to: the report shows the trend, and this run is added (each lab and device by itself)";

/** For commander: names by comma. */
export function listOf(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("expected names by comma");
  return names;
}

/** For commander: the value of an option that counts. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("expected a whole number");
  return value;
}

export function addSelection(command: Command): Command {
  return command
    .option("--suite <names>", "folders or files of suites, by comma", listOf)
    .option("--case <ids>", "ids of cases, by comma", listOf)
    .addOption(new Option("--role <role>", "role of the device").choices(["lac", "lns"]));
}

/** Where a selection may be run in parts, by several machines. */
export function addShard(command: Command): Command {
  return command.option(
    "--shard <i/n>",
    "the i-th of n parts of the selection (`l2tpspec merge` puts the parts together)",
    shard,
  );
}

/** Parts of a selection at most; there are not many more cases. */
const SHARDS = 1000;

function shard(text: string): string {
  const [part = 0, of = 0] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(text)?.slice(1) ?? []).map(Number);
  if (part < 1 || part > of || of > SHARDS)
    throw new InvalidArgumentError(`expected i/n, such as 2/3, with i from 1 to n and n of ${SHARDS} at most`);
  return `${part}/${of}`;
}

/** Beside the selection, where cases are put to a device or listed. */
export function addProfile(command: Command): Command {
  return command.addOption(
    new Option(
      "--profile <profile>",
      "full: every case; quick: those that wait 5 s at most and need not be alone, the first row of each table (default: full)",
    ).choices(["quick", "full"]),
  );
}

export interface OwnOptions {
  /** Folder of suites of the lab's own. */
  readonly suites?: string;
  readonly drivers?: readonly string[];
}

/** Where cases of the lab's own can be meant. */
export function addOwnSuites(command: Command): Command {
  return command.option("--suites <dir>", "folder of suites of your own: each *.suite.ts in it adds its cases");
}

/** Where a device of the lab's own can be meant. */
export function addOwnDrivers(command: Command): Command {
  return command.option(
    "--drivers <files>",
    "files of drivers of your own, by comma: device.driver own in the lab file",
    listOf,
  );
}

/** With absolute paths, for another process. */
export function ownOf({ suites, drivers }: OwnOptions): Own {
  return {
    ...(suites !== undefined && { suites: resolve(suites) }),
    ...(drivers !== undefined && { drivers: drivers.map((file) => resolve(file)) }),
  };
}

export function selectionOf(o: SelectionOptions): Selection {
  return {
    ...(o.suite !== undefined && { suites: o.suite }),
    ...(o.case !== undefined && { cases: o.case }),
    ...(o.role !== undefined && { roles: [o.role] }),
    ...(o.profile === "quick" && { profile: o.profile }),
    ...(o.shard !== undefined && { shard: o.shard }),
  };
}
