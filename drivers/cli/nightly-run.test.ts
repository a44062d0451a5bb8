/** What becomes of a lab's runs, whatever end their processes come to. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadLab } from "#lab/load";
import type { RunInfo } from "#reports/run-folder";
import { PASSED, RUN_INFO, SAMPLE, writeRun } from "#reports/sample-case";
import type { ChildEnd } from "./nightly-child.ts";
import { type NightOptions, runLab } from "./nightly-run.ts";

const LAB = "fixtures/labs/embedded.yaml";
let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "l2tpspec-nightly-run-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const KILLED: ChildEnd = { exit: null, signal: "SIGKILL", told: undefined, said: undefined };
const { durationMs: _ended, ...RUNNING } = RUN_INFO;

/** A lab's night in which each run leaves these cases, and comes to this end. */
async function nightOf(end: ChildEnd, cases = [SAMPLE, PASSED], o: Partial<NightOptions> = {}) {
  const child: NightOptions["child"] = (args) => {
    const [out, profile] = ["--out", "--profile"].map((name) => args[args.indexOf(name) + 1]!) as [string, string];
    const info: RunInfo = { ...RUNNING, startedAt: new Date().toISOString(), selection: { profile } };
    writeRun(join(out, "run"), cases, info);
    return Promise.resolve(end);
  };
  return runLab(
    { file: LAB, spec: loadLab(LAB).spec },
    {
      ...{ dir, history: join(dir, "history"), profiles: ["full"], budgetMs: 60_000, report: false, words: [] },
      ...{ signal: new AbortController().signal, say: () => undefined, child, ...o },
    },
  );
}

test.each([
  ["time", "its 1.0 min were used up, and its process was ended by SIGKILL"],
  ["night", "the night was ended, and its process was ended by SIGKILL"],
  [undefined, "its process was ended by SIGKILL"],
] as const)("a run that is killed (told by %s) keeps what it found", async (told, why) => {
  const [row] = await nightOf({ ...KILLED, told });
  expect(row).toMatchObject({ ended: "died", why, code: 1, failures: [SAMPLE.key] });
  expect(existsSync(join(row!.run!, "results.json"))).toBe(true);
});

test("a full run that hangs at its end is no night that went well, even where nothing failed", async () => {
  const [row] = await nightOf({ ...KILLED, told: "time" }, [PASSED]);
  expect(row).toMatchObject({ ended: "died", code: 2, failures: [] });
});
