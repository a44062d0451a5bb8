/** Makes changes on a Linux host, each in the journal before it is made, and takes them back. */
import type { Restoration } from "../configurable.ts";
import { DeviceError } from "../device.ts";
import type { Journal, JournalEntry } from "../journal.ts";
import type { Scripts } from "../ssh/remote-shell.ts";
import { differencesOf, hostStateIn, LOOK, type HostState } from "./host-state.ts";
import { type HostStep, LOCK } from "./steps.ts";

export class HostChanges {
  readonly #shell: Scripts;
  readonly #journal: Journal;
  readonly #lock: string;
  /** What is in force, in the order in which it was made. */
  readonly #made = new Map<string, HostStep>();
  readonly #recorded = new Map<string, JournalEntry>();
  #found: { readonly text: string; readonly state: HostState } | undefined;
  #uncertain: boolean;

  /** @param lock a file of the host's, in memory: of the scripts that change the host there is one at a time */
  constructor(shell: Scripts, journal: Journal, lock = LOCK) {
    this.#shell = shell;
    this.#journal = journal;
    this.#lock = lock;
    this.#uncertain = journal.pending.length > 0;
  }

  /** The host as it was before the first change; what a run before has left is put back first. */
  async found(signal: AbortSignal): Promise<HostState> {
    if (this.#uncertain) await this.#certain(signal);
    this.#found ??= await this.#look(signal);
    return this.#found.state;
  }

  /**
   * Takes back what is in force and not among the steps, and makes those that are new or read otherwise than before. Where
   * one is refused, what this call has changed is taken back before it rejects.
   */
  async make(steps: readonly HostStep[], signal: AbortSignal): Promise<void> {
    const wanted = new Set(steps.map(({ what }) => what));
    const gone = [...this.#made.values()].filter(({ what }) => !wanted.has(what)).reverse();
    const fresh = steps.filter((step) => this.#made.get(step.what)?.change !== step.change);
    if (this.#journal.pending.length === 0 && this.#found !== undefined) this.#journal.keep(this.#found.text);
    for (const step of fresh) this.#record(step);
    const pieces = [
      ...gone.flatMap(({ what, undo }) => (undo === undefined ? [] : [{ what: `undo ${what}`, script: undo }])),
      ...fresh.map(({ what, change }) => ({ what, script: change })),
    ];
    if (pieces.length === 0) return;
    const { status, stdout, stderr } = await this.#shell
      .try("apply", this.#alone(scriptOf(pieces)), { signal })
      .catch((error: unknown) => {
        // Nobody knows how far it came.
        this.#uncertain = true;
        throw error;
      });
    if (status !== 0) {
      await this.#takeBack(gone, fresh);
      throw refused(pieces[lastMark(stdout)]?.what ?? "apply", stderr);
    }
    for (const { what } of gone) {
      this.#made.delete(what);
      this.#done(what);
    }
    for (const step of fresh) this.#made.set(step.what, step);
  }

  /** Takes back all that stands in the journal, newest first, and compares the host with how it was first found. */
  async restore(signal: AbortSignal): Promise<Restoration> {
    this.#uncertain = true;
    const entries = this.#journal.pending;
    const undo = entries.map(({ undo: lines }) => lines.join("\n")).join("\n");
    if (entries.length > 0) await this.#shell.try("restore", this.#alone(undo), { signal });
    const now = await this.#look(signal);
    const before = this.#found?.text ?? this.#journal.found;
    const differences = before === undefined ? [] : differencesOf(before, now.text);
    if (differences.length === 0) {
      this.#journal.done(...entries);
      this.#journal.settle();
      this.#uncertain = false;
    }
    this.#made.clear();
    this.#recorded.clear();
    this.#found = undefined;
    return { undone: entries.map(({ what }) => what), differences };
  }

  async #certain(signal: AbortSignal): Promise<void> {
    const { differences } = await this.restore(signal);
    const [first] = differences;
    if (first === undefined) return;
    const text = `what was changed before could not be taken back: ${differences.length} lines differ, the first "${first.sign}${first.line}"`;
    throw new DeviceError({ step: "apply", text, output: "" });
  }

  async #look(signal: AbortSignal): Promise<{ text: string; state: HostState }> {
    const text = await this.#shell.run("look", LOOK, { signal });
    const state = hostStateIn(text);
    if (state === undefined)
      throw new DeviceError({ step: "look", text: "the host's answer was cut off", output: text });
    return { text, state };
  }

  /** Not bound by the call's signal: who cancels wants the device as it was, too. */
  async #takeBack(gone: readonly HostStep[], fresh: readonly HostStep[]): Promise<void> {
    const back = fresh.toReversed().map(({ what, undo = "" }) => this.#made.get(what)?.change ?? undo);
    const again = gone.toReversed().map(({ change }) => change);
    try {
      await this.#shell.try("take back", this.#alone([...back, ...again].join("\n")));
    } catch (error) {
      this.#uncertain = true;
      throw error;
    }
    for (const { what } of fresh.filter(({ what }) => !this.#made.has(what))) this.#done(what);
    if (this.#journal.pending.length === 0) this.#journal.settle();
  }

  /**
   * A script goes on when its connection is lost. What comes after it waits for its end, so that nothing is changed behind the
   * back of whoever puts the host back.
   */
  #alone(script: string): string {
    const wait = `flock -w ${LOCK_WITHIN_S} 9 || { echo "a script of before has not ended" >&2; exit 1; }`;
    return [`exec 9>> ${this.#lock}`, wait, script, `rm -f ${this.#lock}`].join("\n");
  }

  #record({ what, undo }: HostStep): void {
    if (undo === undefined || this.#recorded.has(what)) return;
    this.#recorded.set(what, this.#journal.record(what, undo.split("\n")));
  }

  #done(what: string): void {
    const entry = this.#recorded.get(what);
    if (entry === undefined) return;
    this.#journal.done(entry);
    this.#recorded.delete(what);
  }
}

/** Longer than any script waits. */
const LOCK_WITHIN_S = 20;
const MARK = "@l2tpspec ";

/** One script of all, for each has its price; its marks tell how far it came. */
function scriptOf(pieces: readonly { readonly script: string }[]): string {
  return ["set -e", ...pieces.flatMap(({ script }, i) => [`echo "${MARK}${i}"`, script])].join("\n");
}

function lastMark(stdout: string): number {
  const marks = stdout.split("\n").filter((line) => line.startsWith(MARK));
  return Number(marks.at(-1)?.slice(MARK.length) ?? 0);
}

function refused(what: string, stderr: string): DeviceError {
  const [said = ""] = stderr.trim().split("\n");
  return new DeviceError({ step: "apply", text: `the host refused ${what}`, output: stderr, said });
}
