import { type Issue, NO_ISSUES } from "../issue.ts";
import { NO_OCTETS, putU16, putU8, u16At } from "../octets.ts";
import { pppName } from "./frame.ts";

/** Code, Identifier, Length: what LCP, PAP, CHAP and every NCP share (RFC 1661 §5). */
export interface ControlView {
  /** PPP protocol number. */
  readonly protocol: number;
  readonly at: number;
  /** Code, Identifier and Length are -1 where the frame ends before them, so that they match nothing. */
  readonly code: number;
  readonly id: number;
  readonly length: number;
  readonly dataAt: number;
  /** End of the packet: by Length where that is sane, else of what is there. Octets from here to `frameEnd` are padding. */
  readonly end: number;
  readonly frameEnd: number;
  /**
   * A receiver discards the packet without a word (RFC 1661 §5, §6): it is cut short, its Length is wrong for the frame
   * or for its code, or a field or option in it runs past its end.
   */
  readonly malformed: boolean;
  readonly issues: readonly Issue[];
}

/** Value of an option that begins with a PPP protocol number; `data` is what follows the fields that have a name. */
export interface ProtocolValue {
  readonly protocol: number;
  /** Authentication by CHAP: the octet after the protocol (RFC 1994 §3). */
  readonly algorithm?: number;
  /** Van Jacobson compression (RFC 1332 §4.1). */
  readonly maxSlotId?: number;
  readonly compSlotId?: number;
  readonly data: Uint8Array;
}

/** IP-Addresses, the option that RFC 1332 §3.1 deprecates. */
export interface AddressPair {
  readonly source: string;
  readonly destination: string;
}

export type OptionValue = number | string | true | Uint8Array | ProtocolValue | AddressPair;

/** Type, Length, Data (RFC 1661 §6). */
export interface OptionView {
  readonly at: number;
  readonly type: number;
  /** As it stands in the octets; -1 where the packet ends before it. */
  readonly length: number;
  readonly dataAt: number;
  /** By Length, but never past the end of the packet. */
  readonly end: number;
  readonly name: string | undefined;
  /** Octets where the type is unknown; undefined where the octets do not fit the type. */
  readonly value: OptionValue | undefined;
  readonly issues: readonly Issue[];
}

/** Written in place of what is right; `trailing` follows the packet and is not counted in Length. */
export interface ControlTweak {
  readonly length?: number;
  readonly trailing?: Uint8Array;
}

export interface OptionTweak {
  readonly length?: number;
}

/** Code, Identifier and Length of any control protocol: CCP, IPV6CP and their like have no more here. Never throws. */
export function viewControl(protocol: number, octets: Uint8Array, at = 0, end = octets.length): ControlView {
  const frameEnd = Math.max(at, Math.min(end, octets.length));
  const size = frameEnd - at;
  const code = size >= 1 ? octets[at]! : -1;
  const id = size >= 2 ? octets[at + 1]! : -1;
  const length = size >= 4 ? u16At(octets, at + 2) : -1;
  if (length >= 4 && length <= size) {
    const found = { protocol, at, code, id, length, dataAt: at + 4, end: at + length, frameEnd };
    return { ...found, malformed: false, issues: NO_ISSUES };
  }
  // A Length below its own header leaves no data that could be trusted; one past the frame leaves what there is.
  const dataAt = Math.min(at + 4, frameEnd);
  const packetEnd = length < 4 ? dataAt : frameEnd;
  const issues = [lengthIssue(protocol, at, size, length)];
  return { protocol, at, code, id, length, dataAt, end: packetEnd, frameEnd, malformed: true, issues };
}

function lengthIssue(protocol: number, at: number, size: number, length: number): Issue {
  const name = pppName(protocol) ?? `protocol 0x${protocol.toString(16)}`;
  if (length === -1)
    return {
      code: "control-truncated",
      at,
      text: `${name}: Code, Identifier and Length take 4 octets, here are ${size}`,
    };
  const text =
    length < 4
      ? `${name}: Length ${length} is less than its own header of 4`
      : `${name}: Length is ${length}, the frame has ${size} octets`;
  return { code: "control-length", at: at + 2, text };
}

/** The header found by `viewControl`, and what its protocol found in the data. */
export function withIssues(header: ControlView, issues: readonly Issue[], malformed: boolean): ControlView {
  if (issues.length === 0) return header;
  return { ...header, malformed: header.malformed || malformed, issues: [...header.issues, ...issues] };
}

/** Throws a RangeError on a value that its field cannot hold. */
export function encodeControlPacket(code: number, id: number, data: Uint8Array, tweak: ControlTweak = {}): Uint8Array {
  const trailing = tweak.trailing ?? NO_OCTETS;
  const octets = new Uint8Array(4 + data.length + trailing.length);
  putU8(octets, 0, code);
  putU8(octets, 1, id);
  putU16(octets, 2, tweak.length ?? 4 + data.length);
  octets.set(data, 4);
  octets.set(trailing, 4 + data.length);
  return octets;
}
