/** `l2tpspec judge`: the verdicts of an archived run, given again from captures and ladders alone. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";

export interface JudgeOptions {
  readonly case?: readonly string[];
  readonly role?: "lac" | "lns";
  readonly baseline?: string;
  readonly report?: boolean;
  readonly json?: boolean;
}

export function addJudge(program: Command): void {
  program
    .command("judge")
    .description("judge an archived run again, or one folder of its cases: no lab, no device, no network")
    .argument("<folder>", "a run's folder, or the folder of one case")
    .option("--baseline <file>", "known deviations to expect, or none (default: the device's own, if there is one)")
    .option("--report", "make the HTML anew too")
    .option("--json", "print results.json; for one case its result")
    .option("--case <ids>", "only these cases, by comma", (text: string) => text.split(","))
    .addOption(new Option("--role <role>", "only this role of the device").choices(["lac", "lns"]))
    .action(async (folder: string, options: JudgeOptions) => {
      process.exitCode = await judgeFolder(folder, options, process.stdout);
    });
}

/** Returns the exit code that the run would have had. */
export async function judgeFolder(folder: string, o: JudgeOptions, out: NodeJS.WritableStream): Promise<number> {
  const { Misuse } = await import("#fixtures/misuse");
  if (existsSync(join(folder, "ladder.json"))) return judgeCase(folder, o, out);
  const cases = join(folder, "cases");
  if (!existsSync(cases))
    throw new Misuse({
      file: folder,
      expected: "a run's folder (cases/) or the folder of a case (ladder.json)",
      found: "neither",
    });
  const [{ rejudge }, { findBaseline }, { readRunInfo }, { closeRun }] = await Promise.all([
    import("#fixtures/rejudge"),
    import("#reports/baseline"),
    import("#reports/run-folder"),
    import("./run-reports.ts"),
  ]);
  const info = readRunInfo(folder);
  const keys = readdirSync(cases).sort();
  const chosen = keys.filter((key) => isChosen(key, o));
  if (chosen.length === 0) throw new Misuse({ file: folder, expected: "a case of that id and role", found: "none" });
  if (chosen.length === 1 && keys.length > 1) return judgeCase(join(cases, chosen[0]!), o, out);
  for (const key of chosen) rejudge(join(cases, key));
  const baseline = findBaseline(o.baseline, info.device);
  return closeRun(resolve(folder), { baseline, html: o.report === true, json: o.json === true }, out);
}

/** A case's folder is named by its key: id, role and params. */
function isChosen(key: string, o: JudgeOptions): boolean {
  const [id = "", role] = key.split("~");
  return (o.case?.includes(id) ?? true) && (o.role === undefined || role === o.role);
}

async function judgeCase(folder: string, o: JudgeOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ rejudge }, { lineOf }, { traceOf }, { readCaseFolder }] = await Promise.all([
    import("#fixtures/rejudge"),
    import("./progress.ts"),
    import("#expect/trace"),
    import("#fixtures/case-folder"),
  ]);
  const result = rejudge(folder);
  if (o.json === true) out.write(`${JSON.stringify(result, null, 2)}\n`);
  else out.write(`${lineOf(result)}\n\n${traceOf(result, readCaseFolder(folder).frames)}`);
  const broken = result.rules.some((rule) => rule.findings.some((f) => f.verdict === "fail"));
  return result.verdict === "fail" || broken ? 1 : result.verdict === "inconclusive" ? 2 : 0;
}
