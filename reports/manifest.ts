/** The seal of a run: `sha256sum -c MANIFEST.sha256` in its folder proves that the evidence is what was judged. */
import { join } from "node:path";
import { folderFiles, type FolderFiles } from "./bundle/files.ts";
import { MANIFEST, manifestOf } from "./bundle/seal.ts";
import { writeAtomically } from "./files.ts";

/** The HTML can be made again from what is sealed; it is large, and a viewer may add to it. */
const LEFT_OUT: ReadonlySet<string> = new Set(["allure-report"]);

/** Every file of a run but the HTML report. */
export function sealedFiles(run: string): FolderFiles {
  return folderFiles(run, LEFT_OUT);
}

/** Writes the manifest over every file of the run but the HTML report and itself. Returns how many it names. */
export function writeManifest(run: string): number {
  const manifest = manifestOf(sealedFiles(run));
  writeAtomically(join(run, MANIFEST), manifest);
  return manifest.split("\n").length - 1;
}
