import { addressOctets, dotted } from "#wire/ip/address";
import { ofU32, u32At } from "#wire/octets";

export interface PoolOptions {
  /**
   * "172.16.1.0/24": all but its first and last address may be given out. "172.16.1.51-172.16.1.200": from the one to the
   * other, both included.
   */
  readonly prefix: string;
  /** Addresses inside the prefix that are never given out, such as the LNS's own. */
  readonly taken?: readonly string[];
  /** The address that a user always gets, inside the prefix or not; nobody else gets it. */
  readonly fixed?: ReadonlyMap<string, string>;
}

/**
 * The addresses that an LNS gives to its callers, each to one at a time. A user's second call at the same time gets one of
 * the common addresses, since its fixed one is in use.
 */
export class AddressPool {
  readonly #first: number;
  readonly #last: number;
  readonly #reserved: ReadonlySet<string>;
  readonly #fixed: ReadonlyMap<string, string>;
  readonly #inUse = new Set<string>();
  #next: number;

  /** Throws a RangeError on a prefix that is none. */
  constructor({ prefix, taken = [], fixed = new Map() }: PoolOptions) {
    [this.#first, this.#last] = boundsOf(prefix);
    this.#next = this.#first;
    this.#fixed = fixed;
    this.#reserved = new Set([...taken, ...fixed.values()]);
  }

  get inUse(): ReadonlySet<string> {
    return this.#inUse;
  }

  /** An address for the user, or undefined when none is left. */
  assign(user: string | undefined): string | undefined {
    const fixed = user === undefined ? undefined : this.#fixed.get(user);
    const address = fixed !== undefined && !this.#inUse.has(fixed) ? fixed : this.#free();
    if (address !== undefined) this.#inUse.add(address);
    return address;
  }

  release(address: string): void {
    this.#inUse.delete(address);
  }

  /** In turn, so that an address that was just given back rests as long as possible. */
  #free(): string | undefined {
    for (let tries = this.#first; tries <= this.#last; tries++) {
      const address = dotted(ofU32(this.#next), 0);
      this.#next = this.#next === this.#last ? this.#first : this.#next + 1;
      if (!this.#reserved.has(address) && !this.#inUse.has(address)) return address;
    }
    return undefined;
  }
}

function boundsOf(text: string): readonly [first: number, last: number] {
  const [low = "", high] = text.split("-");
  if (high !== undefined) {
    const bounds = [u32At(addressOctets(low), 0), u32At(addressOctets(high), 0)] as const;
    if (bounds[0] > bounds[1]) throw new RangeError(`a pool begins with its lowest address, not as "${text}"`);
    return bounds;
  }
  const [network = "", bits = ""] = text.split("/");
  const length = /^\d+$/.test(bits) ? Number(bits) : NaN;
  if (!(length >= 1 && length <= 30)) throw new RangeError(`a pool is a prefix such as 172.16.1.0/24, not "${text}"`);
  const size = 2 ** (32 - length);
  const start = Math.floor(u32At(addressOctets(network), 0) / size) * size;
  return [start + 1, start + size - 2];
}
