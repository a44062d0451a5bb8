/** Out of whatever a capture holds: the UDP datagrams that may be L2TP, whole, each once, in the order of time. Pure. */
import { ipv4At, ipv6At, type LinkType } from "#wire/linklayer";
import { Ipv4Reassembly } from "#wire/ip/fragments";
import { IP_PROTOCOLS } from "#wire/ip/ipv4";
import { dissect, L2TP_PORT } from "#wire/packet";
import { CopyFilter } from "./copies.ts";
import type { RawRecord } from "./record.ts";

/** A UDP datagram, or the first fragment of one whose others are missing. */
export interface Datagram {
  /** Number of its record in the file, from 1; of several fragments that of the last. */
  readonly no: number;
  readonly tNs: bigint;
  readonly linkType: LinkType;
  /** A copy. Of fragments: the datagram that they make, without a link header. */
  readonly octets: Uint8Array;
}

/** What a first reading has shown, so that the next ones can go by it. */
export interface Foresight {
  /** UDP ports that carry L2TP besides 1701. */
  readonly ports: ReadonlySet<number>;
  /** Numbers of first fragments that never become whole: they are handed over as they are. */
  readonly incomplete: ReadonlySet<number>;
  /** By how much a stamp goes back behind one before it. */
  readonly disorderNs: bigint;
}

export const NO_FORESIGHT: Foresight = { ports: new Set(), incomplete: new Set(), disorderNs: 0n };

/** What was met in a file. */
export interface Met {
  /** Records. */
  frames: number;
  /** Of them with fewer octets than the packet had. */
  cut: number;
  /** Datagrams that were put together from fragments, and the fragments. */
  reassembled: number;
  fragments: number;
  /** Records of what was seen before, at another interface or in another direction. */
  copies: number;
  /** UDP to or from port 1701 over IPv6. */
  ipv6: number;
  /** Records of a link type that is not read, by its LINKTYPE number. */
  readonly unread: Map<number, number>;
  /** The clock went back so far that it must have been set. */
  clockSteps: number;
}

/** Interfaces of one machine are out of step by less; a clock that goes back further was set, or another file follows. */
const MOST_DISORDER_NS = 5_000_000_000n;

/** Takes the records of a file in order. What it hands over is a copy. */
export class Datagrams {
  readonly met: Met = {
    ...{ frames: 0, cut: 0, reassembled: 0, fragments: 0, copies: 0, ipv6: 0, clockSteps: 0 },
    unread: new Map<number, number>(),
  };
  /** What is known once all has been read. */
  readonly incomplete = new Set<number>();
  disorderNs = 0n;
  readonly #sink: (datagram: Datagram) => void;
  readonly #step: () => void;
  readonly #other: ((record: RawRecord, ipAt: number, no: number) => void) | undefined;
  readonly #foresight: Foresight;
  readonly #fragments = new Ipv4Reassembly();
  readonly #firsts = new Map<string, number>();
  readonly #copies = new CopyFilter();
  #held: Datagram[] = [];
  #latest: bigint | undefined;

  /** `step` is called where the clock was set back; `other` gets each UDP datagram of ports that are not L2TP's. */
  constructor(
    sink: (datagram: Datagram) => void,
    foresight: Foresight = NO_FORESIGHT,
    on: { readonly step?: () => void; readonly other?: (record: RawRecord, ipAt: number, no: number) => void } = {},
  ) {
    this.#sink = sink;
    this.#foresight = foresight;
    this.#step = on.step ?? ((): void => undefined);
    this.#other = on.other;
  }

  take(record: RawRecord): void {
    const { met } = this;
    const no = ++met.frames;
    const { linkType, octets, originalLength } = record;
    if (octets.length < originalLength) met.cut++;
    if (linkType === "ppp" || linkType === "ppp-hdlc") {
      this.#behindPpp(record, no);
      return;
    }
    const at = ipv4At(octets, linkType);
    if (at !== undefined) this.#ipv4(record, at, no);
    else if (linkType === "other")
      met.unread.set(record.linkTypeNumber, (met.unread.get(record.linkTypeNumber) ?? 0) + 1);
    else if (isL2tpOverIpv6(octets, ipv6At(octets, linkType))) met.ipv6++;
  }

  /** Hands over what was held back. */
  end(): void {
    this.#release(undefined);
    for (const no of this.#firsts.values()) this.incomplete.add(no);
  }

  /** A line that PPP itself runs on: what it carries begins behind its header. */
  #behindPpp(record: RawRecord, no: number): void {
    const { octets, linkType } = record;
    const at = dissect(octets, linkType).inner?.ip?.at;
    if (at === undefined) return;
    this.#ipv4({ ...record, linkType: "ipv4", octets: octets.subarray(at) }, 0, no);
  }

