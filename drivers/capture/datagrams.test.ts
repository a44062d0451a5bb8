/** Whatever a capture holds, the datagrams in it come out once, whole, and in order. */
import { describe, expect, test } from "vitest";
import { fragmentIpv4 } from "#wire/ip/fragments";
import { encodeUdpDatagram } from "#wire/ip/udp";
import type { LinkType } from "#wire/packet";
import { concat, fromHex, hex } from "#wire/octets";
import { type Datagram, Datagrams, type Foresight, NO_FORESIGHT } from "./datagrams.ts";
import { linkTypeOf, type RawRecord } from "./record.ts";

const LAC = { address: "10.0.0.1", port: 1701 };
const LNS = { address: "10.0.0.2", port: 1701 };
const MS = 1_000_000n;
const datagram = (id: number, payload = "c802000c 0000 0000 0000 0000"): Uint8Array =>
  encodeUdpDatagram(LAC, LNS, fromHex(payload), { id });

type Given = Partial<RawRecord> & Pick<RawRecord, "octets">;

function record({ octets, linkType = "ipv4", ...rest }: Given): RawRecord {
  return { tNs: 0n, linkType, linkTypeNumber: 228, originalLength: octets.length, octets, ...rest };
}

function read(given: readonly Given[], foresight: Foresight = NO_FORESIGHT) {
  const out: Datagram[] = [];
  const steps: number[] = [];
  const datagrams = new Datagrams((d) => out.push(d), foresight, { step: () => steps.push(out.length) });
  for (const one of given) datagrams.take(record(one));
  datagrams.end();
  return { out, nos: out.map((d) => d.no), steps, met: datagrams.met, after: datagrams };
}

const MACS = "000102030405 060708090a0b";
const PPPOE = "8864 1100 0001 0072";

describe("behind each link that Wireshark saves", () => {
  test.each<[string, number, string]>([
    ["loopback of a BSD", 0, "02000000"],
    ["loopback of OpenBSD", 108, "00000002"],
    ["Ethernet", 1, `${MACS} 0800`],
    ["802.1Q", 1, `${MACS} 8100 0064 0800`],
    ["QinQ", 1, `${MACS} 88a8 0064 8100 0065 0800`],
    ["PPP over Ethernet in a VLAN", 1, `${MACS} 8100 0064 ${PPPOE} 0021`],
    ["PPP", 9, "0021"],
    ["PPP in HDLC framing", 50, "ff03 0021"],
    ["raw IP", 101, ""],
    ["raw IPv4", 228, ""],
    ["Linux cooked", 113, "0000 0001 0006 000102030405 0000 0800"],
    ["Linux cooked with a tag", 113, "0000 0001 0006 000102030405 0000 8100 0064 0800"],
    ["Linux cooked, version 2", 276, "0800 0000 00000003 0001 00 06 0001020304050000"],
  ])("%s", (_what, linkTypeNumber, front) => {
    const octets = concat(fromHex(front), datagram(1));
    const { out, met } = read([{ octets, linkType: linkTypeOf(linkTypeNumber), linkTypeNumber }]);
    expect(out).toHaveLength(1);
    expect(hex(out[0]!.octets).endsWith(hex(datagram(1)))).toBe(true);
    expect(met).toMatchObject({ frames: 1, cut: 0 });
  });

  test("a link that is not read is counted by its number, and so is L2TP over IPv6", () => {
    const ipv6 = concat(
      fromHex(`${MACS} 86dd 60000000 0008 11 40`),
      new Uint8Array(32),
      fromHex("06a5 06a5 0008 0000"),
    );
    const unread = { octets: datagram(1), linkType: "other", linkTypeNumber: 105 } as const;
    const { out, met } = read([unread, unread, { octets: ipv6, linkType: "ethernet" }]);
    expect(out).toEqual([]);
    expect(met).toMatchObject({ frames: 3, unread: new Map([[105, 2]]), ipv6: 1 });
  });
});

test("what is handed over is a copy: the reader's chunk may go", () => {
  const octets = datagram(1);
  const { out } = read([{ octets }]);
  octets.fill(0);
  expect(hex(out[0]!.octets)).toBe(hex(datagram(1)));
});

