import { expect, test } from "vitest";
import { encodeIcmpEcho } from "#wire/ip/icmp";
import { encodeIpv4, IP_PROTOCOLS } from "#wire/ip/ipv4";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { dissect } from "#wire/packet";
import { ofText, textOf } from "#wire/octets";
import { echoIn, replyTo } from "./echo.ts";
import { echoPacket } from "./script.ts";

test("a reply comes from the address that was asked, with the same data", () => {
  const request = echoIn(echoPacket("request", "10.0.0.1", "10.0.0.2", 7, 8, { data: ofText("hello") }));
  expect(request).toMatchObject({ type: "request", src: "10.0.0.1", dst: "10.0.0.2", id: 7, seq: 8 });
  const reply = replyTo(request!);
  const { ip, icmp, issues } = dissect(reply);
  expect([ip?.src, ip?.dst, icmp?.typeName, icmp?.id, icmp?.seq, issues]).toEqual([
    "10.0.0.2",
    "10.0.0.1",
    "Echo Reply",
    7,
    8,
    [],
  ]);
  expect(textOf(reply, icmp?.dataAt)).toBe("hello");
  expect(echoIn(reply)?.type).toBe("reply");
});

test("anything else is no echo: another protocol, a wrong checksum, a fragment, a cut packet", () => {
  const header = { src: "10.0.0.1", dst: "10.0.0.2", protocol: IP_PROTOCOLS.ICMP };
  const echo = { type: "request", id: 1, seq: 1 } as const;
  const whole = echoPacket("request", "10.0.0.1", "10.0.0.2", 1, 1);
  const others = [
    encodeUdpDatagram({ address: "10.0.0.1", port: 1 }, { address: "10.0.0.2", port: 2 }, ofText("x")),
    encodeIpv4(header, encodeIcmpEcho(echo, { checksum: 1 })),
    encodeIpv4(header, encodeIcmpEcho(echo), { checksum: 1 }),
    encodeIpv4({ ...header, moreFragments: true }, encodeIcmpEcho(echo)),
    encodeIpv4({ ...header, fragmentOffset: 8 }, encodeIcmpEcho(echo)),
    ...Array.from({ length: whole.length }, (_, n) => whole.subarray(0, n)),
  ];
  expect(others.map(echoIn).filter((one) => one !== undefined)).toEqual([]);
});
