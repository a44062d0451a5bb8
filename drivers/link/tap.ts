import { encodeUdpDatagram, type SocketAddress } from "#wire/ip/udp";
import type { Clock } from "./clock.ts";
import type { Link } from "./link.ts";

/** A datagram as it passed a tap, with IPv4 and UDP headers made for it. */
export interface Tapped {
  /** Nanoseconds since the Unix epoch, by the tap's clock. */
  readonly tNs: bigint;
  readonly src: SocketAddress;
  readonly dst: SocketAddress;
  /** The IPv4 packet, a copy of the tap's own. */
  readonly octets: Uint8Array;
  readonly direction: "out" | "in";
}

/**
 * A Link that shows every datagram of another one to `sink`, in the order of the calls. Place it next to the wire, so that
 * it sees what faults and lies made of the traffic. Its headers are made up (id, TTL): evidence about those is a witness's.
 */
export function tap(link: Link, clock: Clock, sink: (frame: Tapped) => void): Link {
  const ids = { out: 0, in: 0 };
  let isOpen = true;
  const close = (): Promise<void> => {
    isOpen = false;
    return link.close();
  };
  const show = (direction: "out" | "in", src: SocketAddress, dst: SocketAddress, payload: Uint8Array): void => {
    ids[direction] = (ids[direction] + 1) & 0xffff;
    const octets = encodeUdpDatagram(src, dst, payload, { id: ids[direction] });
    sink({ tNs: clock.epochNs(), src, dst, octets, direction });
  };
  return {
    local: link.local,
    send: (octets, to) => {
      // Whoever sends on after its end sends nothing, and nothing is what a witness sees.
      if (!isOpen) return;
      show("out", link.local, to, octets);
      link.send(octets, to);
    },
    onDatagram: (handler) =>
      link.onDatagram((octets, from) => {
        show("in", from, link.local, octets);
        handler(octets, from);
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
