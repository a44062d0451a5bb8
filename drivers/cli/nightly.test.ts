/** A night over labs: what shares something runs in turn, and what dies costs the others nothing. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";
import { loadLab } from "#lab/load";
import type { Nightly } from "#reports/nightly";
import { labsIn, sharedBy } from "./nightly-labs.ts";
import { inTurns, type Turn } from "./nightly-turns.ts";
import { runCommand } from "./program.ts";

const text = (name: string): string => readFileSync(join(PACKAGE_ROOT, "fixtures/labs", name), "utf8");
const NEVER = new AbortController().signal;

describe("labs", () => {
  const shares = (a: string, b: string): readonly string[] => {
    const [of, other] = [a, b].map((name) => sharedBy(loadLab(`fixtures/labs/${name}.yaml`).spec));
    return [...of!].filter((thing) => other!.has(thing));
  };

  test.each([
    ["embedded", "embedded-udp", []],
    ["embedded-udp", "embedded-udp", ["device reference-udp", "loopback 127.66"]],
    ["l2tpns", "xl2tpd-lns", []],
    ["xl2tpd-lac", "xl2tpd-lns", ["device xl2tpd-1.3.18"]],
    ["debian-lns", "debian-userspace", ["guest"]],
    ["vrp-emulator", "debian-lns", []],
    ["vrp", "debian-host", ["interface eth1", "interface eth2", "login 192.0.2.1:22"]],
  ])("%s and %s share %j", (a, b, things) => {
    expect(shares(a, b)).toEqual(things);
  });

  test("two logins to one host are one device", () => {
    const of = (id: string): ReadonlySet<string> => {
      const { spec } = loadLab("fixtures/labs/vrp.yaml");
      return sharedBy({ ...spec, device: { ...spec.device, id } });
    };
    expect([...of("one")].filter((thing) => of("two").has(thing))).toContain("login 192.0.2.1:22");
  });
});

describe("side by side", () => {
  /** Runs turns that share what is named; gives who ran beside whom. */
  async function beside(all: Readonly<Record<string, readonly string[]>>, atOnce: number): Promise<readonly string[]> {
    const running = new Set<string>();
    const seen: string[] = [];
    const turns = Object.entries(all).map(([name, things]): Turn => ({
      shares: new Set(things),
      run: async () => {
        running.add(name);
        seen.push([...running].join("+"));
        await sleep(5);
        running.delete(name);
      },
    }));
    await inTurns(turns, atOnce, NEVER);
    return seen;
  }

  test("runs what shares nothing, and in turn what does, which nobody waits for behind", async () => {
    expect(await beside({ a: ["x"], b: ["x"], c: ["y"] }, 3)).toEqual(["a", "a+c", expect.stringMatching(/b$/)]);
  });

  test("takes no more than it may", async () => {
    expect(await beside({ a: [], b: [], c: [] }, 1)).toEqual(["a", "b", "c"]);
  });

  test("one that throws costs the others nothing, and is told when all have ended", async () => {
    const ended: string[] = [];
    const turn = (name: string, ms: number, error?: Error): Turn => ({
      shares: new Set(),
      run: async () => {
        await sleep(ms);
        if (error !== undefined) throw error;
        ended.push(name);
      },
    });
    const all = inTurns([turn("a", 1, new Error("broken")), turn("b", 20), turn("c", 1)], 2, NEVER);
    await expect(all).rejects.toThrow("broken");
    expect(ended.sort()).toEqual(["b", "c"]);
  });

  test("begins nothing once the night is ended", async () => {
    const began: string[] = [];
    const night = new AbortController();
    const turn = (name: string): Turn => ({
      shares: new Set(["device"]),
      run: () => {
        began.push(name);
        night.abort();
        return Promise.resolve();
      },
    });
    await inTurns([turn("a"), turn("b")], 2, night.signal);
    expect(began).toEqual(["a"]);
  });
});

let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "l2tpspec-nightly-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("what is no folder of labs", () => {
  test.each([
    ["no folder", "none", /--labs: expected a folder of lab files .* found .*none: ENOENT/],
    ["no lab", ".", /--labs: expected a folder of lab files .* found none in /],
  ])("%s", (_what, name, message) => {
    expect(() => labsIn(join(dir, name))).toThrow(message);
  });

  test("two labs of one name", () => {
    for (const file of ["a.yaml", "b.yaml"]) writeFileSync(join(dir, file), text("embedded.yaml"));
    expect(() => labsIn(dir)).toThrow(/name: expected labs of different names, found "embedded" twice/);
  });
});

test.each([
  [["--suite", "rfc9999"], /--suite: expected a folder or file of suites\/, found rfc9999$/],
  [
    ["--case", "rfc1332-0104", "--profile", "quick"],
    /--suite, --case, --role: expected a selection that holds a case, found none$/,
  ],
  [
    ["--markdown", "/nowhere/x.md"],
    /--markdown: expected a file that can be written, in a folder that exists, found \/nowhere/,
  ],
  [["--markdown", "."], /--markdown: expected a file that can be written, .* found \.: EISDIR$/],
  [
    ["--budget", "0"],
    /'--budget <minutes>' argument '0' is invalid\. expected minutes, more than 0 and 35791 at most$/,
  ],
  [["--budget", "35792"], /argument '35792' is invalid\. expected minutes, more than 0 and 35791 at most$/],
  [["--jobs", "0"], /'--jobs <n>' argument '0' is invalid\. expected a whole number, 1 or more$/],
])("%j is told before a lab begins", async (words, line) => {
  writeFileSync(join(dir, "a.yaml"), text("embedded.yaml"));
  let said = "";
  const out = join(dir, "out");
  const argv = ["nightly", "--labs", dir, "--out", out, "--history", join(dir, "history"), ...words];
  const code = await runCommand(argv, { write: (more) => (said += more) });
  expect([code, said.trimEnd()]).toEqual([64, expect.stringMatching(line)]);
  expect(existsSync(out)).toBe(false);
});

