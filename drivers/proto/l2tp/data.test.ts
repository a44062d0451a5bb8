import { describe, expect, test } from "vitest";
import { DataChannel } from "./data.ts";

function take(channel: DataChannel, count: number): (number | undefined)[] {
  return Array.from({ length: count }, () => channel.next());
}

describe("RFC 2661 §5.4", () => {
  test("a LAC does as the last message of the LNS did, and counts on from where it stopped", () => {
    const lac = new DataChannel("lac", true);
    expect(take(lac, 2), "nothing heard yet").toEqual([undefined, undefined]);
    lac.received(0);
    expect(take(lac, 2)).toEqual([0, 1]);
    lac.received(undefined);
    expect(take(lac, 1)).toEqual([undefined]);
    lac.received(1);
    expect(take(lac, 1)).toEqual([2]);
  });

  test("with Sequencing Required every message is numbered, whatever the peer does", () => {
    const lac = new DataChannel("lac", true);
    lac.require();
    lac.received(undefined);
    expect(take(lac, 2)).toEqual([0, 1]);
    const lns = new DataChannel("lns", false);
    lns.require();
    expect(take(lns, 2)).toEqual([0, 1]);
  });

  test("an LNS numbers its data if it was told to, and does not follow the LAC", () => {
    const told = new DataChannel("lns", true);
    expect(take(told, 2)).toEqual([0, 1]);
    const untold = new DataChannel("lns", false);
    untold.received(0);
    expect(take(untold, 1)).toEqual([undefined]);
  });

  test("a number given by hand is used as it is; the count goes on from it, across the wrap", () => {
    const lns = new DataChannel("lns", true);
    expect(lns.next({ ns: 65535 })).toBe(65535);
    expect(take(lns, 2)).toEqual([0, 1]);
  });

  test("an LNS switches by hand, message by message", () => {
    const lns = new DataChannel("lns", false);
    expect([true, true, false, true].map((sequenced) => lns.next({ sequenced }))).toEqual([0, 1, undefined, 2]);
  });
});
