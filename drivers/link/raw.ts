import { isMainThread } from "node:worker_threads";
import { encodeUdpDatagram, type SocketAddress, type UdpTweak, viewUdp } from "#wire/ip/udp";
import { viewIpv4 } from "#wire/ip/ipv4";
import { u16At } from "#wire/octets";
import { LinkError, systemError } from "./link.ts";
import { openNamespaces } from "./netns.ts";
import type { RealClock } from "./clock.ts";

/** A UDP datagram that no ordinary socket would send: of a foreign source, without a checksum, or with a wrong one. */
export interface RawDatagram {
  readonly src: SocketAddress;
  readonly dst: SocketAddress;
  readonly payload: Uint8Array;
  /** "zero" sends none (RFC 768), "bad" the complement of the right one. Default "good". */
  readonly checksum?: "good" | "bad" | "zero";
  /** IP Identification; the system chooses where it is 0 or absent. */
  readonly id?: number;
  readonly ttl?: number;
}

/** A way to send and see whole IPv4 packets, for what a Link cannot. */
export interface RawPath extends AsyncDisposable {
  send(datagram: RawDatagram): void;
  /** Sends an IPv4 packet, header and all. */
  sendPacket(ipv4: Uint8Array): void;
  /** Names the one receiver of the IPv4 packets with UDP that reach this host. */
  onPacket(handler: (ipv4: Uint8Array) => void): void;
  close(): Promise<void>;
}

/** The IPv4 packet for a raw datagram. */
export function encodeRaw({ src, dst, payload, checksum = "good", ...ip }: RawDatagram): Uint8Array {
  const encode = (udp: UdpTweak): Uint8Array => encodeUdpDatagram(src, dst, payload, ip, { udp });
  if (checksum === "zero") return encode({ checksum: 0 });
  const good = encode({});
  if (checksum === "good") return good;
  const right = u16At(good, viewIpv4(good).payloadAt + 6);
  // One of three is wrong for certain: not zero, which says "none", nor the sum of the pseudo-header alone, which is how a
  // capture looks whose checksum the network card is still to fill in.
  const bad = [~right & 0xffff, right ^ 0x00ff, right ^ 0xff00].map((wrong) => encode({ checksum: wrong }));
  return bad.find((packet) => viewUdp(packet, viewIpv4(packet)).checksumOk === false)!;
}

export interface RawOptions {
  readonly clock: RealClock;
  /** Opens the socket inside this network namespace. */
  readonly netns?: string;
}

/** Opens a raw socket: as root, and with the optional package raw-socket built. Rejects with a LinkError otherwise. */
export async function openRaw(o: RawOptions): Promise<RawPath> {
  const raw = await loadRawSocket();
  const open = (): import("raw-socket").RawSocket => {
    try {
      const socket = raw.createSocket({ protocol: raw.Protocol.UDP, bufferSize: 65_535 });
      // The header is ours, so that any source can be written; the kernel fills in the header checksum and an id of 0.
      socket.setOption(raw.SocketLevel.IPPROTO_IP, raw.SocketOption.IP_HDRINCL, 1);
      return socket;
    } catch (cause) {
      throw new LinkError("no-permission", "a raw socket needs root or CAP_NET_RAW", { cause });
    }
  };
  return new RawSocketPath(o.netns === undefined ? open() : (await openNamespaces()).inside(o.netns, open), o.clock);
}

async function loadRawSocket(): Promise<typeof import("raw-socket").default> {
  // raw-socket 1.8.1 hangs its sockets on libuv's default loop, which is the main thread's: from a worker thread nothing
  // would ever be sent or received.
  if (!isMainThread) {
    throw new LinkError("no-raw-socket", "raw-socket works on the main thread of a process only (vitest: pool forks)");
  }
  try {
    return (await import("raw-socket")).default;
  } catch (cause) {
    const text = "raw datagrams need the optional package raw-socket, built for this Node (npm rebuild raw-socket)";
    throw new LinkError("no-raw-socket", text, { cause });
  }
}

class RawSocketPath implements RawPath {
  readonly #socket: import("raw-socket").RawSocket;
  readonly #clock: RealClock;
  #handler: ((ipv4: Uint8Array) => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(socket: import("raw-socket").RawSocket, clock: RealClock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on("message", (packet) => this.#receive(packet));
    socket.on("error", (cause) => clock.fail(systemError(cause, "raw socket")));
  }

  send(datagram: RawDatagram): void {
    this.sendPacket(encodeRaw(datagram));
  }

  sendPacket(ipv4: Uint8Array): void {
    if (this.#closed !== undefined) return;
    const { dst } = viewIpv4(ipv4);
    this.#socket.send(Buffer.from(ipv4), 0, ipv4.length, dst, (cause) => {
      if (cause !== null) this.#clock.fail(systemError(cause, `cannot send a raw packet to ${dst}`));
    });
  }

  onPacket(handler: (ipv4: Uint8Array) => void): void {
    this.#handler = handler;
  }

  close(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => {
      this.#socket.on("close", () => resolve());
      this.#socket.close();
    }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #receive(packet: Buffer): void {
    try {
      this.#handler?.(new Uint8Array(packet));
    } catch (error) {
      this.#clock.fail(error);
    }
    this.#clock.poke();
  }
}
