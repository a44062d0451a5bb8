/**
 * The common lies, short to use. All are told of outgoing datagrams; `incoming(lie)` turns one round, so that the peer
 * acts on something that it was never sent. A hundred faulty peers are written in these:
 *
 *     dropAvp("SCCRP", "hostName")
 *     alterMessage("ICRP", (m) => tweakAvp(m, "assignedSessionId", { m: 0 }))
 *     alterHeader(isZlb, { setBits: HEADER_BITS.P })
 *     alterPacket("LCP", "Configure-Ack", (p) => ({ ...p, options: p.options.slice(1) }))
 *     incoming(drop(all("HELLO", isRepeat)))
 */
import { type Avp, type AvpName, avpOf, type AvpTweak, type AvpValues } from "#wire/l2tp/avp";
import { encodeControl, encodeData, type HeaderTweak, VERSIONS } from "#wire/l2tp/header";
import { type ControlMessage, encodeMessage, type L2tpView, type Secrets, valueOf } from "#wire/l2tp/message";
import { concat, putU16 } from "#wire/octets";
import { append, type Edit, isNamed, tweakAvp, withAvps, without } from "./edit.ts";
import type { Emission, Lie } from "./interceptor.ts";
import { all, firstOf, isRepeat, type Match, matchOf, type Messages } from "./match.ts";

/** Told of what comes in instead of what goes out. */
export function incoming(lie: Lie): Lie {
  return { ...lie, direction: "in" };
}

export function named(name: string, lie: Lie): Lie {
  return { ...lie, name };
}

export function drop(what: Messages): Lie {
  return lie("drop", what, () => []);
}

/** Sent `times` times in all. */
export function duplicate(what: Messages, times = 2): Lie {
  return lie("duplicate", what, (octets) => Array.from({ length: times }, () => octets));
}

export function delay(what: Messages, delayMs: number): Lie {
  return lie("delay", what, (octets) => [{ octets, delayMs }]);
}

/** Whatever the function makes of it. */
export function replace(what: Messages, then: Lie["then"]): Lie {
  return lie("replace", what, then);
}

/** The datagram, and these behind it. */
export function alsoSend(what: Messages, extra: Lie["then"]): Lie {
  return lie("also send", what, (octets, ...rest) => [octets, ...extra(octets, ...rest)]);
}

/** Retransmissions repeat the octets of the first time, with the Nr of then (against RFC 2661 §5.8). */
export function repeatStored(what: Messages): Lie {
  return lie(
    "repeat stored",
    all(what, isRepeat),
    (octets, view, _secrets, memory) => [firstOf(view, memory) ?? octets],
    what,
  );
}

/** What comes in is answered with these; the machine sees it too, or with `instead` never does. */
export function answer(
  what: Messages,
  reply: (octets: Uint8Array, view: L2tpView) => readonly Uint8Array[],
  o: { readonly instead?: boolean } = {},
): Lie {
  return incoming(
    lie("answer", what, (octets, view) => {
      const replies = reply(octets, view).map((one): Emission => ({ octets: one, back: true }));
      return o.instead ? replies : [octets, ...replies];
    }),
  );
}

export function dropIncoming(what: Messages): Lie {
  return named(`drop incoming ${label(what)}`, incoming(drop(what)));
}

export function replaceIncoming(what: Messages, then: Lie["then"]): Lie {
  return named(`replace incoming ${label(what)}`, incoming(replace(what, then)));
}

/**
 * A control message with its AVPs changed. What is not touched keeps its octets, hidden AVPs included; a hidden AVP that is
 * replaced is sent clear, unless the edit hides it (`alterAvp` does that by itself). The header stays, Length follows.
 */
export function alterMessage(what: Messages, edit: (m: ControlMessage, view: L2tpView) => ControlMessage): Lie {
  return lie(
    "alter",
    controlOnly(what),
    (octets, view) => [withBody(octets, view, encodeMessage(edit(valueOf(view, octets), view)))],
    what,
  );
}

/** Several edits one after the other. */
export function edits(...several: readonly Edit[]): Edit {
  return (m) => several.reduce((edited, edit) => edit(edited), m);
}

/** With these AVPs in place of those of their kind, or appended. */
export function setAvp(what: Messages, ...avps: readonly Avp[]): Lie {
  return named(
    `set ${avps.map(avpLabel).join(", ")} in ${label(what)}`,
    alterMessage(what, (m) => withAvps(m, ...avps)),
  );
}

/** With these AVPs behind all others, though the message have them already. */
export function addAvp(what: Messages, ...avps: readonly Avp[]): Lie {
  return named(
    `add ${avps.map(avpLabel).join(", ")} to ${label(what)}`,
    alterMessage(what, (m) => append(m, ...avps)),
  );
}

