/** Which cases took another time than before. Pure. */
import type { CaseSummary } from "#expect/verdict";

/** A time has moved where it differs by more than both. */
export interface Tolerance {
  readonly ms: number;
  /** The longer time divided by the shorter one. */
  readonly ratio: number;
}

/** What scheduling and a busy machine do to a case that waits for packets stays well below both. */
export const TOLERANCE: Tolerance = { ms: 1000, ratio: 1.5 };

export interface Moved {
  readonly key: string;
  readonly beforeMs: number;
  readonly afterMs: number;
}

export interface Timing {
  readonly tolerance: Tolerance;
  /** The largest difference first. */
  readonly slower: readonly Moved[];
  readonly faster: readonly Moved[];
  /** Cases of both runs whose times say nothing of the device. */
  readonly leftOut: number;
}

type Timed = Pick<CaseSummary, "key" | "id" | "verdict" | "durationMs" | "suspect" | "death">;

/**
 * Compares the times of cases that came to the same in both runs: one that fails waits for what does not come, and that is
 * told by its verdict. Left out are cases that have the device for themselves, since their time counts the wait for the
 * others to end, and those in whose time the device died or was started anew.
 * @param o.alone ids of the cases that have the device for themselves
 */
export function timingOf(
  before: readonly Timed[],
  after: readonly Timed[],
  { tolerance, alone }: { readonly tolerance: Tolerance; readonly alone: ReadonlySet<string> },
): Timing {
  const then = new Map(before.map((c) => [c.key, c]));
  const moved: Moved[] = [];
  let leftOut = 0;
  for (const c of after) {
    const earlier = then.get(c.key);
    if (earlier === undefined) continue;
    if (alone.has(c.id) || c.verdict !== earlier.verdict || [c, earlier].some(isDisturbed)) {
      leftOut++;
      continue;
    }
    if (hasMoved(earlier.durationMs, c.durationMs, tolerance))
      moved.push({ key: c.key, beforeMs: earlier.durationMs, afterMs: c.durationMs });
  }
  const most = (a: Moved, b: Moved): number => Math.abs(b.afterMs - b.beforeMs) - Math.abs(a.afterMs - a.beforeMs);
  return {
    tolerance,
    slower: moved.filter((m) => m.afterMs > m.beforeMs).sort(most),
    faster: moved.filter((m) => m.afterMs < m.beforeMs).sort(most),
    leftOut,
  };
}

const isDisturbed = ({ verdict, suspect, death }: Timed): boolean =>
  suspect !== undefined || death !== undefined || !(verdict === "pass" || verdict === "remark" || verdict === "fail");

function hasMoved(a: number, b: number, { ms, ratio }: Tolerance): boolean {
  const [short, long] = a < b ? [a, b] : [b, a];
  return long - short > ms && long > short * ratio;
}
