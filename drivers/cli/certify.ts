/** `l2tpspec certify`: a certificate of what a run shows, with all its evidence in one signed bundle, or why there is none. */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { KeyObject } from "node:crypto";
import type { Command } from "commander";
import type { Files } from "#reports/bundle/files";
import type { Certificate } from "#reports/certificate/schema";
import type { Profile } from "#reports/certificate/profiles";

export interface CertifyOptions {
  readonly profile: string;
  readonly key: string;
  readonly out?: string;
  readonly browser?: string;
  readonly secrets?: string;
  /** Other profiles than the product's, for tests. */
  readonly profiles?: readonly Profile[];
}

/** Where it speaks of what is missing on the machine. */
interface Complaints {
  write(text: string): unknown;
}

export function addCertify(program: Command): void {
  program
    .command("certify")
    .description(
      "certify what a run shows of a device by a profile, or refuse with every reason. Each capture is judged again, and no " +
        "baseline counts. Writes a PDF, and a signed bundle with the evidence (l2tpspec verify)",
    )
    .argument("<run>", "a run's folder")
    .requiredOption(
      "--profile <name>",
      "call-lns, call-lac, and rfc2661, ppp, login, firewall with -lns or -lac: rfc2661-lns",
    )
    .requiredOption("--key <file>", "Ed25519 private key in PEM (openssl genpkey -algorithm ed25519 -out FILE)")
    .option("--out <file>", "the bundle, FILE.tar with FILE.pdf beside it, or a folder (default: RUN-PROFILE.tar)")
    .option(
      "--secrets <file>",
      "YAML with tunnels: [{ secret }]: opens hidden AVPs where the lab's own reference to its tunnel secret leads nowhere here",
    )
    .option("--browser <path>", "the Chromium that prints the PDF (default: Debian's, or Playwright's own)")
    .action(async (run: string, options: CertifyOptions) => {
      process.exitCode = await certify(run, options, process.stdout);
    });
}

/** 0: certified; 1: refused since something failed; 2: refused since something could not be told or was not tried. */
export async function certify(
  run: string,
  o: CertifyOptions,
  out: NodeJS.WritableStream,
  complaints: Complaints = process.stderr,
): Promise<0 | 1 | 2> {
  const [{ profileOf }, seal, { findBrowser }] = await Promise.all([
    import("#reports/certificate/profiles"),
    import("#reports/bundle/seal"),
    import("#reports/certificate/pdf"),
  ]);
  const profile = profileOf(o.profile, o.profiles);
  const key = seal.readPrivateKey(o.key);
  const target = await targetOf(run, profile, o.out);
  // One that was named and is not there is the caller's mistake; whether there is any matters only to print.
  if (o.browser !== undefined) findBrowser(o.browser);
  const { certificate, files, refusal } = await decideOn(run, profile, key, o.secrets);
  if (refusal !== undefined) {
    out.write(refusal.text);
    return refusal.code;
  }
  const browser = findBrowser(o.browser);
  if ("missing" in browser) {
    complaints.write(`l2tpspec: ${browser.missing}\n`);
    return 2;
  }
  const { certificatePage } = await import("#reports/certificate/page");
  const { printPdf, footerOf } = await import("#reports/certificate/pdf");
  const pdf = await printPdf(certificatePage(certificate), browser.path, footerOf(certificate));
  await writeBundle(target, files, certificate, pdf, key);
  out.write(await saidOf(certificate, target));
  return 0;
}

interface Target {
  readonly bundle: string;
  readonly pdf: string;
  readonly how: "tar" | "folder";
}

/** Nothing that is there already is written over: it may be somebody's evidence. */
async function targetOf(run: string, profile: Profile, asked: string | undefined): Promise<Target> {
  const { Misuse } = await import("#fixtures/misuse");
  const bundle = asked ?? `${resolve(run)}-${profile.name}.tar`;
  const tar = bundle.endsWith(".tar");
  const pdf = tar ? `${bundle.slice(0, -".tar".length)}.pdf` : join(bundle, "certificate.pdf");
  for (const path of tar ? [bundle, pdf] : [bundle])
    if (existsSync(path))
      throw new Misuse({ field: "--out", expected: "a name that is free", found: `${path}, which exists` });
  if (!existsSync(dirname(resolve(bundle))))
    throw new Misuse({ field: "--out", expected: "a folder to write into", found: `${dirname(bundle)}: ENOENT` });
  return { bundle, pdf, how: tar ? "tar" : "folder" };
}

