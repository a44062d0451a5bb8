/**
 * `npm test`: the CI tier, from a fresh clone. Sets the machine up (Debian packages, as root), then runs each part and
 * prints how long it took. `--full` runs everything; `--no-setup` installs nothing.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { withoutServices } from "./services.mjs";

const full = process.argv.includes("--full");
const noSetup = process.argv.includes("--no-setup");

/** Commands that the tests need, the Debian package of each, and what is skipped without it. */
const PROGRAMS = [
  ["/usr/bin/java", "default-jre-headless", "the Allure HTML report"],
  ["/usr/bin/tshark", "tshark", "the comparison with the second decoder"],
  ["/usr/bin/tcpdump", "tcpdump", "the witness"],
  ["/usr/bin/chromium", "chromium", "reading the report in a browser"],
  ["/usr/sbin/l2tpns", "l2tpns", "the run against l2tpns"],
  ["/usr/sbin/freeradius", "freeradius", "the run against l2tpns"],
  ["/usr/sbin/xl2tpd", "xl2tpd", "the runs against xl2tpd"],
  ["/usr/bin/slirp-fullbolt", "slirp", "the runs against xl2tpd"],
  ["/usr/bin/ssh-agent", "openssh-client", "login by agent"],
  ["/usr/sbin/ip", "iproute2", "network namespaces"],
  ["/usr/sbin/nft", "nftables", "the emulated firewall"],
  ["/usr/bin/ping", "iputils-ping", "the emulated firewall"],
  ...[
    ["/usr/bin/qemu-system-x86_64", "qemu-system-x86"],
    ["/usr/bin/qemu-img", "qemu-utils"],
    ["/usr/bin/mmdebstrap", "mmdebstrap"],
    ["/usr/bin/mksquashfs", "squashfs-tools"],
    ["/usr/bin/zstd", "zstd"],
    ["/usr/bin/xz", "xz-utils"],
    ["/usr/bin/cpio", "cpio"],
    ["/usr/sbin/modprobe", "kmod"],
  ].map(([path, name]) => [path, name, "the Debian router in a guest"]),
];

function setUp() {
  const missing = PROGRAMS.filter(([path]) => !existsSync(path) && !existsSync(path.replace("/usr", "")));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  const debian = existsSync("/etc/debian_version");
  const commands = [
    ["apt-get", ["update"]],
    ["apt-get", ["install", "-y", "--no-install-recommends", ...packages]],
  ];
  if (!noSetup && debian && process.getuid?.() === 0) {
    const install = ([command, args]) => {
      console.log(`$ ${command} ${args.join(" ")}`);
      const { status } = spawnSync(command, args, {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
      return status === 0;
    };
    if (!withoutServices(packages, () => commands.every(install))) process.exit(1);
    return;
  }
  for (const [path, name, what] of missing) console.log(`missing ${path} (Debian package ${name}): skips ${what}`);
  console.log(`install with: ${commands.map(([command, args]) => `sudo ${command} ${args.join(" ")}`).join(" && ")}`);
  if (process.env.CI === "true") {
    console.error("with CI=true nothing that the machine could install may be skipped");
    process.exit(1);
  }
}

const root = process.getuid?.() === 0;
// The emulated firewall and the router stand in namespaces with hosts around them: root's work.
const asRoot = root ? ["test:emulator", "test:dialects", "test:router"] : [];
if (!root)
  console.log(
    "skipped test:emulator, test:dialects and test:router, the suites against the emulated firewall and a Debian router: " +
      "needs root (sudo npm test)",
  );
const tier = ["build", "layers", "test:timed", "test:embedded", ...asRoot];
/** They want one processor and nothing else of the machine; the timed tests wait for most of their time. */
const still = ["lint", "test:still"];
// Real peers over real time, as root; the other Node; the figures.
const rest = ["test:routers", "test:l2tpns", "test:xl2tpd", "test:node24", "bench"];
const parts = full ? [...tier, ...rest] : tier;

setUp();
const env = { ...process.env, ...(full && { L2TPSPEC_FULL: "true" }) };
const times = [];
let failed;

function noteTime(part, began, status) {
  times.push(`${part} ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (status !== 0) failed ??= part;
}

/** With what the others leave of the machine; what it says is shown in one piece when it has ended. */
function beside(part) {
  const began = performance.now();
  const said = [];
  const child = spawn("nice", ["-n", "15", "npm", "run", "--silent", part], { stdio: ["ignore", "pipe", "pipe"], env });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => said.push(Buffer.from(`${error.message}\n`)));
    child.once("close", (status) => {
      console.log(`\n== npm run ${part} (it ran beside the timed tests)`);
      process.stdout.write(Buffer.concat(said));
      noteTime(part, began, status);
      resolve();
    });
  });
}

async function allBeside() {
  for (const part of still) await beside(part);
}

let others;
for (const part of parts) {
  if (part === "test:timed") others = allBeside();
  const began = performance.now();
  console.log(`\n== npm run ${part}`);
  const child = spawn("npm", ["run", "--silent", part], { stdio: "inherit", env });
  noteTime(part, began, await new Promise((resolve) => child.once("close", resolve)));
  if (part === "test:timed" || failed !== undefined) await others;
  if (failed !== undefined) break;
}
console.log(`\n${times.join(", ")}`);
if (failed !== undefined) {
  console.error(`npm test: ${failed} failed`);
  process.exit(1);
}
