/** `l2tpspec clauses`: every requirement, who judges it, and what proves that the judge can fail it. */
import { basename } from "node:path";
import type { Command } from "commander";
import type { Catalogue, ListedClause } from "#reports/clause-list";
import type { DeviceVerdicts } from "#reports/clause-verdicts";

export type { Catalogue, ListedClause } from "#reports/clause-list";

export interface ClausesOptions {
  readonly json?: boolean;
  readonly untested?: boolean;
  /** Folder of runs. */
  readonly out?: string;
  /** Where the coverage page goes. */
  readonly html?: string;
}

export function addClauses(program: Command, catalogue: () => Promise<Catalogue>): void {
  program
    .command("clauses")
    .description(
      "list the requirements of the RFCs with the cases and rules that judge them, and what the last run of each device came to",
    )
    .option("--untested", "only those that no case and no rule judges")
    .option("--out <dir>", "folder of the runs", "reports/out")
    .option("--html <file>", "write them as a page that stands alone, by RFC and section, and print the totals only")
    .option("--json", "as JSON")
    .action(async (options: ClausesOptions) => {
      process.stdout.write(await clauses(await catalogue(), options));
    });
}

/** Returns what is printed; writes the page where one was asked for. */
export async function clauses(known: Catalogue, options: ClausesOptions): Promise<string> {
  const [{ lastVerdicts }, { listClauses }] = await Promise.all([
    import("#reports/clause-verdicts"),
    import("#reports/clause-list"),
  ]);
  const further = new Map(known.cases.map((c) => [c.id, c.clauses]));
  const runs = lastVerdicts(options.out ?? "reports/out", (id) => further.get(id) ?? []);
  const listed = listClauses(known, runs);
  if (options.html === undefined) return clausesText(listed, options);
  await writePage(options.html, known, runs);
  return options.json === true ? clausesText(listed, options) : `${totalsLine(listed)}\npage: ${options.html}\n`;
}

async function writePage(file: string, known: Catalogue, runs: readonly DeviceVerdicts[]): Promise<void> {
  const [{ coverageOf }, { coveragePage }, { writeAtomically }, { VERSION }, { asWritable }] = await Promise.all([
    import("#reports/coverage"),
    import("#reports/coverage-html"),
    import("#reports/files"),
    import("#fixtures/root"),
    import("./writable.ts"),
  ]);
  const covered = runs.map(({ run, results }) => ({ ...results, run: basename(run) }));
  const page = coveragePage(coverageOf(known, covered, { name: "l2tpspec", version: VERSION }));
  asWritable("--html", file, () => writeAtomically(file, page));
}

/** What the command prints. */
export function clausesText(all: readonly ListedClause[], { json = false, untested = false }: ClausesOptions): string {
  const shown = untested ? all.filter((c) => c.judgedBy.length === 0) : all;
  if (json) return `${JSON.stringify(shown, null, 2)}\n`;
  const lines = shown.map((c) => {
    const judged =
      c.untested ?? `${c.judgedBy.join(" ")}${c.provenBy.length > 0 ? "" : ` (nothing proves it: ${c.unproven})`}`;
    const said = Object.entries(c.verdicts).map(([device, verdict]) => `${device}: ${verdict}`);
    const last = said.length === 0 ? "" : `    ${said.join("; ")}\n`;
    return `${c.id.padEnd(18)} ${c.level.padEnd(15)} ${c.actor.padEnd(13)} ${judged}\n    ${c.text}\n${last}`;
  });
  return `${lines.join("")}${totalsLine(all)}\n`;
}

function totalsLine(all: readonly ListedClause[]): string {
  const judged = all.filter((c) => c.judgedBy.length > 0);
  const proven = judged.filter((c) => c.provenBy.length > 0).length;
  return `${all.length} clauses: ${judged.length} judged, ${proven} of them proven, ${all.length - judged.length} not judged`;
}
