/**
 * `npm run test:node24`: unit tests and the embedded run under the current LTS, which comes as an npm package. raw-socket
 * does not build there; the product must live without it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const VERSION = "24.9.0";
const root = fileURLToPath(new URL("..", import.meta.url));
const home = `${root}node_modules/.cache/node24`;
const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const node = `${home}/node_modules/node-${platform}/bin/node`;

function run(command, args, options = {}) {
  console.log(`$ ${[command, ...args].join(" ").replaceAll(root, "")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit", cwd: root, ...options });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(node)) {
  mkdirSync(home, { recursive: true });
  writeFileSync(`${home}/package.json`, "{}\n");
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", `node-${platform}@${VERSION}`], { cwd: home });
}
run(node, ["--version"]);
run(node, ["node_modules/vitest/vitest.mjs", "run", "--project", "unit"]);
run(node, ["dist/drivers/cli/main.js", "run", "--no-report"]);
