/** `l2tpspec mutants`: faulty reference peers, and who catches them. */
import type { Command } from "commander";
import type { MutantResult } from "#fixtures/mutation/report";
import {
  addOwnSuites,
  addSelection,
  listOf,
  type OwnOptions,
  type SelectionOptions,
  selectionOf,
  wholeNumber,
} from "./selection.ts";

export interface MutantsOptions extends SelectionOptions, Pick<OwnOptions, "suites"> {
  readonly id?: readonly string[];
  readonly seed: number;
  readonly json?: boolean;
}

export function addMutants(program: Command): void {
  addOwnSuites(addSelection(program.command("mutants")))
    .description(
      "run the suites against peers with one deliberate fault each, and against peers that conform in another way; " +
        "of a selection of cases, the mutants whose clause they name",
    )
    .option("--id <ids>", "ids of mutants, by comma; conforming peers only where cases are selected too", listOf)
    .option("--seed <n>", "seed of all that is drawn", wholeNumber, 1)
    .option("--json", "as JSON")
    .action(async (options: MutantsOptions) => {
      process.exitCode = await mutants(options, process.stdout);
    });
}

/** A fault that no case of the selection brought about is not one that was overlooked. */
function fateOf({ killedBy, fired }: MutantResult): string {
  return fired === 0 ? "not provoked" : killedBy.length > 0 ? "caught" : "SURVIVES";
}

/** 0 when every mutant was seen to fire and was caught and nobody else was; 1 otherwise. */
export async function mutants(o: MutantsOptions, out: NodeJS.WritableStream): Promise<number> {
  const { runMutation } = await import("#fixtures/mutation/report");
  const report = await runMutation({
    seed: o.seed,
    selection: selectionOf(o),
    ...(o.suites !== undefined && { suites: o.suites }),
    ...(o.id !== undefined && { ids: o.id }),
    onResult: (m) => {
      if (o.json !== true)
        out.write(
          `${fateOf(m).padEnd(12)}  ${m.id}  ${m.clause.padEnd(18)} fired ${String(m.fired).padStart(3)}  ${m.killedBy.join(", ").padEnd(24)} ${m.story}\n`,
        );
    },
  });
  if (o.json === true) out.write(`${JSON.stringify(report, null, 1)}\n`);
  else {
    for (const alarm of report.falseAlarms ?? [])
      out.write(`FALSE ALARM  ${alarm.peer}  ${alarm.key}  ${alarm.reason}\n`);
    for (const { id, reason } of report.equivalent) out.write(`equivalent  ${id}  ${reason}\n`);
    if (report.idleCases.length > 0) out.write(`catch none: ${report.idleCases.join(", ")}\n`);
    out.write(
      `${report.killed} of ${report.total} mutants caught, ` +
        `${report.falseAlarms === null ? "peers that conform not tried" : `${report.falseAlarms.length} false alarms`}, ` +
        `${report.idleCases.length} cases that catch none (${report.elsewhere.length} more need hosts around a device: npm run test:emulator); ` +
        `${report.runs} runs in ${(report.durationMs / 1000).toFixed(1)} s\n`,
    );
  }
  return report.survivors.length === 0 && (report.falseAlarms ?? []).length === 0 ? 0 : 1;
}
