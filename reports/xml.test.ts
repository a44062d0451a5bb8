import { describe, expect, test } from "vitest";
import { parseXml } from "./parse-xml.ts";
import { el, escapeXml } from "./xml.ts";

describe("what a device may have put into a name", () => {
  test.each([
    ["<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"],
    ['a & "b"', "a &amp; &quot;b&quot;"],
    ["tab\tand\nnewline", "tab\tand\nnewline"],
    ["nul\u0000 bell\u0007 esc\u001b", "nul\uFFFD bell\uFFFD esc\uFFFD"],
    ["half a pair \ud83d.", "half a pair \uFFFD."],
    ["a whole one \u{1f511}", "a whole one \u{1f511}"],
    ["\uffff", "\uFFFD"],
  ])("%j", (text, escaped) => {
    expect(escapeXml(text)).toBe(escaped);
  });
});

test("an element comes back as it was written", () => {
  const hostile = `"><&'\u0001]]>`;
  const parsed = parseXml(el("a", { x: hostile, left: undefined, n: 3 }, escapeXml(hostile), el("b", {})));
  expect(parsed.attributes).toEqual({ x: `"><&'\uFFFD]]>`, n: "3" });
  expect(parsed.text).toBe(`"><&'\uFFFD]]>`);
  expect(parsed.children.map((c) => c.name)).toEqual(["b"]);
});

describe("the parser of the tests can fail", () => {
  test.each([
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<a x=1/>",
    '<a x="1" x="2"/>',
    "<a>&</a>",
    "<a>\u0000</a>",
    "text",
    "</a>",
  ])("%j", (source) => {
    expect(() => parseXml(source)).toThrow();
  });
});
