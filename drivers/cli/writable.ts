import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { isMisuse, Misuse } from "#fixtures/misuse";

/**
 * Writes a file that an option names; Misuse where that cannot be. Its folder has to be there: in some places (/proc) a recursive
 * mkdir of Node never ends.
 */
export function asWritable(field: string, file: string, write: () => void): void {
  const expected = "a file that can be written, in a folder that exists";
  if (!existsSync(dirname(file))) throw new Misuse({ field, expected, found: `${file}: ENOENT` });
  try {
    write();
  } catch (cause) {
    if (isMisuse(cause)) throw cause;
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Misuse({ field, expected, found: `${file}: ${code}`, cause });
  }
}
