import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, afterEach, expect, test } from "vitest";
import { type SealFault, sealFaults } from "./bundle/seal.ts";
import { sealedFiles, writeManifest } from "./manifest.ts";

let run = "";
const put = (path: string, content: string): void => {
  mkdirSync(join(run, path, ".."), { recursive: true });
  writeFileSync(join(run, path), content);
};
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "l2tpspec-manifest-"));
  put("run.json", "{}");
  put("cases/b/run.pcapng", "octets");
  put("cases/a~x=1/result.json", "");
  put("allure-results/1-result.json", "{}");
  put("allure-report/index.html", "<html>");
  put("cases/b/allure-report/kept", "only the run's own is left out");
});
afterEach(() => rmSync(run, { recursive: true }));

test("it names every file but the HTML and itself, sorted", () => {
  expect([writeManifest(run), writeManifest(run)]).toEqual([5, 5]);
  const paths = readFileSync(join(run, "MANIFEST.sha256"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(66));
  expect(paths).toEqual([
    "allure-results/1-result.json",
    "cases/a~x=1/result.json",
    "cases/b/allure-report/kept",
    "cases/b/run.pcapng",
    "run.json",
  ]);
});

test("sha256sum agrees", () => {
  writeManifest(run);
  const said = execFileSync("sha256sum", ["--check", "--strict", "MANIFEST.sha256"], { cwd: run, encoding: "utf8" });
  expect(said.match(/: OK$/gm)).toHaveLength(5);
});

test("what was done to a sealed run is told", () => {
  const told = (): readonly string[] =>
    sealFaults(sealedFiles(run)).map(({ path, how }: SealFault) => `${how} ${path}`);
  writeManifest(run);
  expect(told()).toEqual([]);
  put("cases/b/run.pcapng", "0ctets");
  put("cases/c/result.json", "{}");
  put("allure-report/data/widgets.json", "{}");
  rmSync(join(run, "run.json"));
  expect(told()).toEqual(["changed cases/b/run.pcapng", "missing run.json", "added cases/c/result.json"]);
});
