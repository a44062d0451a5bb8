import { encodeIcmpEcho, viewIcmp } from "#wire/ip/icmp";
import { encodeIpv4, IP_PROTOCOLS, viewIpv4 } from "#wire/ip/ipv4";

/** An ICMP echo message, as a host reads it. */
export interface Echo {
  readonly type: "request" | "reply";
  readonly src: string;
  readonly dst: string;
  readonly id: number;
  readonly seq: number;
  readonly data: Uint8Array;
}

/** The echo message in a whole IPv4 packet; undefined for anything else, and for a wrong checksum (RFC 1122 §3.2.2). */
export function echoIn(packet: Uint8Array): Echo | undefined {
  const ip = viewIpv4(packet);
  if (ip.malformed || !ip.checksumOk || ip.protocol !== IP_PROTOCOLS.ICMP || ip.fragmentOffset !== 0) return undefined;
  const { typeName, checksumOk, id, seq, dataAt, end } = viewIcmp(packet, ip);
  if (checksumOk !== true || id === undefined || seq === undefined) return undefined;
  if (typeName !== "Echo Request" && typeName !== "Echo Reply") return undefined;
  const type = typeName === "Echo Request" ? "request" : "reply";
  return { type, src: ip.src, dst: ip.dst, id, seq, data: packet.slice(dataAt, end) };
}

/** RFC 1122 §3.2.2.6: the reply comes from the address that was asked, with the same data. */
export function replyTo(request: Echo): Uint8Array {
  const { src, dst, id, seq, data } = request;
  const header = { src: dst, dst: src, protocol: IP_PROTOCOLS.ICMP, id: seq };
  return encodeIpv4(header, encodeIcmpEcho({ type: "reply", id, seq, data }));
}
