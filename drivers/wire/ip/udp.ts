import { type Issue, NO_ISSUES } from "../issue.ts";
import { putU16, u16At } from "../octets.ts";
import { writeAddress } from "./address.ts";
import { checksumOf, onesSum, pseudoHeaderSum } from "./checksum.ts";
import { IP_PROTOCOLS, type Ipv4Header, type Ipv4Tweak, type Ipv4View, encodeIpv4, isWhole } from "./ipv4.ts";

export interface SocketAddress {
  /** Dotted quad. */
  readonly address: string;
  readonly port: number;
}

/** RFC 768. */
export interface UdpView {
  readonly at: number;
  /** By Length where that is sane, else the end of the IP payload. */
  readonly end: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly length: number;
  readonly checksum: number;
  /** Undefined where nothing can be said: none was sent (zero), it is partial, or not all octets are here (a fragment, a cut). */
  readonly checksumOk: boolean | undefined;
  /**
   * The checksum is that of the pseudo-header alone: captured in a host that leaves the rest to its interface (checksum
   * offload), so that the octets on the line may well be right.
   */
  readonly checksumPartial: boolean;
  /** Equal to `end` when there are not even eight octets. */
  readonly payloadAt: number;
  readonly issues: readonly Issue[];
}

/** The UDP datagram in the payload of `ip`, whose addresses enter the checksum. Only for fragment offset 0. Never throws. */
export function viewUdp(octets: Uint8Array, ip: Ipv4View): UdpView {
  const at = ip.payloadAt;
  const size = ip.end - at;
  if (size < 8) {
    const issues = [{ code: "udp-truncated", at, text: `a UDP header has 8 octets, here are ${size}` }];
    return {
      at,
      end: ip.end,
      srcPort: 0,
      dstPort: 0,
      length: 0,
      checksum: 0,
      checksumOk: undefined,
      checksumPartial: false,
      payloadAt: ip.end,
      issues,
    };
  }
  const length = u16At(octets, at + 4);
  const checksum = u16At(octets, at + 6);
  const fits = length >= 8 && length <= size;
  const whole = isWhole(ip);
  // The Length of a fragmented datagram is right to exceed the first fragment, and a cut was already reported for IPv4.
  let issues = NO_ISSUES;
  if (length < 8 || (length > size && whole))
    issues = [
      {
        code: "udp-length",
        at: at + 4,
        text: `Length is ${length}; the IPv4 payload has ${size} octets and the header 8`,
      },
    ];

  const end = fits ? at + length : ip.end;
  let checksumOk: boolean | undefined;
  let checksumPartial = false;
  if (checksum !== 0 && fits && whole) {
    const pseudoHeader = pseudoHeaderSum(octets, ip.at + 12, ip.protocol, length);
    const right = onesSum(octets, at, end, pseudoHeader) === 0xffff;
    checksumPartial = !right && checksum === pseudoHeader;
    checksumOk = checksumPartial ? undefined : right;
    if (checksumOk === false) issues = [{ code: "udp-checksum", at: at + 6, text: "the UDP checksum is wrong" }];
  }
  return {
    at,
    end,
    srcPort: u16At(octets, at),
    dstPort: u16At(octets, at + 2),
    length,
    checksum,
    checksumOk,
    checksumPartial,
    payloadAt: at + 8,
    issues,
  };
}

/** Written in place of what is right. `checksum: 0` sends none. */
export interface UdpTweak {
  readonly length?: number;
  readonly checksum?: number;
}

/** Header and payload. Throws a RangeError on a value that its field cannot hold. */
export function encodeUdp(
  src: SocketAddress,
  dst: SocketAddress,
  payload: Uint8Array,
  tweak: UdpTweak = {},
): Uint8Array {
  const octets = new Uint8Array(8 + payload.length);
  putU16(octets, 0, src.port);
  putU16(octets, 2, dst.port);
  putU16(octets, 4, tweak.length ?? octets.length);
  octets.set(payload, 8);
  putU16(octets, 6, tweak.checksum ?? checksumFor(src.address, dst.address, octets));
  return octets;
}

/** IPv4 header, UDP header and payload; `o` takes any other field of the IPv4 header. */
export function encodeUdpDatagram(
  src: SocketAddress,
  dst: SocketAddress,
  payload: Uint8Array,
  o: Partial<Omit<Ipv4Header, "src" | "dst" | "protocol">> = {},
  tweak: { readonly udp?: UdpTweak; readonly ip?: Ipv4Tweak } = {},
): Uint8Array {
  const header = { ...o, src: src.address, dst: dst.address, protocol: IP_PROTOCOLS.UDP };
  return encodeIpv4(header, encodeUdp(src, dst, payload, tweak.udp), tweak.ip);
}

function checksumFor(src: string, dst: string, datagram: Uint8Array): number {
  const addresses = new Uint8Array(8);
  writeAddress(addresses, 0, src);
  writeAddress(addresses, 4, dst);
  const sum = onesSum(datagram, 0, datagram.length, pseudoHeaderSum(addresses, 0, IP_PROTOCOLS.UDP, datagram.length));
  // RFC 768: a sum that comes out as zero is sent as all ones, since zero says that there is none.
  return checksumOf(sum) || 0xffff;
}
