import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { leashed, ShellProcess } from "./shell-process.ts";

function shell(line: string): { process: ShellProcess; output: () => string } {
  let output = "";
  const onOutput = (text: string): string => (output += text);
  return { process: new ShellProcess(line, { cwd: "/", env: process.env, onOutput }), output: () => output };
}

/** A process that nobody has waited for yet is dead all the same. */
function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function pidIn(output: () => string): Promise<number> {
  await expect.poll(output).toMatch(/^\d+\n/);
  return Number(output());
}

describe("a shell command", () => {
  test("gives its status and all that it wrote", async () => {
    const { process, output } = shell("echo out; echo err >&2; exit 3");
    await expect(process.exited).resolves.toEqual({ status: 3, how: "exit 3" });
    await process.end();
    expect(output()).toBe("out\nerr\n");
  });

  test("names the signal that ended it", async () => {
    const { process } = shell("kill -SEGV $$");
    await expect(process.exited).resolves.toEqual({ status: null, how: "SIGSEGV" });
    await process.end();
  });

  test("that reads its input meets the end of it", async () => {
    const { process } = shell("cat");
    await expect(process.exited).resolves.toMatchObject({ status: 0 });
    await process.end();
  });

  test("is asked to end first", async () => {
    const { process, output } = shell("trap 'echo goodbye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
    await expect.poll(output).toBe("up\n");
    await process.end();
    expect(output()).toMatch(/goodbye\n$/);
    expect(process.exit).toEqual({ status: 0, how: "exit 0" });
  });

  test("is killed with all that it started if it does not end", async () => {
    const { process, output } = shell("trap '' TERM; sleep 1000 & echo $!; wait");
    const child = await pidIn(output);
    await process.end(50);
    expect(process.exit).toMatchObject({ how: "SIGKILL" });
    await expect.poll(() => lives(child)).toBe(false);
  });

  test("that has ended leaves nothing behind once it is let go", async () => {
    const { process, output } = shell("sleep 1000 >/dev/null 2>&1 & echo $!");
    const child = await pidIn(output);
    await process.exited;
    expect(lives(child)).toBe(true);
    await process.end();
    await expect.poll(() => lives(child)).toBe(false);
  });

  test("dies with its parent, and so does what it started", async () => {
    const [program, args] = leashed("sleep 1000 & echo $!; wait");
    const parent = spawn(
      process.execPath,
      [
        "-e",
        `require("node:child_process").spawn(${JSON.stringify(program)}, ${JSON.stringify(args)},
           { detached: true, stdio: ["ignore", "inherit", "inherit", "pipe"] })`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    parent.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const child = await pidIn(() => output);
    expect(lives(child)).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await expect.poll(() => lives(child)).toBe(false);
  });
});
