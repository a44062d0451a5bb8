/** A baseline and the evidence beside it, written together. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Misuse } from "#fixtures/misuse";
import type { Updated } from "./baseline-update.ts";
import { writeAtomically } from "./files.ts";
import { readCases } from "./run-folder.ts";

/** What of a case is kept: enough for the judge to give the finding again. */
const KEPT = ["run.pcapng", "ladder.json"] as const;

/** Where each case of a run lies, by its key. The folder's own name is what a key is on disk. */
export function caseFolders(run: string): ReadonlyMap<string, string> {
  return new Map(readCases(run).map((c) => [c.result.key, c.dir]));
}

/** Folder of the evidence: it bears the name of the baseline's file. */
export function evidenceFolderOf(file: string): string {
  return basename(file).replace(/\.json$/, "");
}

/**
 * Evidence first, then the baseline, then what nothing points to any more goes: whoever breaks in between leaves a baseline whose
 * evidence is there. Misuse, before anything is written, where the run lacks a file of a case.
 */
export function writeBaseline(
  file: string,
  { baseline, evidence, stale }: Updated,
  folders: ReadonlyMap<string, string>,
): void {
  const copies = [...evidence].map(([capture, { shownBy }]) => {
    const from = folders.get(shownBy);
    if (from === undefined || !isOurs(capture))
      throw new Misuse({ field: "key", expected: "a case of the run, by the name of its folder", found: shownBy });
    for (const name of KEPT)
      if (!existsSync(join(from, name)))
        throw new Misuse({ file: join(from, name), expected: "the evidence of an entry", found: "no such file" });
    return { from, to: join(dirname(file), dirname(capture)) };
  });
  for (const { from, to } of copies) {
    const whole = `${to}.new`;
    rmSync(whole, { recursive: true, force: true });
    if (!existsSync(dirname(whole))) mkdirSync(dirname(whole));
    mkdirSync(whole);
    for (const name of KEPT) copyFileSync(join(from, name), join(whole, name));
    rmSync(to, { recursive: true, force: true });
    renameSync(whole, to);
  }
  writeAtomically(file, `${JSON.stringify(baseline, null, 2)}\n`);
  for (const capture of stale)
    if (isOurs(capture)) rmSync(join(dirname(file), dirname(capture)), { recursive: true, force: true });
}

/** Baselines and runs come from outside: nothing is written or removed but a folder two steps below the baseline's own. */
function isOurs(capture: string): boolean {
  const parts = capture.split("/");
  return parts.length === 3 && parts.every((part) => part !== "" && part !== "." && part !== "..");
}
