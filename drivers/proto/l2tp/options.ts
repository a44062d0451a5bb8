import type { Avp } from "#wire/l2tp/avp";
import type { SocketAddress } from "#wire/ip/udp";
import type { HeaderTweak } from "#wire/l2tp/header";
import type { ControlMessage, L2tpView, MessageName } from "#wire/l2tp/message";
import type { RandomOctets } from "../endpoint.ts";
import type { EndReason } from "./cause.ts";
import { DELIVERY_DEFAULTS, type DeliveryOptions } from "./delivery.ts";
import type { SessionState } from "./session.ts";
import type { TunnelState } from "./tunnel.ts";

/** How AVPs are hidden (RFC 2661 §4.3): without padding, behind one Random Vector a message, unless given. */
export interface Hiding {
  /** Each hidden value is padded with up to so many octets. */
  readonly mostPadding?: number;
  /** Each hidden AVP has a Random Vector of its own. */
  readonly vectorEach?: boolean;
}

export interface L2tpOptions {
  /** Who asks for calls: a LAC for incoming ones. Either may open the tunnel. */
  readonly role: "lac" | "lns";
  readonly hostName: string;
  readonly vendorName?: string;
  readonly firmwareRevision?: number;
  /** Default 3: asynchronous and synchronous. */
  readonly framingCapabilities?: number;
  /**
   * Left out of SCCRQ and SCCRP unless given: this end places no outgoing calls (RFC 2661 §4.4.3). A LAC that has them
   * grants OCRQ, and says so with `dial-out`.
   */
  readonly bearerCapabilities?: number;
  /** Left out of SCCRQ and SCCRP unless given; the peer then takes it as 4. */
  readonly receiveWindowSize?: number;
  /** 8 octets that go into every SCCRQ. */
  readonly tieBreaker?: Uint8Array;
  /** The one secret of tunnel authentication and of hiding. */
  readonly secret?: Uint8Array;
  /** Ask the peer for a Challenge Response; default when there is a secret. */
  readonly challengePeer?: boolean;
  /** Hide every AVP that may be hidden. Needs a secret. */
  readonly hide?: boolean | Hiding;
  readonly random: RandomOctets;
  /** Ids in place of random ones; asked again while what it gives is in use. */
  readonly nextTunnelId?: () => number;
  readonly nextSessionId?: () => number;
  readonly delivery?: Partial<DeliveryOptions>;
  /** Silence of the peer after which HELLO is sent (§6.5); default 60000, 0 for never. */
  readonly helloAfterMs?: number;
  /** As LAC: ask for Sequencing Required. As LNS: put Ns on data from the first message on (§5.4). */
  readonly dataSequencing?: boolean;
  /** Length field in data messages; default not. */
  readonly lengthInData?: boolean;
  /** AVPs for the machine's own messages; one of a name that the message has already takes its place. */
  readonly extraAvps?: Partial<Record<MessageName, readonly Avp[]>>;
  /** Messages that go out behind the machine's own of that type: for what it has no occasion to send by itself. */
  readonly followUps?: Partial<Record<MessageName, readonly ControlMessage[]>>;
  /** More sessions in a tunnel are refused with CDN 4, more tunnels with StopCCN 2/4. No limit unless given. */
  readonly maxSessions?: number;
  readonly maxTunnels?: number;
  /** StopCCN when the last session of a tunnel has ended; without, the tunnel stays. */
  readonly closeEmptyTunnels?: boolean;
  /** StopCCN for a tunnel that has had no session for so long, or never one. */
  readonly closeEmptyAfterMs?: number;
  /** Tunnels that the peer opens begin held: the machine does not answer their SCCRQ. */
  readonly holdNew?: boolean;
}

/** The options with their defaults. */
export interface Settings extends L2tpOptions {
  readonly framingCapabilities: number;
  readonly challengePeer: boolean;
  readonly helloAfterMs: number;
  readonly delivery: DeliveryOptions;
}

