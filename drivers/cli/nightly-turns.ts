/** Work side by side where it shares nothing, in turn where it does. */

export interface Turn {
  /** What it has for itself while it runs. */
  readonly shares: ReadonlySet<string>;
  run(): Promise<void>;
}

/**
 * Runs them all, at most `atOnce` side by side, each as soon as nobody runs who shares a thing with it; of those that may begin the
 * first one of the list does. What has not begun when the signal comes does not begin. One that throws costs the others nothing: its
 * error comes when all have ended.
 */
export async function inTurns(turns: readonly Turn[], atOnce: number, signal: AbortSignal): Promise<void> {
  const waiting = [...turns];
  const running = new Map<Turn, Promise<void>>();
  const errors: unknown[] = [];
  for (;;) {
    const next =
      signal.aborted || running.size >= atOnce ? -1 : waiting.findIndex((turn) => isFree(turn, [...running.keys()]));
    if (next >= 0) {
      const [turn] = waiting.splice(next, 1) as [Turn];
      running.set(
        turn,
        turn
          .run()
          .catch((error: unknown) => void errors.push(error))
          .finally(() => running.delete(turn)),
      );
    } else if (running.size > 0) await Promise.race(running.values());
    else break;
  }
  if (errors.length > 0) throw errors[0];
}

function isFree(turn: Turn, running: readonly Turn[]): boolean {
  return running.every((other) => ![...turn.shares].some((thing) => other.shares.has(thing)));
}
