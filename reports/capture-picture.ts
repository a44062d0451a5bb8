/**
 * What the page of a capture shows of each tunnel: how it begins, how it ends, and what is about each finding. The capture may be
 * of any length, so frames are taken one by one and only those that are shown are kept. Pure.
 */
import { packetOf, type Frame, type Lens } from "#capture/frame";
import type { Finding } from "#expect/verdict";
import { fieldsOf } from "#wire/fields";
import { l2tpTypeOf } from "#wire/fields/l2tp";
import type { Mark } from "#expect/hexdump";
import { passwordsIn } from "#wire/secret";
import { line } from "#wire/text";

export type Side = "initiator" | "responder";

/** A finding of one end's packet. */
export interface CapturePointer {
  readonly end: string;
  readonly rule: string;
  readonly finding: Finding;
}

export type CaptureRow =
  | {
      readonly is: "frame";
      readonly no: number;
      readonly tNs: bigint;
      readonly by: Side;
      readonly words: string;
      readonly pointers: readonly CapturePointer[];
      /** Kept where a finding points into them. */
      readonly octets: Uint8Array | undefined;
      /** Passwords among them. */
      readonly hidden: readonly Mark[];
    }
  /** Frames that are left out, by kind, the most frequent first. */
  | {
      readonly is: "fold";
      readonly count: number;
      readonly kinds: readonly (readonly [kind: string, count: number])[];
    };

/** One tunnel. */
export interface CapturedTunnel {
  readonly no: number;
  readonly frames: number;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  readonly rows: readonly CaptureRow[];
  readonly worst: "fail" | "remark" | undefined;
}

/** Frames shown of the beginning, before and behind one with a finding, and of the end. */
const SHOWN = { head: 32, before: 2, behind: 1, tail: 4 } as const;
/** Rows with findings that one tunnel shows. */
const MOST_POINTED = 40;

/** Gathers the tunnels of a capture. */
export class TunnelPictures {
  readonly #pointers: ReadonlyMap<number, readonly CapturePointer[]>;
  readonly #lens: Lens | undefined;
  readonly #tunnels = new Map<number, Gathered>();

  /** The findings by the number of their frame. */
  constructor(pointers: ReadonlyMap<number, readonly CapturePointer[]>, lens?: Lens) {
    this.#pointers = pointers;
    this.#lens = lens;
  }

  take(frame: Frame, tunnel: number, by: Side): void {
    let gathered = this.#tunnels.get(tunnel);
    if (gathered === undefined) this.#tunnels.set(tunnel, (gathered = new Gathered(tunnel, frame, this.#lens)));
    gathered.take(frame, by, this.#pointers.get(frame.no) ?? []);
  }

  get tunnels(): readonly CapturedTunnel[] {
    return [...this.#tunnels.values()].map((one) => one.picture());
  }
}

interface Waiting {
  readonly frame: Frame;
  readonly by: Side;
}

class Gathered {
  readonly #no: number;
  readonly #firstNs: bigint;
  readonly #lens: Lens | undefined;
  readonly #rows: CaptureRow[] = [];
  #lastNs: bigint;
  #frames = 0;
  #pointed = 0;
  #worst: "fail" | "remark" | undefined;
  /** How many more are shown whatever they are. */
  #showNext: number = SHOWN.head;
  /** The last ones that are not shown yet, and what was folded before them. */
  #waiting: Waiting[] = [];
  #folded = new Map<string, number>();

  constructor(no: number, first: Frame, lens: Lens | undefined) {
    this.#no = no;
    this.#firstNs = first.tNs;
    this.#lastNs = first.tNs;
    this.#lens = lens;
  }

  take(frame: Frame, by: Side, pointers: readonly CapturePointer[]): void {
    this.#frames++;
    this.#lastNs = frame.tNs;
    for (const { finding } of pointers) if (this.#worst !== "fail") this.#worst = worse(finding.verdict);
    const isPointed = pointers.length > 0 && this.#pointed < MOST_POINTED;
    if (isPointed) {
      this.#pointed++;
      this.#show(SHOWN.before);
      this.#showNext = Math.max(this.#showNext, SHOWN.behind + 1);
    }
    if (this.#showNext > 0) {
      // What hosts send one after the other would take the place of what tells something.
      if (isPointed || this.#frames <= SHOWN.head) this.#showNext--;
      else this.#showNext = Math.min(this.#showNext - 1, SHOWN.behind);
      this.#show(0);
      this.#rows.push(this.#rowOf(frame, by, isPointed ? pointers : []));
      return;
    }
    this.#waiting.push({ frame, by });
    if (this.#waiting.length > SHOWN.tail) this.#fold(this.#waiting.shift()!);
  }

  picture(): CapturedTunnel {
    this.#show(SHOWN.tail);
    return {
      ...{ no: this.#no, frames: this.#frames, firstNs: this.#firstNs, lastNs: this.#lastNs },
      ...{ rows: this.#rows, worst: this.#worst },
    };
  }

  /** Shows the last `most` of those that wait, and folds the others. */
  #show(most: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const shown = waiting.slice(Math.max(0, waiting.length - most));
    for (const one of waiting.slice(0, waiting.length - shown.length)) this.#fold(one);
    if (this.#folded.size > 0) {
      const kinds = [...this.#folded].sort((a, b) => b[1] - a[1]);
      this.#rows.push({ is: "fold", count: kinds.reduce((sum, [, count]) => sum + count, 0), kinds });
      this.#folded = new Map();
    }
    for (const { frame, by } of shown) this.#rows.push(this.#rowOf(frame, by, []));
  }

  #fold({ frame }: Waiting): void {
    const kind = kindOf(frame, this.#lens);
    this.#folded.set(kind, (this.#folded.get(kind) ?? 0) + 1);
  }

  #rowOf(frame: Frame, by: Side, pointers: readonly CapturePointer[]): CaptureRow {
    const packet = packetOf(frame, this.#lens);
    const isPointed = pointers.length > 0;
    return {
      ...{ is: "frame", no: frame.no, tNs: frame.tNs, by, pointers },
      words: line(packet).replace(/^\S+ > \S+ L2TP /, ""),
      octets: isPointed ? frame.octets : undefined,
      hidden: isPointed ? passwordsIn(fieldsOf(packet), packet) : [],
    };
  }
}

function worse(verdict: Finding["verdict"]): "fail" | "remark" {
  return verdict === "fail" ? "fail" : "remark";
}

/** `HELLO`, `LCP`, `data`: what a fold counts by. */
function kindOf(frame: Frame, lens: Lens | undefined): string {
  const { l2tp, ppp } = packetOf(frame, lens);
  if (l2tp === undefined) return "other";
  if (ppp?.lcp !== undefined) return "LCP";
  if (ppp?.pap !== undefined || ppp?.chap !== undefined) return "authentication";
  if (ppp?.ipcp !== undefined) return "IPCP";
  return l2tpTypeOf(l2tp);
}
