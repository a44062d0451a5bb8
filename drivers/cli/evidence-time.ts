/** Whether each case is of the run's own time: a case that another run recorded tells nothing of this one's device. */
import type { RunInfo } from "#reports/schema";
import type { CaseEvidence } from "./evidence-case.ts";

/** A machine's clock may be set while a run goes on. */
const SLACK_MS = 60_000;

/** One line for all cases of a folder that began, or were captured, at another time. */
export function timeFaults(cases: readonly CaseEvidence[], info: RunInfo): readonly string[] {
  const begun = Date.parse(info.startedAt);
  // A run that did not end has an objection of its own, and shards need not run side by side.
  const { durationMs = Infinity, environment } = info;
  const ended = begun + (environment["merged"] === undefined ? durationMs : Infinity);
  const others = cases.flatMap(({ dir, ladder, capturedAtMs }) => {
    if (ladder === undefined) return [];
    const at = Date.parse(ladder.startedAt);
    if (!isWithin(at, begun, ended))
      return [
        `${dir}/ladder.json: startedAt: expected a time within the run, begun ${info.startedAt}, found ${ladder.startedAt}`,
      ];
    if (capturedAtMs === null || isWithin(capturedAtMs, at, at + ladder.durationMs)) return [];
    const found = new Date(capturedAtMs).toISOString();
    return [`${dir}/run.pcapng: expected packets of the case, begun ${ladder.startedAt}, found the first at ${found}`];
  });
  const [first] = others;
  return first === undefined ? [] : [`${first}${others.length > 1 ? ` (and ${others.length - 1} cases more)` : ""}`];
}

/** Also false of what is no time at all. */
const isWithin = (at: number, from: number, to: number): boolean => at >= from - SLACK_MS && at <= to + SLACK_MS;