type Decided =
  | { readonly certificate: Certificate; readonly files: Files; readonly refusal?: undefined }
  | {
      readonly certificate?: undefined;
      readonly files?: undefined;
      readonly refusal: { readonly text: string; readonly code: 1 | 2 };
    };

async function decideOn(run: string, profile: Profile, key: KeyObject, secrets: string | undefined): Promise<Decided> {
  const [{ readRun }, { infoIn, labIn, readEvidence }, { knownCases }, { decide }, refusals] = await Promise.all([
    import("./certify-run.ts"),
    import("./evidence.ts"),
    import("./known-cases.ts"),
    import("#reports/certificate/certificate"),
    import("#reports/certificate/refusal"),
  ]);
  const [{ Misuse }, { VERSION }, { ownTunnelSecretOf }, { toolDigest }, { fingerprintOf }] = await Promise.all([
    import("#fixtures/misuse"),
    import("#fixtures/root"),
    import("./tunnel-secret.ts"),
    import("./tool-digest.ts"),
    import("#reports/bundle/seal"),
  ]);
  const { files, broken } = readRun(run);
  const { version } = infoIn(files).tool;
  if (version !== VERSION)
    throw new Misuse({
      file: join(run, "run.json"),
      field: "tool.version",
      expected: `a run of this version, ${VERSION}`,
      found: version,
    });
  const lab = labIn(files);
  const refused = (lines: readonly string[]): Decided => ({
    refusal: { text: refusals.damageText(lines, profile.name), code: 2 },
  });
  if (broken.length > 0) return refused(broken);
  const known = await knownCases();
  const secret = await ownTunnelSecretOf(run, lab, secrets);
  const { evidence, faults, untold, foreign } = readEvidence(files, basename(resolve(run)), known, secret);
  const [first] = foreign;
  if (first !== undefined)
    throw new Misuse({
      file: run,
      expected: "cases of this version's catalogue",
      found: `${foreign.length} others, the first: ${first}`,
    });
  // A verdict that was only written down certifies nothing.
  if (faults.length + untold.length > 0) return refused([...faults, ...untold]);
  const issue = {
    tool: { name: "l2tpspec", version: VERSION, digest: toolDigest() },
    issuedAt: new Date().toISOString(),
    signer: fingerprintOf(key),
  } as const;
  const decision = decide(profile, known.of(lab), evidence, issue);
  if (decision.certified) return { certificate: decision.certificate, files };
  const { objections } = decision.assessment;
  return {
    refusal: { text: refusals.refusalText(objections, profile.name), code: refusals.exitCodeOfRefusal(objections) },
  };
}

async function writeBundle(
  target: Target,
  files: Files,
  certificate: Certificate,
  pdf: Buffer,
  key: KeyObject,
): Promise<void> {
  const [{ heldFiles }, seal, { packTar }, { writeAtomically }] = await Promise.all([
    import("#reports/bundle/files"),
    import("#reports/bundle/seal"),
    import("#reports/bundle/tar"),
    import("#reports/files"),
  ]);
  const held = new Map(files.paths.map((path) => [path, files.read(path)]));
  held.set("certificate.json", Buffer.from(`${JSON.stringify(certificate, null, 1)}\n`));
  held.set("certificate.pdf", pdf);
  held.set(seal.PUBLIC_KEY, Buffer.from(seal.publicPem(key)));
  const manifest = seal.manifestOf(heldFiles(held));
  held.set(seal.MANIFEST, Buffer.from(manifest));
  held.set(seal.SIGNATURE, seal.signatureOf(manifest, key));
  const bundle = heldFiles(held);
  if (target.how === "tar") {
    writeAtomically(target.bundle, await packTar(bundle));
    writeAtomically(target.pdf, pdf);
    return;
  }
  for (const path of bundle.paths) {
    const file = join(target.bundle, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bundle.read(path));
  }
}

async function saidOf(c: Certificate, { bundle, pdf }: Target): Promise<string> {
  const { countsText } = await import("#reports/certificate/refusal");
  const size = statSync(bundle).isFile() ? `, ${(statSync(bundle).size / 1e6).toFixed(1)} MB` : "";
  return [
    `certified: ${c.device.id} by ${c.profile.name}${c.specimen === null ? "" : ` (SPECIMEN: ${c.specimen})`}`,
    countsText(c),
    `tool:        l2tpspec ${c.tool.version}, digest ${c.tool.digest}`,
    `signer:      ${c.signer}`,
    `certificate: ${pdf}`,
    `bundle:      ${bundle}${size}`,
    "",
  ].join("\n");
}
