/** Whether the cases of a run knew the tunnel secret that its lab names. Without it a verdict may rest on what nobody can open. */
import type { LabSpec } from "#lab/schema";
import type { CaseEvidence } from "./evidence-case.ts";

/** One line for all cases of a folder that say something else of it than the lab. */
export function secretFaults(
  cases: readonly CaseEvidence[],
  { tunnelSecret }: Pick<LabSpec, "tunnelSecret">,
  secret: Uint8Array | undefined,
): readonly string[] {
  const expected = tunnelSecret === undefined ? "none" : "shared";
  const others = cases.filter(({ ladder }) => {
    if (ladder === undefined || ladder.tunnelSecret === expected) return false;
    // A reference may lead to nothing: such a lab has no secret, and nobody who lacks the reference can tell.
    return !(expected === "shared" && ladder.tunnelSecret === "none" && secret === undefined);
  });
  const [first] = others;
  if (first === undefined) return [];
  const more = others.length > 1 ? ` (and ${others.length - 1} more)` : "";
  const found = first.ladder?.tunnelSecret ?? "nothing";
  return [`${first.dir}/ladder.json: tunnelSecret: expected ${expected} as lab.json has it, found ${found}${more}`];
}
