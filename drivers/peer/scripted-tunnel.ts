/**
 * A control connection that is driven by hand: it numbers, acknowledges and retransmits (RFC 2661 §5.8) and does nothing
 * else. What is sent, and how wrong it is, is the script's to say; no state table answers for it.
 */
import type { Clock } from "#link/clock";
import type { Link } from "#link/link";
import { Delivery, DELIVERY_DEFAULTS, type DeliveryOptions } from "#proto/l2tp/delivery";
import type { SocketAddress } from "#wire/ip/udp";
import { avpIn, encodeMessage, viewL2tp, type ControlMessage, type L2tpView, type Secrets } from "#wire/l2tp/message";
import { encodeControl, encodeData, type DataHeader, type HeaderTweak } from "#wire/l2tp/header";

export interface SendOptions {
  /** Session ID of the header; 0 unless given. */
  readonly sessionId?: number;
  readonly header?: HeaderTweak;
}

interface Outgoing {
  readonly body: Uint8Array;
  readonly sessionId: number;
  readonly header: HeaderTweak;
  /** The header's Tunnel ID at the time of sending: an SCCRQ keeps its 0 when it is repeated. */
  readonly tunnelId: number;
}

/** Long enough that an acknowledgement rides on the script's next message, short enough that nobody repeats for it. */
const ACK_DELAY_MS = 20;

export type DataHandler = (payload: Uint8Array, view: L2tpView) => void;

export class ScriptedTunnel {
  /** The id that this end assigned. */
  readonly id: number;
  /** The id that the peer assigned, 0 until it is known. */
  peerId = 0;
  #link: Link;
  readonly #clock: Clock;
  /** Where the tunnel was asked for. */
  readonly #called: SocketAddress;
  #remote: SocketAddress;
  readonly #delivery: Delivery<Outgoing, L2tpView>;
  readonly #onData = new Map<number, DataHandler>();
  #cancel: (() => void) | undefined;
  #stopped = false;
  #unmute = false;
  readonly #secrets: Secrets;

  /** `secrets` open what the peer hides: its Assigned Tunnel ID above all. */
  constructor(o: {
    link: Link;
    clock: Clock;
    remote: SocketAddress;
    id: number;
    delivery?: Partial<DeliveryOptions>;
    secrets?: Secrets;
  }) {
    this.#link = o.link;
    this.#clock = o.clock;
    this.#called = o.remote;
    this.#remote = o.remote;
    this.id = o.id;
    this.#secrets = o.secrets ?? {};
    // The bench sends what the script says, when it says so: the peer's window is the script's business.
    this.#delivery = new Delivery({
      ...DELIVERY_DEFAULTS,
      peerWindow: 65535,
      congestionControl: false,
      ackDelayMs: ACK_DELAY_MS,
      ...o.delivery,
    });
  }

  get remote(): SocketAddress {
    return this.#remote;
  }
  get link(): Link {
    return this.#link;
  }
  /** Ns that the next message gets. */
  get ns(): number {
    return this.#delivery.ns;
  }
  /** Ns expected next from the peer. */
  get nr(): number {
    return this.#delivery.nr;
  }
  get unacknowledged(): number {
    return this.#delivery.unacknowledged;
  }

  /** What is owed as acknowledgement rides on the next message instead of a ZLB. */
  unmuteAtNextSend(): void {
    this.#unmute = true;
  }

  /** Sends over this link from here on: another port of the same end. */
  rebind(link: Link): void {
    this.#link = link;
  }

  /** Numbers the message and sends it at once; it is repeated until it is acknowledged. Returns its Ns. */
  send(message: ControlMessage | Uint8Array, o: SendOptions = {}): number {
    const body = message instanceof Uint8Array ? message : encodeMessage(message);
    const ns = this.#delivery.send(
      { body, sessionId: o.sessionId ?? 0, header: o.header ?? {}, tunnelId: this.peerId },
      { burst: true },
    );
    if (this.#unmute) this.#delivery.muteAcks((this.#unmute = false));
    this.#pump();
    return ns;
  }

  /** Sends the same message once more: same Ns, fresh Nr (RFC 2661 §5.8). */
  resend(ns: number): void {
    if (!this.#delivery.resend(ns)) throw new Error(`no message with Ns ${ns} was sent`);
    this.#pump();
  }

  /** A control message outside of the numbering: it is sent once and never repeated. */
  sendOnce(
    message: ControlMessage | Uint8Array,
    o: SendOptions & { ns?: number; nr?: number; tunnelId?: number } = {},
  ): void {
    const body = message instanceof Uint8Array ? message : encodeMessage(message);
    const { ns = this.ns, nr = this.nr, tunnelId = this.peerId, sessionId = 0 } = o;
    this.#link.send(encodeControl({ tunnelId, sessionId, ns, nr }, body, o.header), this.#remote);
  }

  /** Octets as they are. */
  sendRaw(octets: Uint8Array): void {
    this.#link.send(octets, this.#remote);
  }

  /** A data message of the session that the peer calls `sessionId`. */
  sendData(
    sessionId: number,
    payload: Uint8Array,
    o: Omit<DataHeader, "tunnelId" | "sessionId"> = {},
    tweak?: HeaderTweak,
  ): void {
    this.#link.send(encodeData({ tunnelId: this.peerId, sessionId, ...o }, payload, tweak), this.#remote);
  }

  /** Who gets the payload of data messages for our session `id`. */
  onData(id: number, handler: DataHandler): void {
    this.#onData.set(id, handler);
  }

  /** While muted nothing is acknowledged, as if nothing had come. */
  muteAcks(muted: boolean): void {
    this.#delivery.muteAcks(muted);
    this.#pump();
  }

  /** Sends nothing by itself any more: no repetition, no acknowledgement. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** One datagram that belongs to this tunnel. */
  receive(octets: Uint8Array, from: SocketAddress): void {
    if (this.#stopped) return;
    const view = viewL2tp(octets, 0, octets.length, this.#secrets);
    if (view.kind === "data") {
      const { payloadAt, end, sessionId } = view.header;
      this.#onData.get(sessionId)?.(octets.subarray(payloadAt, end), view);
      return;
    }
    const { ns, nr } = view.header;
    if (ns === undefined || nr === undefined) return;
    if (view.type === "SCCRP" || view.type === "SCCRQ") {
      // RFC 2661 §8.1: the answer may come from another port, and everything afterwards goes there.
      this.#remote = from;
      this.peerId = avpIn(view, "assignedTunnelId") ?? this.peerId;
    }
    this.#delivery.receive({ ns, nr, message: view.kind === "zlb" ? undefined : view }, this.#clock.now());
    this.#pump();
  }

  #pump(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    const now = this.#clock.now();
    this.#delivery.handleTimer(now);
    for (let d = this.#delivery.poll(now); d !== undefined; d = this.#delivery.poll(now)) {
      const { message, ns, nr } = d;
      const h = { tunnelId: message?.tunnelId ?? this.peerId, sessionId: message?.sessionId ?? 0, ns, nr };
      // A request that is repeated goes where it went, though the answer came from another port (RFC 2661 §8.1).
      const to = message?.tunnelId === 0 ? this.#called : this.#remote;
      this.#link.send(encodeControl(h, message?.body ?? new Uint8Array(0), message?.header ?? {}), to);
    }
    const at = this.#delivery.nextTimerAt();
    this.#cancel = at === undefined ? undefined : this.#clock.schedule(at, () => this.#pump());
  }
}
