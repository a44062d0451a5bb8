import { PPP } from "#wire/ppp/frame";
import { encodeIpcpOption, IPCP_OPTIONS, type IpcpView } from "#wire/ppp/ipcp";
import type { Log } from "./log.ts";
import type { Event } from "./negotiation.ts";
import type { NegotiatedLayer, NegotiationLimits } from "./negotiated-layer.ts";
import { Negotiator } from "./negotiator.ts";
import type { Judgement, ReceivedOption } from "./options.ts";

/** Addresses as dotted quads. */
export interface IpcpPolicy {
  readonly role: "client" | "server";
  /** Our own; a client without one asks for it. */
  readonly address: string | undefined;
  /** The peer's address, by its authenticated name; undefined where there is none to give. */
  readonly assign: ((user: string | undefined) => string | undefined) | undefined;
  readonly release: (address: string) => void;
  /** Servers that we name to the peer, by option type (RFC 1877); a type that is absent is Rejected. */
  readonly servers: ReadonlyMap<number, string>;
  /** Ask for DNS servers. */
  readonly requestDns: boolean;
  /** Ask for Van Jacobson compression. */
  readonly requestVj: boolean;
}

export interface IpcpHost extends Log {
  transmit(packet: Uint8Array): void;
  limit(): number;
  up(agreed: { local: string; remote: string; dns: readonly string[] }): void;
  down(): void;
}

/** RFC 1332 §3.3: asks the peer to provide the address. */
const UNASSIGNED = "0.0.0.0";

/** RFC 1332 §4.1, with its own values: sixteen slots, the slot number may be left out. */
const VAN_JACOBSON = encodeIpcpOption({
  type: "compression",
  protocol: PPP.VJ_COMPRESSED,
  maxSlotId: 15,
  compSlotId: 1,
});

const {
  compression: COMPRESSION,
  address: ADDRESS,
  primaryDns: PRIMARY_DNS,
  secondaryDns: SECONDARY_DNS,
} = IPCP_OPTIONS;

/** RFC 1877: all four are negotiated like an address. */
const SERVERS = { 129: "primaryDns", 130: "primaryNbns", 131: "secondaryDns", 132: "secondaryNbns" } as const;
type ServerType = keyof typeof SERVERS;

/** The IP Control Protocol (RFC 1332, RFC 1877): what it adds to the automaton that its `negotiator` runs. */
export class Ipcp implements NegotiatedLayer<IpcpView> {
  readonly negotiator: Negotiator<IpcpView>;
  readonly #host: IpcpHost;
  readonly #policy: IpcpPolicy;
  /** What our next request asks for, by option type in that order. */
  readonly #asked = new Map<number, string>();
  readonly #refused = new Set<number>();
  #askVj = false;
  #inNetworkPhase = false;
  #user: string | undefined;
  #lease: string | undefined;
  #remote = UNASSIGNED;

  constructor(host: IpcpHost, policy: IpcpPolicy, limits: NegotiationLimits) {
    this.#host = host;
    this.#policy = policy;
    this.negotiator = new Negotiator(this, limits);
  }

  /** The Network phase begins; `user` is the name that the peer has proved. */
  networkUp(user: string | undefined, now: number): void {
    this.#inNetworkPhase = true;
    this.#user = user;
    this.negotiator.up(now);
  }

