import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderFiles, heldFiles, isSafe } from "./files.ts";
import * as seal from "./seal.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-seal-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A signed bundle of two files. */
function sealed(): Map<string, Uint8Array> {
  const all = new Map<string, Uint8Array>([
    ["a.txt", Buffer.from("a")],
    ["cases/x/run.pcapng", Buffer.from("capture")],
    [seal.PUBLIC_KEY, Buffer.from(seal.publicPem(privateKey))],
  ]);
  const manifest = seal.manifestOf(heldFiles(all));
  all.set(seal.MANIFEST, Buffer.from(manifest));
  all.set(seal.SIGNATURE, seal.signatureOf(manifest, privateKey));
  return all;
}

/** What is said of the bundle after a change. */
function said(change: (all: Map<string, Uint8Array>) => void, key = publicKey): readonly string[] {
  const all = sealed();
  change(all);
  const files = heldFiles(all);
  const signature = seal.checkSignature(files, key);
  return [...(signature.holds ? [] : [signature.text]), ...seal.sealFaults(files).map((f) => f.text)];
}

const text = (words: string): Uint8Array => Buffer.from(words);

describe("a sealed bundle", () => {
  test("holds, by the key given and by the key inside", () => {
    expect(said(() => undefined)).toEqual([]);
    const fingerprint = seal.fingerprintOf(publicKey);
    const files = heldFiles(sealed());
    expect(seal.checkSignature(files, publicKey)).toEqual({ holds: true, fingerprint, by: "the key given" });
    expect(seal.checkSignature(files, undefined)).toEqual({ holds: true, fingerprint, by: "the key inside" });
  });

  test.each<[string, (all: Map<string, Uint8Array>) => void, RegExp]>([
    [
      "a changed file",
      (all) => all.set("a.txt", text("b")),
      /^a\.txt: expected the file that was sealed, found a file that was changed$/,
    ],
    [
      "a missing file",
      (all) => all.delete("cases/x/run.pcapng"),
      /^cases\/x\/run\.pcapng: expected .*, found no such file$/,
    ],
    [
      "an added file",
      (all) => all.set("b.txt", text("b")),
      /^b\.txt: expected no such file, found a file that was added$/,
    ],
    [
      "no manifest",
      (all) => all.delete(seal.MANIFEST),
      /^MANIFEST\.sha256: expected a signed manifest, found no such file$/,
    ],
    [
      "no signature",
      (all) => all.delete(seal.SIGNATURE),
      /^MANIFEST\.sha256\.sig: expected a signed manifest, found no such file$/,
    ],
    [
      "another signature",
      (all) => all.set(seal.SIGNATURE, Buffer.alloc(64)),
      /^MANIFEST\.sha256\.sig: expected a signature of MANIFEST\.sha256 by the key/,
    ],
    [
      "half a signature",
      (all) => all.set(seal.SIGNATURE, Buffer.alloc(9)),
      /^MANIFEST\.sha256\.sig: expected a signature/,
    ],
    [
      "another key inside",
      (all) => all.set(seal.PUBLIC_KEY, text(seal.publicPem(other.publicKey))),
      /^public-key\.pem: expected the file that was sealed, found a file that was changed$/,
    ],
    [
      "a manifest that is none",
      (all) => all.set(seal.MANIFEST, text("hello\n")),
      /^MANIFEST\.sha256: expected a digest and a path in each line, found something else in line 1$/,
    ],
  ])("tells of %s by name", (_, change, words) => {
    expect(said(change)).toContainEqual(expect.stringMatching(words));
  });

  test("any octet of any file changed is told", () => {
    for (const [path, octets] of sealed())
      for (let at = 0; at < octets.length; at++) {
        const changed = Buffer.from(octets);
        changed[at]! ^= 0x20;
        expect(
          said((all) => all.set(path, changed)),
          `${path} ${at}`,
        ).not.toEqual([]);
      }
  });

  test("signed anew by somebody else is told where the key is known, and not where it is not", () => {
    const forge = (all: Map<string, Uint8Array>): void => {
      all.set("a.txt", text("forged"));
      all.set(seal.PUBLIC_KEY, text(seal.publicPem(other.publicKey)));
      all.set(seal.MANIFEST, text(seal.manifestOf(heldFiles(all))));
      all.set(seal.SIGNATURE, seal.signatureOf(seal.manifestOf(heldFiles(all)), other.privateKey));
    };
    expect(said(forge)).toEqual([
      expect.stringMatching(
        /^public-key\.pem: expected the key [0-9a-f]{64}, found [0-9a-f]{64}: somebody else signed/,
      ),
    ]);
    const all = sealed();
    forge(all);
    expect(seal.checkSignature(heldFiles(all), undefined)).toMatchObject({
      holds: true,
      fingerprint: seal.fingerprintOf(other.publicKey),
    });
  });

  test("can be checked without this tool", () => {
    for (const [path, octets] of sealed()) if (!path.includes("/")) writeFileSync(join(dir, path), octets);
    const openssl = spawnSync(
      "openssl",
      [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        seal.PUBLIC_KEY,
        "-rawin",
        "-in",
        seal.MANIFEST,
        "-sigfile",
        seal.SIGNATURE,
      ],
      { cwd: dir, encoding: "utf8" },
    );
    const sums = spawnSync("sha256sum", ["-c", "--ignore-missing", seal.MANIFEST], { cwd: dir, encoding: "utf8" });
    expect([openssl.stdout.trim(), sums.status]).toEqual(["Signature Verified Successfully", 0]);
  });
});

test("keys that are none are the caller's mistake, in one line that shows nothing of them", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const pem = (name: string, words: string): string => {
    writeFileSync(join(dir, name), words);
    return join(dir, name);
  };
  const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const locked = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString();
  const rsaPem = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  expect(seal.fingerprintOf(seal.readPrivateKey(pem("good.pem", secret)))).toBe(seal.fingerprintOf(publicKey));
  expect(() => seal.readPrivateKey(join(dir, "none.pem"))).toThrow(
    /none\.pem: --key: expected an Ed25519 private key in PEM.*, found ENOENT$/,
  );
  expect(() => seal.readPrivateKey(pem("text.pem", "My-S3cret"))).toThrow(
    /text\.pem: --key: expected .*, found something else$/,
  );
  expect(() => seal.readPrivateKey(pem("locked.pem", locked))).toThrow(
    /locked\.pem: --key: expected .*, found something else$/,
  );
  expect(() => seal.readPrivateKey(pem("rsa.pem", rsaPem))).toThrow(
    /rsa\.pem: --key: expected .*, found a key for rsa$/,
  );
  expect(() => seal.readPrivateKey(pem("public.pem", seal.publicPem(publicKey)))).toThrow(
    /public\.pem: --key: expected .*, found something else$/,
  );
  expect(() => seal.readPublicKey(join(dir, "good.pem"))).toThrow(
    /good\.pem: --key: expected an Ed25519 public key in PEM, found a private key$/,
  );
});

test("a link in a folder is followed nowhere, and named", () => {
  symlinkSync("/etc/passwd", join(dir, "link"));
  const files = folderFiles(dir, new Set(["rsa.pem"]));
  expect([files.strangers, files.has("link"), files.has("rsa.pem")]).toEqual([["link"], false, false]);
});

test.each(["", "..", "a/../b", "/a", "a//b", "a\\b", "a\nb", "C:x", "./a", "a/", "x".repeat(2000)])(
  "%j is no path of a bundle",
  (path) => {
    expect(isSafe(path)).toBe(false);
  },
);
