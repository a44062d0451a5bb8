/** The policy lint of a run: the lab's rows, its addresses, and the packets of the cases with hosts. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Frame } from "#capture/frame";
import { readCaseFolder } from "#fixtures/case-folder";
import { type FramesByCase, lintLines } from "#lab/lint";
import type { LabSpec } from "#lab/schema";
import type { Role } from "#expect/verdict";
import { Misuse } from "#fixtures/misuse";

/** The mismatches, a line each; `lint.txt` of the run's folder has them too, where there are any. */
export function lintRun(spec: LabSpec, dir: string): readonly string[] {
  const lines = lintLines(spec, (role) => framesOf(join(dir, "cases"), role, spec));
  if (lines.length > 0) writeFileSync(join(dir, "lint.txt"), `${lines.join("\n")}\n`);
  return lines;
}

/** What passed between the device and the bench's tunnel end: cases without hosts have a tester address each. */
function framesOf(casesDir: string, role: Role, { bench }: LabSpec): FramesByCase {
  if (bench.kind !== "sites") return new Map();
  const ends = new Set([bench.device, bench.wan.peer]);
  const isBetween = ({ src, dst, point }: Frame): boolean =>
    point === "wan" && (ends.has(src.address) || ends.has(dst.address));
  const keys = keysIn(casesDir).filter((key) => key.startsWith("firewall-") && key.split("~")[1] === role);
  return new Map(keys.map((key) => [key, framesIn(join(casesDir, key)).filter(isBetween)]));
}

/** Of a case that was cut off there may be nothing to read; that the run says by its verdict. */
function framesIn(folder: string): readonly Frame[] {
  try {
    return readCaseFolder(folder).frames;
  } catch (error) {
    if (error instanceof Misuse) return [];
    throw error;
  }
}

function keysIn(casesDir: string): readonly string[] {
  try {
    return readdirSync(casesDir).sort();
  } catch {
    // Nothing has run.
    return [];
  }
}