  #ipv4(record: RawRecord, at: number, no: number): void {
    const { octets, tNs, linkType } = record;
    if (octets.length < at + 20 || octets[at + 9] !== IP_PROTOCOLS.UDP) return;
    const flags = (octets[at + 6]! << 8) | octets[at + 7]!;
    if ((flags & 0x3fff) !== 0) {
      this.#fragment(record, at, no, (flags & 0x1fff) === 0);
      return;
    }
    if (!this.#isL2tp(octets, at)) this.#other?.(record, at, no);
    else if (this.#copies.isCopy(record, at)) this.met.copies++;
    else this.#put({ no, tNs, linkType, octets: octets.slice() });
  }

  #fragment(record: RawRecord, at: number, no: number, isFirst: boolean): void {
    const { octets, tNs, linkType } = record;
    // A copy of the last fragment would wait for another datagram of that Identification, and become its end.
    if (this.#copies.isCopy(record, at)) {
      this.met.copies++;
      return;
    }
    // The next fragments bear no ports: only those behind a first one that is L2TP are of interest.
    const key = fragmentKey(octets, at);
    if (isFirst && this.#isL2tp(octets, at)) {
      if (this.#foresight.incomplete.has(no)) {
        this.#put({ no, tNs, linkType, octets: octets.slice() });
        return;
      }
      const before = this.#firsts.get(key);
      if (before !== undefined) this.incomplete.add(before);
      this.#firsts.set(key, no);
    }
    const whole = this.#fragments.add(octets, Number(tNs / 1_000_000n), at);
    if (whole === undefined || !this.#isL2tp(whole.octets, 0)) return;
    this.#firsts.delete(key);
    if (this.#copies.isCopy({ ...record, octets: whole.octets, linkType: "ipv4" }, 0)) {
      this.met.copies += whole.fragments;
      return;
    }
    this.met.reassembled++;
    this.met.fragments += whole.fragments;
    this.#put({ no, tNs, linkType: "ipv4", octets: whole.octets });
  }

  #isL2tp(octets: Uint8Array, at: number): boolean {
    const udpAt = at + (octets[at]! & 0x0f) * 4;
    if (octets.length < udpAt + 4) return false;
    const src = (octets[udpAt]! << 8) | octets[udpAt + 1]!;
    const dst = (octets[udpAt + 2]! << 8) | octets[udpAt + 3]!;
    if (src === L2TP_PORT || dst === L2TP_PORT) return true;
    const { ports } = this.#foresight;
    return ports.size > 0 && (ports.has(src) || ports.has(dst));
  }

  /** Interfaces that were recorded side by side are not in order; what is late comes in its place where that is foreseen. */
  #put(datagram: Datagram): void {
    const back = (this.#latest ?? datagram.tNs) - datagram.tNs;
    if (back > MOST_DISORDER_NS) {
      this.met.clockSteps++;
      this.#release(undefined);
      this.#latest = datagram.tNs;
      this.#step();
    } else if (back > this.disorderNs) this.disorderNs = back;
    if (this.#latest === undefined || datagram.tNs > this.#latest) this.#latest = datagram.tNs;
    if (this.#foresight.disorderNs === 0n) {
      this.#sink(datagram);
      return;
    }
    let at = this.#held.length;
    while (at > 0 && this.#held[at - 1]!.tNs > datagram.tNs) at--;
    this.#held.splice(at, 0, datagram);
    this.#release(this.#latest - this.#foresight.disorderNs);
  }

  /** Up to this time; all without one. */
  #release(until: bigint | undefined): void {
    const next = until === undefined ? -1 : this.#held.findIndex((d) => d.tNs > until);
    const ready = this.#held.splice(0, next < 0 ? this.#held.length : next);
    for (const datagram of ready) this.#sink(datagram);
  }
}

/** Addresses, protocol and Identification: what fragments of one datagram share (RFC 791 §3.2). */
function fragmentKey(octets: Uint8Array, at: number): string {
  return `${octets.subarray(at + 12, at + 20).join(".")}/${octets[at + 4]}.${octets[at + 5]}`;
}

function isL2tpOverIpv6(octets: Uint8Array, at: number | undefined): boolean {
  if (at === undefined || octets.length < at + 44 || octets[at + 6] !== IP_PROTOCOLS.UDP) return false;
  const port = (i: number): number => (octets[at + 40 + i]! << 8) | octets[at + 41 + i]!;
  return port(0) === L2TP_PORT || port(2) === L2TP_PORT;
}
