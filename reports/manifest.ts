/** The seal of a run: `sha256sum -c MANIFEST.sha256` in its folder proves that the evidence is what was judged. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "./files.ts";

const NAME = "MANIFEST.sha256";
/** The HTML can be made again from what is sealed; it is large, and a viewer may add to it. */
const LEFT_OUT: ReadonlySet<string> = new Set([NAME, "allure-report"]);

/** Writes the manifest over every file of the run but the HTML report and itself. Returns how many it names. */
export function writeManifest(run: string): number {
  const lines = filesOf(run).map((path) => `${sha256(join(run, path))}  ${path}\n`);
  writeAtomically(join(run, NAME), lines.join(""));
  return lines.length;
}

/** How a run's folder differs from its manifest; three empty lists mean that it is as it was sealed. */
export interface ManifestDifference {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

export function compareManifest(run: string): ManifestDifference {
  const sealed = new Map(
    readFileSync(join(run, NAME), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const present = new Set(filesOf(run));
  return {
    changed: [...sealed]
      .filter(([path, hash]) => present.has(path) && sha256(join(run, path)) !== hash)
      .map(([path]) => path),
    missing: [...sealed.keys()].filter((path) => !present.has(path)),
    added: [...present].filter((path) => !sealed.has(path)),
  };
}

/** Paths below the run's folder with `/`, sorted, so that two manifests can be compared line by line. */
function filesOf(run: string, below = ""): string[] {
  return readdirSync(join(run, below), { withFileTypes: true })
    .filter((entry) => below !== "" || !LEFT_OUT.has(entry.name))
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return filesOf(run, path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** In pieces: a capture of a load run does not fit into memory at once. One buffer serves all the small files of a run. */
const piece = Buffer.allocUnsafe(1 << 20);

function sha256(file: string): string {
  const hash = createHash("sha256");
  const fd = openSync(file, "r");
  try {
    for (let n = readSync(fd, piece); n > 0; n = readSync(fd, piece)) hash.update(piece.subarray(0, n));
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}
