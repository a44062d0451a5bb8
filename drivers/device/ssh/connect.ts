/** Logs in to a device over SSH: its command line as one shell channel, or a connection for commands of their own. */
import type { Duplex } from "node:stream";
import ssh2, { type Algorithms, type ClientChannel, type ConnectConfig } from "ssh2";
import { DeviceError, nameOf } from "../device.ts";
import type { Terminal } from "../dialogue.ts";
import { addKnownHost, fingerprint, type HostKeyVerdict, lookUp, readKnownHosts } from "./known-hosts.ts";

/** How to log in. Secrets are resolved; they leave this process only for the device. */
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** A private key in PEM or OpenSSH form, and what it is locked with. */
  readonly key?: string;
  readonly passphrase?: string;
  /** Path of an agent's socket. */
  readonly agent?: string;
  /** File in which the device's host key must stand. */
  readonly knownHosts: string;
  /** Takes a key that the file does not know, and writes it there. A key that changed is refused all the same. */
  readonly acceptNewHostKey?: boolean;
  /** Told the fingerprint of the key that the device shows, before it is judged. */
  readonly onHostKey?: (fingerprint: string) => void;
  /** For old firmware: names as ssh2 spells them. */
  readonly algorithms?: Algorithms;
  readonly withinMs?: number;
  /** The way there, where it is no connection of this process's own network. */
  readonly via?: () => Promise<Duplex>;
}

/** Wide and high: VRP wraps and repaints what is longer than a line, and pages what is longer than a screen. */
const PTY = { term: "vt100", cols: 256, rows: 1000 };
const WITHIN_MS = 10_000;

/** Resolves with the one shell, as old firmware takes no second one. Rejects like {@link logIn}. */
export async function openSshTerminal(o: SshAccess, signal?: AbortSignal): Promise<Terminal> {
  return logIn(o, async (client) => new SshTerminal(client, await shellOf(client)), signal);
}

/**
 * Resolves with what `begin` makes of the connection, which is closed if it fails. Rejects with a {@link DeviceError} of one
 * line that says what to do about it.
 */
export async function logIn<T>(
  o: SshAccess,
  begin: (client: ssh2.Client) => T | Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const client = new ssh2.Client();
  const at = `${o.host}:${o.port}`;
  let refusal: string | undefined;
  const hostVerifier = (key: Buffer): boolean => {
    o.onHostKey?.(fingerprint(key));
    refusal = judgeHostKey(o, key);
    return refusal === undefined;
  };
  const abort = (): void => void client.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    signal?.throwIfAborted();
    const sock = await o.via?.();
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve).once("error", reject);
      // One failure may be told twice: an agent that does not answer, and then that nothing else is left to try.
      client.on("error", () => undefined);
      client.once("close", () => reject(new Error("the device closed the connection")));
      // Each line of a dialogue is a packet of its own: to wait for more would cost 40 ms a command.
      client.once("connect", () => client.setNoDelay(true));
      client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(() => o.password ?? "")),
      );
      client.connect({ ...configOf(o, hostVerifier), ...(sock && { sock }) });
    });
    return await begin(client);
  } catch (cause) {
    client.destroy();
    throw new DeviceError(
      {
        step: "ssh",
        text: refusal ?? (signal?.aborted === true ? "it was cancelled" : explain(cause as Error, o, at)),
        output: "",
      },
      refusal === undefined ? { cause } : {},
    );
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function configOf(o: SshAccess, hostVerifier: (key: Buffer) => boolean): ConnectConfig {
  return {
    host: o.host,
    port: o.port,
    username: o.user,
    readyTimeout: o.withinMs ?? WITHIN_MS,
    tryKeyboard: o.password !== undefined,
    hostVerifier,
    ...(o.password !== undefined && { password: o.password }),
    ...(o.key !== undefined && { privateKey: o.key }),
    ...(o.passphrase !== undefined && { passphrase: o.passphrase }),
    ...(o.agent !== undefined && { agent: o.agent }),
    ...(o.algorithms !== undefined && { algorithms: o.algorithms }),
  };
}

/** The reason to refuse the key; undefined where it is known, or new and welcome. */
function judgeHostKey(o: SshAccess, key: Buffer): string | undefined {
  const name = `${o.host}:${o.port}`;
  let verdict: HostKeyVerdict;
  try {
    verdict = lookUp(readKnownHosts(o.knownHosts), o.host, o.port, key);
  } catch (error) {
    return `cannot read ${o.knownHosts}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
  const found = fingerprint(key);
  switch (verdict.is) {
    case "known":
      return undefined;
    case "revoked":
      return `the host key ${found} of ${name} is revoked (${o.knownHosts}:${verdict.line})`;
    case "changed":
      return `the host key of ${name} has changed: expected ${verdict.expected} (${o.knownHosts}:${verdict.line}), found ${found}`;
    case "unknown":
      if (o.acceptNewHostKey !== true)
        return `the host key ${found} of ${name} is not in ${o.knownHosts}; compare it with the device's own, then --accept-new-host-key`;
      try {
        addKnownHost(o.knownHosts, o.host, o.port, key);
        return undefined;
      } catch (error) {
        return `cannot write ${o.knownHosts}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
      }
  }
}

/** ssh2's reasons, with what they mean to whoever runs the lab. */
function explain(cause: Error & { level?: string; code?: string }, o: SshAccess, at: string): string {
  if (cause.level === "agent") return `the agent at ${o.agent ?? ""} does not answer, or does not sign`;
  if (cause.level === "client-authentication") return `${at} refused the login of ${o.user}`;
  if (cause.level === "client-timeout") return `${at} did not answer within ${o.withinMs ?? WITHIN_MS} ms`;
  if (/no matching/i.test(cause.message))
    return `${at} shares no algorithm with us (${nameOf(cause.message)}); name the device's own in access.algorithms`;
  if (cause.code === "ECONNREFUSED") return `nothing listens at ${at}`;
  return `no connection to ${at}: ${nameOf(cause.message)}`;
}

function shellOf(client: ssh2.Client): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error("the device closed the connection instead of opening a shell"));
    client.once("close", closed);
    client.shell(PTY, (error, channel) => {
      client.off("close", closed);
      if (error === undefined) resolve(channel);
      else reject(error);
    });
  });
}

class SshTerminal implements Terminal {
  readonly #client: ssh2.Client;
  readonly #channel: ClientChannel;
  #end: (why: string) => void = () => undefined;
  #why: string | undefined;

  constructor(client: ssh2.Client, channel: ClientChannel) {
    this.#client = client;
    this.#channel = channel;
    channel.once("close", () => this.#over("the device closed the shell"));
    client.on("error", (error) => this.#over(error.message));
    client.once("close", () => this.#over("the connection was closed"));
  }

  write(text: string): void {
    if (this.#why === undefined) this.#channel.write(text);
  }

  onData(handler: (octets: Uint8Array) => void): void {
    this.#channel.on("data", handler);
  }

  onEnd(handler: (why: string) => void): void {
    this.#end = handler;
    if (this.#why !== undefined) handler(this.#why);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#why !== undefined) return;
    const closed = new Promise<void>((resolve) => this.#client.once("close", () => resolve()));
    this.#client.end();
    // A device that does not say goodbye is not waited for.
    const late = setTimeout(() => this.#client.destroy(), GOODBYE_MS);
    await closed;
    clearTimeout(late);
  }

  #over(why: string): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#end(why);
  }
}

const GOODBYE_MS = 500;
