import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import type { SocketAddress } from "#wire/ip/udp";
import { writeAddress } from "#wire/ip/address";
import { LinkError, systemError } from "./link.ts";

const CLONE_NEWNET = 0x4000_0000;
const AF_INET = 2;
/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, as Linux numbers them. */
const DATAGRAM_SOCKET = 2 | 0o4000 | 0o2000000;
/** SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const STREAM_SOCKET = 1 | 0o4000 | 0o2000000;
const EINPROGRESS = 115;

interface Libc {
  setns(fd: number, type: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  close(fd: number): number;
  errno(): number;
}

/** Network namespaces by name, as `ip netns` keeps them. Linux, root, and the optional package koffi. */
export interface Namespaces {
  /**
   * Runs `fn` with the calling thread in the namespace and comes back. Synchronous work only: what runs later runs outside.
   * A socket stays for life in the namespace that it was made in.
   */
  inside<T>(name: string, fn: () => T): T;
  /** File descriptor of a UDP socket in the namespace, bound to `at`. */
  udpSocket(name: string, at: SocketAddress): number;
  /** A TCP connection out of the namespace, which is still being made: what is written waits, and an error comes as any other. */
  tcpConnection(name: string, to: SocketAddress): Socket;
}

let loaded: Promise<Namespaces> | undefined;

/** Rejects with LinkError "no-koffi" where koffi is not installed or cannot be loaded. */
export function openNamespaces(): Promise<Namespaces> {
  return (loaded ??= loadLibc().then(namespaces));
}

async function loadLibc(): Promise<Libc> {
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load("libc.so.6");
    return {
      setns: libc.func("int setns(int fd, int nstype)"),
      socket: libc.func("int socket(int domain, int type, int protocol)"),
      bind: libc.func("int bind(int fd, const uint8_t *address, uint32_t length)"),
      connect: libc.func("int connect(int fd, const uint8_t *address, uint32_t length)"),
      close: libc.func("int close(int fd)"),
      errno: () => koffi.errno(),
    };
  } catch (cause) {
    throw new LinkError(
      "no-koffi",
      "sockets in a network namespace need the optional package koffi (npm install koffi)",
      { cause },
    );
  }
}

function namespaces(libc: Libc): Namespaces {
  const inside = <T>(name: string, fn: () => T): T => {
    const home = openSync("/proc/thread-self/ns/net", "r");
    try {
      const there = openNamespace(name);
      const entered = libc.setns(there, CLONE_NEWNET);
      const errno = libc.errno();
      closeSync(there);
      if (entered < 0) throw systemError(errno, `cannot enter network namespace ${name}`);
      try {
        return fn();
      } finally {
        // A thread that cannot come back would open every later socket in the wrong place, without a word.
        if (libc.setns(home, CLONE_NEWNET) < 0)
          throw systemError(libc.errno(), `cannot leave network namespace ${name}`);
      }
    } finally {
      closeSync(home);
    }
  };

  const udpSocket = (name: string, at: SocketAddress): number =>
    inside(name, () => {
      const fd = libc.socket(AF_INET, DATAGRAM_SOCKET, 0);
      if (fd < 0) throw systemError(libc.errno(), `cannot open a UDP socket in ${name}`);
      if (libc.bind(fd, sockaddrIn(at), 16) < 0) {
        const errno = libc.errno();
        libc.close(fd);
        throw systemError(errno, `cannot bind ${at.address}:${at.port} in ${name}`);
      }
      return fd;
    });

  const tcpConnection = (name: string, to: SocketAddress): Socket =>
    inside(name, () => {
      const fd = libc.socket(AF_INET, STREAM_SOCKET, 0);
      if (fd < 0) throw systemError(libc.errno(), `cannot open a TCP socket in ${name}`);
      const errno = libc.connect(fd, sockaddrIn(to), 16) < 0 ? libc.errno() : 0;
      if (errno !== 0 && errno !== EINPROGRESS) {
        libc.close(fd);
        throw systemError(errno, `cannot connect to ${to.address}:${to.port} in ${name}`);
      }
      return new Socket({ fd, readable: true, writable: true });
    });

  return { inside, udpSocket, tcpConnection };
}

function openNamespace(name: string): number {
  try {
    return openSync(`/run/netns/${name}`, "r");
  } catch (cause) {
    throw new LinkError("no-namespace", `there is no network namespace ${name} (ip netns add ${name})`, { cause });
  }
}

/** struct sockaddr_in: the family in host order (Linux runs little-endian wherever this does), port and address in network order. */
function sockaddrIn({ address, port }: SocketAddress): Uint8Array {
  const octets = new Uint8Array(16);
  octets[0] = AF_INET;
  octets[2] = port >> 8;
  octets[3] = port & 0xff;
  writeAddress(octets, 4, address);
  return octets;
}
