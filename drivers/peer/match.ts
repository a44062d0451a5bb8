import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, type L2tpView, type MessageName } from "#wire/l2tp/message";
import { CHAP_CODES, type ChapCodeName } from "#wire/ppp/chap";
import { PPP, viewPppFrame, type PppFrameView } from "#wire/ppp/frame";
import { IPCP_CODES, type IpcpCodeName } from "#wire/ppp/ipcp";
import { LCP_CODES, type LcpCodeName } from "#wire/ppp/lcp";
import { PAP_CODES, type PapCodeName } from "#wire/ppp/pap";

/** What one lie remembers on one link. Lies and matches themselves keep no state, so that one serves any number of peers. */
export type Memory = Map<string, unknown>;

/**
 * Whether a datagram is meant. `nth` counts the datagrams of its kind in its direction, from 1, retransmissions too. A kind
 * is a message type, the ZLBs, or among data the PPP packets of one protocol and Code. `peer` is where it goes or comes from.
 */
export type Match = (view: L2tpView, nth: number, octets: Uint8Array, memory?: Memory, peer?: SocketAddress) => boolean;

/** Names of a message type or several, or a Match where that does not say enough. */
export type Messages = MessageName | readonly MessageName[] | Match;

export function matchOf(messages: Messages): Match {
  if (typeof messages === "function") return messages;
  const names: readonly MessageName[] = typeof messages === "string" ? [messages] : messages;
  return (view) => view.type !== undefined && names.includes(view.type);
}

export const isAny: Match = () => true;
export const isData: Match = (view) => view.kind === "data";
export const isZlb: Match = (view) => view.kind === "zlb";
/** Control messages, without the ZLBs. */
export const isControl: Match = (view) => view.kind === "control";

/**
 * A control message that passed before: the same Ns in the same tunnel (RFC 2661 §5.8). `firstOf` then gives the octets of
 * the first time. Numbers are not expected to come round within one test.
 */
export const isRepeat: Match = (view, _nth, octets, memory = new Map()) => {
  if (view.kind !== "control") return false;
  const key = deliveryKey(view);
  const seen = memory.has(key);
  if (!seen) memory.set(key, octets);
  return seen;
};

/** The octets with which a message that `isRepeat` holds for passed the first time. */
export function firstOf(view: L2tpView, memory: Memory): Uint8Array | undefined {
  return memory.get(deliveryKey(view)) as Uint8Array | undefined;
}

/** An SCCRQ has Tunnel ID 0 in its header; then the id that it assigns tells one tunnel from another. */
function deliveryKey(view: L2tpView): string {
  const { tunnelId, ns } = view.header;
  return `${tunnelId === 0 ? `from ${avpIn(view, "assignedTunnelId")}` : tunnelId}/${ns}`;
}

export function isMessage(...types: readonly MessageName[]): Match {
  return matchOf(types);
}

export interface CodeNames {
  readonly LCP: LcpCodeName;
  readonly PAP: PapCodeName;
  readonly CHAP: ChapCodeName;
  readonly IPCP: IpcpCodeName;
}

const CODES: Readonly<Record<keyof CodeNames, Readonly<Record<string, number>>>> = {
  LCP: LCP_CODES,
  PAP: PAP_CODES,
  CHAP: CHAP_CODES,
  IPCP: IPCP_CODES,
};

/** Data messages with a PPP packet of that protocol, and of that Code where one is given, by name or number. */
export function isPpp<P extends keyof CodeNames>(protocol: P, code?: CodeNames[P] | number): Match;
export function isPpp(protocol: keyof typeof PPP | number, code?: number): Match;
export function isPpp(protocol: keyof typeof PPP | number, code?: string | number): Match {
  const number = typeof protocol === "number" ? protocol : PPP[protocol];
  const wanted = typeof code === "string" ? CODES[protocol as keyof CodeNames][code] : code;
  return (view, _nth, octets) => {
    const frame = pppFrameIn(view, octets);
    return frame?.protocol === number && (wanted === undefined || octets[frame.payloadAt] === wanted);
  };
}

/** The n-th of its kind. */
export function nth(n: number, messages: Messages): Match {
  const match = matchOf(messages);
  return (view, k, ...rest) => k === n && match(view, k, ...rest);
}

/** The n-th of its kind and all after it. */
export function from(n: number, messages: Messages): Match {
  const match = matchOf(messages);
  return (view, k, ...rest) => k >= n && match(view, k, ...rest);
}

/** The first that matches and what comes after it, `count` in all: for a peer that breaks down on something. */
export function since(messages: Messages, count = Infinity): Match {
  const match = matchOf(messages);
  return (view, k, octets, memory = new Map()) => {
    if (!memory.has("left") && match(view, k, octets, memory)) memory.set("left", count);
    const left = (memory.get("left") as number | undefined) ?? 0;
    if (left > 0) memory.set("left", left - 1);
    return left > 0;
  };
}

export function not(messages: Messages): Match {
  const match = matchOf(messages);
  return (...datagram) => !match(...datagram);
}

/** Where all of them hold. */
export function all(...several: readonly Messages[]): Match {
  const matches = several.map(matchOf);
  return (...datagram) => matches.every((match) => match(...datagram));
}

/** The PPP frame in a data message. */
export function pppFrameIn(view: L2tpView, octets: Uint8Array): PppFrameView | undefined {
  return view.kind === "data" ? viewPppFrame(octets, view.header.payloadAt, view.header.end) : undefined;
}

/** Control protocols have numbers from 8000 on, and begin with a Code (RFC 1661 §2, §5). */
const FIRST_CONTROL_PROTOCOL = 0x8000;

/** What `nth` counts together. */
export function kindOf(view: L2tpView, octets: Uint8Array): string {
  const frame = pppFrameIn(view, octets);
  if (frame === undefined) return view.type ?? `${view.kind} ${view.typeNumber ?? ""}`;
  const code = frame.protocol >= FIRST_CONTROL_PROTOCOL ? octets[frame.payloadAt] : undefined;
  return `data ${frame.protocol} ${code ?? ""}`;
}
