import { describe, expect, test } from "vitest";
import { advance, serialDiff } from "./sequence.ts";

describe("serialDiff", () => {
  // RFC 2661 §5.8, its own example: the last number received is 15, so 16 is expected.
  const expected = 16;
  test.each([
    [15, -1],
    [0, -16],
    [65535, -17],
    [32784, -32768],
    [32783, 32767],
    [16, 0],
    [17, 1],
  ])("%i against an expected 16 is %i ahead", (ns, ahead) => {
    expect(serialDiff(ns, expected)).toBe(ahead);
  });

  test("half of the circle is old and half is new, whatever is expected", () => {
    for (const base of [0, 1, 15, 32767, 32768, 65535]) {
      let old = 0;
      for (let ns = 0; ns < 65536; ns++) if (serialDiff(ns, base) < 0) old++;
      expect(old).toBe(32768);
    }
  });
});

describe("advance", () => {
  test.each([
    [0, 1, 1],
    [65535, 1, 0],
    [65534, 4, 2],
    [0, -1, 65535],
  ])("%i moved by %i is %i", (ns, by, moved) => {
    expect(advance(ns, by)).toBe(moved);
  });
});
