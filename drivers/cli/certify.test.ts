/** `certify` and `verify` end to end, on a run of the reference LNS in memory that is made once. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MUTANTS } from "#mutants/index";
import { loadCatalogue, select, type CaseRun } from "#fixtures/catalogue";
import { has } from "#fixtures/machine";
import { PACKAGE_ROOT, VERSION } from "#fixtures/root";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab, type OpenOptions } from "#lab/open";
import type { LabSpec } from "#lab/schema";
import { folderFiles, heldFiles } from "#reports/bundle/files";
import * as seal from "#reports/bundle/seal";
import { packTar, unpackTar } from "#reports/bundle/tar";
import type { Profile } from "#reports/certificate/profiles";
import { certificateSchema } from "#reports/certificate/schema";
import { writeManifest } from "#reports/manifest";
import { certify } from "./certify.ts";
import { writeLabRecord } from "./lab-record.ts";
import { collected, SILENT } from "./printed.fixture.ts";
import { closeRun, writeRunInfo } from "./run-reports.ts";
import { verify, type VerifyOptions } from "./verify.ts";

const PASSWORD = "Pass-w0rd/of-the-user";
const TUNNEL_SECRET = "Tunnel/secret-0f-the-lab";

/** Small enough that a refusal is about one thing. */
const TINY: Profile = {
  name: "tiny",
  title: "What a tunnel begins with",
  role: "lns",
  documents: [{ rfc: 2661, sections: ["5.1", "6.2", "7.2.1"] }],
  actors: ["LNS", "both"],
  suites: ["call-lns"],
  core: ["RFC2661-6.2-01", "RFC2661-5.1-01"],
};
const profiles = [TINY];

const whole = existsSync(join(PACKAGE_ROOT, "dist/drivers/cli/main.js")) && has("certify and verify", "chromium");
let dir: string;
let run: string;
let bundle: string;
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-certify-"));
  for (const [name, key] of [
    ["key.pem", privateKey],
    ["other.pem", other.privateKey],
  ] as const)
    writeFileSync(at(name), key.export({ type: "pkcs8", format: "pem" }));
  for (const [name, key] of [
    ["key.pub", publicKey],
    ["other.pub", other.publicKey],
  ] as const)
    writeFileSync(at(name), key.export({ type: "spki", format: "pem" }));
  run = at("run");
  await runInto(run, await callLns());
  bundle = at("bundle.tar");
  if (whole) expect(await certified(run, bundle)).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function callLns(): Promise<readonly CaseRun[]> {
  return select(await loadCatalogue(), { suites: ["call-lns"], roles: ["lns"] });
}

/** A whole run but for the test runner and the HTML. */
async function runInto(
  folder: string,
  runs: readonly CaseRun[],
  o: { readonly spec?: LabSpec; readonly fault?: OpenOptions["fault"] } = {},
): Promise<void> {
  const { spec = loadLab("fixtures/labs/embedded.yaml").spec, fault } = o;
  mkdirSync(folder, { recursive: true });
  const info = { lab: spec.name, labFile: "a.yaml", device: spec.device.id, seed: 1, strict: false, selection: {} };
  writeRunInfo(folder, { ...info, startedAt: new Date().toISOString(), durationMs: 1 });
  writeLabRecord(folder, spec);
  await using lab = await openLab(spec, { runId: "certify", runDir: folder, ...(fault !== undefined && { fault }) });
  for (const one of runs) await runCase(one, lab, { seed: 1, strict: false, casesDir: join(folder, "cases") });
  await closeRun(folder, { baseline: undefined, allure: "none", html: false, json: false }, SILENT);
}

async function certified(folder: string, out: string, profile = "tiny"): Promise<{ code: number; said: string }> {
  const to = collected();
  const o = { profile, key: at("key.pem"), out, ...(profile === "tiny" && { profiles }) };
  return { code: await certify(folder, o, to.stream), said: to.text() };
}

async function verified(path: string, o: VerifyOptions = { profiles }): Promise<{ code: number; said: string }> {
  const to = collected();
  return { code: await verify(path, o, to.stream), said: to.text() };
}

let copies = 0;
/** The run once more, changed, and sealed again unless told otherwise. */
function changed(change: (folder: string) => void, sealAgain = true): string {
  const copy = at(`run-${copies++}`);
  cpSync(run, copy, { recursive: true });
  change(copy);
  if (sealAgain) writeManifest(copy);
  return copy;
}

function rewrite(path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(path, "utf8");
  expect(text).toMatch(from);
  writeFileSync(path, text.replace(from, to));
}

