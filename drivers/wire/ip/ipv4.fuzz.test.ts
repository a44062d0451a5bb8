import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, hex } from "../octets.ts";
import { fragmentIpv4, Ipv4Reassembly } from "./fragments.ts";
import { viewIcmp } from "./icmp.ts";
import { encodeIpv4, type Ipv4Header, type Ipv4View, viewIpv4 } from "./ipv4.ts";
import { viewTcp } from "./tcp.ts";
import { encodeUdp, viewUdp } from "./udp.ts";

const octets = fc.uint8Array({ maxLength: 100 });
/** Octets that at least begin like an IPv4 header, so that the later branches are reached too. */
const likely = fc
  .tuple(fc.constantFrom(0x44, 0x45, 0x46, 0x4f), octets)
  .map(([first, rest]) => concat(Uint8Array.of(first, 0, 0), rest));
const u16 = fc.integer({ min: 0, max: 0xffff });
const address = fc.ipV4();
const header: fc.Arbitrary<Ipv4Header> = fc.record({
  src: address,
  dst: address,
  protocol: fc.integer({ min: 0, max: 255 }),
  id: u16,
  ttl: fc.integer({ min: 0, max: 255 }),
  tos: fc.integer({ min: 0, max: 255 }),
  dontFragment: fc.boolean(),
});

function inBounds(
  view: { at: number; end: number; issues: Ipv4View["issues"] },
  length: number,
  payloadAt: number,
): void {
  expect(view.at).toBeLessThanOrEqual(payloadAt);
  expect(payloadAt).toBeLessThanOrEqual(view.end);
  expect(view.end).toBeLessThanOrEqual(length);
  for (const issue of view.issues) expect(issue.at).toBeLessThanOrEqual(length);
}

describe("any octets", () => {
  test("are viewed without a throw, and no view leaves them", () => {
    fc.assert(
      fc.property(fc.oneof(octets, likely), (any) => {
        const ip = viewIpv4(any);
        inBounds(ip, any.length, ip.payloadAt);
        for (const upper of [viewUdp(any, ip), viewTcp(any, ip)]) inBounds(upper, any.length, upper.payloadAt);
        const icmp = viewIcmp(any, ip);
        inBounds(icmp, any.length, icmp.dataAt);
        new Ipv4Reassembly().add(any, 0);
      }),
    );
  });

  test("lie the same at any offset", () => {
    fc.assert(
      fc.property(likely, octets, (any, before) => {
        const shift = before.length;
        const [here, there] = [viewIpv4(any), viewIpv4(concat(before, any), shift)];
        expect(there.payloadAt - shift).toBe(here.payloadAt);
        expect(there.end - shift).toBe(here.end);
        expect(there.issues).toEqual(here.issues.map((issue) => ({ ...issue, at: issue.at + shift })));
      }),
    );
  });
});

describe("what is encoded", () => {
  test("is read back", () => {
    fc.assert(
      fc.property(header, octets, (h, payload) => {
        const whole = encodeIpv4(h, payload);
        const view = viewIpv4(whole);
        expect(view).toMatchObject({ ...h, issues: [], payloadAt: 20, end: whole.length });
        expect(hex(whole, view.payloadAt)).toBe(hex(payload));
      }),
    );
  });

  test("UDP has a right checksum", () => {
    fc.assert(
      fc.property(address, address, u16, u16, octets, (src, dst, srcPort, dstPort, payload) => {
        const udp = encodeUdp({ address: src, port: srcPort }, { address: dst, port: dstPort }, payload);
        const whole = encodeIpv4({ src, dst, protocol: 17 }, udp);
        expect(viewUdp(whole, viewIpv4(whole))).toMatchObject({ srcPort, dstPort, checksumOk: true, issues: [] });
      }),
    );
  });

  test("fragments in any order give the datagram", () => {
    const cut = fc
      .tuple(header, fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 28, max: 120 }))
      .chain(([h, payload, mtu]) => {
        const whole = encodeIpv4(h, payload);
        const pieces = fragmentIpv4(whole, mtu);
        return fc.tuple(fc.constant(whole), fc.shuffledSubarray(pieces, { minLength: pieces.length }));
      });
    fc.assert(
      fc.property(cut, ([whole, pieces]) => {
        const reassembly = new Ipv4Reassembly();
        const answers = pieces.map((piece) => reassembly.add(piece, 0));
        expect(answers.slice(0, -1).every((answer) => answer === undefined)).toBe(true);
        expect(hex(answers.at(-1)!.octets)).toBe(hex(whole));
      }),
    );
  });
});
