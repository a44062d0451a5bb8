/**
 * Something wrong in octets that a device sent. Bad octets are data, never an exception: a view collects every issue
 * that it meets and goes on as far as it can.
 */
export interface Issue {
  /** Stable and machine-readable, such as `avp-overrun`. */
  readonly code: string;
  /** Absolute offset in the octets that were given to the outermost view. */
  readonly at: number;
  /** For a reader: what stands there and what the format asks for. */
  readonly text: string;
}

/** The one empty list, so that a clean packet allocates none. */
export const NO_ISSUES: readonly Issue[] = Object.freeze([]);
