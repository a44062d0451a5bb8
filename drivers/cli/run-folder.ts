import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Misuse } from "#fixtures/misuse";

/** Makes a run's folder with its `cases/`; Misuse where `--out` is no place for it. */
export function makeRunFolder(dir: string): void {
  makeFolder("--out", join(dir, "cases"));
}

/** Makes a folder that an option names, with those above it; Misuse where it cannot be made or written to. */
export function makeFolder(field: string, dir: string): void {
  try {
    // One by one: in some places (/proc) a recursive mkdir of Node never ends.
    for (const folder of missing(dir)) mkdirSync(folder);
    if (!statSync(dir).isDirectory()) throw Object.assign(new Error("a file"), { code: "ENOTDIR", path: dir });
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code = String(cause), path = dir } = cause as NodeJS.ErrnoException;
    throw new Misuse({ field, expected: "a folder that can be written to", found: `${path}: ${code}`, cause });
  }
}

/** The folder and those above it that are not there, outermost first. */
function missing(dir: string): readonly string[] {
  return existsSync(dir) ? [] : [...missing(dirname(dir)), dir];
}

/** Removes the folder of a run in which no case began. */
export function removeEmptyRun(dir: string): boolean {
  const cases = join(dir, "cases");
  if (existsSync(cases) && readdirSync(cases).length > 0) return false;
  rmSync(dir, { recursive: true, force: true });
  return true;
}
