import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, type L2tpView, type MessageName, viewL2tp } from "#wire/l2tp/message";
import { equal } from "#wire/octets";
import { packetOf, type Frame, type Lens } from "./frame.ts";

/** Which of the two ends: the one that sent the SCCRQ, or the other. A capture that begins later takes the first sender. */
export type End = "initiator" | "responder";

/** One call: the Session ID that each end assigned, and so finds in what the other sends. */
export interface Session {
  readonly ids: Readonly<Partial<Record<End, number>>>;
  /** Who asked for the call with ICRQ or OCRQ; undefined where that was not captured. */
  readonly openedBy: End | undefined;
  readonly frames: readonly Frame[];
}

/** One control connection with everything that went through its tunnel, told from the frames alone. */
export interface Conversation {
  /** From 1, in the order of the first frames. */
  readonly no: number;
  /** Where each end was last heard, or spoken to. */
  readonly addresses: Readonly<Record<End, SocketAddress>>;
  /** The Tunnel ID that each end assigned, and so finds in what the other sends. */
  readonly tunnelIds: Readonly<Partial<Record<End, number>>>;
  /** The end that acts as LAC, once a message has told: only a LAC sends ICRQ, ICCN, OCRP, OCCN or WEN. */
  readonly lac: End | undefined;
  readonly sessions: readonly Session[];
  readonly frames: readonly Frame[];
  /** Who sent this frame of the conversation. */
  senderOf(frame: Frame): End;
}

export interface Conversations {
  readonly conversations: readonly Conversation[];
  /** Frames that hold no L2TPv2, or that no conversation owns. */
  readonly others: readonly Frame[];
}

/**
 * Sorts frames into control connections. An id is looked up together with the socket address that assigned it and was last
 * heard from there (RFC 2661 §8.1 lets the responder answer from another port); where a capture begins too late to show
 * the assignment, the two directions between the same sockets are paired.
 */
export function conversationsIn(frames: Iterable<Frame>, lens?: Lens): Conversations {
  const conversations: Tunnel[] = [];
  const others: Frame[] = [];
  const byId = new Map<string, Tunnel>();
  for (const frame of frames) {
    const { l2tp } = packetOf(frame, lens);
    const tunnel = l2tp === undefined ? undefined : tunnelOf(frame, l2tp, conversations, byId);
    if (l2tp === undefined || tunnel === undefined) {
      others.push(frame);
      continue;
    }
    tunnel.add(frame, l2tp);
    for (const key of tunnel.newKeys()) byId.set(key, tunnel);
  }
  return { conversations, others };
}

/**
 * Ports besides 1701 on which L2TP runs: those of initiators that were answered from another port than 1701 (RFC 2661
 * §8.1). With them in a Lens the rest of such a control connection is dissected too.
 */
export function l2tpPortsOf(frames: Iterable<Frame>): ReadonlySet<number> {
  const assigned = new Set<string>();
  const ports = new Set<number>();
  for (const frame of frames) {
    const { udp, l2tp, octets } = packetOf(frame);
    if (l2tp?.type === "SCCRQ") {
      const id = avpIn(l2tp, "assignedTunnelId");
      if (id !== undefined) assigned.add(keyOf(frame.src, id));
    } else if (udp !== undefined && l2tp === undefined) {
      const { kind, header } = viewL2tp(octets, udp.payloadAt, udp.end);
      if ((kind === "control" || kind === "zlb") && assigned.has(keyOf(frame.dst, header.tunnelId))) {
        ports.add(frame.dst.port);
      }
    }
  }
  return ports;
}

const ENDS = ["initiator", "responder"] as const;

function other(end: End): End {
  return end === "initiator" ? "responder" : "initiator";
}

function keyOf({ address, port }: SocketAddress, id: number): string {
  return `${address}:${port} ${id}`;
}

function same(a: SocketAddress, b: SocketAddress): boolean {
  return a.address === b.address && a.port === b.port;
}

function tunnelOf(
  frame: Frame,
  l2tp: L2tpView,
  tunnels: Tunnel[],
  byId: ReadonlyMap<string, Tunnel>,
): Tunnel | undefined {
  const { header, kind, type } = l2tp;
  if (header.version !== 2 || header.fieldAt.tunnelId === undefined) return undefined;
  const find = (owner: SocketAddress, id: number): Tunnel | undefined => byId.get(keyOf(owner, id));
  const open = (tunnel: Tunnel): Tunnel => {
    tunnels.push(tunnel);
    return tunnel;
  };
  const assigned = avpIn(l2tp, "assignedTunnelId");
  if (header.tunnelId !== 0) {
    const known = find(frame.dst, header.tunnelId);
    if (known !== undefined || kind === "malformed") return known;
    const half = tunnels.findLast((t) => t.between(frame) && t.tunnelIds[other(t.senderOf(frame))] === undefined);
    return half ?? open(new Tunnel(tunnels.length + 1, frame));
  }
  if (type === "SCCRQ") {
    const known = assigned === undefined ? undefined : find(frame.src, assigned);
    return known?.isOpenedBy(frame, l2tp) ? known : open(new Tunnel(tunnels.length + 1, frame));
  }
  // Tunnel ID 0 before the receiver has told its own: a StopCCN names its sender's, a ZLB names none (RFC 2661 §5.7, §5.8).
  const known = assigned === undefined ? undefined : find(frame.src, assigned);
  return known ?? tunnels.findLast((t) => t.between(frame));
}

