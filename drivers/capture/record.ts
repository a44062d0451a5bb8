import type { LinkType } from "#wire/packet";

/** One packet as a capture file holds it. */
export interface RawRecord {
  /** Nanoseconds since the Unix epoch; 0 where the file has no stamp (a Simple Packet Block). */
  readonly tNs: bigint;
  readonly linkType: LinkType;
  /** The number in the file (the tcpdump.org LINKTYPE registry), for types that have no name here too. */
  readonly linkTypeNumber: number;
  /** What was captured: a view into the chunk that was read, so copy it before keeping few packets of many. */
  readonly octets: Uint8Array;
  /** Octets on the wire; more than `octets.length` where the capture cut the packet off. */
  readonly originalLength: number;
  readonly interfaceName?: string | undefined;
  readonly interfaceDescription?: string | undefined;
  readonly direction?: "in" | "out" | undefined;
  readonly comment?: string | undefined;
}

export type RecordSink = (record: RawRecord) => void;

/** A chunk may end anywhere; the parser keeps what belongs to a record that is not whole yet. */
export interface ChunkParser {
  /** Hands each record that is now whole to the sink, then throws a CaptureError if what follows cannot be read. */
  push(chunk: Uint8Array): void;
  /** The file ends here. Throws a CaptureError if it ends inside a record. */
  end(): void;
}

/** The capture file is not what it claims to be: which octet of the file, what should stand there, what does. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly code = "capture";
  readonly offset: number;
  readonly expected: string;
  readonly found: string;

  constructor(offset: number, expected: string, found: string) {
    super(`capture file, octet ${offset}: expected ${expected}, found ${found}`);
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }
}

const LINK_TYPES: Readonly<Record<number, LinkType>> = {
  0: "null",
  1: "ethernet",
  9: "ppp",
  12: "ipv4",
  14: "ipv4",
  50: "ppp-hdlc",
  101: "ipv4",
  108: "null",
  113: "linux-sll",
  228: "ipv4",
  276: "linux-sll2",
};

/** The number that a file gets for each link type; 147 is the first of those set apart for private use. */
export const LINK_TYPE_NUMBERS: Readonly<Record<LinkType, number>> = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  "ppp-hdlc": 50,
  ipv4: 228,
  "linux-sll": 113,
  "linux-sll2": 276,
  other: 147,
};

/** The link type that a LINKTYPE number stands for; "other" for one whose packets are kept but not dissected. */
export function linkTypeOf(number: number): LinkType {
  return LINK_TYPES[number] ?? "other";
}
