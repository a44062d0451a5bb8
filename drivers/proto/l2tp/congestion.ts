/**
 * How many control messages may be on their way at once (RFC 2661 Appendix A): slow start up to a threshold, congestion
 * avoidance from there, back to one message on a retransmission, and never more than the peer's window.
 */
export class CongestionWindow {
  #cwnd = 1;
  #ssthresh: number;
  /** Acks since the window last grew. */
  #acks = 0;
  #peerWindow: number;
  readonly #enabled: boolean;

  /** With `enabled` false the peer's window alone limits. */
  constructor(peerWindow: number, enabled: boolean) {
    this.#peerWindow = peerWindow;
    this.#ssthresh = peerWindow;
    this.#enabled = enabled;
  }

  /** Whole messages; at least one, or nothing could ever be acknowledged. */
  get size(): number {
    return Math.max(1, this.#enabled ? Math.min(this.#cwnd, this.#peerWindow) : this.#peerWindow);
  }

  /** The Receive Window Size that the peer told, or the 4 of one that told none (§4.4.3). */
  setPeerWindow(messages: number): void {
    this.#peerWindow = messages;
    this.#ssthresh = messages;
  }

  /** Something new was acknowledged; however much it was, it counts once. */
  onAck(): void {
    if (this.#cwnd >= this.#peerWindow) return;
    this.#acks++;
    const avoidance = this.#cwnd >= this.#ssthresh;
    if (avoidance && this.#acks < this.#cwnd) return;
    this.#cwnd++;
    this.#acks = 0;
  }

  /** A retransmission was triggered. */
  onRetransmission(): void {
    this.#ssthresh = Math.max(1, this.#cwnd / 2);
    this.#cwnd = 1;
    this.#acks = 0;
  }
}
