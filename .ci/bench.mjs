/**
 * `npm run bench`: decode of 100,000 packets against tshark's one-line output on the same file in the same run, the
 * whole embedded run, what its report costs, and the kill matrix. Machines are noisy: the ratio is what counts.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath, pathToFileURL } from "node:url";
import { benchReport } from "./bench-report.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const PACKETS = 100_000;
const ROUNDS = 3;

function timed(command, args) {
  const began = performance.now();
  const { status } = spawnSync(command, args, { stdio: "ignore", cwd: root });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
  return performance.now() - began;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const dir = mkdtempSync(join(tmpdir(), "l2tpspec-bench-"));
try {
  const file = join(dir, "calls.pcapng");
  const { writeManyCalls } = await import(pathToFileURL(`${root}dist/fixtures/many-calls.js`).href);
  writeManyCalls(file, PACKETS);
  const ours = [];
  const theirs = [];
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(timed(process.execPath, ["dist/drivers/cli/main.js", "decode", file]));
    theirs.push(timed("tshark", ["-n", "-r", file]));
  }
  console.log(
    `decode of ${PACKETS} packets: ${median(ours).toFixed(0)} ms, tshark: ${median(theirs).toFixed(0)} ms, ratio ${(median(ours) / median(theirs)).toFixed(2)}`,
  );
  const embedded = [1, 2, 3].map(() =>
    timed(process.execPath, ["dist/drivers/cli/main.js", "run", "--no-report", "--out", dir]),
  );
  console.log(`embedded run, all cases: ${(median(embedded) / 1000).toFixed(1)} s`);
  await benchReport(dir);
  console.log(
    `kill matrix, all faulty and conforming peers: ${(timed(process.execPath, ["dist/drivers/cli/main.js", "mutants"]) / 1000).toFixed(1)} s`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
