import type { Clock } from "#link/clock";
import type { DatagramHandler, Link } from "#link/link";
import type { SocketAddress } from "#wire/ip/udp";
import { type L2tpView, type Secrets, viewL2tp } from "#wire/l2tp/message";
import { kindOf, type Match, type Memory } from "./match.ts";

/** What becomes of a datagram that a lie took. */
export type Emission =
  | Uint8Array
  | {
      readonly octets: Uint8Array;
      /** Milliseconds from now. */
      readonly delayMs?: number;
      /** Goes the other way: to the machine where the lie is "out", to the peer where it is "in". No other lie sees it. */
      readonly back?: boolean;
    };

/**
 * One thing that a peer says or hears wrongly on purpose. Plain data without state: the same lie may serve many peers. The
 * functions of lies.ts make the common ones.
 */
export interface Lie {
  readonly name: string;
  readonly direction: "out" | "in";
  readonly when: Match;
  /** What goes on in place of the datagram: nothing drops it. `secrets` reveal hidden AVPs; `memory` is that of `when`. */
  readonly then: (octets: Uint8Array, view: L2tpView, secrets: Secrets, memory: Memory) => readonly Emission[];
}

export interface InterceptedLink extends Link {
  /** How often each lie was told, by its name; 0 for one that never was. */
  readonly fired: ReadonlyMap<string, number>;
}

/**
 * How a peer lies: a Link between the machine and the wire on which datagrams are changed. The machine never knows. Every
 * datagram passes all lies of its direction in their order, each seeing what the one before made of it; `nth` counts what
 * came in, before any lie.
 */
export function intercept(link: Link, clock: Clock, lies: readonly Lie[], secrets: Secrets = {}): InterceptedLink {
  const fired = new Map(lies.map((lie) => [lie.name, 0]));
  let handler: DatagramHandler = () => {};
  const toPeer = (octets: Uint8Array, to: SocketAddress): void => link.send(octets, to);
  const toMachine = (octets: Uint8Array, peer: SocketAddress): void => handler(octets, peer);
  const lane = (direction: Lie["direction"], onward: Onward, back: Onward): Lane =>
    new Lane({ clock, lies: lies.filter((lie) => lie.direction === direction), secrets, fired, onward, back });
  const out = lane("out", toPeer, toMachine);
  const incoming = lane("in", toMachine, toPeer);
  link.onDatagram((octets, peer) => incoming.pass(octets, peer));
  return {
    local: link.local,
    fired,
    send: (octets, to) => out.pass(octets, to),
    onDatagram: (receiver) => {
      handler = receiver;
    },
    close: () => link.close(),
    [Symbol.asyncDispose]: () => link.close(),
  };
}

type Onward = (octets: Uint8Array, peer: SocketAddress) => void;

interface LaneParts {
  readonly clock: Clock;
  readonly lies: readonly Lie[];
  readonly secrets: Secrets;
  readonly fired: Map<string, number>;
  readonly onward: Onward;
  readonly back: Onward;
}

/** A datagram on its way past the lies. */
interface Passing {
  readonly octets: Uint8Array;
  readonly delayMs: number;
  readonly back: boolean;
}

/** One direction. */
class Lane {
  readonly #parts: LaneParts;
  readonly #seen = new Map<string, number>();
  readonly #memories: Memory[] = [];

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  pass(octets: Uint8Array, peer: SocketAddress): void {
    const { lies, clock, onward, back } = this.#parts;
    if (lies.length === 0) return onward(octets, peer);
    const nth = this.#count(kindOf(viewL2tp(octets), octets));
    let passing: readonly Passing[] = [{ octets, delayMs: 0, back: false }];
    for (const [i, lie] of lies.entries()) {
      const memory = (this.#memories[i] ??= new Map());
      passing = passing.flatMap((one) => (one.back ? [one] : this.#tell(lie, one, nth, memory, peer)));
    }
    for (const one of passing) {
      const go = (): void => (one.back ? back : onward)(one.octets, peer);
      if (one.delayMs === 0) go();
      else clock.schedule(clock.now() + one.delayMs, go);
    }
  }

  #tell(lie: Lie, datagram: Passing, nth: number, memory: Memory, peer: SocketAddress): readonly Passing[] {
    const { secrets, fired } = this.#parts;
    const { octets, delayMs } = datagram;
    const view = viewL2tp(octets, 0, octets.length, secrets);
    if (!lie.when(view, nth, octets, memory, peer)) return [datagram];
    fired.set(lie.name, (fired.get(lie.name) ?? 0) + 1);
    return lie.then(octets, view, secrets, memory).map((emission) => {
      if (emission instanceof Uint8Array) return { octets: emission, delayMs, back: false };
      return { octets: emission.octets, delayMs: delayMs + (emission.delayMs ?? 0), back: emission.back ?? false };
    });
  }

  #count(kind: string): number {
    const nth = (this.#seen.get(kind) ?? 0) + 1;
    this.#seen.set(kind, nth);
    return nth;
  }
}
