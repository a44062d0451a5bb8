/** Makes changes on a device, each in the journal before it is made, and takes them back. */
import type { Restoration } from "../configurable.ts";
import { DeviceError } from "../device.ts";
import type { Journal, JournalEntry } from "../journal.ts";
import type { Sent, Step } from "./plan.ts";
import { isRefusal, type VrpSession } from "./session.ts";
import { differencesOf } from "./snapshot.ts";
import { maskSecrets } from "./mask.ts";

/** What VRP says where there is nothing to take back. */
const ABSENT =
  /\bno such\b|\bnot found\b|(?:\bnot|n't) (?:been )?(?:exist|configured|enabled|set|bound|added|in\b|created)/i;

export const CONFIGURATION = "display current-configuration";

export class Changes {
  readonly #session: VrpSession;
  readonly #journal: Journal;
  readonly #twoPhase: boolean;
  /** What the journal knows how to put back. */
  readonly #recorded = new Map<string, JournalEntry>();
  #uncertain: boolean;

  constructor(session: VrpSession, journal: Journal, twoPhase: boolean) {
    this.#session = session;
    this.#journal = journal;
    this.#twoPhase = twoPhase;
    this.#uncertain = journal.pending.length > 0;
  }

  /** A run before left something, or a change was not taken back: nothing is made before all is put back. */
  get uncertain(): boolean {
    return this.#uncertain;
  }

  /**
   * Makes the steps, and lets `check` look at them. Where one is refused or the check fails, all of this call is taken back.
   * `found` is the configuration before the first change.
   */
  async make(steps: readonly Step[], found: string, check: () => Promise<void>, signal: AbortSignal): Promise<void> {
    // With nothing to take back, what the journal holds of a run before is not what this one finds.
    if (this.#journal.pending.length === 0) this.#journal.keep(maskSecrets(found));
    const made: Step[] = [];
    const fresh: string[] = [];
    let draft = this.#twoPhase;
    try {
      for (const step of steps) {
        if (this.#record(step)) fresh.push(step.entry!.key);
        await this.#send(step, signal).catch((error: unknown) => {
          // A default that was said is not there to be taken back.
          if (step.text?.startsWith("undo ") === true && isAbsence(error)) return;
          // Of a command whose answer was lost nobody knows whether it was heard.
          if (!isRefusal(error)) made.push(step);
          throw error;
        });
        made.push(step);
      }
      if (this.#twoPhase && steps.length > 0) {
        await this.#commit(signal).catch((error: unknown) => {
          draft = isRefusal(error);
          throw error;
        });
        draft = false;
      }
      await check();
    } catch (error) {
      await this.#takeBack(made, fresh, draft, error);
      throw error;
    }
  }

  /** Takes back all that stands in the journal, newest first. `found` is the configuration before the first change. */
  async restore(found: string | undefined, signal: AbortSignal): Promise<Restoration> {
    this.#uncertain = true;
    const undone: JournalEntry[] = [];
    let refused: readonly JournalEntry[] = this.#journal.pending;
    try {
      // One object may hold another: what is refused now may be granted when the others are gone.
      for (let before = Infinity; refused.length > 0 && refused.length < before;) {
        before = refused.length;
        refused = await this.#undo(refused, undone, signal);
      }
      if (this.#twoPhase && undone.length > 0) await this.#insist(() => this.#commit(signal));
      const now = await this.#insist(() => this.#session.display(CONFIGURATION, signal));
      const before = found ?? this.#journal.found;
      // A secret that was learned since may stand, by chance, in lines that were there before it.
      const masked = (text: string): string => this.#session.maskShown(text);
      const differences = before === undefined ? [] : differencesOf(masked(before), masked(now));
      const asFound = before !== undefined && differences.length === 0;
      this.#journal.done(...undone, ...(asFound ? refused : []));
      if (differences.length === 0 && this.#journal.pending.length === 0) this.#journal.settle();
      this.#recorded.clear();
      this.#uncertain = this.#journal.pending.length > 0;
      return { undone: undone.map(({ what }) => what), differences };
    } catch (error) {
      // What was not committed must not be by accident.
      if (this.#twoPhase && !this.#session.ended) await this.#session.leave().catch(() => undefined);
      throw this.#leftover(error);
    }
  }

  /** Gives what was refused. */
  async #undo(
    entries: readonly JournalEntry[],
    undone: JournalEntry[],
    signal: AbortSignal,
  ): Promise<readonly JournalEntry[]> {
    const refused: JournalEntry[] = [];
    for (const entry of entries) {
      try {
        await this.#insist(() => this.#session.send(entry.undo.slice(0, -1), entry.undo.at(-1), { signal }));
        undone.push(entry);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        (isAbsence(error) ? undone : refused).push(entry);
      }
    }
    return refused;
  }

  #record({ entry }: Step): boolean {
    if (entry === undefined || this.#recorded.has(entry.key)) return false;
    const what = entry.key.replaceAll("\n", " / ");
    if (maskSecrets(entry.undo) !== entry.undo)
      throw new DeviceError({ step: "apply", text: `to undo ${maskSecrets(what)} takes a secret`, output: "" });
    this.#recorded.set(entry.key, this.#journal.record(what, [...entry.path, entry.undo]));
    return true;
  }

  async #send({ path, text, secrets }: Sent, signal?: AbortSignal): Promise<void> {
    await this.#session.send(path, text, { secrets, ...(signal && { signal }) });
  }

  async #commit(signal?: AbortSignal): Promise<void> {
    await this.#session.commit(signal);
  }

  /** The way back of a call that failed. Not bound by the call's signal: who cancels wants the device as it was, too. */
  async #takeBack(made: readonly Step[], fresh: readonly string[], draft: boolean, why: unknown): Promise<void> {
    try {
      // A draft is gone with its dialogue, or is given up on the way out.
      if (draft) await this.#session.leave();
      else {
        for (const line of made.toReversed().flatMap(({ back }) => back)) await this.#sendBack(line);
        if (this.#twoPhase && made.length > 0) await this.#commit();
      }
    } catch (error) {
      this.#uncertain = true;
      throw this.#leftover(why, error);
    }
    this.#journal.done(...fresh.map((key) => this.#recorded.get(key)!));
    for (const key of fresh) this.#recorded.delete(key);
    if (this.#journal.pending.length === 0) this.#journal.settle();
  }

  async #sendBack(line: Sent): Promise<void> {
    try {
      await this.#insist(() => this.#send(line));
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
  }

  /** Once more, by a new login, where the connection was cut. */
  async #insist<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!this.#session.ended) throw error;
      return act();
    }
  }

  #leftover(why: unknown, then?: unknown): DeviceError {
    const { step, output } = why instanceof DeviceError ? why : { step: "apply", output: "" };
    const reason = why instanceof DeviceError ? why.message.slice(`device: ${step}: `.length) : String(why);
    const also = then instanceof Error ? `; taking it back failed too (${then.message})` : "";
    const text = `${reason}${also}; ${this.#journal.path} holds what is to be undone: l2tpspec device LAB restore puts it back`;
    return new DeviceError({ step, text, output }, { cause: then ?? why });
  }
}

function isAbsence(error: unknown): boolean {
  return isRefusal(error) && ABSENT.test(error.output);
}
