/**
 * One packet that a capture shows twice: at two interfaces, on its way in and out of a bridge, or mirrored in both directions.
 * Whoever sent it sent it once.
 */
import type { RawRecord } from "./record.ts";

/** A sender that repeats a message waits longer, whatever it gets wrong (RFC 2661 §5.8 has the first repeat after 1 s). */
const SOON_NS = 20_000_000n;
/** Without an Identification a packet at the same interface is another one, unless it follows at once. */
const AT_ONCE_NS = 1_000_000n;
const REMEMBERED = 512;

interface Remembered {
  readonly tNs: bigint;
  /** What was in front of the IP header, and where it was seen. */
  readonly place: string;
  /** The datagram from its IP header on. */
  readonly ip: Uint8Array;
}

/** Remembers the datagrams of the last moments. */
export class CopyFilter {
  #recent: Remembered[] = [];

  /** Whether the datagram at `at` was just seen already. Remembers it, if not. */
  isCopy(record: Pick<RawRecord, "tNs" | "octets" | "interfaceName" | "linkType">, at: number): boolean {
    const { tNs, octets, interfaceName, linkType } = record;
    const end = Math.min(octets.length, at + ((octets[at + 2]! << 8) | octets[at + 3]!));
    const ip = octets.subarray(at, end);
    const place = `${interfaceName ?? ""} ${linkType} ${octets.subarray(0, at).join(".")}`;
    const identified = ip[4] !== 0 || ip[5] !== 0;
    for (let i = this.#recent.length - 1; i >= 0; i--) {
      const before = this.#recent[i]!;
      const gap = tNs - before.tNs;
      if (gap > SOON_NS) break;
      if (!sameDatagram(before.ip, ip)) continue;
      if (identified || before.place !== place || (gap < AT_ONCE_NS && gap > -AT_ONCE_NS)) return true;
    }
    if (this.#recent.length >= REMEMBERED) this.#recent = this.#recent.slice(REMEMBERED / 2);
    this.#recent.push({ tNs, place, ip: ip.slice() });
    return false;
  }
}

/** But for what a router changes on the way: Type of Service, Time to Live, Header Checksum (RFC 1812 §5.3.1). */
function sameDatagram(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && i !== 1 && i !== 8 && i !== 10 && i !== 11) return false;
  return true;
}
