interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  /** Place in the heap; -1 once taken or cancelled. */
  place: number;
}

/**
 * Work ordered by time, and by the order of the calls where times are equal: a binary heap whose entries know their place,
 * so that a cancelled timer leaves at once. A protocol machine cancels far more timers than it lets expire.
 */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #orders = 0;

  get size(): number {
    return this.#heap.length;
  }

  nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Adds work and returns its cancel, which may be called at any time and more than once. */
  add(at: number, run: () => void): () => void {
    const entry: Entry = { at, order: this.#orders++, run, place: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return () => this.#remove(entry);
  }

  /** Takes the first work out of the queue. */
  take(): (() => void) | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.#remove(first);
    return first?.run;
  }

  #remove(entry: Entry): void {
    const place = entry.place;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const parentPlace = (entry.place - 1) >> 1;
      const parent = this.#heap[parentPlace]!;
      if (!before(entry, parent)) return;
      this.#put(parent, entry.place);
      this.#put(entry, parentPlace);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, entry)) return;
      const childPlace = child.place;
      this.#put(child, entry.place);
      this.#put(entry, childPlace);
    }
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
