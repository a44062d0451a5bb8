/** `npm run layers`: the import rules, and the proof that the modules were read at all (a wrong parser reads none, and is content). */
import { spawnSync } from "node:child_process";

const LEAST = 300;
const { stdout, stderr, status } = spawnSync(
  "depcruise",
  ["drivers", "fixtures", "suites", "reports", "--config", ".dependency-cruiser.cjs"],
  { encoding: "utf8", shell: false },
);
process.stdout.write(stdout);
process.stderr.write(stderr);
const modules = Number(/\((\d+) modules/.exec(stdout)?.[1] ?? 0);
if (status !== 0) process.exit(status ?? 1);
if (modules < LEAST) {
  console.error(`layers: expected ${LEAST} modules or more to be read, found ${modules}`);
  process.exit(1);
}
