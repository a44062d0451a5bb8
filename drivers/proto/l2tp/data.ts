import { advance } from "./sequence.ts";

/**
 * Whether the data messages of one session carry Ns, and which (RFC 2661 §5.4). Nothing is ever repeated, and late or
 * repeated messages are passed on: the RFC lets a receiver restore the order, it does not ask it to.
 */
export class DataChannel {
  readonly #role: "lac" | "lns";
  #sequencing: boolean;
  #required = false;
  /** Goes on where it stopped when sequencing is switched off and on again. */
  #ns = 0;

  /** A LAC waits for the LNS to begin; an LNS begins as it is told. */
  constructor(role: "lac" | "lns", sequencing: boolean) {
    this.#role = role;
    this.#sequencing = role === "lns" && sequencing;
  }

  /** Sequencing Required stood in the set-up: every data message of either end is numbered. */
  require(): void {
    this.#required = true;
  }

  /** A data message came in. Without Sequencing Required the LNS decides, and the LAC does as the last one did. */
  received(ns: number | undefined): void {
    if (this.#role === "lac") this.#sequencing = ns !== undefined;
  }

  /**
   * The Ns of the next data message, or undefined for none. By hand: `sequenced` for or against, or the very `ns`, from
   * which counting then goes on.
   */
  next(o: { readonly sequenced?: boolean; readonly ns?: number } = {}): number | undefined {
    const sequenced = o.sequenced ?? (o.ns !== undefined || this.#required || this.#sequencing);
    if (!sequenced) return undefined;
    const ns = o.ns ?? this.#ns;
    this.#ns = advance(ns);
    return ns;
  }
}
