import { describe, expect, test } from "vitest";
import { echoOf } from "./echo.ts";

const isPrompt = (text: string): boolean => /^\s*<FW>\s*$/.test(text);
const LINE = "display this";

describe("an echo", () => {
  test.each([
    ["at once", "display this\nout\n", "out\n"],
    ["wrapped", "displ\nay this\nout\n", "out\n"],
    ["behind a prompt that was printed again", "log\n<FW>display this\nout\n", "out\n"],
    ["behind a prompt and blanks", "\n<FW> display  this \nout\n", "out\n"],
    ["and once more in the output", "display this\n display this\n", " display this\n"],
  ])("%s", (_, text, output) => {
    const echo = echoOf(text, LINE, isPrompt);
    expect(echo).toEqual({ end: text.length - output.length });
  });

  test.each(["display this", "disp", "<FW>display th", "log\n<FW>d", "disp\nlay t", "log\ndisp\nlay t"])(
    "that has not ended: %j",
    (text) => {
      expect(echoOf(text, LINE, isPrompt)).toBe("open");
    },
  );

  test.each(["", "\n", "<FW>", "log: display this\n<FW>", "display this is no echo\n<FW>", "out\n<FW>", "xdisp"])(
    "that is none: %j",
    (text) => {
      expect(echoOf(text, LINE, isPrompt)).toBeUndefined();
    },
  );

  test("of signs that a pattern would read otherwise", () => {
    expect(echoOf("a.*(b)[c]\n", "a.*(b)[c]", isPrompt)).toEqual({ end: 10 });
    expect(echoOf("axx(b)[c]\n", "a.*(b)[c]", isPrompt)).toBeUndefined();
  });

  test("with the mark that a device prints behind it", () => {
    expect(echoOf("display this (+B)\n", LINE, isPrompt)).toBeUndefined();
    expect(echoOf("display this (+B)\n", LINE, isPrompt, /\(\+B\)/)).toEqual({ end: 18 });
  });

  test("of an empty line there is none", () => {
    expect(echoOf("\n<FW>", "", isPrompt)).toBeUndefined();
  });
});
