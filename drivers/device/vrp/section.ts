/** Configuration as a driver writes it: sections of lines, each with the line that takes it back. */

/** A line of a view. */
export interface ConfigLine {
  readonly text: string;
  /** Two lines of one slot replace one another: `tunnel name`. */
  readonly slot: string;
  /** Takes it back, in the same view. Empty: the line before it takes both back. */
  readonly undo: string;
  /** The old one has to be taken back before another of its slot is taken. */
  readonly undoFirst: boolean;
  /** Parts of the text that nobody else may read. */
  readonly secrets: readonly string[];
  /** Sent only where this line stands: nobody is told to be what he is. */
  readonly onlyWhere?: string;
  /** How to choose another name for what it makes, where the name is taken. Absent: it may replace what stands there. */
  readonly rename?: string;
  /** Whether the configuration prints it: a default is not printed, a secret not as it was typed. */
  readonly shown: boolean;
}

/** A view, and what is to stand there. The same view may come twice: what has to come last stands in the second. */
export interface Section {
  /** Lines that lead there from the outermost view of configuration. */
  readonly path: readonly string[];
  readonly lines: readonly ConfigLine[];
  /** Takes the whole view back, in the view above. Absent: it is the device's own. */
  readonly remove?: string;
  /** It may exist already, and is the device's own then. */
  readonly shared?: boolean;
  /** Made anew where a line changes: half a rule would permit what neither the old nor the new one does. */
  readonly whole?: boolean;
  /** The configuration does not print it. */
  readonly hidden?: boolean;
  /** How to choose another name for it, where the name is taken. */
  readonly rename?: string;
}

/** A line whose slot, unless given, is itself: it stands beside others of its kind. */
export function line(text: string, o: Partial<Omit<ConfigLine, "text">> = {}): ConfigLine {
  const slot = o.slot ?? text;
  return { text, slot, undo: `undo ${slot}`, undoFirst: false, secrets: [], shown: true, ...o };
}

/** A line that holds a secret. Nothing of it is compared with what the device prints. */
export function secretLine(text: string, secret: string, slot: string): ConfigLine {
  return line(text, { slot, secrets: [secret], shown: false });
}

/** A key for the view. */
export function keyOf(path: readonly string[]): string {
  return path.join("\n");
}
