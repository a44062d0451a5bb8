import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2 from "ssh2";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { has } from "#fixtures/machine";
import { DeviceError } from "../device.ts";
import { Dialogue } from "../dialogue.ts";
import { VRP } from "../vrp/grammar.ts";
import { openSshTerminal, type SshAccess } from "./connect.ts";
import { ed25519Keys, startTestServer, type TestServer, type TestServerOptions } from "./server.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "l2tpspec-ssh-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const { utils } = ssh2;

interface Started {
  readonly server: TestServer;
  readonly access: SshAccess;
}

/** A server, and an access that knows its key unless `known` says otherwise. */
async function start(o: TestServerOptions = {}, known?: (server: TestServer) => string): Promise<Started> {
  const server = await startTestServer({ password: "Admin@123", ...o });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const knownHosts = join(folder, `known_hosts_${++files}`);
  writeFileSync(knownHosts, known?.(server) ?? `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  const access = { host: "127.0.0.1", port: server.port, user: "admin", password: "Admin@123", knownHosts };
  return { server, access };
}

async function logIn(access: SshAccess): Promise<Dialogue> {
  const dialogue = new Dialogue(await openSshTerminal(access), VRP, { withinMs: 5000 });
  onTestFinished(() => dialogue[Symbol.asyncDispose]());
  await dialogue.login();
  return dialogue;
}

async function whyNot(access: SshAccess): Promise<string> {
  const error: unknown = await openSshTerminal(access).then(
    (terminal) => terminal[Symbol.asyncDispose](),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeviceError);
  return (error as DeviceError).message;
}

/** A client that signs without asking first. */
async function signAtOnce({ host, port, user }: SshAccess, key: string): Promise<void> {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  const client = new ssh2.Client();
  onTestFinished(() => void client.destroy());
  await new Promise<void>((resolve, reject) => {
    client.once("ready", resolve).on("error", reject);
    client.once("close", () => reject(new Error("closed")));
    let signed = false;
    const authHandler = (): undefined => {
      if (signed) return;
      signed = true;
      // Its types do not show the protocol beneath.
      const { _protocol } = client as unknown as { readonly _protocol: { authPK: AuthPk } };
      _protocol.authPK(user, parsed, undefined, (blob, done) => done(parsed.sign(blob)));
    };
    client.connect({ host, port, username: user, authHandler: authHandler });
  });
}

type AuthPk = (
  user: string,
  key: ssh2.ParsedKey,
  algorithm: undefined,
  sign: (blob: Buffer, done: (signature: Buffer) => void) => void,
) => void;

/** Something that says so much to whoever connects, and nothing more; gives its port. */
async function listening(words: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).write(words);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

/** An agent with no key yet; gives the path of its socket. */
async function startAgent(): Promise<string> {
  const socket = join(folder, `agent_${++files}.sock`);
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  const ended = once(agent, "exit");
  onTestFinished(async () => {
    agent.kill();
    await ended;
  });
  while (!existsSync(socket)) {
    if (agent.exitCode !== null) throw new Error(`ssh-agent ended with ${agent.exitCode}`);
    await sleep(10);
  }
  return socket;
}

async function addToAgent(socket: string, key: string): Promise<void> {
  const path = join(folder, `key_${++files}`);
  writeFileSync(path, key, { mode: 0o600 });
  const add = spawn("ssh-add", ["-q", path], { stdio: "inherit", env: { ...process.env, SSH_AUTH_SOCK: socket } });
  expect(await once(add, "exit")).toEqual([0, null]);
}

describe("a login", () => {
  test.each(["password", "keyboard-interactive"] as const)("by %s", async (method) => {
    const { access } = await start({ method, answer: (line) => `you said ${line}` });
    const dialogue = await logIn(access);
    expect((await dialogue.command("display version")).output).toBe("you said display version\n");
  });

  test("by key, with a passphrase", async () => {
    const { private: key, public: publicKey } = ed25519Keys("open sesame");
    const { access } = await start({ publicKey });
    const { password: _, ...rest } = access;
    expect((await logIn({ ...rest, key, passphrase: "open sesame" })).prompt).toBe("<FW>");
  });

  test.each(["ed25519", "rsa"] as const)(
    "by a key of type %s, of which the device is asked first whether it is welcome",
    async (type) => {
      const { private: key, public: publicKey } =
        type === "rsa" ? utils.generateKeyPairSync("rsa", { bits: 2048 }) : ed25519Keys();
      const { access } = await start({ publicKey, insistsOnQuery: true });
      const { password: _, ...rest } = access;
      expect((await logIn({ ...rest, key })).prompt).toBe("<FW>");
      await expect(signAtOnce(rest, key)).rejects.toThrow("closed");
      // It is the query that this one lacks: a device that does not insist takes it.
      const { access: easy } = await start({ publicKey });
      if (type === "ed25519") await signAtOnce(easy, key);
    },
  );

  test("by a key that is not welcome, or by another's, is refused", async () => {
    const { access } = await start({ publicKey: ed25519Keys().public });
    const { password: _, ...rest } = access;
    const why = await whyNot({ ...rest, key: ed25519Keys().private });
    expect(why).toBe(`device: ssh: 127.0.0.1:${access.port} refused the login of admin`);
  });

  // VRP's own software version is one dash; its line is then SSH-2.0--.
  test.each(["-", "HUAWEI-1.5"])("at a device that calls itself %s", async (ident) => {
    const { access } = await start({ ident });
    expect((await logIn(access)).prompt).toBe("<FW>");
  });

  test("that is refused names the user, and not the password", async () => {
    const { access } = await start();
    const why = await whyNot({ ...access, password: "wrong-1" });
    expect(why).toBe(`device: ssh: 127.0.0.1:${access.port} refused the login of admin`);
  });

  test("at old firmware, with the algorithms that the lab names", async () => {
    const old = { kex: ["diffie-hellman-group14-sha1" as const], cipher: ["aes128-cbc" as const] };
    const { access } = await start({ algorithms: old });
    expect(await whyNot(access)).toBe(
      `device: ssh: 127.0.0.1:${access.port} shares no algorithm with us (Handshake failed: no matching key exchange algorithm); name the device's own in access.algorithms`,
    );
    expect((await logIn({ ...access, algorithms: old })).prompt).toBe("<FW>");
  });
});