/** What each message says about who is the LAC (RFC 2661 §6.5 to §6.13): its sender, or its receiver. */
const LAC_IS: Readonly<Partial<Record<MessageName, "sender" | "receiver">>> = {
  ICRQ: "sender",
  ICCN: "sender",
  OCRP: "sender",
  OCCN: "sender",
  WEN: "sender",
  ICRP: "receiver",
  OCRQ: "receiver",
  SLI: "receiver",
};

class Tunnel implements Conversation {
  readonly no: number;
  readonly addresses: Record<End, SocketAddress>;
  readonly tunnelIds: Partial<Record<End, number>> = {};
  lac: End | undefined;
  readonly sessions: Call[] = [];
  readonly frames: Frame[] = [];
  readonly #keys = new Set<string>();
  #stopped = false;

  constructor(no: number, first: Frame) {
    this.no = no;
    this.addresses = { initiator: first.src, responder: first.dst };
  }

  senderOf({ src, dst }: Frame): End {
    const { initiator, responder } = this.addresses;
    if (same(src, initiator) || same(dst, responder)) return "initiator";
    if (same(src, responder) || same(dst, initiator)) return "responder";
    return src.address === responder.address && src.address !== initiator.address ? "responder" : "initiator";
  }

  between({ src, dst }: Frame): boolean {
    const { initiator, responder } = this.addresses;
    return (same(src, initiator) && same(dst, responder)) || (same(src, responder) && same(dst, initiator));
  }

  /** The frame repeats the SCCRQ that this began with; a new one, even with the same id, begins another tunnel. */
  isOpenedBy(frame: Frame, l2tp: L2tpView): boolean {
    const first = this.frames[0];
    const opening = first === undefined ? undefined : packetOf(first).l2tp;
    if (this.#stopped || first === undefined || opening?.type !== "SCCRQ") return false;
    return equal(bodyOf(first, opening), bodyOf(frame, l2tp));
  }

  /** Under what it can be looked up from now on; each key once, so that a late frame takes no id from a later tunnel. */
  newKeys(): readonly string[] {
    const fresh: string[] = [];
    for (const end of ENDS) {
      const id = this.tunnelIds[end];
      const key = id === undefined ? undefined : keyOf(this.addresses[end], id);
      if (key === undefined || this.#keys.has(key)) continue;
      this.#keys.add(key);
      fresh.push(key);
    }
    return fresh;
  }

  add(frame: Frame, l2tp: L2tpView): void {
    const sender = this.senderOf(frame);
    this.addresses[sender] = frame.src;
    this.frames.push(frame);
    const { header, type } = l2tp;
    if (header.tunnelId !== 0) this.tunnelIds[other(sender)] ??= header.tunnelId;
    const assigned = avpIn(l2tp, "assignedTunnelId");
    if (assigned !== undefined) this.tunnelIds[sender] ??= assigned;
    if (type === "StopCCN") this.#stopped = true;
    const says = type === undefined ? undefined : LAC_IS[type];
    if (says !== undefined) this.lac ??= says === "sender" ? sender : other(sender);
    this.#call(sender, l2tp)?.add(frame, sender, l2tp);
  }

  #call(sender: End, l2tp: L2tpView): Call | undefined {
    const { header, type, kind } = l2tp;
    const receiver = other(sender);
    const id = header.sessionId;
    if (id !== 0) {
      const known = this.sessions.findLast((call) => call.ids[receiver] === id);
      if (known !== undefined || kind === "malformed") return known;
      // Only a call whose beginning was not captured can have an id that nobody announced.
      const half = this.sessions.findLast((call) => call.ids[receiver] === undefined && call.openedBy === undefined);
      return half ?? this.#open({ [receiver]: id }, undefined);
    }
    const assigned = avpIn(l2tp, "assignedSessionId");
    if (assigned === undefined) return undefined;
    const known = this.sessions.findLast((call) => call.ids[sender] === assigned && !call.closed);
    if (known !== undefined) return known;
    return type === "ICRQ" || type === "OCRQ" ? this.#open({ [sender]: assigned }, sender) : undefined;
  }

  #open(ids: Partial<Record<End, number>>, openedBy: End | undefined): Call {
    const call = new Call(ids, openedBy);
    this.sessions.push(call);
    return call;
  }
}

class Call implements Session {
  readonly ids: Partial<Record<End, number>>;
  readonly openedBy: End | undefined;
  readonly frames: Frame[] = [];
  closed = false;

  constructor(ids: Partial<Record<End, number>>, openedBy: End | undefined) {
    this.ids = ids;
    this.openedBy = openedBy;
  }

  add(frame: Frame, sender: End, l2tp: L2tpView): void {
    this.frames.push(frame);
    const assigned = avpIn(l2tp, "assignedSessionId");
    if (assigned !== undefined) this.ids[sender] ??= assigned;
    if (l2tp.header.sessionId !== 0) this.ids[other(sender)] ??= l2tp.header.sessionId;
    if (l2tp.type === "CDN") this.closed = true;
  }
}

function bodyOf(frame: Frame, { header }: L2tpView): Uint8Array {
  return frame.octets.subarray(header.payloadAt, header.end);
}
