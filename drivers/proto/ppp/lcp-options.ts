import { u32At } from "#wire/octets";
import { encodeLcpOption, LCP_OPTIONS } from "#wire/ppp/lcp";
import type { RandomOctets } from "#proto/endpoint";
import { authMethodOf, authOption, type AuthMethod } from "./auth-method.ts";
import type { Judgement, ReceivedOption } from "./options.ts";

/** RFC 1661 §6.1, in octets of the Information field. */
export const DEFAULT_MRU = 1500;

/** What we would ask of the peer, and what we grant it. */
export interface LcpPolicy {
  readonly mru: number;
  /** Ask for the MRU even where it is the default, which RFC 1661 §5.1 advises against. */
  readonly requestDefaults: boolean;
  readonly acceptMru: { readonly min: number; readonly max: number };
  readonly magic: boolean;
  readonly accm: number | undefined;
  readonly pfc: boolean;
  readonly acfc: boolean;
  /** Methods by which the peer may authenticate itself; empty where it need not. Best first. */
  readonly requireAuth: readonly AuthMethod[];
  /** Methods by which we authenticate ourselves if asked. Best first. */
  readonly acceptAuth: readonly AuthMethod[];
}

/** What one end asked for and the other acknowledged. */
export interface AgreedOptions {
  mru: number;
  auth: AuthMethod | undefined;
  /** 0 where none was agreed. */
  magic: number;
  pfc: boolean;
  acfc: boolean;
}

const DEFAULTS: AgreedOptions = { mru: DEFAULT_MRU, auth: undefined, magic: 0, pfc: false, acfc: false };

