import { describe, expect, test } from "vitest";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { fromHex } from "#wire/octets";
import { encodeFrames, frameOf, framesOf } from "./frames-file.ts";
import type { Frame, Side } from "./frame.ts";
import { CaptureReader } from "./reader.ts";
import { Timeline, type NewFrame } from "./timeline.ts";

const tester = { address: "192.0.2.1", port: 40000 };
const device = { address: "192.0.2.2", port: 1701 };
const stranger = { address: "192.0.2.3", port: 53 };

function frames(): readonly Frame[] {
  const timeline = new Timeline();
  const seen = (from: Side, over: Partial<NewFrame>): void => {
    const [src, dst] = from === "ref" ? [tester, device] : from === "dut" ? [device, tester] : [stranger, device];
    const octets = encodeUdpDatagram(src, dst, fromHex("c002"));
    const tNs = 1_700_000_000_123_456_789n + BigInt(timeline.frames.length);
    timeline.add({ tNs, clock: "virtual", point: "wan", from, src, dst, linkType: "ipv4", octets, ...over });
  };
  seen("ref", {});
  seen("dut", {});
  seen("foreign", {});
  seen("dut", { point: "inside", clock: "witness" });
  seen("ref", { point: "lan", clock: "tap" });
  return timeline.frames;
}

test("a file gives back the frames that were written", () => {
  expect(framesOf(encodeFrames(frames()))).toEqual(frames());
});

test("the sender stands in the file, so that addresses do not overrule it", () => {
  const attribution = { dut: new Set([tester.address]), point: "server", clock: "tap" } as const;
  expect(framesOf(encodeFrames(frames()), attribution)).toEqual(frames());
});

test("comments are kept beside the packets", () => {
  const comments: (string | undefined)[] = [];
  const reader = new CaptureReader((record) => comments.push(record.comment));
  reader.push(encodeFrames(frames(), (frame) => (frame.no === 2 ? "rung 1" : undefined)));
  expect(comments).toEqual([undefined, "rung 1", undefined, undefined, undefined]);
});

describe("a record from elsewhere", () => {
  const of = (src: typeof tester, dst: typeof tester) => ({
    tNs: 5n,
    linkType: "ipv4" as const,
    linkTypeNumber: 228,
    octets: encodeUdpDatagram(src, dst, fromHex("c002")),
    originalLength: 30,
  });
  const dut = new Set([device.address]);

  test("goes by the device's addresses, and takes clock and point as told", () => {
    expect(frameOf(of(device, tester), { dut })).toMatchObject({
      from: "dut",
      clock: "witness",
      point: "wan",
      src: device,
      dst: tester,
    });
    expect(frameOf(of(tester, device), { dut, clock: "tap", point: "lan" })).toMatchObject({
      from: "ref",
      clock: "tap",
      point: "lan",
    });
    expect(frameOf(of(stranger, tester), { dut }).from).toBe("foreign");
  });

  test("is foreign where the bench's addresses are known and it has none of them", () => {
    const ref = new Set([tester.address]);
    expect(frameOf(of(stranger, device), { dut, ref }).from).toBe("foreign");
    expect(frameOf(of(tester, device), { dut, ref }).from).toBe("ref");
  });

  test("is foreign where nothing is known", () => {
    expect(frameOf(of(device, tester)).from).toBe("foreign");
  });

  test("without IPv4 it has no addresses", () => {
    const arp = { ...of(device, tester), linkType: "ethernet" as const, octets: new Uint8Array(42) };
    expect(frameOf(arp, { dut })).toMatchObject({ from: "foreign", src: { address: "", port: 0 } });
  });
});
