import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";
import { loadLab } from "#lab/load";
import { labSchema, type LabSpec } from "#lab/schema";
import { writeLabRecord } from "./lab-record.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-lab-record-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LABS = readdirSync(join(PACKAGE_ROOT, "fixtures/labs"));

function recorded(spec: LabSpec): LabSpec {
  writeLabRecord(dir, spec);
  return labSchema.parse(JSON.parse(readFileSync(join(dir, "lab.json"), "utf8")));
}

describe("the record", () => {
  test.each(LABS.filter((name) => !name.includes("vrp.yaml") && name !== "debian-host.yaml"))(
    "of %s is the lab",
    (name) => {
      const { spec } = loadLab(`fixtures/labs/${name}`);
      expect(recorded(spec)).toEqual(JSON.parse(JSON.stringify(spec)));
    },
  );

  test("has secrets by reference, and none that was spelt out besides", () => {
    const { spec } = loadLab("fixtures/labs/embedded-udp.yaml");
    process.env["L2TPSPEC_LR"] = "lns";
    try {
      const start = ["echo lns", 'printf "lns"'];
      const device = { ...spec.device, driver: "command", start } as LabSpec["device"];
      const record = recorded({ ...spec, about: "the secret is lns", device, tunnelSecret: "env:L2TPSPEC_LR" });
      expect([record.about, record.tunnelSecret, record.role]).toEqual([
        "the secret is ***",
        "env:L2TPSPEC_LR",
        ["lns", "lac"],
      ]);
      expect(record.device).toMatchObject({ driver: "command", start: ["echo ***", 'printf "***"'] });
    } finally {
      Reflect.deleteProperty(process.env, "L2TPSPEC_LR");
    }
  });
});
