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

/** All of a list of frames. */
export function conversationsIn(frames: Iterable<Frame>, lens?: Lens): Conversations {
  const sorter = new ConversationSorter(lens);
  const others: Frame[] = [];
  for (const frame of frames) if (sorter.take(frame) === undefined) others.push(frame);
  return { conversations: sorter.conversations, others };
}

/**
 * Sorts frames into control connections. An id is looked up together with the socket address that assigned it and was last
 * heard from there (RFC 2661 §8.1 lets the responder answer from another port); where a capture begins too late to show
 * the assignment, the two directions between the same sockets are paired.
 */
export class ConversationSorter {
  readonly #lens: Lens | undefined;
  readonly #keepFrames: boolean;
  readonly #tunnels: Tunnel[] = [];
  readonly #byId = new Map<string, Tunnel>();
  /** By the two sockets that it was seen between, in the order of the first frames. */
  readonly #between = new Map<string, Tunnel[]>();

  /** Without `keepFrames` a conversation holds its first frame alone, so that a capture of any length can be sorted. */
  constructor(lens?: Lens, { keepFrames = true }: { readonly keepFrames?: boolean } = {}) {
    this.#lens = lens;
    this.#keepFrames = keepFrames;
  }

  get conversations(): readonly Conversation[] {
    return this.#tunnels;
  }

  /** The conversation of the frame, which may begin with it; undefined where it holds no L2TPv2, or none that anybody owns. */
  take(frame: Frame): Conversation | undefined {
    const { l2tp } = packetOf(frame, this.#lens);
    const tunnel = l2tp === undefined ? undefined : this.#tunnelOf(frame, l2tp);
    if (l2tp === undefined || tunnel === undefined) return undefined;
    tunnel.add(frame, l2tp);
    for (const key of tunnel.newKeys()) this.#byId.set(key, tunnel);
    const pair = pairOf(frame);
    if (!tunnel.pairs.has(pair)) {
      tunnel.pairs.add(pair);
      const same = this.#between.get(pair);
      if (same === undefined) this.#between.set(pair, [tunnel]);
      else same.push(tunnel);
    }
    return tunnel;
  }

  #tunnelOf(frame: Frame, l2tp: L2tpView): Tunnel | undefined {
    const { header, kind, type } = l2tp;
    if (header.version !== 2 || header.fieldAt.tunnelId === undefined) return undefined;
    // An end may give one id to several peers, and then tells them apart by where they are.
    const find = (owner: SocketAddress, id: number): Tunnel | undefined => {
      const peer = owner === frame.src ? frame.dst : frame.src;
      return this.#byId.get(`${keyOf(owner, id)} ${peer.address}`) ?? this.#byId.get(keyOf(owner, id));
    };
    const between = (): readonly Tunnel[] => this.#between.get(pairOf(frame)) ?? [];
    const assigned = avpIn(l2tp, "assignedTunnelId");
    if (header.tunnelId !== 0) {
      const known = find(frame.dst, header.tunnelId);
      if (known !== undefined || kind === "malformed") return known;
      const half = between().findLast((t) => t.between(frame) && t.tunnelIds[other(t.senderOf(frame))] === undefined);
      return half ?? this.#open(frame);
    }
    if (type === "SCCRQ") {
      const known = assigned === undefined ? undefined : find(frame.src, assigned);
      return known?.isOpenedBy(frame, l2tp) ? known : this.#open(frame);
    }
    // Tunnel ID 0 before the receiver has told its own: a StopCCN names its sender's, a ZLB names none (RFC 2661 §5.7, §5.8).
    const known = assigned === undefined ? undefined : find(frame.src, assigned);
    return known ?? between().findLast((t) => t.between(frame));
  }

  #open(frame: Frame): Tunnel {
    const tunnel = new Tunnel(this.#tunnels.length + 1, frame, this.#keepFrames);
    this.#tunnels.push(tunnel);
    return tunnel;
  }
}

/**
 * Ports besides 1701 on which L2TP runs: those of initiators that were answered from another port than 1701 (RFC 2661
 * §8.1). With them in a Lens the rest of such a control connection is dissected too.
 */
export function l2tpPortsOf(frames: Iterable<Frame>): ReadonlySet<number> {
  const finder = new PortFinder();
  for (const frame of frames) finder.take(frame);
  return finder.ports;
}

/** The same, frame by frame. */
export class PortFinder {
  readonly ports = new Set<number>();
  readonly #assigned = new Set<string>();

