import { join } from "node:path";
import { expect, test } from "vitest";
import { commandsFor, fromHere } from "./commands.ts";
import { RUN_INFO, SAMPLE } from "./sample-case.ts";

test("the two lines that bring a result back", () => {
  const run = join(process.cwd(), "reports", "out", "r1");
  expect(commandsFor(SAMPLE, RUN_INFO, run)).toEqual({
    run: "npx l2tpspec run --lab fixtures/labs/embedded.yaml --case rfc2661-0512 --role lns --seed 42",
    judge: "npx l2tpspec judge reports/out/r1 --case rfc2661-0512 --role lns",
  });
});

test("a run with a baseline is repeated with it", () => {
  const { run } = commandsFor(SAMPLE, { ...RUN_INFO, baseline: "none" }, "/r");
  expect(run).toMatch(/ --seed 42 --baseline none$/);
});

test("a strict run is repeated strictly, and a path with a blank survives the shell", () => {
  const { run } = commandsFor(SAMPLE, { ...RUN_INFO, strict: true, labFile: "my lab's/x.yaml" }, "/r");
  expect(run).toBe(`npx l2tpspec run --lab 'my lab'\\''s/x.yaml' --case rfc2661-0512 --role lns --seed 42 --strict`);
});

test.each([
  ["below the working directory", join(process.cwd(), "a", "b"), join("a", "b")],
  ["the working directory", process.cwd(), "."],
  ["elsewhere", "/elsewhere/a", "/elsewhere/a"],
])("a path %s", (_where, path, shown) => {
  expect(fromHere(path)).toBe(shown);
});
