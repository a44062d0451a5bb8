import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { mayLack } from "#fixtures/machine";
import { ofText, textOf } from "#wire/octets";
import { RealClock } from "./clock.ts";
import { type Link, LinkError } from "./link.ts";
import { openUdp, type UdpOptions } from "./udp.ts";

const LOCALHOST = "127.0.0.1";
const opened: Link[] = [];

async function open(o: Partial<UdpOptions> = {}): Promise<Link> {
  const link = await openUdp({ address: LOCALHOST, port: 0, clock, ...o });
  opened.push(link);
  return link;
}

let clock = new RealClock();
afterEach(async () => {
  for (const link of opened.splice(0)) await link.close();
  clock = new RealClock();
});

/** One datagram from one link to the other. */
async function deliver(from: Link, to: Link, octets: Uint8Array): Promise<Uint8Array | undefined> {
  let heard: Uint8Array | undefined;
  to.onDatagram((datagram, source) => {
    expect(source).toEqual(from.local);
    heard = datagram;
  });
  from.send(octets, to.local);
  await clock.until(() => heard !== undefined, clock.now() + 2_000);
  return heard;
}

describe("openUdp", () => {
  test("sends and receives on a port of its own, octets that nobody else holds", async () => {
    const [a, b] = [await open(), await open()];
    expect(a.local.address).toBe(LOCALHOST);
    expect(a.local.port).toBeGreaterThan(0);
    const heard = await deliver(a, b, ofText("over the wire"));
    expect(heard && textOf(heard)).toBe("over the wire");
    expect(heard?.buffer.byteLength).toBe(13);
    expect(heard).not.toBeInstanceOf(Buffer);
  });

  test("octets are taken over when they are sent, and a close does not overtake them", async () => {
    const [a, b] = [await open(), await open()];
    const octets = ofText("last words");
    let heard = "";
    b.onDatagram((datagram) => (heard = textOf(datagram)));
    a.send(octets, b.local);
    octets.fill(0);
    await a.close();
    await clock.until(() => heard !== "", clock.now() + 2_000);
    expect(heard).toBe("last words");
  });

  test("a port in use, and an address that is not ours, are told in one line", async () => {
    const first = await open();
    const again = open({ port: first.local.port });
    await expect(again).rejects.toThrow(
      new LinkError(
        "port-in-use",
        `cannot bind ${LOCALHOST}:${first.local.port}: the port is in use by another socket`,
      ),
    );
    await expect(again).rejects.toMatchObject({ code: "port-in-use" });
    await expect(open({ address: "192.0.2.1" })).rejects.toMatchObject({ code: "no-address" });
  });

  test("a datagram that cannot be sent ends the wait on the clock, or goes where it was told", async () => {
    const plain = await open();
    plain.send(new Uint8Array(65_536), plain.local);
    await expect(clock.until(() => false, clock.now() + 2_000)).rejects.toMatchObject({ code: "too-long" });
    const errors: LinkError[] = [];
    const told = await open({ onError: (error) => errors.push(error) });
    told.send(new Uint8Array(65_536), told.local);
    await clock.until(() => errors.length > 0, clock.now() + 50);
    expect(errors.map((error) => error.code)).toEqual(["too-long"]);
  });

  test("an error in the receiver ends the wait on the clock", async () => {
    const link = await open();
    link.onDatagram(() => {
      throw new Error("our bug");
    });
    link.send(ofText("x"), link.local);
    await expect(clock.until(() => false, clock.now() + 2_000)).rejects.toThrow("our bug");
  });

  test("abort closes, and refuses to open; closing twice and sending afterwards do no harm", async () => {
    const controller = new AbortController();
    const link = await open({ signal: controller.signal });
    controller.abort();
    await link.close();
    await link.close();
    link.send(ofText("x"), link.local);
    expect((await open({ port: link.local.port })).local).toEqual(link.local);
    await expect(open({ signal: controller.signal })).rejects.toThrow(/abort/);
  });

  test("asks the kernel for larger buffers", async () => {
    const [a, b] = [await open({ bufferSizes: { send: 100_000 } }), await open({ bufferSizes: { receive: 300_000 } })];
    for (let i = 0; i < 100; i++) a.send(new Uint8Array(1_000), b.local);
    let count = 0;
    b.onDatagram(() => count++);
    await clock.until(() => count === 100, clock.now() + 2_000);
    expect(count).toBe(100);
  });
});

describe("in a network namespace", () => {
  const name = `l2tpspec-udp-${process.pid}`;
  afterEach(() => {
    if (made) execFileSync("ip", ["netns", "del", name]);
    made = false;
  });
  let made = false;

  test("the socket lives inside it, and the process stays outside", async (context) => {
    try {
      execFileSync("ip", ["netns", "add", name], { stdio: "pipe" });
      made = true;
      execFileSync("ip", ["-n", name, "link", "set", "lo", "up"], { stdio: "pipe" });
    } catch (error) {
      const reason = `no network namespace can be made here: ${(error as Error).message.split("\n").at(-1) ?? ""}`;
      if (!mayLack("ip netns", reason)) throw error;
      context.skip(reason);
    }
    const [a, b] = [await open({ netns: name }), await open({ netns: name })];
    const outside = await open({ port: a.local.port });
    expect(outside.local).toEqual(a.local);
    const heard = await deliver(a, b, ofText("inside"));
    expect(heard && textOf(heard)).toBe("inside");
    await expect(open({ netns: name, port: a.local.port })).rejects.toMatchObject({ code: "port-in-use" });
    await expect(open({ netns: name, address: "192.0.2.1" })).rejects.toMatchObject({ code: "no-address" });
  });

  test("a namespace that is not there is told by name", async (context) => {
    const error = await open({ netns: "l2tpspec-nowhere" }).catch((reason: unknown) => reason);
    if (error instanceof LinkError && error.code === "no-koffi" && mayLack("koffi", error.message))
      context.skip(error.message);
    expect(error).toMatchObject({ code: "no-namespace", message: expect.stringContaining("l2tpspec-nowhere") });
  });
});
