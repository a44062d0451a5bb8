import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeviceError } from "#device/device";
import { PACKAGE_ROOT } from "#fixtures/root";
import { loadLab } from "#lab/load";
import type { meet, Meeting } from "#lab/matrix/meeting";
import { tryCell } from "./matrix-cell.ts";
import { exitCodeOf } from "./matrix.ts";

const lab = (name: string) => loadLab(join(PACKAGE_ROOT, "fixtures", "labs", `${name}.yaml`)).spec;
const xl2tpd = lab("xl2tpd-lac");
const yes = { is: "yes", text: "seen" } as const;
const whole = { "set-up": yes, mru: yes, address: yes, data: yes, teardown: yes };

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-cell-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A capture of a real call lies where the meeting's would. */
function met(method: "pap" | "chap"): Meeting {
  const capture = `${method}.pcap`;
  copyFileSync(join(PACKAGE_ROOT, "fixtures", "expect", "interworking.fixture.pcap"), join(dir, capture));
  return { capture, seen: { ...whole, [method]: yes }, pings: true };
}

const cellOf = (together: typeof meet, specs: Partial<Parameters<typeof tryCell>[0]> = {}) =>
  tryCell({
    ...{ lac: xl2tpd, lns: lab("l2tpns"), dir, lacking: undefined, signal: new AbortController().signal },
    meet: together,
    ...specs,
  });

const fails = (error: Error) => () => Promise.reject(error);
const down = new DeviceError({ step: "start", text: "no answer", output: "" });

test("two meetings that were whole make a full cell", async () => {
  const cell = await cellOf(({ method }) => Promise.resolve(met(method)));
  expect([cell.verdict, cell.calls.map(({ method }) => method)]).toEqual(["full", ["pap", "chap"]]);
});

describe("a second meeting that cannot be", () => {
  const second: typeof meet = ({ method }) => (method === "pap" ? Promise.resolve(met(method)) : Promise.reject(down));

  test("leaves the first with its steps, its capture and its findings", async () => {
    const cell = await cellOf(second);
    expect(cell).toMatchObject({ verdict: "in part", steps: { pap: yes, data: yes } });
    expect(cell.reason).toBeUndefined();
    expect(cell.steps.chap).toEqual({
      ...{ is: "cannot", call: "chap" },
      text: expect.stringMatching(/^device: start: no answer; what was recorded is in /) as string,
    });
    const [call, ...others] = cell.calls;
    expect([call?.method, others, call?.ends.map(({ role }) => role)]).toEqual(["pap", [], ["lac", "lns"]]);
  });

  test("hides no deviation that is new from the exit code", async () => {
    // What xl2tpd does in every call is new to a device that has no baseline.
    const device = { ...xl2tpd.device, id: "never-seen" };
    const cell = await cellOf(second, { lac: { ...xl2tpd, device } });
    expect(exitCodeOf([cell])).toBe(1);
  });
});

test("where there was no meeting at all the cell says why", async () => {
  expect(await cellOf(fails(down))).toMatchObject({
    ...{ verdict: "cannot", calls: [], steps: {} },
    reason: expect.stringMatching(/^pap: device: start: no answer/) as string,
  });
});

test("a mistake of ours is none of the two devices'", async () => {
  await expect(cellOf(fails(new TypeError("ours")))).rejects.toThrow("ours");
});

test("a reference with a fault is never met", async () => {
  const reference = lab("embedded");
  const lns = { ...reference, device: { ...reference.device, fault: "mutant-0001" } } as typeof reference;
  const cell = await cellOf(fails(new Error("met")), { lns });
  expect(cell).toMatchObject({ verdict: "cannot", reason: expect.stringContaining("mutant-0001") as string });
});
