import { clearImmediate, setImmediate } from "node:timers";
import { TimerQueue } from "./timer-queue.ts";

/** Time as everything above proto sees it. Milliseconds count from the clock's own beginning and never go back. */
export interface Clock {
  readonly kind: "virtual" | "real";
  /** Milliseconds since the clock began. */
  now(): number;
  /** Nanoseconds since the Unix epoch, for captures. */
  epochNs(): bigint;
  /** Runs once at `atMs` (at the next opportunity when that is past). Equal times run in the order of the calls. Returns the cancel. */
  schedule(atMs: number, run: () => void): () => void;
  /**
   * Waits until done() holds (true) or the clock passes `deadlineMs` (false). Rejects with the signal's reason on abort and with
   * the error of scheduled work that threw. The virtual clock moves only while somebody waits here.
   */
  until(done: () => boolean, deadlineMs: number, signal?: AbortSignal): Promise<boolean>;
}

/** Virtual time stood still for seconds of real time: a loop of zero delays, or a wait without deadline for what nobody will do. */
export class ClockStalled extends Error {
  override readonly name = "ClockStalled";
}

export interface VirtualClockOptions {
  /** What epochNs() says at time 0. Default 2024-01-01T00:00:00Z, so that equal runs give equal captures. */
  readonly startEpochNs?: bigint;
  /** Real milliseconds without progress before every waiter fails. Default 5000. */
  readonly stallMs?: number;
}

interface VirtualWaiter {
  readonly done: () => boolean;
  readonly deadlineMs: number;
  readonly settle: (met: boolean) => void;
  readonly fail: (error: unknown) => void;
}

const NEW_YEAR_2024_NS = 1_704_067_200_000_000_000n;

/**
 * Time that passes only while somebody waits and nothing is left to do. One pump serves all who wait, so that two waits at
 * once see one order of events, and time never passes anybody's deadline unseen. What is due at a deadline still counts.
 *
 * Before time advances, and before a wait that has ended lets more work run, the pump goes once through the macrotask queue:
 * all promise code that the last event set off has then run to its end, so what it sends is sent at the time of its cause.
 */
export class VirtualClock implements Clock {
  readonly kind = "virtual";
  readonly #startEpochNs: bigint;
  readonly #stallMs: number;
  readonly #queue = new TimerQueue();
  readonly #waiters = new Set<VirtualWaiter>();
  /** Those of the waiters for whom time is moved. */
  readonly #movers = new Set<VirtualWaiter>();
  #now = 0;
  #pumping = false;

  constructor(o: VirtualClockOptions = {}) {
    this.#startEpochNs = o.startEpochNs ?? NEW_YEAR_2024_NS;
    this.#stallMs = o.stallMs ?? 5_000;
  }

  now(): number {
    return this.#now;
  }

  epochNs(): bigint {
    return this.#startEpochNs + BigInt(Math.round(this.#now * 1e6));
  }

  schedule(atMs: number, run: () => void): () => void {
    return this.#queue.add(Math.max(atMs, this.#now), run);
  }

  /**
   * The same time for who must not move it: an emulated device that waits for its own call. Its waits are met and expire as
   * others let time pass; they would otherwise run the time away as soon as the test awaits anything else.
   */
  background(): Clock {
    return {
      kind: this.kind,
      now: () => this.now(),
      epochNs: () => this.epochNs(),
      schedule: (atMs, run) => this.schedule(atMs, run),
      until: (done, deadlineMs, signal) => this.#wait(false, done, deadlineMs, signal),
    };
  }

  until(done: () => boolean, deadlineMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#wait(true, done, deadlineMs, signal);
  }

  #wait(moves: boolean, done: () => boolean, deadlineMs: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = (): void => {
        signal?.removeEventListener("abort", onAbort);
        this.#waiters.delete(waiter);
        this.#movers.delete(waiter);
      };
      const waiter: VirtualWaiter = {
        done,
        deadlineMs,
        settle: (met) => (leave(), resolve(met)),
        fail: (error) => (leave(), reject(error)),
      };
      const onAbort = (): void => waiter.fail(signal?.reason);
      signal?.addEventListener("abort", onAbort);
      this.#waiters.add(waiter);
      if (!moves) return;
      this.#movers.add(waiter);
      if (!this.#pumping) void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    let progressAt = performance.now();
    let steps = 0;
    this.#askWaiters();
    while (this.#movers.size > 0) {
      if (this.#hasDueWork()) {
        this.#runOne();
        if (this.#askWaiters()) await promisesToSettle();
      } else {
        await promisesToSettle();
        this.#askWaiters();
        if (!this.#hasDueWork() && !this.#expireWaiters() && this.#advance()) {
          progressAt = performance.now();
          steps = 0;
        }
      }
      // Seconds that somebody else kept the thread busy are no stall: only many steps without progress are.
      if (++steps > 100 && performance.now() - progressAt > this.#stallMs) this.#failAll(this.#stalled());
    }
    this.#pumping = false;
  }

  #hasDueWork(): boolean {
    return (this.#queue.nextAt() ?? Infinity) <= this.#now;
  }

  #runOne(): void {
    try {
      this.#queue.take()?.();
    } catch (error) {
      this.#failAll(error);
    }
  }

  /** Whether somebody's wait ended. */
  #askWaiters(): boolean {
    const before = this.#waiters.size;
    for (const waiter of this.#waiters) {
      try {
        if (waiter.done()) waiter.settle(true);
      } catch (error) {
        waiter.fail(error);
      }
    }
    return this.#waiters.size < before;
  }

  #expireWaiters(): boolean {
    const before = this.#waiters.size;
    for (const waiter of this.#waiters) if (waiter.deadlineMs <= this.#now) waiter.settle(false);
    return this.#waiters.size < before;
  }

  /** To the next work or deadline, whichever is first; false when there is neither. */
  #advance(): boolean {
    let next = this.#queue.nextAt() ?? Infinity;
    for (const waiter of this.#waiters) next = Math.min(next, waiter.deadlineMs);
    if (next === Infinity || this.#movers.size === 0) return false;
    this.#now = next;
    return true;
  }

  #failAll(error: unknown): void {
    for (const waiter of this.#waiters) waiter.fail(error);
  }

  #stalled(): ClockStalled {
    return new ClockStalled(
      `virtual time stood at ${this.#now} ms for ${this.#stallMs} ms of real time ` +
        `(timers queued: ${this.#queue.size}, waiting: ${this.#waiters.size})`,
    );
  }
}

