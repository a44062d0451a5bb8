/** `verify` on bundles that were changed in every way, of one run of the reference LNS in memory. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldFiles } from "#reports/bundle/files";
import * as seal from "#reports/bundle/seal";
import { packTar, unpackTar } from "#reports/bundle/tar";
import * as shared from "./certify.fixture.ts";

const { certified, other, privateKey, profiles, verified, WHOLE } = shared;

let dir: string;
let bundle: string;
let copies = 0;
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = shared.folderWithKeys();
  bundle = at("bundle.tar");
  if (!WHOLE) return;
  await shared.runInto(at("run"), await shared.callLns());
  expect(await certified(dir, at("run"), bundle)).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The bundle's files, changed, and sealed and signed again by `key` where one is given. */
async function tampered(change: (all: Map<string, Uint8Array>) => void, key?: KeyObject): Promise<string> {
  const { files } = await unpackTar(readFileSync(bundle));
  const all = new Map(files.paths.map((path) => [path, files.read(path)]));
  change(all);
  if (key !== undefined) {
    all.set(seal.PUBLIC_KEY, Buffer.from(seal.publicPem(key)));
    all.set(seal.MANIFEST, Buffer.from(seal.manifestOf(heldFiles(all))));
    all.set(seal.SIGNATURE, seal.signatureOf(seal.manifestOf(heldFiles(all)), key));
  }
  const path = at(`tampered-${copies++}.tar`);
  writeFileSync(path, await packTar(heldFiles(all)));
  return path;
}

const CASE = "cases/call-lns-0001~lns";
const flipped = (octets: Uint8Array | undefined): Uint8Array => {
  const copy = Buffer.from(octets!);
  copy[copy.length >> 1]! ^= 1;
  return copy;
};