describe.skipIf(!whole)("a run that shows its profile", () => {
  test("has a certificate and a bundle with the evidence, which verifies", async () => {
    const { files, faults } = await unpackTar(readFileSync(bundle));
    expect(faults).toEqual([]);
    const certificate = certificateSchema.parse(JSON.parse(Buffer.from(files.read("certificate.json")).toString()));
    expect(certificate).toMatchObject({
      result: "certified",
      specimen: "the device is the reference peer of the harness itself",
      device: { id: "reference", firmware: null },
      tool: { version: VERSION },
      signer: seal.fingerprintOf(publicKey),
    });
    expect(certificate.clauses.filter((c) => c.core).map((c) => c.verdict)).toEqual(["pass", "pass"]);
    expect(certificate.counts[0]!.pass).toBeGreaterThan(5);
    const key = readdirSync(join(run, "cases"))[0]!;
    const wanted = ["run.json", "lab.json", "results.json", "certificate.pdf", seal.PUBLIC_KEY, seal.SIGNATURE];
    const ofCase = ["ladder.json", "result.json", "run.pcapng", "trace.txt"].map((name) => `cases/${key}/${name}`);
    expect([...wanted, ...ofCase].filter((path) => !files.has(path))).toEqual([]);
    expect(await verified(bundle, { profiles, key: at("key.pub") })).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^verified: reference by tiny \(SPECIMEN/m) as string,
    });
    expect((await verified(bundle)).said).toMatch(
      /by the key inside, [0-9a-f]{64}; without --key nothing shows whose it is/,
    );
  });

  test("may lie in a folder, and by the product's own profile", async () => {
    const folder = at("call-lns");
    const { code, said } = await certified(run, folder, "call-lns");
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/^certified: reference by call-lns \(SPECIMEN: .*\)\nclauses: +\d+ mandatory: \d+ shown/),
    ]);
    expect((await verified(folder, { key: at("key.pub") })).code).toBe(0);
  });

  test("is not certified over something that is there", async () => {
    await expect(certified(run, bundle)).rejects.toThrow(
      /--out: expected a name that is free, found .*bundle\.tar, which exists$/,
    );
    await expect(certified(run, at("nowhere/x.tar"))).rejects.toThrow(/--out: expected a folder to write into/);
  });
});

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