function promisesToSettle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface RealWaiter {
  readonly wake: () => void;
  readonly fail: (error: unknown) => void;
}

/** setTimeout takes 31 bits of milliseconds; a longer wait is made of several. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

const LONGEST_BETWEEN_MS = 0.5;

/**
 * The machine's monotonic clock. Who waits is asked again after every datagram (links call poke()), after scheduled work,
 * and at the deadline. An error in a handler or in scheduled work ends every wait, and the next one if nobody waits now:
 * it is never lost, and never takes the process down from inside an event loop callback.
 */
export class RealClock implements Clock {
  readonly kind = "real";
  readonly #originMs: number;
  readonly #originEpochNs: bigint;
  readonly #waiters = new Set<RealWaiter>();
  #pendingError: { readonly error: unknown } | undefined;

  constructor() {
    // Both clocks are read at one moment: a process that was set aside in between would date its frames behind a witness's.
    let originMs: number, epochMs: number;
    do {
      originMs = performance.now();
      epochMs = Date.now();
    } while (performance.now() - originMs > LONGEST_BETWEEN_MS);
    this.#originMs = originMs;
    this.#originEpochNs = BigInt(epochMs) * 1_000_000n;
  }

  now(): number {
    return performance.now() - this.#originMs;
  }

  epochNs(): bigint {
    return this.#originEpochNs + BigInt(Math.round(this.now() * 1e6));
  }

  schedule(atMs: number, run: () => void): () => void {
    return this.#timeout(atMs, () => {
      try {
        run();
      } catch (error) {
        this.fail(error);
      }
      this.poke();
    });
  }

  /** Something happened: everybody who waits looks again. */
  poke(): void {
    for (const waiter of this.#waiters) waiter.wake();
  }

  /** Ends every wait with this error; the next one, if nobody waits. */
  fail(error: unknown): void {
    if (this.#waiters.size === 0) this.#pendingError ??= { error };
    for (const waiter of this.#waiters) waiter.fail(error);
  }

  until(done: () => boolean, deadlineMs: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const pending = this.#pendingError;
      if (pending !== undefined) {
        this.#pendingError = undefined;
        return reject(pending.error);
      }
      let cancelDeadline = (): void => {};
      const leave = (): void => {
        cancelDeadline();
        signal?.removeEventListener("abort", onAbort);
        this.#waiters.delete(waiter);
      };
      const settle = (met: boolean): void => {
        leave();
        resolve(met);
      };
      const onAbort = (): void => waiter.fail(signal?.reason);
      const waiter: RealWaiter = {
        wake: () => {
          try {
            if (done()) settle(true);
            else if (this.now() >= deadlineMs) settle(false);
          } catch (error) {
            waiter.fail(error);
          }
        },
        fail: (error) => (leave(), reject(error)),
      };
      signal?.addEventListener("abort", onAbort);
      this.#waiters.add(waiter);
      waiter.wake();
      if (this.#waiters.has(waiter) && deadlineMs !== Infinity) {
        cancelDeadline = this.#timeout(deadlineMs, () => waiter.wake());
      }
    });
  }

  /**
   * Node's timers may fire a little early by this clock: then wait the rest. On a busy machine they fire before datagrams that
   * came earlier are read: these are read first, or an answer that is there would be taken for a silence.
   */
  #timeout(atMs: number, run: () => void): () => void {
    let read: NodeJS.Immediate | undefined;
    const wait = (): NodeJS.Timeout =>
      setTimeout(
        () => {
          if (this.now() < atMs) timer = wait();
          else read = setImmediate(run);
        },
        Math.min(Math.max(0, Math.ceil(atMs - this.now())), LONGEST_TIMEOUT_MS),
      );
    let timer = wait();
    return () => {
      clearTimeout(timer);
      clearImmediate(read);
    };
  }
}
