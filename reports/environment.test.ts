import { describe, expect, test } from "vitest";
import type { Baseline } from "./baseline.ts";
import { environmentOf, propertiesText } from "./environment.ts";
import { executorOf } from "./executor.ts";
import { RUN_INFO } from "./sample-case.ts";

const about = (environment: Record<string, unknown>): Readonly<Record<string, string>> =>
  environmentOf({ ...RUN_INFO, environment }, undefined);

describe("what a run was", () => {
  test("says tool, lab, device, firmware, ICS and seed, in this order", () => {
    const rows = about({
      firmware: "V5",
      ics: { pap: true, chap: true, hiddenAvps: false },
      node: "v20",
    });
    expect(Object.entries(rows).slice(0, 8)).toEqual([
      ["l2tpspec", "0.1.0"],
      ["lab", "embedded (fixtures/labs/embedded.yaml)"],
      ["device", "reference"],
      ["firmware", "V5"],
      ["ICS", "pap, chap; without hiddenAvps"],
      ["seed", "42"],
      ["strict", "false"],
      ["baseline", "none: every failure is new"],
    ]);
    expect(rows["node"]).toBe("v20");
  });

  test("a baseline of another device or firmware says that it counts for nothing", () => {
    const baseline = {
      schema: 1 as const,
      device: "reference",
      firmware: "V5",
      entries: [],
      file: "b.json",
    } satisfies Baseline;
    const row = (firmware: string): string | undefined =>
      environmentOf({ ...RUN_INFO, environment: { firmware } }, baseline)["baseline"];
    expect(row("V5")).toBe("b.json");
    expect(row("V6")).toMatch(
      /^b\.json \(it is for firmware "V5", and the device has "V6": none of its 0 entries counts\)$/,
    );
  });

  test("a firmware that nobody told is said to be missing", () => {
    expect(about({})["firmware"]).toMatch(/^not told: device\.firmware/);
  });

  test("the device's own words stand beside the lab's, where they are others", () => {
    expect(about({ firmware: "lab's", said: "device's" })["the device says"]).toBe("device's");
    expect(about({ firmware: "one", said: "one" })["the device says"]).toBeUndefined();
  });

  test("the selection reads as words", () => {
    const of = (selection: Record<string, unknown>): string | undefined =>
      environmentOf({ ...RUN_INFO, selection }, undefined)["selection"];
    expect(of({})).toBe("all cases");
    expect(of({ suites: ["rfc2661", "firewall"], profile: "quick" })).toBe("suites rfc2661, firewall; profile quick");
  });
});

test("properties keep blanks in names, backslashes, ends of lines and every letter", () => {
  expect(propertiesText({ "a b": " C:\\x = ü\nz", c: "日" })).toBe("a\\ b=\\ C:\\\\x = \\u00fc z\nc=\\u65e5\n");
});

describe("who made the run", () => {
  const of = (env: Record<string, string>): Readonly<Record<string, string | number>> =>
    executorOf("out/a-run", RUN_INFO, 3, env);

  test("is this machine, or the CI's job with its page", () => {
    expect(of({})).toMatchObject({ type: "l2tpspec", buildName: "a-run", buildOrder: 3 });
    const github = { GITHUB_SERVER_URL: "https://g", GITHUB_REPOSITORY: "a/b", GITHUB_RUN_ID: "7" };
    expect(of(github)).toMatchObject({ type: "github", buildUrl: "https://g/a/b/actions/runs/7" });
    expect(of({ CI_JOB_URL: "https://l/1" })).toMatchObject({ type: "gitlab", buildUrl: "https://l/1" });
    expect(of({ BUILD_URL: "https://j/1" })).toMatchObject({ type: "jenkins", buildUrl: "https://j/1" });
  });
});
