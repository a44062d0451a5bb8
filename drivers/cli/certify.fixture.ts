/** What the tests of `certify` and `verify` share: runs of the reference LNS in memory, keys, and the two commands. */
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCatalogue, select, type CaseRun } from "#fixtures/catalogue";
import { has } from "#fixtures/machine";
import { writeProbe } from "#fixtures/probe/file";
import { probe } from "#fixtures/probe/probe";
import { PACKAGE_ROOT } from "#fixtures/root";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab, type OpenOptions } from "#lab/open";
import type { LabSpec } from "#lab/schema";
import type { Profile } from "#reports/certificate/profiles";
import { certify, type CertifyOptions } from "./certify.ts";
import { writeLabRecord } from "./lab-record.ts";
import { aboutDevice, closeRun, writeRunInfo } from "./run-reports.ts";
import { verify, type VerifyOptions } from "./verify.ts";
import { Writable } from "node:stream";

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
export const profiles = [TINY];

/** The certificate is of the built tool. */
export const BUILT = existsSync(join(PACKAGE_ROOT, "dist/drivers/cli/main.js"));
/** A browser prints it. */
export const WHOLE = BUILT && has("certify and verify", "chromium");

export const { privateKey, publicKey } = generateKeyPairSync("ed25519");
export const other = generateKeyPairSync("ed25519");

/** A folder with the keys of the signer and of somebody else. */
export function folderWithKeys(): string {
  const dir = mkdtempSync(join(tmpdir(), "l2tpspec-certify-"));
  for (const [name, pair] of [
    ["key", { privateKey, publicKey }],
    ["other", other],
  ] as const) {
    writeFileSync(join(dir, `${name}.pem`), pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(join(dir, `${name}.pub`), pair.publicKey.export({ type: "spki", format: "pem" }));
  }
  return dir;
}

/** The cases that {@link TINY} asks, or all of Call-LNS. */
export async function callLns(suite = "call-lns/tunnel"): Promise<readonly CaseRun[]> {
  return select(await loadCatalogue(), { suites: [suite], roles: ["lns"] });
}

/** A whole run but for the test runner and the HTML. */
export async function runInto(
  folder: string,
  runs: readonly CaseRun[],
  o: { readonly spec?: LabSpec; readonly fault?: OpenOptions["fault"] } = {},
): Promise<void> {
  const { spec = loadLab("fixtures/labs/embedded.yaml").spec, fault } = o;
  mkdirSync(folder, { recursive: true });
  const info = { lab: spec.name, labFile: "a.yaml", device: spec.device.id, seed: 1, strict: false, selection: {} };
  const begun = new Date();
  writeLabRecord(folder, spec);
  await using lab = await openLab(spec, { runId: "certify", runDir: folder, ...(fault !== undefined && { fault }) });
  const asked = await probe(lab, runs, { seed: 1, runDir: folder });
  writeProbe(folder, asked.all);
  const probed = asked.of.bind(asked);
  for (const one of runs) await runCase(one, lab, { seed: 1, strict: false, casesDir: join(folder, "cases"), probed });
  const [startedAt, durationMs] = [begun.toISOString(), Date.now() - begun.getTime()];
  writeRunInfo(folder, { ...info, startedAt, durationMs, environment: aboutDevice(spec) });
  await publishAgain(folder);
}

/** What is made of the cases, made anew. */
export async function publishAgain(folder: string): Promise<void> {
  const silent = { write: () => true } as unknown as NodeJS.WritableStream;
  await closeRun(folder, { baseline: undefined, allure: "none", html: false, json: false }, silent);
}

/** What a command returned and wrote. */
export interface Said {
  readonly code: number;
  readonly said: string;
}

/** The key lies in `dir`. */
export async function certified(
  dir: string,
  run: string,
  out: string,
  profile = "tiny",
  more: Partial<CertifyOptions> = {},
): Promise<Said> {
  const o = { profile, key: join(dir, "key.pem"), out, ...(profile === "tiny" && { profiles }), ...more };
  return saying((to) => certify(run, o, to));
}

export async function verified(path: string, o: VerifyOptions = { profiles }): Promise<Said> {
  return saying((to) => verify(path, o, to));
}

async function saying(command: (to: NodeJS.WritableStream) => Promise<number>): Promise<Said> {
  let said = "";
  const write = (chunk: Buffer, _: unknown, done: () => void): void => {
    said += chunk.toString();
    done();
  };
  return { code: await command(new Writable({ write })), said };
}
