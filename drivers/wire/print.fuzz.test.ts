import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFieldPath } from "./fields/paths.ts";
import { fieldsOf } from "./fields.ts";
import { encodeUdpDatagram } from "./ip/udp.ts";
import { avpOf, encodeAvp } from "./l2tp/avp.ts";
import { encodeControl, encodeData } from "./l2tp/header.ts";
import { concat, ofText } from "./octets.ts";
import { dissect, type LinkType } from "./packet.ts";
import { encodePpp, PPP } from "./ppp/frame.ts";
import { line, tree } from "./text.ts";

const LAC = { address: "1.1.1.1", port: 40000 };
const LNS = { address: "2.2.2.2", port: 1701 };
const LINKS: readonly LinkType[] = ["ipv4", "ethernet", "linux-sll", "linux-sll2", "null", "ppp", "ppp-hdlc", "other"];

/** Whatever the octets: nothing throws, one line is one line, every field has a path of the list and lies in the octets. */
function printsWell(octets: Uint8Array, linkType: LinkType = "ipv4"): void {
  const p = dissect(octets, linkType, { tunnelSecret: ofText("secret") });
  const text = line(p);
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) expect(text).toBe("one printable line");
  const lines = tree(p).split("\n");
  if (lines.some((one) => /[\p{C}\p{Zl}\p{Zp}]/u.test(one))) expect(lines).toBe("printable lines");
  for (const field of fieldsOf(p)) {
    const lies = field.at >= 0 && field.length >= 0 && field.at + field.length <= octets.length;
    if (!isFieldPath(field.path) || !lies) expect(field).toBe("a known field inside the octets");
  }
  for (const issue of p.issues) {
    if (issue.at < 0 || issue.at > octets.length) expect(issue).toBe("inside the octets");
  }
  expect(lines).toHaveLength(fieldsOf(p).length + p.issues.length + 2);
}

const octets = (maxLength: number) => fc.uint8Array({ maxLength });

describe("every printer takes any octets", () => {
  test.each(LINKS)("behind %s", (linkType) => {
    fc.assert(fc.property(octets(200), (random) => printsWell(random, linkType)));
  });

  test("in UDP", () => {
    fc.assert(fc.property(octets(200), (payload) => printsWell(encodeUdpDatagram(LAC, LNS, payload))));
  });

  test("as AVPs", () => {
    const anyAvp = fc.record({
      bits: fc.nat(0xffff),
      vendor: fc.constantFrom(0, 0, 0, 9),
      type: fc.nat(48),
      value: octets(40),
    });
    fc.assert(
      fc.property(fc.array(anyAvp, { maxLength: 8 }), octets(8), (avps, rest) => {
        const vector = encodeAvp(avpOf("randomVector", ofText("vector")));
        const parts = avps.map(({ bits, vendor, type, value }) => {
          // Mostly a length that fits, so that more than the first AVP is reached.
          const head = bits % 8 === 0 ? bits : (bits & 0xc000) | (6 + value.length);
          return concat(Uint8Array.of(head >> 8, head & 0xff, 0, vendor, 0, type), value);
        });
        const body = concat(encodeAvp(avpOf("messageType", 10)), vector, ...parts, rest);
        printsWell(encodeUdpDatagram(LAC, LNS, encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, body)));
      }),
    );
  });

  test("as PPP control packets", () => {
    const protocol = fc.constantFrom(...Object.values(PPP), 0x80cf);
    const option = fc.record({ type: fc.nat(255), value: octets(12) });
    fc.assert(
      fc.property(
        protocol,
        fc.nat(12),
        fc.array(option, { maxLength: 6 }),
        octets(4),
        (number, code, options, rest) => {
          const body = concat(
            ...options.map(({ type, value }) => concat(Uint8Array.of(type % 20, 2 + value.length), value)),
            rest,
          );
          const length = 4 + body.length - (rest[0] === 0 ? rest.length : 0);
          const packet = concat(Uint8Array.of(code, 1, length >> 8, length & 0xff), body);
          printsWell(encodeUdpDatagram(LAC, LNS, encodeData({ tunnelId: 1, sessionId: 7 }, encodePpp(number, packet))));
        },
      ),
    );
  });
});
