import { type Avp, AVPS, type AvpName, avpOf } from "#wire/l2tp/avp";
import { type ControlMessage, message, type MessageName } from "#wire/l2tp/message";
import { PROTOCOL_VERSION } from "./acceptance.ts";
import type { Cause } from "./cause.ts";
import type { Settings } from "./options.ts";

const RANDOM_VECTOR_OCTETS = 16;
/** What an outgoing call asks of the line: any. */
const MINIMUM_BPS = 1;
const MAXIMUM_BPS = 1_000_000_000;

/** What SCCRQ and SCCRP share (RFC 2661 §6.1, §6.2). Host Name comes before anything hidden: it may choose the secret. */
function opening(s: Settings, tunnelId: number, challenge: Uint8Array | undefined): readonly Avp[] {
  return [
    avpOf("protocolVersion", PROTOCOL_VERSION),
    avpOf("hostName", s.hostName),
    avpOf("framingCapabilities", s.framingCapabilities),
    avpOf("assignedTunnelId", tunnelId),
    ...given("bearerCapabilities", s.bearerCapabilities),
    ...given("receiveWindowSize", s.receiveWindowSize),
    ...given("firmwareRevision", s.firmwareRevision),
    ...given("vendorName", s.vendorName),
    ...given("challenge", challenge),
  ];
}

export function sccrq(s: Settings, tunnelId: number, challenge: Uint8Array | undefined): ControlMessage {
  return finish(s, "SCCRQ", [...opening(s, tunnelId, challenge), ...given("tieBreaker", s.tieBreaker)]);
}

export function sccrp(
  s: Settings,
  tunnelId: number,
  challenge: Uint8Array | undefined,
  response: Uint8Array | undefined,
): ControlMessage {
  return finish(s, "SCCRP", [...opening(s, tunnelId, challenge), ...given("challengeResponse", response)]);
}

export function scccn(s: Settings, response: Uint8Array | undefined): ControlMessage {
  return finish(s, "SCCCN", given("challengeResponse", response));
}

/** `tunnelId` is the one that this end assigned first, so that a peer that has not learnt it can tell (§4.4.3). */
export function stopCcn(s: Settings, tunnelId: number, cause: Cause): ControlMessage {
  return finish(s, "StopCCN", [avpOf("assignedTunnelId", tunnelId), avpOf("resultCode", cause)]);
}

export function hello(s: Settings): ControlMessage {
  return finish(s, "HELLO", []);
}

export function icrq(s: Settings, sessionId: number, serial: number, avps: readonly Avp[] = []): ControlMessage {
  return finish(s, "ICRQ", [avpOf("assignedSessionId", sessionId), avpOf("callSerialNumber", serial)], avps);
}

export function icrp(s: Settings, sessionId: number): ControlMessage {
  return finish(s, "ICRP", [avpOf("assignedSessionId", sessionId)]);
}

export function iccn(
  s: Settings,
  call: { readonly txConnectSpeed: number; readonly framingType: number; readonly sequencing: boolean },
  avps: readonly Avp[] = [],
): ControlMessage {
  return finish(s, "ICCN", connected(call), avps);
}

/** What ICCN and OCCN share (§6.8, §6.11). */
function connected(call: {
  readonly txConnectSpeed: number;
  readonly framingType: number;
  readonly sequencing: boolean;
}): readonly Avp[] {
  return [
    avpOf("txConnectSpeed", call.txConnectSpeed),
    avpOf("framingType", call.framingType),
    ...given("sequencingRequired", call.sequencing || undefined),
  ];
}

export function ocrq(
  s: Settings,
  sessionId: number,
  call: {
    readonly serial: number;
    readonly bearerType: number;
    readonly framingType: number;
    readonly calledNumber: string;
  },
  avps: readonly Avp[] = [],
): ControlMessage {
  const own = [
    avpOf("assignedSessionId", sessionId),
    avpOf("callSerialNumber", call.serial),
    avpOf("minimumBps", MINIMUM_BPS),
    avpOf("maximumBps", MAXIMUM_BPS),
    avpOf("bearerType", call.bearerType),
    avpOf("framingType", call.framingType),
    avpOf("calledNumber", call.calledNumber),
  ];
  return finish(s, "OCRQ", own, avps);
}

export function ocrp(s: Settings, sessionId: number): ControlMessage {
  return finish(s, "OCRP", [avpOf("assignedSessionId", sessionId)]);
}

export function occn(
  s: Settings,
  call: { readonly txConnectSpeed: number; readonly framingType: number; readonly sequencing: boolean },
): ControlMessage {
  return finish(s, "OCCN", connected(call));
}

export function cdn(s: Settings, sessionId: number, cause: Cause, avps: readonly Avp[] = []): ControlMessage {
  return finish(s, "CDN", [avpOf("resultCode", cause), avpOf("assignedSessionId", sessionId)], avps);
}

/** Whether the message carries that AVP, by whoever's will. */
export function has(m: ControlMessage, name: AvpName): boolean {
  return m.avps.some((avp) => "name" in avp && avp.name === name);
}

/** The caller's AVPs over the machine's own, then hiding over both. */
function finish(s: Settings, type: MessageName, own: readonly Avp[], callers: readonly Avp[] = []): ControlMessage {
  const avps = [...(s.extraAvps?.[type] ?? []), ...callers].reduce(replaceOrAppend, own);
  return message(type, ...(s.hide && s.secret ? hidden(avps, s.secret, s) : avps));
}

function replaceOrAppend(avps: readonly Avp[], extra: Avp): readonly Avp[] {
  const at = avps.findIndex((avp) => "name" in avp && "name" in extra && avp.name === extra.name);
  return at < 0 ? [...avps, extra] : avps.with(at, extra);
}

/** RFC 2661 §4.3: hides all that may be hidden, with a Random Vector before the first of them, or before each. */
function hidden(avps: readonly Avp[], secret: Uint8Array, { hide: how, random }: Settings): readonly Avp[] {
  const { mostPadding = 0, vectorEach = false } = typeof how === "object" ? how : {};
  let vector: Uint8Array | undefined;
  return avps.flatMap((avp) => {
    if (!mayBeHidden(avp)) return [avp];
    const before = vectorEach ? undefined : vector;
    const randomVector = before ?? random(RANDOM_VECTOR_OCTETS);
    vector = randomVector;
    const padding = mostPadding === 0 ? undefined : random((random(1)[0] ?? 0) % (mostPadding + 1));
    const hide = { secret, randomVector, ...(padding && { padding }) };
    const hiddenAvp = { ...avp, tweak: { ...avp.tweak, hide } };
    return before === undefined ? [avpOf("randomVector", randomVector), hiddenAvp] : [hiddenAvp];
  });
}

function mayBeHidden(avp: Avp): boolean {
  return "name" in avp && AVPS[avp.name].h === "may" && avp.tweak?.hide === undefined;
}

function given<N extends AvpName>(name: N, value: Parameters<typeof avpOf<N>>[1] | undefined): readonly Avp[] {
  return value === undefined ? [] : [avpOf(name, value)];
}
