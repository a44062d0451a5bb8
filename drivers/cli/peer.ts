/** `l2tpspec peer lns|lac`: a reference peer standing alone on UDP; it prints its packets, one line each. */
import { randomBytes } from "node:crypto";
import { isIPv4 } from "node:net";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { Misuse } from "#fixtures/misuse";
import type { RealClock } from "#link/clock";
import type { Lac } from "#peer/lac";
import { VENDOR_NAME } from "#peer/vendor-name";
import type { SocketAddress } from "#wire/ip/udp";
import { listOf, wholeNumber } from "./selection.ts";

interface CommonOptions {
  readonly listen: SocketAddress;
  readonly user: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly secret?: string;
  readonly secretFile?: string;
  readonly hide?: boolean;
  readonly auth: "pap" | "chap" | "both" | "none";
  readonly mru?: number;
  readonly quiet?: boolean;
  readonly hello?: number;
}

interface LnsCommand extends CommonOptions {
  readonly pool: string;
  readonly gateway: string;
  readonly address?: string;
  readonly users?: string;
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
    .option("--listen <address[:port]>", "where to listen", socketAddress(1701), { address: "127.0.0.1", port: 1701 })
    .option("--pool <prefix>", "addresses for callers", prefix, "172.16.1.0/24")
    .option("--gateway <address>", "the LNS's own address inside PPP", ipv4, "172.16.1.1")
    .option("--address <address>", "the address that the user always gets", ipv4)
    .option("--users <file>", "YAML list of name, password and address, in place of the one user")
    .option("--dns <addresses>", "primary and secondary DNS server, by comma", (text) => listOf(text).map(ipv4))
    .option("--require-tunnel-auth", "challenge the LAC")
    .action(async (o: LnsCommand) => serve(o));
  common(peer.command("lac").description("dial a call and keep it until Ctrl-C"))
    .argument("<lns>", "address[:port] of the LNS", socketAddress(1701))
    .option("--listen <address[:port]>", "address (and port) to dial from", socketAddress(0), {
      address: "127.0.0.1",
      port: 0,
    })
    .option("--ping <address>", "ping this address through the call, once a second", ipv4)
    .action(async (lns: SocketAddress, o: LacCommand) => dial(lns, o));
}

function common(command: Command): Command {
  return command
    .addOption(auth())
    .option("--user <name>", "the caller's name", "hb@hb")
    .option("--password <text>", "its password, readable by every process of this machine")
    .option("--password-file <file>", "file that holds its password")
    .option("--secret <text>", "the tunnel secret, readable by every process of this machine")
    .option("--secret-file <file>", "file that holds the tunnel secret")
    .option("--hide", "hide every AVP that may be hidden, with the tunnel secret")
    .option("--mru <n>", "MRU to ask for", mru)
    .option("--hello <seconds>", "silence after which HELLO is sent; 0 for never", wholeNumber)
    .option("--quiet", "print no packets");
}

async function serve(o: LnsCommand): Promise<void> {
  const [{ Lns }, { readUsers }] = await Promise.all([import("#peer/lns"), import("./users-file.ts")]);
  const users = o.users === undefined ? undefined : readUsers(o.users);
  const stop = interrupted();
  // A caller that cannot be reached is no reason to leave the others alone.
  const { clock, attach, secret, password } = await ground(o, (error) =>
    process.stderr.write(`l2tpspec: ${error.message}\n`),
  );
  if (o.requireTunnelAuth === true && secret === undefined)
    throw new Misuse({
      field: "--require-tunnel-auth",
      expected: "--secret or --secret-file with it",
      found: "neither",
    });
  const lns = await Lns.at(attach, o.listen, {
    clock,
    random: (n) => randomBytes(n),
    l2tp: l2tpOptions(o, secret, o.requireTunnelAuth === true),
    users: users ?? [{ name: o.user, password, ...(o.address !== undefined && { address: o.address }) }],
    pool: o.pool,
    gateway: o.gateway,
    auth: o.auth === "both" ? ["chap", "pap"] : o.auth,
    ...(o.dns !== undefined && { dns: { primary: o.dns[0]!, ...(o.dns[1] !== undefined && { secondary: o.dns[1] }) } }),
    ...(o.mru !== undefined && { ppp: { mru: o.mru } }),
    record: false,
  });
  process.stderr.write(`LNS on ${lns.local.address}:${lns.local.port}\n`);
  await stop;
  await lns.shutDown();
}

