/** The certificate of a bundle, made anew from the run's files and held against the one that was issued. */
import { isMisuse, Misuse } from "#fixtures/misuse";
import { type Files, jsonIn } from "#reports/bundle/files";
import { decide } from "#reports/certificate/certificate";
import { certificateDifferences } from "#reports/certificate/difference";
import { profileOf, type Profile } from "#reports/certificate/profiles";
import { refusalText } from "#reports/certificate/refusal";
import { type Certificate, certificateSchema } from "#reports/certificate/schema";
import { labIn, readEvidence } from "./evidence.ts";
import { knownCases } from "./known-cases.ts";
import { toolDigest } from "./tool-digest.ts";
import { tunnelSecretOf } from "./tunnel-secret.ts";

interface Verified {
  readonly certificate: Certificate;
  readonly judged: number;
  readonly faults: readonly string[];
  readonly untold: readonly string[];
}

export async function certificateIn(
  files: Files,
  fingerprint: string,
  o: { readonly secrets?: string; readonly profiles?: readonly Profile[] },
): Promise<Verified> {
  const issued = jsonIn(files, "certificate.json", certificateSchema, "a certificate");
  const profile = profileIn(issued, o.profiles);
  const lab = labIn(files);
  const secret = await tunnelSecretOf(lab, o.secrets);
  const known = await knownCases();
  const { info, evidence, faults, untold, foreign } = readEvidence(files, issued.run.id, known, secret);
  const issue = { tool: issued.tool, issuedAt: issued.issuedAt, signer: fingerprint };
  const decision = decide(profile, known.of(lab), evidence, issue);
  const found = [
    ...faults,
    ...(files.has("certificate.pdf") ? [] : ["certificate.pdf: expected the certificate to read, found no such file"]),
    ...(info.tool.version === issued.tool.version
      ? []
      : [`run.json: tool.version: expected ${issued.tool.version}, found ${info.tool.version}`]),
    ...(decision.certified
      ? certificateDifferences(issued, decision.certificate)
      : refusalText(decision.assessment.objections, issued.profile.name).trimEnd().split("\n")),
  ];
  const own = toolDigest();
  const verified = { certificate: issued, judged: evidence.cases.size };
  if (issued.tool.digest === own) return { ...verified, faults: [...foreign, ...found], untold };
  // Another build may judge otherwise, rightly: that is no fault of the bundle.
  const differs = [...foreign, ...found];
  const other = `issued by l2tpspec ${issued.tool.version}, digest ${issued.tool.digest}; this is another build, ${own}: verify with that one`;
  return { ...verified, faults: [], untold: [...untold, ...(differs.length === 0 ? [] : [...differs, other])] };
}

/** A certificate may be of a profile that this version lacks, or that nobody ever had. */
function profileIn({ profile: { name } }: Certificate, known: readonly Profile[] | undefined): Profile {
  try {
    return profileOf(name, known);
  } catch (cause) {
    if (!isMisuse(cause)) throw cause;
    const { expected, found } = cause;
    throw new Misuse({ file: "certificate.json", field: "profile.name", expected, found, cause });
  }
}
