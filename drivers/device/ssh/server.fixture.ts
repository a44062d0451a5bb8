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
  /** Drops who signs with a key before asking whether it is welcome (RFC 4252 §7), as some firmware does. */
  readonly insistsOnQuery?: boolean;
  /** What stands behind `SSH-2.0-` in its first line. */
  readonly ident?: string;
  /** Answers each line of the shell; `undefined` cuts the connection. */
  readonly answer?: (line: string) => string | undefined;
  /** Does all that the shell does, instead of the prompt `<FW>` and `answer`. */
  readonly shell?: (channel: ssh2.ServerChannel) => void;
}

const USER = "admin";

/** Prompts `<FW>`; takes one connection or many. */
export async function startTestServer(o: TestServerOptions = {}): Promise<TestServer> {
  const keys = ed25519Keys();
  const allowed = o.publicKey === undefined ? undefined : parsed(o.publicKey);
  const connections = new Set<ssh2.Connection>();
  const server = new Server(
    {
      hostKeys: [keys.private],
      ...(o.algorithms && { algorithms: o.algorithms }),
      ...(o.ident !== undefined && { ident: o.ident }),
    },
    (client) => {
      connections.add(client);
      let queried = false;
      // Its types lack it.
      (client as ssh2.Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
      client.on("error", () => undefined).once("close", () => connections.delete(client));
      client.on("authentication", (context) => {
        if (context.username !== USER) return context.reject();
        if (context.method === "publickey" && allowed !== undefined) {
          if (o.insistsOnQuery === true && context.signature !== undefined && !queried) return void client.end();
          queried ||= context.signature === undefined;
          return isWelcome(context, allowed) ? context.accept() : context.reject();
        }
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
        session.on("shell", (granted) => {
          const channel = granted();
          if (o.shell === undefined) shell(channel, client, o.answer ?? (() => ""));
          else o.shell(channel);
        });
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

/** A new pair. Now and then ssh2 makes one that it cannot read itself: then another is made. */
export function ed25519Keys(passphrase?: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const lock = passphrase === undefined ? undefined : { passphrase, cipher: "aes256-cbc", rounds: 2 };
    const keys = utils.generateKeyPairSync("ed25519", lock);
    if (!(utils.parseKey(keys.private, passphrase) instanceof Error)) return keys;
  }
}

/** A query names the key; a login proves with it. */
function isWelcome({ key, signature, blob, hashAlgo }: ssh2.PublicKeyAuthContext, allowed: ssh2.ParsedKey): boolean {
  if (!key.data.equals(allowed.getPublicSSH())) return false;
  if (signature === undefined) return true;
  // It gives an Error where it cannot tell; its types lack that.
  const verified: unknown = allowed.verify(blob ?? "", signature, hashAlgo);
  return verified === true;
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
