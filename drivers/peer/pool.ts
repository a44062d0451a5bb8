import { addressOctets, dotted } from "#wire/ip/address";
import { ofU32, u32At } from "#wire/octets";

export interface PoolOptions {
  /** "172.16.1.0/24": all but its first and last address may be given out. */
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
    const [network = "", bits = ""] = prefix.split("/");
    const length = /^\d+$/.test(bits) ? Number(bits) : NaN;
    if (!(length >= 1 && length <= 30))
      throw new RangeError(`a pool is a prefix such as 172.16.1.0/24, not "${prefix}"`);
    const size = 2 ** (32 - length);
    const start = Math.floor(u32At(addressOctets(network), 0) / size) * size;
    this.#first = start + 1;
    this.#last = start + size - 2;
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
