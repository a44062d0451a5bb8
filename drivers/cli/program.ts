/** The command as a whole: its subcommands, and which error ends with which code. */
import { Command, CommanderError } from "commander";
import { isMisuse } from "#fixtures/misuse";
import { VERSION } from "#fixtures/root";
import { addBaseline } from "./baseline.ts";
import { catalogue } from "./catalogue.ts";
import { addCertify } from "./certify.ts";
import { addClauses } from "./clauses.ts";
import { addCompare } from "./compare.ts";
import { addDecode } from "./decode.ts";
import { addDevice } from "./device.ts";
import { addDoctor } from "./doctor.ts";
import { addJudge } from "./judge.ts";
import { addLab } from "./lab.ts";
import { addList } from "./list.ts";
import { addMatrix } from "./matrix.ts";
import { addMerge } from "./merge.ts";
import { addMutants } from "./mutants.ts";
import { addNightly } from "./nightly.ts";
import { addPeer } from "./peer.ts";
import { addReport } from "./report.ts";
import { addRun } from "./run.ts";
import { addVerify } from "./verify.ts";

/** Each adds one subcommand; what a subcommand needs is loaded when it runs, so that `--help` is at once. */
const SUBCOMMANDS: readonly ((program: Command) => void)[] = [
  addRun,
  addList,
  addJudge,
  addMutants,
  addPeer,
  addDecode,
  addReport,
  addCompare,
  addMatrix,
  addNightly,
  addMerge,
  addBaseline,
  addCertify,
  addVerify,
  (program) => addClauses(program, catalogue),
  addDoctor,
  addDevice,
  addLab,
];

/** EX_USAGE of sysexits.h. */
const USAGE = 64;
/** Our own bug, or a bench that broke. */
const BROKEN = 2;

/** Where a command speaks when it fails. */
export interface Complaints {
  write(text: string): unknown;
}

/**
 * Runs the command line (without node and script) and returns the exit code: what a subcommand put into
 * `process.exitCode`, 64 for the caller's mistake, 2 for ours. Errors are one line, with a stack only under `--debug`.
 */
export async function runCommand(
  argv: readonly string[],
  complaints: Complaints = process.stderr,
  subcommands = SUBCOMMANDS,
): Promise<number> {
  const program = new Command("l2tpspec")
    .description("conformance harness for L2TPv2 VPNs: a reference LAC or LNS that judges every packet of the call")
    .version(VERSION)
    .option("--debug", "print the stack of an error")
    .exitOverride()
    .configureOutput({ outputError: (text) => void complaints.write(oneLine(text)) });
  for (const add of subcommands) add(program);
  // Subcommands inherit neither of the two by themselves once they exist.
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    return complain(error, argv.includes("--debug"), complaints);
  }
}

function complain(error: unknown, debug: boolean, complaints: Complaints): number {
  // Commander has written its line already; asking for help or version is no mistake, giving no subcommand is.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const misuse = isMisuse(error);
  const bench = isOfBench(error);
  const hint = bench && /ENOENT|No such file/.test(message) ? " (l2tpspec doctor tells what is missing)" : "";
  const words = bench ? deviceWords(error) : "";
  complaints.write(`l2tpspec: ${misuse || bench ? "" : "internal error: "}${oneLine(message + words + hint)}`);
  if (debug) complaints.write(`${stack ?? ""}\n`);
  return misuse ? USAGE : BROKEN;
}

/** By name, since an error of the test runner's worker comes here without its class. */
const BENCH_ERRORS: ReadonlySet<unknown> = new Set([
  "CaptureError",
  "DeviceError",
  "GuestError",
  "ImageError",
  "LinkError",
  "NamespaceError",
  "PrintError",
  "SuiteError",
  "TcpdumpError",
  "TemplateError",
  "WitnessError",
]);

/** The bench or the machine could not do something: its words are for the caller, and no bug of ours. */
function isOfBench(error: unknown): boolean {
  return error instanceof Error && BENCH_ERRORS.has(error.name);
}

/** What the device itself said; it is no part of the message, which decides how a report files an error. */
function deviceWords(error: unknown): string {
  const { said } = error as { readonly said?: unknown };
  const words = typeof said === "string" ? said.split("\n").filter((line) => !/^[\s^]*$/.test(line)) : [];
  return words.length === 0 ? "" : `; it said: ${words.join(" ").trim()}`;
}

function oneLine(text: string): string {
  return `${text.trim().replace(/\s*\n\s*/g, " ")}\n`;
}
