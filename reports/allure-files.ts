import { copyFileSync, linkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestResult, TestResultContainer } from "allure-js-commons";
import { FileSystemWriter } from "allure-js-commons/sdk/reporter";
import { writeAtomically } from "./files.ts";

/**
 * Allure's own writer waits for the disk after each file, several a case: a quarter of the time of a run in memory. What
 * a killed run leaves is safe without that, and a report that a power cut took is made anew from the cases.
 */
export class AllureFiles extends FileSystemWriter {
  readonly #dir: string;

  constructor(resultsDir: string) {
    super({ resultsDir });
    this.#dir = resultsDir;
  }

  override writeResult(result: TestResult): void {
    writeAtomically(join(this.#dir, `${result.uuid}-result.json`), JSON.stringify(result));
  }

  override writeGroup(result: TestResultContainer): void {
    writeAtomically(join(this.#dir, `${result.uuid}-container.json`), JSON.stringify(result));
  }

  override writeAttachment(name: string, content: Buffer): void {
    writeAtomically(join(this.#dir, name), content);
  }

  /** A second name of the same evidence; a copy where the file system has no links, or the folder lies on another one. */
  override writeAttachmentFromPath(name: string, from: string): void {
    mkdirSync(this.#dir, { recursive: true });
    const to = join(this.#dir, name);
    try {
      linkSync(from, to);
    } catch {
      copyFileSync(from, to);
    }
  }
}
