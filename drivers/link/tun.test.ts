import { spawnSync } from "node:child_process";
import { describe, expect, onTestFinished, test, type TestContext } from "vitest";
import { has, isRoot, mayLack } from "#fixtures/machine";
import { Namespaces } from "#lab/namespaces";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { ofText, textOf } from "#wire/octets";
import { dissect } from "#wire/packet";
import { RealClock } from "./clock.ts";
import { LinkError } from "./link.ts";
import { openTun, type Tun, type TunOptions } from "./tun.ts";
import { openUdp } from "./udp.ts";

const WHAT = "TUN interfaces";
const may = isRoot(WHAT) && has(WHAT, "ip");

const HERE = { address: "10.9.0.1", port: 4_001 };
const THERE = { address: "10.9.0.2", port: 4_002 };

function ip(netns: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync("ip", ["-n", netns, ...args], { encoding: "utf8" });
  return stdout + stderr;
}

function namespace(label: string): string {
  const namespaces = new Namespaces();
  onTestFinished(() => namespaces[Symbol.dispose]());
  return namespaces.add(label);
}

/** An open TUN, closed when the test is over. */
async function tunFor(context: TestContext, o: TunOptions): Promise<Tun> {
  const tun = await openTun(o).catch((error: unknown): Tun => {
    if (error instanceof LinkError && error.code === "no-koffi" && mayLack("koffi", error.message))
      context.skip(error.message);
    throw error;
  });
  context.onTestFinished(() => tun.close());
  return tun;
}

function up(netns: string, name: string): void {
  ip(netns, "address", "add", `${HERE.address}/24`, "dev", name);
  ip(netns, "link", "set", name, "up");
}

describe.skipIf(!may)("a TUN interface (needs root)", () => {
  test("what the kernel routes to it comes out as IP packets, what is sent comes in to the kernel", async (context) => {
    const netns = namespace("test-tun");
    const clock = new RealClock();
    const tun = await tunFor(context, { name: "t0", netns, mtu: 1400, clock });
    up(netns, "t0");
    expect(ip(netns, "link", "show", "t0")).toMatch(/mtu 1400 .* qlen 10000/);

    const link = await openUdp({ ...HERE, clock, netns });
    context.onTestFinished(() => link.close());
    const packets: Uint8Array[] = [];
    const heard: string[] = [];
    tun.onPacket((packet) => packets.push(packet));
    link.onDatagram((octets, from) => heard.push(`${from.address}:${from.port} ${textOf(octets)}`));
    link.send(ofText("out"), THERE);
    link.send(ofText("again"), THERE);
    await clock.until(() => packets.length === 2, clock.now() + 2_000);
    const seen = packets.map((packet) => {
      const { ip: header, udp, issues } = dissect(packet);
      return [header?.src, header?.dst, udp && textOf(packet, udp.payloadAt, udp.end), issues.length];
    });
    expect(seen).toEqual([
      [HERE.address, THERE.address, "out", 0],
      [HERE.address, THERE.address, "again", 0],
    ]);

    tun.send(encodeUdpDatagram(THERE, HERE, ofText("in")));
    await clock.until(() => heard.length > 0, clock.now() + 2_000);
    expect([heard, tun.lost]).toEqual([["10.9.0.2:4002 in"], 0]);
  });

  test("what is lost is counted: sent while the interface is down, or come for nobody", async (context) => {
    const netns = namespace("test-tun-lost");
    const clock = new RealClock();
    const tun = await tunFor(context, { name: "t0", netns, clock });
    tun.send(encodeUdpDatagram(THERE, HERE, ofText("in")));
    expect(tun.lost).toBe(1);
    up(netns, "t0");
    const link = await openUdp({ ...HERE, clock, netns });
    context.onTestFinished(() => link.close());
    link.send(ofText("out"), THERE);
    await clock.until(() => tun.lost === 2, clock.now() + 2_000);
    expect(tun.lost).toBe(2);
  });

  test("more than the kernel's queue holds is counted as lost", async (context) => {
    const netns = namespace("test-tun-queue");
    const clock = new RealClock();
    const tun = await tunFor(context, { name: "t0", netns, clock, queueLength: 4 });
    up(netns, "t0");
    let received = 0;
    tun.onPacket(() => received++);
    const link = await openUdp({ ...HERE, clock, netns });
    context.onTestFinished(() => link.close());
    // Sent at once, before anything else of this process gets its turn.
    for (let i = 0; i < 20; i++) link.send(ofText(String(i)), THERE);
    await clock.until(() => received + tun.lost === 20, clock.now() + 2_000);
    expect([received, tun.lost]).toEqual([4, 16]);
  });

  test("closing removes the interface, and the count stays", async (context) => {
    const netns = namespace("test-tun-close");
    const tun = await tunFor(context, { name: "t0", netns });
    tun.send(Uint8Array.of(0x45));
    await tun.close();
    expect(ip(netns, "link", "show", "t0")).toContain("does not exist");
    tun.send(Uint8Array.of(0x45));
    expect(tun.lost).toBe(1);
  });

  test("what a handler throws ends the wait on the clock", async (context) => {
    const netns = namespace("test-tun-error");
    const clock = new RealClock();
    const tun = await tunFor(context, { name: "t0", netns, clock });
    up(netns, "t0");
    tun.onPacket(() => {
      throw new Error("of the handler");
    });
    const link = await openUdp({ ...HERE, clock, netns });
    context.onTestFinished(() => link.close());
    link.send(ofText("out"), THERE);
    await expect(clock.until(() => false, clock.now() + 2_000)).rejects.toThrow("of the handler");
  });

  test("errors are one line that tells what to do", async (context) => {
    const netns = namespace("test-tun-refused");
    await tunFor(context, { name: "t0", netns });
    const failure = (name: string, where: string): Promise<unknown> =>
      openTun({ name, netns: where }).catch((error: unknown) => error);
    expect(await failure("t0", netns)).toMatchObject({ code: "name-in-use" });
    expect(await failure("lo", netns)).toMatchObject({ code: "name-in-use" });
    expect(await failure("t1", "l2s-none")).toMatchObject({ code: "no-namespace" });
    expect(await failure("a name", netns)).toBeInstanceOf(RangeError);
    expect(await failure("sixteen-letters-", netns)).toBeInstanceOf(RangeError);
  });
});
