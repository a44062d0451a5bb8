/** Keeps what nobody else may read out of what is shown. */

const MASK = "***";
/** A line's end inside a secret, if there is one. */
const WRAP = String.raw`(?:[^\S\r\n]*[\r\n]\s*)?`;
/** How much of the end of a text a secret that is cut off may take, blanks and line ends between its letters included. */
const CUT_SPAN = 1024;

/**
 * Every secret that was ever named, masked in all that is shown from then on: a device repeats what it was told, and wraps it
 * where its line ends. So line ends, with blanks around them, may stand between a secret's letters; blanks alone are no wrap, and
 * a password such as "ename" does not stand in "rule name".
 */
export class Secrets {
  readonly #known = new Set<string>();
  #whole: RegExp | undefined;

  add(secrets: readonly string[] = []): void {
    for (const secret of secrets) {
      const letters = secret.replace(/\s/g, "");
      if (letters !== "") this.#known.add(letters);
    }
    // The longer one first: another may be its beginning.
    const all = [...this.#known].sort((a, b) => b.length - a.length).map(spaced);
    this.#whole = all.length === 0 ? undefined : new RegExp(all.join("|"), "g");
  }

  mask(text: string): string {
    return this.#whole === undefined ? text : text.replace(this.#whole, MASK);
  }

  /** The same where the text may end in the middle of a secret, as an echo does that is broken off. */
  maskCut(text: string): string {
    const masked = this.mask(text);
    const end = masked.slice(-CUT_SPAN);
    const cuts = [...this.#known].flatMap((secret) => {
      for (let n = secret.length - 1; n > 0; n--) {
        const found = new RegExp(`${spaced(secret.slice(0, n))}\\s*$`).exec(end);
        if (found !== null) return [end.length - found.index];
      }
      return [];
    });
    return cuts.length === 0 ? masked : masked.slice(0, masked.length - Math.max(...cuts)) + MASK;
  }
}

function spaced(secret: string): string {
  return Array.from(secret, quoted).join(WRAP);
}

/** As a pattern that matches the text and nothing else. */
export function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
