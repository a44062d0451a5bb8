import { getSystemErrorName } from "node:util";
import type { SocketAddress } from "#wire/ip/udp";

/**
 * A datagram path, bound to one local address and port. What wraps a Link (tap, fault, interceptor) is a Link again, so
 * that they stack.
 */
export interface Link extends AsyncDisposable {
  readonly local: SocketAddress;
  /** Sends one UDP payload. The octets are taken over before the call returns. Nothing is sent once the link is closed. */
  send(octets: Uint8Array, to: SocketAddress): void;
  /** Names the one receiver; a later call replaces it. What arrives while there is none is lost. The octets are the receiver's to keep. */
  onDatagram(handler: DatagramHandler): void;
  close(): Promise<void>;
}

export type DatagramHandler = (octets: Uint8Array, from: SocketAddress) => void;

/** A datagram as a layer between the machine and the wire passes it on, at once or later. */
export interface Delayed {
  readonly octets: Uint8Array;
  /** Milliseconds from now; 0 or absent is at once. */
  readonly delayMs?: number;
}

export type LinkErrorCode =
  | "port-in-use"
  | "name-in-use"
  | "no-address"
  | "no-permission"
  | "no-namespace"
  | "no-koffi"
  | "no-raw-socket"
  | "unreachable"
  | "too-long"
  | "closed"
  | "io";

/** The bench cannot reach the world as it was told to. One line, with what to do about it; never the device's doing. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, text: string, options?: ErrorOptions) {
    super(text, options);
    this.code = code;
  }
}

const CODES: Readonly<Record<string, readonly [LinkErrorCode, string]>> = {
  EADDRINUSE: ["port-in-use", "the port is in use by another socket"],
  EADDRNOTAVAIL: ["no-address", "no interface of this host has that address"],
  EACCES: ["no-permission", "this needs root, or CAP_NET_BIND_SERVICE or CAP_NET_RAW"],
  EPERM: ["no-permission", "not permitted: this needs root, or a firewall of this host forbids it"],
  ENETUNREACH: ["unreachable", "no route leads there"],
  EHOSTUNREACH: ["unreachable", "the host cannot be reached"],
  EMSGSIZE: ["too-long", "the datagram is too long"],
};

/** A LinkError for what the system said, by errno or by Node's error. `doing` begins the line: "cannot bind 10.0.0.1:1701". */
export function systemError(cause: number | NodeJS.ErrnoException, doing: string): LinkError {
  const name = typeof cause === "number" ? getSystemErrorName(-cause) : (cause.code ?? cause.message);
  const [code, text] = CODES[name] ?? ["io", name];
  return new LinkError(code, `${doing}: ${text}`, typeof cause === "number" ? {} : { cause });
}

/** "10.0.0.1:1701" */
export function show(a: SocketAddress): string {
  return `${a.address}:${a.port}`;
}
