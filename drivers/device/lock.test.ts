/** Runs that find the same dead owner at the same moment: real processes, as two runs are. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import ts from "typescript";
import { DeviceLock } from "./lock.ts";
import { startOf } from "./process.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l2tpspec-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const RUNS = 4;
const ROUNDS = 400;
const ROUND_MS = 5;

/** Takes each round's lock at the same moment as everybody else, says which ones it got, and keeps them until told. */
const RUN = `
import { DeviceLock } from "./lock.js";
const [folder, startAt, rounds, roundMs] = process.argv.slice(2);
const got = [];
for (let round = 0; round < Number(rounds); round++) {
  while (Date.now() < Number(startAt) + round * Number(roundMs));
  try {
    got.push([round, DeviceLock.take(folder, "fw" + round)]);
  } catch (error) {
    if (!String(error.message).includes("has the device")) throw error;
  }
}
console.log(JSON.stringify(got.map(([round]) => round)));
process.stdin.resume();
`;

/** The product's own files as node runs them without a loader. */
function compiled(): string {
  const into = join(folder, "code");
  mkdirSync(into);
  writeFileSync(join(into, "package.json"), '{ "type": "module" }');
  for (const name of ["lock", "device", "process"]) {
    const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), "utf8");
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        rewriteRelativeImportExtensions: true,
      },
    });
    writeFileSync(join(into, `${name}.js`), outputText);
  }
  writeFileSync(join(into, "run.js"), RUN);
  return join(into, "run.js");
}

/** A process that has ended; gives what the kernel called it while it lived. */
async function endedProcess(): Promise<{ pid: number; start: string }> {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const named = { pid: child.pid!, start: startOf(child.pid!)! };
  child.kill("SIGKILL");
  await once(child, "exit");
  return named;
}

async function deadLock(name: string): Promise<string> {
  const owner = JSON.stringify({ user: "lab", ...(await endedProcess()), host: hostname(), since: 0 });
  writeFileSync(join(folder, name), owner);
  return owner;
}

function started(program: string, startAt: number): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, [program, join(folder, "locks"), `${startAt}`, `${ROUNDS}`, `${ROUND_MS}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return child;
}

async function firstWords({ stdout }: { readonly stdout: NodeJS.ReadableStream }): Promise<string> {
  for await (const words of stdout) return String(words);
  throw new Error("a run ended without a word");
}

test("of many runs that find a dead owner's lock one takes it over", { timeout: 30_000 }, async () => {
  const program = compiled();
  mkdirSync(join(folder, "locks"));
  const owner = await deadLock("dead");
  for (let round = 0; round < ROUNDS; round++) writeFileSync(join(folder, "locks", `fw${round}.lock`), owner);
  const startAt = Date.now() + 1500;
  const runs = Array.from({ length: RUNS }, () => started(program, startAt));
  const lines = await Promise.all(runs.map(firstWords));
  const winners = lines.flatMap((line) => JSON.parse(line) as number[]);
  expect(winners.toSorted((a, b) => a - b)).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
  const left = readdirSync(join(folder, "locks")).toSorted();
  expect(left).toEqual(Array.from({ length: ROUNDS }, (_, round) => `fw${round}.lock`).toSorted());
  for (const run of runs) run.stdin?.end();
});

test("a claim whose run was killed in the middle of taking over is taken over too, and nothing of it is left", async () => {
  const owner = await deadLock("fw1.lock");
  const digest = createHash("sha256").update(owner).digest("hex").slice(0, 16);
  const claim = await deadLock(`fw1.lock.${digest}`);
  await deadLock(`fw1.lock.${digest}.${createHash("sha256").update(claim).digest("hex").slice(0, 16)}`);
  await deadLock("fw1.lock.of-long-ago");
  {
    using lock = DeviceLock.take(folder, "fw1");
    expect(lock).toBeDefined();
    expect(readdirSync(folder)).toEqual(["fw1.lock"]);
  }
  expect(readdirSync(folder)).toEqual([]);
});

test("a living run's claim is waited for, and not for ever", async () => {
  const owner = await deadLock("fw1.lock");
  const digest = createHash("sha256").update(owner).digest("hex").slice(0, 16);
  const living = { user: "lab", pid: process.pid, start: startOf(process.pid), host: hostname(), since: 0 };
  writeFileSync(join(folder, `fw1.lock.${digest}`), JSON.stringify(living));
  expect(() => DeviceLock.take(folder, "fw1")).toThrow(
    `device: lock: ${join(folder, "fw1.lock")} changes hands too fast`,
  );
});
