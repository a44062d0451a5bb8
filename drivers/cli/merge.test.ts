/** Two machines' shards come to what one machine's run comes to; one shard alone is not whole. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalogue, select } from "#fixtures/catalogue";
import { PACKAGE_ROOT } from "#fixtures/root";
import { readRunInfo } from "#reports/run-folder";
import type { Results } from "#reports/sink";
import { runCommand } from "./program.ts";

const MAIN = join(PACKAGE_ROOT, "dist", "drivers", "cli", "main.js");
let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-merge-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function command(...words: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], { cwd: PACKAGE_ROOT, encoding: "utf8" });
  return { code: status, said: stderr };
}

/** A run of some cases into a folder of that name; gives its own folder. */
function ran(name: string, ...words: readonly string[]): string {
  const out = join(dir, name);
  const cases = "rfc2661-0512,rfc2661-0108,rfc2661-1222,call-lns-0001,rfc1661-0435";
  command("run", "--case", cases, "--role", "lns", "--no-report", "--out", out, ...words);
  return join(out, readdirSync(out)[0]!);
}

const resultsIn = (run: string): Results => JSON.parse(readFileSync(join(run, "results.json"), "utf8")) as Results;
const told = ({ cases, rules, totals }: Results): unknown => [
  cases.map(({ key, verdict, findings, frames }) => ({ key, verdict, findings, frames })),
  rules.map(({ id, role, verdict, framesJudged }) => ({ id, role, verdict, framesJudged })),
  totals,
];

test("two shards merged are the whole run, and one alone is inconclusive by name", { timeout: 180_000 }, () => {
  const whole = ran("whole");
  const shards = ["1/2", "2/2"].map((shard) => ran(shard.replace("/", "-"), "--shard", shard));
  const counts = shards.map((run) => resultsIn(run).cases.length);
  expect(Math.abs(counts[0]! - counts[1]!)).toBeLessThanOrEqual(1);

  const both = join(dir, "both");
  expect(command("merge", ...shards, "--no-report", "--out", both)).toEqual({ code: 0, said: "" });
  expect(told(resultsIn(join(both, readdirSync(both)[0]!)))).toEqual(told(resultsIn(whole)));

  // Nothing is missing that a judge needs: the merged run has its lab, by which what was hidden is opened.
  const again = join(both, readdirSync(both)[0]!);
  expect(command("judge", again)).toEqual({ code: 0, said: "" });
  expect(told(resultsIn(again))).toEqual(told(resultsIn(whole)));

  // What counted of a baseline counts again.
  const strict = join(dir, "strict");
  command("merge", ...shards, "--no-report", "--baseline", "none", "--out", strict);
  expect(readRunInfo(join(strict, readdirSync(strict)[0]!)).baseline).toBe("none");

  const one = join(dir, "one");
  const { code, said } = command("merge", shards[0]!, "--no-report", "--out", one);
  expect(said).toBe(`l2tpspec: shard 2/2 is not among the runs: its ${counts[1]!} cases are inconclusive\n`);
  expect(code).toBe(2);
  expect(resultsIn(join(one, readdirSync(one)[0]!)).totals.inconclusive).toBe(counts[1]);

  const twice = command("merge", shards[0]!, shards[0]!, "--out", join(dir, "twice"));
  expect([twice.code, twice.said.trim().split("\n").length]).toEqual([64, 1]);
  expect(twice.said).toMatch(/cases\/[\w.~=-]+: expected a case that no other of the runs has, found the one in /);
  expect(readdirSync(dir)).not.toContain("twice");
});

const OWN = `import { CLAUSES } from "l2tpspec/clauses";
import { conformance } from "l2tpspec/conformance";
import { must } from "l2tpspec/ladder";
import { acks } from "l2tpspec/matchers";

const clause = CLAUSES["RFC2661-5.8-03"];

for (const id of ["own-0001", "own-0002"])
  conformance({ id, clause, needs: ["lns"], story: "a HELLO is acknowledged" }, async ({ bench, climb }) => {
    const tunnel = await bench.open();
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.8-03"));
  });
`;

test("shards of a lab's own suites are merged, by the folder that they were run with", { timeout: 180_000 }, () => {
  const own = join(dir, "own");
  mkdirSync(own);
  writeFileSync(join(own, "first.suite.ts"), OWN);
  const of = ["--suites", own, "--suite", "own", "--no-report"];
  const shards = ["1/2", "2/2"].map((shard) => {
    const out = join(dir, `own-${shard[0]!}`);
    command("run", ...of, "--shard", shard, "--out", out);
    return join(out, readdirSync(out)[0]!);
  });
  const out = join(dir, "own-both");
  expect(command("merge", ...shards, "--no-report", "--out", out)).toEqual({ code: 0, said: "" });
  const merged = join(out, readdirSync(out)[0]!);
  expect(resultsIn(merged).cases.map((c) => [c.key, c.verdict])).toEqual([
    ["own-0001~lns", "pass"],
    ["own-0002~lns", "pass"],
  ]);

  const gone = command("merge", ...shards, "--suites", join(dir, "gone"), "--out", join(dir, "none"));
  expect(gone).toEqual({ code: 64, said: expect.stringMatching(/--suites: expected a folder, found .*gone: no such/) });
});

test("shards hold each case once, and what waits longest is dealt out", async () => {
  const entries = await loadCatalogue();
  const all = select(entries, {});
  const parts = [1, 2, 3].map((i) => select(entries, { shard: `${i}/3` }));
  expect(
    parts
      .flat()
      .map((r) => r.key)
      .sort(),
  ).toEqual(all.map((r) => r.key).sort());
  const waits = parts.map((runs) => runs.reduce((ms, { entry: { definition: d } }) => ms + (d.waitsMs ?? 0), 0));
  expect(Math.max(...waits) / Math.min(...waits)).toBeLessThan(1.1);
});

test.each(["0/2", "3/2", "1", "1/0", "1/2000", "a/b"])("%s is no shard", async (shard) => {
  let said = "";
  const code = await runCommand(["run", "--shard", shard, "--out", join(dir, "none")], {
    write: (text) => (said += text),
  });
  expect([code, said]).toEqual([
    64,
    expect.stringMatching(/'--shard <i\/n>' argument '.*' is invalid\. expected i\/n/),
  ]);
});
