/**
 * `npm run repeat -- [--times N] [--same-seed] [options of run]`: the same run N times (20 unless given), each with a seed of its
 * own, and every case and rule whose verdict changed. Ends with 0 only if none did. No run is excused for its exit code: what
 * it means is the run's own business, but one that left no results ends it.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { flakyIn, flakyLines } = await import(pathToFileURL(join(root, "dist/reports/flaky.js")).href);

const own = { times: { type: "string", default: "20" }, "same-seed": { type: "boolean" }, seed: { type: "string" } };
const { values, tokens } = parseArgs({
  options: { ...own, out: { type: "string", default: "reports/out" } },
  strict: false,
  tokens: true,
});
const mine = new Set([...Object.keys(own), "out"]);
// All that is not for this command is for `run`, word by word as it was given.
const words = process.argv.slice(2);
const taken = tokens.flatMap((t) => {
  if (t.kind !== "option" || !mine.has(t.name)) return [];
  return t.value === undefined || t.inlineValue ? [t.index] : [t.index, t.index + 1];
});
const rest = words.filter((_, i) => !taken.includes(i));
const times = Number(values.times);
const first = Number(values.seed ?? 1);
if (!Number.isInteger(times) || times < 2 || !Number.isInteger(first)) {
  console.error("repeat: expected --times of 2 or more, and a whole number as --seed");
  process.exit(64);
}

let child;
let interrupted = false;
// The run puts its device back by itself, and is waited for.
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    interrupted = true;
    if (signal === "SIGTERM") child?.kill(signal);
  });

const out = join(values.out, `repeat-${new Date().toISOString().replace(/[-:]|\..*/g, "")}`);
mkdirSync(out, { recursive: true });
const repetitions = [];
const seconds = [];
for (let i = 0; i < times && !interrupted; i++) {
  const dir = join(out, String(i + 1));
  const seed = values["same-seed"] === true ? first : first + i;
  const args = ["dist/drivers/cli/main.js", "run", "--no-report", "--out", dir, "--seed", String(seed), ...rest];
  child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said = (said + text).slice(-2000)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (interrupted) break;
  const run = existsSync(dir)
    ? readdirSync(dir).find((name) => existsSync(join(dir, name, "results.json")))
    : undefined;
  if (code === 64 || run === undefined) {
    console.error(`repeat: run ${i + 1} left no results: ${said.trim().split("\n").at(-1) ?? ""}`);
    process.exit(code === 64 ? 64 : 2);
  }
  const results = JSON.parse(readFileSync(join(dir, run, "results.json"), "utf8"));
  repetitions.push({ run: join(dir, run), results });
  seconds.push(results.durationMs / 1000);
  const totals = Object.entries(results.totals).filter(([, n]) => n > 0);
  console.log(
    `${i + 1}/${times}  seed ${seed}  ${(results.durationMs / 1000).toFixed(1)} s  exit code ${code}  ${totals.map(([name, n]) => `${n} ${name}`).join(", ")}`,
  );
}
const flaky = flakyIn(repetitions);
for (const line of flakyLines(flaky)) console.log(line);
const n = repetitions[0]?.results.cases.length ?? 0;
const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
if (repetitions.length > 0)
  console.log(
    `${repetitions.length} runs of ${n} cases, ${least.toFixed(1)} to ${most.toFixed(1)} s each: ${flaky.length} flaky (${out})`,
  );
process.exitCode = interrupted || repetitions.length < times ? 2 : flaky.length > 0 ? 1 : 0;
