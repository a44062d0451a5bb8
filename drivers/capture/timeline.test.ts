import { describe, expect, test } from "vitest";
import type { FrameClock } from "./frame.ts";
import { mergeTimelines, Timeline, type NewFrame } from "./timeline.ts";

const at = (tNs: bigint, address: string, clock: FrameClock = "tap"): NewFrame => ({
  tNs,
  clock,
  point: "wan",
  from: "ref",
  src: { address, port: 1 },
  dst: { address: "10.0.0.9", port: 1701 },
  linkType: "ipv4",
  octets: new Uint8Array(0),
});

test("frames are numbered from 1 as they come, whatever their stamps", () => {
  const timeline = new Timeline();
  const { frames } = timeline;
  expect(timeline.add(at(9n, "a"))).toMatchObject({ no: 1, tNs: 9n });
  expect(timeline.add(at(5n, "b"))).toMatchObject({ no: 2, tNs: 5n });
  expect(frames.map((frame) => frame.no)).toEqual([1, 2]);
  expect(timeline.since(0)).toEqual(frames);
  expect(timeline.since(1).map((frame) => frame.no)).toEqual([2]);
  expect(timeline.since(2)).toEqual([]);
});

describe("merging", () => {
  const timeline = (...frames: NewFrame[]): Timeline => {
    const made = new Timeline();
    for (const frame of frames) made.add(frame);
    return made;
  };

  test("goes by stamp, numbers anew, and keeps the order of equal stamps and of the parts", () => {
    const lan = timeline(at(30n, "lan 1"), at(10n, "lan 2"));
    const wan = timeline(at(10n, "wan 1"), at(20n, "wan 2"));
    const merged = mergeTimelines(lan, wan);
    expect(merged.frames.map((frame) => [frame.no, frame.src.address])).toEqual([
      [1, "lan 2"],
      [2, "wan 1"],
      [3, "wan 2"],
      [4, "lan 1"],
    ]);
    expect(lan.frames.map((frame) => frame.no)).toEqual([1, 2]);
  });

  test("the stamps of a virtual clock have no place among real ones", () => {
    expect(() => mergeTimelines(timeline(at(1n, "a", "virtual")), timeline(at(2n, "b", "witness")))).toThrow(
      RangeError,
    );
    expect(mergeTimelines(timeline(at(1n, "a")), timeline(at(2n, "b", "witness"))).frames).toHaveLength(2);
  });
});
