/** The flags that choose cases, shared by `run`, `list` and `mutants`. */
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { Selection } from "#fixtures/catalogue";

export interface SelectionOptions {
  readonly suite?: readonly string[];
  readonly case?: readonly string[];
  readonly role?: "lac" | "lns";
}

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

export function selectionOf(o: SelectionOptions): Selection {
  return {
    ...(o.suite !== undefined && { suites: o.suite }),
    ...(o.case !== undefined && { cases: o.case }),
    ...(o.role !== undefined && { roles: [o.role] }),
  };
}
