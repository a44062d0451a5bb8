/** PPP frames as a script sends them in a data message: from the Address field on, or as the options say. */
import { encodeIcmpEcho, type IcmpTweak } from "#wire/ip/icmp";
import { encodeIpv4, IP_PROTOCOLS } from "#wire/ip/ipv4";
import { encodeUdpDatagram, type SocketAddress } from "#wire/ip/udp";
import { NO_OCTETS } from "#wire/octets";
import { type ChapPacket, chapMd5, type ChapTweak, encodeChap } from "#wire/ppp/chap";
import { type ControlTweak, encodeControlPacket } from "#wire/ppp/control";
import { encodePpp, PPP, type PppFrameOptions } from "#wire/ppp/frame";
import { encodeIpcp, type IpcpOption, type IpcpPacket } from "#wire/ppp/ipcp";
import { type ConfigureCode, encodeLcp, LCP_CODES, type LcpOption, type LcpPacket } from "#wire/ppp/lcp";
import { encodePap, type PapPacket, type PapTweak } from "#wire/ppp/pap";

export { PPP, type PppFrameOptions } from "#wire/ppp/frame";
export { CHAP_ALGORITHMS, encodeLcpOption, type LcpOption } from "#wire/ppp/lcp";
export type { IpcpOption } from "#wire/ppp/ipcp";
export { chapMd5 } from "#wire/ppp/chap";

/** How a frame lies: around the packet as a PPP frame, inside it by its codec's own tweak. */
export interface FrameOptions<T = ControlTweak> extends PppFrameOptions {
  readonly tweak?: T;
}

/** Any protocol number and any octets. */
export function frame(protocol: number, payload: Uint8Array, o?: PppFrameOptions): Uint8Array {
  return encodePpp(protocol, payload, o);
}

/** Code, Identifier, Length and data of any control protocol. */
export function control(
  protocol: number,
  code: number,
  id: number,
  data: Uint8Array,
  o: FrameOptions = {},
): Uint8Array {
  return encodePpp(protocol, encodeControlPacket(code, id, data, o.tweak), o);
}

/** RFC 1661 §5. */
export const lcp = {
  packet: (packet: LcpPacket, o: FrameOptions = {}) => encodePpp(PPP.LCP, encodeLcp(packet, o.tweak), o),
  configureRequest: (id: number, options: readonly LcpOption[], o?: FrameOptions) =>
    lcp.packet({ code: "Configure-Request", id, options }, o),
  configureAck: (id: number, options: readonly LcpOption[], o?: FrameOptions) =>
    lcp.packet({ code: "Configure-Ack", id, options }, o),
  /** A Configure packet whose options are given as octets: those of a packet that was seen. */
  answer: (code: ConfigureCode, id: number, options: Uint8Array, o?: FrameOptions) =>
    control(PPP.LCP, LCP_CODES[code], id, options, o),
  configureNak: (id: number, options: readonly LcpOption[], o?: FrameOptions) =>
    lcp.packet({ code: "Configure-Nak", id, options }, o),
  configureReject: (id: number, options: readonly LcpOption[], o?: FrameOptions) =>
    lcp.packet({ code: "Configure-Reject", id, options }, o),
  terminateRequest: (id: number, data = NO_OCTETS, o?: FrameOptions) =>
    lcp.packet({ code: "Terminate-Request", id, data }, o),
  terminateAck: (id: number, data = NO_OCTETS, o?: FrameOptions) => lcp.packet({ code: "Terminate-Ack", id, data }, o),
  codeReject: (id: number, packet: Uint8Array, o?: FrameOptions) => lcp.packet({ code: "Code-Reject", id, packet }, o),
  protocolReject: (id: number, protocol: number, data = NO_OCTETS, o?: FrameOptions) =>
    lcp.packet({ code: "Protocol-Reject", id, protocol, data }, o),
  echoRequest: (id: number, magic: number, data = NO_OCTETS, o?: FrameOptions) =>
    lcp.packet({ code: "Echo-Request", id, magic, data }, o),
  echoReply: (id: number, magic: number, data = NO_OCTETS, o?: FrameOptions) =>
    lcp.packet({ code: "Echo-Reply", id, magic, data }, o),
  discardRequest: (id: number, magic: number, data = NO_OCTETS, o?: FrameOptions) =>
    lcp.packet({ code: "Discard-Request", id, magic, data }, o),
};