async function dial(lns: SocketAddress, o: LacCommand): Promise<void> {
  const { Lac } = await import("#peer/lac");
  const { PeerError } = await import("#peer/peer");
  const stop = interrupted();
  const { clock, attach, secret, password } = await ground(o);
  const lac = await Lac.at(attach, o.listen, {
    clock,
    random: (n) => randomBytes(n),
    l2tp: l2tpOptions(o, secret, false),
    lns,
    user: o.user,
    password,
    ppp: {
      ...(o.auth !== "both" && { acceptAuth: o.auth === "none" ? [] : [o.auth] }),
      ...(o.mru !== undefined && { mru: o.mru }),
    },
    record: true,
  });
  try {
    const session = await Promise.race([lac.dial(), stop]);
    if (session !== undefined) {
      process.stderr.write(`call is up\n`);
      const ended = clock
        .until(() => session.state === "down", Infinity)
        .then(() => {
          throw session.failure();
        });
      await Promise.race([stop, ended, ...(o.ping === undefined ? [] : [pingOn(lac, clock, o.ping)])]);
    }
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    process.stderr.write(`l2tpspec: ${error.message}\n`);
    process.exitCode = 1;
  }
  await lac.shutDown();
}

/** One a second, for ever. */
async function pingOn(lac: Lac, clock: RealClock, address: string): Promise<never> {
  for (;;) {
    const ms = await lac.ping(address);
    process.stderr.write(
      ms === undefined ? `no reply from ${address}\n` : `reply from ${address}: ${ms.toFixed(1)} ms\n`,
    );
    await clock.until(() => false, clock.now() + 1000);
  }
}

/** What both roles stand on: time, a socket whose packets are printed, and the secrets. */
async function ground(o: CommonOptions, onError?: (error: Error) => void) {
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
    const link = await openUdp({ ...at, clock, ...(onError !== undefined && { onError }) });
    return o.quiet === true ? link : tap(link, clock, print);
  };
  const secret = await secretOf(o.secret, o.secretFile, "--secret-file");
  const password = (await secretOf(o.password, o.passwordFile, "--password-file")) ?? "admin@123";
  return { clock, attach, secret, password };
}

async function secretOf(
  text: string | undefined,
  file: string | undefined,
  field: string,
): Promise<string | undefined> {
  const { resolveSecret } = await import("#lab/secret");
  return file === undefined ? text : resolveSecret(`file:${file}`, field);
}

function l2tpOptions(o: CommonOptions, secret: string | undefined, challengePeer: boolean) {
  if (o.hide === true && secret === undefined)
    throw new Misuse({ field: "--hide", expected: "--secret or --secret-file with it", found: "neither" });
  return {
    vendorName: VENDOR_NAME,
    challengePeer,
    ...(o.hide === true && { hide: true }),
    ...(secret !== undefined && { secret: new TextEncoder().encode(secret) }),
    ...(o.hello !== undefined && { helloAfterMs: o.hello * 1000 }),
  };
}

/** For commander: the values of options. */
function ipv4(text: string): string {
  if (!isIPv4(text)) throw new InvalidArgumentError("expected an IPv4 address");
  return text;
}

function socketAddress(defaultPort: number): (text: string) => SocketAddress {
  return (text) => {
    const [address = "", port, more] = text.split(":");
    const known = port === undefined ? defaultPort : /^\d{1,5}$/.test(port) ? Number(port) : Infinity;
    if (!isIPv4(address) || known > 65535 || more !== undefined)
      throw new InvalidArgumentError("expected an IPv4 address, or ADDRESS:PORT");
    return { address, port: known };
  };
}

function prefix(text: string): string {
  const [address = "", length = "", more] = text.split("/");
  if (!isIPv4(address) || !/^([1-9]|[12]\d|30)$/.test(length) || more !== undefined)
    throw new InvalidArgumentError("expected a prefix of 1 to 30 bits such as 172.16.1.0/24");
  return text;
}

function mru(text: string): number {
  const value = wholeNumber(text);
  if (value > 65535) throw new InvalidArgumentError("expected at most 65535");
  return value;
}

/** Resolves at the first Ctrl-C or SIGTERM. */
function interrupted(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
}
