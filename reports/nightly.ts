/** A night over several labs: what each run came to, and the one exit code. Pure. */
import { z } from "zod";
import { totalsSchema } from "./results-schema.ts";

/** How a run of the night ended. */
const ended = z
  .enum(["whole", "cut", "died", "not run"])
  .describe(
    "cut: its time was up, or the night was ended; died: its process was killed or crashed; not run: it could not begin",
  );

const nightlyRun = z.object({
  lab: z.string(),
  file: z.string(),
  device: z.string().nullable().describe("null where the lab file cannot be read"),
  profile: z.enum(["quick", "full"]),
  ended,
  why: z.string().nullable().describe("one line, where it did not end whole"),
  code: z.union([z.literal(0), z.literal(1), z.literal(2)]).describe("what the run adds to the night's exit code"),
  run: z.string().nullable().describe("its folder"),
  durationMs: z.number(),
  totals: totalsSchema.nullable(),
  failures: z.array(z.string()).describe("what failed and is in no baseline: keys of cases, id and role of rules"),
  newFailures: z
    .array(z.string())
    .nullable()
    .describe("of these, what did not fail on the last night that told it; null on a first night"),
  fixed: z.array(z.string()),
  unexpectedPasses: z
    .array(z.string())
    .describe("entries of the baseline whose deviation did not show: id, role and clause"),
  unexplainedDeaths: z
    .array(z.string())
    .describe("each death of the device that no case is to blame for, when and how"),
});

/** `nightly.json`, and what `nightly --json` prints. */
export const nightlySchema = z.object({
  schema: z.literal(1),
  version: z.string().describe("of the tool"),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number(),
  code: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  runs: z.array(nightlyRun),
});

export type NightlyRun = z.infer<typeof nightlyRun>;
export type Nightly = z.infer<typeof nightlySchema>;

/** 1 wins over 2, as it does for a run; a night without a run could not tell. */
export function codeOfNight(runs: readonly Pick<NightlyRun, "code">[]): 0 | 1 | 2 {
  if (runs.some(({ code }) => code === 1)) return 1;
  return runs.length === 0 || runs.some(({ code }) => code === 2) ? 2 : 0;
}

/**
 * What a run adds to it. `exit` is its process's code, `null` where it was killed. The full profile comes on top of the quick one,
 * as far as its time goes: that it was cut says nothing of the device. That it hung when it was told to end does.
 */
export function codeOfRun(o: {
  readonly ended: NightlyRun["ended"];
  readonly profile: NightlyRun["profile"];
  readonly exit: number | null;
  readonly timeIsUp: boolean;
}): 0 | 1 | 2 {
  if (o.exit === 1) return 1;
  if (o.exit !== null && o.ended === "cut" && o.timeIsUp && o.profile === "full") return 0;
  return o.exit === 0 && o.ended === "whole" ? 0 : 2;
}

/** How long something took, for a summary. */
export const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;
