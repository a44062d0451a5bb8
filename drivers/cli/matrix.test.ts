/** The matrix over peers that run here, third party against third party among them: real daemons, a real wire. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { has, isRoot } from "#fixtures/machine";
import { PACKAGE_ROOT } from "#fixtures/root";
import { type Matrix, type MatrixCell, matrixSchema } from "#reports/matrix-schema";
import { exitCodeOf } from "./matrix.ts";

const MAIN = join(PACKAGE_ROOT, "dist", "drivers", "cli", "main.js");
const lab = (name: string): string => `fixtures/labs/${name}.yaml`;
const FULL = process.env.L2TPSPEC_FULL === "true";
/** All that needs no guest; two third parties, and one that cannot be met, where every minute counts. */
const LABS = FULL
  ? ["embedded", "xl2tpd-lac", "xl2tpd-lns", "l2tpns", "vrp-emulator"]
  : ["xl2tpd-lac", "l2tpns", "debian-host"];
/** Full in the one tier and in the other. */
const MET: readonly (readonly [lac: string, lns: string])[] = [
  ["xl2tpd-1.3.18", "l2tpns-2.4.1"],
  ...(FULL
    ? ([
        ["reference", "reference"],
        ["reference", "l2tpns-2.4.1"],
        ["xl2tpd-1.3.18", "reference"],
      ] as const)
    : []),
];

const able =
  isRoot("the matrix") &&
  has("the matrix", "ip", "tcpdump", "l2tpns", "freeradius", "xl2tpd", "slirp-fullbolt", "ping");

describe.skipIf(!able)("l2tpspec matrix", () => {
  const out = mkdtempSync(join(tmpdir(), "l2tpspec-matrix-"));
  let matrix: Matrix;
  let dir: string;
  let status: number | null;
  const cell = (lac: string, lns: string): MatrixCell | undefined =>
    matrix.cells.find((one) => one.lac === lac && one.lns === lns);

  beforeAll(() => {
    const ran = spawnSync(
      process.execPath,
      [MAIN, "matrix", "--labs", LABS.map(lab).join(","), "--out", out, "--json"],
      {
        cwd: PACKAGE_ROOT,
        encoding: "utf8",
        maxBuffer: 64e6,
      },
    );
    status = ran.status;
    expect(ran.stderr).toBe("");
    matrix = matrixSchema.parse(JSON.parse(ran.stdout));
    dir = join(out, readdirSync(out)[0]!);
  }, 900_000);

  afterAll(() => rmSync(out, { recursive: true, force: true }));

  test("ends with 0: the calls show nothing that the baselines do not know", () => {
    expect(status).toBe(0);
    const fails = matrix.cells.flatMap(({ calls }) => calls.flatMap(({ ends }) => ends.flatMap((end) => end.fails)));
    expect(fails.filter(({ known }) => !known)).toEqual([]);
    // xl2tpd breaks clauses in every call: that both ends are judged is seen by it.
    expect(fails.length).toBeGreaterThan(FULL ? 30 : 5);
  });

  test.each(MET)("%s calls %s: full, by both logins", (lac, lns) => {
    const met = cell(lac, lns);
    expect(Object.entries(met?.steps ?? {}).filter(([, { is }]) => is !== "yes")).toEqual([]);
    expect(met?.verdict).toBe("full");
    expect(met?.calls.map(({ method, ends }) => [method, ends.map(({ role, device }) => [role, device])])).toEqual(
      ["pap", "chap"].map((method) => [
        method,
        [
          ["lac", lac],
          ["lns", lns],
        ],
      ]),
    );
  });

  test.runIf(FULL)("nine cells and more are full", () => {
    expect(matrix.cells.filter(({ verdict }) => verdict === "full").length).toBeGreaterThanOrEqual(9);
  });

  test.runIf(!FULL)("a device that stands elsewhere cannot be an end, and the cell says why", () => {
    expect(cell("xl2tpd-1.3.18", "router1")).toMatchObject({
      verdict: "cannot",
      reason: expect.stringMatching(/^router1: its device stands at an address of its own/) as string,
      calls: [],
    });
  });

  test("every call has its capture, which judge reads and says the same of, and a link in the page", () => {
    const page = readFileSync(join(dir, "matrix.html"), "utf8");
    const calls = matrix.cells.flatMap((one) => one.calls);
    expect(calls.length).toBeGreaterThanOrEqual(2 * MET.length);
    for (const { capture, ends } of calls) {
      expect(page).toContain(`href="${capture}"`);
      const judged = spawnSync(process.execPath, [MAIN, "judge", join(dir, capture), "--json"], { encoding: "utf8" });
      const said = JSON.parse(judged.stdout) as { ends: { end: string; sent: number }[] };
      for (const end of ends) expect(said.ends.find((one) => one.end === end.address)?.sent, capture).toBe(end.frames);
    }
  }, 120_000);

  test("Ctrl-C ends both devices, and keeps what is known", async () => {
    const args = ["matrix", "--labs", [lab("l2tpns"), lab("xl2tpd-lac")].join(","), "--out", out];
    const running = spawn(process.execPath, [MAIN, ...args], { cwd: PACKAGE_ROOT, stdio: "pipe" });
    const ours = (): string =>
      spawnSync("ip", ["netns", "list"], { encoding: "utf8" })
        .stdout.split("\n")
        .filter((line) => line.startsWith(`l2s-${running.pid}-`))
        .join(" ");
    while (!ours().includes("-lns")) await sleep(50);
    running.kill("SIGINT");
    const [code] = (await once(running, "exit")) as [number];
    expect(code).toBe(2);
    expect(ours()).toBe("");
  }, 60_000);
});

describe("the exit code", () => {
  const fails = (known: boolean): MatrixCell["calls"] => [
    {
      ...{ method: "pap", capture: "a/pap.pcap" },
      ends: [
        {
          ...{ role: "lac", device: "d", address: "10.99.0.2", frames: 1, rules: 1, remarks: 0 },
          fails: [{ rule: "r", clause: "c", expected: "e", actual: "a", frame: 1, known }],
        },
      ],
    },
  ];
  const of = (verdict: MatrixCell["verdict"], calls: MatrixCell["calls"] = []): MatrixCell => ({
    ...{ lac: "a", lns: "b", verdict, calls },
    steps: {},
  });

  test.each([
    ["a full cell", [of("full"), of("cannot")], 0],
    ["none", [of("in part"), of("cannot")], 2],
    ["a deviation that is known", [of("full", fails(true))], 0],
    ["one that is new", [of("full", fails(false))], 1],
    ["one that is new where no cell is full", [of("in part", fails(false))], 1],
  ])("of %s", (_name, cells, code) => {
    expect(exitCodeOf(cells)).toBe(code);
  });
});
