import { describe, expect, test } from "vitest";
import { mayLack } from "#fixtures/machine";
import { viewIpv4 } from "#wire/ip/ipv4";
import { type UdpView, viewUdp } from "#wire/ip/udp";
import { dissect } from "#wire/packet";
import { ofText, textOf } from "#wire/octets";
import { RealClock } from "./clock.ts";
import { LinkError } from "./link.ts";
import { encodeRaw, openRaw, type RawPath } from "./raw.ts";
import { openUdp } from "./udp.ts";

const SRC = { address: "127.9.9.9", port: 6_666 };
const PAYLOAD = ofText("raw");

describe("encodeRaw", () => {
  const dst = { address: "127.0.0.1", port: 9 };

  test.each([
    ["good", true, false],
    ["zero", undefined, true],
    ["bad", false, false],
  ] as const)("checksum %s", (checksum, ok, zero) => {
    const { ip, udp } = dissect(encodeRaw({ src: SRC, dst, payload: PAYLOAD, checksum, id: 7, ttl: 3 }));
    expect([ip?.src, ip?.id, ip?.ttl, ip?.checksumOk]).toEqual(["127.9.9.9", 7, 3, true]);
    expect([udp?.checksumOk, udp?.checksum === 0]).toEqual([ok, zero]);
  });

  test("a bad checksum is wrong for certain: never zero, and never what looks like checksum offload", () => {
    const udpOf = (n: number, checksum: "good" | "bad"): UdpView => {
      const octets = encodeRaw({ src: SRC, dst, payload: Uint8Array.of(n >> 8, n & 0xff), checksum });
      return viewUdp(octets, viewIpv4(octets));
    };
    // The payload that takes the checksum to all ones, whose complement is zero.
    const toAllOnes = udpOf(0, "good").checksum;
    expect(udpOf(toAllOnes, "good").checksum).toBe(0xffff);
    // The payload for which the complement of the checksum is the sum of the pseudo-header: found by trying all.
    const toPseudoHeader = 58_850;
    const bad = [toAllOnes, toPseudoHeader, 0, 1, 0xffff].map((n) => udpOf(n, "bad").checksumOk);
    expect(bad).toEqual([false, false, false, false, false]);
  });
});

describe("on the loopback interface", () => {
  test("a foreign source and a missing checksum get through, a wrong one does not, and the receiver sees the headers", async (context) => {
    const clock = new RealClock();
    const raw = await openRaw({ clock }).catch((error: unknown): RawPath => {
      if (error instanceof LinkError && mayLack("raw-socket", error.message)) context.skip(error.message);
      throw error;
    });
    const link = await openUdp({ address: "127.0.0.1", port: 0, clock });
    try {
      const dst = link.local;
      const heard: string[] = [];
      const seen: Uint8Array[] = [];
      link.onDatagram((octets, from) => heard.push(`${from.address}:${from.port} ${textOf(octets)}`));
      raw.onPacket((ipv4) => {
        if (dissect(ipv4).udp?.dstPort === dst.port) seen.push(ipv4);
      });
      raw.send({ src: SRC, dst, payload: ofText("one"), checksum: "zero" });
      raw.send({ src: SRC, dst, payload: ofText("two"), checksum: "bad" });
      raw.send({ src: SRC, dst, payload: ofText("three") });
      await clock.until(() => heard.length === 2 && seen.length === 3, clock.now() + 2_000);

      expect(heard).toEqual(["127.9.9.9:6666 one", "127.9.9.9:6666 three"]);
      const payloads = seen.map((ipv4) => {
        const { ip, udp } = dissect(ipv4);
        return [ip?.src, udp?.checksumOk, udp && textOf(ipv4, udp.payloadAt, udp.end)];
      });
      expect(payloads).toEqual([
        ["127.9.9.9", undefined, "one"],
        ["127.9.9.9", false, "two"],
        ["127.9.9.9", true, "three"],
      ]);
    } finally {
      await raw.close();
      await link.close();
    }
  });
});
