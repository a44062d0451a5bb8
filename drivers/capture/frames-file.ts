import { concat } from "#wire/octets";
import type { SocketAddress } from "#wire/ip/udp";
import { dissect } from "#wire/packet";
import type { Frame, FrameClock, Point, Side } from "./frame.ts";
import { CaptureReader } from "./reader.ts";
import type { RawRecord } from "./record.ts";
import { Timeline } from "./timeline.ts";
import { PcapngWriter } from "./writer.ts";

const POINTS: readonly Point[] = ["lan", "wan", "inside", "server", "away"];
const CLOCKS: readonly FrameClock[] = ["virtual", "tap", "witness"];

/**
 * Frames as one pcapng file: an interface for each point, clock and link type (the point is its name, the clock stands
 * in its description); the direction says whether the bench sent the frame. `comment` may tell more about a frame.
 */
export function encodeFrames(
  frames: readonly Frame[],
  comment: (frame: Frame) => string | undefined = () => undefined,
): Uint8Array {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block));
  const interfaces = new Map<string, number>();
  for (const frame of frames) {
    const { point, clock, linkType, tNs, octets } = frame;
    const key = `${point} ${clock} ${linkType}`;
    let interfaceId = interfaces.get(key);
    if (interfaceId === undefined) {
      interfaceId = writer.interface({ name: point, description: `clock: ${clock}`, linkType });
      interfaces.set(key, interfaceId);
    }
    writer.packet({ interfaceId, tNs, octets, direction: DIRECTIONS[frame.from], comment: comment(frame) });
  }
  return concat(...blocks);
}

const DIRECTIONS = { ref: "out", dut: "in", foreign: undefined } as const;

/** What a capture that `encodeFrames` did not write cannot tell by itself. */
export interface Attribution {
  /** Addresses of the device under test; `address:port` where another end has the same address. */
  readonly dut?: ReadonlySet<string>;
  /** Addresses of the bench, told in the same way; without them every other end that talks with the device is the bench. */
  readonly ref?: ReadonlySet<string>;
  /** `wan` if not given. */
  readonly point?: Point;
  /** `witness` if not given. */
  readonly clock?: FrameClock;
  /** Ports besides 1701 on which L2TP was spoken. */
  readonly l2tpPorts?: readonly number[] | undefined;
}

/** The frame behind a record. A file that `encodeFrames` wrote speaks for itself; any other goes by the attribution. */
export function frameOf(record: RawRecord, attribution: Attribution = {}): Omit<Frame, "no"> {
  const { tNs, octets, linkType, interfaceName, interfaceDescription, direction } = record;
  const { ip, udp, tcp } = dissect(octets, linkType);
  const src = { address: ip?.src ?? "", port: udp?.srcPort ?? tcp?.srcPort ?? 0 };
  const dst = { address: ip?.dst ?? "", port: udp?.dstPort ?? tcp?.dstPort ?? 0 };
  const point = POINTS.find((name) => name === interfaceName);
  const clock = CLOCKS.find((name) => `clock: ${name}` === interfaceDescription);
  const packet = { tNs, src, dst, linkType, octets };
  if (point !== undefined && clock !== undefined) return { ...packet, point, clock, from: senderBy(direction) };
  return {
    ...packet,
    point: attribution.point ?? "wan",
    clock: attribution.clock ?? "witness",
    from: senderAmong(src, dst, attribution),
  };
}

function senderBy(direction: RawRecord["direction"]): Side {
  return direction === "out" ? "ref" : direction === "in" ? "dut" : "foreign";
}

function senderAmong(src: SocketAddress, dst: SocketAddress, { dut, ref }: Attribution): Side {
  if (among(dut, src)) return "dut";
  if (ref === undefined ? among(dut, dst) : among(ref, src)) return "ref";
  return "foreign";
}

function among(ends: ReadonlySet<string> | undefined, { address, port }: SocketAddress): boolean {
  return ends !== undefined && (ends.has(address) || ends.has(`${address}:${port}`));
}

/** The frames of a whole capture file, numbered from 1. Throws a CaptureError where it cannot be read. */
export function framesOf(file: Uint8Array, attribution: Attribution = {}): readonly Frame[] {
  const timeline = new Timeline();
  const { l2tpPorts } = attribution;
  const known = l2tpPorts && { l2tpPorts: new Set(l2tpPorts) };
  const reader = new CaptureReader((record) => timeline.add({ ...frameOf(record, attribution), ...known }));
  reader.push(file);
  reader.end();
  return timeline.frames;
}
