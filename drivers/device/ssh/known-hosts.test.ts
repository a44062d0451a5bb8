import { createHmac } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { addKnownHost, fingerprint, lookUp, parseKnownHosts, readKnownHosts } from "./known-hosts.ts";

/** A key's blob: the type's name, length first, and something behind it. */
function keyOf(type: string, rest: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type + rest)]);
}

const KEY = keyOf("ssh-ed25519", "one");
const OTHER = keyOf("ssh-ed25519", "two");
const RSA = keyOf("ssh-rsa", "three");
const line = (hosts: string, key = KEY, type = "ssh-ed25519"): string => `${hosts} ${type} ${key.toString("base64")}`;

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

describe("a host is found", () => {
  test.each([
    ["by name", line("fw1.lab"), "fw1.lab", 22],
    ["by name, whatever its case", line("FW1.lab"), "fw1.LAB", 22],
    ["in a list", line("a,fw1.lab,10.0.0.1"), "10.0.0.1", 22],
    ["by name and port", line("[fw1.lab]:2222"), "fw1.lab", 2222],
    ["by pattern", line("*.lab,!fw2.lab"), "fw1.lab", 22],
    ["by the hash of its name", line(hashed("fw1.lab")), "fw1.lab", 22],
    ["by the hash of its name and port", line(hashed("[fw1.lab]:2222")), "fw1.lab", 2222],
  ])("%s", (_, text, host, port) => {
    expect(lookUp(parseKnownHosts(`# remark\n\n${text}\n`), host, port, KEY)).toEqual({ is: "known", line: 3 });
  });

  test.each([
    ["another port", line("fw1.lab"), "fw1.lab", 2222],
    ["taken out of a pattern", line("*.lab,!fw2.lab"), "fw2.lab", 22],
    ["a dot is no pattern", line("fw1.lab"), "fw1xlab", 22],
    ["another hash", line(hashed("fw9.lab")), "fw1.lab", 22],
    ["a certificate's authority is no host key", `@cert-authority ${line("fw1.lab")}`, "fw1.lab", 22],
  ])("but not %s", (_, text, host, port) => {
    expect(lookUp(parseKnownHosts(text), host, port, KEY)).toEqual({ is: "unknown" });
  });
});

test("another key of the same type has changed; one of another type is unknown", () => {
  const known = parseKnownHosts(line("fw1.lab"));
  expect(lookUp(known, "fw1.lab", 22, OTHER)).toEqual({ is: "changed", line: 1, expected: fingerprint(KEY) });
  expect(lookUp(known, "fw1.lab", 22, RSA)).toEqual({ is: "unknown" });
});

test("a revoked key is refused, even where another line knows it", () => {
  const known = parseKnownHosts(`${line("fw1.lab")}\n@revoked ${line("*")}`);
  expect(lookUp(known, "fw1.lab", 22, KEY)).toEqual({ is: "revoked", line: 2 });
});

test("a key that was added is known from then on, and its file is its owner's alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "l2tpspec-known-hosts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, ".ssh", "known_hosts");
  expect(readKnownHosts(path)).toEqual([]);
  addKnownHost(path, "fw1.lab", 2222, KEY);
  expect(readFileSync(path, "utf8")).toBe(`${line("[fw1.lab]:2222")}\n`);
  expect(lookUp(readKnownHosts(path), "fw1.lab", 2222, KEY)).toEqual({ is: "known", line: 1 });
});

test.each([
  ["without an end", ""],
  ["with one", "\n"],
  ["with a carriage return", "\r\n"],
])("a key is added behind a last line %s, and the file keeps its mode", (_, end) => {
  const folder = mkdtempSync(join(tmpdir(), "l2tpspec-known-hosts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "known_hosts");
  writeFileSync(path, `${line("fw1.lab")}${end}`);
  chmodSync(path, 0o640);
  addKnownHost(path, "fw2.lab", 22, OTHER);
  expect(readFileSync(path, "utf8")).toBe(`${line("fw1.lab")}${end || "\n"}${line("fw2.lab", OTHER)}\n`);
  expect(lookUp(readKnownHosts(path), "fw1.lab", 22, KEY)).toEqual({ is: "known", line: 1 });
  expect(lookUp(readKnownHosts(path), "fw2.lab", 22, OTHER)).toEqual({ is: "known", line: 2 });
  expect(statSync(path).mode & 0o777).toBe(0o640);
});
