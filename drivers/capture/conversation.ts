import { avpIn, type L2tpView } from "#wire/l2tp/message";
import type { SocketAddress } from "#wire/ip/udp";
import { L2TP_PORT } from "#wire/packet";
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
