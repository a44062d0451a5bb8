import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { DeviceError } from "../device.ts";
import { Dialogue } from "../dialogue.ts";
import { VRP } from "../vrp/grammar.ts";
import { openSshTerminal, type SshAccess } from "./connect.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./server.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "l2tpspec-ssh-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

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

describe("a login", () => {
  test.each(["password", "keyboard-interactive"] as const)("by %s", async (method) => {
    const { access } = await start({ method, answer: (line) => `you said ${line}` });
    const dialogue = await logIn(access);
    expect((await dialogue.command("display version")).output).toBe("you said display version\n");
  });

  test("by key, with a passphrase", async () => {
    const { private: key, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519", {
      passphrase: "open sesame",
      cipher: "aes256-cbc",
      rounds: 16,
    });
    const { access } = await start({ publicKey });
    const { password: _, ...rest } = access;
    expect((await logIn({ ...rest, key, passphrase: "open sesame" })).prompt).toBe("<FW>");
  });

  test("that is refused names the user, and not the password", async () => {
    const { access } = await start();
    const why = await whyNot({ ...access, password: "wrong-1" });
    expect(why).toBe(`device: ssh: 127.0.0.1:${access.port} refused the login of admin`);
  });

  test("at old firmware, with the algorithms that the lab names", async () => {
    const old = { kex: ["diffie-hellman-group14-sha1" as const], cipher: ["aes128-cbc" as const] };
    const { access } = await start({ algorithms: old });
    expect(await whyNot(access)).toContain("shares no algorithm with us");
    expect((await logIn({ ...access, algorithms: old })).prompt).toBe("<FW>");
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

  test("that has changed is refused even then, with both fingerprints", async () => {
    const other = ssh2.utils.generateKeyPairSync("ed25519").public.split(" ")[1]!;
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

  test("that is cut in the middle of a command", async () => {
    const { access } = await start({ answer: (line) => (line === "l2tp enable" ? undefined : "") });
    const dialogue = await logIn(access);
    await dialogue.command("system-view");
    await expect(dialogue.command("l2tp enable")).rejects.toThrow(/^device: l2tp enable: the connection ended: /);
  });
});
