/** What the device said of its software when the run had logged in to it (`device.json`). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "./files.ts";

const deviceFile = z.object({ schema: z.literal(1), firmware: z.string() });

/** `undefined` where its driver cannot ask, or it did not say. */
export function firmwareSaid(run: string): string | undefined {
  const file = join(run, "device.json");
  if (!existsSync(file)) return undefined;
  const { firmware } = readJson(file, deviceFile, "what the device said of itself");
  return firmware === "" ? undefined : firmware;
}
