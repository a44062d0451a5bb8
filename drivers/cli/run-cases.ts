/** The test runner over the one entry file (fixtures/conformance.entry.ts). Its own exit code is not ours. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Vitest } from "vitest/node";
import type { Plan } from "#fixtures/plan";
import type { CaseSink } from "#reports/case-reporter";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface RunCasesOptions {
  /** Cases side by side. */
  readonly concurrent: number;
  readonly sinks: readonly CaseSink[];
  /** Ends the run early: what has not begun does not begin. */
  readonly signal: AbortSignal;
  /** How long after that the cases may take to end, to take their calls down and to write what they have, and the lab after them. */
  readonly endWithinMs: number;
}

/** Resolves when the cases have ended, or were told to. Rejects where they could not begin, or the runner broke. */
export async function runCases(plan: Plan, o: RunCasesOptions): Promise<void> {
  const [{ startVitest }, { CaseReporter }, { PACKAGE_ROOT }] = await Promise.all([
    import("vitest/node"),
    import("#reports/case-reporter"),
    import("#fixtures/root"),
  ]);
  const listening = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);
  const stopped = new Stopping(o);
  const onInit = (vitest: Vitest): void => {
    stopped.vitest = vitest;
    // The runner would end the process at once; what a signal means is decided here.
    for (const [signal, before] of listening)
      for (const listener of process.listeners(signal)) if (!before.includes(listener)) process.off(signal, listener);
  };
  // The runner hands options of its command line to projects by a list on which this one does not stand.
  process.env["L2TPSPEC_CONCURRENT"] = String(o.concurrent);
  const started = startVitest("test", [], {
    root: PACKAGE_ROOT,
    config: join(PACKAGE_ROOT, "vitest.config.ts"),
    // The other loader writes into node_modules, which may be somebody else's.
    configLoader: "runner",
    project: ["conformance"],
    watch: false,
    run: true,
    provide: { plan },
    reporters: [{ onInit }, new CaseReporter(plan.casesDir, untilStopped(o))],
  });
  // Whoever was interrupted does not wait for it, nor for its complaints.
  started.catch(() => undefined);
  const vitest = await Promise.race([started, stopped.late]);
  process.exitCode = 0;
  if (vitest === undefined || o.signal.aborted) return;
  const unhandled = vitest.state.getUnhandledErrors()[0];
  const notLoaded = vitest.state.getFiles().find((f) => f.tasks.length === 0)?.result?.errors?.[0];
  await vitest.close();
  const error = (notLoaded ?? unhandled) as
    { name?: string; message?: string; code?: string; stack?: string } | undefined;
  if (error === undefined) return;
  const { code, stack = "" } = error;
  const { name: thrown = "Error", message: said = "the suites could not be loaded" } = error;
  // What a case waits for fails the case; this was begun by a step that nobody waits for.
  const isOfOwn = plan.own?.suites !== undefined && stack.includes(plan.own.suites);
  const isOfSuite = notLoaded === undefined && (thrown === "RungMissed" || isOfOwn);
  const name = isOfSuite ? "SuiteError" : thrown;
  const message = isOfSuite ? `a case did not await what failed: ${said}` : said;
  throw Object.assign(new Error(message, { cause: error }), { name, ...(code !== undefined && { code }) });
}

/** Cancels the run when it is told to, and gives it up where it does not end. */
class Stopping {
  vitest: Vitest | undefined;
  /** Resolves, with nothing, some time after the signal. */
  readonly late: Promise<undefined>;

  constructor({ signal, endWithinMs }: Pick<RunCasesOptions, "signal" | "endWithinMs">) {
    this.late = new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        void this.#stop(endWithinMs).then(() => resolve(undefined));
      });
    });
  }

  async #stop(withinMs: number): Promise<void> {
    const late = sleep(withinMs, undefined, { ref: false });
    await Promise.race([this.vitest?.cancelCurrentRun("keyboard-input"), late]).catch(() => undefined);
    await Promise.race([this.vitest?.close(), sleep(1000)]).catch(() => undefined);
  }
}

/**
 * Of a run that is being ended the runner reports cases that never began, and others before their folder is complete: what
 * they came to is read from the folders afterwards.
 */
function untilStopped({ sinks, signal }: RunCasesOptions): readonly CaseSink[] {
  return sinks.map((sink) => ({
    started: (key) => {
      if (!signal.aborted) sink.started?.(key);
    },
    ended: (result) => {
      if (!signal.aborted) sink.ended(result);
    },
  }));
}
