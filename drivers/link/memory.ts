import { Ipv4Reassembly } from "#wire/ip/fragments";
import { IP_PROTOCOLS, viewIpv4 } from "#wire/ip/ipv4";
import { type SocketAddress, viewUdp } from "#wire/ip/udp";
import type { VirtualClock } from "./clock.ts";
import { type DatagramHandler, type Link, LinkError, show } from "./link.ts";
import { encodeRaw, type RawDatagram, type RawPath } from "./raw.ts";

export interface MemoryNetworkOptions {
  /** How long a packet is on its way. Default 0.1. */
  readonly delayMs?: number;
}

/** What a host's stack makes of a datagram of its socket: another port, no checksum. */
export type Rewrite = (datagram: RawDatagram) => RawDatagram;

/** Sees each packet as it enters the network: the IPv4 packet, and when. The octets are kept by the network, so do not write to them. */
export type PacketTap = (ipv4: Uint8Array, tNs: bigint) => void;

const FIRST_EPHEMERAL_PORT = 49_152;
const LONGEST_PAYLOAD = 65_535 - 20 - 8;

/**
 * A network of one wire in memory. Datagrams get real IPv4 and UDP headers, so that its capture is one that other tools
 * read. Nothing is lost or reordered, and any length up to that of IPv4 goes in one piece; faults are a Link of their own.
 */
export class MemoryNetwork {
  readonly #clock: VirtualClock;
  readonly #delayMs: number;
  readonly #links = new Map<string, MemoryLink>();
  readonly #taps: PacketTap[] = [];
  readonly #arrivals: PacketTap[] = [];
  readonly #reassembly = new Ipv4Reassembly();
  readonly #lastId = new Map<string, number>();
  readonly #lastPort = new Map<string, number>();

  constructor(clock: VirtualClock, o: MemoryNetworkOptions = {}) {
    this.#clock = clock;
    this.#delayMs = o.delayMs ?? 0.1;
  }

  /** A socket on the network. Port 0 takes the next free one from 49152 on. Throws LinkError "port-in-use". */
  attach(at: SocketAddress, o: { readonly rewrite?: Rewrite | undefined } = {}): Link {
    const local = at.port === 0 ? { address: at.address, port: this.#freePort(at.address) } : { ...at };
    if (this.#links.has(show(local))) throw new LinkError("port-in-use", `${show(local)} is attached already`);
    const link = new MemoryLink(local, {
      send: (octets, to) => this.#sendDatagram(local, octets, to, o.rewrite),
      detach: () => this.#links.delete(show(local)),
    });
    this.#links.set(show(local), link);
    return link;
  }

  /** Adds a tap; taps see all packets, also those to addresses where nobody is. */
  onPacket(tap: PacketTap): void {
    this.#taps.push(tap);
  }

  /** Adds a tap at the far end of the wire: it sees each packet as it arrives, before the socket that it is for. */
  onArrival(tap: PacketTap): void {
    this.#arrivals.push(tap);
  }

  /** Whole packets onto this network, as a raw socket would send them; `onPacket` of it sees what a tap sees. */
  raw(): RawPath {
    return {
      send: (datagram) =>
        this.#carry(encodeRaw({ ...datagram, id: datagram.id ?? this.#nextId(datagram.src.address) })),
      sendPacket: (ipv4) => this.#carry(ipv4.slice()),
      onPacket: (handler) => this.onPacket((ipv4) => handler(ipv4)),
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  #sendDatagram(src: SocketAddress, payload: Uint8Array, dst: SocketAddress, rewrite?: Rewrite): void {
    if (payload.length > LONGEST_PAYLOAD) {
      throw new LinkError("too-long", `a UDP payload has at most ${LONGEST_PAYLOAD} octets, not ${payload.length}`);
    }
    const datagram = { src, dst, payload, id: this.#nextId(src.address) };
    this.#carry(encodeRaw(rewrite?.(datagram) ?? datagram));
  }

  #carry(packet: Uint8Array): void {
    const tNs = this.#clock.epochNs();
    for (const tap of this.#taps) tap(packet, tNs);
    this.#clock.schedule(this.#clock.now() + this.#delayMs, () => this.#deliver(packet));
  }

  /** What a host's stack does: fragments are put together; a wrong UDP checksum drops the packet without a word, none is fine. */
  #deliver(arrived: Uint8Array): void {
    const tNs = this.#clock.epochNs();
    for (const tap of this.#arrivals) tap(arrived, tNs);
    const packet = this.#whole(arrived);
    if (packet === undefined) return;
    const ip = viewIpv4(packet);
    if (ip.malformed || !ip.checksumOk || ip.protocol !== IP_PROTOCOLS.UDP) return;
    const udp = viewUdp(packet, ip);
    if (udp.checksumOk === false) return;
    const link = this.#links.get(show({ address: ip.dst, port: udp.dstPort }));
    link?.deliver(packet.subarray(udp.payloadAt, udp.end), { address: ip.src, port: udp.srcPort });
  }

  #whole(packet: Uint8Array): Uint8Array | undefined {
    const { moreFragments, fragmentOffset } = viewIpv4(packet);
    if (!moreFragments && fragmentOffset === 0) return packet;
    return this.#reassembly.add(packet, this.#clock.now())?.octets;
  }

  #nextId(address: string): number {
    const id = ((this.#lastId.get(address) ?? 0) % 0xffff) + 1;
    this.#lastId.set(address, id);
    return id;
  }

  /** Never the same port twice before all were used: a port that was just left may still be spoken to. */
  #freePort(address: string): number {
    for (let tries = FIRST_EPHEMERAL_PORT; tries <= 0xffff; tries++) {
      const last = this.#lastPort.get(address) ?? FIRST_EPHEMERAL_PORT - 1;
      const port = last === 0xffff ? FIRST_EPHEMERAL_PORT : last + 1;
      this.#lastPort.set(address, port);
      if (!this.#links.has(show({ address, port }))) return port;
    }
    throw new LinkError("port-in-use", `${address} has no free port left`);
  }
}

class MemoryLink implements Link {
  readonly local: SocketAddress;
  readonly #network: { readonly send: (octets: Uint8Array, to: SocketAddress) => void; readonly detach: () => void };
  #handler: DatagramHandler | undefined;
  #closed = false;

  constructor(
    local: SocketAddress,
    network: { send: (octets: Uint8Array, to: SocketAddress) => void; detach: () => void },
  ) {
    this.local = local;
    this.#network = network;
  }

  send(octets: Uint8Array, to: SocketAddress): void {
    if (!this.#closed) this.#network.send(octets, to);
  }

  onDatagram(handler: DatagramHandler): void {
    this.#handler = handler;
  }

  deliver(octets: Uint8Array, from: SocketAddress): void {
    this.#handler?.(octets, from);
  }

  close(): Promise<void> {
    if (!this.#closed) this.#network.detach();
    this.#closed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
