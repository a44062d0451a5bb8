import { concat, equal } from "#wire/octets";
import type { ControlView, OptionValue, OptionView } from "#wire/ppp/control";

/** A packet of LCP or of an NCP, as far as negotiation reads it. */
export interface NegotiationView extends ControlView {
  readonly options: readonly OptionView[];
  readonly bodyAt: number;
}

/** One Configuration Option that the peer sent. */
export interface ReceivedOption {
  readonly type: number;
  /** undefined where the Length is not that of the type. */
  readonly value: OptionValue | undefined;
  /** Type, Length and Data as received. */
  readonly octets: Uint8Array;
}

/** What a layer thinks of one option of the peer's Configure-Request. */
export type Judgement =
  | "acknowledge"
  | "reject"
  | {
      /** The option, encoded, with a value that we would acknowledge. */
      readonly nak: Uint8Array;
      /** Rejecting it is not open to us, so Naks beyond Max-Failure end the negotiation. */
      readonly irrevocable?: boolean;
    };

/** The one reply to a Configure-Request that covers all its options. */
export interface Answer {
  readonly code: "Configure-Ack" | "Configure-Nak" | "Configure-Reject";
  readonly options: readonly Uint8Array[];
}

/** The options of a Configure packet that is not malformed. */
export function optionsOf(view: NegotiationView, octets: Uint8Array): readonly ReceivedOption[] {
  return view.options.map(({ type, value, at, end }) => ({ type, value, octets: octets.slice(at, end) }));
}

/**
 * The reply to a Configure-Request (RFC 1661 §5.2 to §5.4). `naksLeft` is false once Max-Failure Naks went out without
 * an Ack (§4.6): what would be Nak-ed is then Rejected and nothing is appended any more. Undefined where that leaves
 * no reply, because an option may neither be acknowledged nor be Rejected.
 */
export function answerTo(
  options: readonly ReceivedOption[],
  judgements: readonly Judgement[],
  missing: readonly Uint8Array[],
  naksLeft: boolean,
): Answer | undefined {
  const rejected = options.filter((_, i) => judgements[i] === "reject");
  // §5.3: a Nak is right only where every option was recognised, so a Reject goes first.
  if (rejected.length > 0) return { code: "Configure-Reject", options: rejected.map((option) => option.octets) };

  const naked = judgements.filter((judgement) => typeof judgement === "object");
  if (naksLeft) {
    const naks = [...naked.map((judgement) => judgement.nak), ...missing];
    if (naks.length > 0) return { code: "Configure-Nak", options: naks };
  } else if (naked.length > 0) {
    if (naked.some((judgement) => judgement.irrevocable)) return undefined;
    const refused = options.filter((_, i) => typeof judgements[i] === "object");
    return { code: "Configure-Reject", options: refused.map((option) => option.octets) };
  }
  return { code: "Configure-Ack", options: options.map((option) => option.octets) };
}

/** RFC 1661 §5.2: the options of a Configure-Ack are those of our request, octet for octet and in order. */
export function acknowledges(options: readonly ReceivedOption[], sent: readonly Uint8Array[]): boolean {
  return equal(concat(...options.map((option) => option.octets)), concat(...sent));
}

/**
 * RFC 1661 §5.4: what a Configure-Reject lists was in our request, unchanged and in that order. "Proper subset" cannot
 * be meant to forbid the reject of a request's only option.
 */
export function rejects(options: readonly ReceivedOption[], sent: readonly Uint8Array[]): boolean {
  let next = 0;
  for (const option of options) {
    while (next < sent.length && !equal(option.octets, sent[next] as Uint8Array)) next++;
    if (next++ >= sent.length) return false;
  }
  return true;
}
