import { textOf } from "#wire/octets";
import { OctetQueue } from "./octet-queue.ts";
import { CaptureError, linkTypeOf, type ChunkParser, type RecordSink } from "./record.ts";

/** Block types and option codes of draft-ietf-opsawg-pcapng that are read or written here; other blocks are skipped. */
export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interface: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  packet: 6,
} as const;
export const OPTION = {
  end: 0,
  comment: 1,
  packetFlags: 2,
  interfaceName: 2,
  interfaceDescription: 3,
  userApplication: 4,
  timeResolution: 9,
  timeOffset: 14,
} as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Type and total length in front, total length again behind. */
const BLOCK_FRAME = 12;
/** Where a longer block is met, the reader is no longer at a block: the limit that libpcap and Wireshark keep. */
const LONGEST_BLOCK = 16 * 1024 * 1024;
const NS_PER_SECOND = 1_000_000_000n;

/** The two lowest bits of a packet's flags. */
const DIRECTIONS = [undefined, "in", "out", undefined] as const;

interface Interface {
  readonly linkTypeNumber: number;
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: bigint;
}

interface Option {
  readonly code: number;
  readonly at: number;
  readonly length: number;
  /** Where the next option begins. */
  readonly next: number;
}

export class PcapngParser implements ChunkParser {
  readonly #queue = new OctetQueue();
  readonly #sink: RecordSink;
  #littleEndian = false;
  #interfaces: Interface[] = [];

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    if (!this.#queue.push(chunk)) return;
    while (this.#block());
  }

  end(): void {
    const { left, offset } = this.#queue;
    if (left > 0) throw new CaptureError(offset, "a whole block", `the end of the file after ${left} octets of it`);
  }

  #block(): boolean {
    const queue = this.#queue;
    if (!queue.need(BLOCK_FRAME)) return false;
    const start = queue.at;
    const type = queue.view.getUint32(start, true);
    // The type of a section header reads the same in both byte orders, so it may say which one follows.
    if (type === BLOCK.sectionHeader) this.#beginSection(start);
    const length = this.#u32(start + 4);
    if (length < BLOCK_FRAME || length % 4 !== 0 || length > LONGEST_BLOCK) {
      const expected = `a block length from ${BLOCK_FRAME} to ${LONGEST_BLOCK}, a multiple of 4`;
      throw new CaptureError(queue.offset + 4, expected, String(length));
    }
    if (!queue.need(length)) return false;
    const again = this.#u32(start + length - 4);
    if (again !== length) {
      throw new CaptureError(queue.offset + length - 4, `the block's length, ${length}, again`, String(again));
    }
    this.#body(type === BLOCK.sectionHeader ? type : this.#u32(start), start + 8, start + length - 4);
    queue.at = start + length;
    return true;
  }

