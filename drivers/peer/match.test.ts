import { describe, expect, test } from "vitest";
import { viewL2tp } from "#wire/l2tp/message";
import { encodeControl } from "#wire/l2tp/header";
import { isAny, since, type Memory } from "./match.ts";

describe("since", () => {
  const ofNs = (ns: number) => encodeControl({ tunnelId: 1, sessionId: 0, ns, nr: 0 }, new Uint8Array(0));
  const told = (count?: number): readonly boolean[] => {
    const memory: Memory = new Map();
    const match = since((view) => view.header.ns === 2, count);
    return [1, 2, 3, 2, 4].map((ns) => match(viewL2tp(ofNs(ns)), 1, ofNs(ns), memory));
  };

  test("holds from the first that matches on", () => {
    expect(told()).toEqual([false, true, true, true, true]);
  });

  test("ends after so many, and does not begin again", () => {
    expect(told(2)).toEqual([false, true, true, false, false]);
  });

  test("keeps nothing outside of the memory that it is given", () => {
    const match = since(isAny, 1);
    const octets = ofNs(0);
    for (let link = 0; link < 2; link++) expect(match(viewL2tp(octets), 1, octets, new Map())).toBe(true);
  });
});
