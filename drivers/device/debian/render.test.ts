/** What an intent becomes on a Linux router: files, a ruleset, steps with their way back. */
import { expect, test } from "vitest";
import type { LacIntent, LnsIntent } from "../intent.ts";
import { callOrders, daemonFiles } from "./daemon-files.ts";
import { hostStateIn, type HostState } from "./host-state.ts";
import { rulesetOf } from "./ruleset.ts";
import { groundSteps, networkSteps } from "./steps.ts";

const COMMON = {
  tunnelSecret: "Huawei@123",
  authentication: ["chap"] as const,
  interfaces: [
    { name: "eth1", address: "1.1.1.1", prefixLength: 24, zone: "untrust" },
    { name: "eth2", address: "10.1.1.1", prefixLength: 24, zone: "trust" },
  ] as const,
  pppZone: "dmz" as const,
};
const LAC: LacIntent = {
  ...COMMON,
  role: "lac",
  tunnelName: "lac",
  lns: "1.1.1.2",
  user: { name: 'h"b@hb', password: "admin@123" },
  mss: 1300,
  policies: [
    {
      name: "l2tp_out",
      from: "local",
      to: "untrust",
      source: "1.1.1.1/32",
      destination: "1.1.1.2/32",
      service: "l2tp",
    },
    { name: "trust_dmz", from: "trust", to: "dmz", source: "10.1.1.0/24", destination: "192.168.1.0/24" },
  ],
  nat: [{ name: "policy1", egress: "ppp", source: "10.1.1.0/24" }],
  routes: [
    { to: "0.0.0.0/0", via: "1.1.1.254" },
    { to: "192.168.1.0/24", via: "ppp" },
  ],
};
const LNS: LnsIntent = {
  ...COMMON,
  role: "lns",
  tunnelName: "lns",
  mru: 1400,
  users: [{ name: "hb@hb", password: "admin@123" }],
  pool: { first: "172.16.1.2", last: "172.16.1.254" },
  gateway: { address: "172.16.1.1", prefixLength: 24 },
  policies: [],
  nat: [],
  routes: [],
};

const file = (intent: LacIntent | LnsIntent, name: string, path: "kernel" | "userspace" = "kernel"): string =>
  daemonFiles(intent, "/run/x", path).find((f) => f.name === name)!.text;