  /** It is over, or the peer knows no IPCP. The address goes back: after a new authentication the peer may be another. */
  networkDown(now: number): void {
    if (!this.#inNetworkPhase) return;
    this.#inNetworkPhase = false;
    this.negotiator.down(now);
    this.#release();
  }

  // What the negotiator asks of IPCP.

  transmit(packet: Uint8Array): void {
    this.#host.transmit(packet);
  }

  discard(why: string): void {
    this.#host.discard(`IPCP: ${why}`);
  }

  note(what: string): void {
    this.#host.note(`IPCP: ${what}`);
  }

  limit(): number {
    return this.#host.limit();
  }

  begin(): void {
    const { role, address, requestDns, requestVj } = this.#policy;
    this.#refused.clear();
    this.#asked.clear();
    this.#askVj = requestVj;
    if (address !== undefined || role === "client") this.#asked.set(ADDRESS.type, address ?? UNASSIGNED);
    if (!requestDns) return;
    this.#asked.set(PRIMARY_DNS.type, UNASSIGNED);
    this.#asked.set(SECONDARY_DNS.type, UNASSIGNED);
  }

  wanted(): readonly Uint8Array[] {
    const addresses = [...this.#asked].map(([type, value]) => addressOption(type, value));
    return this.#askVj ? [VAN_JACOBSON, ...addresses] : addresses;
  }

  naked(options: readonly ReceivedOption[]): undefined {
    const { role, address } = this.#policy;
    for (const { type, value } of options) {
      // Any other compression, or other values of this one, we do not ask for.
      if (type === COMPRESSION.type) this.#askVj = false;
      if (this.#refused.has(type) || typeof value !== "string") continue;
      if (type === ADDRESS.type) {
        // RFC 1332 §3.3: zero asks us to name our address. A server keeps its own, whatever the peer would like.
        if (value === UNASSIGNED || (role === "server" && address !== undefined)) {
          if (address !== undefined) this.#asked.set(type, address);
        } else this.#asked.set(type, value);
      } else if (this.#asked.has(type)) this.#asked.set(type, value);
    }
  }

  rejected(options: readonly ReceivedOption[]): undefined {
    for (const { type } of options) {
      this.#refused.add(type);
      this.#asked.delete(type);
      if (type === COMPRESSION.type) this.#askVj = false;
    }
  }

  judge({ type, value }: ReceivedOption): Judgement {
    if (type === ADDRESS.type) return this.#judgeAddress(value);
    const server = this.#policy.servers.get(type);
    if (server === undefined) return "reject";
    return value === server ? "acknowledge" : { nak: addressOption(type, server) };
  }

  missing(present: ReadonlySet<number>): readonly Uint8Array[] {
    const lease = present.has(ADDRESS.type) ? undefined : this.#assign();
    return lease === undefined ? [] : [addressOption(ADDRESS.type, lease)];
  }

  acknowledged(options: readonly ReceivedOption[]): void {
    const address = options.find(({ type }) => type === ADDRESS.type);
    this.#remote = typeof address?.value === "string" ? address.value : UNASSIGNED;
    if (!address) this.#release();
  }

  /** RFC 1332 §2: codes 1 to 7 and no others. */
  extended(): undefined {
    return undefined;
  }

  echo(): void {
    // IPCP has no code for it.
  }

  codeRejected(): void {
    // Nor do we send any beyond the seven.
  }

  /** RFC 1661 §3.7: the end of an NCP is no reason to end the link. */
  failed(why: string, now: number): void {
    this.note(why);
    this.negotiator.abandon(now);
  }

  thisLayerUp(): void {
    const dns = [PRIMARY_DNS.type, SECONDARY_DNS.type].map((type) => this.#asked.get(type) ?? UNASSIGNED);
    this.#host.up({
      // A server whose address the peer would not hear of still has it.
      local: this.#asked.get(ADDRESS.type) ?? this.#policy.address ?? UNASSIGNED,
      remote: this.#remote,
      dns: dns.filter((address) => address !== UNASSIGNED),
    });
  }

  thisLayerDown(): void {
    this.#host.down();
  }

  thisLayerFinished(event: Event): void {
    this.note(`finished by ${event}`);
    this.#release();
  }

  #judgeAddress(value: unknown): Judgement {
    if (!this.#policy.assign) {
      // Any address suits us, but we have none to give.
      return typeof value === "string" && value !== UNASSIGNED ? "acknowledge" : "reject";
    }
    const lease = this.#assign();
    if (lease === undefined) return "reject";
    return value === lease ? "acknowledge" : { nak: addressOption(ADDRESS.type, lease) };
  }

  /** One address a peer, taken when it is first needed. */
  #assign(): string | undefined {
    this.#lease ??= this.#policy.assign?.(this.#user);
    return this.#lease;
  }

  #release(): void {
    if (this.#lease === undefined) return;
    this.#policy.release(this.#lease);
    this.#lease = undefined;
  }
}

function addressOption(type: number, value: string): Uint8Array {
  return encodeIpcpOption({ type: type === ADDRESS.type ? "address" : SERVERS[type as ServerType], value });
}
