/** RFC 2661 §5.8 with its recommended values as defaults. Times in milliseconds. */
export interface DeliveryOptions {
  /** Wait before the first retransmission; each further wait is twice the one before. */
  readonly retransmitMs: number;
  /** No wait is longer. The RFC allows a cap of 8 s or more; less is for a peer that is to break the rule. */
  readonly backoffCapMs: number;
  /** Retransmissions of one message, the first transmission not counted, before the tunnel is given up. */
  readonly maxTries: number;
  /** What our Receive Window Size tells; early messages are held only within it. */
  readonly receiveWindow: number;
  /** Messages of ours on their way at most, until the peer tells its window (§4.4.3: 4 if it never does). */
  readonly peerWindow: number;
  /** How long an acknowledgement waits for a message to ride on; 0: a ZLB goes at once when nothing else does. */
  readonly ackDelayMs: number;
  /** How long acknowledging goes on after the last exchange of a tunnel that was shut down (§5.7: 31 s). */
  readonly lingerMs: number;
  /** Hold messages that come too early until the gap is filled, instead of dropping them; both are allowed. */
  readonly queueOutOfOrder: boolean;
  /** Slow start and congestion avoidance (Appendix A). */
  readonly congestionControl: boolean;
  /** The RFC begins at 0; other values bring a test near the wrap. */
  readonly initialNs: number;
  /** The number expected from the peer first; 0 by the RFC. */
  readonly initialNr: number;
}

export const DELIVERY_DEFAULTS: DeliveryOptions = {
  retransmitMs: 1000,
  backoffCapMs: 8000,
  maxTries: 5,
  receiveWindow: 4,
  peerWindow: 4,
  ackDelayMs: 0,
  lingerMs: 31_000,
  queueOutOfOrder: false,
  congestionControl: true,
  initialNs: 0,
  initialNr: 0,
};
