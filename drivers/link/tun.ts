import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { setImmediate } from "node:timers";
import type { RealClock } from "./clock.ts";
import { LinkError, systemError } from "./link.ts";
import { openNamespaces } from "./netns.ts";

export interface TunOptions {
  /** 1 to 15 letters, digits, `.`, `_` and `-`; no interface of the namespace may have it yet. */
  readonly name: string;
  /** Makes the interface in this network namespace. */
  readonly netns?: string;
  /** Longest packet; the kernel's own default is 1500. */
  readonly mtu?: number;
  /** Packets that the kernel keeps for us while this process does something else. */
  readonly queueLength?: number;
  /** Its waits are asked again after packets came, and end with what a handler throws. */
  readonly clock?: RealClock;
}

/**
 * A TUN interface: the kernel routes IP packets to it, and they come out here; what is sent here comes in to the kernel by
 * it. Whoever owns the namespace gives it addresses and routes, and sets it up. It goes away when it is closed.
 */
export interface Tun extends AsyncDisposable {
  readonly name: string;
  /** Hands the kernel a packet, as if it had come in by the interface. */
  send(packet: Uint8Array): void;
  /** Names the one receiver; a later call replaces it. The octets are the receiver's to keep. */
  onPacket(handler: (packet: Uint8Array) => void): void;
  /** Packets that the kernel refused from us (as it does while the interface is down), dropped since its queue for us was full, or that nobody received. */
  readonly lost: number;
  close(): Promise<void>;
}

interface Libc {
  socket(family: number, type: number, protocol: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** Waits on a thread of libuv's pool. */
  poll(fds: Uint8Array, count: number, timeoutMs: number): Promise<number>;
  errno(): number;
}

/** As Linux numbers them. */
const AF_INET = 2;
const SOCK_DGRAM = 2;
const TUNSETIFF = 0x4004_54ca;
const SIOCSIFMTU = 0x8922;
const SIOCSIFTXQLEN = 0x8943;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFNAMSIZ = 16;
const POLLIN = 0x0001;

/** Longer than any IP packet. */
const BUFFER = 65_536;
/** Bounds how long close() waits, and for how long a thread of the pool is ours. */
const POLL_MS = 50;
/** Packets taken at a time, before sockets get their turn. */
const BATCH = 256;
const QUEUE_LENGTH = 10_000;

let loaded: Promise<Libc> | undefined;

async function loadLibc(): Promise<Libc> {
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load("libc.so.6");
    const poll = libc.func("int poll(_Inout_ uint8_t *fds, unsigned long count, int timeout)");
    return {
      socket: libc.func("int socket(int domain, int type, int protocol)"),
      ioctl: libc.func("int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)"),
      poll: (fds, count, timeoutMs) =>
        new Promise(
          (resolve, reject) =>
            void poll.async(fds, count, timeoutMs, (error: Error | null, ready: number) => {
              if (error === null) resolve(ready);
              else reject(error);
            }),
        ),
      errno: () => koffi.errno(),
    };
  } catch (cause) {
    throw new LinkError("no-koffi", "a TUN interface needs the optional package koffi (npm install koffi)", { cause });
  }
}

/** Makes the interface. Rejects with a LinkError of one line when that cannot be. */
export async function openTun(o: TunOptions): Promise<Tun> {
  if (!/^[\w.-]{1,15}$/.test(o.name)) throw new RangeError(`"${o.name}" is no name for an interface`);
  const libc = await (loaded ??= loadLibc());
  const { netns } = o;
  const namespaces = netns === undefined ? undefined : await openNamespaces();
  const inside = <T>(fn: () => T): T => (namespaces && netns !== undefined ? namespaces.inside(netns, fn) : fn());
  // The interface belongs to the namespace in which the device file was opened.
  return new KernelTun(
    inside(() => openInterface(libc, o)),
    libc,
    o,
    () => inside(() => droppedBy(o.name)),
  );
}

function openInterface(libc: Libc, { name, mtu, queueLength = QUEUE_LENGTH }: TunOptions): number {
  const doing = `cannot make the TUN interface ${name}`;
  let fd: number;
  try {
    fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
  } catch (cause) {
    throw systemError(cause as NodeJS.ErrnoException, `${doing}: /dev/net/tun`);
  }
  const request = requestFor(name);
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, IFNAMSIZ);
  if (libc.ioctl(fd, TUNSETIFF, request) < 0) {
    const errno = libc.errno();
    closeSync(fd);
    throw refusal(errno, doing);
  }
  try {
    setValue(libc, SIOCSIFTXQLEN, name, queueLength);
    if (mtu !== undefined) setValue(libc, SIOCSIFMTU, name, mtu);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}

