import { fragmentIpv4 } from "#wire/ip/fragments";
import { type Ipv4View, viewIpv4 } from "#wire/ip/ipv4";
import { dissect } from "#wire/packet";
import { encodePpp, PPP, type PppFrameView } from "#wire/ppp/frame";
import type { Endpoint } from "#proto/endpoint";
import { Authentication, type AuthState } from "./authentication.ts";
import { causeOfAuthentication, causeOfLcpEnd, type DisconnectCause, type LcpEnd } from "./disconnect-cause.ts";
import { settingsOf, type PppEvent, type PppOptions } from "./endpoint-options.ts";
import type { AuthMethod } from "./auth-method.ts";
import { Ipcp } from "./ipcp.ts";
import { Lcp } from "./lcp.ts";
import { negotiating, type State } from "./negotiation.ts";

export type { PppEvent, PppOptions } from "./endpoint-options.ts";

/** RFC 1661 §3.2. */
export type Phase = "Dead" | "Establish" | "Authenticate" | "Network" | "Terminate";

/** One end of a PPP link: a frame is what one L2TP data message carries, from FF 03 or the Protocol field on. */
export class PppEndpoint implements Endpoint<Uint8Array, Uint8Array, PppEvent> {
  readonly #addressControl: boolean | "always";
  readonly #hangUpWaitMs: number;
  readonly #lingerMs: number;
  readonly #lcp: Lcp;
  readonly #authentication: Authentication;
  readonly #ipcp: Ipcp;
  readonly #frames: Uint8Array[] = [];
  readonly #events: PppEvent[] = [];
  /** Protocols that the peer has sent back in a Protocol-Reject. */
  readonly #rejected = new Set<number>();
  #network = false;
  /** Between `start` and the `down` event. */
  #inUse = false;
  /** The peer should hang up; what happens when it does not. */
  #patience: { readonly until: number; readonly then: (now: number) => void } | undefined;
  #discards = 0;
  readonly #tellCause: boolean;
  #lcpHeard = false;
  /** What authentication failed by: the reason behind an end that LCP tells. */
  #authCause: DisconnectCause | undefined;

