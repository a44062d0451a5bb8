/** A certificate, made of what a run shows; the same evidence gives the same certificate, whoever judges it. Pure. */
import { type Clause, documentOf } from "#clauses";
import type { CaseResult } from "#expect/verdict";
import type { ProbeRecord } from "../probe.ts";
import { assess, type Assessment, type JudgedCase, type Word } from "./assess.ts";
import type { Profile } from "./profiles.ts";
import type { Certificate, CertifiedWord } from "./schema.ts";
import { type Known, scopeOf } from "./scope.ts";

/** All that a run's folder says, with its captures judged again. */
export interface Evidence {
  readonly run: Certificate["run"];
  readonly device: Certificate["device"];
  /** Why the device is none that anybody sells. */
  readonly specimen: string | null;
  /** By the feature's name in cases' needs. */
  readonly ics: Readonly<Record<string, boolean>>;
  readonly probes: readonly ProbeRecord[];
  readonly cases: ReadonlyMap<string, JudgedCase & Pick<CaseResult, "params"> & { readonly version: number }>;
  /** What is against the run as a whole. */
  readonly objections: readonly { readonly word: Word; readonly why: string }[];
}

/** What does not follow from the evidence. */
export interface Issue {
  readonly tool: Certificate["tool"];
  readonly issuedAt: string;
  readonly signer: string;
}

export type Decision =
  | { readonly certified: true; readonly certificate: Certificate }
  | { readonly certified: false; readonly assessment: Assessment };

export function decide(profile: Profile, known: Known, evidence: Evidence, issue: Issue): Decision {
  const scope = scopeOf(profile, known);
  const assessment = assess(scope, profile.role, evidence.cases, evidence.objections);
  if (assessment.objections.length > 0) return { certified: false, assessment };
  const clauses = assessment.clauses.map(({ mandatory: { clause, core }, word, said }) => ({
    ...headOf(clause),
    core,
    // Whatever is not one of these has been objected to.
    verdict: word as CertifiedWord,
    said: said.map((s) => ({ ...s })),
  }));
  const notShown = scope.notShown.map(({ clause, why }) => ({ ...headOf(clause), why }));
  const documents = profile.documents.map((d) => documentOf(d));
  const certificate: Certificate = {
    schema: 1,
    result: "certified",
    specimen: evidence.specimen,
    ...issue,
    profile: { name: profile.name, title: profile.title, role: profile.role, documents },
    run: evidence.run,
    device: evidence.device,
    ics: Object.entries(evidence.ics).map(([feature, claimed]) => ({
      feature,
      claimed,
      found: evidence.probes.find((p) => p.feature === feature && p.role === profile.role)?.found ?? null,
    })),
    counts: documents.map((document) => {
      const own = clauses.filter((c) => c.document === document);
      const of = (verdict: CertifiedWord): number => own.filter((c) => c.verdict === verdict).length;
      return {
        document,
        mandatory: own.length,
        pass: of("pass"),
        remark: of("remark"),
        notApplicable: of("not applicable"),
        notExercised: of("not exercised"),
        notShown: notShown.filter((c) => c.document === document).length,
        outside: scope.outside.filter((clause) => documentOf(clause) === document).length,
      };
    }),
    clauses,
    notShown,
    remarks: assessment.remarks.map(({ clause, said }) => ({ ...headOf(clause), said: { ...said } })),
    cases: [...evidence.cases.values()]
      .filter((c) => c.role === profile.role)
      .map(({ key, id, version, params, verdict }) => ({ key, id, version, params, verdict })),
  };
  return { certified: true, certificate };
}

function headOf(
  clause: Clause,
): Pick<Certificate["clauses"][number], "id" | "document" | "section" | "level" | "text"> {
  const { id, section, level, text } = clause;
  return { id, document: documentOf(clause), section, level, text };
}
