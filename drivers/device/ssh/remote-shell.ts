/** Commands on a host with a shell, each a script of its own over one SSH connection. */
import type { Client, ClientChannel } from "ssh2";
import { DeviceError } from "../device.ts";
import { logIn, type SshAccess } from "./connect.ts";

/** How a script ended. */
export interface Ran {
  /** Undefined where a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly withinMs?: number;
}

/** Where scripts run. */
export interface Scripts {
  /** The script's standard output. Rejects with a DeviceError that has the first line of what it complained about. */
  run(step: string, script: string, o?: RunOptions): Promise<string>;
  /** However it ends; rejects only where that is not to be known. */
  try(step: string, script: string, o?: RunOptions): Promise<Ran>;
}

export interface RemoteShellOptions {
  /** Runs the scripts as root by sudo, which must not ask for a password. */
  readonly sudo?: boolean;
  readonly withinMs?: number;
}

const WITHIN_MS = 15_000;

/**
 * A script goes in by standard input, so that no secret in it stands among the host's processes. Where the connection was
 * lost, the next script logs in again: a script whose end was not heard is not run twice.
 */
export class RemoteShell implements Scripts, AsyncDisposable {
  readonly #access: SshAccess;
  readonly #command: string;
  readonly #withinMs: number;
  #client: Promise<Client> | undefined;

  constructor(access: SshAccess, { sudo = false, withinMs = WITHIN_MS }: RemoteShellOptions = {}) {
    this.#access = access;
    this.#command = sudo ? "exec sudo -n sh -s" : "exec sh -s";
    this.#withinMs = withinMs;
  }

  async run(step: string, script: string, o: RunOptions = {}): Promise<string> {
    const { status, stdout, stderr } = await this.try(step, script, o);
    if (status === 0) return stdout;
    const [said = ""] = stderr.trim().split("\n");
    const ended = status === undefined ? "a signal ended it" : `status ${status}`;
    throw new DeviceError({ step, text: said === "" ? ended : `the host refused (${ended})`, output: stderr, said });
  }

  async try(step: string, script: string, { signal, withinMs = this.#withinMs }: RunOptions = {}): Promise<Ran> {
    const client = await this.#connected(signal);
    return new Promise((resolve, reject) => {
      const fail = (text: string): void => {
        // What it still does, it does without us: the connection may be dead.
        this.#forget(client);
        finish(() => reject(new DeviceError({ step, text, output: "" })));
      };
      const late = setTimeout(() => fail(`the host did not finish within ${withinMs} ms`), withinMs);
      const cancelled = (): void => fail("it was cancelled");
      const lost = (): void => fail("the connection was closed");
      const finish = (settle: () => void): void => {
        clearTimeout(late);
        signal?.removeEventListener("abort", cancelled);
        client.off("close", lost);
        settle();
      };
      signal?.addEventListener("abort", cancelled, { once: true });
      client.once("close", lost);
      client.exec(this.#command, (error, channel) => {
        if (error !== undefined) return fail(`the host opened no channel: ${error.message}`);
        collect(channel, (ran) => finish(() => resolve(ran)));
        channel.end(script);
      });
    });
  }

  /** Logs out. A later script logs in again. */
  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    if (client === undefined) return;
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    client.end();
    const late = setTimeout(() => client.destroy(), GOODBYE_MS);
    await closed;
    clearTimeout(late);
  }

  #connected(signal: AbortSignal | undefined): Promise<Client> {
    return (this.#client ??= logIn(
      this.#access,
      (client) => {
        client.once("close", () => (this.#client = undefined));
        return client;
      },
      signal,
    ).catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    }));
  }

  #forget(client: Client): void {
    this.#client = undefined;
    client.destroy();
  }
}

const GOODBYE_MS = 500;

function collect(channel: ClientChannel, done: (ran: Ran) => void): void {
  let [stdout, stderr] = ["", ""];
  let status: number | undefined;
  channel.setEncoding("utf8");
  channel.stderr.setEncoding("utf8");
  channel.on("data", (text: string) => (stdout += text));
  channel.stderr.on("data", (text: string) => (stderr += text));
  channel.on("exit", (code: number | null) => (status = code ?? undefined));
  channel.once("close", () => done({ status, stdout, stderr }));
}
