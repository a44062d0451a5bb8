import { viewIcmp, type IcmpView } from "./ip/icmp.ts";
import { IP_PROTOCOLS, viewIpv4, type Ipv4View } from "./ip/ipv4.ts";
import { viewTcp, type TcpView } from "./ip/tcp.ts";
import { viewUdp, type UdpView } from "./ip/udp.ts";
import { NO_ISSUES, type Issue } from "./issue.ts";
import { viewL2tp, type L2tpView, type Secrets } from "./l2tp/message.ts";
import { ipv4At, type LinkType } from "./linklayer.ts";
import { viewChap, type ChapView } from "./ppp/chap.ts";
import { viewControl, type ControlView } from "./ppp/control.ts";
import { isNcp, PPP, viewPppFrame, type PppFrameView } from "./ppp/frame.ts";
import { viewIpcp, type IpcpView } from "./ppp/ipcp.ts";
import { viewLcp, type LcpView } from "./ppp/lcp.ts";
import { viewPap, type PapView } from "./ppp/pap.ts";

export type { LinkType } from "./linklayer.ts";

/** A PPP frame and the one control protocol that it carries, if it carries one that is known. */
export interface PppView {
  readonly frame: PppFrameView;
  readonly lcp?: LcpView | undefined;
  readonly pap?: PapView | undefined;
  readonly chap?: ChapView | undefined;
  readonly ipcp?: IpcpView | undefined;
  /** Another control protocol (CCP, IPV6CP, ...): Code, Identifier and Length only. */
  readonly other?: ControlView | undefined;
}

/** A captured packet, layer in layer. Every offset in every view is one into `octets`. */
export interface Packet {
  readonly octets: Uint8Array;
  readonly linkType: LinkType;
  readonly ip?: Ipv4View | undefined;
  readonly udp?: UdpView | undefined;
  readonly tcp?: TcpView | undefined;
  readonly icmp?: IcmpView | undefined;
  readonly l2tp?: L2tpView | undefined;
  readonly ppp?: PppView | undefined;
  /** The IPv4 packet inside PPP. L2TP inside the tunnel is not dissected again. */
  readonly inner?: Packet | undefined;
  /** All layers' issues, the outermost layer's first. */
  readonly issues: readonly Issue[];
}

export interface DissectOptions extends Secrets {
  /** UDP ports that carry L2TP besides 1701: RFC 2661 §8.1 lets both ends leave it. */
  readonly l2tpPorts?: ReadonlySet<number>;
}

/** RFC 2661 §8.1: the port to which a control connection is opened. */
export const L2TP_PORT = 1701;

/** Reads one captured packet as far in as it can be read. Never throws; what is wrong becomes issues. */
export function dissect(octets: Uint8Array, linkType: LinkType = "ipv4", options: DissectOptions = {}): Packet {
  if (linkType === "ppp" || linkType === "ppp-hdlc") {
    const { ppp, inner, issues } = pppIn(octets, 0, octets.length);
    return packet(octets, linkType, { ppp, inner }, issues);
  }
  const at = ipv4At(octets, linkType);
  if (at === undefined) return packet(octets, linkType, NO_LAYERS, NO_ISSUES);
  return ipv4In(octets, linkType, at, octets.length, options);
}

interface Layers {
  readonly ip?: Ipv4View;
  readonly udp?: UdpView | undefined;
  readonly tcp?: TcpView | undefined;
  readonly icmp?: IcmpView | undefined;
  readonly l2tp?: L2tpView | undefined;
  readonly ppp?: PppView | undefined;
  readonly inner?: Packet | undefined;
}

const NO_LAYERS: Layers = {};

/** One shape of object for every packet: what reads a hundred thousand of them is faster for it. */
function packet(octets: Uint8Array, linkType: LinkType, layers: Layers, issues: readonly Issue[]): Packet {
  const { ip, udp, tcp, icmp, l2tp, ppp, inner } = layers;
  return { octets, linkType, ip, udp, tcp, icmp, l2tp, ppp, inner, issues };
}

