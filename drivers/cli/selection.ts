/** The flags that choose cases, shared by `run`, `list` and `mutants`. */
import type { Command } from "commander";
import { Option } from "commander";
import type { Selection } from "#fixtures/catalogue";

export interface SelectionOptions {
  readonly suite?: readonly string[];
  readonly case?: readonly string[];
  readonly role?: "lac" | "lns";
}

const listOf = (text: string): readonly string[] => text.split(",").filter((name) => name !== "");

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
