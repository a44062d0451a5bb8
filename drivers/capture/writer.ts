import { concat, ofText } from "#wire/octets";
import type { LinkType } from "#wire/packet";
import { BLOCK, BYTE_ORDER_MAGIC, OPTION } from "./pcapng.ts";
import { LINK_TYPE_NUMBERS } from "./record.ts";

const NS_EXPONENT = 9;
const DIRECTION_BITS = { in: 1, out: 2 } as const;

export interface InterfaceDescription {
  readonly name: string;
  readonly description?: string | undefined;
  readonly linkType: LinkType;
}

export interface PacketToWrite {
  /** What `interface` returned. */
  readonly interfaceId: number;
  readonly tNs: bigint;
  readonly octets: Uint8Array;
  /** Octets on the wire, where the capture has fewer. */
  readonly originalLength?: number;
  readonly direction?: "in" | "out" | undefined;
  readonly comment?: string | undefined;
}

/** Makes the blocks of a pcapng file, little-endian, stamps in nanoseconds. Pure: blocks go to `write` in file order. */
export class PcapngWriter {
  readonly #write: (block: Uint8Array) => void;
  #interfaces = 0;

  /** Writes the section header at once. */
  constructor(write: (block: Uint8Array) => void, application = "l2tpspec") {
    this.#write = write;
    const body = new Uint8Array(16);
    const view = new DataView(body.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    view.setUint16(6, 0, true);
    // The section's length is not known before it is written: -1 says so.
    view.setBigInt64(8, -1n, true);
    this.#block(BLOCK.sectionHeader, body, options([OPTION.userApplication, ofText(application)]));
  }

  /** Describes an interface; its number is what its packets bear. */
  interface({ name, description, linkType }: InterfaceDescription): number {
    const body = new Uint8Array(8);
    new DataView(body.buffer).setUint16(0, LINK_TYPE_NUMBERS[linkType], true);
    const described = options(
      [OPTION.interfaceName, ofText(name)],
      description !== undefined && [OPTION.interfaceDescription, ofText(description)],
      [OPTION.timeResolution, Uint8Array.of(NS_EXPONENT)],
    );
    this.#block(BLOCK.interface, body, described);
    return this.#interfaces++;
  }

  /** Throws a RangeError for an interface that was not described. */
  packet({ interfaceId, tNs, octets, originalLength, direction, comment }: PacketToWrite): void {
    if (interfaceId >= this.#interfaces) throw new RangeError(`interface ${interfaceId} was not described`);
    const body = new Uint8Array(20 + padded(octets.length));
    const view = new DataView(body.buffer);
    view.setUint32(0, interfaceId, true);
    view.setUint32(4, Number(BigInt.asUintN(32, tNs >> 32n)), true);
    view.setUint32(8, Number(BigInt.asUintN(32, tNs)), true);
    view.setUint32(12, octets.length, true);
    view.setUint32(16, originalLength ?? octets.length, true);
    body.set(octets, 20);
    const told = options(
      comment !== undefined && [OPTION.comment, ofText(comment)],
      direction !== undefined && [OPTION.packetFlags, Uint8Array.of(DIRECTION_BITS[direction], 0, 0, 0)],
    );
    this.#block(BLOCK.packet, body, told);
  }

  #block(type: number, body: Uint8Array, opts: Uint8Array): void {
    const length = 12 + body.length + opts.length;
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
    block.set(body, 8);
    block.set(opts, 8 + body.length);
    view.setUint32(length - 4, length, true);
    this.#write(block);
  }
}

type OptionToWrite = readonly [code: number, value: Uint8Array];

/** The options and their end mark, each padded to four octets; nothing where there is none. */
function options(...list: readonly (OptionToWrite | false)[]): Uint8Array {
  const parts = list.filter((option) => option !== false).map(([code, value]) => option(code, value));
  return parts.length === 0 ? new Uint8Array(0) : concat(...parts, option(OPTION.end, new Uint8Array(0)));
}

function option(code: number, value: Uint8Array): Uint8Array {
  // The length has 16 bits; a comment beyond that is cut, never written as another length than it has.
  const kept = value.subarray(0, 0xffff);
  const octets = new Uint8Array(4 + padded(kept.length));
  const view = new DataView(octets.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, kept.length, true);
  octets.set(kept, 4);
  return octets;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
