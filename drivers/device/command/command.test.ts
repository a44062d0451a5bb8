import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DeviceError } from "../device.ts";
import { CommandDevice, type CommandDeviceOptions, type CommandSteps, filled } from "./command.ts";

const NEVER = new AbortController().signal;
const target = { tester: "10.0.0.7" };

let run = "";
beforeEach(() => (run = mkdtempSync(join(tmpdir(), "l2tpspec-command-"))));
afterEach(() => rmSync(run, { recursive: true, force: true }));

const device = (steps: CommandSteps, more: Partial<CommandDeviceOptions> = {}): CommandDevice =>
  new CommandDevice({ id: "test", steps, run, readyWithinMs: 2000, ...more });
const text = (file: string): string => readFileSync(join(run, file), "utf8");
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "it succeeded",
    (error: unknown) => error,
  );

describe("start", () => {
  test("runs in the run's folder and waits until the device is ready", async () => {
    await using dut = device({ start: ["sleep 0.2; touch up; exec sleep 1000"], ready: "test -e {run}/up" });
    await dut.start(NEVER);
    expect(text("up")).toBe("");
    await expect(dut.alive()).resolves.toBe(true);
    await dut.stop();
  });

  test("several processes; one that ends with 0 has done its part", async () => {
    await using dut = device({ start: ["true", "exec sleep 1000"] });
    await dut.start(NEVER);
    await expect(dut.alive()).resolves.toBe(true);
  });

  test("a device that dies before it is ready is one error, its words apart from ours", async () => {
    await using dut = device({ start: ["echo assertion failed; exit 7"], ready: "false" });
    const error = await failure(dut.start(NEVER));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error).toMatchObject({
      message: 'device: start: "echo assertion failed; exit 7" ended with exit 7',
      output: "assertion failed\n",
    });
  });

  test("a device that never gets ready is ended", async () => {
    const dut = device({ start: ["echo $$ > pid; exec sleep 1000"], ready: "false" }, { readyWithinMs: 100 });
    expect(await failure(dut.start(NEVER))).toMatchObject({ step: "ready", message: /not ready after 100 ms/ });
    expect(() => process.kill(Number(text("pid")), 0)).toThrow("ESRCH");
  });

  test("an abort ends the wait and the device", async () => {
    const dut = device({ start: ["echo $$ > pid; exec sleep 1000"], ready: "false" });
    await expect(dut.start(AbortSignal.timeout(200))).rejects.toMatchObject({
      name: expect.stringMatching(/Timeout|Abort/) as string,
    });
    expect(() => process.kill(Number(text("pid")), 0)).toThrow("ESRCH");
  });
});

describe("stop", () => {
  test("runs the step first, then ends the processes, the last started first", async () => {
    const dut = device({
      start: [
        "trap 'echo one >> order; exit 0' TERM; while :; do sleep 0.01; done",
        "trap 'echo two >> order; exit 0' TERM; while :; do sleep 0.01; done",
      ],
      stop: "echo step >> order",
    });
    await dut.start(NEVER);
    await dut.stop();
    expect(text("order")).toBe("step\ntwo\none\n");
    await expect(dut.stop()).resolves.toBeUndefined();
  });

  test("ends the processes even if the step fails", async () => {
    const dut = device({ start: ["echo $$ > pid; exec sleep 1000"], stop: "exit 4" });
    await dut.start(NEVER);
    expect(await failure(dut.stop())).toMatchObject({ step: "stop", message: /exit 4/ });
    expect(() => process.kill(Number(text("pid")), 0)).toThrow("ESRCH");
  });
});

describe("alive", () => {
  test("is false once a process has died", async () => {
    await using dut = device({ start: ["echo $$ > pid; exec sleep 1000"] });
    await dut.start(NEVER);
    process.kill(Number(text("pid")), "SIGSEGV");
    await expect.poll(() => dut.alive()).toBe(false);
  });

  test("is what the command says", async () => {
    await using dut = device({ alive: "test -e {run}/here" });
    await expect(dut.alive()).resolves.toBe(false);
    writeFileSync(join(run, "here"), "");
    await expect(dut.alive()).resolves.toBe(true);
  });
});

