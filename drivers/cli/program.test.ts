import { describe, expect, test, vi } from "vitest";
import { Misuse } from "#fixtures/misuse";
import { runCommand } from "./program.ts";

/** Runs a command whose action throws, or returns. */
async function outcome(argv: readonly string[], action: () => void | Promise<void> = () => undefined) {
  const complaints: string[] = [];
  const code = await runCommand(argv, { write: (text) => complaints.push(text) }, [
    (program) => {
      program.command("act").option("--tree").argument("[file]").action(action);
    },
  ]);
  return { code, said: complaints.join("") };
}
const thrower = (error: unknown) => (): void => {
  throw error as Error;
};

describe("which error ends with which code", () => {
  test.each([
    ["nothing wrong", ["act"], undefined, 0, ""],
    [
      "an option that is none",
      ["act", "--tre"],
      undefined,
      64,
      "error: unknown option '--tre' (Did you mean --tree?)\n",
    ],
    ["a subcommand that is none", ["atc"], undefined, 64, "error: unknown command 'atc' (Did you mean act?)\n"],
    ["an argument too many", ["act", "a", "b"], undefined, 64, /^error: too many arguments .*\n$/],
    [
      "the caller's mistake",
      ["act"],
      thrower(new Misuse({ file: "x.yaml", line: 3, expected: "a", found: "b" })),
      64,
      "l2tpspec: x.yaml:3: expected a, found b\n",
    ],
    ["our bug", ["act"], thrower(new TypeError("x is\n  no y")), 2, "l2tpspec: internal error: x is no y\n"],
    ["something that is no error", ["act"], thrower("odd"), 2, "l2tpspec: internal error: odd\n"],
  ])("%s", async (_what, argv, action, code, said) => {
    const got = await outcome(argv, action);
    expect(got.code).toBe(code);
    if (said instanceof RegExp) expect(got.said).toMatch(said);
    else expect(got.said).toBe(said);
  });

  test("no stack without --debug, a stack with it, wherever it stands", async () => {
    const bug = thrower(new Error("boom"));
    expect((await outcome(["act"], bug)).said.split("\n")).toHaveLength(2);
    for (const argv of [
      ["--debug", "act"],
      ["act", "--debug"],
    ])
      expect((await outcome(argv, bug)).said).toMatch(/^l2tpspec: internal error: boom\nError: boom\n +at /);
  });

  test("an action that waits is waited for", async () => {
    const late = async (): Promise<void> => {
      await Promise.resolve();
      throw new Misuse({ expected: "a", found: "b" });
    };
    expect((await outcome(["act"], late)).code).toBe(64);
  });

  test("what the subcommand decided is the code", async () => {
    const before = process.exitCode;
    try {
      const { code } = await outcome(["act"], () => {
        process.exitCode = 1;
      });
      expect(code).toBe(1);
    } finally {
      process.exitCode = before;
    }
  });
});

describe("help and version are no mistakes", () => {
  test.each([["--help"], ["--version"], ["act", "--help"]])("%s %s", async (...argv) => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      expect((await outcome(argv.filter((word) => word !== ""))).code).toBe(0);
      expect(write).toHaveBeenCalled();
    } finally {
      write.mockRestore();
    }
  });
});

test("every subcommand has a description and says what its options mean", async () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  let text = "";
  try {
    await runCommand(["--help"], { write: () => undefined });
    text = write.mock.calls.map(([chunk]) => String(chunk)).join("");
  } finally {
    write.mockRestore();
  }
  for (const name of ["decode", "report", "clauses", "doctor"])
    expect(text).toMatch(new RegExp(`^ +${name} .*\\S{3}`, "m"));
});
