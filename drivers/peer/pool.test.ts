import { describe, expect, test } from "vitest";
import { AddressPool } from "./pool.ts";

describe("AddressPool", () => {
  test("gives out what is free, in turn, and never its first, last, taken or fixed address", () => {
    const pool = new AddressPool({ prefix: "10.0.0.0/29", taken: ["10.0.0.1"], fixed: new Map([["hb", "10.0.0.3"]]) });
    expect(Array.from({ length: 5 }, () => pool.assign("other"))).toEqual([
      "10.0.0.2",
      "10.0.0.4",
      "10.0.0.5",
      "10.0.0.6",
      undefined,
    ]);
    pool.release("10.0.0.4");
    expect(pool.assign(undefined)).toBe("10.0.0.4");
  });

  test("an address that was given back rests until the others had their turn", () => {
    const pool = new AddressPool({ prefix: "10.0.0.0/29" });
    pool.release(pool.assign("a")!);
    expect(pool.assign("b")).toBe("10.0.0.2");
  });

  test("a fixed address is its user's, once at a time; the second call gets a common one", () => {
    const pool = new AddressPool({
      prefix: "172.16.1.0/24",
      taken: ["172.16.1.1"],
      fixed: new Map([["hb@hb", "172.16.1.51"]]),
    });
    expect([pool.assign("hb@hb"), pool.assign("hb@hb")]).toEqual(["172.16.1.51", "172.16.1.2"]);
    pool.release("172.16.1.51");
    expect(pool.assign("hb@hb")).toBe("172.16.1.51");
    expect([...pool.inUse].sort()).toEqual(["172.16.1.2", "172.16.1.51"]);
  });

  test("an address in the prefix stands for the prefix, high ones too", () => {
    expect(new AddressPool({ prefix: "192.168.9.77/24" }).assign(undefined)).toBe("192.168.9.1");
    expect(new AddressPool({ prefix: "255.255.255.0/24" }).assign(undefined)).toBe("255.255.255.1");
  });

  test("a range is given out from its first to its last address", () => {
    const pool = new AddressPool({ prefix: "172.16.1.51-172.16.1.53", taken: ["172.16.1.52"] });
    expect([1, 2, 3].map(() => pool.assign(undefined))).toEqual(["172.16.1.51", "172.16.1.53", undefined]);
    expect(() => new AddressPool({ prefix: "172.16.1.53-172.16.1.51" })).toThrow(RangeError);
  });

  test.each(["10.0.0.0", "10.0.0.0/31", "10.0.0.0/x", "10.0.0/24", "/24"])("%s is no pool", (prefix) => {
    expect(() => new AddressPool({ prefix })).toThrow(RangeError);
  });
});
