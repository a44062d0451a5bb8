/** What the run asked of the device before its cases (`probe.json`), as the reader of a summary needs it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "./files.ts";

/** `probe.json` */
export const probeSchema = z.object({
  schema: z.literal(1),
  probes: z.array(
    z.object({
      feature: z.string(),
      role: z.enum(["lac", "lns"]),
      claimed: z.boolean(),
      found: z.enum(["supported", "not supported", "not told"]),
      reason: z.string(),
    }),
  ),
});

/** One entry of `probe.json`. */
export type ProbeRecord = z.infer<typeof probeSchema>["probes"][number];

/** Empty where nothing was asked, as before a run's cases could begin. */
export function readProbe(run: string): readonly ProbeRecord[] {
  const file = join(run, "probe.json");
  return existsSync(file) ? readJson(file, probeSchema, "what was asked of the device").probes : [];
}

/** Whether the device showed something else than the lab says of it. */
export function contradicts({ claimed, found }: ProbeRecord): boolean {
  return found === (claimed ? "not supported" : "supported");
}

/** A line for each contradiction: a claim is the lab's to mend, and no failure is hidden by it. */
export function contradictionLines(probes: readonly ProbeRecord[]): readonly string[] {
  return probes.filter(contradicts).map(({ feature, role, claimed, found, reason }) => {
    const says = claimed ? "supports" : "does not support";
    return `contradiction    the ICS says that the device as ${role.toUpperCase()} ${says} ${feature}; the probe found it ${found} (${reason})`;
  });
}
