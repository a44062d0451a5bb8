/** Mistakes in the call, through the real subcommands: 64, one line, and nothing is left behind. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./program.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-usage-"));
  writeFileSync(join(dir, "text.yaml"), "just text");
  writeFileSync(join(dir, "broken.yaml"), "a: [b");
  writeFileSync(join(dir, "plain.yaml"), "schema: 1\nusers:\n  - { name: u, password: My-S3cret }\n");
  writeFileSync(join(dir, "alias.yaml"), "a: *nobody");
  writeFileSync(join(dir, "users.yaml"), "- { name: u, password: My-S3cret, address: here }\n");
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(dir, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(dir, "key.yaml"), "schema: 1\nrolle: [lns]\n");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function said(...argv: string[]): Promise<{ code: number; line: string }> {
  let line = "";
  const before = process.exitCode;
  const code = await runCommand(
    argv.map((word) => word.replace("DIR", dir)),
    { write: (text) => (line += text) },
  );
  process.exitCode = before;
  return { code, line };
}

const RUN = ["run", "--out", "DIR/out"];
test.each<[argv: string[], line: RegExp]>([
  [[...RUN, "--lab", "nowhere.yaml"], /nowhere\.yaml: expected a lab file, found no such file$/],
  [[...RUN, "--lab", "DIR"], /: expected a lab file that can be read, found EISDIR$/],
  [[...RUN, "--lab", "DIR/text.yaml"], /text\.yaml:1: expected object, found "just text"$/],
  [[...RUN, "--lab", "DIR/broken.yaml"], /broken\.yaml:\d: expected YAML, found Flow sequence .*\(column \d+\)$/],
  [[...RUN, "--lab", "DIR/alias.yaml"], /alias\.yaml: expected YAML, found Unresolved alias .*nobody$/],
  [[...RUN, "--lab", "DIR/key.yaml"], /key\.yaml:2: expected no other keys, found "rolle" \(and \d+ more\)$/],
  [[...RUN, "--case", "nope"], /--case: expected the id of a case .*, found nope$/],
  [[...RUN, "--case", ""], /option '--case <ids>' argument '' is invalid\. expected names by comma$/],
  [[...RUN, "--suite", "nope"], /--suite: expected a folder or file of suites\/, found nope$/],
  [[...RUN, "--role", "pac"], /'pac' is invalid\. Allowed choices are lac, lns\.$/],
  [[...RUN, "--case", "call-lns-0001", "--role", "lac"], /: expected a selection that holds a case, found none$/],
  [[...RUN, "--seed", "x"], /'--seed <n>' argument 'x' is invalid\. expected a whole number$/],
  [[...RUN, "--seed", ""], /expected a whole number$/],
  [[...RUN, "--baseline", "nope.json"], /nope\.json: expected a baseline, found ENOENT$/],
  [["run", "--out", "/proc/l2tpspec"], /--out: expected a folder that can be written to, found \/proc\/l2tpspec: E/],
  [["run", "--out", "DIR/text.yaml/x"], /--out: expected a folder that can be written to, found .*: ENOTDIR$/],
  [["list", "--case", ","], /expected names by comma$/],
  [["mutants", "--id", "mutant-none"], /--id: expected the id of a mutant, such as mutant-0001, found mutant-none$/],
  [["mutants", "--seed", "x"], /expected a whole number$/],
  [["report", "DIR/out"], /run\.json: expected a run's folder with its run\.json, found ENOENT$/],
  [["compare", "DIR"], /: expected two runs or more, found one$/],
  [["compare", "DIR", "DIR/nope"], /: expected a run's folder or its results\.json, found a folder without either$/],
  [["compare", "a", "b", "--tolerance-ratio", "0.5"], /argument '0\.5' is invalid\. expected a factor of 1 or more$/],
  [["certify", "DIR"], /required option '--profile <name>' not specified$/],
  [["certify", "DIR", "--profile", "nope", "--key", "k"], /--profile: expected call-lns, call-lac, .*, found nope$/],
  [
    ["certify", "DIR", "--profile", "call-lns", "--key", "nope.pem"],
    /nope\.pem: --key: expected an Ed25519 .*, found ENOENT$/,
  ],
  [
    ["certify", "DIR", "--profile", "call-lns", "--key", "DIR/text.yaml"],
    /text\.yaml: --key: expected .*, found something else$/,
  ],
  [
    ["certify", "DIR/nope", "--profile", "call-lns", "--key", "DIR/key.pem"],
    /nope: expected a run's folder .*, found no such folder$/,
  ],
  [
    ["certify", "DIR", "--profile", "call-lns", "--key", "DIR/key.pem"],
    /: expected a run's folder with its run\.json, found none$/,
  ],
  [
    ["certify", "DIR", "--profile", "call-lns", "--key", "DIR/key.pem", "--browser", "/nope"],
    /--browser: expected .*, found \/nope: no such file$/,
  ],
  [
    ["certify", "DIR", "--profile", "call-lns", "--key", "DIR/key.pem", "--out", "/proc/x/y.tar"],
    /--out: expected a folder to write into/,
  ],
  [
    ["verify", "DIR/nope.tar"],
    /nope\.tar: expected a bundle of l2tpspec certify, a tar or a folder, found no such file$/,
  ],
  [
    ["verify", "DIR", "--key", "DIR/key.pem"],
    /key\.pem: --key: expected an Ed25519 public key in PEM, found a private key$/,
  ],
  [["doctor", "--lab", "nowhere.yaml"], /nowhere\.yaml: expected a lab file, found no such file$/],
  [["peer", "lns", "--listen", "here"], /argument 'here' is invalid\. expected an IPv4 address, or ADDRESS:PORT$/],
  [["peer", "lns", "--listen", "127.0.0.1:99999"], /expected an IPv4 address, or ADDRESS:PORT$/],
  [["peer", "lns", "--pool", "1.2.3.4/99"], /expected a prefix of 1 to 30 bits such as 172\.16\.1\.0\/24$/],
  [["peer", "lns", "--gateway", "x"], /argument 'x' is invalid\. expected an IPv4 address$/],
  [["peer", "lns", "--dns", "1.1.1.1,x"], /expected an IPv4 address$/],
  [["peer", "lns", "--mru", "70000"], /expected at most 65535$/],
  [
    ["peer", "lns", "--password-file", "/no/such"],
    /--password-file: expected a file \/no\/such that can be read, found E/,
  ],
  [["peer", "lns", "--users", "/no/such"], /--users: expected a file \/no\/such that can be read, found ENOENT$/],
  [
    ["peer", "lns", "--users", "DIR/users.yaml"],
    /users\.yaml: \[0\]\.address: expected an IPv4 address, found "here"$/,
  ],
  [["peer", "lns", "--require-tunnel-auth"], /--require-tunnel-auth: expected --secret or --secret-file with it, /],
  [["peer", "lac", "example.com"], /'example\.com' is invalid .*expected an IPv4 address, or ADDRESS:PORT$/],
])("%j", async (argv, expected) => {
  const { code, line } = await said(...argv);
  expect(line.trim()).toMatch(expected);
  expect(line.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(64);
  expect(existsSync(join(dir, "out"))).toBe(false);
});

test("a password where its reference should stand is not repeated", async () => {
  const { code, line } = await said(...RUN, "--lab", "DIR/plain.yaml");
  expect(code).toBe(64);
  expect(line).not.toContain("My-S3cret");
});

describe("what the machine refuses is neither a bug nor a mistake in the call", () => {
  test("a port in use", async () => {
    const socket = createSocket("udp4").bind(0, "127.92.1.1");
    await once(socket, "listening");
    const { port } = socket.address();
    const { code, line } = await said("peer", "lns", "--listen", `127.92.1.1:${port}`);
    socket.close();
    expect([code, line]).toEqual([
      2,
      `l2tpspec: cannot bind 127.92.1.1:${port}: the port is in use by another socket\n`,
    ]);
  });

  test("an address of nobody here", async () => {
    const { code, line } = await said("peer", "lns", "--listen", "192.0.2.1");
    expect([code, line]).toEqual([
      2,
      "l2tpspec: cannot bind 192.0.2.1:1701: no interface of this host has that address\n",
    ]);
  });
});
