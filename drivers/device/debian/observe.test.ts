/** As the programs of a Debian 12 router printed it while a call of the reference LAC stood. */
import { expect, test } from "vitest";
import { flowsIn, policiesIn, pppLinkIn, sessionsIn, versionIn } from "./observe.ts";

test("sessions of the kernel, without the daemon's own handle on the tunnel", () => {
  const text = `Session 0 in tunnel 25504
  Peer session 0, tunnel 46046
  offset 0, peer offset 0

Session 35849 in tunnel 25504
  Peer session 57994, tunnel 46046
  offset 0, peer offset 0
`;
  expect(sessionsIn(text)).toEqual([{ localId: 35849, remoteId: 57994, localTunnelId: 25504 }]);
});

test("the PPP link is up with its address, or not there", () => {
  const lo = {
    ifname: "lo",
    flags: ["LOOPBACK", "UP"],
    mtu: 65536,
    addr_info: [{ family: "inet", local: "127.0.0.1" }],
  };
  const ppp = {
    ...{ ifname: "ppp0", flags: ["POINTOPOINT", "NOARP", "UP", "LOWER_UP"], mtu: 1500 },
    addr_info: [{ family: "inet", local: "172.16.1.1", address: "172.16.1.2" }],
  };
  const up = { up: true, lcpOpened: true, ipcpOpened: true, address: "172.16.1.1", mtu: 1500 };
  expect(pppLinkIn(JSON.stringify([lo, ppp]))).toEqual(up);
  expect(pppLinkIn(JSON.stringify([lo, { ...ppp, addr_info: [] }]))).toMatchObject({ ipcpOpened: false });
  expect(pppLinkIn(JSON.stringify([lo]))).toMatchObject({ up: false, address: undefined });
});

test("rows of the ruleset with their counts; the two rules of an L2TP row are one", () => {
  const rule = (chain: string, comment: string | undefined, packets: number, verdict: object): object => ({
    rule: {
      ...{ family: "inet", table: "l2tpspec", chain, handle: 1, ...(comment !== undefined && { comment }) },
      expr: [{ match: {} }, { counter: { packets, bytes: 84 * packets } }, verdict],
    },
  });
  const json = JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6" } },
      rule("in_rows", "untrust_local_l2tp", 1, { accept: null }),
      rule("in_rows", "untrust_local_l2tp", 2, { accept: null }),
      rule("in_rows", "default", 11, { drop: null }),
      rule("forward", undefined, 7, { jump: {} }),
      rule("postrouting", "policy1", 4, { masquerade: null }),
    ],
  });
  expect(policiesIn(json, "policy")).toEqual([
    { name: "untrust_local_l2tp", enabled: true, action: "permit", hits: 3 },
    { name: "default", enabled: true, action: "deny", hits: 11 },
  ]);
  expect(policiesIn(json, "nat")).toEqual([{ name: "policy1", enabled: true, action: "src-nat", hits: 4 }]);
});

test("flows, translated where the answer goes elsewhere", () => {
  const text = [
    "udp      17 119 src=1.1.1.9 dst=1.1.1.1 sport=53547 dport=1701 src=1.1.1.1 dst=1.1.1.9 sport=1701 dport=53547 [ASSURED] mark=0 use=1",
    "icmp     1 29 src=10.1.1.2 dst=192.168.1.10 type=8 code=0 id=19540 src=192.168.1.10 dst=172.16.1.51 type=0 code=0 id=19540 mark=0 use=1",
    "tcp      6 299 ESTABLISHED src=10.1.1.2 dst=192.168.1.10 sport=4000 dport=80 src=192.168.1.10 dst=172.16.1.51 sport=80 dport=61000 [ASSURED] mark=0 use=1",
    "conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.",
  ].join("\n");
  expect(
    flowsIn(text).map(({ protocol, source, translated, destination }) => [
      protocol,
      source,
      translated,
      destination.port,
    ]),
  ).toEqual([
    ["udp", { address: "1.1.1.9", port: 53547 }, undefined, 1701],
    ["icmp", { address: "10.1.1.2", port: 19540 }, { address: "172.16.1.51", port: 19540 }, 19540],
    ["tcp", { address: "10.1.1.2", port: 4000 }, { address: "172.16.1.51", port: 61000 }, 80],
  ]);
});

test("what the host is", () => {
  const release = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n';
  expect(versionIn(release, "1.3.18-1", "6.1.0-56-amd64")).toEqual({
    ...{ vendor: "Debian GNU/Linux", model: "12", software: "xl2tpd 1.3.18-1", vrpVersion: "6.1.0-56-amd64" },
  });
});