describe.runIf(has("login by agent", "ssh-agent"))("an agent", () => {
  test("logs in, with the key that it has", async () => {
    const { private: key, public: publicKey } = ed25519Keys();
    const { access } = await start({ publicKey, insistsOnQuery: true });
    const { password: _, ...rest } = access;
    const agent = await startAgent();
    expect(await whyNot({ ...rest, agent })).toBe(`device: ssh: 127.0.0.1:${rest.port} refused the login of admin`);
    await addToAgent(agent, ed25519Keys().private);
    await addToAgent(agent, key);
    expect((await logIn({ ...rest, agent })).prompt).toBe("<FW>");
  });

  test("that is not there is named", async () => {
    const { access } = await start({ publicKey: ed25519Keys().public });
    const { password: _, ...rest } = access;
    const agent = join(folder, "no-agent.sock");
    expect(await whyNot({ ...rest, agent })).toBe(
      `device: ssh: the agent at ${agent} does not answer, or does not sign`,
    );
  });
});

describe("a host key", () => {
  test("that nobody knows is refused, with its fingerprint", async () => {
    const { server, access } = await start({}, () => "");
    expect(await whyNot(access)).toBe(
      `device: ssh: the host key ${server.fingerprint} of 127.0.0.1:${server.port} is not in ${access.knownHosts}; compare it with the device's own, then --accept-new-host-key`,
    );
    expect(readFileSync(access.knownHosts, "utf8")).toBe("");
  });

  test("that nobody knows is taken and kept where the caller says so", async () => {
    const { access } = await start({}, () => "");
    await logIn({ ...access, acceptNewHostKey: true });
    expect((await logIn(access)).prompt).toBe("<FW>");
  });

  test("that nobody knows and that cannot be kept is refused", async () => {
    const { access } = await start({}, () => "");
    // Not even root makes a folder there.
    const knownHosts = "/sys/nowhere/known_hosts";
    expect(await whyNot({ ...access, knownHosts, acceptNewHostKey: true })).toMatch(
      /^device: ssh: cannot write \/sys\/nowhere\/known_hosts: E[A-Z]+$/,
    );
  });

  test("that is revoked is refused, though another line knows it", async () => {
    const { server, access } = await start({}, ({ port, hostKey }) =>
      [`[127.0.0.1]:${port} ${hostKey}`, `@revoked * ${hostKey}`, ""].join("\n"),
    );
    expect(await whyNot({ ...access, acceptNewHostKey: true })).toBe(
      `device: ssh: the host key ${server.fingerprint} of 127.0.0.1:${server.port} is revoked (${access.knownHosts}:2)`,
    );
  });

  test("that has changed is refused even then, with both fingerprints", async () => {
    const other = ed25519Keys().public.split(" ")[1]!;
    const { server, access } = await start({}, ({ port }) => `[127.0.0.1]:${port} ssh-ed25519 ${other}\n`);
    const why = await whyNot({ ...access, acceptNewHostKey: true });
    expect(why).toMatch(/has changed: expected SHA256:\S+ \(.*known_hosts_\d+:1\), found SHA256:/);
    expect(why).toContain(server.fingerprint);
  });
});

