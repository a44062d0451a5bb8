import { expect, test } from "vitest";
import { fromHex } from "#wire/octets";
import { breakTie } from "./tie.ts";

test.each([
  ["0000000000000001", "0000000000000002", "won"],
  ["0000000000000002", "0000000000000001", "lost"],
  ["ff00000000000000", "00000000000000ff", "lost"],
  ["7fffffffffffffff", "8000000000000000", "won"],
  ["0102030405060708", "0102030405060708", "both-lost"],
  [undefined, "ffffffffffffffff", "lost"],
  ["ffffffffffffffff", undefined, "won"],
  [undefined, undefined, "no-tie"],
])("RFC 2661 §4.4.3: ours %s, theirs %s: %s", (ours, theirs, outcome) => {
  const octets = (hex: string | undefined): Uint8Array | undefined => (hex === undefined ? undefined : fromHex(hex));
  expect(breakTie(octets(ours), octets(theirs))).toBe(outcome);
});
