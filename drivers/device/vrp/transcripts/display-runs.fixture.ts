/** What is displayed, as values. */
import { expect } from "vitest";
import {
  flowsIn,
  groupsIn,
  pingIn,
  policiesIn,
  pppLinkIn,
  routesIn,
  sessionsIn,
  tunnelsIn,
  versionIn,
} from "../observe.ts";
import { totalOf } from "../table.ts";
import { loggedIn, refusalOf, type Run } from "./run.fixture.ts";

export const DISPLAY_RUNS: Readonly<Record<string, Run>> = {
  "l2tp-ar": loggedIn("AR", async (out) => {
    const tunnels = await out("display l2tp tunnel");
    expect(totalOf(tunnels)).toBe(1);
    expect(tunnelsIn(tunnels)).toEqual([
      {
        localId: 8,
        remoteId: 11729,
        remoteAddress: "10.5.1.9",
        remotePort: 1701,
        sessions: 1,
        remoteName: "ZJG_MX960-4",
      },
    ]);
    expect(sessionsIn(await out("display l2tp session"))).toEqual([{ localId: 1, remoteId: 5079, localTunnelId: 8 }]);
    expect(groupsIn(await out("display l2tp-group"))).toEqual([
      { name: "1", number: 1 },
      { name: "default-lns", number: 2 },
    ]);
  }),

  "l2tp-old-usg": loggedIn("USG", async (out) => {
    expect(tunnelsIn(await out("display l2tp tunnel"))).toMatchObject([{ localId: 1, sessions: 0, remoteName: "lns" }]);
    const sessions = await out("display l2tp session");
    expect(totalOf(sessions)).toBe(1);
    expect(sessionsIn(sessions)).toEqual([{ localId: 1, remoteId: 5079, localTunnelId: 8 }]);
    expect(await out("reset l2tp tunnel peer-name lns")).toBe("");
    const none = await out("display l2tp tunnel");
    expect([totalOf(none), tunnelsIn(none)]).toEqual([0, []]);
  }),

  "l2tp-v8": loggedIn("DeviceA", async (out) => {
    expect(tunnelsIn(await out("display l2tp tunnel"))).toEqual([
      {
        localId: 39,
        remoteId: 4,
        remoteAddress: "1.1.1.1",
        remotePort: 1701,
        sessions: 1,
        remoteName: "user1@domain1",
      },
    ]);
    expect(sessionsIn(await out("display l2tp session"))).toEqual([{ localId: 1, remoteId: 5079, localTunnelId: 39 }]);
  }),

  "l2tp-usg6000": loggedIn("FW", async (out) => {
    const tunnels = await out("display l2tp tunnel");
    expect(totalOf(tunnels)).toBe(2);
    expect(tunnelsIn(tunnels)).toMatchObject([
      { localId: 1, remoteName: "lns", sessions: 1 },
      { localId: 2, remoteId: 7, remoteAddress: "3.3.3.3", remoteName: "lns-2", sessions: 0 },
    ]);
    const sessions = await out("display l2tp session");
    expect(totalOf(sessions)).toBe(1);
    expect(sessionsIn(sessions)).toEqual([{ localId: 1, remoteId: 5079, localTunnelId: 1 }]);
  }),

  interface: loggedIn("AR", async (out) => {
    expect(pppLinkIn(await out("display interface Virtual-Template 1"))).toEqual({
      up: true,
      lcpOpened: false,
      ipcpOpened: false,
      address: "10.1.12.2",
      mtu: 1492,
    });
    expect(pppLinkIn(await out("display interface Dialer 1"))).toEqual({
      up: true,
      lcpOpened: true,
      ipcpOpened: true,
      address: "192.214.198.156",
      mtu: undefined,
    });
  }),

  firewall: loggedIn("FW", async (out) => {
    const icmp = {
      protocol: "icmp",
      source: { address: "10.1.1.1", port: 14233 },
      translated: { address: "202.100.1.5", port: 14233 },
      destination: { address: "202.100.1.254", port: 2048 },
    };
    expect(flowsIn(await out("display firewall session table"))).toEqual([
      icmp,
      {
        protocol: "l2tp",
        source: { address: "1.1.1.1", port: 60416 },
        translated: undefined,
        destination: { address: "2.2.2.2", port: 1701 },
      },
      expect.objectContaining({ protocol: "ftp", destination: { address: "192.168.1.2", port: 21 } }),
    ]);
    expect(flowsIn(await out("display firewall session table source inside 10.1.1.1"))).toEqual([icmp]);
    expect(flowsIn(await out("display firewall session table verbose"))).toEqual([
      {
        protocol: "l2tp",
        source: { address: "1.1.1.1", port: 60416 },
        translated: undefined,
        destination: { address: "2.2.2.2", port: 1701 },
        policy: "local_untrust_l2tp",
        zones: { from: "local", to: "untrust" },
      },
      {
        protocol: "icmp",
        source: { address: "10.1.1.1", port: 1 },
        translated: { address: "172.16.1.51", port: 2048 },
        destination: { address: "192.168.1.2", port: 2048 },
        policy: "trust_dmz",
        zones: { from: "trust", to: "dmz" },
      },
    ]);
  }),

  policy: loggedIn("FW", async (out) => {
    const nat = await out("display nat-policy rule all");
    expect(totalOf(nat)).toBe(2);
    expect(policiesIn(nat)).toEqual([
      { name: "no_pat", enabled: true, action: "src-nat", hits: 5 },
      { name: "default", enabled: true, action: "no-nat", hits: 0 },
    ]);
    expect(policiesIn(await out("display security-policy rule all"))).toEqual([
      { name: "trust_dmz", enabled: true, action: "permit", hits: 12 },
      { name: "a_rule_whose_name_is_longer_than_its_column", enabled: false, action: "deny", hits: undefined },
      { name: "default", enabled: true, action: "deny", hits: 3 },
    ]);
    expect(policiesIn(await out("display security-policy rule all brief"))).toEqual([
      { name: "default", enabled: true, action: "deny", hits: undefined },
    ]);
    expect(await out("display nat-policy rule name policy1")).toContain("\n  action source-nat easy-ip\n");
  }),

  routes: loggedIn("LNS", async (out) => {
    const way = (destination: string, protocol: string, nextHop: string, name: string): unknown =>
      expect.objectContaining({ destination, protocol, nextHop, interface: name });
    const routes = routesIn(await out("display ip routing-table"));
    expect(routes).toEqual([
      way("0.0.0.0/0", "Static", "2.2.2.254", "GigabitEthernet1/0/1"),
      way("0.0.0.0/0", "Static", "2.2.2.253", "GigabitEthernet1/0/1"),
      way("172.16.1.51/32", "Unr", "127.0.0.1", "InLoopBack0"),
      way("10.0.2.72/32", "Direct", "10.0.2.72", "Virtual-Template1"),
      way("192.168.1.0/24", "Direct", "192.168.1.1", "GigabitEthernet1/0/2"),
    ]);
    expect(routes.map(({ preference, flags }) => [preference, flags])).toEqual([
      [60, "RD"],
      [60, "RD"],
      [61, "D"],
      [0, "D"],
      [0, ""],
    ]);
  }),

  ping: loggedIn("FW", async (out, dialogue) => {
    expect(pingIn(await out("ping -a 10.1.1.1 -c 1 -s 200 -t 250 10.1.1.2"))).toEqual({ sent: 1, received: 1 });
    expect(pingIn(await out("ping -a 172.16.1.51 -c 1 -s 201 -t 250 192.168.1.10"))).toEqual({ sent: 1, received: 0 });
    expect(pingIn(await out("ping 2.2.2.2"))).toEqual({ sent: 3, received: 2 });
    expect(await refusalOf(dialogue, "ping -a 9.9.9.9 2.2.2.2")).toContain("Error: Wrong parameter");
  }),

  version: loggedIn("HUAWEI", async (out) => {
    const seen = [];
    for (const slot of ["", " slot 1", " slot 2"]) seen.push(versionIn(await out(`display version${slot}`)));
    expect(seen).toEqual([
      { vendor: "Huawei", model: "AR2220", software: "V300R003C00SPC200", vrpVersion: "5.170" },
      { vendor: "Huawei", model: "NE40E", software: "V800R010C10SPC500", vrpVersion: "8.180" },
      { vendor: "Huawei", model: undefined, software: "5.30", vrpVersion: "5.30" },
    ]);
  }),
};
