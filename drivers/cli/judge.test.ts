/** Folders that are damaged: one line says where, the other cases are judged all the same, and no verdict is made up. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import { writeLabRecord } from "./lab-record.ts";
import { judgeFolder, type JudgeOptions } from "./judge.ts";
import { writeRunInfo } from "./run-reports.ts";

const KEYS = ["call-lns-0001~lns", "call-lns-0040~lns"] as const;
/** Its way leads over ids of the device, which one that hides its AVPs hides. */
const HIDDEN = "rfc2661-1226";
let dir: string;
let run: string;
let folder: string;
/** A run of two cases, made once and copied for each test. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-judge-"));
  const original = join(dir, "original");
  const { spec } = loadLab("fixtures/labs/embedded.yaml");
  const startedAt = new Date().toISOString();
  const info = { lab: "embedded", labFile: "x", device: "reference", seed: 1, strict: false, startedAt, selection: {} };
  writeRunInfo(original, info);
  await using lab = await openLab(spec, { runId: "judge", runDir: original });
  for (const one of select(await loadCatalogue(), { cases: KEYS.map((key) => key.split("~")[0]!) }))
    await runCase(one, lab, { seed: 1, strict: false, casesDir: join(original, "cases") });
});
beforeEach(() => {
  run = join(dir, "run");
  folder = join(run, "cases", KEYS[0]);
  rmSync(run, { recursive: true, force: true });
  cpSync(join(dir, "original"), run, { recursive: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function judged(path: string, o: JudgeOptions = {}) {
  let text = "";
  let complaints = "";
  const out = { write: (chunk: string) => ((text += chunk), true) } as unknown as NodeJS.WritableStream;
  const code = await judgeFolder(path, o, out, { write: (chunk) => (complaints += chunk) });
  return { code, text, complaints };
}
const resultOf = (key: string): { verdict: string; reason: string } =>
  JSON.parse(readFileSync(join(run, "cases", key, "result.json"), "utf8")) as { verdict: string; reason: string };

test("what is whole is judged again, and said nothing about", async () => {
  expect(await judged(run)).toMatchObject({ code: 0, complaints: "" });
});

test("the tunnel secret comes from a file, or the caller is told that it does not", async () => {
  const secrets = join(dir, "secrets.yaml");
  writeFileSync(secrets, 'tunnels: [{ secret: "tunnel-secret" }]\n');
  expect(await judged(run, { secrets })).toMatchObject({ code: 0, complaints: "" });
  await expect(judged(run, { secrets: join(dir, "none") })).rejects.toThrow(
    /--secrets: expected a file .* that can be read, found ENOENT/,
  );
  writeFileSync(secrets, "tunnels: [{ secret: a }, { secret: b }]\n");
  await expect(judged(run, { secrets })).rejects.toThrow(
    /secrets\.yaml: tunnels: expected one tunnel secret, which is that of the run's device, found 2$/,
  );
});

test("the run's own tunnel secret opens what was hidden where it is public, and is asked for where it is not", async () => {
  const { spec } = loadLab("fixtures/labs/embedded.yaml");
  const cases = [HIDDEN];
  const fault = { l2tp: { hide: { mostPadding: 20 } } };
  await using lab = await openLab(spec, { runId: "hidden", runDir: run, fault });
  for (const one of select(await loadCatalogue(), { cases }))
    await runCase(one, lab, { seed: 1, strict: false, casesDir: join(run, "cases") });
  writeLabRecord(run, spec);
  expect(await judged(run, { case: cases })).toMatchObject({ code: 0, complaints: "" });
  process.env["L2S_JUDGED"] = "tunnel-secret";
  writeLabRecord(run, { ...spec, tunnelSecret: "env:L2S_JUDGED" });
  const { code, complaints, text } = await judged(run, { case: cases });
  expect(complaints).toBe(
    "l2tpspec: what the device hid is not judged: the run's tunnel secret is env:L2S_JUDGED of its lab (--secrets)\n",
  );
  delete process.env["L2S_JUDGED"];
  expect(code).toBe(2);
  expect(text).toMatch(/^inconclusive/);
});

type Damage = readonly [what: string, damage: () => void, message: RegExp];
const ladder = (text: string) => (): void => writeFileSync(join(folder, "ladder.json"), text);
const changed = (changes: object) => (): void => {
  const file = join(folder, "ladder.json");
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), ...changes }));
};
const capture = (): string => join(folder, "run.pcapng");
const DAMAGES: readonly Damage[] = [
  ["no capture", () => rmSync(capture()), /run\.pcapng: expected the capture of the case, found ENOENT$/],
  ["a capture that is cut off", () => truncateSync(capture(), 300), /run\.pcapng: octet \d+: expected a whole block, /],
  ["an empty capture", () => truncateSync(capture(), 0), /run\.pcapng: octet 0: expected a pcap or pcapng file, /],
  ["a ladder that is cut off", ladder('{"schema": 1,'), /ladder\.json: expected a ladder in JSON, found /],
  ["a ladder of another schema", changed({ schema: 2 }), /ladder\.json: schema: expected 1, found 2$/],
  ["a ladder that lacks all", ladder("{}"), /ladder\.json: schema: expected 1, found nothing \(and 24 more\)$/],
  ["a ladder that is none", ladder("[]"), /ladder\.json: expected object, found \[\]$/],
  ["a ladder with odd rungs", changed({ rungs: [{ no: "x" }] }), /ladder\.json: rungs\[0\]\.no: expected /],
  ["a clause of nobody", changed({ clause: "RFC1-1-01" }), /ladder\.json: clause: expected a clause of this version, /],
];

describe.each(DAMAGES)("%s", (_what, damage, message) => {
  test("of one case alone is a misuse, and nothing is written", async () => {
    const before = resultOf(KEYS[0]);
    damage();
    await expect(judged(folder)).rejects.toMatchObject({
      name: "Misuse",
      message: expect.stringMatching(message) as string,
    });
    expect(resultOf(KEYS[0])).toEqual(before);
  });

  test("in a run makes that case inconclusive and leaves the others theirs", async () => {
    damage();
    const { code, complaints } = await judged(run);
    delete process.env["L2S_JUDGED"];
    expect(code).toBe(2);
    expect(complaints.trim()).toMatch(message);
    expect(resultOf(KEYS[0]).verdict).toBe("inconclusive");
    expect(resultOf(KEYS[0]).reason).toMatch(/^cannot be judged again: .*; it was pass: /);
    expect(resultOf(KEYS[1]).verdict).toBe("pass");
    // A second time says the same.
    const once = resultOf(KEYS[0]);
    await judged(run);
    expect(resultOf(KEYS[0])).toEqual(once);
  });
});

test("a case that was killed while it ran needs no capture: it was interrupted", async () => {
  changed({ state: "running", rungs: [] })();
  rmSync(capture());
  rmSync(join(folder, "result.json"));
  expect(await judged(run)).toMatchObject({ code: 2, complaints: "" });
  expect(resultOf(KEYS[0])).toMatchObject({ verdict: "inconclusive", reason: "interrupted" });
});

test("a file among the cases is none", async () => {
  writeFileSync(join(run, "cases", "notes.txt"), "x");
  expect(await judged(run)).toMatchObject({ code: 0, complaints: "" });
});

describe("what is no run", () => {
  test.each([
    [
      "nothing",
      "nowhere",
      /nowhere: expected a run's folder \(cases\/\) or the folder of a case \(ladder\.json\), found neither$/,
    ],
    ["another folder", "empty", /found neither$/],
    ["a folder without run.json", "bare", /run\.json: expected a run's folder with its run\.json, found ENOENT$/],
  ])("%s", async (_what, name, message) => {
    mkdirSync(join(dir, "empty"), { recursive: true });
    mkdirSync(join(dir, "bare", "cases"), { recursive: true });
    await expect(judged(join(dir, name))).rejects.toMatchObject({
      name: "Misuse",
      message: expect.stringMatching(message) as string,
    });
  });

  test("a case that is not in it", async () => {
    await expect(judged(run, { case: ["call-lns-0001", "nope"] })).rejects.toMatchObject({
      name: "Misuse",
      message: expect.stringMatching(/--case: expected the id of a case of the run, found nope$/) as string,
    });
  });
});