test("an LNS gets its pool, its own address, its methods and no other", () => {
  const text = file(LNS, "xl2tpd.conf");
  for (const line of [
    "ip range = 172.16.1.2-172.16.1.254",
    "local ip = 172.16.1.1",
    "require chap = yes",
    "refuse pap = yes",
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toContain("hostname = lns\nchallenge = yes\n");
  expect(file(LNS, "ppp/options.l2tpspec")).toContain("require-chap\nipcp-accept-remote\nrefuse-mschap\n");
  expect(file(LNS, "ppp/options.l2tpspec")).toContain("mru 1400\nmtu 1400\n");
  expect(file(LNS, "xl2tpd.conf", "userspace")).toContain("force userspace = yes\n");
});

test("a LAC calls whom it is told, again and again, and nobody where nobody is named", () => {
  expect(file(LAC, "xl2tpd.conf")).toContain("[lac l2tpspec]\nlns = 1.1.1.2\n");
  expect(file(LAC, "xl2tpd.conf")).toContain("autodial = yes\nredial = yes\n");
  const { lns: _, ...nobody } = LAC;
  expect(file(nobody, "xl2tpd.conf")).toContain("autodial = no\nredial = no\n");
  expect(file(LAC, "ppp/ip-up")).toContain('ip route replace 192.168.1.0/24 dev "$1"\n');
  expect(file(LAC, "ppp/ip-up")).not.toContain("0.0.0.0/0");
});

test("a call that is ordered bears all that the daemon's own does, and is placed once", () => {
  const [add = "", connect] = callOrders(LAC, "call-1", "1.1.1.9");
  expect(add).toMatch(/^a call-1 lns=1\.1\.1\.9;require authentication=no;name=h"b@hb;hostname=lac;challenge=yes;/);
  expect(add).not.toContain("redial");
  expect(connect).toBe("c call-1");
});

test("secrets stand in files that only root reads, quoted as pppd wants it", () => {
  const files = daemonFiles(LAC, "/run/x", "kernel");
  const withSecret = files.filter(({ text }) => /admin@123|Huawei@123/.test(text));
  expect(withSecret.map(({ name, mode }) => [name, mode])).toEqual([
    ["l2tp-secrets", "600"],
    ["ppp/chap-secrets", "600"],
    ["ppp/pap-secrets", "600"],
  ]);
  expect(file(LAC, "ppp/chap-secrets")).toBe('"h\\"b@hb" * "admin@123" *\n');
});

test.each([
  ["a name with a blank", { tunnelName: "l ac" }, "the tunnel's name"],
  ["a secret with a blank", { tunnelSecret: "a b" }, "the tunnel's secret"],
  ["a line end in a password", { user: { name: "u", password: "a\nb" } }, "a user"],
  ["a ; in a user's name", { user: { name: "u;v", password: "p" } }, "a user"],
  ["another Hello", { helloSeconds: 10 }, "Hello"],
] as const)("%s is refused before anything is done", (_, change, what) => {
  expect(() => daemonFiles({ ...LAC, ...change }, "/run/x", "kernel")).toThrow(`device: apply: ${what}`);
});

test("a row decides between zones, an L2TP row in both directions, and the rest is refused and counted", () => {
  const text = rulesetOf(LAC, { client: "10.99.0.1", port: 22 });
  expect(text).toContain(
    'oifname @untrust ip saddr 1.1.1.1/32 ip daddr 1.1.1.2/32 udp dport 1701 ct timeout set "l2tp" counter accept comment "l2tp_out"',
  );
  expect(text).toContain(
    'oifname @untrust ip saddr 1.1.1.1/32 ip daddr 1.1.1.2/32 udp sport 1701 ct timeout set "l2tp" counter accept comment "l2tp_out"',
  );
  expect(text).toContain(
    'iifname @trust oifname @dmz ip saddr 10.1.1.0/24 ip daddr 192.168.1.0/24 counter accept comment "trust_dmz"',
  );
  expect(text.match(/counter drop comment "default"/g)).toHaveLength(3);
  expect(text.match(/meta nfproto ipv6 drop\ncounter drop/g)).toHaveLength(3);
  expect(text).toContain('ip saddr 10.1.1.0/24 oifname "ppp*" counter masquerade comment "policy1"');
  expect(text).toContain('oifname "ppp*" tcp flags syn tcp option maxseg size > 1300 tcp option maxseg size set 1300');
  // Whoever is logged in stays so.
  expect(text).toContain("ip saddr 10.99.0.1 tcp dport 22 accept");
});

const SEEN = `== login
10.9.9.9 22
10.9.9.9 via 192.0.2.254 dev eth0 src 192.0.2.1 uid 0
== service
active
== forwarding
0
== links
lo
eth0
== addresses
lo 127.0.0.1/8
eth0 192.0.2.1/24
eth1 1.1.1.1/24
== routes
default via 192.0.2.254 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1
== tables
== folder
== end
`;
const HOST: HostState = hostStateIn(SEEN)!;

test("what the host has already is not done again, and what is done has its way back", () => {
  expect(groundSteps(HOST).map(({ undo }) => undo)).toEqual([
    "rm -rf /run/l2tpspec",
    "systemctl start xl2tpd",
    "sysctl -q -w net.ipv4.ip_forward=0",
  ]);
  expect(networkSteps(LAC, HOST).map(({ change, undo }) => [change, undo])).toEqual([
    ["ip link set eth1 up", "ip link set eth1 down"],
    ["ip link set eth2 up", "ip link set eth2 down"],
    ["ip address add 10.1.1.1/24 dev eth2", "ip address del 10.1.1.1/24 dev eth2"],
    // Before the default route changes, the way to whoever is logged in is pinned.
    ["ip route replace 10.9.9.9/32 via 192.0.2.254 dev eth0", "ip route del 10.9.9.9/32 via 192.0.2.254 dev eth0"],
    ["ip route replace 0.0.0.0/0 via 1.1.1.254", "ip route replace default via 192.0.2.254 dev eth0"],
  ]);
});

test("an answer that was cut off tells nothing", () => {
  expect(hostStateIn(SEEN.replace("== end\n", ""))).toBeUndefined();
});
