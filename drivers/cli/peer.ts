/** `l2tpspec peer lns|lac`: a reference peer standing alone on UDP; it prints its packets, one line each. */
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { Option } from "commander";

interface CommonOptions {
  readonly listen?: string;
  readonly user: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly secret?: string;
  readonly secretFile?: string;
  readonly auth: "pap" | "chap" | "both" | "none";
  readonly mru?: number;
  readonly quiet?: boolean;
  readonly hello?: number;
}

interface LnsCommand extends CommonOptions {
  readonly pool: string;
  readonly gateway: string;
  readonly address?: string;
  readonly dns?: readonly string[];
  readonly requireTunnelAuth?: boolean;
}

interface LacCommand extends CommonOptions {
  readonly ping?: string;
}

const auth = (): Option =>
  new Option("--auth <method>", "how the caller proves itself")
    .choices(["pap", "chap", "both", "none"])
    .default("both");

export function addPeer(program: Command): void {
  const peer = program.command("peer").description("a reference LNS or LAC standing alone on UDP");
  common(peer.command("lns").description("serve calls until Ctrl-C"))
    .option("--listen <address[:port]>", "where to listen", "127.0.0.1:1701")
    .option("--pool <prefix>", "addresses for callers", "172.16.1.0/24")
    .option("--gateway <address>", "the LNS's own address inside PPP", "172.16.1.1")
    .option("--address <address>", "the address that the user always gets")
    .option("--dns <addresses>", "primary and secondary DNS server, by comma", (text: string) => text.split(","))
    .option("--require-tunnel-auth", "challenge the LAC")
    .action(async (o: LnsCommand) => serve(o));
  common(peer.command("lac").description("dial a call and keep it until Ctrl-C"))
    .argument("<lns>", "address[:port] of the LNS")
    .option("--listen <address[:port]>", "address (and port) to dial from", "127.0.0.1:0")
    .option("--ping <address>", "ping this address through the call, once a second")
    .action(async (lns: string, o: LacCommand) => dial(lns, o));
}

function common(command: Command): Command {
  return command
    .addOption(auth())
    .option("--user <name>", "the caller's name", "hb@hb")
    .option("--password <text>", "its password, readable by every process of this machine")
    .option("--password-file <file>", "file that holds its password")
    .option("--secret <text>", "the tunnel secret, readable by every process of this machine")
    .option("--secret-file <file>", "file that holds the tunnel secret")
    .option("--mru <n>", "MRU to ask for", Number)
    .option("--hello <seconds>", "silence after which HELLO is sent; 0 for never", Number)
    .option("--quiet", "print no packets");
}

async function serve(o: LnsCommand): Promise<void> {
  const { Lns } = await import("#peer/lns");
  const { clock, attach, secret, password } = await ground(o);
  const lns = await Lns.at(attach, addressOf(o.listen!, 1701, "--listen"), {
    clock,
    random: (n) => randomBytes(n),
    l2tp: l2tpOptions(o, secret, o.requireTunnelAuth === true),
    users: [{ name: o.user, password, ...(o.address !== undefined && { address: o.address }) }],
    pool: o.pool,
    gateway: o.gateway,
    auth: o.auth === "both" ? ["chap", "pap"] : o.auth,
    ...(o.dns !== undefined && { dns: { primary: o.dns[0]!, ...(o.dns[1] !== undefined && { secondary: o.dns[1] }) } }),
    ...(o.mru !== undefined && { ppp: { mru: o.mru } }),
    record: false,
  });
  process.stderr.write(`LNS on ${lns.local.address}:${lns.local.port}\n`);
  await interrupted();
  await lns.shutDown();
}

async function dial(target: string, o: LacCommand): Promise<void> {
  const { Lac } = await import("#peer/lac");
  const { PeerError } = await import("#peer/peer");
  const { clock, attach, secret, password } = await ground(o);
  const lac = await Lac.at(attach, addressOf(o.listen!, 0, "--listen"), {
    clock,
    random: (n) => randomBytes(n),
    l2tp: l2tpOptions(o, secret, false),
    lns: addressOf(target, 1701, "<lns>"),
    user: o.user,
    password,
    ppp: {
      ...(o.auth !== "both" && { acceptAuth: o.auth === "none" ? [] : [o.auth] }),
      ...(o.mru !== undefined && { mru: o.mru }),
    },
    record: true,
  });
  const stop = interrupted();
  try {
    const session = await Promise.race([lac.dial(), stop]);
    if (session !== undefined) {
      process.stderr.write(`call is up\n`);
      while (o.ping !== undefined) {
        const ms = await Promise.race([lac.ping(o.ping), stop]);
        if (await Promise.race([stop.then(() => true), clock.until(() => false, clock.now() + 1000)])) break;
        process.stderr.write(
          ms === undefined ? `no reply from ${o.ping}\n` : `reply from ${o.ping}: ${ms.toFixed(1)} ms\n`,
        );
      }
      await stop;
    }
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    process.stderr.write(`l2tpspec: ${error.message}\n`);
    process.exitCode = 1;
  }
  await lac.shutDown();
}

/** What both roles stand on: time, a socket whose packets are printed, and the secrets. */
async function ground(o: CommonOptions) {
  const [{ RealClock }, { openUdp }, { tap }, { dissect }, { line }] = await Promise.all([
    import("#link/clock"),
    import("#link/udp"),
    import("#link/tap"),
    import("#wire/packet"),
    import("#wire/text"),
  ]);
  const clock = new RealClock();
  const began = clock.now();
  const print = ({ octets, direction }: { octets: Uint8Array; direction: "in" | "out" }): void => {
    const seconds = ((clock.now() - began) / 1000).toFixed(3);
    process.stdout.write(`${seconds} ${direction === "in" ? "<" : ">"} ${line(dissect(octets, "ipv4"))}\n`);
  };
  const attach = async (at: { address: string; port: number }) => {
    const link = await openUdp({ ...at, clock });
    return o.quiet === true ? link : tap(link, clock, print);
  };
  const secret = await secretOf(o.secret, o.secretFile);
  return { clock, attach, secret, password: (await secretOf(o.password, o.passwordFile)) ?? "admin@123" };
}

async function secretOf(text: string | undefined, file: string | undefined): Promise<string | undefined> {
  const { resolveSecret } = await import("#lab/secret");
  return file === undefined ? text : resolveSecret(`file:${file}`, "--secret-file");
}

function l2tpOptions(o: CommonOptions, secret: string | undefined, challengePeer: boolean) {
  return {
    challengePeer,
    ...(secret !== undefined && { secret: new TextEncoder().encode(secret) }),
    ...(o.hello !== undefined && { helloAfterMs: o.hello * 1000 }),
  };
}

function addressOf(text: string, port: number, field: string): { address: string; port: number } {
  const [, address, given] = /^((?:\d{1,3}\.){3}\d{1,3})(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (address === undefined) throw new TypeError(`${field}: expected ADDRESS or ADDRESS:PORT, found ${text}`);
  return { address, port: given === undefined ? port : Number(given) };
}

/** Resolves at the first Ctrl-C or SIGTERM. */
function interrupted(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
}
