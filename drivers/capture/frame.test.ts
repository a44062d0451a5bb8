import { expect, test } from "vitest";
import { hide } from "#wire/l2tp/hiding";
import { avpIn, encodeMessage, message } from "#wire/l2tp/message";
import { avpOf } from "#wire/l2tp/avp";
import { encodeControl } from "#wire/l2tp/header";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { ofText, ofU16 } from "#wire/octets";
import { packetOf, type Frame, type Lens } from "./frame.ts";

const src = { address: "10.0.0.1", port: 40000 };
const dst = { address: "10.0.0.2", port: 1701 };
const secret = ofText("tunnel");
const randomVector = new Uint8Array(16).fill(7);

function frameWith(from: { address: string; port: number }, to: { address: string; port: number }): Frame {
  const body = encodeMessage(
    message(
      "SCCRP",
      avpOf("randomVector", randomVector),
      avpOf("assignedTunnelId", 4711, { hide: { secret, randomVector } }),
    ),
  );
  const octets = encodeUdpDatagram(from, to, encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 1 }, body));
  return { no: 1, tNs: 0n, clock: "virtual", point: "wan", from: "dut", src: from, dst: to, linkType: "ipv4", octets };
}

const frame = frameWith(src, dst);

test("a frame is dissected once for each lens", () => {
  const lens: Lens = { tunnelSecret: secret };
  expect(packetOf(frame)).toBe(packetOf(frame));
  expect(packetOf(frame, lens)).toBe(packetOf(frame, lens));
  expect(packetOf(frame, lens)).not.toBe(packetOf(frame));
});

test("a lens with the tunnel secret opens what is hidden", () => {
  expect(avpIn(packetOf(frame).l2tp!, "assignedTunnelId")).toBeUndefined();
  expect(avpIn(packetOf(frame, { tunnelSecret: secret }).l2tp!, "assignedTunnelId")).toBe(4711);
  // The same octets by hand, so that the hidden value is known to be what the lens opened.
  expect(hide(9, ofU16(4711), secret, randomVector)).toHaveLength(4);
});

test("a lens with clear values gives them by frame and offset, without the secret", () => {
  const at = packetOf(frame).l2tp!.avps[2]!.at;
  const asked: [Frame, number][] = [];
  const lens: Lens = {
    reveal: (of, avpAt) => {
      asked.push([of, avpAt]);
      return ofU16(4711);
    },
  };
  expect(avpIn(packetOf(frame, lens).l2tp!, "assignedTunnelId")).toBe(4711);
  expect(asked).toEqual([[frame, at]]);
});

test("a lens names the ports of L2TP besides 1701", () => {
  const moved = frameWith({ ...src, port: 5000 }, { ...dst, port: 6000 });
  expect(packetOf(moved).l2tp).toBeUndefined();
  expect(packetOf(moved, { l2tpPorts: new Set([6000]) }).l2tp?.type).toBe("SCCRP");
});
