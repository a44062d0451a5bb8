import type { RandomOctets } from "../endpoint.ts";

const ATTEMPTS = 1000;
const LARGEST = 0xffff;

/**
 * A tunnel or session id that is not 0 (RFC 2661 §5.3) and not in use; random, so that it cannot be guessed (§9.1), unless
 * `next` gives other ones. Throws when all are in use, or `next` gives nothing usable.
 */
export function freshId(
  random: RandomOctets,
  next: (() => number) | undefined,
  inUse: (id: number) => boolean,
): number {
  const draw =
    next ??
    (() => {
      const [high = 0, low = 0] = random(2);
      return (high << 8) | low;
    });
  let id = 0;
  for (let i = 0; i < ATTEMPTS; i++) {
    id = draw();
    if (id > 0 && id <= LARGEST && !inUse(id)) return id;
  }
  if (next === undefined) {
    // Nearly all are in use: whatever comes after the last one drawn.
    for (let i = 1; i <= LARGEST; i++) {
      const candidate = ((id + i) % LARGEST) + 1;
      if (!inUse(candidate)) return candidate;
    }
  }
  throw new Error("no free id");
}
