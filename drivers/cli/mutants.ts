/** `l2tpspec mutants`: faulty reference peers, and who catches them. */
import type { Command } from "commander";
import { listOf, wholeNumber } from "./selection.ts";

export interface MutantsOptions {
  readonly id?: readonly string[];
  readonly seed: number;
  readonly exhaustive?: boolean;
  readonly json?: boolean;
}

export function addMutants(program: Command): void {
  program
    .command("mutants")
    .description(
      "run the suites against peers with one deliberate fault each, and against peers that conform in another way",
    )
    .option("--id <ids>", "ids of mutants, by comma", listOf)
    .option("--seed <n>", "seed of all that is drawn", wholeNumber, 1)
    .option("--exhaustive", "find every case that catches a mutant, not only the first")
    .option("--json", "as JSON")
    .action(async (options: MutantsOptions) => {
      process.exitCode = await mutants(options, process.stdout);
    });
}

/** 0 when every mutant was seen to fire and was caught and nobody else was; 1 otherwise. */
export async function mutants(o: MutantsOptions, out: NodeJS.WritableStream): Promise<number> {
  const { runMutation } = await import("#fixtures/mutation");
  const report = await runMutation({
    seed: o.seed,
    ...(o.id !== undefined && { ids: o.id }),
    exhaustive: o.exhaustive ?? false,
    onResult: (m) => {
      if (o.json !== true)
        out.write(
          `${m.killedBy.length > 0 && m.fired > 0 ? "caught  " : "SURVIVES"}  ${m.id}  ${m.clause.padEnd(18)} fired ${String(m.fired).padStart(3)}  ${m.killedBy.join(", ").padEnd(24)} ${m.story}\n`,
        );
    },
  });
  if (o.json === true) out.write(`${JSON.stringify(report, null, 1)}\n`);
  else {
    for (const alarm of report.falseAlarms) out.write(`FALSE ALARM  ${alarm.peer}  ${alarm.key}  ${alarm.reason}\n`);
    out.write(
      `${report.killed} of ${report.total} mutants caught, ${report.falseAlarms.length} false alarms, ${report.idleCases.length} cases that catch none\n`,
    );
  }
  return report.survivors.length === 0 && report.falseAlarms.length === 0 ? 0 : 1;
}
