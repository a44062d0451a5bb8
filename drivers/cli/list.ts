/** `l2tpspec list`: the cases and rules that there are. */
import type { Command } from "commander";
import {
  addOwnSuites,
  addProfile,
  addSelection,
  type OwnOptions,
  selectionOf,
  type SelectionOptions,
} from "./selection.ts";

export interface ListOptions extends SelectionOptions, Pick<OwnOptions, "suites"> {
  readonly json?: boolean;
}

export function addList(program: Command): void {
  const command = program
    .command("list")
    .description("the cases and rules: id, role, profile (or alone), level, clause, story")
    .option("--json", "as JSON");
  addOwnSuites(addProfile(addSelection(command))).action(async (options: ListOptions) => {
    await list(options, process.stdout);
  });
}

export async function list(o: ListOptions, out: NodeJS.WritableStream): Promise<void> {
  const [{ listed, listedRules, loadCatalogue, select }] = await Promise.all([import("#fixtures/catalogue")]);
  const runs = select(await loadCatalogue(o.suites), selectionOf(o));
  const entries = [...new Set(runs.map((run) => run.entry))].map(listed);
  const whole = o.suite === undefined && o.case === undefined;
  const rows = [...entries, ...(whole ? listedRules() : [])];
  if (o.json === true) out.write(`${JSON.stringify(rows, null, 1)}\n`);
  else
    for (const r of rows) {
      // What is quick is in every profile; what must be alone never is.
      const when = r.alone ? "alone" : r.profiles[0]!;
      out.write(
        `${r.id.padEnd(28)} ${r.role.padEnd(5)} ${when.padEnd(5)} ${r.level.padEnd(12)} ${r.clause.padEnd(18)} ${r.story}\n`,
      );
    }
}
