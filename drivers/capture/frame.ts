import type { SocketAddress } from "#wire/ip/udp";
import { dissect, type DissectOptions, type LinkType, type Packet } from "#wire/packet";

/** Where on the bench a packet was seen; `away` is the default route, which leads past the tunnel. */
export type Point = "lan" | "wan" | "inside" | "server" | "away";

/** Who sent it: the reference peer of the bench, the device under test, or somebody else. */
export type Side = "ref" | "dut" | "foreign";

/** Whose clock gave the time stamp. Stamps of different clocks may be compared only by who knows their skew. */
export type FrameClock = "virtual" | "tap" | "witness";

/** One packet as it was seen. The octets are a private copy and are never written to again. */
export interface Frame {
  /** Number in its timeline, from 1. */
  readonly no: number;
  /** Nanoseconds since the Unix epoch. */
  readonly tNs: bigint;
  readonly clock: FrameClock;
  readonly point: Point;
  readonly from: Side;
  readonly src: SocketAddress;
  readonly dst: SocketAddress;
  readonly linkType: LinkType;
  readonly octets: Uint8Array;
  /** Ports besides 1701 on which L2TP is spoken, as far as whoever recorded it knows. A lens that names ports is believed instead. */
  readonly l2tpPorts?: ReadonlySet<number>;
}

/**
 * What a reader knows beyond the octets: ports on which a control connection lives besides 1701, the tunnel secret,
 * or the clear values of hidden AVPs by frame and offset (so that an archived run needs no secret).
 */
export interface Lens {
  readonly l2tpPorts?: ReadonlySet<number>;
  readonly tunnelSecret?: Uint8Array;
  readonly reveal?: (frame: Frame, avpAt: number) => Uint8Array | undefined;
}

const NO_LENS: Lens = {};
const caches = new WeakMap<Lens, WeakMap<Frame, Packet>>();

/** The dissection of a frame, made once for each lens and then kept as long as the frame lives. */
export function packetOf(frame: Frame, lens: Lens = NO_LENS): Packet {
  let cache = caches.get(lens);
  if (cache === undefined) caches.set(lens, (cache = new WeakMap()));
  let packet = cache.get(frame);
  if (packet === undefined) {
    packet = dissect(frame.octets, frame.linkType, dissectOptions(frame, lens));
    cache.set(frame, packet);
  }
  return packet;
}

function dissectOptions(frame: Frame, lens: Lens): DissectOptions {
  const { l2tpPorts = frame.l2tpPorts, tunnelSecret, reveal } = lens;
  return {
    ...(l2tpPorts && { l2tpPorts }),
    ...(tunnelSecret && { tunnelSecret }),
    ...(reveal && { reveal: (avpAt: number) => reveal(frame, avpAt) }),
  };
}
