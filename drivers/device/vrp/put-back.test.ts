/** What becomes of a device when a run ends otherwise than it should. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { DeviceError } from "../device.ts";
import { Journal } from "../journal.ts";
import { FOUND, LAC, LNS, PASSWORD, TUNNEL_SECRET } from "./intent.fixture.ts";
import { LineOracle } from "./line-oracle.fixture.ts";
import { openVrp, type VrpOptions } from "./open.ts";
import type { VrpDevice } from "./vrp.ts";

const NEVER = new AbortController().signal;

let stateDir: string;
let oracle: LineOracle;
/** What the device was before anything was done to it. */
let before: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "l2tpspec-vrp-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  oracle = new LineOracle(FOUND);
  before = oracle.text;
});

function open(o: Partial<VrpOptions> = {}): Promise<VrpDevice> {
  return openVrp({ id: "fw1", openTerminal: oracle.openTerminal, stateDir, withinMs: 2000, quietMs: 5, ...o });
}

async function refusalOf(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => new Error("it resolved"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeviceError);
  return error as DeviceError;
}

/** A run that loses the device for good at this line, as a killed one does. */
async function dieAt(line: string, when: "before" | "after"): Promise<DeviceError> {
  let gone = false;
  oracle.o = { cut: (l) => (l === line ? ((gone = true), when) : undefined) };
  const openTerminal: VrpOptions["openTerminal"] = () =>
    gone ? Promise.reject(new DeviceError({ step: "ssh", text: "no way", output: "" })) : oracle.openTerminal();
  await using device = await open({ openTerminal });
  const refusal = await refusalOf(device.apply(LAC, NEVER));
  oracle.o = {};
  return refusal;
}

describe("a run that is killed", () => {
  test.each(["before", "after"] as const)(
    "%s any line leaves a journal by which another run puts all back",
    async (when) => {
      await using first = await open();
      await first.apply(LAC, NEVER);
      const heard = new Set(oracle.sent.filter((line) => !/^(?:display|screen|system-view|quit)/.test(line)));
      await first.restore(NEVER);
      await first[Symbol.asyncDispose]();
      expect(heard.size).toBeGreaterThan(40);
      for (const line of heard) {
        await dieAt(line, when);
        await using device = await open();
        expect((await device.restore(NEVER)).differences).toEqual([]);
        expect(oracle.text).toBe(before);
        await device[Symbol.asyncDispose]();
        expect(existsSync(Journal.pathOf(stateDir, "fw1"))).toBe(false);
      }
    },
    60_000,
  );

  test("says where the way back is written down, and how to take it", async () => {
    const refusal = await dieAt("tunnel name lac", "after");
    expect(refusal.message).toBe(
      `device: tunnel name lac: the connection ended: cut; taking it back failed too (device: ssh: no way); ${Journal.pathOf(stateDir, "fw1")} holds what is to be undone: l2tpspec device LAB restore puts it back`,
    );
  });

  test("is put back by the next one before that changes anything", async () => {
    await dieAt("nat-policy", "before");
    await using device = await open();
    await device.apply(LNS, NEVER);
    expect(oracle.text).not.toContain("call-lns");
    expect((await device.restore(NEVER)).differences).toEqual([]);
    expect(oracle.text).toBe(before);
  });

  test("and whose device was changed by others meanwhile: what differs is told, not mended", async () => {
    await dieAt("nat-policy", "before");
    const elsewhere = new LineOracle(oracle.text.replace("sysname FW", "sysname FW\n#\n clock summer-time"));
    oracle = elsewhere;
    await using device = await open();
    expect((await device.restore(NEVER)).differences).toEqual([{ sign: "+", section: "", line: "clock summer-time" }]);
    await device[Symbol.asyncDispose]();
    const journal = Journal.open(stateDir, "fw1");
    expect(journal.pending).toEqual([]);
    expect(journal.found).not.toContain("summer-time");
    journal[Symbol.dispose]();
    // The next run has its own first look.
    await using next = await open();
    await next.apply(LAC, NEVER);
    await next[Symbol.asyncDispose]();
    await using last = await open();
    expect((await last.restore(NEVER)).differences).toEqual([]);
    await last[Symbol.asyncDispose]();
    expect(existsSync(Journal.pathOf(stateDir, "fw1"))).toBe(false);
  });
});

test("who cancels in the middle gets the device as it was", async () => {
  await using device = await open();
  const cancelled = new AbortController();
  oracle.o = { refuse: (line) => (line === "nat-policy" ? (cancelled.abort(), undefined) : undefined) };
  const refusal = await refusalOf(device.apply(LAC, cancelled.signal));
  expect(refusal.message).toContain("it was cancelled");
  expect(oracle.text).toBe(before);
  expect(device.intent).toBeUndefined();
});

test("a line that cannot be taken back is told with those that were, and stays in the journal", async () => {
  await using device = await open();
  await device.apply(LAC, NEVER);
  oracle.o = { refuse: (line) => (line === "undo l2tp-group 1" ? "Error: The group is in use." : undefined) };
  const first = await device.restore(NEVER);
  expect(first.undone).not.toContain("l2tp-group 1");
  expect(first.undone).toContain("l2tp enable");
  expect(first.differences).toContainEqual({ sign: "+", section: "l2tp-group 1", line: "tunnel name lac" });
  const again = await refusalOf(device.apply(LAC, NEVER));
  expect(again.message).toContain(
    'what was changed before could not be taken back: 4 lines differ, the first "+l2tp-group 1"',
  );
  oracle.o = {};
  expect(await device.restore(NEVER)).toEqual({ undone: ["l2tp-group 1"], differences: [] });
  expect(oracle.text).toBe(before);
});

