import { AVP_NAMES, type AvpName, type AvpView, rowOf } from "#wire/l2tp/avp";
import { avpIn, type L2tpView } from "#wire/l2tp/message";
import { type Cause, CDN_RESULT, ERROR, generalError, STOPCCN_RESULT } from "./cause.ts";

/** RFC 2661 §4.4.3: version 1, revision 0; also the Error Code of a refusal, "highest version supported". */
export const PROTOCOL_VERSION = 0x0100;

/**
 * Why the AVPs of a message cannot be accepted, whatever it says: an unrecognised one with M set (RFC 2661 §4.1), one that
 * cannot be read with M set (§7.1), or one that the message must have and has not (§6). Undefined where all is well.
 * Without M both are passed over as if they were not there.
 */
export function avpFault(view: L2tpView): Cause | undefined {
  for (const avp of view.avps) {
    if (!avp.m) continue;
    // §4.1: an AVP with a reserved bit set is unrecognised too; wire gives it no name.
    if (avp.name === undefined) return unknownAvpFault(avp);
    if (!isUsable(avp)) return unusableAvpFault(avp, avp.name);
  }
  const missing = AVP_NAMES.find((name) => isMissing(view, name));
  return missing && generalError(ERROR.vendorSpecific, `${view.type ?? "message"} lacks ${titleOf(missing)}`);
}

/** RFC 2661 §7.2.1: another version than ours is not supported; another revision of it is. */
export function versionFault(view: L2tpView): Cause | undefined {
  const version = avpIn(view, "protocolVersion");
  if (version === undefined || version >>> 8 === PROTOCOL_VERSION >>> 8) return undefined;
  return { result: STOPCCN_RESULT.version, error: PROTOCOL_VERSION };
}

/** RFC 2661 §4.4.3: a call with a Framing Type that our Framing Capabilities did not tell is rejected. */
export function framingFault(view: L2tpView, framingCapabilities: number): Cause | undefined {
  const framing = avpIn(view, "framingType");
  if (framing === undefined || (framing & ~framingCapabilities) === 0) return undefined;
  return generalError(ERROR.outOfRange, `Framing Type ${framing} is not among the capabilities ${framingCapabilities}`);
}

/** RFC 2661 §4.4.3: an outgoing call over a bearer that our Bearer Capabilities did not tell is rejected. */
export function bearerFault(view: L2tpView, bearerCapabilities = 0): Cause | undefined {
  const bearer = avpIn(view, "bearerType");
  if (bearer === undefined || (bearer & ~bearerCapabilities) === 0) return undefined;
  return { result: CDN_RESULT.noFacilities, error: ERROR.none, message: `no Bearer Type ${bearer} here` };
}

/**
 * A control message whose type is not known (RFC 2661 §4.4.1): with M set the tunnel is cleared, without M it is ignored
 * and this is undefined. So too a message that does not begin with a Message Type at all (§7.1).
 */
export function unknownTypeFault(view: L2tpView): Cause | undefined {
  if (view.typeNumber === undefined)
    return generalError(ERROR.wrongLength, "no Message Type at the head of the message");
  if (!view.avps[0]?.m) return undefined;
  return generalError(ERROR.unknownMandatoryAvp, `unknown Message Type ${view.typeNumber} in attribute 0`);
}

/** Hidden without a secret or a Random Vector, it is there but cannot be read. */
function isUsable(avp: AvpView): boolean {
  return !avp.malformed && avp.value !== undefined;
}

function isMissing(view: L2tpView, name: AvpName): boolean {
  if (view.type === undefined || !rowOf(name).must.includes(view.type)) return false;
  return !view.avps.some((avp) => avp.name === name && isUsable(avp));
}

/** §4.4.2: the Error Message of error 8 names the offending attribute. */
function unknownAvpFault(avp: AvpView): Cause {
  const bits = avp.reserved === 0 ? "" : `, reserved bits ${avp.reserved}`;
  return generalError(ERROR.unknownMandatoryAvp, `unknown attribute ${avp.type}, vendor ${avp.vendor}${bits}`);
}

function unusableAvpFault(avp: AvpView, name: AvpName): Cause {
  const wrongLength = avp.issues.some((issue) => issue.code.includes("length") || issue.code.includes("overrun"));
  const error = wrongLength ? ERROR.wrongLength : ERROR.outOfRange;
  const why = avp.issues[0]?.text ?? (avp.h ? "hidden, and not to be revealed here" : "not to be read");
  return generalError(error, `${titleOf(name)} (attribute ${avp.type}): ${why}`);
}

/** `assignedTunnelId` as a reader of the RFC knows it: `Assigned Tunnel Id`. */
function titleOf(name: AvpName): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter}`).replace(/^./, (letter) => letter.toUpperCase());
}
