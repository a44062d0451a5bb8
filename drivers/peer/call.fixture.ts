/** A LAC and an LNS for tests of this folder, on a network in memory, with a list of what passed between them. */
import { createHash } from "node:crypto";
import { VirtualClock } from "#link/clock";
import { MemoryNetwork } from "#link/memory";
import type { RandomOctets } from "#proto/endpoint";
import { dissect } from "#wire/packet";
import { pppName } from "#wire/ppp/frame";
import { Lac, type LacOptions } from "./lac.ts";
import { Lns, type LnsOptions } from "./lns.ts";

export const USER = { name: "hb@hb", password: "admin@123", address: "172.16.1.51" };
export const LOGIN = { user: USER.name, password: USER.password };

/** Octets that depend on the label alone. */
export function seeded(label: string): RandomOctets {
  let drawn = 0;
  return (n) => {
    const blocks = Array.from({ length: Math.ceil(n / 32) }, () =>
      createHash("sha256").update(`${label}/${drawn++}`).digest(),
    );
    return new Uint8Array(Buffer.concat(blocks).subarray(0, n));
  };
}

export interface TestCall {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly lac: Lac;
  readonly lns: Lns;
  readonly packets: Uint8Array[];
  /** What was sent since the last call of this, as "lac SCCRQ", "lns ZLB", "lac LCP 1". */
  sent(): string[];
}

export function testCall(o: { lac?: Partial<LacOptions>; lns?: Partial<LnsOptions> } = {}): TestCall {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const packets: Uint8Array[] = [];
  network.onPacket((ipv4) => packets.push(ipv4));
  const lnsLink = network.attach({ address: "2.2.2.2", port: 1701 });
  const lacLink = network.attach({ address: "1.1.1.1", port: 0 });
  const lns = new Lns({ link: lnsLink, clock, random: seeded("lns"), users: [USER], ...o.lns });
  const lac = new Lac({ link: lacLink, clock, random: seeded("lac"), lns: lnsLink.local, ...LOGIN, ...o.lac });
  let shown = 0;
  const sent = (): string[] => {
    const fresh = packets.slice(shown);
    shown = packets.length;
    return fresh.map(summary);
  };
  return { clock, network, lac, lns, packets, sent };
}

function summary(ipv4: Uint8Array): string {
  const { ip, l2tp, ppp } = dissect(ipv4);
  const who = ip?.src === "1.1.1.1" ? "lac" : "lns";
  if (ppp === undefined) return `${who} ${l2tp?.type ?? l2tp?.kind.toUpperCase() ?? "?"}`;
  const { protocol, payloadAt } = ppp.frame;
  return `${who} ${pppName(protocol) ?? protocol}${protocol >= 0x8000 ? ` ${ipv4[payloadAt]}` : ""}`;
}
