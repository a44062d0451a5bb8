/** The built command as a process: signals, pipes, and what it leaves behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";

const MAIN = join(PACKAGE_ROOT, "dist/drivers/cli/main.js");
const isBuilt = existsSync(MAIN);
if (!isBuilt) console.warn("skipped the command as a process: needs dist/ (npm run build)");

let dir: string;
let lab: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-command-"));
  lab = join(dir, "lab.yaml");
  const text = readFileSync(join(PACKAGE_ROOT, "fixtures/labs/embedded-udp.yaml"), "utf8");
  writeFileSync(lab, text.replaceAll("127.66.", "127.93."));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Running {
  readonly child: ChildProcess;
  readonly said: { out: string; err: string };
  readonly ended: Promise<number | NodeJS.Signals>;
}

function start(...argv: string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd: PACKAGE_ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { child, said, ended };
}

async function until(what: string, holds: () => boolean, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}

/** Processes whose command line holds a text. */
function processesOf(text: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  });
}

interface Ids {
  readonly historyId: string;
}

/** The folder of the one run below `out`. */
const runIn = (out: string): string => join(out, readdirSync(out)[0] ?? "none");
const casesIn = (out: string): readonly string[] =>
  existsSync(join(runIn(out), "cases")) ? readdirSync(join(runIn(out), "cases")) : [];

/** A run over UDP in which a case has begun; its device is a process of its own. */
async function running(out: string): Promise<Running> {
  const run = start("run", "--lab", lab, "--suite", "call-lns", "--no-report", "--out", out);
  await until("a case begins", () => existsSync(out) && casesIn(out).length > 0);
  expect(processesOf("127.93.1.1").length).toBeGreaterThan(0);
  return run;
}

describe.skipIf(!isBuilt)("the command as a process (needs dist/)", () => {
  test("a reader that has seen enough is no error", async () => {
    const file = join(PACKAGE_ROOT, "fixtures/captures/xl2tpd-pair.pcap");
    const { child, said, ended } = start("decode", file, "--tree");
    child.stdout!.once("data", () => child.stdout!.destroy());
    expect([await ended, said.err]).toEqual([0, ""]);
  });

  test("Ctrl-C in the middle of a run: what has run is judged and kept, and nothing else stays", async () => {
    const out = join(dir, "interrupted");
    const { child, said, ended } = await running(out);
    child.kill("SIGINT");
    expect([await ended, said.err.trim().split("\n").at(-1)]).toEqual([
      2,
      expect.stringMatching(/^l2tpspec: ended by SIGINT before all \d+ cases had run$/) as string,
    ]);
    const { cases } = JSON.parse(readFileSync(join(runIn(out), "results.json"), "utf8")) as { cases: unknown[] };
    expect(cases).toHaveLength(casesIn(out).length);
    expect(existsSync(join(runIn(out), "junit.xml"))).toBe(true);
    await until("the device is gone", () => processesOf("127.93.1.1").length === 0, 3000);
  }, 30_000);

  test("SIGKILL in the middle of a run: its processes end, and what it had is judged and reported", async () => {
    const out = join(dir, "killed");
    const { child, ended } = await running(out);
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    await until("the device is gone", () => processesOf("127.93.1.1").length === 0, 5000);
    const judge = start("judge", runIn(out));
    expect([await judge.ended, judge.said.err]).toEqual([2, ""]);
    expect(judge.said.out).toContain("interrupted");
    const results = join(runIn(out), "allure-results");
    const written = readdirSync(results).filter((name) => name.endsWith("-result.json"));
    const ids = written.map((name) => (JSON.parse(readFileSync(join(results, name), "utf8")) as Ids).historyId);
    expect(ids).toEqual(expect.arrayContaining([...casesIn(out)]));
  }, 30_000);

  test("a device that cannot start: its own words, and no folder", async () => {
    const socket = createSocket("udp4").bind(1701, "127.93.1.1");
    await once(socket, "listening");
    const out = join(dir, "in-use");
    const { said, ended } = start("run", "--lab", lab, "--case", "call-lns-0001", "--no-report", "--out", out);
    const code = await ended;
    socket.close();
    expect(said.err).toMatch(/^l2tpspec: device: start: .*; it said: .*127\.93\.1\.1:1701: the port is in use .*\n$/);
    expect([code, readdirSync(out)]).toEqual([2, []]);
  }, 30_000);

  test("a LAC's Ctrl-C takes the call down; an LNS that leaves ends the LAC", async () => {
    const lns = start("peer", "lns", "--listen", "127.93.3.1", "--auth", "pap");
    await until("the LNS listens", () => lns.said.err.includes("LNS on"));
    const [one, other] = [start("peer", "lac", "127.93.3.1"), start("peer", "lac", "127.93.3.1")];
    await until("the calls are up", () => [one, other].every((lac) => lac.said.err.includes("call is up")));
    one.child.kill("SIGINT");
    expect(await one.ended).toBe(0);
    expect(one.said.out).toMatch(/ > .* L2TP StopCCN /);
    // By this a certificate of either is known for a specimen.
    const named = / > .* L2TP (SCCRQ|SCCRP) .*vendorName="l2tpspec reference peer"/;
    expect([lns.said.out, one.said.out]).toEqual([expect.stringMatching(named), expect.stringMatching(named)]);
    expect(one.said.out).toMatch(/PAP Authenticate-Request .*password=\*\*\*/);
    lns.child.kill("SIGINT");
    expect([await lns.ended, await other.ended]).toEqual([0, 1]);
    expect(other.said.err).toMatch(/l2tpspec: the call was ended .+\n$/);
    expect(lns.said.out + one.said.out + other.said.out).not.toContain("admin@123");
  }, 30_000);
});
