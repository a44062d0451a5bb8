import { readFileSync } from "node:fs";

/** A process for good: its number is used again, its number and start time are not. */
export interface ProcessName {
  readonly pid: number;
  readonly start: string;
}

export function isAlive({ pid, start }: ProcessName): boolean {
  return startOf(pid) === start;
}

/** When the process began, in clock ticks since boot; undefined if there is none of that number, or one that has ended. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc(5): the name in brackets may itself hold brackets and blanks; the state is the third field, the start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie is dead, and may wait for a parent that never asks: the first process of many a container does not.
    return fields[0] === "Z" ? undefined : fields[22 - 3];
  } catch {
    return undefined;
  }
}
