import { spawnSync } from "node:child_process";
import { describe, expect, test, type TestContext } from "vitest";
import { has, isRoot, mayLack } from "#fixtures/machine";
import { Namespaces } from "#lab/namespaces";
import { RealClock } from "#link/clock";
import type { Link } from "#link/link";
import { LinkError } from "#link/link";
import { openTun, type Tun } from "#link/tun";
import { openUdp } from "#link/udp";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { ofText } from "#wire/octets";
import { LOGIN, seeded, USER } from "./call.fixture.ts";
import { Lac } from "./lac.ts";
import { Lns } from "./lns.ts";
import { TunPort } from "./tun-port.ts";

const WHAT = "peers behind TUN interfaces";
const may = isRoot(WHAT) && has(WHAT, "ip");

/** A TUN that is none: what is sent to it is kept. */
class ToyTun implements Tun {
  readonly name = "toy";
  readonly lost = 0;
  readonly sent: Uint8Array[] = [];
  deliver: (packet: Uint8Array) => void = () => {};
  send(packet: Uint8Array): void {
    this.sent.push(packet);
  }
  onPacket(handler: (packet: Uint8Array) => void): void {
    this.deliver = handler;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Pair {
  readonly clock: RealClock;
  readonly lac: Lac;
  readonly lns: Lns;
}

async function pair(context: TestContext): Promise<Pair> {
  const clock = new RealClock();
  const attach = (at: { address: string; port: number }): Promise<Link> => openUdp({ ...at, clock });
  const common = { clock, record: false };
  const lns = await Lns.at(
    attach,
    { address: "127.0.0.1", port: 0 },
    { ...common, random: seeded("lns"), users: [USER] },
  );
  const lac = await Lac.at(
    attach,
    { address: "127.0.0.1" },
    { ...common, random: seeded("lac"), lns: lns.local, ...LOGIN },
  );
  context.onTestFinished(async () => {
    await lac[Symbol.asyncDispose]();
    await lns[Symbol.asyncDispose]();
  });
  return { clock, lac, lns };
}

const to = (dst: string): Uint8Array =>
  encodeUdpDatagram({ address: "192.168.1.2", port: 1 }, { address: dst, port: 2 }, ofText("x"));

describe("without a kernel", () => {
  test("a packet goes to the session at whose end its destination is, else to the only one there is", async (context) => {
    const { lac, lns, clock } = await pair(context);
    const tun = new ToyTun();
    const port = new TunPort(tun);
    tun.deliver(to("172.16.1.51"));
    expect(port.counts.stray).toBe(1);

    const first = await lac.dial();
    port.join(await lns.nextSession());
    const arrived: string[] = [];
    const listen = (name: string, session: typeof first): void => session.route(() => arrived.push(name));
    listen("first", first);
    tun.deliver(to("172.16.1.51"));
    tun.deliver(to("10.1.1.2"));
    await clock.until(() => arrived.length === 2, clock.now() + 2_000);

    const second = await lac.call(first.tunnel);
    port.join(await lns.nextSession());
    await clock.until(() => second.state === "ip-up", clock.now() + 2_000);
    listen("second", second);
    tun.deliver(to("172.16.1.2"));
    tun.deliver(to("172.16.1.51"));
    tun.deliver(to("10.1.1.2"));
    tun.deliver(Uint8Array.of(0x60, ...new Uint8Array(39)));
    await clock.until(() => arrived.length === 4, clock.now() + 2_000);
    expect(arrived).toEqual(["first", "first", "second", "first"]);
    expect(port.counts).toEqual({ toSessions: 4, toTun: 0, stray: 3 });

    port[Symbol.dispose]();
    tun.deliver(to("172.16.1.51"));
    expect(port.counts).toMatchObject({ toSessions: 4, stray: 4 });
  });

  test("a session that is parted answers pings itself again, and one that went is left out", async (context) => {
    const { lac, lns, clock } = await pair(context);
    const session = await lac.dial();
    const tun = new ToyTun();
    const port = new TunPort(tun);
    const joined = port.join(await lns.nextSession());
    expect(await session.ping("172.16.1.1", { withinMs: 100 })).toBeUndefined();
    expect(tun.sent).toHaveLength(1);
    joined[Symbol.dispose]();
    expect(await session.ping("172.16.1.1", { withinMs: 2_000 })).toBeDefined();

    port.join(lns.sessions[0]!);
    lac.hangUp();
    await clock.until(() => lns.sessions.length === 0, clock.now() + 2_000);
    tun.deliver(to("172.16.1.51"));
    expect(port.counts).toMatchObject({ toSessions: 0, stray: 1 });
  });
});

describe.skipIf(!may)("between two kernels (needs root)", () => {
  test("their datagrams pass by the call, long ones in the fragments that the kernels make", async (context) => {
    const { lac, lns, clock } = await pair(context);
    const namespaces = new Namespaces();
    context.onTestFinished(() => namespaces[Symbol.dispose]());

    const behind = async (label: string, local: string, remote: string): Promise<readonly [Tun, TunPort, Link]> => {
      const netns = namespaces.add(label);
      const tun = await openTun({ name: "ppp0", netns, mtu: 1400, clock }).catch((error: unknown): Tun => {
        if (error instanceof LinkError && mayLack("koffi", error.message)) context.skip(error.message);
        throw error;
      });
      context.onTestFinished(() => tun.close());
      const commands = `address add ${local} peer ${remote} dev ppp0\nlink set ppp0 up\n`;
      expect(spawnSync("ip", ["-n", netns, "-batch", "-"], { input: commands }).status).toBe(0);
      const link = await openUdp({ address: local, port: 5_000, clock, netns });
      context.onTestFinished(() => link.close());
      return [tun, new TunPort(tun), link];
    };
    const dialled = await lac.dial();
    const { local, remote } = dialled.addresses!;
    const [lacTun, lacPort, here] = await behind("test-port-lac", local, remote);
    const [lnsTun, lnsPort, there] = await behind("test-port-lns", remote, local);
    lacPort.join(dialled);
    lnsPort.join(await lns.nextSession());

    const heard: number[] = [];
    there.onDatagram((octets, from) => there.send(octets, from));
    here.onDatagram((octets) => heard.push(octets.length));
    here.send(new Uint8Array(100), there.local);
    here.send(new Uint8Array(4_000), there.local);
    await clock.until(() => heard.length === 2, clock.now() + 2_000);
    expect(heard).toEqual([100, 4_000]);
    const four = { toSessions: 4, toTun: 4, stray: 0 };
    expect([lacPort.counts, lnsPort.counts, lacTun.lost, lnsTun.lost]).toEqual([four, four, 0, 0]);
  });
});
