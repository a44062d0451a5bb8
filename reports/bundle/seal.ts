/**
 * The seal of a bundle: MANIFEST.sha256 names every file by its digest, and MANIFEST.sha256.sig signs the manifest with
 * Ed25519. Both can be checked without this tool: `sha256sum -c MANIFEST.sha256`, and `openssl pkeyutl -verify -rawin`.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Misuse } from "#fixtures/misuse";
import { digestOf } from "./digest.ts";
import type { Files } from "./files.ts";

export const MANIFEST = "MANIFEST.sha256";
export const SIGNATURE = "MANIFEST.sha256.sig";
export const PUBLIC_KEY = "public-key.pem";

/** Neither names itself. */
const UNSEALED: ReadonlySet<string> = new Set([MANIFEST, SIGNATURE]);

/** A line for each file, as sha256sum writes it. */
export function manifestOf(files: Files): string {
  const sealed = files.paths.filter((path) => !UNSEALED.has(path));
  return sealed.map((path) => `${files.digest(path)}  ${path}\n`).join("");
}

export interface SealFault {
  readonly path: string;
  readonly how: "missing" | "added" | "changed" | "broken";
  readonly text: string;
}

/** Every file that is not as the manifest has it, by name. */
export function sealFaults(files: Files): readonly SealFault[] {
  const sealed = new Map<string, string>();
  const faults: SealFault[] = [];
  const say = (path: string, how: SealFault["how"], found: string, expected = "the file that was sealed"): void => {
    faults.push({ path, how, text: `${path}: expected ${expected}, found ${found}` });
  };
  if (!files.has(MANIFEST)) {
    say(MANIFEST, "missing", "no such file", "the digests of the bundle's files");
    return faults;
  }
  const text = Buffer.from(files.read(MANIFEST)).toString("utf8");
  for (const [i, line] of text.replace(/\n$/, "").split("\n").entries()) {
    const [, digest, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (digest === undefined || path === undefined || sealed.has(path) || UNSEALED.has(path))
      say(MANIFEST, "broken", `something else in line ${i + 1}`, "a digest and a path in each line");
    else sealed.set(path, digest);
  }
  const present = new Set(files.paths.filter((path) => !UNSEALED.has(path)));
  for (const [path, digest] of sealed) {
    if (!present.has(path)) say(path, "missing", "no such file");
    else if (files.digest(path) !== digest) say(path, "changed", "a file that was changed");
  }
  for (const path of present) if (!sealed.has(path)) say(path, "added", "a file that was added", "no such file");
  return faults;
}

/** The key that signs. A locked one has no place to give its passphrase. */
export function readPrivateKey(file: string): KeyObject {
  return keyIn(file, "an Ed25519 private key in PEM, not locked with a passphrase", createPrivateKey);
}

/** The signer's key, as somebody was given it. */
export function readPublicKey(file: string): KeyObject {
  return keyIn(file, "an Ed25519 public key in PEM", (pem) => {
    // A private key would do too, and nobody should hand one out.
    if (pem.includes("PRIVATE KEY")) throw new Error("a private key");
    return createPublicKey(pem);
  });
}

function keyIn(file: string, expected: string, make: (pem: string) => KeyObject): KeyObject {
  let pem: string;
  try {
    pem = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Misuse({ file, field: "--key", expected, found: (cause as NodeJS.ErrnoException).code ?? "none", cause });
  }
  let key: KeyObject;
  try {
    key = make(pem);
  } catch (cause) {
    // What the library says may quote the file; it is somebody's key.
    const found = (cause as Error).message === "a private key" ? "a private key" : "something else";
    throw new Misuse({ file, field: "--key", expected, found });
  }
  if (key.asymmetricKeyType !== "ed25519")
    throw new Misuse({
      file,
      field: "--key",
      expected,
      found: `a key for ${key.asymmetricKeyType ?? "something else"}`,
    });
  return key;
}

export const publicPem = (key: KeyObject): string =>
  createPublicKey(
    key.type === "private" ? key.export({ type: "pkcs8", format: "pem" }) : key.export({ type: "spki", format: "pem" }),
  )
    .export({ type: "spki", format: "pem" })
    .toString();

/** SHA-256 of the key in DER: `openssl pkey -pubin -in public-key.pem -outform DER | sha256sum`. */
export function fingerprintOf(key: KeyObject): string {
  return digestOf(createPublicKey(publicPem(key)).export({ type: "spki", format: "der" }));
}

export const signatureOf = (manifest: string, key: KeyObject): Buffer => sign(null, Buffer.from(manifest), key);

export type SignatureCheck =
  | { readonly holds: true; readonly fingerprint: string; readonly by: "the key given" | "the key inside" }
  | { readonly holds: false; readonly text: string };

/** Whether the manifest bears a signature of the key; without one, of the key that lies in the bundle. */
export function checkSignature(files: Files, key: KeyObject | undefined): SignatureCheck {
  for (const path of [MANIFEST, SIGNATURE, PUBLIC_KEY])
    if (!files.has(path)) return { holds: false, text: `${path}: expected a signed manifest, found no such file` };
  const inside = keyInside(files);
  const used = key ?? inside;
  if (used === undefined)
    return { holds: false, text: `${PUBLIC_KEY}: expected an Ed25519 public key, found something else` };
  const fingerprint = fingerprintOf(used);
  if (verify(null, files.read(MANIFEST), used, files.read(SIGNATURE)))
    return { holds: true, fingerprint, by: key === undefined ? "the key inside" : "the key given" };
  const other = inside === undefined ? undefined : fingerprintOf(inside);
  const text =
    key !== undefined && other !== fingerprint
      ? `${PUBLIC_KEY}: expected the key ${fingerprint}, found ${other ?? "none"}: somebody else signed this bundle`
      : `${SIGNATURE}: expected a signature of ${MANIFEST} by the key ${fingerprint}, found none that holds`;
  return { holds: false, text };
}

function keyInside(files: Files): KeyObject | undefined {
  try {
    const key = createPublicKey(Buffer.from(files.read(PUBLIC_KEY)));
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}
