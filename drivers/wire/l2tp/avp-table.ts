import {
  accm,
  callErrors,
  mask,
  nonZero,
  octetInU16,
  octets,
  pppDisconnectCause,
  presence,
  q931CauseCode,
  resultCode,
  type Shape,
  text,
  u16,
  u32,
} from "./avp-shape.ts";
import { MESSAGE_NAMES, type MessageName } from "./message-type.ts";

/** One AVP of Vendor ID 0 as its RFC declares it. */
export interface AvpRow<V> {
  readonly type: number;
  readonly shape: Shape<V>;
  /** The M bit that a sender must set. */
  readonly m: 0 | 1;
  /** Whether the value may be hidden. */
  readonly h: 0 | "may";
  /** Messages that must carry it and that may carry it (RFC 2661 §6.1 to §6.14, in accord with the heads of §4.4). */
  readonly must: readonly MessageName[];
  readonly may: readonly MessageName[];
  readonly clause: string;
}

interface Where {
  readonly must?: readonly MessageName[];
  readonly may?: readonly MessageName[];
}

function avp<V>(type: number, shape: Shape<V>, m: 0 | 1, h: 0 | "may", where: Where, clause: string): AvpRow<V> {
  return { type, shape, m, h, must: where.must ?? [], may: where.may ?? [], clause };
}

const ASYNC_SYNC = 0b11;
const ANALOG_DIGITAL = 0b11;

/** Type, value, M, H, messages, clause: one row an AVP, in the order of their types. 20 is not assigned. */
export const AVPS = {
  messageType: avp(0, u16, 1, 0, { must: MESSAGE_NAMES }, "RFC2661 §4.4.1"),
  resultCode: avp(1, resultCode, 1, 0, { must: ["StopCCN", "CDN"] }, "RFC2661 §4.4.2"),
  protocolVersion: avp(2, u16, 1, 0, { must: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  framingCapabilities: avp(3, mask(ASYNC_SYNC), 1, "may", { must: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  bearerCapabilities: avp(4, mask(ANALOG_DIGITAL), 1, "may", { may: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  tieBreaker: avp(5, octets(8, 8), 0, 0, { may: ["SCCRQ"] }, "RFC2661 §4.4.3"),
  firmwareRevision: avp(6, u16, 0, "may", { may: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  hostName: avp(7, text("any", 1), 1, 0, { must: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  vendorName: avp(8, text("utf-8"), 0, "may", { may: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  assignedTunnelId: avp(9, nonZero(u16), 1, "may", { must: ["SCCRQ", "SCCRP", "StopCCN"] }, "RFC2661 §4.4.3"),
  receiveWindowSize: avp(10, nonZero(u16), 1, 0, { may: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  challenge: avp(11, octets(1), 1, "may", { may: ["SCCRQ", "SCCRP"] }, "RFC2661 §4.4.3"),
  q931CauseCode: avp(12, q931CauseCode, 1, 0, { may: ["CDN"] }, "RFC2661 §4.4.4"),
  challengeResponse: avp(13, octets(16, 16), 1, "may", { may: ["SCCRP", "SCCCN"] }, "RFC2661 §4.4.3"),
  assignedSessionId: avp(
    14,
    nonZero(u16),
    1,
    "may",
    { must: ["ICRQ", "ICRP", "OCRQ", "OCRP", "CDN"] },
    "RFC2661 §4.4.4",
  ),
  callSerialNumber: avp(15, u32, 1, "may", { must: ["ICRQ", "OCRQ"] }, "RFC2661 §4.4.4"),
  minimumBps: avp(16, u32, 1, "may", { must: ["OCRQ"] }, "RFC2661 §4.4.4"),
  maximumBps: avp(17, u32, 1, "may", { must: ["OCRQ"] }, "RFC2661 §4.4.4"),
  bearerType: avp(18, mask(ANALOG_DIGITAL), 1, "may", { must: ["OCRQ"], may: ["ICRQ"] }, "RFC2661 §4.4.4"),
  framingType: avp(19, mask(ASYNC_SYNC), 1, "may", { must: ["OCRQ", "ICCN", "OCCN"] }, "RFC2661 §4.4.4"),
  calledNumber: avp(21, text("ascii"), 1, "may", { must: ["OCRQ"], may: ["ICRQ"] }, "RFC2661 §4.4.4"),
  callingNumber: avp(22, text("ascii"), 1, "may", { may: ["ICRQ"] }, "RFC2661 §4.4.4"),
  subAddress: avp(23, text("ascii"), 1, "may", { may: ["ICRQ", "OCRQ"] }, "RFC2661 §4.4.4"),
  txConnectSpeed: avp(24, u32, 1, "may", { must: ["ICCN", "OCCN"] }, "RFC2661 §4.4.4"),
  physicalChannelId: avp(25, u32, 0, "may", { may: ["ICRQ", "OCRP"] }, "RFC2661 §4.4.4"),
  initialReceivedLcpConfReq: avp(26, octets(), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  lastSentLcpConfReq: avp(27, octets(), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  lastReceivedLcpConfReq: avp(28, octets(), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  proxyAuthenType: avp(29, u16, 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  proxyAuthenName: avp(30, text("any"), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  proxyAuthenChallenge: avp(31, octets(1), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  proxyAuthenId: avp(32, octetInU16, 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  proxyAuthenResponse: avp(33, octets(), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.5"),
  callErrors: avp(34, callErrors, 1, "may", { must: ["WEN"] }, "RFC2661 §4.4.6"),
  accm: avp(35, accm, 1, "may", { must: ["SLI"] }, "RFC2661 §4.4.6"),
  randomVector: avp(36, octets(), 1, 0, { may: MESSAGE_NAMES }, "RFC2661 §4.4.1"),
  privateGroupId: avp(37, octets(), 0, "may", { may: ["ICCN"] }, "RFC2661 §4.4.4"),
  rxConnectSpeed: avp(38, u32, 0, "may", { may: ["ICCN", "OCCN"] }, "RFC2661 §4.4.4"),
  sequencingRequired: avp(39, presence, 1, 0, { may: ["ICCN", "OCCN"] }, "RFC2661 §4.4.4"),
  pppDisconnectCause: avp(46, pppDisconnectCause, 0, "may", { may: ["CDN"] }, "RFC3145 §2"),
} as const satisfies Record<string, AvpRow<unknown>>;

export type AvpName = keyof typeof AVPS;

/** What each AVP's value is once it is read. */
export type AvpValues = { readonly [N in AvpName]: (typeof AVPS)[N] extends AvpRow<infer V> ? V : never };

export const AVP_NAMES = Object.keys(AVPS) as readonly AvpName[];

/** The row without its value type, for code that has only a name at hand. */
export function rowOf(name: AvpName): AvpRow<unknown> {
  return AVPS[name];
}

const BY_TYPE: ReadonlyMap<number, AvpName> = new Map(AVP_NAMES.map((name) => [AVPS[name].type, name]));

/** The AVP of that number. A type means something only together with its Vendor ID (RFC 2661 §4.1). */
export function avpName(vendor: number, type: number): AvpName | undefined {
  return vendor === 0 ? BY_TYPE.get(type) : undefined;
}
