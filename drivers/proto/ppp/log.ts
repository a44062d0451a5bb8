/** RFC 1661 §1.2: what is dropped in silence on the line can be logged, and is counted. */
export interface Log {
  /** A packet was dropped. */
  discard(why: string): void;
  /** Anything else that a reader of a trace wants to know. */
  note(what: string): void;
}
