/** What a run's files say of each other and of their captures, of one run of the reference LNS that lacks PAP. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { loadLab } from "#lab/load";
import { drop } from "#peer/lies";
import { isPpp } from "#peer/match";
import { folderFiles } from "#reports/bundle/files";
import { folderWithKeys, runInto } from "./certify.fixture.ts";
import { judgeCase } from "./evidence-case.ts";
import { timeFaults } from "./evidence-time.ts";
import { type ReadEvidence, readEvidence } from "./evidence.ts";
import { knownCases, type KnownRuns } from "./known-cases.ts";

const PAP = "call-lns-0040~lns";
const TUNNEL = "call-lns-0001~lns";
const SECRET = new TextEncoder().encode("tunnel-secret");

let dir: string;
let known: KnownRuns;
beforeAll(async () => {
  dir = folderWithKeys();
  known = await knownCases();
  const { spec } = loadLab("fixtures/labs/embedded.yaml");
  const runs = select(await loadCatalogue(), { cases: ["call-lns-0040", "call-lns-0001"], roles: ["lns"] });
  const lab = { ...spec, ics: { ...spec.ics, pap: false } };
  await runInto(join(dir, "run"), runs, { spec: lab, fault: { lies: [drop(isPpp("PAP"))] } });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let copies = 0;
function shown(change: (folder: string) => void = () => undefined): ReadEvidence {
  const copy = join(dir, `run-${copies++}`);
  cpSync(join(dir, "run"), copy, { recursive: true });
  change(copy);
  return readEvidence(folderFiles(copy), "run", known, SECRET);
}

/** Puts other values into a JSON file; `undefined` takes one out. */
function put(file: string, to: (was: Record<string, unknown>) => object): void {
  const was = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...was, ...to(was) }));
}

test("a run that nobody changed has no fault, and its probe excuses what the ICS denies", () => {
  const { faults, untold, foreign, evidence } = shown();
  expect([faults, untold, foreign]).toEqual([[], [], []]);
  expect([...evidence.cases.values()].map((c) => `${c.key} ${c.verdict}`)).toEqual([
    `${TUNNEL} pass`,
    `${PAP} not applicable`,
  ]);
});

describe("what the run says of itself", () => {
  test.each<[string, (folder: string) => void, string]>([
    [
      "another device",
      (f) => put(join(f, "run.json"), () => ({ device: "acme-9000" })),
      "run.json: device: expected reference as lab.json has it, found acme-9000",
    ],
    [
      "another lab",
      (f) => put(join(f, "lab.json"), () => ({ name: "other" })),
      "run.json: lab: expected other as lab.json has it, found embedded",
    ],
    [
      "another ICS",
      (f) => put(join(f, "run.json"), ({ environment }) => ({ environment: { ...(environment as object), ics: {} } })),
      'run.json: environment.ics: expected {"tunnelAuthentication":true,',
    ],
    [
      "a firmware that nobody stated",
      (f) =>
        put(join(f, "run.json"), ({ environment }) => ({ environment: { ...(environment as object), firmware: "7" } })),
      "run.json: environment.firmware: expected none as lab.json has it, found 7",
    ],
    [
      "no firmware where the device said one",
      (f) => writeFileSync(join(f, "device.json"), '{"schema":1,"firmware":"7.1"}'),
      "run.json: environment.firmware: expected 7.1 as device.json has it, found none",
    ],
    [
      "results of another device",
      (f) => put(join(f, "results.json"), () => ({ device: "acme-9000" })),
      "results.json: device: expected reference as run.json has it, found acme-9000",
    ],
  ])("%s", (_, change, words) => {
    expect(shown(change).faults).toContainEqual(expect.stringContaining(words));
  });
});

