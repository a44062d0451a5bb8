import type { SocketAddress } from "#wire/ip/udp";
import { encodeControl, encodeData, type HeaderTweak } from "#wire/l2tp/header";
import type { L2tpView } from "#wire/l2tp/message";
import { NO_OCTETS } from "#wire/octets";
import { Delivery, type DeliveryOptions } from "./delivery.ts";
import type { Datagram, SendDataOptions } from "./options.ts";

/** Who knows the session id that the peer assigned, which may come to be known only while a message waits. */
export interface Addressed {
  readonly peerId: number;
}

interface Outgoing {
  readonly body: Uint8Array;
  readonly tweak: HeaderTweak | undefined;
  readonly session: Addressed;
  /** The ids of its first transmission: a repeat is the same message but for its Nr (§5.8). */
  ids: { readonly tunnelId: number; readonly sessionId: number } | undefined;
}

/** A control message as delivery hands it up. */
export interface Incoming {
  readonly view: L2tpView;
  readonly octets: Uint8Array;
}

/** The tunnel itself, as a session: in the header of its messages the Session ID is 0 (§5.3). */
const NO_SESSION: Addressed = { peerId: 0 };

/** One tunnel as octets: its reliable delivery, addressed with the ids that the peer assigned, and its data messages. */
export class Channel {
  readonly delivery: Delivery<Outgoing, Incoming>;
  remote: SocketAddress;
  /** The tunnel id that the peer assigned; 0 until it is known. */
  peerId = 0;
  readonly #transmit: (datagram: Datagram) => void;

  constructor(options: DeliveryOptions, remote: SocketAddress, transmit: (datagram: Datagram) => void) {
    this.delivery = new Delivery(options);
    this.remote = remote;
    this.#transmit = transmit;
  }

  /** Queues a message; returns its Ns. */
  send(body: Uint8Array, o: { session?: Addressed; tweak?: HeaderTweak | undefined; burst?: boolean } = {}): number {
    const { session = NO_SESSION, tweak, burst = false } = o;
    return this.delivery.send({ body, session, tweak, ids: undefined }, { burst });
  }

  /** Takes in a control message or a ZLB with a good header; returns the messages that are due, in order. */
  receive(view: L2tpView, octets: Uint8Array, now: number): readonly Incoming[] {
    const { ns = 0, nr = 0 } = view.header;
    return this.delivery.receive({ ns, nr, message: view.kind === "zlb" ? undefined : { view, octets } }, now);
  }

  sendData(session: Addressed, payload: Uint8Array, ns: number | undefined, o: SendDataOptions): void {
    const { length = false, priority = false, offset, nr } = o;
    const header = {
      ...{ tunnelId: this.peerId, sessionId: session.peerId, length, priority },
      ...(ns !== undefined && { ns }),
      ...(nr !== undefined && { nr }),
      ...(offset && { offset }),
    };
    this.#emit(encodeData(header, payload));
  }

  /** Sends all that delivery lets go. */
  pump(now: number): void {
    for (let d = this.delivery.poll(now); d !== undefined; d = this.delivery.poll(now)) {
      const { ns, nr, message } = d;
      if (message === undefined) this.#emit(encodeControl({ tunnelId: this.peerId, sessionId: 0, ns, nr }, NO_OCTETS));
      else this.#emit(encodeControl({ ...this.#ids(message), ns, nr }, message.body, message.tweak));
    }
  }

  #ids(message: Outgoing): { readonly tunnelId: number; readonly sessionId: number } {
    return (message.ids ??= { tunnelId: this.peerId, sessionId: message.session.peerId });
  }

  #emit(octets: Uint8Array): void {
    this.#transmit({ octets, remote: this.remote });
  }
}
