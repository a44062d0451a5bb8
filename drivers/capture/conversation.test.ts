import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { encodeUdpDatagram, type SocketAddress } from "#wire/ip/udp";
import { type Avp, avpOf } from "#wire/l2tp/avp";
import { encodeControl, encodeData } from "#wire/l2tp/header";
import { encodeMessage, message, type MessageName } from "#wire/l2tp/message";
import { NO_OCTETS } from "#wire/octets";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { conversationsIn, l2tpPortsOf } from "./conversation.ts";
import { captureRecords } from "./file.ts";
import type { Frame } from "./frame.ts";
import { frameOf } from "./frames-file.ts";
import { Timeline } from "./timeline.ts";

const LAC: SocketAddress = { address: "10.0.0.1", port: 40000 };
const LNS: SocketAddress = { address: "10.0.0.2", port: 1701 };

/** Frames told as a packet exchange: from, to, tunnel ID, session ID, message. */
class Exchange {
  readonly timeline = new Timeline();

  control(
    src: SocketAddress,
    dst: SocketAddress,
    ids: readonly [number, number],
    type: MessageName,
    ...avps: Avp[]
  ): Frame {
    const [tunnelId, sessionId] = ids;
    return this.#add(
      src,
      dst,
      encodeControl({ tunnelId, sessionId, ns: 0, nr: 0 }, encodeMessage(message(type, ...avps))),
    );
  }

  zlb(src: SocketAddress, dst: SocketAddress, tunnelId: number): Frame {
    return this.#add(src, dst, encodeControl({ tunnelId, sessionId: 0, ns: 0, nr: 0 }, NO_OCTETS));
  }

  data(src: SocketAddress, dst: SocketAddress, [tunnelId, sessionId]: readonly [number, number]): Frame {
    return this.#add(src, dst, encodeData({ tunnelId, sessionId }, encodePpp(PPP.LCP, NO_OCTETS)));
  }

  #add(src: SocketAddress, dst: SocketAddress, payload: Uint8Array): Frame {
    const octets = encodeUdpDatagram(src, dst, payload);
    const rest = { clock: "virtual", point: "wan", from: "ref", linkType: "ipv4" } as const;
    return this.timeline.add({ tNs: BigInt(this.timeline.frames.length), src, dst, octets, ...rest });
  }
}

const tunnelId = (value: number): Avp => avpOf("assignedTunnelId", value);
const sessionId = (value: number): Avp => avpOf("assignedSessionId", value);
const hostName = (value: string): Avp => avpOf("hostName", value);

/** The tunnel 7/9 with the call 81/77 in it. */
function call(x: Exchange, lac = LAC, lns = LNS): void {
  x.control(lac, LNS, [0, 0], "SCCRQ", tunnelId(7));
  x.control(lns, lac, [7, 0], "SCCRP", tunnelId(9));
  x.control(lac, lns, [9, 0], "SCCCN");
  x.control(lac, lns, [9, 0], "ICRQ", sessionId(81));
  x.control(lns, lac, [7, 81], "ICRP", sessionId(77));
  x.control(lac, lns, [9, 77], "ICCN");
  x.data(lac, lns, [9, 77]);
  x.data(lns, lac, [7, 81]);
}

const shape = (frames: readonly Frame[]) =>
  conversationsIn(frames).conversations.map(({ tunnelIds, lac, frames: own, sessions }) => ({
    tunnelIds,
    lac,
    frames: own.map((frame) => frame.no),
    sessions: sessions.map((s) => ({ ids: s.ids, openedBy: s.openedBy, frames: s.frames.map((frame) => frame.no) })),
  }));

test("a call from the LAC: ids of both ends, who is the LAC, and which frame is whose", () => {
  const x = new Exchange();
  call(x);
  const { conversations, others } = conversationsIn(x.timeline.frames);
  expect(others).toEqual([]);
  expect(conversations).toHaveLength(1);
  expect(conversations[0]).toMatchObject({ no: 1, addresses: { initiator: LAC, responder: LNS }, lac: "initiator" });
  expect(
    x.timeline.frames.map((frame) => conversations[0]!.senderOf(frame)).filter((end) => end === "responder"),
  ).toHaveLength(3);
  expect(shape(x.timeline.frames)).toEqual([
    {
      tunnelIds: { initiator: 7, responder: 9 },
      lac: "initiator",
      frames: [1, 2, 3, 4, 5, 6, 7, 8],
      sessions: [{ ids: { initiator: 81, responder: 77 }, openedBy: "initiator", frames: [4, 5, 6, 7, 8] }],
    },
  ]);
});

test("an LNS may open the tunnel, and ask for the call", () => {
  const x = new Exchange();
  x.control(LNS, LAC, [0, 0], "SCCRQ", tunnelId(9));
  x.control(LAC, LNS, [9, 0], "SCCRP", tunnelId(7));
  x.control(LNS, LAC, [7, 0], "OCRQ", sessionId(77));
  expect(shape(x.timeline.frames)).toMatchObject([{ lac: "responder", sessions: [{ openedBy: "initiator" }] }]);
});