export function dropAvp(what: Messages, ...names: readonly AvpName[]): Lie {
  return named(
    `no ${names.join(", ")} in ${label(what)}`,
    alterMessage(what, (m) => without(m, ...names)),
  );
}

/** With other bits, length, type or vendor in the first AVP of that name. */
export function alterAvpBits(what: Messages, name: AvpName, tweak: AvpTweak): Lie {
  return named(
    `alter bits of ${name} in ${label(what)}`,
    alterMessage(what, (m) => tweakAvp(m, name, tweak)),
  );
}

/**
 * With another value in the first AVP of that name. A hidden one is hidden anew with the same Random Vector, for which the
 * interceptor needs the tunnel secret. Told only of messages that have the AVP.
 */
export function alterAvp<N extends AvpName>(
  what: Messages,
  name: N,
  change: (value: AvpValues[N]) => AvpValues[N],
): Lie {
  const has: Match = (view) => view.avps.some((avp) => avp.name === name && avp.value !== undefined);
  const match = matchOf(what);
  const then: Lie["then"] = (octets, view, secrets) => {
    const m = valueOf(view, octets);
    const avps = m.avps.map((avp, i) => {
      if (!isNamed(avp, name) || m.avps.findIndex((other) => isNamed(other, name)) !== i) return avp;
      return avpOf(name, change(avp.value as AvpValues[N]), retweaked(avp, m.avps.slice(0, i), secrets));
    });
    return [withBody(octets, view, encodeMessage({ ...m, avps }))];
  };
  return lie("alter", (...datagram) => has(...datagram) && match(...datagram), then, `${name} in ${label(what)}`);
}

/** The header written as the tweak says around the same body. */
export function alterHeader(what: Messages, tweak: HeaderTweak | ((view: L2tpView) => HeaderTweak)): Lie {
  return lie("alter header of", what, (octets, view) => [
    withHeader(octets, view, typeof tweak === "function" ? tweak(view) : tweak),
  ]);
}

function lie(verb: string, what: Messages, then: Lie["then"], shown: Messages | (string & {}) = what): Lie {
  const name = `${verb} ${typeof shown === "string" ? shown : label(shown)}`;
  return { name, direction: "out", when: matchOf(what), then };
}

function label(what: Messages): string {
  if (typeof what === "function") return what.name || "datagrams";
  return typeof what === "string" ? what : what.join(", ");
}

function avpLabel(avp: Avp): string {
  return "name" in avp ? avp.name : `AVP ${avp.vendor}/${avp.type}`;
}

/** Only what can have AVPs, so that a Match that holds for data too does no harm. The header may be a lie already. */
function controlOnly(what: Messages): Match {
  const match = matchOf(what);
  return (view, ...rest) => view.header.t && view.header.version === VERSIONS.L2TPv2 && match(view, ...rest);
}

/** The tweak for an AVP that has a new value: the old octets go, hiding is done over. */
function retweaked({ tweak = {} }: Avp, before: readonly Avp[], secrets: Secrets): AvpTweak {
  const { value: _octets, h, ...kept } = tweak;
  if (h !== 1) return kept;
  const vector = before.findLast((avp) => isNamed(avp, "randomVector"));
  if (secrets.tunnelSecret === undefined || vector === undefined) {
    throw new Error("a hidden AVP can be altered only with the tunnel secret and after a Random Vector");
  }
  const randomVector = (vector as { readonly value: Uint8Array }).value;
  return { ...kept, hide: { secret: secrets.tunnelSecret, randomVector } };
}

/** The same header over another body; Length counts on by the difference, so a Length that was a lie remains one. */
export function withBody(octets: Uint8Array, { header }: L2tpView, body: Uint8Array): Uint8Array {
  const altered = concat(octets.subarray(0, header.payloadAt), body, octets.subarray(header.end));
  const lengthAt = header.fieldAt.length;
  if (lengthAt !== undefined && header.length !== undefined) {
    putU16(altered, lengthAt, (header.length + body.length - (header.end - header.payloadAt)) & 0xffff);
  }
  return altered;
}

/** The same body under a header written anew from the view. */
function withHeader(octets: Uint8Array, { header }: L2tpView, tweak: HeaderTweak): Uint8Array {
  const { tunnelId, sessionId, ns, nr, payloadAt, end } = header;
  const body = octets.subarray(payloadAt, end);
  if (header.t) return encodeControl({ tunnelId, sessionId, ns: ns ?? 0, nr: nr ?? 0 }, body, tweak);
  const data = {
    tunnelId,
    sessionId,
    length: header.l,
    priority: header.p,
    ...(ns !== undefined && { ns }),
    ...(nr !== undefined && { nr }),
    ...(header.offsetSize !== undefined && {
      offset: octets.slice(payloadAt - header.offsetSize, payloadAt),
    }),
  };
  return encodeData(data, body, tweak);
}
