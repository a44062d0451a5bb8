import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { readCaseFolder } from "#fixtures/case-folder";
import { runCase } from "#fixtures/run-case";
import { judge } from "#expect/judge";
import { RULES } from "#expect/rules/index";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import { MUTANTS } from "#mutants/index";
import { expects, loadBaseline, type Baseline } from "#reports/baseline";
import { KNOWN, RUN_INFO, sample, SAMPLE, writeRun } from "#reports/sample-case";
import { exitCodeOf, readResults } from "#reports/sink";
import { show, update, type UpdateOptions } from "./baseline.ts";
import { runCommand } from "./program.ts";

let dir = "";
let run = "";
let file = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-baseline-"));
  run = join(dir, "run");
  file = join(dir, "kept", "reference.json");
  mkdirSync(dirname(file));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function said(act: (out: Writable) => Promise<void>): Promise<string> {
  let text = "";
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  await act(out);
  return text;
}
const updated = async (o: Partial<UpdateOptions> = {}): Promise<string> =>
  said((out) => update(run, { baseline: file, reason: [], ...o }, out));
const FAILED = sample({ rules: [] });
const PASS = sample({ verdict: "pass", findings: [], rules: [] });
const WORDS = { write: true, reason: ["it repeats its last Nr"] };
const written = (changes: Partial<Baseline> = {}): void => {
  writeFileSync(file, JSON.stringify({ schema: 1, device: "reference", firmware: "", entries: [KNOWN], ...changes }));
};

