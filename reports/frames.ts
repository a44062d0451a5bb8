import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Frame } from "#capture/frame";
import { framesOf } from "#capture/frames-file";
import { CaptureError } from "#capture/record";
import type { CaseFolder } from "./run-folder.ts";

/**
 * The frames that a case was judged by. A capture that is missing or cut off gives none: the verdict stands in result.json
 * already, and a report must not fail for want of a picture.
 */
export function framesOfCase(folder: CaseFolder): readonly Frame[] {
  const file = join(folder.dir, "run.pcapng");
  if (!existsSync(file)) return [];
  try {
    const { device, l2tpPorts } = folder.ladder ?? {};
    return framesOf(readFileSync(file), { dut: new Set(device?.addresses), l2tpPorts });
  } catch (error) {
    if (error instanceof CaptureError) return [];
    throw error;
  }
}
