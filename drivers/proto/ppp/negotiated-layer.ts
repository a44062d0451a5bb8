import type { Log } from "./log.ts";
import type { Event } from "./negotiation.ts";
import type { Judgement, NegotiationView, ReceivedOption } from "./options.ts";

/** RFC 1661 §4.6. */
export interface NegotiationLimits {
  /** Restart timer, milliseconds. */
  readonly restartMs: number;
  /** Transmissions, the first included. */
  readonly maxConfigure: number;
  readonly maxTerminate: number;
  /** Configure-Naks sent without a Configure-Ack before they become Rejects; the same for Naks that are taken. */
  readonly maxFailure: number;
  /** §4.2 Stopped: no This-Layer-Finished when the peer does not answer. */
  readonly passive: boolean;
}

/** What the control protocols differ in. The negotiator runs the automaton and asks the layer for the rest. */
export interface NegotiatedLayer<View extends NegotiationView> extends Log {
  transmit(packet: Uint8Array): void;
  /** Longest packet that the peer takes at this moment, in octets. */
  limit(): number;

  /** A new negotiation begins: back to what is configured. */
  begin(): void;
  /** The options of our next Configure-Request, encoded. */
  wanted(): readonly Uint8Array[];
  /** The peer Nak-ed these. A text ends the negotiation, with it as the reason. */
  naked(options: readonly ReceivedOption[]): string | undefined;
  /**
   * The peer Rejected these; or, not `outright`, has Nak-ed them so often that it comes to the same. A text ends the
   * negotiation, with it as the reason.
   */
  rejected(options: readonly ReceivedOption[], outright: boolean): string | undefined;

  judge(option: ReceivedOption): Judgement;
  /** Options that the peer left out of its request and should ask for, to be appended to a Nak. */
  missing(present: ReadonlySet<number>): readonly Uint8Array[];
  /** We acknowledge these options of the peer. */
  acknowledged(options: readonly ReceivedOption[]): void;

  /** Sorts a packet with a code beyond the seven of negotiation; undefined for an unknown code. */
  extended(view: View, octets: Uint8Array, now: number): "RXR" | "RXJ+" | "RXJ-" | "drop" | undefined;
  /** RFC 1661 §4.4 Send-Echo-Reply, and whatever else a packet of the RXR event asks for in Opened. */
  echo(view: View, octets: Uint8Array, now: number): void;
  /** The peer does not know this code; packets of that kind have to stop (§4.3 RXJ+). */
  codeRejected(code: number): void;
  /** The negotiation cannot come to an end; the layer decides what that means for the link. */
  failed(why: string, now: number): void;

  thisLayerUp(now: number): void;
  thisLayerDown(event: Event, now: number): void;
  thisLayerFinished(event: Event, now: number): void;
}