describe("a case that is not this run's", () => {
  const ladder = (f: string): string => join(f, "cases", TUNNEL, "ladder.json");

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "by its word",
      (f) => put(ladder(f), () => ({ startedAt: "2020-01-01T00:00:00.000Z" })),
      /ladder\.json: startedAt: expected a time within the run, begun \S+, found 2020-01-01T00:00:00\.000Z$/,
    ],
    [
      "by a word that is no time",
      (f) => put(ladder(f), () => ({ startedAt: "soon" })),
      /ladder\.json: startedAt: .* found soon$/,
    ],
  ])("%s", (_, change, words) => {
    expect(shown(change).faults).toContainEqual(expect.stringMatching(words));
  });

  test("by its capture, but for a clock that was set a little", () => {
    const { info } = shown();
    const one = judgeCase(folderFiles(join(dir, "run")), `cases/${TUNNEL}`, SECRET);
    const own = one.ladder!;
    const at = (ms: number): readonly string[] => {
      const capturedAtMs = Date.parse(own.startedAt) + ms;
      return timeFaults([{ ...one, capturedAtMs }], info);
    };
    expect([at(10), at(-30_000), at(own.durationMs + 30_000)]).toEqual([[], [], []]);
    const words = /run\.pcapng: expected packets of the case, begun \S+, found the first at \S+$/;
    expect([at(-3_600_000), at(own.durationMs + 120_000)]).toEqual([
      [expect.stringMatching(words)],
      [expect.stringMatching(words)],
    ]);
  });
});

test.each<[string, object, string]>([
  [
    "background",
    { background: ["ppp", "data", "session", "tunnel"] },
    "background: expected none as this version has it",
  ],
  ["row", { params: { ns: 2 } }, "params: expected {} as this version has it"],
  ["suite", { suite: "mylab/hello" }, "suite: expected call-lns/tunnel"],
])("a ladder with another %s than its case has is another case", (_, to, words) => {
  const { foreign } = shown((f) => put(join(f, "cases", TUNNEL, "ladder.json"), () => to));
  expect(foreign).toEqual([expect.stringContaining(words)]);
});

test("a specimen is one by its captures too, whatever its lab says that it is", () => {
  expect(shown().evidence.specimen).toMatch(/reference peer/);
  const lab = (f: string): string => join(f, "lab.json");
  const { faults, evidence } = shown((f) => put(lab(f), () => ({ device: { driver: "command", id: "reference" } })));
  expect([faults, evidence.specimen]).toEqual([[], expect.stringMatching(/virtual time/)]);
});

describe("what a probe found", () => {
  const found = ({ evidence }: ReadEvidence): unknown => evidence.probes.find((p) => p.feature === "pap")?.found;
  const probes = (f: string): string => join(f, "probe.json");
  const turned = (to: object) => (f: string) =>
    put(probes(f), (was) => ({ probes: (was["probes"] as object[]).map((p) => ({ ...p, ...to })) }));
  const FOLDER = "probes/probe-pap~lns";

  test("is told by its capture, and not without one", () => {
    expect(found(shown())).toBe("not supported");
    const without = shown((f) => rmSync(join(f, "probes"), { recursive: true }));
    expect(found(without)).toBe("not told");
    expect(without.evidence.cases.get(PAP)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/no probe of the run shows that$/) as string,
    });
  });

  test.each<[string, (folder: string) => void, string]>([
    [
      "another word than its capture has",
      turned({ found: "supported" }),
      "probe.json: pap of the LNS: expected not supported as its capture shows, found supported",
    ],
    [
      "another claim than the lab has",
      turned({ claimed: true }),
      "probe.json: pap of the LNS: expected not claimed as lab.json has it, found claimed",
    ],
    [
      "another exchange",
      (f) => put(join(f, FOLDER, "ladder.json"), () => ({ clause: "RFC1994-4.1-11" })),
      `${FOLDER}/ladder.json: expected the probe of pap in that role, found another`,
    ],
    [
      "an exchange that asks for nothing",
      (f) => put(join(f, FOLDER, "ladder.json"), () => ({ rungs: [] })),
      `${FOLDER}/ladder.json: expected the probe of pap in that role, found another`,
    ],
  ])("%s", (_, change, words) => {
    expect(shown(change).faults).toContain(words);
  });
});