describe("a connection", () => {
  test("to where nothing listens", async () => {
    const { server, access } = await start();
    await server[Symbol.asyncDispose]();
    expect(await whyNot(access)).toBe(`device: ssh: nothing listens at 127.0.0.1:${access.port}`);
  });

  test("to what speaks no SSH, or nothing at all", async () => {
    const { access } = await start();
    for (const [words, why] of [
      ["220 mail ready\r\n".repeat(2000), /^no connection to \S+: .+$/],
      ["", /^\S+ did not answer within 100 ms$/],
    ] as const) {
      const port = await listening(words);
      const found = await whyNot({ ...access, port, withinMs: 100 });
      expect(found.replace("device: ssh: ", "")).toMatch(why);
    }
  });

  test("on which no prompt ever comes", async () => {
    const { access } = await start({ shell: (channel) => channel.write("Welcome\r\n") });
    const dialogue = new Dialogue(await openSshTerminal(access), VRP, { withinMs: 100 });
    onTestFinished(() => dialogue[Symbol.asyncDispose]());
    await expect(dialogue.login()).rejects.toThrow(/^device: login: no prompt came within 100 ms$/);
    expect(dialogue.ended).toBe("no prompt came within 100 ms");
  });

  test("on which the output has no end", async () => {
    const { access } = await start({
      shell: (channel) => {
        channel.write("<FW>");
        channel.once("data", (line: Buffer) => {
          channel.write(`${line.toString().trim()}\r\n`);
          const more = (): void => {
            if (channel.writable) channel.write("more and more\r\n<FW>\r\n".repeat(500), () => setImmediate(more));
          };
          more();
        });
      },
    });
    const dialogue = new Dialogue(await openSshTerminal(access), VRP, { withinMs: 5000, maxOctets: 100_000 });
    onTestFinished(() => dialogue[Symbol.asyncDispose]());
    await dialogue.login();
    await expect(dialogue.command("display all")).rejects.toThrow(
      /^device: display all: it printed more than 100000 octets and no prompt$/,
    );
  });

  test("that is cut in the middle of a login", async () => {
    const { access } = await start({ shell: (channel) => channel.end("Warning: maintenance\r\n") });
    const dialogue = new Dialogue(await openSshTerminal(access), VRP, { withinMs: 5000 });
    onTestFinished(() => dialogue[Symbol.asyncDispose]());
    await expect(dialogue.login()).rejects.toThrow(
      /^device: login: the connection (has )?ended: the device closed the shell$/,
    );
  });

  test("that is cancelled while the device does not answer", async () => {
    const { access } = await start();
    const cancelled = new AbortController();
    const opening = openSshTerminal({ ...access, port: await listening("") }, cancelled.signal);
    setTimeout(() => cancelled.abort(), 50);
    await expect(opening).rejects.toThrow(/^device: ssh: it was cancelled$/);
  });

  test("that is cut in the middle of a command", async () => {
    const { access } = await start({ answer: (line) => (line === "l2tp enable" ? undefined : "") });
    const dialogue = await logIn(access);
    await dialogue.command("system-view");
    await expect(dialogue.command("l2tp enable")).rejects.toThrow(/^device: l2tp enable: the connection ended: /);
  });
});
