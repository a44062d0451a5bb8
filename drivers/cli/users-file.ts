/** `peer lns --users FILE`: who may call, more than one. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { parseDocument } from "yaml";
import { z } from "zod";
import { Misuse, misuseOf } from "#fixtures/misuse";
import type { User } from "#peer/lns";

const schema = z
  .array(
    z.strictObject({
      name: z.string().min(1),
      password: z.string(),
      address: z.string().refine(isIPv4, "expected an IPv4 address").optional(),
    }),
  )
  .min(1);

/**
 * Reads a YAML list of `name`, `password` and, for a user who always gets the same one, `address`.
 * Throws a {@link Misuse}; it never shows a password.
 */
export function readUsers(file: string): readonly User[] {
  const document = parseDocument(textOf(file));
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new Misuse({ file, expected: "YAML", found: broken.message.split("\n")[0] ?? "something else" });
  const value: unknown = document.toJS();
  const parsed = schema.safeParse(value);
  if (parsed.success)
    return parsed.data.map(({ address, ...user }) => ({ ...user, ...(address !== undefined && { address }) }));
  throw misuseOf(file, parsed.error.issues, withoutPasswords(value));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Misuse({ field: "--users", expected: `a file ${file} that can be read`, found: code, cause });
  }
}

function withoutPasswords(value: unknown): unknown {
  const hide = (key: string, one: unknown): unknown => (key === "password" && one !== undefined ? "(not shown)" : one);
  return JSON.parse(JSON.stringify(value ?? null, hide));
}