/** Throws on options that contradict each other. */
export function settingsOf(o: L2tpOptions): Settings {
  if (o.secret === undefined && (o.hide || o.challengePeer)) {
    throw new Error(`${o.hide ? "hide" : "challengePeer"} needs a secret (RFC 2661 §4.3, §5.1.1)`);
  }
  return {
    ...o,
    framingCapabilities: o.framingCapabilities ?? 3,
    challengePeer: o.challengePeer ?? o.secret !== undefined,
    helloAfterMs: o.helloAfterMs ?? 60_000,
    delivery: {
      ...DELIVERY_DEFAULTS,
      receiveWindow: o.receiveWindowSize ?? DELIVERY_DEFAULTS.receiveWindow,
      ...o.delivery,
    },
  };
}

/** A UDP payload, and the address and port at the other end. */
export interface Datagram {
  readonly octets: Uint8Array;
  readonly remote: SocketAddress;
}

/** `tunnel` and `session` are the ids that this end assigned. */
export type L2tpEvent =
  | { readonly type: "tunnel-up"; readonly tunnel: number }
  | { readonly type: "tunnel-down"; readonly tunnel: number; readonly reason: EndReason }
  /** A LAC has granted an outgoing call: whoever has the telephone calls that number, and tells `bearer` what came of it. */
  | { readonly type: "dial-out"; readonly tunnel: number; readonly session: number; readonly number: string }
  | { readonly type: "session-up"; readonly tunnel: number; readonly session: number }
  | { readonly type: "session-down"; readonly tunnel: number; readonly session: number; readonly reason: EndReason }
  /** Every control message that delivery handed up, in order and once, before the machine acts on it. */
  | { readonly type: "message"; readonly tunnel: number; readonly message: L2tpView; readonly octets: Uint8Array }
  | {
      readonly type: "data";
      readonly tunnel: number;
      readonly session: number;
      readonly payload: Uint8Array;
      readonly ns?: number;
    };

/** What a call brings along: an incoming call of a LAC, or an outgoing one of an LNS. */
export interface CallOptions {
  /** AVPs for its messages; one of a name that the message has already takes its place. */
  readonly avps?: { readonly ICRQ?: readonly Avp[]; readonly ICCN?: readonly Avp[]; readonly OCRQ?: readonly Avp[] };
  /** Of an outgoing call. */
  readonly calledNumber?: string;
  readonly callSerialNumber?: number;
  readonly txConnectSpeed?: number;
  readonly framingType?: number;
}

/** Of one data message, where it is not to go as the session has it. */
export interface SendDataOptions {
  readonly length?: boolean;
  readonly priority?: boolean;
  readonly offset?: Uint8Array;
  /** With or without Ns and Nr. An LNS may switch at any time (RFC 2661 §5.4); a LAC that does so lies. */
  readonly sequenced?: boolean;
  /** This very Ns; counting goes on from it. */
  readonly ns?: number;
  /** Means nothing in a data message (§3.1) and is 0 unless given. */
  readonly nr?: number;
}

export interface OpenOptions {
  /** The machine sends the SCCRQ and then does not react. */
  readonly held?: boolean;
  /** An SCCRQ in place of the machine's own; its Assigned Tunnel ID should be the id that `open` returns. */
  readonly request?: (tunnel: number) => ControlMessage;
}

export interface SendOptions {
  /** In the header; 0 unless given. */
  readonly sessionId?: number;
  readonly header?: HeaderTweak;
  /** Send at once, whatever the peer's window and the congestion window say. */
  readonly burst?: boolean;
}

export interface TunnelInfo {
  readonly ourId: number;
  readonly peerId: number;
  readonly remote: SocketAddress;
  /** `idle` while a tunnel that has ended still acknowledges. */
  readonly state: TunnelState;
  /** Of the next new message. */
  readonly ns: number;
  /** Expected next from the peer. */
  readonly nr: number;
  readonly sessions: readonly { readonly ourId: number; readonly peerId: number; readonly state: SessionState }[];
  readonly peerHostName?: string;
}
