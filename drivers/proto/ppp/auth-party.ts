import type { ControlView } from "#wire/ppp/control";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface AuthLimits {
  /** Time until a packet that got no answer is repeated, milliseconds. */
  readonly restartMs: number;
  /** Transmissions, the first included, before an attempt is given up. */
  readonly maxTries: number;
}

/** One end of an authentication protocol, in one direction. It runs between `start` and `stop`, while LCP is Opened. */
export interface AuthParty<View extends ControlView> {
  start(now: number): void;
  stop(): void;
  /** A packet that is not malformed. */
  receive(view: View, octets: Uint8Array, now: number): void;
  nextTimerAt(): number | undefined;
  handleTimer(now: number): void;
}

/** What the link makes of it. */
export interface AuthHost {
  transmit(packet: Uint8Array): void;
  discard(why: string): void;
  /** `user` has proved to be who he says; for the proving end, the name it gave. Again after each repeated proof. */
  passed(user: string, now: number): void;
  /** By the end that checks; the other one hears of it. */
  refused(message: string, now: number): void;
  /** The other end has not answered. */
  gaveUp(why: string, now: number): void;
}
