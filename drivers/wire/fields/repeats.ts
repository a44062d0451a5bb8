/** Tells apart what one packet has several times: `avp.hostName`, then `avp.hostName#2`. */
export class Repeats {
  readonly #seen = new Map<string, number>();

  next(base: string): string {
    const count = (this.#seen.get(base) ?? 0) + 1;
    this.#seen.set(base, count);
    return count === 1 ? base : `${base}#${count}`;
  }
}
