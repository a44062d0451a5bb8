import { type Issue, NO_ISSUES } from "#wire/issue";
import { concat, NO_OCTETS } from "#wire/octets";
import {
  type Avp,
  type AvpName,
  avpOf,
  type AvpTweak,
  type AvpValues,
  type AvpView,
  encodeAvp,
  type Secrets,
  valueOfAvp,
  viewAvps,
} from "./avp.ts";
import { type HeaderView, VERSIONS, viewHeader } from "./header.ts";
import { messageIssues, typeNumberOf } from "./message-rules.ts";
import { type MessageName, messageName, MESSAGES } from "./message-type.ts";

export type { Secrets } from "./avp.ts";
export { MESSAGE_NAMES, type MessageName, messageName, MESSAGES } from "./message-type.ts";

export interface L2tpView {
  readonly header: HeaderView;
  /**
   * `malformed` means the header: a receiver discards the message (RFC 2661 §7.1). A control message whose header is good
   * but whose AVPs are not is `control`, with `type` undefined where it does not begin with a Message Type AVP.
   */
  readonly kind: "control" | "zlb" | "data" | "other-version" | "malformed";
  /** Given wherever the AVPs begin with a Message Type of the table, so for many a malformed header too. */
  readonly type: MessageName | undefined;
  readonly typeNumber: number | undefined;
  readonly avps: readonly AvpView[];
  /** The header's, the AVPs' and the message's own, all of them. */
  readonly issues: readonly Issue[];
}

const NO_AVPS: readonly AvpView[] = Object.freeze([]);

/**
 * Reads the L2TP message in `octets[at, end)`, the payload of a UDP datagram. Never throws. Of several Random Vectors the
 * last one before a hidden AVP counts (RFC 2661 §4.3).
 */
export function viewL2tp(octets: Uint8Array, at = 0, end = octets.length, secrets?: Secrets): L2tpView {
  const header = viewHeader(octets, at, end);
  if (!header.t || header.version !== VERSIONS.L2TPv2) {
    const { issues } = header;
    return { header, kind: kindOf(header), type: undefined, typeNumber: undefined, avps: NO_AVPS, issues };
  }
  const { avps, restAt } = viewAvps(octets, header.payloadAt, header.end, secrets);
  const typeNumber = typeNumberOf(avps);
  const issues = [...header.issues, ...avps.flatMap((avp) => avp.issues), ...messageIssues(avps, restAt, header.end)];
  return {
    header,
    kind: kindOf(header),
    type: typeNumber === undefined ? undefined : messageName(typeNumber),
    typeNumber,
    avps,
    issues: issues.length === 0 ? NO_ISSUES : issues,
  };
}

function kindOf(header: HeaderView): L2tpView["kind"] {
  if (header.malformed) return "malformed";
  if (header.version !== VERSIONS.L2TPv2) return "other-version";
  if (!header.t) return "data";
  // RFC 2661 §5.8: a control message with no AVP at all is a ZLB.
  return header.payloadAt === header.end ? "zlb" : "control";
}

/** The value of the first well-formed AVP of that name, hidden ones included where they could be revealed. */
export function avpIn<N extends AvpName>(view: L2tpView, name: N): AvpValues[N] | undefined {
  const found = view.avps.find((avp) => avp.name === name && !avp.malformed && avp.value !== undefined);
  return found?.value as AvpValues[N] | undefined;
}

export interface MessageTweak {
  readonly messageType?: AvpTweak;
  readonly omitMessageType?: boolean;
}

/** A control message without its header. */
export interface ControlMessage {
  readonly type: MessageName | number;
  /** All but the Message Type. */
  readonly avps: readonly Avp[];
  readonly tweak?: MessageTweak;
  /** Octets after the last AVP. */
  readonly trailing?: Uint8Array;
}

/** A control message with its AVPs in the order in which they are sent. */
export function message(type: MessageName | number, ...avps: readonly Avp[]): ControlMessage {
  return { type, avps };
}

/** The body: the Message Type AVP first (RFC 2661 §4.4.1), then the AVPs in order. */
export function encodeMessage(m: ControlMessage, tweak: MessageTweak = {}): Uint8Array {
  const { messageType, omitMessageType } = { ...m.tweak, ...tweak };
  const number = typeof m.type === "number" ? m.type : MESSAGES[m.type];
  const first = omitMessageType ? [] : [avpOf("messageType", number, messageType)];
  return concat(...[...first, ...m.avps].map(encodeAvp), m.trailing ?? NO_OCTETS);
}

/**
 * The message behind a view. What the table does not tell (other bits, lengths, octets that a value cannot hold) is kept
 * as a Tweak, so that `encodeMessage` gives back the same octets. A ZLB is a message without a Message Type. Throws a
 * RangeError for what has no AVPs, that is data and other versions.
 */
export function valueOf(view: L2tpView, octets: Uint8Array): ControlMessage {
  if (!view.header.t || view.header.version !== VERSIONS.L2TPv2) {
    throw new RangeError(`valueOf takes a control message, not ${view.kind}`);
  }
  const avps = view.avps.map((avp) => valueOfAvp(avp, octets));
  const restAt = view.avps.at(-1)?.valueEnd ?? view.header.payloadAt;
  const trailing = restAt < view.header.end ? { trailing: octets.slice(restAt, view.header.end) } : {};
  if (view.typeNumber === undefined) return { type: 0, avps, tweak: { omitMessageType: true }, ...trailing };

  const messageType = avps[0]?.tweak;
  return {
    type: view.type ?? view.typeNumber,
    avps: avps.slice(1),
    ...(messageType && { tweak: { messageType } }),
    ...trailing,
  };
}
