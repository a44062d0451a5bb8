import { OctetQueue } from "./octet-queue.ts";
import { CaptureError, linkTypeOf, type ChunkParser, type RawRecord, type RecordSink } from "./record.ts";

/** The classic format (draft-ietf-opsawg-pcap): a file header of 24 octets, then 16 octets and the packet, each. */
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** libpcap's own limit; a longer packet means that the reader is no longer at a record. */
const MOST_CAPTURED = 262_144;

interface Format {
  readonly littleEndian: boolean;
  /** How many nanoseconds one unit of a stamp's second half is worth. */
  readonly unitNs: number;
}

/** What the magic number says, or undefined if it is not one of pcap's. */
export function pcapFormat(head: Uint8Array): Format | undefined {
  const magic = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const littleEndian of [true, false]) {
    if (magic.getUint32(0, littleEndian) === 0xa1b2c3d4) return { littleEndian, unitNs: 1000 };
    if (magic.getUint32(0, littleEndian) === 0xa1b23c4d) return { littleEndian, unitNs: 1 };
  }
  return undefined;
}

export class PcapParser implements ChunkParser {
  readonly #queue = new OctetQueue();
  readonly #sink: RecordSink;
  #format: Format | undefined;
  #linkTypeNumber = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    if (!this.#queue.push(chunk)) return;
    if (this.#format === undefined && !this.#fileHeader()) return;
    while (this.#record());
  }

  end(): void {
    const { left, offset } = this.#queue;
    if (this.#format === undefined) {
      throw new CaptureError(
        offset,
        `a pcap file header of ${FILE_HEADER} octets`,
        `the end of the file after ${left}`,
      );
    }
    if (left === 0) return;
    const needed = left < RECORD_HEADER ? RECORD_HEADER : RECORD_HEADER + this.#captured();
    throw new CaptureError(offset, `a packet record of ${needed} octets`, `the end of the file after ${left}`);
  }

  #fileHeader(): boolean {
    const queue = this.#queue;
    if (!queue.need(FILE_HEADER)) return false;
    const format = pcapFormat(queue.octets.subarray(queue.at, queue.at + 4));
    if (format === undefined) throw new CaptureError(queue.offset, "a pcap magic number", "another");
    const major = queue.view.getUint16(queue.at + 4, format.littleEndian);
    if (major !== 2) throw new CaptureError(queue.offset + 4, "pcap version 2", `version ${major}`);
    // The upper bits say how long the frame check sequence is, not what the link is.
    this.#linkTypeNumber = queue.view.getUint32(queue.at + 20, format.littleEndian) & 0xffff;
    this.#format = format;
    queue.at += FILE_HEADER;
    return true;
  }

  #captured(): number {
    return this.#queue.view.getUint32(this.#queue.at + 8, this.#format!.littleEndian);
  }

  #record(): boolean {
    const queue = this.#queue;
    if (!queue.need(RECORD_HEADER)) return false;
    const { view, at } = queue;
    const { littleEndian, unitNs } = this.#format!;
    const captured = this.#captured();
    if (captured > MOST_CAPTURED) {
      throw new CaptureError(queue.offset + 8, `a captured length of at most ${MOST_CAPTURED}`, String(captured));
    }
    if (!queue.need(RECORD_HEADER + captured)) return false;
    const start = at + RECORD_HEADER;
    this.#sink({
      tNs:
        BigInt(view.getUint32(at, littleEndian)) * 1_000_000_000n +
        BigInt(view.getUint32(at + 4, littleEndian) * unitNs),
      linkType: linkTypeOf(this.#linkTypeNumber),
      linkTypeNumber: this.#linkTypeNumber,
      octets: queue.slice(start, captured),
      originalLength: view.getUint32(at + 12, littleEndian),
      interfaceName: undefined,
      interfaceDescription: undefined,
      direction: undefined,
      comment: undefined,
    } satisfies RawRecord);
    queue.at = start + captured;
    return true;
  }
}
