/** `--history`: what is no history, or cannot become one, is told before a run begins or a report is made anew. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";
import { nightsFolder } from "#reports/history";
import { RUN_INFO, SAMPLE, writeRun } from "#reports/sample-case";

let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "l2tpspec-history-"))));
afterEach(() => rmSync(dir, { recursive: true }));

const MAIN = join(PACKAGE_ROOT, "dist", "drivers", "cli", "main.js");
function command(...argv: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...argv], { cwd: PACKAGE_ROOT, encoding: "utf8" });
  return { code: status, said: stderr };
}

/** A night that a later version has written. */
function laterNight(history: string): string {
  const folder = nightsFolder(history, RUN_INFO);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "20201122T010000000Z.json");
  writeFileSync(file, '{"schema":2,"nights":[]}');
  return file;
}

test("a history from a later version ends a run before it begins: one line, code 64", { timeout: 60_000 }, () => {
  const history = join(dir, "history");
  const file = laterNight(history);
  const out = join(dir, "out");
  const { code, said } = command("run", "--case", "call-lns-0001", "--out", out, "--history", history);
  expect(said).toBe(
    `l2tpspec: ${file}: schema: expected 1, the latest that this l2tpspec reads, found 2: a later one has written this history\n`,
  );
  expect(code).toBe(64);
  expect(existsSync(out)).toBe(false);
  expect(readFileSync(file, "utf8")).toBe('{"schema":2,"nights":[]}');
});

test("and a report before it is made anew", { timeout: 60_000 }, () => {
  const run = join(dir, "run");
  writeRun(run, [SAMPLE]);
  const before = readdirSync(run);
  const history = join(dir, "history");
  laterNight(history);
  const { code, said } = command("report", run, "--history", history);
  expect([code, said.trim().split("\n").length]).toEqual([64, 1]);
  expect(readdirSync(run)).toEqual(before);
});

test("so does a place where there can be none", { timeout: 60_000 }, () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  const { code, said } = command("run", "--case", "call-lns-0001", "--out", join(dir, "out"), "--history", file);
  expect([code, said]).toEqual([
    64,
    `l2tpspec: --history: expected a folder that can be written to, found ${join(file, "reference~embedded")}: ENOTDIR\n`,
  ]);
});
