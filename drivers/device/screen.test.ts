import { describe, expect, test } from "vitest";
import { clean, cleanCut, lastLine } from "./screen.ts";

describe("what is left on the screen", () => {
  test.each([
    ["a blank taken back", "displ \x1b[1Day", "display"],
    ["the pager's line, wiped by steps to the left", "a\n\x1b[16D                \x1b[16Db", "a\nb"],
    ["the pager's line, wiped by returns", "a\n\r                \rb", "a\nb"],
    ["colours", "\x1b[1;31mred\x1b[0m", "red"],
    ["a title and a character set", "\x1b]0;FW\x07\x1b(Bx\x1b>", "x"],
    ["several returns at a line's end", "a\r\r\nb\r\n", "a\nb\n"],
    ["a letter taken back", "disx\bplay", "display"],
    ["letters taken back to the line's beginning and beyond", "a\nb\b\b\bc", "a\nc"],
    ["zeros", "a\0b", "ab"],
  ])("of %s", (_, text, left) => {
    expect(clean(text)).toBe(left);
  });

  test.each(["a \x1b", "a\x1b[", "a \x1b[1", "a\x1b]0;F", "a\r", "a\x1b("])(
    "of a sequence that was cut: %j",
    (text) => {
      expect(cleanCut(text)).toBe("a");
    },
  );

  test("its last line", () => {
    expect(lastLine("one\r\ntw \x1b[1Do")).toBe("two");
    expect(lastLine("one\r\n")).toBe("");
  });
});
