/**
 * What a report costs: what the reporter adds to the cases of an embedded run, what comes after them (results for Allure, and
 * tshark's reading of each frame), and the seconds and MB in which the whole report is made of that run's folder. `npm run bench` prints both; alone: `node .ci/bench-report.mjs`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const SAMPLE_EVERY_MS = 200;

/** kB that a process and all that it has started hold. */
function memoryOf(pid) {
  try {
    const own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return own + children.reduce((sum, child) => sum + memoryOf(child), 0);
  } catch {
    return 0;
  }
}

/** The command's seconds and the most memory that it held at once, in MB. */
async function measured(args, env = {}) {
  const began = performance.now();
  const main = join(root, "dist/drivers/cli/main.js");
  const child = spawn(process.execPath, [main, ...args], { stdio: "ignore", env: { ...process.env, ...env } });
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, memoryOf(child.pid))), SAMPLE_EVERY_MS);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`l2tpspec ${args.join(" ")} ended with ${code}`);
  return { seconds: (performance.now() - began) / 1000, mb: peak / 1024 };
}

/** A whole embedded run; gives its folder, the seconds until its last case was done with, and those that came after. */
async function embeddedRun(parent, isReported) {
  const out = mkdtempSync(join(parent, "run-"));
  // Without Java the results are written and no HTML is made of them.
  const { seconds } = await measured(["run", "--out", out, ...(isReported ? [] : ["--no-report"])], {
    JAVA_HOME: "/nowhere",
  });
  const run = join(out, readdirSync(out)[0]);
  const { durationMs } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
  return { run, cases: durationMs / 1000, after: seconds - durationMs / 1000 };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Prints both; `parent` takes the runs. */
export async function benchReport(parent, rounds = 3) {
  const plain = [];
  const reported = [];
  for (let i = 0; i < rounds; i++) {
    plain.push(await embeddedRun(parent, false));
    reported.push(await embeddedRun(parent, true));
  }
  const [without, withReporter] = [plain, reported].map((runs) => ({
    cases: median(runs.map(({ cases }) => cases)),
    after: median(runs.map(({ after }) => after)),
  }));
  const more = (withReporter.cases / without.cases - 1) * 100;
  console.log(
    `cases of an embedded run with the reporter: ${withReporter.cases.toFixed(1)} s, without: ${without.cases.toFixed(1)} s, ` +
      `${more.toFixed(1)} % more (under 5); after them ${withReporter.after.toFixed(1)} s and ${without.after.toFixed(1)} s`,
  );
  const { run } = reported.at(-1);
  const { seconds, mb } = await measured(["report", run]);
  const cases = readdirSync(join(run, "cases")).length;
  console.log(`report of ${cases} cases: ${seconds.toFixed(1)} s, ${mb.toFixed(0)} MB (under 30 s and 1024 MB)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dir = mkdtempSync(join(tmpdir(), "l2tpspec-bench-"));
  try {
    await benchReport(dir, Number(process.argv[2] ?? 3));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
