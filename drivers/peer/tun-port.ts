import type { Tun } from "#link/tun";
import { dotted } from "#wire/ip/address";
import type { Session } from "./session.ts";

/** Octets of an IPv4 header without options, and where its destination begins. */
const LEAST_HEADER = 20;
const DESTINATION_AT = 16;

/**
 * Joins sessions with a TUN interface, so that the kernel is the host and the router of this end. Packets pass both ways as
 * they are, fragments too. A session takes part while it has IP; the interface stays when sessions go.
 *
 * A packet of the kernel's goes to the session at whose other end its destination is. Failing that, it goes to the only
 * session there is: behind its other end may be a network.
 */
export class TunPort implements Disposable {
  readonly #tun: Tun;
  readonly #sessions = new Set<Session>();
  #toSessions = 0;
  #toTun = 0;
  #stray = 0;

  constructor(tun: Tun) {
    this.#tun = tun;
    tun.onPacket((packet) => this.#fromTun(packet));
  }

  /** Packets handed on since the port was made, and those for which there was no session. */
  get counts(): { readonly toSessions: number; readonly toTun: number; readonly stray: number } {
    return { toSessions: this.#toSessions, toTun: this.#toTun, stray: this.#stray };
  }

  /** At any time of the session's life; disposing of it parts the two. A session that has ended is forgotten by itself. */
  join(session: Session): Disposable {
    this.#sessions.add(session);
    session.route((packet) => {
      this.#toTun++;
      this.#tun.send(packet);
    });
    return { [Symbol.dispose]: () => this.#part(session) };
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions) this.#part(session);
    this.#tun.onPacket(() => this.#stray++);
  }

  #part(session: Session): void {
    session.route(undefined);
    this.#sessions.delete(session);
  }

  #fromTun(packet: Uint8Array): void {
    const session = isIpv4(packet) ? this.#sessionTo(dotted(packet, DESTINATION_AT)) : undefined;
    if (session === undefined) {
      this.#stray++;
      return;
    }
    this.#toSessions++;
    session.sendIp(packet);
  }

  #sessionTo(address: string): Session | undefined {
    let only: Session | undefined;
    let up = 0;
    for (const session of this.#sessions) {
      if (session.state === "down") this.#part(session);
      if (session.state !== "ip-up") continue;
      if (session.addresses?.remote === address) return session;
      up++;
      only = session;
    }
    return up === 1 ? only : undefined;
  }
}

function isIpv4(packet: Uint8Array): boolean {
  return packet.length >= LEAST_HEADER && packet[0]! >> 4 === 4;
}
