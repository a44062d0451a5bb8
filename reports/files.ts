import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Misuse, misuseOf, type SchemaIssue } from "#fixtures/misuse";

/** Whoever reads the file sees the old text or the new one, never half of it. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${process.pid}-${counter++}.tmp`);
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
let counter = 0;

/** What zod's schemas offer here. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly SchemaIssue[] } };
}

/** Reads and checks a JSON file; a missing, broken or wrongly shaped one is the caller's mistake, told in one line. */
export function readJson<T>(file: string, schema: Schema<T>, what: string): T {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Misuse({ file, expected: what, found: (cause as NodeJS.ErrnoException).code ?? String(cause), cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Misuse({ file, expected: `${what} in JSON`, found: (cause as Error).message, cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw misuseOf(file, parsed.error.issues, value);
  return parsed.data;
}
