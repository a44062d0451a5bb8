/** Lies about what data messages carry: PPP frames, and the packets of LCP, PAP, CHAP and IPCP as values. */
import { chapOf, type ChapPacket, encodeChap, viewChap } from "#wire/ppp/chap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { encodeIpcp, ipcpOf, type IpcpPacket, viewIpcp } from "#wire/ppp/ipcp";
import { encodeLcp, lcpOf, type LcpPacket, viewLcp } from "#wire/ppp/lcp";
import { encodePap, papOf, type PapPacket, viewPap } from "#wire/ppp/pap";
import { encodeData } from "#wire/l2tp/header";
import { avpIn, type L2tpView } from "#wire/l2tp/message";
import type { Emission, Lie } from "./interceptor.ts";
import { withBody } from "./lies.ts";
import { type CodeNames, isPpp, type Match, pppFrameIn } from "./match.ts";

/** A PPP frame as it lies in a data message. */
export interface PppFrame {
  readonly addressControl: boolean | Uint8Array;
  readonly protocol: number;
  /** The Protocol field is one octet where it can be. */
  readonly compressProtocol: boolean;
  readonly payload: Uint8Array;
}

/** A data message with its PPP frame changed, or with other octets in its place. */
export function alterPpp(match: Match, change: (frame: PppFrame, view: L2tpView) => PppFrame | Uint8Array): Lie {
  const then: Lie["then"] = (octets, view) => {
    const frame = frameOf(view, octets);
    if (frame === undefined) return [octets];
    const changed = change(frame, view);
    return [
      withBody(
        octets,
        view,
        changed instanceof Uint8Array ? changed : encodePpp(changed.protocol, changed.payload, changed),
      ),
    ];
  };
  return {
    name: `alter PPP ${match.name}`.trim(),
    direction: "out",
    when: (view, ...rest) => view.kind === "data" && match(view, ...rest),
    then,
  };
}

/**
 * A PPP frame that comes in is answered with these, past the machine; the machine sees it too, or with `instead` never does.
 * They go to the session whose ids the peer has given last.
 */
export function answerPpp(
  match: Match,
  reply: (frame: PppFrame) => Uint8Array | readonly Uint8Array[],
  o: { readonly instead?: boolean; readonly delayMs?: number } = {},
): Lie {
  return {
    name: `answer PPP ${match.name}`.trim(),
    direction: "in",
    when: (view, nth, octets, memory = new Map()) => {
      for (const name of ["assignedTunnelId", "assignedSessionId"] as const) {
        const id = avpIn(view, name);
        if (id !== undefined) memory.set(name, id);
      }
      return view.kind === "data" && match(view, nth, octets, memory);
    },
    then: (octets, view, _secrets, memory) => {
      const frame = frameOf(view, octets);
      if (frame === undefined) return [octets];
      const ids = {
        tunnelId: Number(memory.get("assignedTunnelId")),
        sessionId: Number(memory.get("assignedSessionId")),
      };
      const { instead = false, delayMs = 0 } = o;
      const replies = [reply(frame)]
        .flat()
        .map((one): Emission => ({ octets: encodeData(ids, one), back: true, delayMs }));
      return instead ? replies : [...replies, octets];
    },
  };
}

interface Packets {
  readonly LCP: LcpPacket;
  readonly PAP: PapPacket;
  readonly CHAP: ChapPacket;
  readonly IPCP: IpcpPacket;
}

/** The packets of a protocol with that Code. */
export type PacketOf<P extends keyof Packets, C> = Packets[P] extends infer Each
  ? Each extends { readonly code: infer Code }
    ? C extends Code
      ? Each
      : never
    : never
  : never;

interface Codec<P extends keyof Packets> {
  decode(payload: Uint8Array): Packets[P];
  encode(packet: Packets[P]): Uint8Array;
}

const CODECS: { readonly [P in keyof Packets]: Codec<P> } = {
  LCP: { decode: (octets) => lcpOf(viewLcp(octets), octets), encode: (packet) => encodeLcp(packet) },
  PAP: { decode: (octets) => papOf(viewPap(octets), octets), encode: (packet) => encodePap(packet) },
  CHAP: { decode: (octets) => chapOf(viewChap(octets), octets), encode: (packet) => encodeChap(packet) },
  IPCP: { decode: (octets) => ipcpOf(viewIpcp(octets), octets), encode: (packet) => encodeIpcp(packet) },
};

/**
 * A packet of LCP, PAP, CHAP or IPCP changed as a value; octets in its place are sent as they are. `only` narrows it
 * further: `(view, nth) => nth === 1`.
 */
export function alterPacket<P extends keyof Packets, C extends CodeNames[P]>(
  protocol: P,
  code: C,
  change: (packet: PacketOf<P, C>) => Packets[P] | Uint8Array,
  only: Match = () => true,
): Lie {
  const codec: Codec<P> = CODECS[protocol];
  const meant = isPpp(protocol, code);
  const lie = alterPpp(
    (...datagram) => meant(...datagram) && only(...datagram),
    (frame) => {
      const changed = change(codec.decode(frame.payload) as PacketOf<P, C>);
      return { ...frame, payload: changed instanceof Uint8Array ? changed : codec.encode(changed) };
    },
  );
  return { ...lie, name: `alter ${protocol} ${code}` };
}

function frameOf(view: L2tpView, octets: Uint8Array): PppFrame | undefined {
  const frame = pppFrameIn(view, octets);
  if (frame === undefined) return undefined;
  const { addressControl, protocol, protocolLength, payloadAt, end } = frame;
  return { addressControl, protocol, compressProtocol: protocolLength === 1, payload: octets.slice(payloadAt, end) };
}

/** The protocol numbers, so that a lie can turn one protocol into another. */
export { PPP };
