/** The files of a run that go into a bundle, read once, and whether they are still the files that the run sealed. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Misuse } from "#fixtures/misuse";
import { type Files, heldFiles, isSafe } from "#reports/bundle/files";
import { MANIFEST, sealFaults } from "#reports/bundle/seal";
import { LARGEST_TAR } from "#reports/bundle/tar";
import { sealedFiles } from "#reports/manifest";

/** What is made of the rest, and can be made again; the bundle has a manifest of its own. */
const MADE: ReadonlySet<string> = new Set(["allure-results", "coverage.html", "coverage.json", "junit.xml", MANIFEST]);

export function readRun(run: string): { readonly files: Files; readonly broken: readonly string[] } {
  if (!existsSync(join(run, "run.json")))
    throw new Misuse({
      file: run,
      expected: "a run's folder with its run.json",
      found: existsSync(run) ? "none" : "no such folder",
    });
  const there = sealedFiles(run);
  const size = there.paths.reduce((sum, path) => sum + statSync(join(run, path)).size, 0);
  if (size > LARGEST_TAR)
    throw new Misuse({ file: run, expected: `a run of at most ${LARGEST_TAR} octets`, found: `${size}` });
  const all = heldFiles(new Map(there.paths.map((path) => [path, there.read(path)])));
  const broken = all.has(MANIFEST)
    ? sealFaults(all).map((fault) => fault.text)
    : [`${MANIFEST}: expected the seal of a run that has ended, found no such file (l2tpspec report makes it)`];
  const odd = [...there.strangers, ...there.paths.filter((path) => !isSafe(path))];
  const own = there.paths.filter((path) => !MADE.has(path.split("/")[0] ?? ""));
  return {
    files: heldFiles(new Map(own.map((path) => [path, all.read(path)]))),
    broken: [...broken, ...odd.map((path) => `${JSON.stringify(path)}: expected a plain file, found something else`)],
  };
}
