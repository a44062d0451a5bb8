/** `l2tpspec merge`: runs of several machines as one run, with one report and one exit code. */
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { Selection } from "#fixtures/catalogue";
import type { Expected, Part } from "#reports/merge";
import type { RunInfo } from "#reports/run-folder";
import { addOwnSuites, HISTORY, type OwnOptions } from "./selection.ts";

export interface MergeOptions extends Pick<OwnOptions, "suites"> {
  readonly out: string;
  readonly baseline?: string;
  readonly history?: string;
  readonly report: boolean;
  readonly json?: boolean;
}

export function addMerge(program: Command): void {
  const command = program
    .command("merge")
    .description(
      "put runs of one device into one: shards (`run --shard i/n`), or runs of different cases; what a shard lacks is " +
        "inconclusive, by name",
    )
    .argument("<run...>", "the folders of the runs")
    .option("--out <dir>", "where the merged run's folder goes", "reports/out")
    .option("--baseline <file>", "known deviations to expect, or none (default: that of the runs)")
    .option("--history <dir>", HISTORY)
    .option("--no-report", "leave out Allure's results and their HTML")
    .option("--json", "print results.json");
  addOwnSuites(command).action(async (runs: readonly string[], options: MergeOptions) => {
    process.exitCode = await merge(runs, options, process.stdout);
  });
}

/** Returns the exit code of the merged run. Throws Misuse, before anything is written, where the runs are not parts of one. */
export async function merge(runs: readonly string[], o: MergeOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ checkParts, mergeParts, readPart }, { findBaseline }, { closeRun }, { makeFolder }, past] =
    await Promise.all([
      import("#reports/merge"),
      import("#reports/baseline"),
      import("./run-reports.ts"),
      import("./run-folder.ts"),
      import("./run-history.ts"),
    ]);
  const parts = runs.map(readPart);
  checkParts(parts, o.baseline);
  const first = parts[0]!.info;
  const asked = wordsOf(parts, o);
  const baseline = findBaseline(asked.baseline, first.device);
  const expected = await expectedOf(parts, asked.suites);
  const history = past.openHistory(o.history, first);

  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, "");
  const dir = join(resolve(o.out), `${stamp}-${first.lab}-merged-${process.pid}`);
  makeFolder("--out", dir);
  const { lines, decodersAgree } = mergeParts(dir, parts, expected, asked);
  for (const line of lines) process.stderr.write(`l2tpspec: ${line}\n`);
  const allure = o.report ? undefined : "none";
  const code = await closeRun(dir, { baseline, allure, html: o.report, json: o.json === true, history }, out);
  return code === 0 && !decodersAgree ? 2 : code;
}

/** What was asked for, here or of the runs: the merged run keeps it, so that its report, made anew, goes by the same. */
function wordsOf(parts: readonly Part[], o: MergeOptions): Pick<RunInfo, "baseline" | "suites"> {
  const fromHere = (path: string): string => relative(process.cwd(), resolve(path));
  const named = o.baseline === undefined || o.baseline === "none" ? o.baseline : fromHere(o.baseline);
  const baseline = named ?? parts[0]!.info.baseline;
  const theirs = parts.map(({ info }) => info.suites).find((folder) => folder !== undefined);
  const suites = o.suites === undefined ? theirs : fromHere(o.suites);
  return { ...(baseline !== undefined && { baseline }), ...(suites !== undefined && { suites }) };
}

/** Every case of every shard, by the catalogue of the version that ran them; nothing of runs that are whole in themselves. */
async function expectedOf(parts: readonly Part[], suites: string | undefined): Promise<readonly Expected[]> {
  const [{ shardIn, selectionOf }, { loadCatalogue, select }, { clausesOf }, { Misuse }, { VERSION }] =
    await Promise.all([
      import("#reports/merge"),
      import("#fixtures/catalogue"),
      import("#fixtures/conformance"),
      import("#fixtures/misuse"),
      import("#fixtures/root"),
    ]);
  const [first] = parts as readonly [Part, ...Part[]];
  const shard = shardIn(first);
  if (shard === undefined) return [];
  const { version } = first.info.tool;
  if (version !== VERSION)
    throw new Misuse({
      ...{ file: first.run, field: "tool.version" },
      expected: `${VERSION}: which cases a shard has, its own version alone can tell`,
      found: version,
    });
  const entries = await loadCatalogue(suites);
  const selection = selectionOf(first) as Selection;
  const of = Number(shard.split("/")[1]);
  return Array.from({ length: of }, (_, i) => `${i + 1}/${of}`).flatMap((part) =>
    select(entries, { ...selection, shard: part }).map(({ key, role, params, entry: { suite, definition: d } }) => ({
      ...{ key, id: d.id, suite, role, params, shard: part, story: d.story },
      ...{ clause: d.clause.id, clauses: clausesOf(d), level: d.clause.level },
    })),
  );
}
