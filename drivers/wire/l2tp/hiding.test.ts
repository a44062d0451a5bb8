import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, NO_OCTETS, ofText, textOf } from "#wire/octets";
import { challengeResponse, hide, reveal } from "./hiding.ts";

const SECRET = ofText("tunnelsecret");

/** From captures: both peers answered with Session ID 77, so they had undone the hiding. */
describe("an Assigned Session ID of 77", () => {
  test("that xl2tpd took, without padding", () => {
    const vector = fromHex("6f0c2503ffc5310348f6ea21323d7f85");
    expect(hex(hide(14, fromHex("004d"), SECRET, vector))).toBe("d88ab820");
    expect(reveal(14, fromHex("d88ab820"), SECRET, vector)).toEqual({ value: fromHex("004d") });
  });
  test("that l2tpns took, with padding that nobody can know", () => {
    const vector = fromHex("4eddea2e836d829f6af5badc0ee8fc69");
    const cipher = fromHex("dd28bc3e 51e287f890e9abc4fb54182d");
    expect(reveal(14, cipher, SECRET, vector)).toEqual({ value: fromHex("004d") });
    const hidden = hide(14, fromHex("004d"), SECRET, vector, new Uint8Array(12));
    expect(hidden).toHaveLength(16);
    expect(hex(hidden, 0, 4)).toBe("dd28bc3e");
  });
});

describe("a Called Number over three blocks that l2tpns took, the last octet being padding", () => {
  const vector = fromHex("e99be186d998c3cdf2ce41891a15e338");
  const cipher = fromHex("24d3f4e3ab138e039e28a010186e60bc 89ce51d3c3a82ede314795e225f9c3c9 b4");
  const clear = "0123456789ABCDEFGHIJKLMNOPQRST";

  test("is revealed", () => {
    const opened = reveal(21, cipher, SECRET, vector);
    expect("value" in opened && textOf(opened.value)).toBe(clear);
  });
  test("is hidden the same, but for the padding", () => {
    const hidden = hide(21, ofText(clear), SECRET, vector, fromHex("00"));
    expect(hidden).toHaveLength(cipher.length);
    expect(hex(hidden, 0, 32)).toBe(hex(cipher, 0, 32));
  });
});

test.each([0, 1, 13, 14, 15, 16, 29, 30, 31, 46, 100, 1015])("%i octets of value, at and round the blocks", (n) => {
  const value = Uint8Array.from({ length: n }, (_, i) => i);
  const hidden = hide(33, value, SECRET, fromHex("01"));
  expect(hidden).toHaveLength(n + 2);
  expect(reveal(33, hidden, SECRET, fromHex("01"))).toEqual({ value });
});

describe("what is deciphered bounds no read", () => {
  const vector = fromHex("00112233445566778899aabbccddeeff");
  test("another secret gives an issue or other octets, never more than there are", () => {
    for (let n = 0; n < 64; n++) {
      const hidden = hide(14, new Uint8Array(n), SECRET, vector);
      const opened = reveal(14, hidden, ofText(`wrong${n}`), vector);
      if ("value" in opened) expect(opened.value.length).toBeLessThanOrEqual(n);
      else expect(opened.issue).toContain("original length");
    }
  });
  test.each([NO_OCTETS, fromHex("aa")])("%o cannot hold the length field", (cipher) =>
    expect(reveal(14, cipher, SECRET, vector)).toHaveProperty("issue"),
  );
  test("an original length of one too many", () => {
    const bogus = hide(14, fromHex("aabb"), SECRET, vector);
    bogus[1] = (bogus[1] as number) ^ 2 ^ 3; // the length 2 becomes 3 under the cipher
    expect(reveal(14, bogus, SECRET, vector)).toEqual({
      issue: "the original length reads 3, but only 2 octets follow",
    });
  });
  test("the cipher text is left as it was", () => {
    const hidden = hide(14, new Uint8Array(40), SECRET, vector);
    const before = hex(hidden);
    reveal(14, hidden, SECRET, vector);
    expect(hex(hidden)).toBe(before);
  });
});

test("type, secret and vector all count", () => {
  const value = fromHex("004d");
  const vector = fromHex("0102");
  const all = [
    hide(14, value, SECRET, vector),
    hide(9, value, SECRET, vector),
    hide(14, value, ofText("other"), vector),
    hide(14, value, SECRET, fromHex("0103")),
    hide(14, value, concat(SECRET, fromHex("01")), fromHex("02")),
  ].map((octets) => hex(octets));
  expect(new Set(all).size).toBe(4);
  // MD5 takes one run of octets, so where the secret ends and the vector begins is not told apart (RFC 2661 §4.3).
  expect(all[4]).toBe(all[0]);
});

/** xl2tpd at both ends, secret "tunsecret": the identifier is the type of the message that answers. */
test.each([
  [2, "7afe0ba5ecb42db9e2a7afa46dbeef14", "226014701688075ee8f93a5b8e4a1d58"],
  [3, "44f26e74eda3c4ba95ae280c34d66b64", "6c9f96ce08a50faf907074a10d141687"],
  [2, "c5b87cddefece61128bcc7c361d46ec1", "d3fd82c22ff0b6aa9a8e4b095cb4b364"],
])("Challenge Response in a message of type %i", (type, challenge, response) => {
  expect(hex(challengeResponse(type, ofText("tunsecret"), fromHex(challenge)))).toBe(response);
});
