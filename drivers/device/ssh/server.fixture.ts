/** A real SSH server on loopback, for tests of the client: it plays a recording on every shell. */
import type { AddressInfo } from "node:net";
import ssh2, { type Algorithms } from "ssh2";
import { fingerprint } from "./known-hosts.ts";

const { Server, utils } = ssh2;

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** `ssh-ed25519 AAAA…`, as it stands in a known_hosts file behind the name. */
  readonly hostKey: string;
  readonly fingerprint: string;
}

export interface TestServerOptions {
  readonly password?: string;
  /** How the password is asked for. */
  readonly method?: "password" | "keyboard-interactive";
  /** A public key that may log in, in OpenSSH form. */
  readonly publicKey?: string;
  readonly algorithms?: Algorithms;
  /** Answers each line of the shell; `undefined` cuts the connection. */
  readonly answer?: (line: string) => string | undefined;
}

const USER = "admin";

/** Prompts `<FW>`; takes one connection or many. */
export async function startTestServer(o: TestServerOptions = {}): Promise<TestServer> {
  const keys = utils.generateKeyPairSync("ed25519");
  const allowed = o.publicKey === undefined ? undefined : parsed(o.publicKey);
  const connections = new Set<ssh2.Connection>();
  const server = new Server(
    { hostKeys: [keys.private], ...(o.algorithms && { algorithms: o.algorithms }) },
    (client) => {
      connections.add(client);
      // Its types lack it.
      (client as ssh2.Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
      client.on("error", () => undefined).once("close", () => connections.delete(client));
      client.on("authentication", (context) => {
        if (context.username !== USER) return context.reject();
        if (context.method === "publickey" && allowed !== undefined && context.key.data.equals(allowed.getPublicSSH()))
          return context.accept();
        const method = o.method ?? "password";
        if (context.method === "password" && method === "password" && context.password === o.password)
          return context.accept();
        if (context.method === "keyboard-interactive" && method === "keyboard-interactive")
          return context.prompt([{ prompt: "Password: ", echo: false }], ([answer]) =>
            answer === o.password ? context.accept() : context.reject(),
          );
        return context.reject([method, "publickey"]);
      });
      client.on("session", (accept) => {
        const session = accept();
        session.on("pty", (granted) => granted());
        session.on("shell", (granted) => shell(granted(), client, o.answer ?? (() => "")));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hostKey = parsed(keys.public).getPublicSSH();
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: `ssh-ed25519 ${hostKey.toString("base64")}`,
    fingerprint: fingerprint(hostKey),
    [Symbol.asyncDispose]: async () => {
      for (const client of connections) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function parsed(key: string): ssh2.ParsedKey {
  const found = utils.parseKey(key);
  if (found instanceof Error) throw found;
  return found;
}

function shell(
  channel: ssh2.ServerChannel,
  client: ssh2.Connection,
  answer: (line: string) => string | undefined,
): void {
  let typed = "";
  channel.write("<FW>");
  channel.on("data", (octets: Buffer) => {
    typed += octets.toString();
    for (let end = typed.indexOf("\n"); end >= 0; end = typed.indexOf("\n")) {
      const line = typed.slice(0, end);
      typed = typed.slice(end + 1);
      const said = answer(line);
      if (said === undefined) {
        client.end();
        return;
      }
      channel.write(`${line}\r\n${said === "" ? "" : `${said}\r\n`}<FW>`);
    }
  });
}
