import dgram from "node:dgram";
import type { SocketAddress } from "#wire/ip/udp";
import type { RealClock } from "./clock.ts";
import type { LinkError } from "./link.ts";
import { type DatagramHandler, type Link, show, systemError } from "./link.ts";
import { openNamespaces } from "./netns.ts";

export interface UdpOptions {
  /** Dotted quad. With 0.0.0.0 a tap cannot tell the address that a datagram left from. */
  readonly address: string;
  /** 0 takes a free one; then `link.local` tells which. */
  readonly port: number;
  readonly clock: RealClock;
  /** Opens the socket inside this network namespace (as root; needs koffi). */
  readonly netns?: string;
  /** Octets of the kernel's buffers. The system may grant less. */
  readonly bufferSizes?: { readonly receive?: number; readonly send?: number };
  /** What becomes of a datagram that cannot be sent; by default the error ends every wait on the clock. */
  readonly onError?: (error: LinkError) => void;
  /** Abort closes the socket. */
  readonly signal?: AbortSignal;
}

/** Opens one UDP socket. Rejects with a LinkError of one line when it cannot be bound. */
export async function openUdp(o: UdpOptions): Promise<Link> {
  const socket = dgram.createSocket({
    type: "udp4",
    // Addresses are dotted quads. Without this each datagram takes a turn through dns.lookup, and a close() may overtake it.
    lookup: (address, _options, callback) => callback(null, address, 4),
    ...(o.bufferSizes?.receive !== undefined && { recvBufferSize: o.bufferSizes.receive }),
    ...(o.bufferSizes?.send !== undefined && { sendBufferSize: o.bufferSizes.send }),
  });
  try {
    await bind(socket, o);
  } catch (error) {
    socket.close();
    throw error;
  }
  return new UdpLink(socket, o);
}

async function bind(socket: dgram.Socket, o: UdpOptions): Promise<void> {
  o.signal?.throwIfAborted();
  const where =
    o.netns === undefined
      ? { address: o.address, port: o.port, exclusive: true }
      : { fd: (await openNamespaces()).udpSocket(o.netns, o) };
  await new Promise<void>((resolve, reject) => {
    const refused = (cause: Error): void => reject(systemError(cause, `cannot bind ${show(o)}`));
    socket.once("error", refused);
    socket.bind(where, () => {
      socket.off("error", refused);
      resolve();
    });
  });
}

class UdpLink implements Link {
  readonly local: SocketAddress;
  readonly #socket: dgram.Socket;
  readonly #clock: RealClock;
  readonly #onError: (error: LinkError) => void;
  #handler: DatagramHandler | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => void this.close();
  #closed: Promise<void> | undefined;

  constructor(socket: dgram.Socket, o: UdpOptions) {
    const { address, port } = socket.address();
    this.local = { address, port };
    this.#socket = socket;
    this.#clock = o.clock;
    this.#onError = o.onError ?? ((error) => o.clock.fail(error));
    socket.on("message", (datagram, from) => this.#receive(datagram, from));
    socket.on("error", (cause) => this.#onError(systemError(cause, `socket ${show(this.local)}`)));
    this.#signal = o.signal;
    o.signal?.addEventListener("abort", this.#onAbort);
  }

  send(octets: Uint8Array, to: SocketAddress): void {
    if (this.#closed !== undefined) return;
    this.#socket.send(octets, to.port, to.address, (cause) => {
      if (cause !== null) this.#onError(systemError(cause, `cannot send from ${show(this.local)} to ${show(to)}`));
    });
  }

  onDatagram(handler: DatagramHandler): void {
    this.#handler = handler;
  }

  close(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    return (this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve())));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #receive(datagram: Buffer, from: dgram.RemoteInfo): void {
    try {
      // Copied once, here: a Buffer may be part of a pool, and everything above keeps its octets.
      this.#handler?.(new Uint8Array(datagram), { address: from.address, port: from.port });
    } catch (error) {
      this.#clock.fail(error);
    }
    this.#clock.poke();
  }
}
