import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DELIVERY_DEFAULTS, Delivery, type DeliveryOptions, type Departure } from "./delivery.ts";

/** What the network does with one datagram. */
type Fate = "pass" | "drop" | "twice" | "late";
const fate = fc.constantFrom<Fate[]>("pass", "pass", "pass", "pass", "drop", "twice", "late");

const options = fc.record({
  queueOutOfOrder: fc.boolean(),
  congestionControl: fc.boolean(),
  peerWindow: fc.integer({ min: 1, max: 6 }),
  receiveWindow: fc.integer({ min: 1, max: 6 }),
  ackDelayMs: fc.constantFrom(0, 300),
});

interface OnTheWay {
  readonly at: number;
  readonly to: number;
  readonly what: Departure<number>;
}

/** Two ends over a network that drops, doubles and swaps, until both have nothing left to say. */
function converse(ends: readonly [Ends, Ends], fates: readonly Fate[], count: number): readonly [number[], number[]] {
  const got: readonly [number[], number[]] = [[], []];
  const network: OnTheWay[] = [];
  let turn = 0;
  let now = 0;
  for (let i = 0; i < count; i++) for (const end of ends) end.send(i);
  for (let steps = 0; steps < 20_000; steps++) {
    ends.forEach((end, i) => {
      for (let what = end.poll(now); what; what = end.poll(now)) {
        // Past the script the network is faithful, so that the end must come.
        const fateOf = fates[turn++] ?? "pass";
        if (fateOf !== "drop") network.push({ at: now + (fateOf === "late" ? 700 : 10), to: 1 - i, what });
        if (fateOf === "twice") network.push({ at: now + 20, to: 1 - i, what });
      }
    });
    network.sort((a, b) => a.at - b.at);
    const timers = ends.map((end) => end.nextTimerAt()).filter((t) => t !== undefined);
    const next = network[0];
    if (next === undefined && timers.length === 0) return got;
    now = Math.max(now, Math.min(next?.at ?? Infinity, ...timers));
    if (next !== undefined && next.at <= now) {
      network.shift();
      got[next.to as 0 | 1].push(...(ends[next.to] as Ends).receive(next.what, now));
    } else for (const end of ends) end.handleTimer(now);
    for (const end of ends) expect(end.broken()).toEqual([]);
  }
  throw new Error("the two never fell silent");
}

type Ends = Delivery<number, number>;

describe("RFC 2661 §5.8 over a bad network", () => {
  test("every message is handed up once and in order, and both ends fall silent", { timeout: 30_000 }, () => {
    const property = fc.property(
      options,
      fc.constantFrom(0, 65_530),
      fc.array(fate, { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      (o, start, fates, count) => {
        const whole: DeliveryOptions = { ...DELIVERY_DEFAULTS, ...o, maxTries: 60, initialNs: start, initialNr: start };
        const got = converse([new Delivery(whole), new Delivery(whole)], fates, count);
        const all = Array.from({ length: count }, (_, i) => i);
        expect(got).toEqual([all, all]);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });
});
