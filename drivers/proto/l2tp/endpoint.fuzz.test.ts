import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeControl } from "#wire/l2tp/header";
import { viewL2tp } from "#wire/l2tp/message";
import { LAC, LNS, Pair, type Role } from "./pair.ts";

/** The messages of a whole call, as the two ends send them; what is fuzzed is made of these. */
function genuine(): readonly Uint8Array[] {
  const octets: Uint8Array[] = [];
  const pair = new Pair({ tap: (o) => octets.push(o) });
  const { tunnel, session } = pair.connect();
  pair.lac.hangUp(tunnel, session, pair.now);
  pair.settle();
  pair.lac.close(tunnel, pair.now);
  pair.settle();
  return octets;
}
const GENUINE = genuine();

/** Octets that are nearly a message: one of the genuine ones with octets changed, cut or added. */
const nearly = fc
  .tuple(
    fc.constantFrom(...GENUINE),
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
    fc.option(fc.nat(200), { nil: undefined }),
  )
  .map(([octets, changes, cut]) => {
    const changed = octets.slice(0, cut);
    for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
    return changed;
  });

/** A whole header for the tunnel that is up, any numbers near those expected, any body. */
const inTheTunnel = fc.record({
  ns: fc.integer({ min: 0, max: 9 }),
  nr: fc.integer({ min: 0, max: 9 }),
  sessionId: fc.constantFrom(0, 1, 4711),
  body: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...GENUINE.map((o) => o.subarray(12)))),
});

describe("whatever comes", () => {
  test("nothing throws, and all that is sent in answer is well-formed", { timeout: 30_000 }, () => {
    const step = fc.oneof(fc.uint8Array({ maxLength: 80 }), nearly, inTheTunnel);
    const property = fc.property(
      fc.constantFrom<Role>("lac", "lns"),
      fc.array(step, { minLength: 1, maxLength: 8 }),
      (role, steps) => {
        const pair = new Pair();
        pair.connect();
        pair.clear();
        const [tunnelId = 0] = pair.end(role).tunnels();
        for (const what of steps) {
          const octets = what instanceof Uint8Array ? what : encodeControl({ tunnelId, ...what }, what.body);
          pair.end(role).receive({ octets, remote: role === "lac" ? LNS : LAC }, pair.now);
        }
        for (let d = pair.end(role).pollTransmit(pair.now); d; d = pair.end(role).pollTransmit(pair.now)) {
          expect(viewL2tp(d.octets).issues).toEqual([]);
        }
        // Whatever became of the tunnels, the end comes to rest or goes on by its timers.
        pair.run(70_000);
        expect(pair.end(role).nextTimerAt() ?? Infinity).toBeGreaterThan(pair.now);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });
});
