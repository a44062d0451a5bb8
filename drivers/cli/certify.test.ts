/** `certify` end to end, on a run of the reference LNS in memory that is made once. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MUTANTS } from "#mutants/index";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { VERSION } from "#fixtures/root";
import { loadLab } from "#lab/load";
import { folderFiles, heldFiles } from "#reports/bundle/files";
import * as seal from "#reports/bundle/seal";
import { packTar, unpackTar } from "#reports/bundle/tar";
import { certificateSchema } from "#reports/certificate/schema";
import { writeManifest } from "#reports/manifest";
import * as shared from "./certify.fixture.ts";
import { jsonSchemaOf } from "./published.ts";

const { BUILT, callLns, certified, privateKey, profiles, publicKey, publishAgain, runInto, verified, WHOLE } = shared;

const PASSWORD = "Pass-w0rd/of-the-user";
const TUNNEL_SECRET = "Tunnel/secret-0f-the-lab";
const CASE = "cases/call-lns-0001~lns";
const OTHER_CASE = "cases/call-lns-0003~lns~id=1";

let dir: string;
let run: string;
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = shared.folderWithKeys();
  run = at("run");
  await runInto(run, await callLns("call-lns"));
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

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

// A browser prints in each of them.
describe.skipIf(!WHOLE)("a run that shows its profile", { timeout: 120_000 }, () => {
  test("has a certificate and a bundle with the evidence, which verifies", async () => {
    const bundle = at("bundle.tar");
    expect(await certified(dir, run, bundle)).toMatchObject({ code: 0 });
    const { files, faults } = await unpackTar(readFileSync(bundle));
    expect(faults).toEqual([]);
    const certificate = certificateSchema.parse(JSON.parse(Buffer.from(files.read("certificate.json")).toString()));
    expect(new Ajv().validate(jsonSchemaOf("certificate", "closed"), JSON.parse(JSON.stringify(certificate)))).toBe(
      true,
    );
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
    const { code, said } = await certified(dir, run, folder, "call-lns");
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/^certified: reference by call-lns \(SPECIMEN: .*\)\nclauses: +\d+ mandatory: \d+ shown/),
    ]);
    expect((await verified(folder, { key: at("key.pub") })).code).toBe(0);
  });

  test("is not certified over something that is there", async () => {
    writeFileSync(at("there.tar"), "somebody's");
    await expect(certified(dir, run, at("there.tar"))).rejects.toThrow(
      /--out: expected a name that is free, found .*there\.tar, which exists$/,
    );
    await expect(certified(dir, run, at("free.tar"), "tiny", { browser: at("no-browser") })).rejects.toThrow(
      /--browser: expected the program of a Chromium, found .*no-browser: no such file$/,
    );
    await expect(certified(dir, run, at("nowhere/x.tar"))).rejects.toThrow(/--out: expected a folder to write into/);
  });
});

describe.skipIf(!BUILT)("a run is refused", () => {
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
      (f) => rewrite(join(f, "run.json"), /,\s*"durationMs": \d+/, ""),
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
    await publishAgain(folder);
    const { said, ...got } = await certified(dir, folder, at(`no-${copies++}.tar`));
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
      "whose capture is another case's, which a lab without its tunnel secret cannot hide",
      (f) => {
        rewrite(join(f, "lab.json"), /"tunnelSecret": "[^"]*",\s*/, "");
        cpSync(join(f, OTHER_CASE, "run.pcapng"), join(f, CASE, "run.pcapng"));
      },
      true,
      /^probes\/[^/]+\/ladder\.json: tunnelSecret: expected none as lab\.json has it, found shared \(and \d+ more\)$/m,
    ],
    [
      "with a ladder that forgets the secret",
      (f) => rewrite(join(f, CASE, "ladder.json"), '"tunnelSecret":"shared"', '"tunnelSecret":"none"'),
      true,
      /^cases\/call-lns-0001~lns\/ladder\.json: tunnelSecret: expected shared as lab\.json has it, found none$/m,
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
    const { code, said } = await certified(dir, changed(change, sealAgain), at(`no-${copies++}.tar`));
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
    await expect(certified(dir, changed(change), at("no.tar"))).rejects.toThrow(words);
  });

  test("of the other role, or of less than the profile asks", async () => {
    const { code, said } = await certified(dir, run, at("no.tar"), "call-lac");
    expect([code, said]).toEqual([2, expect.stringMatching(/^missing +RFC/m)]);
    expect((await certified(dir, run, at("no.tar"), "rfc2661-lns")).said).toMatch(
      /^refused: no certificate for rfc2661-lns \(\d+ missing/m,
    );
  });
});

