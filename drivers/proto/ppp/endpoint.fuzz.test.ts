import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PPP } from "#wire/ppp/frame";
import { concat, hex, ofU8 } from "#wire/octets";
import { Bench, Line } from "./bench.test-support.ts";
import { STATES } from "./negotiation.ts";

/** Every kind of frame that two ends exchange, from the first Configure-Request to the last Terminate-Ack. */
function recorded(): Uint8Array[] {
  const verify = () => "secret";
  const frames = (["pap", "chap"] as const).flatMap((requireAuth) => {
    const line = new Line(
      {
        credentials: { user: "user", password: "secret" },
        requestDns: true,
        mru: 1400,
        pfc: true,
        acfc: true,
        echoMs: 500,
      },
      { requireAuth, verify, address: "10.0.0.1", assign: () => "10.0.0.2", dns: { primary: "10.0.0.3" } },
    ).start();
    line.run(2000);
    line.client.stop(line.now);
    line.run(1000);
    return line.frames.map(({ frame }) => frame);
  });
  return [...new Map(frames.map((frame) => [hex(frame), frame])).values()];
}

const FRAMES = recorded();
const AUTHS = ["pap", "chap", undefined] as const;

const bench = (state: (typeof STATES)[number], auth: "pap" | "chap" | undefined) =>
  new Bench({ echoMs: 1000, restartMs: 300, ...(auth && { requireAuth: auth }) }).reach(state);

describe("whatever comes", () => {
  test("every recorded frame, cut at every octet, in every state: no throw, and a good link comes up afterwards", () => {
    let count = 0;
    for (const state of STATES)
      for (const auth of AUTHS) {
        const one = bench(state, auth);
        for (const frame of FRAMES)
          for (let length = 0; length < frame.length; length++) {
            one.giveRaw(frame.subarray(0, length));
            count++;
          }
        one.pass(60_000);
        one.ppp.lowerDown(one.now);
        one.ppp.start(one.now);
        expect(one.sent().length).toBeGreaterThan(0);
        expect(one.ppp.states.lcp).toBe("Req-Sent");
      }
    expect(count).toBeGreaterThan(10_000);
  });

  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(
        fc.constantFrom(PPP.LCP, PPP.PAP, PPP.CHAP, PPP.IPCP, PPP.IP, PPP.CCP),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 3 }),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(([protocol, code, id, data]) =>
        concat(ofU8(0xff, 3, protocol >> 8, protocol & 0xff, code, id, 0, 4 + data.length), data),
      ),
    fc.constantFrom(...FRAMES),
    fc.tuple(fc.constantFrom(...FRAMES), fc.nat(), fc.integer({ min: 0, max: 255 })).map(([original, at, octet]) => {
      const changed = original.slice();
      changed[at % changed.length] = octet;
      return changed;
    }),
  );

  test("random frames and time: no throw, no answer out of proportion, never a frame over the peer's MRU", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATES),
        fc.constantFrom(...AUTHS),
        fc.array(fc.tuple(frame, fc.integer({ min: 0, max: 2000 })), { maxLength: 30 }),
        (state, auth, steps) => {
          const one = bench(state, auth);
          for (const [octets, wait] of steps) {
            const answers = one.giveRaw(octets);
            expect(answers.length).toBeLessThanOrEqual(3);
            for (const answer of answers) expect(answer.length).toBeLessThanOrEqual(1504);
            one.pass(wait);
          }
        },
      ),
      { numRuns: 300, seed: 1661 },
    );
  });
});
