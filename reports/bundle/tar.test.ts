import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pack, type Headers } from "tar-stream";
import { describe, expect, test } from "vitest";
import { heldFiles, isSafe } from "./files.ts";
import { packTar, unpackTar } from "./tar.ts";

const LONG = `cases/${"a=1~".repeat(60)}x/run.pcapng`;
const FILES = heldFiles(
  new Map([
    ["cases/b/result.json", Buffer.from("{}")],
    ["MANIFEST.sha256", Buffer.from("abc")],
    ["empty", Buffer.alloc(0)],
    ["exact", Buffer.alloc(512, 7)],
    [LONG, Buffer.from("long")],
  ]),
);

describe("the tar of a bundle", () => {
  test("holds the files, and is the same octets whenever it is made", async () => {
    const octets = await packTar(FILES);
    const { files, faults } = await unpackTar(octets);
    expect(faults).toEqual([]);
    expect(files.paths).toEqual(["MANIFEST.sha256", LONG, "cases/b/result.json", "empty", "exact"]);
    for (const path of files.paths) expect(Buffer.from(files.read(path))).toEqual(Buffer.from(FILES.read(path)));
    // A bundle that was once issued is verified by this very form.
    expect(createHash("sha256").update(octets).digest("hex")).toMatchInlineSnapshot(
      `"4c24359d2ad92d662bc2db55bf8386c32c3a4ffb544ab72123582328a5097ace"`,
    );
  });

  test("cut off at any place is told, without a crash", async () => {
    const octets = await packTar(FILES);
    for (let length = 0; length < octets.length; length += 97) {
      const { faults } = await unpackTar(octets.subarray(0, length));
      expect(faults, String(length)).not.toEqual([]);
    }
  });

  test("with any octet changed is told, or another file is read", async () => {
    const octets = await packTar(FILES);
    for (let at = 0; at < octets.length; at += 13) {
      const changed = Buffer.from(octets);
      changed[at]! ^= 0x01;
      const { files, faults } = await unpackTar(changed);
      const other = FILES.paths.some(
        (p) => !files.has(p) || !Buffer.from(files.read(p)).equals(Buffer.from(FILES.read(p))),
      );
      expect(faults.length > 0 || other, String(at)).toBe(true);
    }
  });

  test.each<[string, Headers, RegExp]>([
    ["a path out of it", { name: "../etc/passwd" }, /"\.\.\/etc\/passwd": expected a path inside of the bundle/],
    ["an absolute path", { name: "/etc/passwd" }, /expected a path inside of the bundle/],
    ["a link", { name: "link", type: "symlink", linkname: "/etc/passwd" }, /"link": expected a file, found a symlink/],
    ["a hard link", { name: "hard", type: "link", linkname: "exact" }, /"hard": expected a file, found a link/],
    ["a device", { name: "dev", type: "character-device" }, /"dev": expected a file, found a character-device/],
    ["a second file of one name", { name: "twice" }, /"twice": expected one file of that name, found another/],
    [
      "a mode of its own",
      { name: "later", mode: 0o777 },
      /"later": expected its place in the tar as certify writes it/,
    ],
  ])("refuses %s", async (_, header, words) => {
    const made = pack();
    if (header.name === "twice") made.entry({ name: "twice", mtime: new Date(0) }, "x");
    made.entry({ mtime: new Date(0), ...header }, header.type === undefined ? "x" : "");
    made.finalize();
    const { files, faults } = await unpackTar(Buffer.concat((await Readable.from(made).toArray()) as Buffer[]));
    expect(faults).toEqual([expect.stringMatching(words)]);
    expect(files.paths.every(isSafe)).toBe(true);
  });

  test("of something else is none", async () => {
    for (const text of ["", "PK\x03\x04", "x".repeat(4000)])
      expect((await unpackTar(Buffer.from(text))).faults, text.slice(0, 4)).toHaveLength(1);
  });
});
