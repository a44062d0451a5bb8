/** The files of an evidence bundle, wherever they lie: in a folder, or in one tar. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, digestOfFile } from "./digest.ts";
import { Misuse, misuseOf, type SchemaIssue } from "#fixtures/misuse";

export interface Files {
  /** With `/`, sorted by code unit. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** The octets of one of these paths. */
  read(path: string): Uint8Array;
  /** Their SHA-256 in hex. */
  digest(path: string): string;
}

/** What stands in a folder besides files: it is followed nowhere, and named. */
export interface FolderFiles extends Files {
  readonly strangers: readonly string[];
}

/** Every file below a folder but what `leftOut` names at its top. Links are no files. */
export function folderFiles(dir: string, leftOut: ReadonlySet<string> = new Set()): FolderFiles {
  const paths: string[] = [];
  const strangers: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(dir, below), { withFileTypes: true })) {
      if (below === "" && leftOut.has(entry.name)) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else (entry.isFile() ? paths : strangers).push(path);
    }
  };
  walk("");
  const known = new Set(paths);
  return {
    paths: paths.sort(byCodeUnit),
    has: (path) => known.has(path),
    read: (path) => readFileSync(join(dir, path)),
    digest: (path) => digestOfFile(join(dir, path)),
    strangers: strangers.sort(byCodeUnit),
  };
}

/** Files in memory. */
export function heldFiles(all: ReadonlyMap<string, Uint8Array>): Files {
  const read = (path: string): Uint8Array => {
    const octets = all.get(path);
    if (octets === undefined) throw new Misuse({ file: path, expected: "a file of the bundle", found: "none" });
    return octets;
  };
  return {
    paths: [...all.keys()].sort(byCodeUnit),
    has: (path) => all.has(path),
    read,
    digest: (path) => digestOf(read(path)),
  };
}

/** The locale must not decide the order: a bundle is the same octets wherever it is made. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whether a path may stand in a bundle: whoever unpacks it, on whatever system, gets a file inside of the folder that he
 * chose.
 */
export function isSafe(path: string): boolean {
  if (path === "" || /[\\\x00-\x1f\x7f:]/.test(path) || path.length > 1024) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** What zod's schemas offer here. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly SchemaIssue[] } };
}

/** A JSON file of the bundle; a missing, broken or wrongly shaped one is a {@link Misuse} that names it. */
export function jsonIn<T>(files: Files, path: string, schema: Schema<T>, what: string): T {
  const value = valueIn(files, path, what);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw misuseOf(path, parsed.error.issues, value);
  return parsed.data;
}

function valueIn(files: Files, path: string, what: string): unknown {
  if (!files.has(path)) throw new Misuse({ file: path, expected: what, found: "no such file" });
  try {
    return JSON.parse(Buffer.from(files.read(path)).toString("utf8"));
  } catch (cause) {
    throw new Misuse({ file: path, expected: `${what} in JSON`, found: (cause as Error).message, cause });
  }
}