/** `options` is undefined inside a tunnel, where UDP is not looked into. */
function ipv4In(
  octets: Uint8Array,
  linkType: LinkType,
  at: number,
  end: number,
  options: DissectOptions | undefined,
): Packet {
  const ip = viewIpv4(octets, at, end);
  // RFC 791 §3.2: only the fragment with offset 0 begins with the next header.
  if (ip.malformed || ip.fragmentOffset > 0) return packet(octets, linkType, { ip }, ip.issues);
  switch (ip.protocol) {
    case IP_PROTOCOLS.UDP: {
      const udp = viewUdp(octets, ip);
      if (options === undefined || !isL2tp(udp, options)) {
        return packet(octets, linkType, { ip, udp }, joined(ip.issues, udp.issues));
      }
      const l2tp = viewL2tp(octets, udp.payloadAt, udp.end, options);
      const issues = joined(joined(ip.issues, udp.issues), l2tp.issues);
      if (l2tp.kind !== "data") return packet(octets, linkType, { ip, udp, l2tp }, issues);
      const { ppp, inner, issues: more } = pppIn(octets, l2tp.header.payloadAt, l2tp.header.end);
      return packet(octets, linkType, { ip, udp, l2tp, ppp, inner }, joined(issues, more));
    }
    case IP_PROTOCOLS.TCP: {
      const tcp = viewTcp(octets, ip);
      return packet(octets, linkType, { ip, tcp }, joined(ip.issues, tcp.issues));
    }
    case IP_PROTOCOLS.ICMP: {
      const icmp = viewIcmp(octets, ip);
      return packet(octets, linkType, { ip, icmp }, joined(ip.issues, icmp.issues));
    }
    default:
      return packet(octets, linkType, { ip }, ip.issues);
  }
}

function isL2tp({ srcPort, dstPort }: UdpView, { l2tpPorts }: DissectOptions): boolean {
  if (srcPort === L2TP_PORT || dstPort === L2TP_PORT) return true;
  return l2tpPorts !== undefined && (l2tpPorts.has(srcPort) || l2tpPorts.has(dstPort));
}

interface PppLayers {
  readonly ppp: PppView;
  readonly inner: Packet | undefined;
  readonly issues: readonly Issue[];
}

function pppIn(octets: Uint8Array, at: number, end: number): PppLayers {
  const frame = viewPppFrame(octets, at, end);
  const payloadAt = frame.payloadAt;
  switch (frame.protocol) {
    case PPP.IP: {
      const inner = ipv4In(octets, "ipv4", payloadAt, frame.end, undefined);
      return { ppp: { frame }, inner, issues: joined(frame.issues, inner.issues) };
    }
    case PPP.LCP: {
      const lcp = viewLcp(octets, payloadAt, frame.end);
      return { ppp: { frame, lcp }, inner: undefined, issues: joined(frame.issues, lcp.issues) };
    }
    case PPP.PAP: {
      const pap = viewPap(octets, payloadAt, frame.end);
      return { ppp: { frame, pap }, inner: undefined, issues: joined(frame.issues, pap.issues) };
    }
    case PPP.CHAP: {
      const chap = viewChap(octets, payloadAt, frame.end);
      return { ppp: { frame, chap }, inner: undefined, issues: joined(frame.issues, chap.issues) };
    }
    case PPP.IPCP: {
      const ipcp = viewIpcp(octets, payloadAt, frame.end);
      return { ppp: { frame, ipcp }, inner: undefined, issues: joined(frame.issues, ipcp.issues) };
    }
    default: {
      if (!isControlProtocol(frame.protocol)) return { ppp: { frame }, inner: undefined, issues: frame.issues };
      const other = viewControl(frame.protocol, octets, payloadAt, frame.end);
      return { ppp: { frame, other }, inner: undefined, issues: joined(frame.issues, other.issues) };
    }
  }
}

/** Protocols whose packets begin with Code, Identifier and Length: every NCP (RFC 1661 §2), and some that manage the link. */
function isControlProtocol(protocol: number): boolean {
  return isNcp(protocol) || protocol === PPP.CBCP || protocol === PPP.BACP || protocol === PPP.EAP;
}

/** Clean layers add nothing, so that a clean packet allocates no list. */
function joined(a: readonly Issue[], b: readonly Issue[]): readonly Issue[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...a, ...b];
}