describe("a packet that is shown twice counts once", () => {
  const on = (interfaceName: string, tNs: bigint, octets: Uint8Array, linkType: LinkType = "ipv4"): Given => ({
    ...{ interfaceName, tNs, octets, linkType },
  });
  /** A router on the way takes one off its Time to Live, and makes the checksum right again. */
  function routed(octets: Uint8Array): Uint8Array {
    const copy = octets.slice();
    copy[8]!--;
    copy[10]!++;
    return copy;
  }

  test.each<[string, readonly Given[], readonly number[]]>([
    ["at two interfaces", [on("a", 0n, datagram(7)), on("b", 5n * MS, datagram(7))], [1]],
    ["behind a router", [on("a", 0n, datagram(7)), on("b", 5n * MS, routed(datagram(7)))], [1]],
    ["at two interfaces, without Identification", [on("a", 0n, datagram(0)), on("b", 5n * MS, datagram(0))], [1]],
    ["at one interface, at once", [on("a", 0n, datagram(0)), on("a", MS / 2n, datagram(0))], [1]],
    ["but not a repeat with another Identification", [on("a", 0n, datagram(7)), on("a", MS, datagram(8))], [1, 2]],
    ["but not one without, later", [on("a", 0n, datagram(0)), on("a", 5n * MS, datagram(0))], [1, 2]],
    ["but not one that comes a second later", [on("a", 0n, datagram(7)), on("b", 1000n * MS, datagram(7))], [1, 2]],
    [
      "but not another message",
      [on("a", 0n, datagram(7)), on("b", MS, datagram(7, "c802000c 0000 0000 0001 0000"))],
      [1, 2],
    ],
  ])("%s", (_what, given, nos) => {
    expect(read(given).nos).toEqual(nos);
  });
});

describe("fragments", () => {
  const whole = datagram(9, `c8020064 ${"00".repeat(96)}`);
  const pieces = fragmentIpv4(whole, 60);
  const given = (octets: readonly Uint8Array[]): readonly Given[] =>
    octets.map((one, i) => ({ octets: one, tNs: BigInt(i) }));

  test("become the datagram, in any order, under the number of the last", () => {
    expect(pieces.length).toBeGreaterThan(2);
    for (const order of [pieces, pieces.toReversed()]) {
      const { out, met } = read(given(order));
      expect(out.map((d) => [d.no, hex(d.octets)])).toEqual([[pieces.length, hex(whole)]]);
      expect(met).toMatchObject({ reassembled: 1, fragments: pieces.length });
    }
  });

  test("of which one is missing: the second reading hands over the first as it is, in its place", () => {
    const lacking = given([...pieces.slice(0, -1), datagram(10)]);
    const { out, after } = read(lacking);
    expect(out.map((d) => d.no)).toEqual([pieces.length]);
    const again = read(lacking, { ...NO_FORESIGHT, incomplete: after.incomplete });
    expect(again.nos).toEqual([1, pieces.length]);
    expect(hex(again.out[0]!.octets)).toBe(hex(pieces[0]!));
  });

  test("whose copies another interface saw: none is left for the next datagram of that Identification", () => {
    const mirrored = pieces.flatMap((octets, i) => [
      { octets, tNs: BigInt(i) * MS, interfaceName: "a" },
      { octets, tNs: BigInt(i) * MS + 1n, interfaceName: "b" },
    ]);
    const other = datagram(9, `c8020064 ${"07".repeat(96)}`);
    const later = fragmentIpv4(other, 60).map((octets, i) => ({ octets, tNs: (30_000n + BigInt(i)) * MS }));
    const { out, met } = read([...mirrored, ...later]);
    expect(out.map((d) => hex(d.octets))).toEqual([hex(whole), hex(other)]);
    expect(met).toMatchObject({ copies: pieces.length, reassembled: 2, fragments: 2 * pieces.length });
  });
});

describe("time", () => {
  const at = (ms: bigint, id: number): Given => ({ octets: datagram(id), tNs: ms * MS });

  test("interfaces that are out of step: the second reading puts in order what the first has measured", () => {
    const given = [at(10n, 1), at(12n, 2), at(11n, 3), at(30n, 4)];
    const { nos, after, steps } = read(given);
    expect([nos, after.disorderNs, steps]).toEqual([[1, 2, 3, 4], MS, []]);
    expect(read(given, { ...NO_FORESIGHT, disorderNs: after.disorderNs }).nos).toEqual([1, 3, 2, 4]);
  });

  test("a clock that is set back begins anew", () => {
    const given = [at(100_000n, 1), at(100_001n, 2), at(50_000n, 3), at(50_001n, 4)];
    const { nos, met, steps } = read(given, { ...NO_FORESIGHT, disorderNs: MS });
    expect([nos, met.clockSteps, steps]).toEqual([[1, 2, 3, 4], 1, [2]]);
  });
});
