/** `l2tpspec verify`: whether a bundle is as it was signed, and whether its captures show what its certificate says. */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import type { Files } from "#reports/bundle/files";
import type { Profile } from "#reports/certificate/profiles";
import type { Certificate } from "#reports/certificate/schema";

export interface VerifyOptions {
  /** The signer's public key, as the verifier was given it. */
  readonly key?: string;
  readonly secrets?: string;
  /** Other profiles than the product's, for tests. */
  readonly profiles?: readonly Profile[];
}

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "verify a bundle of certify: its signature, each file by its digest, and the certificate against every capture, which is " +
        "judged again; no lab, no network",
    )
    .argument("<bundle>", "the tar, or the folder that it was unpacked to")
    .option("--key <file>", "the signer's public key in PEM; without it nothing shows who signed")
    .option(
      "--secrets <file>",
      "YAML with tunnels: [{ secret }]: opens hidden AVPs where the lab's secret is not public",
    )
    .action(async (bundle: string, options: VerifyOptions) => {
      process.exitCode = await verify(bundle, options, process.stdout);
    });
}

/** 0: verified; 1: it is not as it was signed, or not what its captures show; 2: some of it could not be told here. */
export async function verify(bundle: string, o: VerifyOptions, out: NodeJS.WritableStream): Promise<0 | 1 | 2> {
  const [{ readPublicKey, checkSignature, sealFaults }, { oneLine }] = await Promise.all([
    import("#reports/bundle/seal"),
    import("#reports/certificate/refusal"),
  ]);
  const key = o.key === undefined ? undefined : readPublicKey(o.key);
  const { files, faults: broken } = await read(bundle);
  const say = (lines: readonly string[]): void => void out.write(lines.map((line) => `${oneLine(line)}\n`).join(""));
  const signature = checkSignature(files, key);
  const faults = [
    ...(signature.holds ? [] : [signature.text]),
    ...broken,
    ...sealFaults(files).map((fault) => fault.text),
  ];
  if (!signature.holds || faults.length > 0) {
    say([...faults, `not verified: ${bundle} is not as it was signed (${faults.length})`]);
    return 1;
  }
  say([
    signature.by === "the key given"
      ? `signature: by the key given, ${signature.fingerprint}`
      : `signature: by the key inside, ${signature.fingerprint}; without --key nothing shows whose it is`,
    `files:     ${files.paths.length}, each as it was sealed`,
  ]);
  const told = await judgeAgain(files, signature.fingerprint, o);
  say([...told.faults, ...told.untold]);
  if (told.faults.length > 0) {
    say([`not verified: the certificate of ${bundle} is not what its files show (${told.faults.length})`]);
    return 1;
  }
  if (told.untold.length > 0) {
    say([`not verified: some of ${bundle} could not be judged again here`]);
    return 2;
  }
  const { profile, device, specimen } = told.certificate!;
  say([
    `judged:    ${told.judged} captures again, with the same verdicts`,
    `verified: ${device.id}${device.firmware === null ? "" : ` ${device.firmware}`} by ${profile.name}${specimen === null ? "" : ` (SPECIMEN: ${specimen})`}`,
  ]);
  return 0;
}

/** What a broken tar or a link in a folder is, is told like a changed file. */
async function read(bundle: string): Promise<{ readonly files: Files; readonly faults: readonly string[] }> {
  const [{ Misuse }, { folderFiles, isSafe }, { LARGEST_TAR, unpackTar }] = await Promise.all([
    import("#fixtures/misuse"),
    import("#reports/bundle/files"),
    import("#reports/bundle/tar"),
  ]);
  const expected = "a bundle of l2tpspec certify, a tar or a folder";
  if (!existsSync(bundle)) throw new Misuse({ file: bundle, expected, found: "no such file" });
  const stat = statSync(bundle);
  if (stat.isDirectory()) {
    const { strangers, ...files } = folderFiles(bundle);
    const odd = [...strangers, ...files.paths.filter((path) => !isSafe(path))];
    return {
      files,
      faults: odd.map((path) => `${JSON.stringify(path)}: expected a file, found a link or another thing that is none`),
    };
  }
  if (!stat.isFile()) throw new Misuse({ file: bundle, expected, found: "something else" });
  if (stat.size > LARGEST_TAR)
    throw new Misuse({
      file: bundle,
      expected: `a tar of at most ${LARGEST_TAR} octets (a folder may be larger)`,
      found: `${stat.size}`,
    });
  const { files, faults } = await unpackTar(readFileSync(bundle));
  return { files, faults: faults.map((fault) => `${bundle}: ${fault}`) };
}

interface Told {
  readonly certificate: Certificate | undefined;
  readonly judged: number;
  readonly faults: readonly string[];
  readonly untold: readonly string[];
}

/** Makes the certificate anew from the run's files, and holds it against the one that was issued. */
async function judgeAgain(files: Files, fingerprint: string, o: VerifyOptions): Promise<Told> {
  const [{ isMisuse }, { certificateIn }] = await Promise.all([
    import("#fixtures/misuse"),
    import("./verify-certificate.ts"),
  ]);
  try {
    return await certificateIn(files, fingerprint, o);
  } catch (error) {
    // What is wrong in the bundle is no mistake of the one who verifies it; what is wrong in his own file is.
    const ofHis =
      isMisuse(error) && (error.field === "--secrets" || (o.secrets !== undefined && error.file === o.secrets));
    if (!isMisuse(error) || ofHis) throw error;
    return { certificate: undefined, judged: 0, faults: [error.message], untold: [] };
  }
}
