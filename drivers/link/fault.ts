import type { SocketAddress } from "#wire/ip/udp";
import { type MessageName, viewL2tp } from "#wire/l2tp/message";
import type { Clock } from "./clock.ts";
import type { Delayed, Link } from "./link.ts";

/** One thing that a bad network does to datagrams of one direction. */
export interface Fault {
  readonly name: string;
  readonly direction: "out" | "in";
  /** Whether the fault takes this datagram, the `nth` of its direction on this link (from 1). Asked for every datagram. */
  readonly select: (octets: Uint8Array, nth: number) => boolean;
  readonly then: FaultAction;
}

export type FaultAction =
  | "drop"
  /** Held back until the next datagram of its direction has passed; without a next one it is lost. */
  | "swap-with-next"
  /** Arrives so many times in all. */
  | { readonly duplicate: number }
  | { readonly delayMs: number }
  | { readonly corrupt: (octets: Uint8Array) => Uint8Array };

export interface FaultyLink extends Link {
  /** How often each fault struck, by its name; 0 for one that never did. */
  readonly fired: ReadonlyMap<string, number>;
}

/** A Link that loses and mangles datagrams by plan. The first fault that selects a datagram has it alone. */
export function fault(link: Link, clock: Clock, faults: readonly Fault[]): FaultyLink {
  const fired = new Map(faults.map((f) => [f.name, 0]));
  const out = new Lane(clock, ofDirection(faults, "out"), fired, (octets, to) => link.send(octets, to));
  return {
    local: link.local,
    fired,
    send: (octets, to) => out.pass(octets, to),
    onDatagram: (handler) => {
      const lane = new Lane(clock, ofDirection(faults, "in"), fired, handler);
      link.onDatagram((octets, from) => lane.pass(octets, from));
    },
    close: () => link.close(),
    [Symbol.asyncDispose]: () => link.close(),
  };
}

/** Selects the n-th datagram (from 1) for which `match` holds. A selector counts for itself: make one for each fault. */
export function theNth(n: number, match: (octets: Uint8Array) => boolean = () => true): Fault["select"] {
  let seen = 0;
  return (octets) => match(octets) && ++seen === n;
}

/** Selects the control messages of these types. */
export function messages(...types: readonly MessageName[]): (octets: Uint8Array) => boolean {
  return (octets) => {
    const { type } = viewL2tp(octets);
    return type !== undefined && types.includes(type);
  };
}

export function zlbs(octets: Uint8Array): boolean {
  return viewL2tp(octets).kind === "zlb";
}

export function dataMessages(octets: Uint8Array): boolean {
  return viewL2tp(octets).kind === "data";
}

function ofDirection(faults: readonly Fault[], direction: Fault["direction"]): readonly Fault[] {
  return faults.filter((f) => f.direction === direction);
}

/** One direction of a faulty link. */
class Lane {
  readonly #clock: Clock;
  readonly #faults: readonly Fault[];
  readonly #fired: Map<string, number>;
  readonly #next: (octets: Uint8Array, peer: SocketAddress) => void;
  #count = 0;
  #held: (() => void)[] = [];

  constructor(
    clock: Clock,
    faults: readonly Fault[],
    fired: Map<string, number>,
    next: (octets: Uint8Array, peer: SocketAddress) => void,
  ) {
    this.#clock = clock;
    this.#faults = faults;
    this.#fired = fired;
    this.#next = next;
  }

  pass(octets: Uint8Array, peer: SocketAddress): void {
    const nth = ++this.#count;
    // All are asked, also after a hit: a selector that counts must see every datagram.
    const struck = this.#faults.filter((f) => f.select(octets, nth))[0];
    if (struck === undefined) return this.#emit([{ octets }], peer);
    this.#fired.set(struck.name, (this.#fired.get(struck.name) ?? 0) + 1);
    if (struck.then === "swap-with-next") this.#held.push(() => this.#next(octets, peer));
    else this.#emit(consequence(struck.then, octets), peer);
  }

  #emit(datagrams: readonly Delayed[], peer: SocketAddress): void {
    for (const { octets, delayMs = 0 } of datagrams) {
      if (delayMs === 0) this.#next(octets, peer);
      else this.#clock.schedule(this.#clock.now() + delayMs, () => this.#next(octets, peer));
    }
    if (datagrams.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }
}

function consequence(then: Exclude<FaultAction, "swap-with-next">, octets: Uint8Array): readonly Delayed[] {
  if (then === "drop") return [];
  if ("duplicate" in then) return Array.from({ length: then.duplicate }, () => ({ octets }));
  if ("delayMs" in then) return [{ octets, delayMs: then.delayMs }];
  return [{ octets: then.corrupt(octets.slice()) }];
}
