/** `--history DIR` of `run` and `report`: the nights of a lab, one after the other. */
import { readHistory, nightsFolder } from "#reports/history";
import type { RunInfo } from "#reports/run-folder";
import { makeFolder } from "./run-folder.ts";

/**
 * Gives the folder as it was named. Misuse where it cannot be written to, or where a later version has written it: before a run
 * begins, and before a report is made anew, so that nothing is lost.
 */
export function openHistory(
  dir: string | undefined,
  run: Pick<RunInfo, "device" | "lab" | "startedAt" | "strict" | "selection">,
): string | undefined {
  if (dir === undefined) return undefined;
  makeFolder("--history", nightsFolder(dir, run));
  readHistory(dir, run);
  return dir;
}
