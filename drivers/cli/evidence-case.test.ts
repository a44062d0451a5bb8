import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { MUTANTS } from "#mutants/index";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import { folderFiles } from "#reports/bundle/files";
import { judgeCase } from "./evidence-case.ts";

/** The peer breaks a SHOULD, RFC 1994 §4.1, and nothing else. */
const KEY = "call-lns-0047~lac";
const FAULT = MUTANTS.find((mutant) => mutant.id === "mutant-0574")!;
const SECRET = new TextEncoder().encode("tunnel-secret");

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-evidence-"));
  const runs = select(await loadCatalogue(), { cases: ["call-lns-0047"], roles: ["lac"] });
  const { spec } = loadLab("fixtures/labs/embedded.yaml");
  await using lab = await openLab(spec, { runId: "evidence", runDir: dir, fault: FAULT });
  await runCase(
    runs.find((run) => run.key === KEY)!,
    lab,
    { seed: 1, strict: true, casesDir: join(dir, "cases") },
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const judged = (): ReturnType<typeof judgeCase> => judgeCase(folderFiles(dir), `cases/${KEY}`, SECRET);

test("a SHOULD is a remark of a certificate, and what a strict run wrote down of it is no difference", () => {
  const { written, result, difference, damage } = judged();
  expect([difference, damage]).toEqual([undefined, undefined]);
  const verdicts = [written, result].map((r) => [r?.verdict, r?.findings.map((f) => `${f.clause!} ${f.verdict}`)]);
  expect(verdicts).toEqual([
    ["fail", [`${FAULT.clause} fail`]],
    ["remark", [`${FAULT.clause} remark`]],
  ]);
});

test("a finding that was taken out is a difference, and so is a verdict", () => {
  const file = join(dir, "cases", KEY, "result.json");
  const before = readFileSync(file, "utf8");
  const change = (to: object): string | undefined => {
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(before) as object), ...to }));
    return judged().difference;
  };
  const start = `cases/${KEY}/result.json: expected what the capture shows (`;
  expect(change({ verdict: "pass" })).toBe(`${start}fail), found pass`);
  expect(change({ findings: [] })).toMatch(
    /result\.json: expected what the capture shows \(fail: .*\), found other findings$/,
  );
  expect(change({ rules: [] })).toMatch(/, found other rules$/);
  expect(change({ durationMs: 1 })).toBeUndefined();
});

test("files that are damaged are named", () => {
  writeFileSync(join(dir, "cases", KEY, "run.pcapng"), "no capture");
  expect(judged().damage).toMatch(new RegExp(`^cases/${KEY}/run\\.pcapng: octet 0: expected `));
  rmSync(join(dir, "cases", KEY, "run.pcapng"));
  expect(judged().damage).toBe(`cases/${KEY}/run.pcapng: expected the capture of the case, found no such file`);
  writeFileSync(join(dir, "cases", KEY, "ladder.json"), "{}");
  expect(judged().damage).toMatch(new RegExp(`^cases/${KEY}/ladder\\.json: \\w+: expected `));
});
