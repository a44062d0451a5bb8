import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "l2tpspec-side-by-side-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The most cases of a run that were running at one moment. */
function sideBySide(concurrent: number): number {
  const lab = readFileSync(join(PACKAGE_ROOT, "fixtures/labs/embedded-udp.yaml"), "utf8");
  const file = join(dir, `${concurrent}.yaml`);
  writeFileSync(file, lab.replace(/concurrent: \d+/, `concurrent: ${concurrent}`));
  const main = join(PACKAGE_ROOT, "dist/drivers/cli/main.js");
  const out = join(dir, String(concurrent));
  // Cases that wait for what must not come: for so long each of them is running.
  const args = ["run", "--lab", file, "--case", "rfc2661-0704,rfc2661-0217", "--no-report", "--out", out];
  spawnSync(process.execPath, [main, ...args], { cwd: PACKAGE_ROOT });
  const cases = join(out, readdirSync(out)[0]!, "cases");
  const times = readdirSync(cases).flatMap((key) => {
    const result = JSON.parse(readFileSync(join(cases, key, "result.json"), "utf8")) as Record<string, unknown>;
    const from = Date.parse(String(result["startedAt"]));
    return result["verdict"] === "pass" ? [{ from, to: from + Number(result["durationMs"]) }] : [];
  });
  return Math.max(...times.map(({ from }) => times.filter((other) => other.from <= from && from < other.to).length));
}

test.each([1, 2])("a lab that takes %i cases at a time gets so many", { timeout: 90_000 }, (concurrent) => {
  expect(sideBySide(concurrent)).toBe(concurrent);
});
