import { describe, expect, test } from "vitest";
import { fragmentIpv4 } from "#wire/ip/fragments";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { dissect } from "#wire/packet";
import { ofText, textOf } from "#wire/octets";
import { VirtualClock } from "./clock.ts";
import { type Link, show } from "./link.ts";
import { MemoryNetwork } from "./memory.ts";

const LAC = { address: "1.1.1.1", port: 40_000 };
const LNS = { address: "2.2.2.2", port: 1701 };

function bench(): { clock: VirtualClock; network: MemoryNetwork; lac: Link; lns: Link; heard: string[] } {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const [lac, lns] = [network.attach(LAC), network.attach(LNS)];
  const heard: string[] = [];
  for (const link of [lac, lns]) {
    link.onDatagram((octets, from) =>
      heard.push(`${clock.now()} ${show(from)} > ${show(link.local)} ${textOf(octets)}`),
    );
  }
  return { clock, network, lac, lns, heard };
}

const settle = (clock: VirtualClock): Promise<boolean> => clock.until(() => false, clock.now() + 10);

describe("MemoryNetwork", () => {
  test("a datagram arrives after the delay, from the sender's address", async () => {
    const { clock, lac, lns, heard } = bench();
    lac.send(ofText("a"), LNS);
    lac.send(ofText("b"), LNS);
    lns.send(ofText("c"), LAC);
    expect(heard).toEqual([]);
    await settle(clock);
    expect(heard).toEqual([
      "0.1 1.1.1.1:40000 > 2.2.2.2:1701 a",
      "0.1 1.1.1.1:40000 > 2.2.2.2:1701 b",
      "0.1 2.2.2.2:1701 > 1.1.1.1:40000 c",
    ]);
  });

  test("octets are taken over when they are sent", async () => {
    const { clock, lac, heard } = bench();
    const octets = ofText("before");
    lac.send(octets, LNS);
    octets.fill(0);
    await settle(clock);
    expect(heard[0]).toContain("before");
  });

  test("the tap sees IPv4 packets without a fault, with the time of sending, also to where nobody is", async () => {
    const { clock, network, lac } = bench();
    const tapped: [string, bigint][] = [];
    network.onPacket((ipv4, tNs) => {
      const { ip, udp, issues } = dissect(ipv4, "ipv4", { l2tpPorts: new Set() });
      tapped.push([`${ip?.src} > ${ip?.dst} id ${ip?.id} udp ${udp?.checksumOk}`, tNs]);
      expect(issues.filter((issue) => !issue.code.startsWith("header"))).toEqual([]);
    });
    const start = clock.epochNs();
    lac.send(ofText("a"), { address: "2.2.2.2", port: 9 });
    await settle(clock);
    lac.send(ofText("b"), { address: "9.9.9.9", port: 9 });
    expect(tapped).toEqual([
      ["1.1.1.1 > 2.2.2.2 id 1 udp true", start],
      ["1.1.1.1 > 9.9.9.9 id 2 udp true", start + 10_000_000n],
    ]);
  });

  test("a port is taken once, and is free again after close", async () => {
    const { network, lac } = bench();
    expect(() => network.attach(LAC)).toThrow(expect.objectContaining({ code: "port-in-use" }));
    await lac.close();
    await lac.close();
    expect(network.attach(LAC).local).toEqual(LAC);
  });

  test("port 0 takes a free port that was not used before", async () => {
    const { network } = bench();
    const first = network.attach({ address: "1.1.1.1", port: 0 });
    expect(first.local.port).toBe(49_152);
    await first.close();
    expect(network.attach({ address: "1.1.1.1", port: 0 }).local.port).toBe(49_153);
    expect(network.attach({ address: "3.3.3.3", port: 0 }).local.port).toBe(49_152);
  });

  test("a closed link sends nothing and hears nothing", async () => {
    const { clock, lac, lns, heard } = bench();
    lns.send(ofText("on its way"), LAC);
    await lac.close();
    lac.send(ofText("too late"), LNS);
    await settle(clock);
    expect(heard).toEqual([]);
  });

  test("a datagram longer than 1500 goes in one piece, one longer than IPv4 is refused", async () => {
    const { clock, lac, lns } = bench();
    let length = 0;
    lns.onDatagram((octets) => (length = octets.length));
    lac.send(new Uint8Array(65_507), LNS);
    await settle(clock);
    expect(length).toBe(65_507);
    expect(() => lac.send(new Uint8Array(65_508), LNS)).toThrow(expect.objectContaining({ code: "too-long" }));
  });

  test("raw: without a checksum it arrives, with a wrong one it does not, and the source may be anybody", async () => {
    const { clock, network, heard } = bench();
    const raw = network.raw();
    const foreign = { address: "6.6.6.6", port: 66 };
    raw.send({ src: foreign, dst: LNS, payload: ofText("good") });
    raw.send({ src: foreign, dst: LNS, payload: ofText("zero"), checksum: "zero" });
    raw.send({ src: foreign, dst: LNS, payload: ofText("bad"), checksum: "bad" });
    await settle(clock);
    expect(heard).toEqual(["0.1 6.6.6.6:66 > 2.2.2.2:1701 good", "0.1 6.6.6.6:66 > 2.2.2.2:1701 zero"]);
  });

  test("raw: fragments arrive as one datagram", async () => {
    const { clock, network, heard } = bench();
    const whole = encodeUdpDatagram(LAC, LNS, ofText("x".repeat(100)), { id: 9 });
    for (const piece of fragmentIpv4(whole, 60).toReversed()) network.raw().sendPacket(piece);
    await settle(clock);
    expect(heard).toEqual([`0.1 1.1.1.1:40000 > 2.2.2.2:1701 ${"x".repeat(100)}`]);
  });

  test("a host may rewrite what its socket sends, and what arrives is seen though nobody listens there", async () => {
    const { clock, network, lac, heard } = bench();
    const arrived: string[] = [];
    network.onArrival((ipv4) => {
      const { ip, udp } = dissect(ipv4);
      arrived.push(
        `${clock.now()} ${udp?.srcPort} > ${ip?.dst}:${udp?.dstPort} checksum ${udp?.checksum === 0 ? "none" : "there"}`,
      );
    });
    const odd = network.attach(
      { address: "1.1.1.1", port: 2 },
      {
        rewrite: (d) => ({ ...d, dst: { ...d.dst, port: 1702 }, checksum: "zero" }),
      },
    );
    odd.send(ofText("a"), LNS);
    lac.send(ofText("b"), LNS);
    await settle(clock);
    expect(arrived).toEqual(["0.1 2 > 2.2.2.2:1702 checksum none", "0.1 40000 > 2.2.2.2:1701 checksum there"]);
    expect(heard).toEqual(["0.1 1.1.1.1:40000 > 2.2.2.2:1701 b"]);
  });
});
