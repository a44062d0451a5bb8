/** Changes, their journal and their way back, on a host that is a folder: the scripts run in a real shell on it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DeviceError } from "../device.ts";
import { Journal } from "../journal.ts";
import type { Ran, Scripts } from "../ssh/remote-shell.ts";
import { HostChanges } from "./host-changes.ts";
import type { HostStep } from "./steps.ts";

let folder: string;
let state: string;
/** Cuts the connection before the script whose number this is, or in the middle of it. */
let cutAt: number | undefined;
let orphanAt: number | undefined;
let ran: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l2tpspec-host-"));
  state = mkdtempSync(join(tmpdir(), "l2tpspec-host-state-"));
  [cutAt, orphanAt] = [undefined, undefined];
  ran = 0;
});
afterEach(() => {
  for (const dir of [folder, state]) rmSync(dir, { recursive: true, force: true });
});

/** What the host is like is what files there are. */
const LOOK_HERE = 'echo "== login"; echo "10.0.0.1 22"; echo "== folder"; ls; echo "== end"';

const host: Scripts = {
  try: async (step, script): Promise<Ran> => {
    const closed = new DeviceError({ step, text: "the connection was closed", output: "" });
    if (++ran === cutAt) throw closed;
    if (ran === orphanAt) {
      const orphan = spawn("sh", ["-s"], { cwd: folder, stdio: ["pipe", "ignore", "ignore"] });
      orphan.stdin.end(script);
      await vi.waitUntil(() => there().length > 0, { timeout: 10_000 });
      throw closed;
    }
    const { status, stdout, stderr } = spawnSync("sh", ["-s"], {
      cwd: folder,
      input: step === "look" ? LOOK_HERE : script,
      encoding: "utf8",
    });
    return { status: status ?? undefined, stdout, stderr };
  },
  run: async (step, script) => (await host.try(step, script)).stdout,
};

const step = (name: string, change = `touch ${name}`): HostStep => ({ what: name, change, undo: `rm -f ${name}` });
const NEVER = new AbortController().signal;
const there = (): readonly string[] => readdirSync(folder).sort();
const changesOf = (book: Journal): HostChanges => new HostChanges(host, book, join(state, "lock"));
const journal = (): Journal => Journal.open(state, "host");

test("makes what is new, takes back what is no longer wanted, and leaves the rest", async () => {
  using book = journal();
  const changes = changesOf(book);
  await changes.found(NEVER);
  await changes.make([step("a"), step("b")], NEVER);
  expect(there()).toEqual(["a", "b"]);
  await changes.make([step("a", "touch a c"), step("b", "touch b")], NEVER);
  expect(there()).toEqual(["a", "b", "c"]);
  const before = ran;
  await changes.make([step("a", "touch a c"), step("b", "touch b")], NEVER);
  expect(ran).toBe(before);
  await changes.make([step("b", "touch b")], NEVER);
  expect(there()).toEqual(["b", "c"]);
  expect(book.pending.map(({ what }) => what)).toEqual(["b"]);
});

test("a step that the host refuses takes this call back, and the error names it and what the host said", async () => {
  using book = journal();
  const changes = changesOf(book);
  await changes.found(NEVER);
  await changes.make([step("a")], NEVER);
  const bad = step("bad", 'touch half; echo "no such device" >&2; exit 1');
  const refusal = changes.make([step("a"), step("b"), { ...bad, undo: "rm -f half" }], NEVER);
  await expect(refusal).rejects.toThrow("device: apply: the host refused bad");
  await expect(refusal).rejects.toMatchObject({ said: "no such device" });
  expect(there()).toEqual(["a"]);
  expect(book.pending.map(({ what }) => what)).toEqual(["a"]);
});

test("restoring compares with what was first found, and says what is left", async () => {
  using book = journal();
  const changes = changesOf(book);
  await changes.found(NEVER);
  await changes.make([step("a"), { what: "b", change: "touch b kept", undo: "rm b" }], NEVER);
  const { undone, differences } = await changes.restore(NEVER);
  expect(undone).toEqual(["b", "a"]);
  expect(differences).toEqual([{ sign: "+", section: "folder", line: "kept" }]);
  expect(book.pending).toHaveLength(2);
});

test("what a run left that was killed is put back by the next one, before it makes anything", async () => {
  const first = journal();
  const killed = changesOf(first);
  await killed.found(NEVER);
  await killed.make([step("a")], NEVER);
  first[Symbol.dispose]();
  using second = journal();
  const changes = changesOf(second);
  await changes.found(NEVER);
  expect(there()).toEqual([]);
  expect(second.pending).toEqual([]);
});

test("a connection that drops in the middle leaves the change in the journal, and the next call puts it back first", async () => {
  using book = journal();
  const changes = changesOf(book);
  await changes.found(NEVER);
  cutAt = ran + 1;
  await expect(changes.make([step("a")], NEVER)).rejects.toThrow("device: apply: the connection was closed");
  expect(readFileSync(book.path, "utf8")).toContain('"what":"a"');
  spawnSync("touch", [join(folder, "a")]);
  await changes.found(NEVER);
  expect([there(), book.pending]).toEqual([[], []]);
});

test("a script that goes on behind a lost connection is waited for: what it still does is put back too", async () => {
  using book = journal();
  const changes = changesOf(book);
  await changes.found(NEVER);
  orphanAt = ran + 1;
  const late = join(state, "late");
  const change = `touch a; until [ -e ${state}/go ]; do sleep 0.02; done; touch b ${late}`;
  const slow: HostStep = { what: "slow", change, undo: "rm -f a b" };
  await expect(changes.make([slow], NEVER)).rejects.toThrow("device: apply: the connection was closed");
  expect(there()).toEqual(["a"]);
  spawn("sh", ["-c", `sleep 0.3; touch ${state}/go`]);
  await changes.found(NEVER);
  expect(existsSync(late)).toBe(true);
  expect([there(), book.pending]).toEqual([[], []]);
});
