/** `l2tpspec judge`: the verdicts of an archived run, given again from captures and ladders alone. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { SharedSecrets } from "#expect/observer/proofs";
import type { JudgeSecrets } from "#fixtures/rejudge";
import { listOf } from "./selection.ts";

/** Where it speaks of what is damaged. */
interface Complaints {
  write(text: string): unknown;
}

export interface JudgeOptions {
  readonly case?: readonly string[];
  readonly role?: "lac" | "lns";
  readonly baseline?: string;
  readonly report?: boolean;
  readonly strict?: boolean;
  /** File of secrets (fixtures/judge-capture-secrets.ts). */
  readonly secrets?: string;
  readonly json?: boolean;
  /** Of a capture: where its page goes. */
  readonly html?: string;
}

export function addJudge(program: Command): void {
  program
    .command("judge")
    .description(
      "judge an archived run again, one folder of its cases, or both ends of any capture: no lab, no device, no network",
    )
    .argument("<path>", "a run's folder, the folder of one case, or a capture (pcap or pcapng)")
    .option("--baseline <file>", "known deviations to expect, or none (default: the device's own, if there is one)")
    .option(
      "--secrets <file>",
      "YAML with tunnels: [{ secret, host }] and users: [{ name, password }]: opens hidden AVPs, and checks what was proven",
    )
    .option("--report", "make the HTML anew too")
    .option("--strict", "of a capture: a SHOULD counts like a MUST")
    .option(
      "--html <file>",
      "of a capture: write what was found as a page that stands alone, with the ladder of each tunnel",
    )
    .option("--json", "print results.json; for one case its result; for a capture its ends")
    .option("--case <ids>", "only these cases, by comma", listOf)
    .addOption(new Option("--role <role>", "only this role of the device").choices(["lac", "lns"]))
    .action(async (path: string, options: JudgeOptions) => {
      process.exitCode = await judge(path, options, process.stdout);
    });
}

/** A file is a capture, a folder the run or case that it is. */
async function judge(path: string, o: JudgeOptions, out: NodeJS.WritableStream): Promise<number> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return judgeFolder(path, o, out);
  const { judgeFile } = await import("./judge-capture.ts");
  const { secrets, ...rest } = o;
  return judgeFile(path, { ...rest, secrets: await sharedIn(secrets) }, out);
}

/** Returns the exit code that the run would have had. */
export async function judgeFolder(
  folder: string,
  o: JudgeOptions,
  out: NodeJS.WritableStream,
  complaints: Complaints = process.stderr,
): Promise<number> {
  const { Misuse } = await import("#fixtures/misuse");
  if (o.html !== undefined)
    throw new Misuse({
      field: "--html",
      expected: "a capture to judge (for a run: --report)",
      found: `the folder ${folder}`,
    });
  if (existsSync(join(folder, "ladder.json"))) {
    const secrets = await secretsOf(dirname(dirname(resolve(folder))), o, complaints);
    return judgeCase(folder, secrets, o, out);
  }
  const cases = join(folder, "cases");
  if (!existsSync(cases))
    throw new Misuse({
      file: folder,
      expected: "a run's folder (cases/) or the folder of a case (ladder.json)",
      found: "neither",
    });
  const [{ rejudgeOrDoubt }, { findBaseline }, { readRunInfo }, { closeRun }] = await Promise.all([
    import("#fixtures/rejudge"),
    import("#reports/baseline"),
    import("#reports/run-folder"),
    import("./run-reports.ts"),
  ]);
  const info = readRunInfo(folder);
  const secrets = await secretsOf(folder, o, complaints);
  const baseline = findBaseline(o.baseline, info.device);
  const keys = readdirSync(cases, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const chosen = keys.filter((key) => isChosen(key, o));
  for (const id of o.case ?? [])
    if (!chosen.some((key) => idOf(key) === id))
      throw new Misuse({ file: folder, field: "--case", expected: "the id of a case of the run", found: id });
  if (chosen.length === 0) throw new Misuse({ file: folder, expected: "a case of that role", found: "none" });
  if (chosen.length === 1 && keys.length > 1) return judgeCase(join(cases, chosen[0]!), secrets, o, out);
  for (const key of chosen) {
    const damage = rejudgeOrDoubt(join(cases, key), secrets);
    if (damage !== undefined) complaints.write(`l2tpspec: ${damage.message}\n`);
  }
  return closeRun(resolve(folder), { baseline, html: o.report === true, json: o.json === true }, out);
}

const idOf = (key: string): string => key.split("~")[0] ?? "";

/** A case's folder is named by its key: id, role and params. */
function isChosen(key: string, o: JudgeOptions): boolean {
  const [, role] = key.split("~");
  return (o.case?.includes(idOf(key)) ?? true) && (o.role === undefined || role === o.role);
}

async function sharedIn(file: string | undefined): Promise<SharedSecrets | undefined> {
  if (file === undefined) return undefined;
  const { readSecrets } = await import("#fixtures/judge-capture-secrets");
  return readSecrets(file);
}

/**
 * The tunnel secret of the run's device (RFC 2661 §4.3). Where it is not at hand that is said: what hidden AVPs hold is then
 * not judged, and a known deviation in them looks like a pass.
 */
async function secretsOf(run: string, o: JudgeOptions, complaints: Complaints): Promise<JudgeSecrets> {
  const [{ tunnelSecretOf }, { readLabRecord }] = await Promise.all([
    import("./tunnel-secret.ts"),
    import("./lab-record.ts"),
  ]);
  const lab = readLabRecord(run);
  const tunnelSecret = await tunnelSecretOf(lab, o.secrets);
  if (lab?.tunnelSecret !== undefined && tunnelSecret === undefined)
    complaints.write(
      `l2tpspec: what the device hid is not judged: the run's tunnel secret is ${lab.tunnelSecret} of its lab (--secrets)\n`,
    );
  return { tunnelSecret };
}

async function judgeCase(
  folder: string,
  secrets: JudgeSecrets,
  o: JudgeOptions,
  out: NodeJS.WritableStream,
): Promise<number> {
  const [{ rejudge }, { lineOf }, { traceOf }, { readCaseFolder }] = await Promise.all([
    import("#fixtures/rejudge"),
    import("./progress.ts"),
    import("#expect/trace"),
    import("#fixtures/case-folder"),
  ]);
  const result = rejudge(folder, secrets);
  if (o.json === true) out.write(`${JSON.stringify(result, null, 2)}\n`);
  else out.write(`${lineOf(result)}\n\n${traceOf(result, readCaseFolder(folder).frames)}`);
  const broken = result.rules.some((rule) => rule.findings.some((f) => f.verdict === "fail"));
  return result.verdict === "fail" || broken ? 1 : result.verdict === "inconclusive" ? 2 : 0;
}
