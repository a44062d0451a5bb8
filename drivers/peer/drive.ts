import type { Clock } from "#link/clock";
import type { Link } from "#link/link";
import type { Endpoint } from "#proto/endpoint";
import type { SocketAddress } from "#wire/ip/udp";

/** Where the outcome of a machine goes. */
export interface Outlets<Out, E> {
  transmit(output: Out): void;
  event(event: E): void;
}

/**
 * Gives a machine its time and its input, and carries out what comes of it. After every call on the machine that did not
 * go through here, such as one of a script, call `wake()`: it transmits what is queued, hands over the events, and sets
 * the timer anew.
 */
export class Driver<In, Out, E> {
  readonly #machine: Endpoint<In, Out, E>;
  readonly #clock: Clock;
  readonly #outlets: Outlets<Out, E>;
  #draining = false;
  #stopped = false;
  #armedAt: number | undefined;
  #disarm = (): void => {};

  constructor(machine: Endpoint<In, Out, E>, clock: Clock, outlets: Outlets<Out, E>) {
    this.#machine = machine;
    this.#clock = clock;
    this.#outlets = outlets;
  }

  receive(input: In): void {
    if (this.#stopped) return;
    this.#machine.receive(input, this.#clock.now());
    this.wake();
  }

  /** Harmless at any time. From inside an outlet it only returns, since the drain under way goes on until nothing is left. */
  wake(): void {
    if (this.#draining || this.#stopped) return;
    this.#draining = true;
    try {
      while (this.#drainOne());
    } finally {
      this.#draining = false;
    }
    this.#arm();
  }

  /** Lets go of the machine: no input, no output, no timer any more. */
  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  /** Everything to be sent goes before the next event is seen, so that reactions to it follow on the wire too. */
  #drainOne(): boolean {
    const output = this.#machine.pollTransmit(this.#clock.now());
    if (output !== undefined) {
      this.#outlets.transmit(output);
      return true;
    }
    const event = this.#machine.pollEvent();
    if (event !== undefined) this.#outlets.event(event);
    return event !== undefined && !this.#stopped;
  }

  #arm(): void {
    if (this.#stopped) return;
    const at = this.#machine.nextTimerAt();
    if (at === this.#armedAt) return;
    this.#disarm();
    this.#armedAt = at;
    this.#disarm = at === undefined ? () => {} : this.#clock.schedule(at, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#armedAt = undefined;
    this.#machine.handleTimer(this.#clock.now());
    this.wake();
  }
}

/** A UDP payload with the other end's address, as machines on a socket take and give it. */
export interface Addressed {
  readonly octets: Uint8Array;
  readonly remote: SocketAddress;
}

/** Puts a machine on a socket. */
export function driveOnLink<E>(
  machine: Endpoint<Addressed, Addressed, E>,
  link: Link,
  clock: Clock,
  onEvent: (event: E) => void,
): Driver<Addressed, Addressed, E> {
  const driver = new Driver(machine, clock, {
    transmit: ({ octets, remote }) => link.send(octets, remote),
    event: onEvent,
  });
  link.onDatagram((octets, remote) => driver.receive({ octets, remote }));
  return driver;
}