describe("tunnels between the same sockets stay apart", () => {
  test("by their ids", () => {
    const x = new Exchange();
    call(x);
    x.control(LAC, LNS, [0, 0], "SCCRQ", tunnelId(8));
    x.control(LNS, LAC, [8, 0], "SCCRP", tunnelId(10));
    x.data(LAC, LNS, [9, 77]);
    x.zlb(LAC, LNS, 10);
    expect(shape(x.timeline.frames).map((c) => c.frames)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 11],
      [9, 10, 12],
    ]);
  });

  test("when both ends open one at once", () => {
    const x = new Exchange();
    x.control(LAC, LNS, [0, 0], "SCCRQ", tunnelId(5));
    x.control(LNS, LAC, [0, 0], "SCCRQ", tunnelId(5));
    x.control(LNS, LAC, [5, 0], "SCCRP", tunnelId(6));
    x.control(LNS, LAC, [0, 0], "StopCCN", tunnelId(5));
    expect(shape(x.timeline.frames).map((c) => c.frames)).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  test("an SCCRQ sent again is the same tunnel; another with its id, or one after StopCCN, is a new one", () => {
    const x = new Exchange();
    x.control(LAC, LNS, [0, 0], "SCCRQ", tunnelId(7));
    x.control(LAC, LNS, [0, 0], "SCCRQ", tunnelId(7));
    x.control(LAC, LNS, [0, 0], "SCCRQ", hostName("other"), tunnelId(7));
    x.control(LNS, LAC, [7, 0], "StopCCN", tunnelId(9));
    x.control(LAC, LNS, [0, 0], "SCCRQ", hostName("other"), tunnelId(7));
    expect(shape(x.timeline.frames).map((c) => c.frames)).toEqual([[1, 2], [3, 4], [5]]);
  });
});

test("a late frame of an earlier tunnel takes no id from a later one", () => {
  const x = new Exchange();
  call(x);
  x.control(LNS, LAC, [7, 0], "StopCCN", tunnelId(9));
  x.control(LAC, LNS, [0, 0], "SCCRQ", tunnelId(7));
  x.zlb(LAC, LNS, 9);
  x.control(LNS, LAC, [7, 0], "SCCRP", tunnelId(10));
  expect(shape(x.timeline.frames).map((c) => c.frames)).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
    [10, 12],
  ]);
});

test("a StopCCN and a ZLB before the receiver's id is known find their tunnel", () => {
  const x = new Exchange();
  x.control(LAC, LNS, [0, 0], "SCCRQ", tunnelId(7));
  x.control(LAC, LNS, [0, 0], "StopCCN", tunnelId(7));
  x.zlb(LAC, LNS, 0);
  expect(shape(x.timeline.frames).map((c) => c.frames)).toEqual([[1, 2, 3]]);
});

test("a session id may be used again once its call is over", () => {
  const x = new Exchange();
  call(x);
  x.control(LAC, LNS, [9, 77], "CDN", sessionId(81));
  x.control(LAC, LNS, [9, 0], "ICRQ", sessionId(81));
  expect(shape(x.timeline.frames)[0]!.sessions.map((s) => s.frames)).toEqual([[4, 5, 6, 7, 8, 9], [10]]);
});

test("a capture that begins in the middle of a call pairs the two directions", () => {
  const x = new Exchange();
  call(x);
  x.data(LAC, LNS, [9, 77]);
  expect(shape(x.timeline.frames.slice(6))).toEqual([
    {
      tunnelIds: { initiator: 7, responder: 9 },
      lac: undefined,
      frames: [7, 8, 9],
      sessions: [{ ids: { initiator: 81, responder: 77 }, openedBy: undefined, frames: [7, 8, 9] }],
    },
  ]);
});

describe("RFC 2661 §8.1: the responder may answer from another port", () => {
  const moved: SocketAddress = { ...LNS, port: 50000 };
  const x = new Exchange();
  call(x, LAC, moved);
  const { frames } = x.timeline;

  test("which ports that makes L2TP's is learnt from the answer", () => {
    expect(l2tpPortsOf(frames)).toEqual(new Set([LAC.port]));
    expect(l2tpPortsOf(frames.slice(1))).toEqual(new Set());
  });

  test("with them the whole conversation is found", () => {
    expect(conversationsIn(frames).others).toHaveLength(7);
    const { conversations, others } = conversationsIn(frames, { l2tpPorts: l2tpPortsOf(frames) });
    expect(others).toEqual([]);
    expect(conversations).toMatchObject([{ addresses: { initiator: LAC, responder: moved } }]);
  });
});

describe("captures of other implementations", () => {
  const framesIn = (name: string): readonly Frame[] => {
    const timeline = new Timeline();
    const path = fileURLToPath(new URL(`../../fixtures/captures/${name}.pcap`, import.meta.url));
    for (const record of captureRecords(path)) timeline.add(frameOf(record));
    return timeline.frames;
  };

  test("xl2tpd and l2tpns: one tunnel, one call", () => {
    expect(conversationsIn(framesIn("xl2tpd-l2tpns"))).toMatchObject({
      others: [],
      conversations: [
        {
          tunnelIds: { initiator: 3214, responder: 2 },
          lac: "initiator",
          sessions: [{ ids: { initiator: 6049, responder: 1 } }],
        },
      ],
    });
  });

  test("the end of an earlier call is a conversation of its own", () => {
    const { conversations } = conversationsIn(framesIn("debian-router-pap-kernel"));
    expect(conversations.map((c) => [c.frames.length, c.sessions.length, c.lac])).toEqual([
      [2, 0, undefined],
      [39, 1, "initiator"],
    ]);
  });

  test("what is no L2TPv2 belongs to none: ARP, ICMP, L2TPv3", () => {
    const { conversations, others } = conversationsIn(framesIn("l2tpns-lns"));
    expect(others).toHaveLength(110);
    expect(conversations.reduce((sum, c) => sum + c.frames.length, 0)).toBe(974 - 110);
  });
});