  #beginSection(start: number): void {
    const { view, offset } = this.#queue;
    const magic = view.getUint32(start + 8, true);
    if (magic === BYTE_ORDER_MAGIC) this.#littleEndian = true;
    else if (view.getUint32(start + 8, false) === BYTE_ORDER_MAGIC) this.#littleEndian = false;
    else throw new CaptureError(offset + 8, "the byte-order magic 1a2b3c4d", magic.toString(16).padStart(8, "0"));
    this.#interfaces = [];
  }

  #body(type: number, at: number, end: number): void {
    switch (type) {
      case BLOCK.sectionHeader: {
        this.#room(at, end, 16);
        const major = this.#u16(at + 4);
        if (major !== 1) throw new CaptureError(this.#fileOffset(at + 4), "pcapng version 1", `version ${major}`);
        return;
      }
      case BLOCK.interface:
        this.#room(at, end, 8);
        this.#interfaces.push(this.#interface(at, end));
        return;
      case BLOCK.packet:
        this.#room(at, end, 20);
        this.#packet(at, end, this.#u32(at));
        return;
      case BLOCK.obsoletePacket:
        this.#room(at, end, 20);
        // Drops takes half of the interface's place; all that follows lies as in the Enhanced Packet Block.
        this.#packet(at, end, this.#u16(at));
        return;
      case BLOCK.simplePacket:
        this.#room(at, end, 4);
        this.#simplePacket(at, end);
        return;
      default:
        return;
    }
  }

  #interface(at: number, end: number): Interface {
    let name: string | undefined;
    let description: string | undefined;
    let unitsPerSecond = 1_000_000n;
    let offsetSeconds = 0n;
    let option = this.#optionAt(at + 8, end);
    for (; option !== undefined; option = this.#optionAt(option.next, end)) {
      if (option.code === OPTION.interfaceName) name = this.#text(option);
      else if (option.code === OPTION.interfaceDescription) description = this.#text(option);
      else if (option.code === OPTION.timeResolution && option.length >= 1) {
        const resolution = this.#queue.octets[option.at]!;
        const base = resolution & 0x80 ? 2n : 10n;
        unitsPerSecond = base ** BigInt(resolution & 0x7f);
      } else if (option.code === OPTION.timeOffset && option.length >= 8) {
        offsetSeconds = this.#queue.view.getBigInt64(option.at, this.#littleEndian);
      }
    }
    const snapLength = this.#u32(at + 4);
    return { linkTypeNumber: this.#u16(at), snapLength, name, description, unitsPerSecond, offsetSeconds };
  }

  #packet(at: number, end: number, interfaceId: number): void {
    const from = this.#interfaces[interfaceId];
    if (from === undefined) this.#noInterface(at, interfaceId);
    const captured = this.#u32(at + 12);
    const dataAt = at + 20;
    if (captured > end - dataAt) {
      throw new CaptureError(this.#fileOffset(at + 12), `a captured length of at most ${end - dataAt}`, `${captured}`);
    }
    let direction: "in" | "out" | undefined;
    let comment: string | undefined;
    let option = this.#optionAt(dataAt + padded(captured), end);
    for (; option !== undefined; option = this.#optionAt(option.next, end)) {
      if (option.code === OPTION.comment) comment ??= this.#text(option);
      else if (option.code === OPTION.packetFlags && option.length >= 4)
        direction = DIRECTIONS[this.#u32(option.at) & 3];
    }
    this.#sink({
      tNs: toNs(this.#u32(at + 4), this.#u32(at + 8), from),
      linkType: linkTypeOf(from.linkTypeNumber),
      linkTypeNumber: from.linkTypeNumber,
      octets: this.#queue.slice(dataAt, captured),
      originalLength: this.#u32(at + 16),
      interfaceName: from.name,
      interfaceDescription: from.description,
      direction,
      comment,
    });
  }

  /** A Simple Packet Block has neither stamp nor interface: it is the first interface's, cut at its snap length. */
  #simplePacket(at: number, end: number): void {
    const from = this.#interfaces[0];
    if (from === undefined) this.#noInterface(at, 0);
    const originalLength = this.#u32(at);
    const dataAt = at + 4;
    const captured = Math.min(originalLength, end - dataAt, from.snapLength || Infinity);
    this.#sink({
      tNs: 0n,
      linkType: linkTypeOf(from.linkTypeNumber),
      linkTypeNumber: from.linkTypeNumber,
      octets: this.#queue.slice(dataAt, captured),
      originalLength,
      interfaceName: from.name,
      interfaceDescription: from.description,
      direction: undefined,
      comment: undefined,
    });
  }

  /** The option at `at`, or undefined where the list ends there. */
  #optionAt(at: number, end: number): Option | undefined {
    if (at + 4 > end) return undefined;
    const code = this.#u16(at);
    if (code === OPTION.end) return undefined;
    const length = this.#u16(at + 2);
    if (at + 4 + length > end) {
      throw new CaptureError(this.#fileOffset(at + 2), `an option of at most ${end - at - 4} octets`, String(length));
    }
    return { code, at: at + 4, length, next: at + 4 + padded(length) };
  }

  #room(at: number, end: number, needed: number): void {
    if (end - at < needed) {
      throw new CaptureError(this.#fileOffset(at), `a block body of at least ${needed} octets`, `${end - at}`);
    }
  }

  #noInterface(at: number, id: number): never {
    const known = this.#interfaces.length;
    throw new CaptureError(this.#fileOffset(at), `an interface below ${known} (that many are described)`, String(id));
  }

  #text(option: Option): string {
    return textOf(this.#queue.octets, option.at, option.at + option.length);
  }

  #fileOffset(at: number): number {
    return this.#queue.offset + at - this.#queue.at;
  }

  #u16(at: number): number {
    return this.#queue.view.getUint16(at, this.#littleEndian);
  }

  #u32(at: number): number {
    return this.#queue.view.getUint32(at, this.#littleEndian);
  }
}

function toNs(high: number, low: number, { unitsPerSecond, offsetSeconds }: Interface): bigint {
  const units = (BigInt(high) << 32n) | BigInt(low);
  const ns = unitsPerSecond === NS_PER_SECOND ? units : (units * NS_PER_SECOND) / unitsPerSecond;
  return offsetSeconds === 0n ? ns : ns + offsetSeconds * NS_PER_SECOND;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
