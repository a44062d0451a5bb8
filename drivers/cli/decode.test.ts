import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";
import { decode, type DecodeOptions } from "./decode.ts";

const dir = mkdtempSync(join(tmpdir(), "l2tpspec-decode-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** A whole call between two real implementations, PAP and a ping. */
const CALL = join(PACKAGE_ROOT, "fixtures", "captures", "debian-router-pap-user.pcap");

/** What is printed, and the error after it. */
async function decoded(file: string, options: DecodeOptions = {}): Promise<{ text: string; error: unknown }> {
  let text = "";
  const stream = new Writable({
    decodeStrings: false,
    // A reader that takes its time: what is written must wait for it, not pile up or be lost.
    write: (chunk: string, _encoding, done) => {
      text += chunk;
      setImmediate(done);
    },
  });
  let error: unknown;
  await decode(file, options, stream).catch((e: unknown) => (error = e));
  return { text, error };
}
const linesOf = (text: string): string[] => text.split("\n").slice(0, -1);

describe("one line a packet", async () => {
  const { text, error } = await decoded(CALL);
  const lines = linesOf(text);

  test("number, seconds since the first packet, and the packet", () => {
    expect(error).toBeUndefined();
    expect(lines[0]).toBe(
      "    1   0.000000 192.0.2.2:1701 > 192.0.2.1:1701 L2TP data tid 56275 sid 56974 | PPP IPV6 (48 octets)",
    );
    expect(lines[2]).toMatch(/^ {4}3 {3}3\.501045 192\.0\.2\.1:1701 > 192\.0\.2\.2:1701 L2TP SCCRP /);
  });

  test("a password is masked unless it is asked for", async () => {
    expect(text).toMatch(/PAP Authenticate-Request id 1 peerId=user1 password=\*\*\*/);
    const shown = await decoded(CALL, { showSecrets: true });
    expect(shown.text).not.toContain("password=***");
    expect(shown.text).toMatch(/peerId=user1 password=\w+/);
  });

  test("--count stops, --filter chooses, and the numbers stay those of the file", async () => {
    const two = await decoded(CALL, {
      count: 2,
      filter: "l2tp.type == ICRQ || l2tp.type == ICRP || l2tp.type == ICCN",
    });
    expect(linesOf(two.text).map((l) => l.replace(/^ *(\d+) .* L2TP (\w+) .*$/, "$1 $2"))).toEqual([
      "6 ICRQ",
      "7 ICRP",
    ]);
    expect((await decoded(CALL, { count: 0 })).text).toBe("");
  });
});

test("--tree gives every field a line, and a blank line after the packet", async () => {
  const { text } = await decoded(CALL, { tree: true, count: 1, filter: "l2tp.type == SCCRQ" });
  expect(text).toMatch(/^ {4}2 +3\.488297 \w+, \d+ octets\n/);
  expect(text).toMatch(/^ +\d+ \+\d+ +avp\.hostName +"?lac"?$/m);
  expect(text).toMatch(/\n\n$/);
});

describe("--json", () => {
  test("one object a line, with fields by path and nanoseconds as a string", async () => {
    const { text } = await decoded(CALL, { json: true });
    const packets = linesOf(text).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(packets.length).toBe(linesOf((await decoded(CALL)).text).length);
    expect(packets[1]).toMatchObject({ no: 2, fields: { "l2tp.type": "SCCRQ", "avp.hostName": "lac" }, issues: [] });
    expect(packets[1]?.tNs).toMatch(/^\d{19}$/);
  });

  test("a password is masked there too", async () => {
    const only = { json: true, filter: "pap.password" };
    expect((await decoded(CALL, only)).text).toContain('"pap.password":"***"');
    expect((await decoded(CALL, { ...only, showSecrets: true })).text).not.toContain('"***"');
  });
});

describe("what cannot be read", () => {
  test("a file that is cut off: what is whole comes first, then one line names the octet", async () => {
    const whole = await decoded(CALL);
    const file = join(dir, "cut.pcap");
    writeFileSync(file, readFileSync(CALL).subarray(0, -10));
    const { text, error } = await decoded(file);
    expect(linesOf(text)).toEqual(linesOf(whole.text).slice(0, -1));
    expect(error).toMatchObject({
      name: "Misuse",
      exitCode: 64,
      message: expect.stringMatching(/cut\.pcap: octet \d+: expected /) as string,
    });
  });

  test.each([
    ["no file", "none.pcap", undefined, /none\.pcap: expected a capture file that can be read, found ENOENT$/],
    ["a folder", ".", undefined, /: expected a capture file that can be read, found EISDIR$/],
    [
      "text",
      "text.pcap",
      "hello, this is no capture",
      /text\.pcap: octet 0: expected the first octets of pcap or pcapng, found /,
    ],
    ["nothing", "empty.pcap", "", /empty\.pcap: octet 0: expected a pcap or pcapng file, found /],
  ])("%s", async (_what, name, content, message) => {
    const file = join(dir, name);
    if (content !== undefined) writeFileSync(file, content);
    const { text, error } = await decoded(file);
    expect(text).toBe("");
    expect(error).toMatchObject({ name: "Misuse", message: expect.stringMatching(message) as string });
  });

  test.each([
    [{ json: true, tree: true }, "expected one of --tree and --json, found both"],
    [{ filter: "l2tp.typ" }, '--filter "l2tp.typ", column 1: expected a field such as l2tp.type, found l2tp.typ'],
  ])("options %j", async (options, message) => {
    expect((await decoded(CALL, options)).error).toMatchObject({ name: "Misuse", message });
  });
});
