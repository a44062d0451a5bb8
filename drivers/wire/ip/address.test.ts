import { describe, expect, test } from "vitest";
import { addressOctets, dotted } from "./address.ts";

describe("dotted quads", () => {
  test.each(["0.0.0.0", "10.0.0.1", "172.16.1.51", "255.255.255.255"])("%s both ways", (text) => {
    expect(dotted(addressOctets(text), 0)).toBe(text);
  });

  test("the octets stand in network order", () => {
    expect([...addressOctets("172.16.1.51")]).toEqual([172, 16, 1, 51]);
  });

  test.each(["", "10.0.0", "10.0.0.1.2", "10.0.0.256", "10.0.0.-1", "10.0.0.1 ", "10.0.0.0x1", "lns.example"])(
    "%j is the caller's mistake",
    (text) => {
      expect(() => addressOctets(text)).toThrow(RangeError);
    },
  );
});
