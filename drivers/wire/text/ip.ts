import { IP_PROTOCOLS, type Ipv4View } from "../ip/ipv4.ts";
import { TCP_FLAGS, type TcpView } from "../ip/tcp.ts";
import { namesOf } from "../names.ts";
import type { Packet } from "../packet.ts";

const PROTOCOL_NAMES = namesOf(IP_PROTOCOLS);
const FLAG_NAMES = Object.entries(TCP_FLAGS);

/** `10.0.0.1:1701 > 10.0.0.2:40000`; without ports where there are none. */
export function endpoints({ ip, udp, tcp }: Packet): string {
  const ports = udp ?? tcp;
  const src = ip?.src ?? "";
  const dst = ip?.dst ?? "";
  return ports === undefined ? `${src} > ${dst}` : `${src}:${ports.srcPort} > ${dst}:${ports.dstPort}`;
}

/** An IPv4 packet that holds no L2TP, addresses included. */
export function ipText(p: Packet): string {
  const { ip } = p;
  if (ip === undefined || ip.src === "") return "no IPv4 header";
  const ends = endpoints(p);
  if (ip.fragmentOffset > 0) {
    const more = ip.moreFragments ? ", more follow" : "";
    return `${ends} ${protocolName(ip)} fragment at ${ip.fragmentOffset}${more} (${ip.totalLength} octets)`;
  }
  const first = ip.moreFragments ? " first fragment" : "";
  return `${ends} ${upperText(ip, p)}${first} (${ip.totalLength} octets)`;
}

function upperText(ip: Ipv4View, { udp, tcp, icmp }: Packet): string {
  if (udp !== undefined) return "UDP";
  if (tcp !== undefined) return tcpText(tcp);
  if (icmp !== undefined) {
    const kind = icmp.typeName ?? `type ${icmp.type}`;
    const code = icmp.code === 0 ? "" : ` code ${icmp.code}`;
    const numbers = icmp.id === undefined ? "" : ` id ${icmp.id} seq ${icmp.seq}`;
    const mtu = icmp.nextHopMtu === undefined ? "" : ` MTU ${icmp.nextHopMtu}`;
    return `ICMP ${kind}${code}${numbers}${mtu}`;
  }
  return protocolName(ip);
}

function tcpText({ flags, seq, ack, mss }: TcpView): string {
  const set = FLAG_NAMES.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  const acknowledges = (flags & TCP_FLAGS.ACK) === 0 ? "" : ` ack ${ack}`;
  return `TCP ${set.join(",") || "no flags"} seq ${seq}${acknowledges}${mss === undefined ? "" : ` mss ${mss}`}`;
}

function protocolName({ protocol }: Ipv4View): string {
  return PROTOCOL_NAMES.get(protocol) ?? `protocol ${protocol}`;
}