describe("abilities", () => {
  test("are those for which there is a step", () => {
    const bare = device({});
    expect([...bare.can]).toEqual(["log"]);
    expect(bare.dial ?? bare.adminClose ?? bare.restart).toBeUndefined();
    expect([...device({ dial: "x", hangUp: "x", adminClose: "x", start: ["x"] }).can].toSorted()).toEqual([
      "admin-close",
      "dial",
      "hang-up",
      "log",
      "restart",
    ]);
  });

  test("dial keeps its command running until the call is let go", async () => {
    await using dut = device({
      dial: "echo $$ > {tester}.pid; echo {user} > {tester}.user; exec sleep 1000",
      hangUp: "touch {tester}.hungup",
    });
    const call = await dut.dial!({ tester: "10.0.0.7", user: "alice" }, NEVER);
    await expect.poll(() => text("10.0.0.7.user")).toBe("alice\n");
    const pid = Number(text("10.0.0.7.pid"));
    expect(process.kill(pid, 0)).toBe(true);
    await call.hangUp!(NEVER);
    expect(text("10.0.0.7.hungup")).toBe("");
    await call[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("a dial command that cannot work says so", async () => {
    await using dut = device({ dial: "echo no line; exit 1" }, { failsWithinMs: 20_000 });
    expect(await failure(dut.dial!(target, NEVER))).toMatchObject({
      message: "device: dial: the command ended with exit 1",
      output: "no line\n",
    });
  });

  test("admin-close", async () => {
    await using dut = device({ adminClose: "echo {tester} {device} > closed" }, { variables: { device: "10.0.0.1" } });
    await dut.adminClose!(target, NEVER);
    expect(text("closed")).toBe("10.0.0.7 10.0.0.1\n");
  });

  test("restart without a step of its own is stop and start", async () => {
    await using dut = device({ start: ["echo $$ >> pids; exec sleep 1000"], ready: "test -s pids" });
    await dut.start(NEVER);
    await dut.restart!(NEVER);
    const pids = text("pids").trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    expect(() => process.kill(pids[0]!, 0)).toThrow("ESRCH");
    expect(process.kill(pids[1]!, 0)).toBe(true);
  });

  test("a step that hangs is ended", async () => {
    await using dut = device({ adminClose: "exec sleep 1000" }, { stepWithinMs: 100 });
    expect(await failure(dut.adminClose!(target, NEVER))).toMatchObject({ message: /did not end within 100 ms/ });
  });
});

describe("log", () => {
  test("is what the processes wrote since then", async () => {
    await using dut = device({
      start: ["echo first; while ! test -e go; do sleep 0.01; done; echo second; exec sleep 1000"],
    });
    await dut.start(NEVER);
    await expect.poll(() => dut.log(0)).toBe("first\n");
    const since = Date.now() + 1;
    await expect.poll(() => Date.now() > since).toBe(true);
    writeFileSync(join(run, "go"), "");
    await expect.poll(() => dut.log(since)).toBe("second\n");
    expect(await dut.log(0)).toBe("first\nsecond\n");
  });

  test("is what the command prints", async () => {
    await using dut = device({ log: "cat lines; echo since {since}" });
    writeFileSync(join(run, "lines"), "one\n");
    expect(await dut.log(12_345)).toBe("one\nsince 12\n");
  });
});

test("names in braces: those that are known, and not the shell's own", () => {
  const variables = { run: "/r", tester: "10.0.0.7" };
  expect(filled("cd {run} && ping {tester}", variables)).toBe("cd /r && ping 10.0.0.7");
  expect(filled("echo ${run} {a,b} {other} {}", variables)).toBe("echo ${run} {a,b} {other} {}");
});

test("the environment is this process's and the lab's", async () => {
  await using dut = device({ log: 'echo "$DEVICE_KEY" && test -n "$PATH"' }, { env: { DEVICE_KEY: "k" } });
  expect(await dut.log(0)).toBe("k\n");
});