/** Its run's process is killed by what the run starts as its device. */
const KILLED = `
schema: 1
name: killed
bench: { kind: loopback, device: 127.77.1.1, tester: 127.77.2.1 }
device:
  driver: command
  id: killed
  start: ["kill -KILL $(awk '{print $4}' /proc/$PPID/stat)"]
role: [lns]
users: [{ name: u, password: "public:p" }]
pool: 172.16.1.0/24
gateway: 172.16.1.1
`;

/** Starts a night over these lab files; `ended` gives its code and what it left. */
function night(labs: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const [folder, out] = [join(dir, "labs"), join(dir, "out")];
  mkdirSync(folder);
  for (const [name, content] of Object.entries(labs)) writeFileSync(join(folder, name), content);
  const main = join(PACKAGE_ROOT, "dist", "drivers", "cli", "main.js");
  const args = [main, "nightly", "--labs", folder, "--out", out, "--no-report", "--role", "lns", ...words];
  const child = spawn(process.execPath, args, {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, GITHUB_STEP_SUMMARY: join(dir, "step.md") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, out, ended: endOf(child, out) };
}

async function endOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  out: string,
): Promise<{ readonly code: number; readonly summary: Nightly; readonly printed: string; readonly said: string }> {
  let [printed, said] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, "close")) as [number];
  const folder = readdirSync(out).find((name) => name !== "history")!;
  const summary = JSON.parse(readFileSync(join(out, folder, "nightly.json"), "utf8")) as Nightly;
  return { code, summary, printed, said };
}

test(
  "one lab that fails, one that is none and one whose run is killed leave the others their night",
  { timeout: 180_000 },
  async () => {
    const faulty = text("embedded.yaml")
      .replace("name: embedded", "name: faulty")
      .replace("id: reference", "id: faulty\n  fault: mutant-0001");
    const labs = { "1.yaml": KILLED, "2.yaml": "schema: 1\n", "3.yaml": faulty, "4.yaml": text("embedded.yaml") };
    const { ended } = night(labs, "--case", "rfc2661-0512,call-lns-0001", "--profile", "quick");
    const { code, summary, printed } = await ended;
    expect(code).toBe(1);
    expect(summary.runs.map((r) => [r.lab, r.ended, r.code])).toEqual([
      ["killed", "died", 2],
      [join(dir, "labs", "2.yaml"), "not run", 2],
      ["faulty", "whole", 1],
      ["embedded", "whole", 0],
    ]);
    expect(summary.runs.map((r) => r.failures)).toEqual([[], [], ["rfc2661-0512~lns"], []]);
    expect(summary.runs[0]!.why).toBe("its process was ended by SIGKILL");
    expect(summary.runs[1]!.why).toMatch(/2\.yaml:1: name: expected string, found nothing/);
    // What the killed one had is there all the same.
    expect(existsSync(join(summary.runs[0]!.run!, "results.json"))).toBe(true);
    expect(printed).toMatch(/^## 1 failure, 2 runs could not tell \(4 labs\)\n/);
    expect(readFileSync(join(dir, "step.md"), "utf8")).toBe(printed);
  },
);

test("time that is up ends a run, and what comes after it does not begin", { timeout: 60_000 }, async () => {
  const { code, summary } = await night({ "a.yaml": text("embedded.yaml") }, "--budget", "0.0001").ended;
  expect(code).toBe(2);
  expect(summary.runs.map((r) => [r.profile, r.ended, r.code, r.why])).toEqual([
    ["quick", "not run", 2, "its 0.0 min were used up"],
    ["full", "not run", 2, "the profile before it could not run"],
  ]);
});

test(
  "Ctrl-C ends the runs in their order, waits for them, and sums up what there is",
  { timeout: 120_000 },
  async () => {
    const udp = text("embedded-udp.yaml").replaceAll("127.66.", "127.78.");
    const other = udp.replace("name: embedded-udp", "name: embedded-udp-2");
    const started = night({ "a.yaml": udp, "b.yaml": other }, "--case", "rfc2661-0217", "--profile", "quick");
    const casesOf = (): boolean =>
      readdirSync(started.out, { recursive: true, encoding: "utf8" }).some((path) => /cases\/.+/.test(path));
    const until = Date.now() + 60_000;
    while (!(existsSync(started.out) && casesOf()) && Date.now() < until) await sleep(50);
    started.child.kill("SIGINT");
    const { code, summary, said } = await started.ended;
    expect(code).toBe(2);
    expect(summary.runs.map((r) => [r.lab, r.ended, r.why])).toEqual([
      ["embedded-udp", "cut", "the night was ended"],
      ["embedded-udp-2", "not run", "the night was ended before"],
    ]);
    expect(said).toMatch(/nightly: embedded-udp quick: cut/);
    expect(existsSync(join(summary.runs[0]!.run!, "results.json"))).toBe(true);
  },
);