  take(frame: Frame): void {
    const { udp, l2tp, octets } = packetOf(frame);
    if (l2tp?.type === "SCCRQ") {
      const id = avpIn(l2tp, "assignedTunnelId");
      if (id !== undefined) this.#assigned.add(keyOf(frame.src, id));
    } else if (udp !== undefined && l2tp === undefined && this.#assigned.size > 0) {
      const { kind, header } = viewL2tp(octets, udp.payloadAt, udp.end);
      if ((kind === "control" || kind === "zlb") && this.#assigned.has(keyOf(frame.dst, header.tunnelId))) {
        this.ports.add(frame.dst.port);
      }
    }
  }
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

/** The two sockets, whichever sends. */
function pairOf({ src, dst }: Frame): string {
  const [a, b] = [`${src.address}:${src.port}`, `${dst.address}:${dst.port}`];
  return a < b ? `${a} ${b}` : `${b} ${a}`;
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
  /** Sockets between which it was found. */
  readonly pairs = new Set<string>();
  readonly #keepFrames: boolean;
  readonly #keys = new Set<string>();
  readonly #calls: Readonly<Record<End, Map<number, Call>>> = { initiator: new Map(), responder: new Map() };
  /** Calls of which an end has not told its id, whose beginning was not captured. */
  #halves: Call[] = [];
  #stopped = false;

  constructor(no: number, first: Frame, keepFrames: boolean) {
    this.no = no;
    this.#keepFrames = keepFrames;
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
      if (key === undefined) continue;
      for (const one of [key, `${key} ${this.addresses[other(end)].address}`]) {
        if (this.#keys.has(one)) continue;
        this.#keys.add(one);
        fresh.push(one);
      }
    }
    return fresh;
  }

  add(frame: Frame, l2tp: L2tpView): void {
    const sender = this.senderOf(frame);
    this.addresses[sender] = frame.src;
    if (this.#keepFrames || this.frames.length === 0) this.frames.push(frame);
    const { header, type } = l2tp;
    if (header.tunnelId !== 0) this.tunnelIds[other(sender)] ??= header.tunnelId;
    const assigned = avpIn(l2tp, "assignedTunnelId");
    if (assigned !== undefined) this.tunnelIds[sender] ??= assigned;
    if (type === "StopCCN") this.#stopped = true;
    const says = type === undefined ? undefined : LAC_IS[type];
    if (says !== undefined) this.lac ??= says === "sender" ? sender : other(sender);
    const call = this.#call(sender, l2tp);
    if (call === undefined) return;
    call.add(frame, sender, l2tp, this.#keepFrames);
    for (const end of ENDS) {
      const id = call.ids[end];
      if (id !== undefined) this.#calls[end].set(id, call);
    }
  }

  #call(sender: End, l2tp: L2tpView): Call | undefined {
    const { header, type, kind } = l2tp;
    const receiver = other(sender);
    const id = header.sessionId;
    if (id !== 0) {
      const known = this.#calls[receiver].get(id);
      if (known !== undefined || kind === "malformed") return known;
      // Only a call whose beginning was not captured can have an id that nobody announced.
      this.#halves = this.#halves.filter((call) => ENDS.some((end) => call.ids[end] === undefined));
      const half = this.#halves.findLast((call) => call.ids[receiver] === undefined);
      return half ?? this.#open({ [receiver]: id }, undefined);
    }
    const assigned = avpIn(l2tp, "assignedSessionId");
    if (assigned === undefined) return undefined;
    const known = this.#calls[sender].get(assigned);
    if (known !== undefined && !known.closed) return known;
    return type === "ICRQ" || type === "OCRQ" ? this.#open({ [sender]: assigned }, sender) : undefined;
  }

  #open(ids: Partial<Record<End, number>>, openedBy: End | undefined): Call {
    const call = new Call(ids, openedBy);
    this.sessions.push(call);
    if (openedBy === undefined) this.#halves.push(call);
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

  add(frame: Frame, sender: End, l2tp: L2tpView, keepFrame: boolean): void {
    if (keepFrame) this.frames.push(frame);
    const assigned = avpIn(l2tp, "assignedSessionId");
    if (assigned !== undefined) this.ids[sender] ??= assigned;
    if (l2tp.header.sessionId !== 0) this.ids[other(sender)] ??= l2tp.header.sessionId;
    if (l2tp.type === "CDN") this.closed = true;
  }
}

function bodyOf(frame: Frame, { header }: L2tpView): Uint8Array {
  return frame.octets.subarray(header.payloadAt, header.end);
}
