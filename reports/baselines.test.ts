/** The baselines that the project keeps: each entry has its capture and ladder beside it, and those alone give the finding. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCaseFolder } from "#fixtures/case-folder";
import { PACKAGE_ROOT } from "#fixtures/root";
import { judge } from "#expect/judge";
import { RULES } from "#expect/rules/index";
import { loadLab } from "#lab/load";
import { resolveSecret } from "#lab/secret";
import { expects, loadBaseline } from "./baseline.ts";

const FOLDER = join(PACKAGE_ROOT, "reports/baseline");
const FINDINGS = readFileSync(join(PACKAGE_ROOT, "reports/findings.md"), "utf8");

/** What a run with that device opens hidden AVPs with: the labs' secrets are public. */
function lensOf(device: string): { tunnelSecret: Uint8Array } {
  const labs = readdirSync(join(PACKAGE_ROOT, "fixtures/labs")).map((file) => loadLab(`fixtures/labs/${file}`).spec);
  const secret = labs.find((lab) => lab.device.id === device)!.tunnelSecret!;
  return { tunnelSecret: new TextEncoder().encode(resolveSecret(secret, "tunnelSecret")) };
}

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith(".json")))("%s", (name) => {
  const { device, entries } = loadBaseline(join(FOLDER, name));
  const lens = lensOf(device);

  test("bears the name of its device", () => {
    expect(name).toBe(`${device}.json`);
    expect(entries.length).toBeGreaterThan(0);
  });

  test.each(entries.map((e) => [`${e.id} ${e.clause}`, e] as const))("%s", (_name, entry) => {
    const folder = join(FOLDER, dirname(entry.capture ?? ""));
    expect(existsSync(join(folder, "run.pcapng"))).toBe(true);
    const { ladder, frames } = readCaseFolder(folder);
    const judged = judge(ladder, frames, RULES, lens);
    const findings = entry.id.startsWith("rule-")
      ? (judged.rules.find((r) => r.id === entry.id)?.findings ?? [])
      : judged.findings;
    const found = findings.filter((f) => expects(entry, { id: entry.id, role: ladder.role }, f));
    expect(found.map(({ frame, offset }) => ({ frame, offset }))).toContainEqual({
      frame: entry.frame,
      offset: entry.offset,
    });
    expect(entry.id.startsWith("rule-") ? entry.id : ladder.id).toBe(entry.id);
    expect(FINDINGS).toContain(`| ${entry.clause} | ${entry.id} in `);
  });
});
