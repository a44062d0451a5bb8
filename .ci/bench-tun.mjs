/**
 * `node .ci/bench-tun.mjs [packets per second ...]`, as root: the TUN path of the reference LAC, one way. A generator in a
 * process and a namespace of its own sends packets of 100 octets at a fixed pace; the LAC's kernel routes them to the TUN,
 * the LAC sends them as L2TP, and the far end's kernel counts what arrives. A plain veth between the same namespaces is
 * measured in the same run. Machines are noisy: what counts is that nothing is lost in the harness at 30,000 a second.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import dgram from "node:dgram";
import { once } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";
import { performance } from "node:perf_hooks";

const SELF = fileURLToPath(import.meta.url);
/** IP header, UDP header and payload make 100 octets. */
const PAYLOAD = 72;
const SECONDS = 3;
const GOAL = 30_000;
const PACE_MS = 2;
/** Counts at the far end, and drops what it counted. */
const COUNTER = `table ip bench {
  counter arrived { }
  chain input { type filter hook input priority 0; meta l4proto udp counter name "arrived" drop
  }
}
`;

if (process.argv[2] === "generate") await generate(process.argv[3], Number(process.argv[4]), Number(process.argv[5]));
else await bench(process.argv.length > 2 ? process.argv.slice(2).map(Number) : [GOAL, 40_000, 50_000, 60_000]);

/** Sends `count` packets at `rate` a second and says how many milliseconds that took. */
async function generate(to, rate, count) {
  const socket = dgram.createSocket({ type: "udp4", lookup: (host, _options, done) => done(null, host, 4) });
  socket.connect(9, to);
  await once(socket, "connect");
  const payload = new Uint8Array(PAYLOAD);
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) * rate) / 1000));
    for (; sent < due; sent++) socket.send(payload);
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
  console.log(performance.now() - began);
  socket.close();
}

async function bench(rates) {
  const { Namespaces, RealClock, openUdp, openTun, Lac, Lns, TunPort } = await product();
  const namespaces = new Namespaces();
  const clock = new RealClock();
  const open = [];
  try {
    const [near, far] = [namespaces.add("bench-lac"), namespaces.add("bench-lns")];
    namespaces.connect(
      { netns: near, interface: "wan", addresses: ["1.1.1.1/24"] },
      { netns: far, interface: "wan", addresses: ["1.1.1.2/24"] },
    );
    const random = (n) => new Uint8Array(randomBytes(n));
    const common = { clock, random, record: false };
    const attach = (netns) => (at) => openUdp({ ...at, clock, netns });
    const lns = await Lns.at(attach(far), { address: "1.1.1.2" }, { ...common, users: [{ name: "u", password: "p" }] });
    open.push(lns);
    const lac = await Lac.at(
      attach(near),
      { address: "1.1.1.1" },
      { ...common, lns: lns.local, user: "u", password: "p" },
    );
    open.push(lac);
    const session = await lac.dial({ withinMs: 5_000 });
    const { local, remote } = session.addresses;
    const tun = await openTun({ name: "vt1", netns: near, mtu: 1500, clock });
    open.push(tun);
    run(
      "ip",
      ["-n", near, "-batch", "-"],
      `address add ${local} peer ${remote} dev vt1\nlink set vt1 up\nroute add 192.168.1.0/24 dev vt1\n`,
    );
    const port = new TunPort(tun);
    port.join(session);
    // Behind the wire only arrival counts: the far end's sockets would take a core of their own.
    run("ip", ["netns", "exec", far, "nft", "-f", "-"], COUNTER);

    for (const rate of rates) {
      const count = rate * SECONDS;
      const plain = await measure(near, far, "1.1.1.2", rate, count);
      const before = { ...port.counts, lost: tun.lost };
      const tunnelled = await measure(near, far, "192.168.1.2", rate, count);
      const taken = port.counts.toSessions - before.toSessions;
      console.log(
        `${rate}/s offered, ${count} packets of 100 octets: veth ${shown(plain, count)}; ` +
          `TUN and LAC ${shown(tunnelled, count)}, ${taken} taken from the TUN, ${tun.lost - before.lost} lost there, ` +
          `${(tunnelled.cpuMs / SECONDS / 10).toFixed(0)} % of a core`,
      );
      if (rate === GOAL && tunnelled.arrived < count) process.exitCode = 1;
    }
  } finally {
    for (const one of open.toReversed()) await one[Symbol.asyncDispose]();
    namespaces[Symbol.dispose]();
  }
}

async function measure(near, far, to, rate, count) {
  const before = arrivedAt(far);
  const cpu = process.cpuUsage();
  const child = spawn("ip", ["netns", "exec", near, process.execPath, SELF, "generate", to, rate, count].map(String), {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
  await once(child, "close");
  // What is still under way.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { user, system } = process.cpuUsage(cpu);
  return { arrived: arrivedAt(far) - before, ms: Number(said), cpuMs: (user + system) / 1000 };
}

function shown({ arrived, ms }, count) {
  return `${arrived} arrived (${count - arrived} lost) at ${((arrived / ms) * 1000).toFixed(0)}/s`;
}

function arrivedAt(netns) {
  const listed = JSON.parse(
    run("ip", ["netns", "exec", netns, "nft", "-j", "list", "counter", "ip", "bench", "arrived"]),
  );
  return listed.nftables.find((one) => one.counter).counter.packets;
}

function run(command, args, input = "") {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", input });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function product() {
  const load = (path) => import(pathToFileURL(fileURLToPath(new URL(`../dist/${path}.js`, import.meta.url))).href);
  const paths = ["fixtures/lab/namespaces", "drivers/link/clock", "drivers/link/udp", "drivers/link/tun"];
  const peers = ["drivers/peer/lac", "drivers/peer/lns", "drivers/peer/tun-port"];
  return Object.assign({}, ...(await Promise.all([...paths, ...peers].map(load))));
}