describe.skipIf(!whole)("a bundle that was changed", () => {
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

describe.skipIf(!whole)("a run is refused", () => {
  test.each<[string, (folder: string) => void, number, RegExp]>([
    [
      "that has a mandatory case less",
      (f) => rmSync(join(f, CASE), { recursive: true }),
      2,
      /^missing +RFC2661-5\.1-01 \(implied\)  call-lns-0001~lns: the run has no such case$/m,
    ],
    [
      "with a case that was cut off",
      (f) => rmSync(join(f, CASE, "result.json")),
      2,
      /^inconclusive +RFC2661-5\.1-01 \(implied\)  call-lns-0001~lns: .*the case was cut off/m,
    ],
    [
      "that did not end",
      (f) => rewrite(join(f, "run.json"), /,\s*"durationMs": 1/, ""),
      2,
      /^inconclusive +the run: the run did not end$/m,
    ],
    [
      "in which the device died",
      (f) =>
        writeFileSync(
          join(f, "deaths.json"),
          JSON.stringify({
            schema: 1,
            lost: null,
            deaths: [{ no: 1, how: "SIGSEGV", at: new Date().toISOString(), inFlight: [] }],
          }),
        ),
      1,
      /^fail +the run: the device died \(SIGSEGV\)/m,
    ],
  ])("%s", async (_, change, code, words) => {
    const folder = changed((f) => {
      change(f);
      // What is made of the folder is made of what is there now.
      rmSync(join(f, "results.json"));
    });
    await closeRun(folder, { baseline: undefined, allure: "none", html: false, json: false }, SILENT);
    const { said, ...got } = await certified(folder, at(`no-${copies++}.tar`));
    expect([got.code, said]).toEqual([code, expect.stringMatching(words)]);
    expect(said).toMatch(/^refused: no certificate for tiny \(.*\)$/m);
  });

  test.each<[string, (folder: string) => void, boolean, RegExp]>([
    [
      "whose files are not those that it sealed",
      (f) => writeFileSync(join(f, CASE, "trace.txt"), "x"),
      false,
      /^cases\/call-lns-0001~lns\/trace\.txt: expected the file that was sealed, found a file that was changed$/m,
    ],
    [
      "that was never sealed",
      (f) => rmSync(join(f, seal.MANIFEST)),
      false,
      /^MANIFEST\.sha256: expected the seal of a run that has ended/m,
    ],
    [
      "whose verdict is not what the capture shows",
      (f) => rewrite(join(f, CASE, "result.json"), '"verdict":"pass"', '"verdict":"remark"'),
      true,
      /^cases\/call-lns-0001~lns\/result\.json: expected what the capture shows \(pass\), found remark$/m,
    ],
    [
      "whose results say something else",
      (f) => rewrite(join(f, "results.json"), '"verdict": "pass"', '"verdict": "remark"'),
      true,
      /^results\.json: [\w~=.-]+: expected pass as the case itself has it, found remark$/m,
    ],
    [
      "with a capture that is cut off",
      (f) => writeFileSync(join(f, CASE, "run.pcapng"), readFileSync(join(f, CASE, "run.pcapng")).subarray(0, -3)),
      true,
      /^cases\/call-lns-0001~lns\/run\.pcapng: octet \d+: expected /m,
    ],
  ])("%s", async (_, change, sealAgain, words) => {
    const { code, said } = await certified(changed(change, sealAgain), at(`no-${copies++}.tar`));
    expect([code, said]).toEqual([2, expect.stringMatching(words)]);
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "of another version of the tool",
      (f) => rewrite(join(f, "run.json"), VERSION, "0.0.9"),
      /run\.json: tool\.version: expected a run of this version, \S+, found 0\.0\.9$/,
    ],
    [
      "of another version of a case",
      (f) => rewrite(join(f, CASE, "ladder.json"), '"version":1', '"version":9'),
      /expected cases of this version's catalogue, found 1 others, the first: cases\/call-lns-0001~lns\/ladder\.json: version: expected 1 as this version has it, found 9$/,
    ],
    [
      "that kept no lab",
      (f) => rmSync(join(f, "lab.json")),
      /lab\.json: expected the lab, as the run kept it, found no such file$/,
    ],
  ])("%s, as the caller's mistake", async (_, change, words) => {
    await expect(certified(changed(change), at("no.tar"))).rejects.toThrow(words);
  });

  test("of the other role, or of less than the profile asks", async () => {
    const { code, said } = await certified(run, at("no.tar"), "call-lac");
    expect([code, said]).toEqual([2, expect.stringMatching(/^missing +RFC/m)]);
    expect((await certified(run, at("no.tar"), "rfc2661-lns")).said).toMatch(
      /^refused: no certificate for rfc2661-lns \(\d+ missing/m,
    );
  });
});

test.skipIf(!whole)("a peer with a fault is refused, with clause, case and frame", async () => {
  const mutant = MUTANTS.find((m) => m.clause === "RFC2661-5.1-01")!;
  const folder = at("faulty");
  await runInto(folder, await callLns(), { fault: mutant });
  const { code, said } = await certified(folder, at("faulty.tar"));
  expect([code, existsSync(at("faulty.tar"))]).toEqual([1, false]);
  expect(said).toMatch(/^fail +RFC2661-5\.1-01 \(implied\) {2}call-lns-0001~lns.*: expected /m);
});

test.skipIf(!whole)(
  "no secret of the lab is in the bundle, and what hangs on it is judged by whoever has it",
  async () => {
    Object.assign(process.env, { L2TPSPEC_CP: PASSWORD, L2TPSPEC_CT: TUNNEL_SECRET });
    try {
      const { spec } = loadLab("fixtures/labs/embedded.yaml");
      const users = spec.users.map((user) => ({ ...user, password: "env:L2TPSPEC_CP" }));
      const about = `A lab whose secret ${TUNNEL_SECRET} was written down`;
      const hidden = select(await loadCatalogue(), { cases: ["rfc2661-1104"] });
      const folder = at("secret");
      await runInto(folder, [...(await callLns()), ...hidden], {
        spec: { ...spec, about, users, tunnelSecret: "env:L2TPSPEC_CT" },
      });
      const tar = at("secret.tar");
      expect((await certified(folder, tar)).code).toBe(0);
      const { files } = await unpackTar(readFileSync(tar));
      const forms = (secret: string): readonly string[] => {
        const octets = Buffer.from(secret);
        return [secret, octets.toString("hex"), octets.toString("base64").slice(0, -4)];
      };
      const holding = (secret: string): readonly string[] =>
        files.paths.filter((path) => forms(secret).some((form) => Buffer.from(files.read(path)).includes(form)));
      expect(holding(TUNNEL_SECRET)).toEqual([]);
      // PAP sends the password in clear: it is the evidence, and stands in captures alone.
      expect(holding(PASSWORD).filter((path) => !path.endsWith(".pcapng"))).toEqual([]);
      expect(holding(PASSWORD).length).toBeGreaterThan(0);
      expect(Buffer.from(files.read("lab.json")).toString()).toContain('"tunnelSecret": "env:L2TPSPEC_CT"');
      expect(readFileSync(at("secret.pdf")).includes(privateKey.export({ type: "pkcs8", format: "der" }))).toBe(false);
      expect(folderFiles(folder).paths.filter((path) => path.endsWith(".pem"))).toEqual([]);
      // Whoever has the bundle alone cannot open what was hidden.
      const without = await verified(tar);
      expect([without.code, without.said]).toEqual([
        2,
        expect.stringMatching(/^cases\/rfc2661-1104~lns: holds what only the tunnel secret opens/m),
      ]);
      writeFileSync(at("secrets.yaml"), `tunnels: [{ secret: "${TUNNEL_SECRET}" }]\n`);
      expect((await verified(tar, { profiles, secrets: at("secrets.yaml") })).code).toBe(0);
    } finally {
      for (const name of ["L2TPSPEC_CP", "L2TPSPEC_CT"]) Reflect.deleteProperty(process.env, name);
    }
  },
  60_000,
);