describe.skipIf(!WHOLE)("a bundle that was changed", () => {
  test("in one octet of a file fails by that name, whichever file it is", async () => {
    const kinds = [
      ...["run.json", "lab.json", "results.json", "certificate.json", "certificate.pdf", seal.PUBLIC_KEY],
      ...["ladder.json", "result.json", "run.pcapng", "trace.txt"].map((name) => `${CASE}/${name}`),
    ];
    const said = async (paths: readonly string[]): Promise<readonly string[]> => {
      const path = await tampered((all) => paths.forEach((p) => all.set(p, flipped(all.get(p)))));
      const { code, said: lines } = await verified(path);
      expect(code).toBe(1);
      return lines
        .split("\n")
        .flatMap((line) =>
          / expected the file that was sealed, found a file that was changed$/.test(line) ? [line.split(":")[0]!] : [],
        );
    };
    expect(await said(kinds)).toEqual([...kinds].sort());
    expect(await said([`${CASE}/trace.txt`])).toEqual([`${CASE}/trace.txt`]);
  });

  test.each<[string, (all: Map<string, Uint8Array>) => void, RegExp]>([
    [
      "a file less",
      (all) => all.delete(`${CASE}/run.pcapng`),
      /^cases\/call-lns-0001~lns\/run\.pcapng: expected the file that was sealed, found no such file$/m,
    ],
    [
      "a file more",
      (all) => all.set("cases/x/run.pcapng", Buffer.from("x")),
      /^cases\/x\/run\.pcapng: expected no such file, found a file that was added$/m,
    ],
    [
      "another manifest",
      (all) => all.set(seal.MANIFEST, flipped(all.get(seal.MANIFEST))),
      /^MANIFEST\.sha256\.sig: expected a signature of MANIFEST\.sha256/m,
    ],
    [
      "another signature",
      (all) => all.set(seal.SIGNATURE, flipped(all.get(seal.SIGNATURE))),
      /^MANIFEST\.sha256\.sig: expected a signature/m,
    ],
  ])("by %s", async (_, change, words) => {
    const { code, said } = await verified(await tampered(change), { key: at("key.pub") });
    expect([code, said]).toEqual([1, expect.stringMatching(words)]);
    expect(said).toMatch(/^not verified: /m);
  });

  test("is not saved by a signature of somebody else, where the signer's key is known", async () => {
    const path = await tampered((all) => all.set("note.txt", Buffer.from("x")), other.privateKey);
    expect(await verified(path, { key: at("key.pub") })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/public-key\.pem: expected the key .*: somebody else signed/) as string,
    });
    expect((await verified(bundle, { key: at("other.pub") })).code).toBe(1);
  });

  test.each<[string, (all: Map<string, Uint8Array>) => void, RegExp]>([
    [
      "a capture that is cut off",
      (all) => all.set(`${CASE}/run.pcapng`, all.get(`${CASE}/run.pcapng`)!.subarray(0, -7)),
      /^cases\/call-lns-0001~lns\/run\.pcapng: octet \d+: expected /m,
    ],
    [
      "a capture that is another case's",
      (all) => all.set(`${CASE}/run.pcapng`, all.get("cases/call-lns-0003~lns~id=1/run.pcapng")!),
      /^cases\/call-lns-0001~lns\/result\.json: expected what the capture shows \(.*\), found other frames$/m,
    ],
    [
      "another verdict",
      (all) =>
        all.set(
          "certificate.json",
          Buffer.from(
            Buffer.from(all.get("certificate.json")!).toString().replace('"verdict": "pass"', '"verdict": "remark"'),
          ),
        ),
      /^certificate\.json: clause RFC2661-[\w.-]+: expected pass as its capture shows, found remark$/m,
    ],
    [
      "a device that was given another name",
      (all) =>
        all.set(
          "certificate.json",
          Buffer.from(
            Buffer.from(all.get("certificate.json")!).toString().replace('"id": "reference"', '"id": "router"'),
          ),
        ),
      /^certificate\.json: device: expected what the run's files say, found something else$/m,
    ],
    [
      "a mark that was taken off",
      (all) =>
        all.set(
          "certificate.json",
          Buffer.from(
            Buffer.from(all.get("certificate.json")!)
              .toString()
              .replace(/"specimen": "[^"]*"/, '"specimen": null'),
          ),
        ),
      /^certificate\.json: specimen: expected /m,
    ],
    [
      "a certificate that is none",
      (all) => all.set("certificate.json", Buffer.from("{}")),
      /^certificate\.json: schema: expected 1, found nothing/m,
    ],
    [
      "no lab",
      (all) => all.delete("lab.json"),
      /^lab\.json: expected the lab, as the run kept it, found no such file$/m,
    ],
    [
      "no PDF",
      (all) => all.delete("certificate.pdf"),
      /^certificate\.pdf: expected the certificate to read, found no such file$/m,
    ],
  ])("and signed anew by its own signer: %s", async (_, change, words) => {
    const { code, said } = await verified(await tampered(change, privateKey), { profiles, key: at("key.pub") });
    expect([code, said]).toEqual([1, expect.stringMatching(words)]);
  });

  test("or not: a mistake in the verifier's own file is his", async () => {
    writeFileSync(at("odd.yaml"), "tunnel: x\n");
    await expect(verified(bundle, { profiles, secrets: at("nope.yaml") })).rejects.toThrow(
      /nope\.yaml that can be read/,
    );
    await expect(verified(bundle, { profiles, secrets: at("odd.yaml") })).rejects.toThrow(/odd\.yaml/);
  });

  test("by being cut off, at any place", async () => {
    const octets = readFileSync(bundle);
    for (const length of [0, 100, 512, 5000, octets.length >> 1, octets.length - 512]) {
      writeFileSync(at("cut.tar"), octets.subarray(0, length));
      const { code, said } = await verified(at("cut.tar"));
      expect([code, said], String(length)).toEqual([
        1,
        expect.stringMatching(/^not verified: .*cut\.tar is not as it was signed/m),
      ]);
    }
  });
});