describe("update", () => {
  test("shows what would change and writes nothing", async () => {
    writeRun(run, [FAILED]);
    const text = await updated();
    expect(text).toContain(`${file} (new)\n+ RFC2661-5.8-02 fail ${SAMPLE.id} lns in ${SAMPLE.key}\n`);
    expect(text).toMatch(/^1 added, 0 dropped, 0 changed, 0 as they are /m);
    expect(text).toContain(`nothing was written: --write does it, with --reason for ${SAMPLE.id}\n`);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("refuses to write a new entry without its reason, by id", async () => {
    writeRun(run, [FAILED, sample({ key: "rfc2661-0598~lns", id: "rfc2661-0598", rules: [] })]);
    const one = updated({ write: true, reason: [`${SAMPLE.id}=it repeats a=b`, "rfc2661-0598= "] });
    await expect(one).rejects.toThrow(
      /^--reason: expected a reason for each new entry .*, found none for rfc2661-0598$/,
    );
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("writes entry and evidence, and the run is as expected then", async () => {
    writeRun(run, [FAILED]);
    await updated({ write: true, reason: [`${SAMPLE.id}=it repeats a=b`, "another"] });
    const [entry] = loadBaseline(file, "reference").entries;
    expect(entry).toMatchObject({ reason: "it repeats a=b", frame: 8, link: null, expires: null });
    expect(readdirSync(join(dirname(file), dirname(entry!.capture!))).sort()).toEqual(["ladder.json", "run.pcapng"]);
    expect(exitCodeOf(readResults(run, loadBaseline(file)))).toBe(0);
    expect(await updated()).toMatch(/^nothing to write: /m);
  });

  test("makes no baseline where there is nothing to put into it", async () => {
    writeRun(run, [PASS]);
    expect(await updated(WORDS)).toMatch(/^nothing to write: /m);
    expect(existsSync(file)).toBe(false);
  });

  test("drops what passed, with its evidence", async () => {
    writeRun(run, [FAILED]);
    await updated(WORDS);
    writeRun(run, [PASS]);
    expect(await updated({ write: true })).toMatch(/^- RFC2661-5.8-02 fail rfc2661-0512 lns: it passed$/m);
    expect(loadBaseline(file).entries).toEqual([]);
    expect(readdirSync(join(dirname(file), "reference"))).toEqual([]);
  });

  test("keeps what people wrote where the deviation looks otherwise", async () => {
    written({ entries: [{ ...KNOWN, link: "https://x.example/" }] });
    writeRun(run, [sample({ rules: [], findings: [{ ...SAMPLE.findings[0]!, actual: "nothing\u001b[2J came" }] })]);
    const text = await updated({ write: true });
    expect(text).toMatch(/^ {4}is {2}nothing \[2J came$/m);
    const { reason, expires } = KNOWN;
    expect(loadBaseline(file).entries[0]).toMatchObject({ reason, expires, link: "https://x.example/" });
  });

  test("removes nothing outside its folder, whatever the baseline says", async () => {
    const precious = join(dir, "precious");
    mkdirSync(precious);
    written({ entries: [{ ...KNOWN, capture: "../precious/run.pcapng" }] });
    writeRun(run, [PASS]);
    await updated({ write: true });
    expect([loadBaseline(file).entries, existsSync(precious)]).toEqual([[], true]);
  });

  test("goes nowhere by the key that a run's file names", async () => {
    writeRun(run, [FAILED]);
    const result = join(run, "cases", SAMPLE.key, "result.json");
    writeFileSync(result, JSON.stringify({ ...FAILED, key: "../../x" }));
    await expect(updated(WORDS)).rejects.toThrow(
      /expected a case of the run, by the name of its folder, found \.\.\/\.\.\/x$/,
    );
    expect(existsSync(file)).toBe(false);
  });

  test("wants the evidence", async () => {
    writeRun(run, [FAILED]);
    rmSync(join(run, "cases", SAMPLE.key, "run.pcapng"));
    await expect(updated(WORDS)).rejects.toThrow(/run\.pcapng: expected the evidence of an entry, found no such file$/);
    expect(existsSync(file)).toBe(false);
  });

  test("says what shows past its day", async () => {
    written({ entries: [{ ...KNOWN, expires: "2020-01-01" }] });
    writeRun(run, [FAILED]);
    expect(await updated()).toMatch(
      /^! RFC2661-5\.8-02 fail rfc2661-0512 lns: it shows, and counted until 2020-01-01$/m,
    );
  });

  test("takes the firmware that the run knows", async () => {
    written({ firmware: "1.0" });
    writeRun(run, [FAILED], { ...RUN_INFO, environment: { firmware: "1.1" } });
    expect(await updated({ write: true })).toContain('~ firmware: was "1.0", is "1.1"\n');
    expect(loadBaseline(file)).toMatchObject({ firmware: "1.1", entries: [KNOWN] });
  });

  test.each([
    ["another device's baseline", { device: "other" }, {}, /device: expected "reference", found "other"$/],
    ["a reason for what is not new", {}, { reason: ["rfc2661-0001=x"] }, /--reason: .*, found rfc2661-0001$/],
    ["no file", {}, { baseline: "none" }, /--baseline: expected a file, found none$/],
  ])("refuses %s", async (_what, baseline, options, message) => {
    written(baseline);
    writeRun(run, [FAILED]);
    await expect(updated(options)).rejects.toThrow(message);
  });

  test.each(["/proc/reference.json", "/proc/x/reference.json"])("cannot write %s, and says so", async (baseline) => {
    writeRun(run, [FAILED]);
    await expect(updated({ ...WORDS, baseline })).rejects.toThrow(
      /^--baseline: expected a file that can be written, .*: E/,
    );
  });

  test("--json tells the same", async () => {
    writeRun(run, [FAILED]);
    const told = JSON.parse(await updated({ json: true })) as Record<string, unknown>;
    expect(told).toMatchObject({
      isNew: true,
      added: [{ shownBy: SAMPLE.key }],
      kept: 0,
      lacking: [SAMPLE.id],
      written: false,
    });
  });
});

test("the evidence that is kept of a real run gives the finding again", async () => {
  const fault = MUTANTS.find((m) => m.id === "mutant-0001")!;
  const lab = await openLab(loadLab("fixtures/labs/embedded.yaml").spec, { runId: "baseline", runDir: run, fault });
  const [caseRun] = select(await loadCatalogue(), { cases: ["rfc2661-0512"], roles: ["lns"] });
  await runCase(caseRun!, lab, { seed: 1, strict: false, casesDir: join(run, "cases") });
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...RUN_INFO, selection: { cases: ["rfc2661-0512"] } }));
  await updated(WORDS);
  const { entries } = loadBaseline(file, "reference");
  expect(entries.map((e) => e.id)).toContain("rfc2661-0512");
  for (const entry of entries) {
    const { ladder, frames } = readCaseFolder(join(dirname(file), dirname(entry.capture!)));
    const judged = judge(ladder, frames, RULES);
    const all = entry.id.startsWith("rule-") ? judged.rules.find((r) => r.id === entry.id)!.findings : judged.findings;
    const found = all.filter((f) => expects(entry, { id: entry.id, role: ladder.role }, f));
    expect(found.map((f) => f.frame)).toContain(entry.frame);
  }
  expect(exitCodeOf(readResults(run, loadBaseline(file)))).not.toBe(1);
});

describe("show", () => {
  test("lists clause, case, role, reason and last day", async () => {
    written();
    expect(await said((out) => show(file, {}, out))).toBe(
      `RFC2661-5.8-02 fail ${SAMPLE.id} lns, until 2027-01-31\n    the device repeats its last Nr\n` +
        "reference, any firmware: 1 known deviation, 0 with a link\n",
    );
  });

  test("--json is the baseline", async () => {
    written();
    expect(JSON.parse(await said((out) => show(file, { json: true }, out)))).toEqual(
      JSON.parse(readFileSync(file, "utf8")),
    );
  });
});

test.each([
  [["baseline", "show"], /^error: missing required argument 'file'$/],
  [["baseline", "show", "/nowhere.json"], /^l2tpspec: \/nowhere\.json: expected a baseline, found ENOENT$/],
  [["baseline", "update", "/nowhere"], /run\.json: expected a run's folder with its run\.json, found ENOENT$/],
  [["baseline", "update", "x", "--wirte"], /^error: unknown option '--wirte'/],
])("%j is one line and 64", async (argv, line) => {
  let complaint = "";
  const code = await runCommand(argv, { write: (text) => (complaint += text) });
  expect([code, complaint.trim().split("\n").length]).toEqual([64, 1]);
  expect(complaint.trim()).toMatch(line);
});
