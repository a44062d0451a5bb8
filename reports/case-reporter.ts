/** The test runner's reporter: it hands on each case's result as it ends, as read from its folder, and nothing else. */
import type { Reporter, TestCase } from "vitest/node";
import type { CaseResult } from "#expect/verdict";
import { readCase } from "./run-folder.ts";
import { join } from "node:path";

export interface CaseSink {
  started?(key: string): void;
  ended(result: CaseResult): void;
}

export class CaseReporter implements Reporter {
  readonly #casesDir: string;
  readonly #sinks: readonly CaseSink[];

  constructor(casesDir: string, sinks: readonly CaseSink[]) {
    this.#casesDir = casesDir;
    this.#sinks = sinks;
  }

  onTestCaseReady(test: TestCase): void {
    for (const sink of this.#sinks) sink.started?.(test.name);
  }

  onTestCaseResult(test: TestCase): void {
    // The runner's own state is no verdict: the folder is. A case that left none was cut off, and says so.
    const { result } = readCase(join(this.#casesDir, test.name));
    for (const sink of this.#sinks) sink.ended(result);
  }
}