test.skipIf(!BUILT)("a peer with a fault is refused, with clause, case and frame", async () => {
  const mutant = MUTANTS.find((m) => m.clause === "RFC2661-5.1-01")!;
  const folder = at("faulty");
  await runInto(folder, await callLns(), { fault: mutant });
  const { code, said } = await certified(dir, folder, at("faulty.tar"));
  expect([code, existsSync(at("faulty.tar"))]).toEqual([1, false]);
  expect(said).toMatch(/^fail +RFC2661-5\.1-01 \(implied\) {2}call-lns-0001~lns.*: expected /m);
});

test.skipIf(!WHOLE)(
  "no secret of the lab is in the bundle, and what hangs on it is judged by whoever has it",
  async () => {
    Object.assign(process.env, { L2TPSPEC_CP: PASSWORD, L2TPSPEC_CT: TUNNEL_SECRET });
    try {
      const { spec } = loadLab("fixtures/labs/embedded.yaml");
      const users = spec.users.map((user) => ({ ...user, password: "env:L2TPSPEC_CP" }));
      const about = `A lab whose secret ${TUNNEL_SECRET} was written down`;
      const hidden = select(await loadCatalogue(), { cases: ["rfc2661-1104", "call-lns-0040"], roles: ["lns"] });
      const folder = at("secret");
      await runInto(folder, [...(await callLns()), ...hidden], {
        spec: { ...spec, about, users, tunnelSecret: "env:L2TPSPEC_CT" },
      });
      const tar = at("secret.tar");
      expect((await certified(dir, folder, tar)).code).toBe(0);
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
      // What hides nothing is judged without a secret as well.
      const forged = new Map(files.paths.map((path) => [path, files.read(path)]));
      forged.set(`${CASE}/run.pcapng`, files.read(`${OTHER_CASE}/run.pcapng`));
      const manifest = seal.manifestOf(heldFiles(forged));
      forged.set(seal.MANIFEST, Buffer.from(manifest)).set(seal.SIGNATURE, seal.signatureOf(manifest, privateKey));
      writeFileSync(at("forged.tar"), await packTar(heldFiles(forged)));
      expect(await verified(at("forged.tar"))).toMatchObject({
        code: 1,
        said: expect.stringMatching(/^cases\/call-lns-0001~lns\/result\.json: expected what the capture/m) as string,
      });
      // Where the lab's reference leads nowhere, the file does.
      Reflect.deleteProperty(process.env, "L2TPSPEC_CT");
      await expect(certified(dir, folder, at("again.tar"))).rejects.toThrow(/environment variable L2TPSPEC_CT/);
      const { code } = await certified(dir, folder, at("again.tar"), "tiny", { secrets: at("secrets.yaml") });
      expect(code).toBe(0);
      // An empty one opens nothing: what was written of a case that hides is then nobody's word.
      process.env["L2TPSPEC_CT"] = "";
      expect(await certified(dir, folder, at("empty.tar"))).toMatchObject({
        code: 2,
        said: expect.stringMatching(/^cases\/rfc2661-1104~lns: holds what only the tunnel secret opens/m) as string,
      });
    } finally {
      for (const name of ["L2TPSPEC_CP", "L2TPSPEC_CT"]) Reflect.deleteProperty(process.env, name);
    }
  },
  120_000,
);
