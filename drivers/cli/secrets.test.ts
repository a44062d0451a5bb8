/** What a lab keeps secret never stands in the folder of a run: not as text, not in hex, not in base64. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCatalogue, select, type CaseRun } from "#fixtures/catalogue";
import { PACKAGE_ROOT } from "#fixtures/root";
import { runCase } from "#fixtures/run-case";
import { loadLab } from "#lab/load";
import { openLab } from "#lab/open";
import type { LabSpec } from "#lab/schema";
import { closeRun, writeRunInfo } from "./run-reports.ts";

const PASSWORD = "Pass-w0rd/of-the-user";
const OTHER_PASSWORD = "0ther-Pass-w0rd/of-two";
const TUNNEL_SECRET = "Tunnel/secret-0f-the-lab";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-secrets-"));
  Object.assign(process.env, { L2TPSPEC_A: PASSWORD, L2TPSPEC_B: OTHER_PASSWORD, L2TPSPEC_T: TUNNEL_SECRET });
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  for (const name of ["L2TPSPEC_A", "L2TPSPEC_B", "L2TPSPEC_T"]) Reflect.deleteProperty(process.env, name);
});

function guarded(spec: LabSpec): LabSpec {
  const [user, other] = spec.users;
  return {
    ...spec,
    tunnelSecret: "env:L2TPSPEC_T",
    users: [
      { ...user!, password: "env:L2TPSPEC_A" },
      ...(other === undefined ? [] : [{ ...other, password: "env:L2TPSPEC_B" }]),
    ],
  };
}

/** A whole run but for the test runner and the HTML: cases, results, JUnit and the Allure results. */
async function runInto(run: string, spec: LabSpec, runs: readonly CaseRun[]): Promise<void> {
  writeRunInfo(run, {
    lab: spec.name,
    labFile: "a.yaml",
    device: spec.device.id,
    seed: 1,
    strict: false,
    startedAt: new Date().toISOString(),
    selection: {},
  });
  await using lab = await openLab(spec, { runId: "secrets", runDir: run });
  for (const one of runs) await runCase(one, lab, { seed: 1, strict: false, casesDir: join(run, "cases") });
  const silent = { write: () => true } as unknown as NodeJS.WritableStream;
  await closeRun(run, { baseline: undefined, html: false, json: false }, silent);
}

/** Files that hold one of the texts in one of the forms, as `name: form`. */
function leaks(run: string, secrets: readonly string[], isFree: (file: string) => boolean = () => false): string[] {
  const forms = secrets.flatMap((secret) => {
    const octets = Buffer.from(secret);
    const hex = octets.toString("hex");
    return [secret, hex, hex.toUpperCase(), hex.replace(/..(?=.)/g, "$& "), octets.toString("base64").slice(0, -4)];
  });
  return readdirSync(run, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isFree(entry.name))
    .flatMap((entry) => {
      const octets = readFileSync(join(entry.parentPath, entry.name));
      return forms.filter((form) => octets.includes(form)).map((form) => `${entry.name}: ${form}`);
    });
}

/** A PAP password goes over the wire in clear: it may stand in captures, and nowhere else. */
const isCapture = (name: string): boolean => [".pcap", ".pcapng"].includes(extname(name));

function guards(run: string): void {
  expect(leaks(run, [TUNNEL_SECRET])).toEqual([]);
  expect(leaks(run, [PASSWORD, OTHER_PASSWORD], isCapture)).toEqual([]);
  // The search finds what is there: the password in a capture of PAP.
  expect(leaks(run, [PASSWORD, OTHER_PASSWORD]).length).toBeGreaterThan(0);
}

/** PAP (broken packets too), CHAP and refused logins; and of each need that a tunnel secret serves the first case. */
function usingSecrets(runs: readonly CaseRun[]): readonly CaseRun[] {
  const ofTunnel = (["tunnel-authentication", "challenges-peer", "hidden-avps"] as const).flatMap((need) =>
    runs.filter(({ entry }) => entry.definition.needs?.includes(need)).slice(0, 2),
  );
  const logins = runs.filter(({ entry }) => /^(call-lns\/authentication|rfc1334\/)/.test(entry.suite));
  return [...logins, ...ofTunnel];
}

describe("a run's folder", () => {
  test("of the lab in memory", async () => {
    const { spec } = loadLab("fixtures/labs/embedded.yaml");
    const runs = usingSecrets(select(await loadCatalogue(), {}));
    expect(runs.length).toBeGreaterThan(15);
    const run = join(dir, "memory");
    await runInto(run, guarded(spec), runs);
    guards(run);
  }, 20_000);

  test.skipIf(!existsSync(join(PACKAGE_ROOT, "dist/drivers/cli/main.js")))(
    "of the lab over UDP, whose device logs its secrets (needs dist/)",
    async () => {
      const { spec } = loadLab("fixtures/labs/embedded-udp.yaml");
      if (spec.device.driver !== "command") throw new Error("another lab file");
      const log = "printf '%s %s %s' {secret} {password} \"$(printf %s {secret} | base64 -w0)\"";
      const cases = ["call-lns-0040", "call-lns-0044", "call-lns-0042"];
      const device = { ...spec.device, log };
      const bench = { kind: "loopback", device: "127.91.1.1", tester: "127.91.2.1" } as const;
      const run = join(dir, "udp");
      await runInto(run, guarded({ ...spec, bench, device }), select(await loadCatalogue(), { cases }));
      guards(run);
      const logs = readdirSync(run, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith("device.log"));
      expect(readFileSync(join(run, logs[0]!), "utf8")).toBe("*** *** ***");
    },
    20_000,
  );
});
