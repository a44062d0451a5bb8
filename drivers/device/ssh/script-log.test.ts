import { expect, test } from "vitest";
import { DeviceError } from "../device.ts";
import type { Ran, Scripts } from "./remote-shell.ts";
import { ScriptLog } from "./script-log.ts";

const SECRET = "hunter-2222";

/** Answers each script with what stands under its step. */
function logOf(answers: Readonly<Record<string, Ran>>): ScriptLog {
  const shell: Scripts & AsyncDisposable = {
    run: (step) => {
      const { status, stdout, stderr } = answers[step]!;
      if (status === 0) return Promise.resolve(stdout);
      return Promise.reject(
        new DeviceError({ step, text: "the host refused (status 1)", output: stderr, said: stderr }),
      );
    },
    try: (step) => Promise.resolve(answers[step]!),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return new ScriptLog(shell, {
    counted: new Set(["apply"]),
    unanswered: new Set(["log"]),
    routine: new Set(["alive"]),
  });
}

const ran = (stdout: string, status = 0, stderr = ""): Ran => ({ status, stdout, stderr });

test("what was asked and what was answered, line by line, in order", async () => {
  const log = logOf({ flows: ran("tcp 1\ntcp 2\n"), alive: ran("", 1, "no such process\n") });
  await log.run("flows", "conntrack -L");
  await log.try("alive", "kill -0 1");
  expect(log.since(0)).toBe(
    "# flows\n> conntrack -L\n< tcp 1\n< tcp 2\n# alive\n> kill -0 1\n< no such process\n< (status 1)\n",
  );
});

test("what is asked all the time is passed over while it succeeds", async () => {
  const log = logOf({ alive: ran("") });
  await log.try("alive", "kill -0 1");
  expect(log.since(0)).toBe("");
});

test("only what was said since then", async () => {
  const log = logOf({ flows: ran("") });
  await log.run("flows", "conntrack -L");
  expect(log.since(Date.now() + 1000)).toBe("");
});

test("a refusal is written down, and goes on to whoever asked", async () => {
  const log = logOf({ close: ran("", 1, "no such tunnel") });
  await expect(log.run("close", "d 7")).rejects.toThrow(DeviceError);
  expect(log.since(0)).toBe("# close\n> d 7\n< device: close: the host refused (status 1)\n< no such tunnel\n");
});

test("a configuration and a log are counted", async () => {
  const log = logOf({ apply: ran("#0\n"), log: ran("a\nb\nc\n") });
  await log.try("apply", `cat > secrets <<E\n${SECRET}\nE`);
  await log.run("log", "tail xl2tpd.log");
  expect(log.since(0)).toBe("# apply\n> (3 lines of a configuration)\n< #0\n# log\n> tail xl2tpd.log\n< (3 lines)\n");
});

test("of a long answer the end is shown", async () => {
  const log = logOf({ flows: ran(`${"x".repeat(5000)}end`) });
  await log.run("flows", "conntrack -L");
  expect(log.since(0)).toMatch(/\n< \(3003 characters before\)\n< x{1997}end\n$/);
});

test("a secret is masked, also where it was said before it was known as one", async () => {
  const log = logOf({ dial: ran(`calling with ${SECRET}\n`) });
  await log.run("dial", `a call pass=${SECRET}`);
  log.secrets.add([SECRET]);
  expect(log.since(0)).toBe("# dial\n> a call pass=***\n< calling with ***\n");
});

test("a secret that the cut goes through is masked whole", async () => {
  const log = logOf({ flows: ran(`${"a".repeat(500)}${SECRET}${"b".repeat(1995)}`) });
  log.secrets.add([SECRET]);
  await log.run("flows", "conntrack -L");
  expect(log.since(0)).not.toContain("2222");
  expect(log.since(0)).toContain("b".repeat(1995));
});