/** RFC 1334 §2.2. */
export const pap = {
  packet: (packet: PapPacket, o: FrameOptions<PapTweak> = {}) => encodePpp(PPP.PAP, encodePap(packet, o.tweak), o),
  request: (id: number, peerId: string | Uint8Array, password: string | Uint8Array, o?: FrameOptions<PapTweak>) =>
    pap.packet({ code: "Authenticate-Request", id, peerId, password }, o),
  ack: (id: number, message: string | Uint8Array = "", o?: FrameOptions<PapTweak>) =>
    pap.packet({ code: "Authenticate-Ack", id, message }, o),
  nak: (id: number, message: string | Uint8Array = "", o?: FrameOptions<PapTweak>) =>
    pap.packet({ code: "Authenticate-Nak", id, message }, o),
};

/** What a CHAP response answers, and with what. */
export interface ChapAnswer {
  readonly secret: string | Uint8Array;
  readonly challenge: Uint8Array;
}

/** RFC 1994 §4. */
export const chap = {
  packet: (packet: ChapPacket, o: FrameOptions<ChapTweak> = {}) => encodePpp(PPP.CHAP, encodeChap(packet, o.tweak), o),
  challenge: (id: number, value: Uint8Array, name: string | Uint8Array, o?: FrameOptions<ChapTweak>) =>
    chap.packet({ code: "Challenge", id, value, name }, o),
  /** `value` is the Response Value, or what it is to be calculated from (MD5). */
  response: (id: number, value: Uint8Array | ChapAnswer, name: string | Uint8Array, o?: FrameOptions<ChapTweak>) =>
    chap.packet(
      {
        code: "Response",
        id,
        value: value instanceof Uint8Array ? value : chapMd5(id, value.secret, value.challenge),
        name,
      },
      o,
    ),
  success: (id: number, message: string | Uint8Array = "", o?: FrameOptions<ChapTweak>) =>
    chap.packet({ code: "Success", id, message }, o),
  failure: (id: number, message: string | Uint8Array = "", o?: FrameOptions<ChapTweak>) =>
    chap.packet({ code: "Failure", id, message }, o),
};

/** RFC 1332. */
export const ipcp = {
  packet: (packet: IpcpPacket, o: FrameOptions = {}) => encodePpp(PPP.IPCP, encodeIpcp(packet, o.tweak), o),
  configureRequest: (id: number, options: readonly IpcpOption[], o?: FrameOptions) =>
    ipcp.packet({ code: "Configure-Request", id, options }, o),
  configureAck: (id: number, options: readonly IpcpOption[], o?: FrameOptions) =>
    ipcp.packet({ code: "Configure-Ack", id, options }, o),
  configureNak: (id: number, options: readonly IpcpOption[], o?: FrameOptions) =>
    ipcp.packet({ code: "Configure-Nak", id, options }, o),
  configureReject: (id: number, options: readonly IpcpOption[], o?: FrameOptions) =>
    ipcp.packet({ code: "Configure-Reject", id, options }, o),
  terminateRequest: (id: number, data = NO_OCTETS, o?: FrameOptions) =>
    ipcp.packet({ code: "Terminate-Request", id, data }, o),
  terminateAck: (id: number, data = NO_OCTETS, o?: FrameOptions) => ipcp.packet({ code: "Terminate-Ack", id, data }, o),
  codeReject: (id: number, packet: Uint8Array, o?: FrameOptions) => ipcp.packet({ code: "Code-Reject", id, packet }, o),
};

export interface PingOptions extends FrameOptions<IcmpTweak> {
  /** Octets after the ICMP header; a number makes so many, counted up. Default 56. */
  readonly data?: Uint8Array | number;
  readonly ttl?: number;
}

/** IPv4 inside PPP. */
export const ip = {
  packet: (ipv4: Uint8Array, o?: PppFrameOptions) => encodePpp(PPP.IP, ipv4, o),
  ping: (src: string, dst: string, id: number, seq: number, o: PingOptions = {}) =>
    ip.packet(echoPacket("request", src, dst, id, seq, o), o),
  pong: (src: string, dst: string, id: number, seq: number, o: PingOptions = {}) =>
    ip.packet(echoPacket("reply", src, dst, id, seq, o), o),
  udp: (src: SocketAddress, dst: SocketAddress, payload: Uint8Array, o?: PppFrameOptions) =>
    ip.packet(encodeUdpDatagram(src, dst, payload), o),
};

/** An ICMP echo in IPv4, without PPP around it. */
export function echoPacket(
  type: "request" | "reply",
  src: string,
  dst: string,
  id: number,
  seq: number,
  o: PingOptions = {},
): Uint8Array {
  const { data = 56, ttl, tweak } = o;
  const octets = typeof data === "number" ? Uint8Array.from({ length: data }, (_, i) => i & 0xff) : data;
  const header = { src, dst, protocol: IP_PROTOCOLS.ICMP, id: seq & 0xffff, ...(ttl !== undefined && { ttl }) };
  return encodeIpv4(header, encodeIcmpEcho({ type, id, seq, data: octets }, tweak));
}
