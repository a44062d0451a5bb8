import { expect, test } from "vitest";
import { dissect } from "#wire/packet";
import { ofText, textOf } from "#wire/octets";
import { VirtualClock } from "./clock.ts";
import { show } from "./link.ts";
import { MemoryNetwork } from "./memory.ts";
import { tap, type Tapped } from "./tap.ts";

const LAC = { address: "1.1.1.1", port: 40_000 };
const LNS = { address: "2.2.2.2", port: 1701 };

test("a tap shows both directions in order, as packets of its own, and lets them pass", async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const seen: Tapped[] = [];
  const lac = tap(network.attach(LAC), clock, (frame) => seen.push(frame));
  const lns = network.attach(LNS);
  lns.onDatagram((octets, from) => lns.send(octets, from));
  let heard = "";
  lac.onDatagram((octets) => {
    heard = textOf(octets);
    octets.fill(0);
  });
  const start = clock.epochNs();
  lac.send(ofText("ping"), LNS);
  await clock.until(() => heard !== "", 10);

  expect(heard).toBe("ping");
  const text = seen.map(({ direction, src, dst, tNs, octets }) => {
    const { udp, issues } = dissect(octets, "ipv4");
    const payload = udp && textOf(octets, udp.payloadAt, udp.end);
    return [
      direction,
      `${show(src)} > ${show(dst)}`,
      tNs - start,
      payload,
      udp?.checksumOk,
      issues.filter((i) => i.code.startsWith("ip")),
    ];
  });
  expect(text).toEqual([
    ["out", "1.1.1.1:40000 > 2.2.2.2:1701", 0n, "ping", true, []],
    ["in", "2.2.2.2:1701 > 1.1.1.1:40000", 200_000n, "ping", true, []],
  ]);
});

test("what is sent after the end is not on the wire, and no tap shows it", async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const seen: Tapped[] = [];
  const lac = tap(network.attach(LAC), clock, (frame) => seen.push(frame));
  lac.send(ofText("before"), LNS);
  await lac.close();
  lac.send(ofText("after"), LNS);
  expect(seen.map(({ octets }) => textOf(octets.subarray(28)))).toEqual(["before"]);
});
