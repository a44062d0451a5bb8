import { concat, equal, NO_OCTETS } from "#wire/octets";
import { encodeControlPacket } from "#wire/ppp/control";
import { LCP_CODES } from "#wire/ppp/lcp";
import type { NegotiatedLayer, NegotiationLimits } from "./negotiated-layer.ts";
import { negotiating, step, timerRuns, type Action, type Event, type State } from "./negotiation.ts";
import {
  acknowledges,
  answerTo,
  optionsOf,
  rejects,
  type Answer,
  type Judgement,
  type NegotiationView,
  type ReceivedOption,
} from "./options.ts";

/** The packet that an event came with, and what was made of it. */
interface Cause<View> {
  readonly view: View;
  readonly octets: Uint8Array;
  readonly options?: readonly ReceivedOption[];
  readonly answer?: Answer;
}

/** Our last Configure-Request. */
interface SentRequest {
  readonly id: number;
  readonly options: readonly Uint8Array[];
  answered: boolean;
}

/**
 * Runs the automaton of RFC 1661 §4 for one control protocol: restart timer and counter, Identifiers, and which packet
 * is which event. LCP has one and so has each NCP (RFC 1332 §2).
 */
export class Negotiator<View extends NegotiationView> {
  readonly #layer: NegotiatedLayer<View>;
  readonly #limits: NegotiationLimits;
  #state: State = "Initial";
  #restartAt: number | undefined;
  #restartCounter = 0;
  #identifier = 0;
  #request: SentRequest | undefined;
  #terminate: Uint8Array = NO_OCTETS;
  #terminateData: Uint8Array = NO_OCTETS;
  #naksSent = 0;
  #naksTaken = 0;

  constructor(layer: NegotiatedLayer<View>, limits: NegotiationLimits) {
    this.#layer = layer;
    this.#limits = limits;
  }

  get state(): State {
    return this.#state;
  }

  get opened(): boolean {
    return this.#state === "Opened";
  }

  up(now: number): void {
    this.#dispatch("Up", now);
  }

  down(now: number): void {
    this.#dispatch("Down", now);
  }

  open(now: number): void {
    this.#dispatch("Open", now);
  }

  /** `data` goes into the Terminate-Request, where it is free (RFC 1661 §5.5). */
  close(now: number, data: Uint8Array = NO_OCTETS): void {
    this.#terminateData = data;
    this.#dispatch("Close", now);
  }

