/** Allure 2 makes the HTML. It needs Java; where there is none the results stay, and one line says how to get the page. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { isMisuse } from "#fixtures/misuse";
import { fitted } from "./allure-page.ts";
import { writeAtomically } from "./files.ts";
import type { AllureHistory } from "./history-allure.ts";
import { readRunInfo, type RunInfo } from "./run-folder.ts";

export type Html =
  | { readonly made: true; readonly index: string }
  /** One line for the reader. */
  | { readonly made: false; readonly reason: string };

/**
 * Makes `allure-report/` from the run's `allure-results/`. `past` is the folder of an earlier run whose history the report goes on
 * with, or the history itself. Never throws for want of a tool.
 */
export async function generateHtml(run: string, past?: string | AllureHistory): Promise<Html> {
  if (!(await hasJava()))
    return {
      made: false,
      reason: `no HTML report: Allure needs Java (apt-get install default-jre-headless, then l2tpspec report ${run})`,
    };
  const results = join(run, "allure-results");
  const report = join(run, "allure-report");
  putHistory(join(results, "history"), past);
  // By path: allure 3 installs a command of the same name.
  const allure = join(
    dirname(createRequire(import.meta.url).resolve("allure-commandline/package.json")),
    "bin",
    "allure",
  );
  const { code, output } = await execute(process.execPath, [
    allure,
    "generate",
    results,
    "--clean",
    "--output",
    report,
  ]);
  const index = join(report, "index.html");
  if (code === 0 && existsSync(index)) {
    writeAtomically(index, fitted(readFileSync(index, "utf8")));
    return { made: true, index };
  }
  return { made: false, reason: `no HTML report: allure generate ended with ${code}: ${lastLine(output)}` };
}

function putHistory(folder: string, past: string | AllureHistory | undefined): void {
  rmSync(folder, { recursive: true, force: true });
  if (past === undefined) return;
  if (typeof past !== "string") {
    for (const [name, content] of Object.entries(past)) writeAtomically(join(folder, name), JSON.stringify(content));
    return;
  }
  const history = historyOf(past);
  if (history !== undefined) cpSync(history, folder, { recursive: true });
}

/**
 * The run before this one against the same device and lab, in the same parent folder, that has an HTML report. Folders that
 * are no runs are passed over.
 */
export function previousRun(run: string): string | undefined {
  const here = readRunInfo(run);
  const parent = dirname(resolve(run));
  const before = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(resolve(run)))
    .map((entry) => ({ dir: join(parent, entry.name), info: runInfoOf(join(parent, entry.name)) }))
    .filter(({ dir, info }) => info !== undefined && info.startedAt < here.startedAt && historyOf(dir) !== undefined)
    .filter(({ info }) => info?.device === here.device && info.lab === here.lab)
    .sort((a, b) => ((a.info?.startedAt ?? "") < (b.info?.startedAt ?? "") ? 1 : -1));
  return before[0]?.dir;
}

/** Allure's trend puts reports in the order of this number, so it must rise from run to run. */
export function nextBuildOrder(previous: string | undefined): number {
  const history = previous === undefined ? undefined : historyOf(previous);
  if (history === undefined) return 1;
  try {
    const trend = JSON.parse(readFileSync(join(history, "history-trend.json"), "utf8")) as { buildOrder?: number }[];
    return Math.max(0, ...trend.map((point) => point.buildOrder ?? 0)) + 1;
  } catch {
    return 1;
  }
}

function historyOf(run: string): string | undefined {
  const history = join(run, "allure-report", "history");
  return existsSync(history) ? history : undefined;
}

function runInfoOf(dir: string): RunInfo | undefined {
  try {
    return readRunInfo(dir);
  } catch (error) {
    if (isMisuse(error)) return undefined;
    throw error;
  }
}

/** Allure's start script takes JAVA_HOME first, then the path. */
async function hasJava(): Promise<boolean> {
  const home = process.env.JAVA_HOME;
  const java = home === undefined || home === "" ? "java" : join(home, "bin", "java");
  return (await execute(java, ["-version"])).code === 0;
}

/**
 * Unless told, Java takes a quarter of the machine before it tidies up; the report of 2,000 cases fits in 320 MB. Who has a larger
 * one sets JAVA_OPTS.
 */
const HEAP = "-Xmx448m";

async function execute(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    // "true" and nothing else switches the page's Google tag off.
    const env = { JAVA_OPTS: HEAP, ...process.env, ALLURE_NO_ANALYTICS: "true" };
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    child.on("error", (error) => done({ code: 127, output: error.message }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
