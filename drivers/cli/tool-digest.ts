/** Which build of the tool this is: one digest over all that it runs. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Misuse } from "#fixtures/misuse";
import { PACKAGE_ROOT, VERSION } from "#fixtures/root";

/** Suites, judge, clauses, drivers and reports as they are built. Tests and maps change no verdict. */
export function toolDigest(dist = join(PACKAGE_ROOT, "dist")): string {
  if (!existsSync(dist))
    throw new Misuse({ file: dist, expected: "the built tool (npm run build)", found: "no such folder" });
  const all = createHash("sha256").update(`${VERSION}\n`);
  for (const path of builtFiles(dist)) {
    const digest = createHash("sha256")
      .update(readFileSync(join(dist, path)))
      .digest("hex");
    all.update(`${digest}  ${path}\n`);
  }
  return all.digest("hex");
}

function builtFiles(dist: string): readonly string[] {
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".js") && !/\.(test|bench|fixture|config)\.js$/.test(path))
    .sort();
}