  /** Open with the restart option (RFC 1661 §4.3 Open): from where the table has an `r`, Down and Up follow it. */
  reopen(now: number): void {
    const restart = step(this.#state, "Open")?.footnote === "r";
    this.open(now);
    if (!restart) return;
    this.down(now);
    this.up(now);
  }

  /** Ends a connection that stays administratively open: Close and at once Open (RFC 1661 §4.3 Close). */
  abandon(now: number, data?: Uint8Array): void {
    // From Stopped that pair would start a new negotiation instead, and elsewhere there is nothing to end.
    if (!this.opened && !negotiating(this.#state)) return;
    this.close(now, data);
    this.open(now);
  }

  nextTimerAt(): number | undefined {
    return this.#restartAt;
  }

  handleTimer(now: number): void {
    if (this.#restartAt === undefined || now < this.#restartAt) return;
    this.#dispatch(this.#restartCounter > 0 ? "TO+" : "TO-", now);
  }

  /** One count for all packets that start an exchange, and for rejects: each differs from the one before (RFC 1661 §5). */
  nextIdentifier(): number {
    this.#identifier = (this.#identifier + 1) & 0xff;
    return this.#identifier;
  }

  receive(view: View, octets: Uint8Array, now: number): void {
    // RFC 1661 §5, §6: a wrong Length, and an option that runs past the end, drop the packet whole.
    if (view.malformed) {
      this.#layer.discard("malformed packet");
      return;
    }
    const cause: Cause<View> = { view, octets };
    switch (view.code) {
      case LCP_CODES["Configure-Request"]:
        this.#configureRequest(cause, now);
        break;
      case LCP_CODES["Configure-Ack"]:
      case LCP_CODES["Configure-Nak"]:
      case LCP_CODES["Configure-Reject"]:
        this.#configureReply(cause, now);
        break;
      case LCP_CODES["Terminate-Request"]:
        this.#dispatch("RTR", now, cause);
        break;
      case LCP_CODES["Terminate-Ack"]:
        // Whatever its Identifier: one that nobody asked for tells that the peer is closed (RFC 1661 §5.5).
        this.#dispatch("RTA", now, cause);
        break;
      case LCP_CODES["Code-Reject"]:
        this.#codeReject(cause, now);
        break;
      default: {
        const event = this.#layer.extended(view, octets, now);
        if (event !== "drop") this.#dispatch(event ?? "RUC", now, cause);
      }
    }
  }

  #configureRequest(cause: Cause<View>, now: number): void {
    const options = optionsOf(cause.view, cause.octets);
    // Where the table answers good and bad alike nothing is judged: a judgement may take an address from a pool.
    if (!negotiating(this.#state) && !this.opened && this.#state !== "Stopped") {
      this.#dispatch("RCR+", now, cause);
      return;
    }

    // Outside a negotiation the counters belong to the one before.
    const naksLeft = !negotiating(this.#state) || this.#naksSent < this.#limits.maxFailure;
    const present = new Set<number>();
    const judgements = options.map((option): Judgement => {
      // RFC 1661 §6: no option of LCP or IPCP may be listed twice, and to acknowledge two values would agree on neither.
      const repeated = present.has(option.type);
      present.add(option.type);
      return repeated ? "reject" : this.#layer.judge(option);
    });
    const answer = answerTo(options, judgements, this.#layer.missing(present), naksLeft);
    if (!answer) {
      this.#layer.failed("no convergence: the peer insists on an option that has no good answer", now);
      return;
    }
    this.#dispatch(answer.code === "Configure-Ack" ? "RCR+" : "RCR-", now, { ...cause, options, answer });
  }

  #configureReply(cause: Cause<View>, now: number): void {
    const { view, octets } = cause;
    const options = optionsOf(view, octets);
    const request = this.#request;
    const fault = request && faultOfReply(view, options, request);
    if (!request || fault !== undefined) {
      this.#layer.discard(fault ?? "reply without a request");
      return;
    }
    request.answered = true;
    if (view.code === LCP_CODES["Configure-Ack"]) {
      this.#naksTaken = 0;
      this.#dispatch("RCA", now, cause);
      return;
    }
    // Closed, Stopped and their like only send a Terminate-Ack; our wishes do not move there.
    const isReject = view.code === LCP_CODES["Configure-Reject"];
    const why = negotiating(this.#state) ? this.#concede(options, isReject, request.options) : undefined;
    if (why === undefined) this.#dispatch("RCN", now, cause);
    else this.#layer.failed(why, now);
  }

  /** Takes a Nak or Reject to heart. A text is the reason to end the negotiation. */
  #concede(options: readonly ReceivedOption[], isReject: boolean, sent: readonly Uint8Array[]): string | undefined {
    if (isReject) return this.#layer.rejected(options, true);
    if (++this.#naksTaken <= this.#limits.maxFailure) return this.#layer.naked(options);
    // RFC 1661 §4.5 wants loops ended: a peer that goes on Nak-ing is taken to Reject, as §4.6 does it the other way.
    const asked = new Set(sent.map((option) => option[0]));
    const insisted = options.filter((option) => asked.has(option.type));
    return insisted.length > 0 ? this.#layer.rejected(insisted, false) : "no convergence: the peer Naks without end";
  }

  #codeReject(cause: Cause<View>, now: number): void {
    const { view, octets } = cause;
    if (view.dataAt >= view.end) {
      this.#layer.discard("Code-Reject without a packet");
      return;
    }
    const code = octets[view.dataAt] as number;
    // RFC 1661 §4.3 RXJ, §5.6: without codes 1 to 7 there is no negotiation.
    const fundamental = code >= LCP_CODES["Configure-Request"] && code <= LCP_CODES["Code-Reject"];
    this.#layer.note(`the peer does not know code ${code}`);
    if (!fundamental) this.#layer.codeRejected(code);
    this.#dispatch(fundamental ? "RXJ-" : "RXJ+", now, cause);
  }

  #dispatch(event: Event, now: number, cause?: Cause<View>): void {
    const from = this.#state;
    const transition = step(from, event);
    // RFC 1661 §4.4 Illegal-Event: logged, no transition.
    if (!transition) {
      this.#layer.note(`event ${event} cannot occur in state ${from}`);
      return;
    }
    this.#state = transition.next;
    if (!timerRuns(transition.next)) this.#restartAt = undefined;
    const terminates = transition.actions.includes("str");
    for (const action of transition.actions) {
      if (action === "tlf" && transition.footnote === "p" && this.#limits.passive) continue;
      if (action === "irc") this.#restartCounter = terminates ? this.#limits.maxTerminate : this.#limits.maxConfigure;
      else this.#act(action, event, from, now, cause);
    }
  }

  #act(action: Exclude<Action, "irc">, event: Event, from: State, now: number, cause: Cause<View> | undefined): void {
    switch (action) {
      case "tlu":
        this.#layer.thisLayerUp(now);
        break;
      case "tld":
        this.#layer.thisLayerDown(event, now);
        break;
      case "tlf":
        this.#layer.thisLayerFinished(event, now);
        break;
      case "tls":
        // Whoever has a lower layer brings it up and says Up; nothing here can dial.
        break;
      case "zrc":
        // Keeps the line for one Restart time, so that the peer can take our Terminate-Ack (RFC 1661 §4.4).
        this.#restartCounter = 0;
        this.#restartAt = now + this.#limits.restartMs;
        break;
      case "scr":
        this.#sendConfigureRequest(event, from, now);
        break;
      case "str":
        this.#sendTerminateRequest(event, now);
        break;
      case "sca":
      case "scn":
        this.#sendAnswer(cause!);
        break;
      case "sta":
        this.#layer.transmit(encodeControlPacket(LCP_CODES["Terminate-Ack"], cause!.view.id, NO_OCTETS));
        break;
      case "scj":
        this.#sendCodeReject(cause!);
        break;
      case "ser":
        this.#layer.echo(cause!.view, cause!.octets, now);
    }
  }

  #sendConfigureRequest(event: Event, from: State, now: number): void {
    if (!negotiating(from)) {
      this.#naksSent = 0;
      this.#naksTaken = 0;
      this.#layer.begin();
    }
    const options = this.#layer.wanted();
    const last = this.#request;
    // RFC 1661 §5.1: a retransmission may keep its Identifier, so that a late reply to the first copy still counts.
    const repeats = event === "TO+" && last && !last.answered && equal(concat(...options), concat(...last.options));
    this.#request = { id: repeats ? last.id : this.nextIdentifier(), options, answered: false };
    this.#restartCounter--;
    this.#restartAt = now + this.#limits.restartMs;
    this.#layer.transmit(encodeControlPacket(LCP_CODES["Configure-Request"], this.#request.id, concat(...options)));
  }

  #sendTerminateRequest(event: Event, now: number): void {
    if (event !== "TO+") {
      const data =
        event === "Close" ? this.#terminateData.subarray(0, Math.max(this.#layer.limit() - 4, 0)) : NO_OCTETS;
      this.#terminate = encodeControlPacket(LCP_CODES["Terminate-Request"], this.nextIdentifier(), data);
    }
    this.#restartCounter--;
    this.#restartAt = now + this.#limits.restartMs;
    this.#layer.transmit(this.#terminate);
  }

  #sendAnswer({ view, options, answer }: Cause<View>): void {
    if (!answer || !options) throw new Error("a Configure-Request was neither judged nor answered");
    if (answer.code === "Configure-Ack") {
      this.#naksSent = 0;
      this.#layer.acknowledged(options);
    } else if (answer.code === "Configure-Nak") this.#naksSent++;
    this.#layer.transmit(encodeControlPacket(LCP_CODES[answer.code], view.id, concat(...answer.options)));
  }

  #sendCodeReject({ view, octets }: Cause<View>): void {
    // RFC 1661 §5.6: a new Identifier each, and cut to the peer's MRU. The copy ends where Length says: padding stays out.
    const copy = octets.subarray(view.at, Math.min(view.end, view.at + Math.max(this.#layer.limit() - 4, 0)));
    this.#layer.transmit(encodeControlPacket(LCP_CODES["Code-Reject"], this.nextIdentifier(), copy));
  }
}

/** RFC 1661 §5.2 to §5.4: why a Configure-Ack, -Nak or -Reject is dropped; undefined for a valid one. */
function faultOfReply(
  { code, id }: NegotiationView,
  options: readonly ReceivedOption[],
  request: SentRequest,
): string | undefined {
  // §4.3 RCA: what does not answer the last request is dropped. So is a second answer to it, which a link that duplicates
  // packets makes likely: once answered its Identifier is used up (§5.1), hence footnote x never comes about.
  if (request.answered || id !== request.id) return "reply to no open request";
  if (code === LCP_CODES["Configure-Ack"])
    return acknowledges(options, request.options) ? undefined : "Ack of other options than were asked";
  if (code === LCP_CODES["Configure-Reject"] && !rejects(options, request.options))
    return "Reject of what was not asked";
  return options.length === 0 ? "Nak or Reject of nothing" : undefined;
}
