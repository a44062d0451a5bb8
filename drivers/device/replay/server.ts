/** Plays a recording to whoever connects over TCP, on loopback, and is the plainest terminal that leads there. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { DeviceError } from "../device.ts";
import type { Terminal } from "../dialogue.ts";
import { type Manner, Replay, type Turn } from "./replay.ts";

/** A server that plays the same recording on each connection. */
export interface ReplayServer extends AsyncDisposable {
  readonly port: number;
  /** Why recordings ended before their last turn, one a connection. */
  readonly ends: readonly string[];
}

/** Listens on a free port of loopback. Disposing of it ends its connections too. */
export async function startReplayServer(turns: readonly Turn[], manner: Manner = {}): Promise<ReplayServer> {
  const sockets = new Set<Socket>();
  const ends: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.once("close", () => sockets.delete(socket));
    playOn(socket, turns, manner, (why) => ends.push(why));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    ends,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Plays a recording at one end of a stream: a socket, or the shell of an SSH server. It closes the stream at its end. */
export function playOn(
  stream: Duplex,
  turns: readonly Turn[],
  manner: Manner = {},
  ended: (why: string) => void = () => undefined,
): void {
  const replay = new Replay(turns, manner);
  replay.onData((octets) => stream.write(octets));
  replay.onEnd((why) => (ended(why), stream.end()));
  stream.on("data", (octets: Buffer) => replay.write(octets.toString()));
  stream.on("error", () => undefined).once("close", () => void replay[Symbol.asyncDispose]());
}

/** Resolves when connected. Rejects with a {@link DeviceError} where nothing listens. */
export async function openTcpTerminal(port: number, host = "127.0.0.1"): Promise<Terminal> {
  const socket = connect({ port, host, noDelay: true });
  try {
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  } catch (cause) {
    socket.destroy();
    throw new DeviceError({ step: "tcp", text: `nothing listens at ${host}:${port}`, output: "" }, { cause });
  }
  let why = "the device closed the connection";
  socket.on("error", (error: NodeJS.ErrnoException) => (why = error.code ?? "the connection broke"));
  return {
    write: (text) => {
      if (socket.writable) socket.write(text);
    },
    onData: (handler) => void socket.on("data", handler),
    onEnd: (handler) => {
      if (socket.closed) handler(why);
      else socket.once("close", () => handler(why));
    },
    [Symbol.asyncDispose]: async () => {
      if (socket.closed) return;
      const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      socket.destroy();
      await closed;
    },
  };
}
