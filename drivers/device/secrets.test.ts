import { expect, test } from "vitest";
import { Secrets } from "./secrets.ts";

function knowing(...secrets: string[]): Secrets {
  const known = new Secrets();
  known.add(secrets);
  return known;
}

test.each([
  ["as it is", "cipher s3cret.x end", "cipher *** end"],
  ["twice", "s3cret.x s3cret.x", "*** ***"],
  ["wrapped anywhere", "s3c\n  ret\n.x", "***"],
  ["another that looks like its pattern", "s3cretyx", "s3cretyx"],
])("a secret is masked: %s", (_, text, masked) => {
  expect(knowing("s3cret.x").mask(text)).toBe(masked);
});

test("of two that begin alike the longer one goes whole, in whatever order they came", () => {
  const secrets = knowing("abc");
  secrets.add(["abcdef"]);
  expect(secrets.mask("abcdef abc")).toBe("*** ***");
});

test("nothing and blanks are no secrets", () => {
  expect(knowing("", "  ").mask("a b")).toBe("a b");
  expect(new Secrets().maskCut("a b")).toBe("a b");
});

test.each([
  ["cipher s3cret", "cipher ***"],
  ["cipher s3\ncr\n", "cipher ***"],
  ["cipher s", "cipher ***"],
  ["cipher s3cret.x", "cipher ***"],
  ["cipher s3cret.x and s3c", "cipher *** and ***"],
  ["s3cret is not at the end", "s3cret is not at the end"],
])("one that is cut off is masked at the end: %j", (text, masked) => {
  expect(knowing("s3cret.x").maskCut(text)).toBe(masked);
});
