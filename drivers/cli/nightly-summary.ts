/** The summary of a night: where it goes, and that it is there whatever becomes of the night. */
import { appendFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { VERSION } from "#fixtures/root";
import { writeAtomically } from "#reports/files";
import { codeOfNight, type Nightly, type NightlyRun } from "#reports/nightly";
import { nightlyMarkdown } from "#reports/nightly-markdown";
import { asWritable } from "./writable.ts";

/** Where a summary goes besides the night's folder. */
export interface Places {
  /** Takes it, in place of what was there. */
  readonly markdown: string | undefined;
  /** GitHub's own: it is added there. */
  readonly step: string | undefined;
}

/** Misuse, before the night, where its summary could not be written after it. */
export function checkPlaces({ markdown, step }: Places): void {
  if (markdown !== undefined)
    asWritable("--markdown", markdown, () => {
      const there = statSync(markdown, { throwIfNoEntry: false });
      if (there?.isFile() === false)
        throw Object.assign(new Error("no file"), { code: there.isDirectory() ? "EISDIR" : "no file" });
      // It comes there by rename.
      const beside = join(dirname(markdown), `.nightly-${process.pid}.tmp`);
      writeFileSync(beside, "");
      rmSync(beside);
    });
  if (step !== undefined) asWritable("GITHUB_STEP_SUMMARY", step, () => appendFileSync(step, ""));
}

export class Summary {
  readonly #night: Pick<Nightly, "schema" | "version" | "startedAt">;
  readonly #dir: string;
  readonly #say: (line: string) => void;
  readonly #lost = new Set<string>();

  /** @param say is told once of each place that cannot be written to */
  constructor(dir: string, startedAt: string, say: (line: string) => void) {
    this.#dir = dir;
    this.#night = { schema: 1, version: VERSION, startedAt };
    this.#say = say;
  }

  /** Writes what there is so far into the night's folder: a night that is killed leaves that. */
  write(runs: readonly NightlyRun[]): Nightly {
    const durationMs = Date.now() - Date.parse(this.#night.startedAt);
    const night: Nightly = { ...this.#night, durationMs, code: codeOfNight(runs), runs: [...runs] };
    for (const [name, text] of [
      ["nightly.md", nightlyMarkdown(night)],
      ["nightly.json", jsonOf(night)],
    ] as const) {
      const file = join(this.#dir, name);
      this.#attempt(file, () => writeAtomically(file, text));
    }
    return night;
  }

  /** Writes it wherever it is wanted, and gives the night's exit code: that of what was found, whatever cannot be written. */
  tell(runs: readonly NightlyRun[], { markdown, step }: Places, json: boolean, out: NodeJS.WritableStream): number {
    const night = this.write(runs);
    const text = nightlyMarkdown(night);
    out.write(json ? jsonOf(night) : text);
    if (markdown !== undefined) this.#attempt(markdown, () => writeAtomically(markdown, text));
    if (step !== undefined) this.#attempt(step, () => appendFileSync(step, text));
    return night.code;
  }

  #attempt(file: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#lost.has(file)) return;
      this.#lost.add(file);
      const { code = String(error) } = error as NodeJS.ErrnoException;
      this.#say(`the summary cannot be written to ${file}: ${code}`);
    }
  }
}

const jsonOf = (night: Nightly): string => `${JSON.stringify(night, null, 2)}\n`;