  constructor(options: PppOptions) {
    const settings = settingsOf(options);
    const { random } = options;
    const log = { discard: (why: string) => this.#discard(why), note: (what: string) => this.#note(what) };
    this.#addressControl = options.addressControl ?? true;
    this.#hangUpWaitMs = settings.hangUpWaitMs;
    this.#lingerMs = settings.lingerMs;
    this.#tellCause = options.tellCause ?? false;
    this.#lcp = new Lcp(
      {
        ...log,
        transmit: (packet) => this.#send(PPP.LCP, packet),
        begin: () => this.#begin(),
        up: (now) => this.#lcpUp(now),
        down: (now) => this.#lcpDown(now),
        finished: (reason, byPeer, now, end) => this.#finished(reason, byPeer, now, end),
        protocolRejected: (protocol, now) => this.#protocolRejected(protocol, now),
      },
      settings.lcp,
      settings.limits,
      settings.keepalive,
      random,
    );
    this.#authentication = new Authentication(
      settings.authentication,
      {
        ...log,
        transmit: (protocol, packet) => this.#send(protocol, packet),
        authenticated: (user, method) => this.#events.push({ type: "authenticated", user, method }),
        refused: (message, byUs, method, now) => this.#refused(message, byUs, method, now),
        gaveUp: (why, method, now) => {
          this.#authCause = causeOfAuthentication("timeout", method);
          this.#lcp.failed(why, now);
        },
        done: (now) => this.#networkUp(now),
      },
      random,
    );
    this.#ipcp = new Ipcp(
      {
        ...log,
        transmit: (packet) => this.#send(PPP.IPCP, packet),
        limit: () => this.#lcp.limit(),
        up: ({ dns, ...addresses }) =>
          this.#events.push({ type: "ip-up", ...addresses, ...(options.requestDns ? { dns } : {}) }),
        down: () => this.#events.push({ type: "ip-down" }),
      },
      settings.ipcp,
      settings.limits,
    );
  }

  /** RFC 1661 §3.2. */
  get phase(): Phase {
    const { state } = this.#lcp.negotiator;
    if (state === "Initial" || state === "Starting") return "Dead";
    if (negotiating(state)) return "Establish";
    if (state === "Opened") return this.#network ? "Network" : "Authenticate";
    return "Terminate";
  }

  get states(): { readonly lcp: State; readonly auth: AuthState; readonly ipcp: State } {
    return {
      lcp: this.#lcp.negotiator.state,
      auth: this.#authentication.state,
      ipcp: this.#ipcp.negotiator.state,
    };
  }

  /** Packets dropped in silence so far (RFC 1661 §1.2). */
  get discards(): number {
    return this.#discards;
  }

  /** The lower layer is up and the link is wanted: LCP begins. */
  start(now: number): void {
    this.#inUse = true;
    this.#ipcp.negotiator.open(now);
    this.#lcp.negotiator.open(now);
    if (this.phase === "Dead") this.#lcp.negotiator.up(now);
  }

  /** Closes the link in order; `down` follows when the peer has agreed or does not answer. `reason` is told to the peer. */
  stop(now: number, reason = "closed by the administrator"): void {
    this.#lcp.close(now, reason);
    // The table has no This-Layer-Finished in Stopped: it came before, and only the wait for the peer is cut short.
    if (this.#patience && this.#lcp.negotiator.state === "Closed") this.#down(reason);
  }

  /** The lower layer is gone. Silent on the line; `start` begins anew. */
  lowerDown(now: number): void {
    if (this.phase === "Dead") return;
    this.#lcp.negotiator.down(now);
    this.#down("the lower layer is down");
  }

  /** Fragments what is longer than the peer's MRU (RFC 1332 §2.1); drops what may not be fragmented, or comes before IPCP is up. */
  sendIp(packet: Uint8Array, now: number): void;
  sendIp(packet: Uint8Array): void {
    const limit = this.#lcp.limit();
    const ip = viewIpv4(packet);
    if (!this.#ipcp.negotiator.opened) this.#note("IP to send while IPCP is not Opened");
    else if (ip.malformed) this.#note("IP to send is malformed");
    else if (ip.totalLength > limit && (ip.dontFragment || ip.headerLength + 8 > limit))
      this.#note(`IP to send has ${ip.totalLength} octets, the peer's MRU is ${limit}`);
    else for (const piece of fragmentIpv4(packet, limit)) this.#send(PPP.IP, piece);
  }

  /** A new CHAP Challenge, where the peer has proved itself by CHAP. */
  rechallenge(now: number): void {
    if (this.phase === "Network") this.#authentication.rechallenge(now);
  }

  /** Begins again with LCP, from any phase but Dead (RFC 1661 §4.3 Open, restart option). */
  renegotiate(now: number): void {
    this.#lcp.negotiator.reopen(now);
  }

  receive(frame: Uint8Array, now: number): void {
    const { ppp, inner } = dissect(frame, "ppp");
    if (!ppp) throw new Error("a PPP frame was dissected as something else");
    this.#events.push({ type: "frame", view: ppp, octets: frame });
    const { protocol, payloadAt, end } = ppp.frame;
    const drop = whyDropped(ppp.frame, this.phase);
    if (drop !== undefined) this.#discard(drop);
    else if (ppp.lcp) {
      this.#lcpHeard ||= ppp.lcp.codeName !== undefined;
      this.#lcp.negotiator.receive(ppp.lcp, frame, now);
    } else if (ppp.pap) this.#authentication.receivePap(ppp.pap, frame, now);
    else if (ppp.chap) this.#authentication.receiveChap(ppp.chap, frame, now);
    else if (ppp.ipcp) this.#ipcp.negotiator.receive(ppp.ipcp, frame, now);
    else if (protocol === PPP.IP) this.#receiveIp(frame, inner?.ip);
    // RFC 1661 §3.6, §5.7: no silence on what is not supported.
    else this.#lcp.protocolReject(protocol, frame.subarray(payloadAt, end));
  }

  handleTimer(now: number): void {
    this.#lcp.handleTimer(now);
    this.#authentication.handleTimer(now);
    this.#ipcp.negotiator.handleTimer(now);
    const patience = this.#patience;
    if (!patience || now < patience.until) return;
    this.#patience = undefined;
    patience.then(now);
  }

  nextTimerAt(): number | undefined {
    const times = [
      this.#lcp.nextTimerAt(),
      this.#authentication.nextTimerAt(),
      this.#ipcp.negotiator.nextTimerAt(),
      this.#patience?.until,
    ].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  pollTransmit(now: number): Uint8Array | undefined;
  pollTransmit(): Uint8Array | undefined {
    return this.#frames.shift();
  }

  pollEvent(): PppEvent | undefined {
    return this.#events.shift();
  }

  #send(protocol: number, information: Uint8Array): void {
    // RFC 1661 §5.7: a rejected protocol stays silent, until LCP runs again.
    if (this.#rejected.has(protocol)) return;
    const { pfc, acfc } = this.#lcp.options.peer;
    // §6.6: LCP keeps FF 03, so that it is understood whatever the other end believes; its number has no short form.
    const excused = acfc && protocol !== PPP.LCP && this.#addressControl !== "always";
    const addressControl = this.#addressControl !== false && !excused;
    this.#frames.push(encodePpp(protocol, information, { addressControl, compressProtocol: pfc }));
  }

  #receiveIp(frame: Uint8Array, ip: Ipv4View | undefined): void {
    if (!this.#ipcp.negotiator.opened) this.#discard("IP while IPCP is not Opened");
    else if (!ip || ip.malformed || ip.end - ip.at < ip.totalLength) this.#discard("malformed IP packet");
    // Octets behind Total Length are padding (RFC 1661 §2).
    else this.#events.push({ type: "ip", packet: frame.slice(ip.at, ip.end) });
  }

  #begin(): void {
    this.#inUse = true;
    this.#rejected.clear();
    this.#authCause = undefined;
    this.#patience = undefined;
  }

  #lcpUp(now: number): void {
    const { own, peer } = this.#lcp.options;
    const auth = own.auth ?? peer.auth;
    this.#events.push({ type: "lcp-up", mru: own.mru, peerMru: peer.mru, ...(auth && { auth }) });
    this.#authentication.begin(own.auth, peer.auth, now);
  }

  #lcpDown(now: number): void {
    this.#patience = undefined;
    this.#authentication.end();
    this.#ipcp.networkDown(now);
    this.#network = false;
  }

  #networkUp(now: number): void {
    this.#patience = undefined;
    if (this.#network) return;
    this.#network = true;
    this.#ipcp.networkUp(this.#authentication.peerName, now);
  }

  #finished(reason: string, byPeer: boolean, now: number, end: LcpEnd): void {
    // RFC 1661 §3.7: who was asked to terminate leaves the hanging up to the other end.
    const keptMs = byPeer ? this.#hangUpWaitMs : this.#lingerMs;
    if (byPeer || keptMs > 0) this.#patience = { until: now + keptMs, then: () => this.#down(reason, end) };
    else this.#down(reason, end);
  }

  #down(reason: string, end: LcpEnd = "failed"): void {
    this.#patience = undefined;
    if (!this.#inUse) return;
    this.#inUse = false;
    const method = this.#lcp.options.own.auth;
    const cause = this.#authCause ?? causeOfLcpEnd(end, { heard: this.#lcpHeard, method });
    this.#events.push({ type: "down", reason, ...(this.#tellCause && { cause }) });
  }

  #refused(message: string, byUs: boolean, method: AuthMethod, now: number): void {
    this.#authCause = causeOfAuthentication(byUs ? "peer refused" : "we refused", method);
    this.#events.push({ type: "auth-failed", message });
    if (byUs) this.#lcp.failed("authentication failed", now);
    // RFC 1661 §3.5: the end that has refused the other terminates the link. It is not waited for without end.
    else
      this.#patience = {
        until: now + this.#hangUpWaitMs,
        then: (later) => {
          this.#lcp.failed("authentication refused by the peer", later);
        },
      };
  }

  #protocolRejected(protocol: number, now: number): void {
    this.#rejected.add(protocol);
    // RFC 1661 §3.7: an NCP less is not the end of the link. Down, not a fatal reject: its packets would be rejected too.
    if (protocol === PPP.IPCP) this.#ipcp.networkDown(now);
    const { state, protocols } = this.#authentication;
    if (state === "pending" && protocols.includes(protocol))
      this.#lcp.failed("the peer rejects the authentication protocol", now);
  }

  #discard(why: string): void {
    this.#discards++;
    this.#events.push({ type: "discarded", reason: why });
  }

  #note(what: string): void {
    this.#events.push({ type: "log", text: what });
  }
}

/** What a phase does not let through, in silence; undefined for what it does. */
function whyDropped(frame: PppFrameView, phase: Phase): string | undefined {
  const { protocol, protocolLength, addressControl } = frame;
  if (phase === "Dead") return "the lower layer is down";
  if (protocolLength === 0) return "no Protocol field";
  // RFC 1662 §3.1: FF without 03 is a foreign Control value. Protocol 00ff is kept unused so that this is certain.
  if (!addressControl && protocolLength === 1 && protocol === 0xff) return "Control is not 03";
  if (protocol === PPP.LCP || phase === "Network") return undefined;
  // RFC 1661 §3.5: authentication, and link quality, which is then answered as the unsupported protocol that it is.
  const isAllowed = protocol === PPP.PAP || protocol === PPP.CHAP || protocol === PPP.LQR;
  if (phase === "Authenticate" && isAllowed) return undefined;
  // §3.4, §3.7: nothing but LCP, and no Protocol-Reject either.
  return `protocol 0x${protocol.toString(16).padStart(4, "0")} in ${phase} phase`;
}