test("a device of which nobody knows what it is has no intent, and is put back before it gets one", async () => {
  await using device = await open();
  await device.apply(LAC, NEVER);
  oracle.o = {
    refuse: (line) =>
      /^(?:source-address 10\.0\.0\.0 .*|rule name dmz_trust)$/.test(line) ? "Error: Not now." : undefined,
  };
  const wider = { ...LAC, policies: [{ ...LAC.policies[0]!, source: "10.0.0.0/8" }] };
  const refusal = await refusalOf(device.apply(wider, NEVER));
  expect(refusal.message).toMatch(
    /^device: source-address 10\S+ mask \S+: the device refused it in \S+; taking it back failed too/,
  );
  expect(device.intent).toBeUndefined();
  oracle.o = {};
  await device.apply(LNS, NEVER);
  expect(oracle.text).not.toContain("10.0.0.0");
  expect((await device.restore(NEVER)).differences).toEqual([]);
  expect(oracle.text).toBe(before);
});

test("a connection that is cut while all is put back is made anew", async () => {
  await using device = await open();
  await device.apply(LAC, NEVER);
  let cuts = 0;
  oracle.o = { cut: (line) => (/^undo (?:l2tp-group|rule)/.test(line) && cuts++ % 2 === 0 ? "before" : undefined) };
  expect((await device.restore(NEVER)).differences).toEqual([]);
  expect(cuts).toBeGreaterThan(2);
  expect(oracle.text).toBe(before);
});

test("an undo that would take a secret is not written down, and its change not made", async () => {
  oracle = new LineOracle(
    FOUND.replace(" domain default", " domain hb\n  service-scheme cipher-1 cipher %^%#x%^%#\n domain default"),
  );
  before = oracle.text;
  await using device = await open();
  const refusal = await refusalOf(device.apply(LNS, NEVER));
  expect(refusal.message).toBe("device: apply: to undo aaa / domain hb / service-scheme takes a secret");
  expect(oracle.text).toBe(before);
});

test("what stands in another's way is tried again when that is gone", async () => {
  await using device = await open();
  await device.apply(LAC, NEVER);
  // Both roles in the journal: the scheme of the LNS is younger than the template that uses it.
  await device.apply(LNS, NEVER);
  expect((await device.restore(NEVER)).differences).toEqual([]);
  expect(oracle.text).toBe(before);
});

test("nothing is put back on a device that nobody changed", async () => {
  await using device = await open();
  const heard = oracle.sent.length;
  expect(await device.restore(NEVER)).toEqual({ undone: [], differences: [] });
  expect(oracle.sent.slice(heard)).toEqual(["display current-configuration"]);
  await device[Symbol.asyncDispose]();
  expect(existsSync(Journal.pathOf(stateDir, "fw1"))).toBe(false);
});

describe("the journal", () => {
  test("has the way back on disk before the device hears the change", async () => {
    const path = Journal.pathOf(stateDir, "fw1");
    const known: [string, boolean][] = [];
    const WATCHED = new Map([
      ["l2tp enable", `["undo l2tp enable"]`],
      ["ip address 1.1.1.1 255.255.255.0", `["interface GigabitEthernet1/0/1","ip address 10.20.0.1 255.255.255.0"]`],
      ["l2tp-group 1", `["undo l2tp-group 1"]`],
      ["rule name policy1", `["nat-policy","undo rule name policy1"]`],
    ]);
    oracle.o = {
      refuse: (line) => {
        const undo = WATCHED.get(line);
        if (undo !== undefined) known.push([line, readFileSync(path, "utf8").includes(`"undo":${undo}`)]);
        return undefined;
      },
    };
    await using device = await open();
    await device.apply({ ...LAC, policies: [] }, NEVER);
    // The group is entered twice: its call comes last.
    expect(known).toEqual([...WATCHED.keys(), "l2tp-group 1"].map((line) => [line, true]));
  });

  test.each([LAC, LNS])("holds no secret, nor does anything else that is written of a $role", async (intent) => {
    const said: string[] = [];
    await using device = await open({ transcript: (text) => said.push(text) });
    await device.apply(intent, NEVER);
    const journal = readFileSync(Journal.pathOf(stateDir, "fw1"), "utf8");
    const written = [journal, ...said, await device.log(0), await device.configuration(NEVER)].join("\n");
    expect(journal).toContain("local-user audit password irreversible-cipher ***");
    expect(written).toContain("tunnel password cipher ***");
    for (const secret of [TUNNEL_SECRET, PASSWORD, "$1c$abcdefgh$"])
      for (const form of ["utf8", "hex", "base64"] as const)
        expect(written).not.toContain(Buffer.from(secret).toString(form));
    oracle.o = {
      refuse: (line) => (line.includes("9999") ? `Error: ${line} is too weak, take ${PASSWORD}` : undefined),
    };
    const refusal = await refusalOf(device.apply({ ...intent, tunnelSecret: "Secret-9999" }, NEVER));
    expect(`${refusal.message}${refusal.output}`).toContain("tunnel password cipher ***");
    expect(`${refusal.message}${refusal.output}${await device.log(0)}`).not.toMatch(/Secret-9999|admin@123/);
  });
});
