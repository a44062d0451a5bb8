import type { Frame } from "./frame.ts";

/** A frame that has no number yet. */
export type NewFrame = Omit<Frame, "no">;

/** What was seen, in the order in which it was seen. Frames are added and never changed, moved or taken out. */
export class Timeline {
  readonly #frames: Frame[] = [];

  /** All frames so far: one list that grows while the timeline lives. The frame with number n lies at index n - 1. */
  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** Gives the frame the next number. Its octets must be the timeline's own: who taps a buffer that is used again copies. */
  add(frame: NewFrame): Frame {
    const numbered: Frame = { ...frame, no: this.#frames.length + 1 };
    this.#frames.push(numbered);
    return numbered;
  }

  /** The frames after number `no`; `since(0)` is all of them. */
  since(no: number): readonly Frame[] {
    return this.#frames.slice(Math.max(no, 0));
  }
}

/**
 * One timeline out of several, by time stamp; of equal stamps the earlier argument's frame comes first. Numbers are
 * given anew. Throws a RangeError where virtual and real clocks meet: their stamps have no common order.
 */
export function mergeTimelines(...parts: readonly { readonly frames: readonly Frame[] }[]): Timeline {
  const all = parts.flatMap((part) => part.frames);
  const virtual = all.filter((frame) => frame.clock === "virtual").length;
  if (virtual > 0 && virtual < all.length) {
    throw new RangeError("frames of a virtual clock and of a real one cannot be merged by time");
  }
  const merged = new Timeline();
  const byTime = all.toSorted((a, b) => (a.tNs < b.tNs ? -1 : a.tNs > b.tNs ? 1 : 0));
  for (const frame of byTime) merged.add({ ...frame });
  return merged;
}
