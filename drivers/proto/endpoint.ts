/**
 * A protocol machine without I/O. Time is always an argument, in milliseconds on a clock that never runs back; the machine
 * reads no clock, sets no timer and awaits nothing. Whoever drives it calls `receive`, `handleTimer` or one of the machine's
 * own intents, and afterwards takes out what came of it: `pollTransmit` and `pollEvent` until both are empty, then
 * `nextTimerAt` for the time of the next call.
 */
export interface Endpoint<In, Out, E> {
  receive(input: In, now: number): void;
  /** Does what is due at `now`; harmless when nothing is. */
  handleTimer(now: number): void;
  /** When `handleTimer` is wanted next, or undefined when nothing waits for time to pass. */
  nextTimerAt(): number | undefined;
  /** The next thing to send, in order, or undefined when there is none. */
  pollTransmit(now: number): Out | undefined;
  /** The next thing that happened, in order, or undefined when there is none. */
  pollEvent(): E | undefined;
}

/** A source of `n` random octets: seeded in a run that must repeat, `node:crypto` standalone. */
export type RandomOctets = (n: number) => Uint8Array;
