import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Journal } from "./journal.ts";
import { DeviceLock } from "./lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l2tpspec-journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** A process that has ended by SIGKILL; gives what the kernel called it while it lived. */
async function killedProcess(): Promise<{ pid: number; start: string }> {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const stat = readFileSync(`/proc/${child.pid!}/stat`, "utf8");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
  child.kill("SIGKILL");
  await once(child, "exit");
  return { pid: child.pid!, start };
}

describe("the journal", () => {
  test("gives what was not taken back, newest first", () => {
    using journal = Journal.open(folder, "fw1");
    journal.record("l2tp enable", ["undo l2tp enable"]);
    const second = journal.record("l2tp-group 1", ["undo l2tp-group 1"]);
    journal.record("nat-policy", ["nat-policy", "undo rule name policy1"]);
    journal.done(second);
    expect(journal.pending.map(({ what }) => what)).toEqual(["nat-policy", "l2tp enable"]);
  });

  test("has the way back on disk when `record` returns, before anything was done", () => {
    using journal = Journal.open(folder, "fw1");
    journal.record("l2tp enable", ["undo l2tp enable"]);
    expect(JSON.parse(readFileSync(journal.path, "utf8"))).toMatchObject({ seq: 1, undo: ["undo l2tp enable"] });
  });

  test("is gone when everything was taken back, and stays when it was not", () => {
    for (const [takenBack, stays] of [
      [true, false],
      [false, true],
    ] as const) {
      const journal = Journal.open(folder, "fw1");
      const entry = journal.record("l2tp enable", ["undo l2tp enable"]);
      if (takenBack) journal.done(entry);
      journal[Symbol.dispose]();
      expect(existsSync(journal.path)).toBe(stays);
    }
  });

  test("keeps what the device was like before the first change, until it is like that again", () => {
    const first = Journal.open(folder, "fw1");
    first.keep("sysname FW\n");
    first.record("l2tp enable", ["undo l2tp enable"]);
    first[Symbol.dispose]();
    const second = Journal.open(folder, "fw1");
    expect(second.found).toBe("sysname FW\n");
    second.done(...second.pending);
    second[Symbol.dispose]();
    // All was taken back, but nobody has seen that it helped.
    const third = Journal.open(folder, "fw1");
    expect([third.pending, third.found]).toEqual([[], "sysname FW\n"]);
    third.settle();
    expect(third.found).toBeUndefined();
    third[Symbol.dispose]();
    expect(existsSync(third.path)).toBe(false);
  });

  test("takes several changes off at once", () => {
    using journal = Journal.open(folder, "fw1");
    const [first, second] = ["l2tp enable", "l2tp-group 1"].map((what) => journal.record(what, [`undo ${what}`]));
    journal.record("nat-policy", ["nat-policy", "undo rule name policy1"]);
    const before = readFileSync(journal.path, "utf8");
    journal.done();
    expect(readFileSync(journal.path, "utf8")).toBe(before);
    journal.done(first!, second!);
    expect(journal.pending.map(({ what }) => what)).toEqual(["nat-policy"]);
    using again = Journal.open(folder, "fw1");
    expect(again.pending.map(({ what }) => what)).toEqual(["nat-policy"]);
  });

  test("goes on where a run before was killed in the middle of a line", () => {
    const path = Journal.pathOf(folder, "fw1");
    const first = Journal.open(folder, "fw1");
    first.record("l2tp enable", ["undo l2tp enable"]);
    first[Symbol.dispose]();
    appendFileSync(path, '{"seq":2,"what":"l2tp-gr');
    const second = Journal.open(folder, "fw1");
    expect(second.pending.map(({ seq }) => seq)).toEqual([1]);
    expect(second.record("nat-policy", []).seq).toBe(2);
    second[Symbol.dispose]();
    using third = Journal.open(folder, "fw1");
    expect(third.pending.map(({ what }) => what)).toEqual(["nat-policy", "l2tp enable"]);
  });

  test("that is none is named by file and line, and left as it is", () => {
    const path = Journal.pathOf(folder, "fw1");
    writeFileSync(path, "hello\n");
    expect(() => Journal.open(folder, "fw1")).toThrow(`device: journal: ${path}:1 is no entry of a journal`);
    expect(readFileSync(path, "utf8")).toBe("hello\n");
  });
});

describe("the lock of a device", () => {
  test("keeps a second run out, and says who has it", () => {
    const lock = DeviceLock.take(folder, "fw1");
    expect(() => DeviceLock.take(folder, "fw1")).toThrow(
      new RegExp(
        `^device: lock: \\S+ has the device for less than a minute \\(process ${process.pid} on ${hostname()}\\)`,
      ),
    );
    using other = DeviceLock.take(folder, "fw2");
    expect(other).toBeDefined();
    lock[Symbol.dispose]();
    using again = DeviceLock.take(folder, "fw1");
    expect(again).toBeDefined();
  });

  test("of a process that was killed is taken over", async () => {
    const dead = await killedProcess();
    const path = join(folder, "fw1.lock");
    writeFileSync(path, JSON.stringify({ user: "lab", ...dead, host: hostname(), since: 0 }));
    using lock = DeviceLock.take(folder, "fw1");
    expect(lock).toBeDefined();
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
  });

  test("of another host is not: nobody can tell from here", async () => {
    const owner = { user: "lab", ...(await killedProcess()), host: "bench-7", since: Date.now() - 65 * 60_000 };
    writeFileSync(join(folder, "fw1.lock"), JSON.stringify(owner));
    expect(() => DeviceLock.take(folder, "fw1")).toThrow(
      `device: lock: lab has the device for 65 min (process ${owner.pid} on bench-7)`,
    );
  });

  test("is not removed by whoever lost it meanwhile", () => {
    const lock = DeviceLock.take(folder, "fw1");
    const path = join(folder, "fw1.lock");
    writeFileSync(path, JSON.stringify({ user: "lab", pid: 1, start: "0", host: "bench-7", since: 0 }));
    lock[Symbol.dispose]();
    expect(existsSync(path)).toBe(true);
  });

  test("leaves nothing beside its file", () => {
    const lock = DeviceLock.take(folder, "fw1");
    expect(() => DeviceLock.take(folder, "fw1")).toThrow();
    lock[Symbol.dispose]();
    expect(readdirSync(folder)).toEqual([]);
  });
});
