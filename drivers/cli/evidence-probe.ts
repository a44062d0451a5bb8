/** What the probes of a run found of the device, told by their captures: a word in probe.json alone excuses no case. */
import { keyOf } from "#conformance";
import { CLAIMS, type Claimed } from "#fixtures/needs";
import { EXCHANGES } from "#fixtures/probe/exchanges";
import { answerOf } from "#fixtures/probe/probe";
import type { LabSpec } from "#lab/schema";
import type { ProbeRecord } from "#reports/probe";
import type { CaseEvidence } from "./evidence-case.ts";

export interface ShownProbes {
  /** Without a capture nothing was told. */
  readonly probes: readonly ProbeRecord[];
  /** One line each: probe.json says otherwise than its captures, or than the lab. */
  readonly faults: readonly string[];
}

/** @param judged the folders of `probes/`, by name */
export function probesShown(
  written: readonly ProbeRecord[],
  judged: ReadonlyMap<string, CaseEvidence>,
  { ics }: Pick<LabSpec, "ics">,
): ShownProbes {
  const faults: string[] = [];
  const probes = written.map((record): ProbeRecord => {
    const { feature, role, claimed } = record;
    const place = `probe.json: ${feature} of the ${role.toUpperCase()}`;
    if (isClaimed(feature) && claimed !== ics[CLAIMS[feature]])
      faults.push(`${place}: expected ${said(!claimed)} as lab.json has it, found ${said(claimed)}`);
    const key = keyOf(`probe-${feature}`, role, {});
    const one = judged.get(key);
    if (one === undefined) return { ...record, found: "not told" };
    const stranger = strangenessOf(one, key, record);
    if (stranger !== undefined) faults.push(stranger);
    const found = one.result === undefined ? "not told" : answerOf(one.result.verdict);
    if (found !== record.found) faults.push(`${place}: expected ${found} as its capture shows, found ${record.found}`);
    return { ...record, found };
  });
  return { probes, faults };
}

const said = (claimed: boolean): string => (claimed ? "claimed" : "not claimed");

const isClaimed = (feature: string): feature is Claimed => Object.hasOwn(CLAIMS, feature);

/** How the exchange is not the one by which a device is asked for that. */
function strangenessOf({ dir, ladder }: CaseEvidence, key: string, { feature, role }: ProbeRecord): string | undefined {
  if (ladder === undefined) return undefined;
  const clause = isClaimed(feature) ? EXCHANGES[CLAIMS[feature]].clause.id : ladder.clause;
  const asks = ladder.rungs.some((rung) => rung.kind === "must" && rung.clause === clause);
  if (ladder.key === key && ladder.role === role && ladder.clause === clause && (asks || ladder.benchFault !== null))
    return undefined;
  return `${dir}/ladder.json: expected the probe of ${feature} in that role, found another`;
}
