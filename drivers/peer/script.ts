/**
 * What a suite builds packets from; it needs nothing else of the drivers. Every builder makes the message that the RFC
 * asks for, and takes AVPs by name to say otherwise.
 */
import { type Avp, AVP_NAMES, type AvpName, avpOf, type AvpValues } from "#wire/l2tp/avp";
import { type ControlMessage, message, type MessageName } from "#wire/l2tp/message";
import { withAvps } from "./edit.ts";

export { avpOf, unknownAvp, type Avp, type AvpName, type AvpTweak } from "#wire/l2tp/avp";
export { message, MESSAGES, type ControlMessage, type MessageName } from "#wire/l2tp/message";
export { challengeResponse } from "#wire/l2tp/hiding";
export type { HeaderTweak } from "#wire/l2tp/header";
export { concat, equal, fromHex, hex, ofText, ofU16, ofU32, ofU8 } from "#wire/octets";
export * from "./edit.ts";
export * from "./ppp-frames.ts";

/** AVPs by name. One that is `undefined` is left out, even where the message must have it. */
export type AvpsByName = { readonly [N in Exclude<AvpName, "messageType">]?: AvpValues[N] | undefined };

/** AVPs of a message that begins a tunnel or a session: the id is the test's to choose, so that it can look for it. */
type With<N extends keyof AvpsByName> = AvpsByName & { readonly [K in N]: AvpValues[K] | undefined };

/** Protocol Version 1, Revision 0. */
const PROTOCOL_VERSION = 0x0100;
const ASYNC_AND_SYNC = 3;
const ASYNC = 2;
const HOST_NAME = "l2tpspec";
const TX_CONNECT_SPEED = 100_000_000;

/** RFC 2661 §6.1. `extra` goes behind the others; an AVP that the message has already is replaced, as in all builders here. */
export function sccrq(avps: With<"assignedTunnelId">, extra?: readonly Avp[]): ControlMessage {
  return build("SCCRQ", OPENING, avps, extra);
}

/** RFC 2661 §6.2. */
export function sccrp(avps: With<"assignedTunnelId">, extra?: readonly Avp[]): ControlMessage {
  return build("SCCRP", OPENING, avps, extra);
}

/** RFC 2661 §6.3. */
export function scccn(avps: AvpsByName = {}, extra?: readonly Avp[]): ControlMessage {
  return build("SCCCN", {}, avps, extra);
}

/** RFC 2661 §6.4; Result Code 1, a general request to clear the connection. */
export function stopCcn(avps: With<"assignedTunnelId">, extra?: readonly Avp[]): ControlMessage {
  return build("StopCCN", { assignedTunnelId: undefined, resultCode: { result: 1 } }, avps, extra);
}

/** RFC 2661 §6.5. */
export function hello(avps: AvpsByName = {}, extra?: readonly Avp[]): ControlMessage {
  return build("HELLO", {}, avps, extra);
}

/** RFC 2661 §6.6. */
export function icrq(avps: With<"assignedSessionId">, extra?: readonly Avp[]): ControlMessage {
  return build("ICRQ", { assignedSessionId: undefined, callSerialNumber: 1 }, avps, extra);
}

/** RFC 2661 §6.7. */
export function icrp(avps: With<"assignedSessionId">, extra?: readonly Avp[]): ControlMessage {
  return build("ICRP", {}, avps, extra);
}

/** RFC 2661 §6.8. */
export function iccn(avps: AvpsByName = {}, extra?: readonly Avp[]): ControlMessage {
  return build("ICCN", { txConnectSpeed: TX_CONNECT_SPEED, framingType: ASYNC }, avps, extra);
}

/** RFC 2661 §6.9. */
export function ocrq(avps: With<"assignedSessionId">, extra?: readonly Avp[]): ControlMessage {
  const call = {
    minimumBps: 9_600,
    maximumBps: TX_CONNECT_SPEED,
    bearerType: 1,
    framingType: ASYNC,
    calledNumber: "5550100",
  };
  return build("OCRQ", { assignedSessionId: undefined, callSerialNumber: 1, ...call }, avps, extra);
}

/** RFC 2661 §6.10. */
export function ocrp(avps: With<"assignedSessionId">, extra?: readonly Avp[]): ControlMessage {
  return build("OCRP", {}, avps, extra);
}

/** RFC 2661 §6.11. */
export function occn(avps: AvpsByName = {}, extra?: readonly Avp[]): ControlMessage {
  return build("OCCN", { txConnectSpeed: TX_CONNECT_SPEED, framingType: ASYNC }, avps, extra);
}

/** RFC 2661 §6.12; Result Code 3, administrative reasons. */
export function cdn(avps: With<"assignedSessionId">, extra?: readonly Avp[]): ControlMessage {
  return build("CDN", { resultCode: { result: 3 } }, avps, extra);
}

/** RFC 2661 §6.13; no error counted. */
export function wen(avps: AvpsByName = {}, extra?: readonly Avp[]): ControlMessage {
  return build("WEN", { callErrors: NO_CALL_ERRORS }, avps, extra);
}

/** RFC 2661 §6.14; every control character escaped in both directions. */
export function sli(avps: AvpsByName = {}, extra?: readonly Avp[]): ControlMessage {
  return build("SLI", { accm: { send: 0xffff_ffff, receive: 0xffff_ffff } }, avps, extra);
}

/** A control message without any AVP: an acknowledgement when it is sent outside of the numbering (RFC 2661 §5.8). */
export function zlb(): ControlMessage {
  return { type: 0, avps: [], tweak: { omitMessageType: true } };
}

/** In the order in which RFC 2661 §6.1 and §6.2 list them. */
const OPENING: AvpsByName = {
  protocolVersion: PROTOCOL_VERSION,
  hostName: HOST_NAME,
  framingCapabilities: ASYNC_AND_SYNC,
  assignedTunnelId: undefined,
};

const NO_CALL_ERRORS = {
  crcErrors: 0,
  framingErrors: 0,
  hardwareOverruns: 0,
  bufferOverruns: 0,
  timeoutErrors: 0,
  alignmentErrors: 0,
};

/** The defaults in their order, each with the value that the caller gives it, then what else the caller gives. */
function build(type: MessageName, defaults: AvpsByName, avps: AvpsByName, extra: readonly Avp[] = []): ControlMessage {
  const named = Object.entries({ ...defaults, ...avps }).flatMap(([name, value]) => {
    if (!(AVP_NAMES as readonly string[]).includes(name)) throw new RangeError(`${type}: there is no AVP ${name}`);
    return value === undefined ? [] : [avpOf(name as AvpName, value)];
  });
  return withAvps(message(type, ...named), ...extra);
}
