import { captureRecords } from "#capture/file";
import { type Field, type FieldValue, fieldsOf } from "#wire/fields";
import { dissect, type Packet } from "#wire/packet";
import { comparable, pairsOf } from "./correspondence.ts";
import { explanationOf } from "./known-differences.ts";
import { type TsharkFrame, type TsharkLayer, tsharkFrames, type TsharkOptions } from "./tshark.ts";

/** A value on which our decoder and tshark do not agree, or that only one of them sees. */
export interface Difference {
  /** Number in the capture file, from 1. */
  readonly frame: number;
  /** Our path of the value, or `l2tp` where only one of the two takes the frame for L2TP. */
  readonly path: string;
  /** Offset in the captured octets. */
  readonly at: number;
  /** Undefined: we do not see it. */
  readonly ours: FieldValue | undefined;
  /** Undefined: tshark does not see it. */
  readonly theirs: FieldValue | undefined;
}

export interface ExplainedDifference extends Difference {
  /** Why the two may differ here without either of them misleading a verdict. */
  readonly reason: string;
}

export interface Comparison {
  /** Frames in which both see L2TP or PPP. */
  readonly frames: number;
  /** Values laid side by side in them. */
  readonly values: number;
  readonly differences: readonly Difference[];
  readonly explained: readonly ExplainedDifference[];
}

export interface CompareOptions {
  /** UDP ports that carry L2TP besides 1701. */
  readonly l2tpPorts?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
}

/**
 * Decodes a capture file with our decoder and with tshark and lays the values side by side: L2TP header, AVPs, PPP headers
 * and options. Neither gets a secret, so that hidden values are compared as they came. One frame is held at a time.
 */
export async function compareCapture(file: string, options: CompareOptions = {}): Promise<Comparison> {
  const total = { frames: 0, values: 0, differences: [] as Difference[], explained: [] as ExplainedDifference[] };
  const theirs = await Lookahead.of(tsharkFrames(file, tsharkOptions(options)));
  try {
    let no = 0;
    for (const { octets, linkType } of captureRecords(file)) {
      no += 1;
      const packet = dissect(octets, linkType, options.l2tpPorts && { l2tpPorts: options.l2tpPorts });
      const frame = theirs.head?.no === no ? theirs.head : undefined;
      if (frame !== undefined) await theirs.next();
      const { values, differences } = compareFrame(no, packet, frame);
      if (values > 0) total.frames += 1;
      total.values += values;
      for (const difference of differences) {
        const reason = explanationOf(difference, packet, frame);
        if (reason === undefined) total.differences.push(difference);
        else total.explained.push({ ...difference, reason });
      }
    }
  } finally {
    await theirs.return();
  }
  return total;
}

/** Lays one frame's values side by side; `theirs` is undefined where tshark sees neither L2TP nor PPP. */
export function compareFrame(
  no: number,
  packet: Packet,
  theirs: TsharkFrame | undefined,
): { readonly values: number; readonly differences: readonly Difference[] } {
  const differences: Difference[] = [];
  const layers = outermost(theirs?.layers ?? []);
  const difference = (path: string, at: number, ours?: FieldValue, other?: FieldValue): void => {
    differences.push({ frame: no, path, at, ours, theirs: other });
  };
  const theirL2tp = layers.find((layer) => layer.protocol === "l2tp");
  const ourL2tp = packet.l2tp;
  if ((theirL2tp === undefined) !== (ourL2tp === undefined)) {
    const at = ourL2tp?.header.at ?? theirL2tp?.at ?? 0;
    difference("l2tp", at, ourL2tp !== undefined, theirL2tp !== undefined);
    return { values: 0, differences };
  }
  // PPP is ours to read in L2TP and in a capture of PPP itself; PPPoE and PPTP are passed over.
  if (ourL2tp === undefined && packet.ppp === undefined) return { values: 0, differences };
  const own = fieldsOf(packet).flatMap((field): OwnField[] => {
    const path = comparable(field.path);
    return path === undefined ? [] : [{ field, path, seen: false }];
  });
  let values = 0;
  for (const layer of layers) {
    for (const field of layer.fields) {
      for (const pair of pairsOf(field.name, layer.protocol)) {
        const found = own.find((candidate) => candidate.path === pair.path && overlap(candidate.field, field));
        const read = pair.theirs(field);
        values += 1;
        if (found === undefined) {
          difference(pair.path, field.at, undefined, read);
          continue;
        }
        found.seen = true;
        const ours = pair.ours(found.field.value);
        if (ours !== read) difference(found.field.path, field.at, ours, read);
      }
    }
  }
  for (const { field, path, seen } of own) {
    if (!seen && shownByTshark(field, path)) difference(field.path, field.at, field.value, undefined);
  }
  return { values, differences };
}

interface OwnField {
  readonly field: Field;
  readonly path: string;
  seen: boolean;
}

function overlap(ours: Field, theirs: { readonly at: number; readonly length: number }): boolean {
  return ours.at < theirs.at + Math.max(theirs.length, 1) && theirs.at < ours.at + Math.max(ours.length, 1);
}

/** tshark has no field for what is absent or empty, nor for the parts of an option that it does not know. */
function shownByTshark(field: Field, path: string): boolean {
  if (path === "ppp.addressControl" && field.value === false) return false;
  return field.length > 0 && !/\.option\.\d/.test(field.path);
}

/** The layers of the packet itself: not those inside the IP packet that PPP carries, nor the packet that an ICMP error quotes. */
function outermost(all: readonly TsharkLayer[]): readonly TsharkLayer[] {
  // PPPoE and its PPP are the link, as Ethernet is: what they carry is the packet.
  const link = all.findIndex((layer) => layer.protocol === "pppoes");
  const layers = link < 0 ? all : all.slice(link + 2);
  const ppp = layers.findIndex((layer) => layer.protocol === "ppp");
  const end = layers.findIndex(
    ({ protocol }, index) => protocol === "icmp" || (protocol === "ip" && ppp >= 0 && index > ppp),
  );
  return end < 0 ? layers : layers.slice(0, end);
}

function tsharkOptions({ l2tpPorts, signal }: CompareOptions): TsharkOptions {
  return { ...(l2tpPorts && { l2tpPorts }), ...(signal && { signal }) };
}

/** An asynchronous sequence whose next element can be looked at before it is taken. */
class Lookahead<T> {
  head: T | undefined;
  readonly #source: AsyncGenerator<T, void>;

  private constructor(source: AsyncGenerator<T, void>) {
    this.#source = source;
  }

  static async of<T>(source: AsyncGenerator<T, void>): Promise<Lookahead<T>> {
    const lookahead = new Lookahead(source);
    await lookahead.next();
    return lookahead;
  }

  async next(): Promise<void> {
    const { value } = await this.#source.next();
    this.head = value ?? undefined;
  }

  async return(): Promise<void> {
    await this.#source.return();
  }
}