/** EINVAL where an interface of another kind has the name; the name itself has been looked at. */
function refusal(errno: number, doing: string): LinkError {
  const [EBUSY, EINVAL] = [16, 22];
  if (errno !== EBUSY && errno !== EINVAL) return systemError(errno, doing);
  return new LinkError("name-in-use", `${doing}: an interface of that name exists`);
}

function setValue(libc: Libc, what: number, name: string, value: number): void {
  const socket = libc.socket(AF_INET, SOCK_DGRAM, 0);
  if (socket < 0) throw systemError(libc.errno(), `cannot set up ${name}`);
  try {
    const request = requestFor(name);
    request.writeInt32LE(value, IFNAMSIZ);
    if (libc.ioctl(socket, what, request) < 0) throw systemError(libc.errno(), `cannot set up ${name}`);
  } finally {
    closeSync(socket);
  }
}

/** struct ifreq: the name, then what the request is about. */
function requestFor(name: string): Buffer {
  const request = Buffer.alloc(40);
  request.write(name, 0, IFNAMSIZ - 1, "latin1");
  return request;
}

/** What the kernel had for us and could not queue, by its own count. */
function droppedBy(name: string): number {
  const line = readFileSync("/proc/thread-self/net/dev", "latin1")
    .split("\n")
    .find((one) => one.trimStart().startsWith(`${name}:`));
  // proc_net_dev: eight numbers about receiving, then bytes, packets, errs and drop of transmission.
  return Number(
    line
      ?.slice(line.indexOf(":") + 1)
      .trim()
      .split(/\s+/)[11] ?? 0,
  );
}

class KernelTun implements Tun {
  readonly name: string;
  readonly #fd: number;
  readonly #libc: Libc;
  readonly #clock: RealClock | undefined;
  readonly #dropped: () => number;
  readonly #buffer = new Uint8Array(BUFFER);
  #handler: ((packet: Uint8Array) => void) | undefined;
  #lost = 0;
  #droppedAtEnd: number | undefined;
  #closing = false;
  readonly #ended: Promise<void>;

  constructor(fd: number, libc: Libc, o: TunOptions, dropped: () => number) {
    this.name = o.name;
    this.#fd = fd;
    this.#libc = libc;
    this.#clock = o.clock;
    this.#dropped = dropped;
    this.#ended = this.#read();
  }

  get lost(): number {
    return this.#lost + (this.#droppedAtEnd ?? this.#dropped());
  }

  send(packet: Uint8Array): void {
    if (this.#closing) return;
    try {
      writeSync(this.#fd, packet);
    } catch {
      this.#lost++;
    }
  }

  onPacket(handler: (packet: Uint8Array) => void): void {
    this.#handler = handler;
  }

  close(): Promise<void> {
    this.#closing = true;
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(): Promise<void> {
    const wanted = Buffer.alloc(8);
    try {
      while (!this.#closing) {
        wanted.writeInt32LE(this.#fd, 0);
        wanted.writeInt32LE(POLLIN, 4);
        if ((await this.#libc.poll(wanted, 1, POLL_MS)) <= 0) continue;
        while (!this.#isClosing() && this.#takeBatch()) await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      this.#report(error);
    } finally {
      this.#closing = true;
      this.#droppedAtEnd = this.#droppedOrNone();
      closeSync(this.#fd);
    }
  }

  /** Closed while it waited: for the compiler, which takes the field for unchanged. */
  #isClosing(): boolean {
    return this.#closing;
  }

  /** Whether there may be more. */
  #takeBatch(): boolean {
    for (let i = 0; i < BATCH; i++) {
      const length = this.#readOne();
      if (length === undefined) {
        if (i > 0) this.#clock?.poke();
        return false;
      }
      if (this.#handler === undefined) this.#lost++;
      else this.#handle(this.#handler, this.#buffer.slice(0, length));
    }
    this.#clock?.poke();
    return true;
  }

  #readOne(): number | undefined {
    try {
      return readSync(this.#fd, this.#buffer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") return undefined;
      throw systemError(error as NodeJS.ErrnoException, `cannot read from ${this.name}`);
    }
  }

  #handle(handler: (packet: Uint8Array) => void, packet: Uint8Array): void {
    try {
      handler(packet);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Without a clock that somebody waits on, an error must not be lost either. */
  #report(error: unknown): void {
    if (this.#clock !== undefined) return this.#clock.fail(error);
    setImmediate(() => {
      throw error;
    });
  }

  /** The namespace, or the interface in it, may be gone already. */
  #droppedOrNone(): number {
    try {
      return this.#dropped();
    } catch {
      return 0;
    }
  }
}