/** LCP's Configuration Options in both directions. */
export class LcpOptions {
  readonly #policy: LcpPolicy;
  readonly #random: RandomOctets;
  /** Options of our next request. A magic of 0 asks for none. */
  #asked: AgreedOptions & { askMru: boolean; accm: number | undefined } = {
    ...DEFAULTS,
    askMru: false,
    accm: undefined,
  };
  readonly #refused = new Set<number>();
  #peer: AgreedOptions = { ...DEFAULTS };
  /** Our Magic-Number; it outlives its Reject. */
  #magic = 0;
  #nakedMagic = 0;
  #peerMagic = 0;

  constructor(policy: LcpPolicy, random: RandomOctets) {
    this.#policy = policy;
    this.#random = random;
  }

  /** What we may rely on in what we receive. */
  get own(): Readonly<AgreedOptions> {
    return { ...this.#asked, magic: this.#magic };
  }

  /** What we may rely on, and have to observe, in what we send. */
  get peer(): Readonly<AgreedOptions> {
    return this.#peer;
  }

  begin(): void {
    const { mru, requestDefaults, magic, accm, pfc, acfc, requireAuth } = this.#policy;
    this.#refused.clear();
    this.#peer = { ...DEFAULTS };
    this.#magic = magic ? this.#chooseMagic() : 0;
    this.#asked = {
      mru,
      askMru: mru !== DEFAULT_MRU || requestDefaults,
      accm,
      auth: requireAuth[0],
      magic: this.#magic,
      pfc,
      acfc,
    };
  }

  wanted(): readonly Uint8Array[] {
    const { mru, askMru, accm, auth, magic, pfc, acfc } = this.#asked;
    const options: Uint8Array[] = [];
    if (askMru) options.push(encodeLcpOption({ type: "mru", value: mru }));
    if (accm !== undefined) options.push(encodeLcpOption({ type: "accm", value: accm }));
    if (auth) options.push(authOption(auth));
    if (magic !== 0) options.push(encodeLcpOption({ type: "magic", value: magic }));
    if (pfc) options.push(encodeLcpOption({ type: "pfc" }));
    if (acfc) options.push(encodeLcpOption({ type: "acfc" }));
    return options;
  }

  /** RFC 1661 §5.3: options may change as the Nak proposes, and one that it appends may be taken up. */
  naked(options: readonly ReceivedOption[]): undefined {
    const asked = this.#asked;
    for (const { type, value } of options) {
      if (this.#refused.has(type)) continue;
      switch (type) {
        case LCP_OPTIONS.mru.type:
          // What we would not let the peer have is nothing for us either.
          if (typeof value !== "number" || value < this.#policy.acceptMru.min) break;
          asked.mru = value;
          asked.askMru = true;
          break;
        case LCP_OPTIONS.accm.type:
          if (typeof value === "number") asked.accm = value;
          break;
        case LCP_OPTIONS.magic.type:
          if (asked.magic !== 0) this.#newMagic(value);
          break;
        // §5.3 has no Nak of an option without value: whoever sends one does not want it.
        case LCP_OPTIONS.pfc.type:
          asked.pfc = false;
          break;
        case LCP_OPTIONS.acfc.type:
          asked.acfc = false;
      }
    }
    const proposals = options.filter(({ type }) => type === LCP_OPTIONS.auth.type);
    if (asked.auth && proposals.length > 0)
      asked.auth = this.#nextMethod(
        asked.auth,
        proposals.map(({ value }) => authMethodOf(value)),
      );
    return undefined;
  }

  /** RFC 1661 §5.4: out of the request, for as long as this negotiation lasts. */
  rejected(options: readonly ReceivedOption[], outright: boolean): string | undefined {
    const asked = this.#asked;
    for (const { type } of options) {
      this.#refused.add(type);
      switch (type) {
        case LCP_OPTIONS.mru.type:
          asked.mru = DEFAULT_MRU;
          asked.askMru = false;
          break;
        case LCP_OPTIONS.accm.type:
          asked.accm = undefined;
          break;
        case LCP_OPTIONS.auth.type:
          // §3.5: no Network phase without the authentication that is required, so nothing is left to negotiate for.
          return "the peer refuses to authenticate";
        case LCP_OPTIONS.magic.type:
          asked.magic = 0;
          // §6.4: a Reject counts as if the number had been acknowledged. Naks without end do not.
          if (!outright) this.#magic = 0;
          break;
        case LCP_OPTIONS.pfc.type:
          asked.pfc = false;
          break;
        case LCP_OPTIONS.acfc.type:
          asked.acfc = false;
      }
    }
    return undefined;
  }

  judge(option: ReceivedOption): Judgement {
    const { type, value } = option;
    switch (type) {
      case LCP_OPTIONS.mru.type:
        return this.#judgeMru(value);
      case LCP_OPTIONS.accm.type:
        // RFC 1662 §6: synchronous framing acknowledges any map and maps nothing; L2TP has no octet stuffing at all.
        return typeof value === "number" ? "acknowledge" : { nak: encodeLcpOption({ type: "accm", value: 0 }) };
      case LCP_OPTIONS.auth.type:
        return this.#judgeAuth(authMethodOf(value));
      case LCP_OPTIONS.magic.type:
        return this.#judgeMagic(value);
      case LCP_OPTIONS.pfc.type:
      case LCP_OPTIONS.acfc.type:
        // §5.3: options without a value are never Nak-ed, not even for their Length.
        return value === true ? "acknowledge" : "reject";
      default:
        return "reject";
    }
  }

  acknowledged(options: readonly ReceivedOption[]): void {
    const peer = { ...DEFAULTS };
    for (const { type, value } of options) {
      if (type === LCP_OPTIONS.mru.type) peer.mru = value as number;
      else if (type === LCP_OPTIONS.auth.type) peer.auth = authMethodOf(value);
      else if (type === LCP_OPTIONS.magic.type) peer.magic = value as number;
      else if (type === LCP_OPTIONS.pfc.type) peer.pfc = true;
      else if (type === LCP_OPTIONS.acfc.type) peer.acfc = true;
    }
    this.#peer = peer;
  }

  #judgeMru(value: unknown): Judgement {
    const { min, max } = this.#policy.acceptMru;
    if (typeof value === "number" && value >= min && value <= max) return "acknowledge";
    const better = Math.min(Math.max(typeof value === "number" ? value : DEFAULT_MRU, min), max);
    return { nak: encodeLcpOption({ type: "mru", value: better }) };
  }

  #judgeAuth(method: AuthMethod | undefined): Judgement {
    const [best] = this.#policy.acceptAuth;
    if (!best) return "reject";
    return method && this.#policy.acceptAuth.includes(method) ? "acknowledge" : { nak: authOption(best) };
  }

  /** RFC 1661 §6.4. */
  #judgeMagic(value: unknown): Judgement {
    this.#peerMagic = typeof value === "number" ? value : 0;
    // Zero is illegal. Our own number means a loop, or a rare coincidence; the peer is asked for another to tell.
    if (this.#peerMagic !== 0 && this.#peerMagic !== this.#asked.magic) return "acknowledge";
    this.#nakedMagic = this.#chooseMagic();
    // Who uses Magic-Numbers must not Reject those of the peer.
    const irrevocable = this.#asked.magic !== 0;
    return { nak: encodeLcpOption({ type: "magic", value: this.#nakedMagic }), irrevocable };
  }

  /** RFC 1661 §6.4: another number after a Nak. Our own last Nak come back speaks for a loop: then not the one it names. */
  #newMagic(proposed: unknown): void {
    const usable = typeof proposed === "number" && !this.#magicTaken(proposed);
    this.#magic = usable ? proposed : this.#chooseMagic();
    this.#asked.magic = this.#magic;
  }

  #chooseMagic(): number {
    let magic = u32At(this.#random(4), 0);
    while (this.#magicTaken(magic)) magic = (magic + 1) >>> 0;
    return magic;
  }

  #magicTaken(magic: number): boolean {
    return magic === 0 || magic === this.#magic || magic === this.#nakedMagic || magic === this.#peerMagic;
  }

  /** RFC 1661 §6.2: another enabled method that the peer proposes, else the next best; what is not enabled is never taken. */
  #nextMethod(current: AuthMethod, proposed: readonly (AuthMethod | undefined)[]): AuthMethod {
    const enabled = this.#policy.requireAuth;
    const other = enabled.find((method) => method !== current && proposed.includes(method));
    if (other || proposed.includes(current)) return other ?? current;
    return enabled[(enabled.indexOf(current) + 1) % enabled.length] as AuthMethod;
  }
}
