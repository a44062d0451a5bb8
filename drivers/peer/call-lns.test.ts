import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { RealClock, VirtualClock } from "#link/clock";
import { MemoryNetwork } from "#link/memory";
import { openUdp } from "#link/udp";
import type { RandomOctets } from "#proto/endpoint";
import { dissect } from "#wire/packet";
import { Lac } from "./lac.ts";
import { Lns } from "./lns.ts";

const USERS = [{ name: "hb@hb", password: "admin@123", address: "172.16.1.51" }];

describe("over a network in memory", () => {
  test("a PAP call comes up, carries a ping both ways, and is taken down in order", async () => {
    const { lac, lns, sent } = call();
    const session = await lac.dial();
    const served = await lns.nextSession();

    expect(session.addresses).toMatchObject({ local: "172.16.1.51", remote: "172.16.1.1" });
    expect(served.user).toBe("hb@hb");
    expect(await lac.ping("172.16.1.1")).toBeCloseTo(0.2);
    expect(await served.ping("172.16.1.51")).toBeCloseTo(0.2);
    expect(sent()).toEqual(["SCCRQ"]);
  });
});

function call(options = {}): any {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const packets: Uint8Array[] = [];
  network.onPacket((p) => packets.push(p));
  const lns = new Lns({
    link: network.attach({ address: "2.2.2.2", port: 1701 }),
    clock,
    random: seeded("lns"),
    users: USERS,
  });
  const lac = new Lac({
    link: network.attach({ address: "1.1.1.1", port: 0 }),
    clock,
    random: seeded("lac"),
    lns: lns.local,
    user: "hb@hb",
    password: "admin@123",
  });
  const sent = () =>
    packets.map((p) => {
      const d = dissect(p);
      return d.l2tp?.kind === "control"
        ? d.l2tp.type
        : d.ppp
          ? `${d.ppp.frame.protocol.toString(16)}/${p[d.ppp.frame.payloadAt]}`
          : d.l2tp?.kind;
    });
  return { lac, lns, sent, clock };
}

function seeded(label: string): RandomOctets {
  let counter = 0;
  return (n) => {
    const out = new Uint8Array(n);
    for (let at = 0; at < n; at += 32)
      out.set(
        createHash("sha256")
          .update(`${label}/${counter++}`)
          .digest()
          .subarray(0, Math.min(32, n - at)),
        at,
      );
    return out;
  };
}
