import type { PutField } from "../fields.ts";
import type { IcmpView } from "../ip/icmp.ts";
import type { Ipv4View } from "../ip/ipv4.ts";
import type { TcpView } from "../ip/tcp.ts";
import type { UdpView } from "../ip/udp.ts";
import type { Packet } from "../packet.ts";

/** `ip.*` and what stands above it; `prefix` is "" or "inner.". */
export function ipFields({ ip, udp, tcp, icmp }: Packet, prefix: "" | "inner.", put: PutField): void {
  if (ip !== undefined) ipv4(ip, `${prefix}ip.`, put);
  if (udp !== undefined) udpFields(udp, `${prefix}udp.`, put);
  if (tcp !== undefined) tcpFields(tcp, `${prefix}tcp.`, put);
  if (icmp !== undefined) icmpFields(icmp, `${prefix}icmp.`, put);
}

function ipv4(ip: Ipv4View, prefix: string, put: PutField): void {
  const { at } = ip;
  // Without addresses the header could not be read at all.
  if (ip.src === "") return;
  put(`${prefix}version`, at, 1, ip.version);
  put(`${prefix}headerLength`, at, 1, ip.headerLength);
  put(`${prefix}tos`, at + 1, 1, ip.tos);
  put(`${prefix}length`, at + 2, 2, ip.totalLength);
  put(`${prefix}id`, at + 4, 2, ip.id);
  put(`${prefix}dontFragment`, at + 6, 1, ip.dontFragment);
  put(`${prefix}moreFragments`, at + 6, 1, ip.moreFragments);
  put(`${prefix}fragmentOffset`, at + 6, 2, ip.fragmentOffset);
  put(`${prefix}ttl`, at + 8, 1, ip.ttl);
  put(`${prefix}protocol`, at + 9, 1, ip.protocol);
  put(`${prefix}checksum`, at + 10, 2, ip.checksum);
  put(`${prefix}checksumOk`, at + 10, 2, ip.checksumOk);
  put(`${prefix}src`, at + 12, 4, ip.src);
  put(`${prefix}dst`, at + 16, 4, ip.dst);
}

function udpFields(udp: UdpView, prefix: string, put: PutField): void {
  const { at } = udp;
  if (udp.payloadAt - at !== 8) return;
  put(`${prefix}srcPort`, at, 2, udp.srcPort);
  put(`${prefix}dstPort`, at + 2, 2, udp.dstPort);
  put(`${prefix}length`, at + 4, 2, udp.length);
  put(`${prefix}checksum`, at + 6, 2, udp.checksum);
  if (udp.checksumOk !== undefined) put(`${prefix}checksumOk`, at + 6, 2, udp.checksumOk);
}

function tcpFields(tcp: TcpView, prefix: string, put: PutField): void {
  const { at } = tcp;
  if (tcp.end - at < 20) return;
  put(`${prefix}srcPort`, at, 2, tcp.srcPort);
  put(`${prefix}dstPort`, at + 2, 2, tcp.dstPort);
  put(`${prefix}seq`, at + 4, 4, tcp.seq);
  put(`${prefix}ack`, at + 8, 4, tcp.ack);
  put(`${prefix}headerLength`, at + 12, 1, tcp.headerLength);
  put(`${prefix}flags`, at + 13, 1, tcp.flags);
  put(`${prefix}window`, at + 14, 2, tcp.window);
  put(`${prefix}checksum`, at + 16, 2, tcp.checksum);
  if (tcp.checksumOk !== undefined) put(`${prefix}checksumOk`, at + 16, 2, tcp.checksumOk);
  if (tcp.mss !== undefined && tcp.mssAt !== undefined) put(`${prefix}mss`, tcp.mssAt, 2, tcp.mss);
}

function icmpFields(icmp: IcmpView, prefix: string, put: PutField): void {
  const { at } = icmp;
  if (icmp.end - at < 8) return;
  put(`${prefix}type`, at, 1, icmp.type);
  put(`${prefix}code`, at + 1, 1, icmp.code);
  put(`${prefix}checksum`, at + 2, 2, icmp.checksum);
  if (icmp.checksumOk !== undefined) put(`${prefix}checksumOk`, at + 2, 2, icmp.checksumOk);
  if (icmp.id !== undefined) put(`${prefix}id`, at + 4, 2, icmp.id);
  if (icmp.seq !== undefined) put(`${prefix}seq`, at + 6, 2, icmp.seq);
  if (icmp.nextHopMtu !== undefined) put(`${prefix}nextHopMtu`, at + 6, 2, icmp.nextHopMtu);
}
