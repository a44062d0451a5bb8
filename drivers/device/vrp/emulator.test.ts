/** The driver at the emulated device, over SSH: a command line that was written apart from it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openVrpEmulator, type VrpEmulator, type VrpEmulatorOptions } from "#fixtures/devices/vrp-emulator/index";
import { PaperRuntime } from "#fixtures/devices/vrp-emulator/runtime.fixture";
import { has, isRoot, mayLack } from "#fixtures/machine";
import { Namespaces } from "#lab/namespaces";
import { openNamespaces } from "#link/netns";
import { LAC, LNS } from "./intent.fixture.ts";
import { openVrp, vrpOverSsh } from "./open.ts";
import type { VrpDevice } from "./vrp.ts";

const NEVER = new AbortController().signal;
const PASSWORD = "Admin@123";
const INTERFACES = new Map([
  ["GigabitEthernet1/0/1", "wan"],
  ["GigabitEthernet1/0/2", "lan"],
]);

async function emulator(o: Partial<VrpEmulatorOptions>): Promise<VrpEmulator> {
  const opened = await openVrpEmulator({ interfaces: INTERFACES, password: PASSWORD, ...o });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

async function driverOf({ port, hostKey }: VrpEmulator, withinMs = 10_000): Promise<VrpDevice> {
  const stateDir = mkdtempSync(join(tmpdir(), "l2tpspec-vrp-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const knownHosts = join(stateDir, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const access = { host: "127.0.0.1", port, user: "admin", password: PASSWORD, knownHosts };
  const device = await openVrp({ id: "fw", openTerminal: vrpOverSsh(access), stateDir, withinMs });
  onTestFinished(() => device[Symbol.asyncDispose]());
  return device;
}

describe.each(["usg6000", "usg", "v8"] as const)("an emulated %s", (dialect) => {
  test.each([LAC, LNS])("becomes a $role, says what it is, and is as it was found", async (intent) => {
    const emulated = await emulator({ runtime: new PaperRuntime(), dialect, initialPassword: true });
    const before = emulated.configuration();
    const device = await driverOf(emulated);
    expect(device.dialect).toBe(dialect);
    await device.apply({ ...intent, mss: 1200 }, NEVER);
    expect(emulated.configuration()).toContain("\n tcp adjust-mss 1200\n");
    expect(await device.tunnels(NEVER)).toMatchObject([{ remoteAddress: "2.2.2.2", remoteName: "lns" }]);
    expect(await device.sessions(NEVER)).toEqual([{ localId: 3, remoteId: 9, localTunnelId: 1 }]);
    expect(await device.pppLink(NEVER)).toMatchObject({ up: true, ipcpOpened: true });
    expect(await device.flows(NEVER)).toMatchObject([{ protocol: "icmp" }, { protocol: "l2tp" }]);
    await device.resetFlows(NEVER);
    expect(await device.ping(OWN, NEVER)).toEqual({ sent: 1, received: 1 });
    expect((await device.restore(NEVER)).differences).toEqual([]);
    expect(emulated.configuration()).toBe(before);
    expect(emulated.saved).toBe(0);
  });
});

test.each([
  ["connection-cut", "40", "connection"],
  ["prompt-missing", "40", "no prompt came within 700 ms"],
  ["command-rejected", "^action source-nat", "the device refused it in [HUAWEI-policy-nat-rule-policy1]"],
])("fault %s=%s: the call fails and the device is as it was", async (fault, value, reason) => {
  const emulated = await emulator({ runtime: new PaperRuntime(), faults: { [fault]: value } });
  const before = emulated.configuration();
  const device = await driverOf(emulated, 700);
  await expect(device.apply(LAC, NEVER)).rejects.toThrow(reason);
  expect(emulated.configuration()).toBe(before);
  expect(device.intent).toBeUndefined();
});

const OWN = { source: "10.1.1.1", destination: "10.1.1.2", size: 200, withinMs: 250 };

test("it is waited for an answer as long as was said, longer than a device may be silent; and not longer than is wanted", async () => {
  const device = await driverOf(await emulator({ runtime: new PaperRuntime() }), 300);
  const nobody = { ...OWN, destination: "192.0.2.1" };
  expect(await device.ping({ ...nobody, withinMs: 900 }, NEVER)).toEqual({ sent: 1, received: 0 });
  const began = performance.now();
  const cancelled = device.ping({ ...nobody, withinMs: 30_000 }, AbortSignal.timeout(200));
  await expect(cancelled).rejects.toThrow("ping -a 10.1.1.1 -c 1 -s 200 -t 30000 192.0.2.1: it was cancelled");
  expect(performance.now() - began).toBeLessThan(10_000);
  await expect(device.ping({ ...OWN, source: "9.9.9.9" }, NEVER)).rejects.toThrow("the device refused it in <HUAWEI>");
});

const WHAT = "the VRP driver at two emulated devices";
const may = isRoot(WHAT) && has(WHAT, "ip", "nft", "ping");
const lacks = await openNamespaces().then(
  () => false,
  (error: unknown) => mayLack("koffi", String(error)),
);
const FAST = { redialMs: 100, l2tp: { delivery: { retransmitMs: 150, backoffCapMs: 150, maxTries: 30 } } };
const SOON = { timeout: 8_000, interval: 30 };

test.skipIf(!may || lacks)(
  `${WHAT}: a call, its end, and another (needs root)`,
  async () => {
    const namespaces = new Namespaces();
    onTestFinished(() => namespaces[Symbol.dispose]());
    const [pc, lacAt, lnsAt, server] = ["pc", "lac", "lns", "server"].map((label) => namespaces.add(`drv-${label}`));
    const cable = (a: string, name: string, addresses: string[], b: string, its: string): void =>
      namespaces.connect({ netns: a, interface: name, addresses }, { netns: b, interface: its, addresses: [] });
    cable(pc!, "lan", ["10.1.1.2/24"], lacAt!, "lan");
    cable(lacAt!, "wan", [], lnsAt!, "wan");
    cable(server!, "lan", ["192.168.1.2/24"], lnsAt!, "lan");
    const inside = async (netns: string, ...command: string[]): Promise<string> => {
      const child = spawn("ip", ["netns", "exec", netns, ...command]);
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
      await once(child, "close");
      return out;
    };
    await inside(pc!, "ip", "route", "add", "default", "via", "10.1.1.1");
    await inside(server!, "ip", "route", "add", "default", "via", "192.168.1.1");
    const emulated = [await emulator({ netns: lacAt!, ...FAST }), await emulator({ netns: lnsAt!, ...FAST })] as const;
    const before = emulated.map((one) => one.configuration());
    const [lac, lns] = [await driverOf(emulated[0]), await driverOf(emulated[1])];

    // Both ends in one network: nothing lies between them.
    const [wan, lan] = LNS.interfaces;
    await lns.apply(
      { ...LNS, routes: [], interfaces: [{ ...wan!, address: "1.1.1.2" }, lan!], policies: at("1.1.1.2") },
      NEVER,
    );
    const { lns: _, ...nobody } = LAC;
    const policies = LAC.policies.map((p) => (p.service === "l2tp" ? { ...p, destination: "1.1.1.0/24" } : p));
    await lac.apply({ ...nobody, policies, routes: LAC.routes.slice(1) }, NEVER);
    expect(await lac.tunnels(NEVER)).toEqual([]);

    const call = await lac.dial({ tester: "1.1.1.2" }, NEVER);
    await expect.poll(async () => (await lac.pppLink(NEVER)).address, SOON).toBe("172.16.1.51");
    await expect.poll(() => inside(pc!, "ping", "-c", "1", "-W", "1", "192.168.1.2"), SOON).toContain("1 received");
    const used = (await lac.natPolicies(NEVER)).find(({ name }) => name === "policy1");
    expect(used?.hits).toBeGreaterThan(0);
    expect(await lns.tunnels(NEVER)).toMatchObject([{ remoteAddress: "1.1.1.1", remoteName: "lac", sessions: 1 }]);

    await call.hangUp!(NEVER);
    await expect.poll(() => lns.tunnels(NEVER), SOON).toEqual([]);
    await using again = await lac.dial({ tester: "1.1.1.2" }, NEVER);
    await expect.poll(async () => (await lac.pppLink(NEVER)).ipcpOpened, SOON).toBe(true);
    await using anew = await lac.dial({ tester: "1.1.1.2" }, NEVER);
    await expect.poll(async () => (await lac.pppLink(NEVER)).ipcpOpened, SOON).toBe(true);
    expect(again).not.toBe(anew);

    for (const device of [lac, lns]) expect((await device.restore(NEVER)).differences).toEqual([]);
    expect(emulated.map((one) => one.configuration())).toEqual(before);
  },
  60_000,
);

function at(address: string): typeof LNS.policies {
  return LNS.policies.map((p) => (p.service === "l2tp" ? { ...p, destination: `${address}/32` } : p));
}
