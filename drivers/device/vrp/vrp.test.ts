import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { DeviceError } from "../device.ts";
import type { Intent } from "../intent.ts";
import { FOUND, LAC, LNS } from "./intent.fixture.ts";
import { LineOracle, type OracleOptions } from "./line-oracle.fixture.ts";
import { openVrp, type VrpOptions } from "./open.ts";
import type { VrpDevice } from "./vrp.ts";

/** Every line of a journal waits for the disk; this one is in memory. */
const SHM = "/dev/shm";
/** Where there is no such thing. */
const SLOW = 60_000;
const NEVER = new AbortController().signal;
const VERSIONS = {
  usg6000: "VRP (R) software, Version 5.170 (USG6000 V500R005C00SPC100)",
  usg: "VRP (R) software, Version 5.30 (USG5500 V300R001C00SPC700)",
  v8: "VRP (R) software, Version 8.180 (NE40E V800R010C00SPC500)",
} as const;
type Name = keyof typeof VERSIONS;

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(existsSync(SHM) ? SHM : tmpdir(), "l2tpspec-vrp-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
});

function oracleOf(name: Name, o: OracleOptions = {}): LineOracle {
  return new LineOracle(FOUND, { version: VERSIONS[name], twoPhase: name === "v8", ...o });
}

function open(oracle: LineOracle, o: Partial<VrpOptions> = {}): Promise<VrpDevice> {
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

describe.each(["usg6000", "usg", "v8"] as const)("a device that speaks %s", (name) => {
  test.each([LAC, LNS])("is put back as it was found, as $role", async (intent) => {
    const oracle = oracleOf(name);
    const before = oracle.text;
    await using device = await open(oracle);
    expect(device.dialect).toBe(name);
    await device.apply(intent, NEVER);
    expect(device.intent).toEqual(intent);
    expect(oracle.text).toContain("l2tp-group 1");
    const { undone, differences } = await device.restore(NEVER);
    expect(differences).toEqual([]);
    expect(undone).toContain("l2tp-group 1");
    expect(oracle.text).toBe(before);
    expect(device.intent).toBeUndefined();
    expect(oracle.sent.filter((line) => /^save/.test(line))).toEqual([]);
  });

  test(
    "takes any intents one after the other, and is as it was found after all of them",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(INTENTS, { minLength: 1, maxLength: 4 }), async (intents) => {
          const oracle = oracleOf(name);
          const before = oracle.text;
          await using device = await open(oracle);
          for (const intent of intents) {
            await device.apply(intent, NEVER);
            const alone = oracleOf(name);
            await using other = await open(alone, { id: "fw2" });
            await other.apply(intent, NEVER);
            expect(sorted(oracle.text)).toEqual(sorted(alone.text));
          }
          expect((await device.restore(NEVER)).differences).toEqual([]);
          expect(oracle.text).toBe(before);
          expect(oracle.sent.filter((line) => /^save/.test(line))).toEqual([]);
        }),
        {
          numRuns: 8,
          interruptAfterTimeLimit: 30_000,
          // "rule name" holds this password, for whoever masks it across blanks.
          examples: [[[{ ...LAC, user: { name: "hb@hb", password: "ename" } }]]],
        },
      );
    },
    SLOW,
  );

  test(
    "a line that is refused, wherever it stands, takes the whole call back",
    async () => {
      const heard = (await linesOf(name, LNS)).filter((line) => !/^(?:quit|system-view|tunnel name .*)$/.test(line));
      for (const line of heard) {
        const oracle = oracleOf(name);
        await using device = await open(oracle);
        await device.apply(LAC, NEVER);
        const before = oracle.text;
        let refused = false;
        oracle.o = {
          ...oracle.o,
          refuse: (l) => (l === line && !refused ? ((refused = true), "Error: Wrong.") : undefined),
        };
        const refusal = await refusalOf(device.apply({ ...LNS, tunnelName: "other" }, NEVER));
        expect(refusal.message).toContain(": the device refused it in ");
        expect(sorted(oracle.text)).toEqual(sorted(before));
        expect(device.intent).toEqual(LAC);
        expect((await device.restore(NEVER)).differences).toEqual([]);
      }
    },
    SLOW,
  );

  test.each(["before", "after"] as const)(
    "a connection cut %s any line takes the whole call back",
    async (when) => {
      const first = oracleOf(name).text;
      for (const line of await linesOf(name, LAC)) {
        const oracle = oracleOf(name);
        await using device = await open(oracle);
        let once = false;
        oracle.o = { ...oracle.o, cut: (l) => (l === line && !once ? ((once = true), when) : undefined) };
        const refusal = await refusalOf(device.apply(LAC, NEVER));
        expect(refusal.message).toContain(": the connection");
        expect(oracle.text).toBe(first);
        expect(oracle.logins).toBe(2);
        await device.apply(LAC, NEVER);
        expect((await device.restore(NEVER)).differences).toEqual([]);
        expect(oracle.text).toBe(first);
      }
    },
    SLOW,
  );
});

/** The lines by which the intent reaches the device, and none of those before. */
async function linesOf(name: Name, intent: Intent): Promise<readonly string[]> {
  const oracle = oracleOf(name);
  await using device = await open(oracle, { id: "fw9" });
  const before = oracle.sent.length;
  await device.apply(intent, NEVER);
  const sent = [...new Set(oracle.sent.slice(before))].filter((line) => line !== "display current-configuration");
  return sent.filter((line, i) => i % 4 === 0 || line === "commit" || line.startsWith("start l2tp"));
}

/** Rules that were made anew stand in another order; nothing else may differ. */
function sorted(text: string): readonly string[] {
  return text.split("\n").toSorted();
}

const ZONES = fc.constantFrom("trust" as const, "dmz" as const, "untrust" as const);
const SECRETS = fc.stringMatching(/^[A-Za-z][A-Za-z0-9@#]{3,12}$/);
const INTENTS: fc.Arbitrary<Intent> = fc
  .record({
    role: fc.constantFrom(LAC, LNS),
    lns: fc.constantFrom("2.2.2.2", "2.2.2.3", undefined),
    secret: fc.option(SECRETS, { nil: undefined }),
    hello: fc.option(fc.integer({ min: 0, max: 90 }), { nil: undefined }),
    mru: fc.option(fc.integer({ min: 600, max: 1500 }), { nil: undefined }),
    mss: fc.option(fc.integer({ min: 128, max: 1500 }), { nil: undefined }),
    hide: fc.boolean(),
    user: fc.constantFrom("hb@hb", "li@hb", "wu"),
    password: SECRETS,
    authentication: fc.subarray(["chap", "pap"] as const, { minLength: 1 }),
    policies: fc.nat(3),
    nat: fc.boolean(),
    pppZone: ZONES,
    lan: ZONES,
    routes: fc.nat(2),
  })
  .map(({ role, lns, secret, hello, mru, mss, hide, user, password, policies, nat, lan, routes, ...rest }) => {
    const { tunnelSecret: _, lns: __, ...base } = { lns: undefined, ...role };
    const account = { name: user, password };
    const common = {
      ...rest,
      ...(secret !== undefined && { tunnelSecret: secret }),
      ...(hello !== undefined && { helloSeconds: hello }),
      ...(mru !== undefined && { mru }),
      ...(mss !== undefined && { mss }),
      hideAvps: hide,
      policies: base.policies.slice(0, policies),
      nat: nat ? LAC.nat : [],
      routes: base.routes.slice(0, routes),
      interfaces: base.interfaces.map((i, n) => (n === 1 ? { ...i, zone: lan } : i)),
    };
    return base.role === "lac"
      ? { ...base, ...common, user: account, ...(lns !== undefined && { lns }) }
      : { ...base, ...common, users: [account] };
  });

describe("a call", () => {
  const CALL = { tester: "2.2.2.9", user: "li@hb", password: "other1" };
  const heardBy = (oracle: LineOracle, from: number): readonly string[] =>
    oracle.sent.slice(from).filter((line) => !line.startsWith("display "));

  test("to another tester is these lines, and its end one more", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    let heard = oracle.sent.length;
    const call = await device.dial({ tester: "2.2.2.9" }, NEVER);
    expect(heardBy(oracle, heard)).toEqual(["undo start l2tp", "start l2tp ip 2.2.2.9 fullusername hb@hb"]);
    expect(device.intent).toEqual({ ...LAC, lns: "2.2.2.9" });
    heard = oracle.sent.length;
    await call[Symbol.asyncDispose]();
    expect(heardBy(oracle, heard)).toEqual(["undo start l2tp"]);
    expect(device.intent).not.toHaveProperty("lns");
    heard = oracle.sent.length;
    await call[Symbol.asyncDispose]();
    expect(heardBy(oracle, heard)).toEqual([]);
  });

  test("as another user takes his credentials along", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    await device.dial(CALL, NEVER);
    expect(oracle.text).toContain("start l2tp ip 2.2.2.9 fullusername li@hb");
    expect(oracle.text).toContain("call-lns local-user li@hb binding l2tp-group 1");
    expect(oracle.text).not.toContain("hb@hb ");
    expect((await device.restore(NEVER)).differences).toEqual([]);
  });

  test("to the tester that it calls already is made anew", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    oracle.tunnels.set(4, "2.2.2.2");
    const heard = oracle.sent.length;
    await device.dial({ tester: "2.2.2.2" }, NEVER);
    expect(heardBy(oracle, heard)).toEqual([
      "undo start l2tp",
      "return",
      "reset l2tp tunnel local-id 4",
      "system-view",
      "l2tp-group 1",
      "start l2tp ip 2.2.2.2 fullusername hb@hb",
    ]);
  });

  test("that another one followed ends nothing of that one", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    const first = await device.dial({ tester: "2.2.2.8" }, NEVER);
    await using second = await device.dial({ tester: "2.2.2.9" }, NEVER);
    expect(second.hangUp).toBeDefined();
    await first[Symbol.asyncDispose]();
    expect(oracle.text).toContain("start l2tp ip 2.2.2.9 ");
  });

  test("is hung up with the tunnel that is left of it, and only that", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    await using call = await device.dial(CALL, NEVER);
    oracle.tunnels.set(4, "2.2.2.9").set(5, "2.2.2.2");
    await call.hangUp!(NEVER);
    expect([...oracle.tunnels.keys()]).toEqual([5]);
    expect(oracle.text).not.toContain("start l2tp");
  });

  test("takes a LAC", async () => {
    await using device = await open(oracleOf("usg6000"));
    const none = "device: dial: the device is not configured as a LAC";
    expect((await refusalOf(device.dial(CALL, NEVER))).message).toBe(none);
    await device.apply(LNS, NEVER);
    expect((await refusalOf(device.dial(CALL, NEVER))).message).toBe(none);
  });
});

describe("an operator's acts", () => {
  test("the tester's tunnels are closed, and nobody else's", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    oracle.tunnels.set(1, "1.1.1.1").set(2, "1.1.1.2").set(3, "1.1.1.1");
    await device.adminClose({ tester: "1.1.1.1" }, NEVER);
    expect(await device.tunnels(NEVER)).toMatchObject([{ localId: 2, remoteAddress: "1.1.1.2" }]);
  });

  test("the flows are forgotten, with the question that this takes", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.resetFlows(NEVER);
    expect(oracle.sent.at(-1)).toBe("reset firewall session table");
    expect(await device.alive()).toBe(true);
  });

  test("it pings as it is told, from the user view, and what it prints must say what came of it", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    const order = { source: "10.1.1.1", destination: "10.1.1.2", size: 200, withinMs: 250 };
    expect(await device.ping(order, NEVER)).toEqual({ sent: 1, received: 1 });
    expect(oracle.sent.slice(-2)).toEqual(["return", "ping -a 10.1.1.1 -c 1 -s 200 -t 250 10.1.1.2"]);
    expect(device.can.has("ping")).toBe(true);
    oracle.o = { refuse: (line) => (line.startsWith("ping") ? "Info: not now" : undefined) };
    const text = "device: ping: expected the numbers of packets sent and received, found none";
    expect((await refusalOf(device.ping(order, NEVER))).message).toBe(text);
    oracle.o = { refuse: (line) => (line.startsWith("ping") ? "Error: No such address." : undefined) };
    expect((await refusalOf(device.ping(order, NEVER))).said).toContain("Error: No such address.");
  });

  test("a device that does not answer is not alive, and is again when it does", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    oracle.o = { cut: (line) => (line === "display version" ? "before" : undefined) };
    expect(await device.alive()).toBe(false);
    oracle.o = {};
    expect(await device.alive()).toBe(true);
    expect(oracle.logins).toBe(2);
  });
});

describe("before anything is changed", () => {
  test("a second run is kept out, until the first is done", async () => {
    const oracle = oracleOf("usg6000");
    const device = await open(oracle);
    expect((await refusalOf(open(oracle))).message).toMatch(/^device: lock: \S+ has the device/);
    await device[Symbol.asyncDispose]();
    await using again = await open(oracle);
    expect(again.id).toBe("fw1");
  });

  test("a device that cannot be opened is given free again", async () => {
    const oracle = oracleOf("usg6000", { version: "Comware Software, Version 7.1" });
    expect((await refusalOf(open(oracle))).message).toMatch(/^device: display version: expected a USG/);
    oracle.o = {};
    await using device = await open(oracle);
    expect(device.dialect).toBe("usg6000");
  });

  test("an object that is not ours is named, and nothing is sent", async () => {
    const oracle = new LineOracle(
      FOUND.replace("return\n", "l2tp-group 1\n tunnel password cipher %^%#x%^%#\n#\nreturn\n"),
    );
    await using device = await open(oracle);
    const text = oracle.text;
    expect((await refusalOf(device.apply(LAC, NEVER))).message).toBe(
      "device: apply: l2tp-group 1 exists on the device and is not ours; choose another name by names.group",
    );
    expect(oracle.sent).not.toContain("system-view");
    expect(oracle.text).toBe(text);
    await device[Symbol.asyncDispose]();
    await using other = await open(oracle, { names: { group: "7" } });
    await other.apply(LAC, NEVER);
    expect(oracle.text).toContain("l2tp-group 7");
  });
});

describe("a line that the device takes and does not print", () => {
  const deaf: OracleOptions = { ignore: (line) => line.startsWith("start l2tp") };

  test("fails, and all is taken back", async () => {
    const oracle = oracleOf("usg6000", deaf);
    const before = oracle.text;
    await using device = await open(oracle);
    expect((await refusalOf(device.apply(LAC, NEVER))).message).toBe(
      'device: read back: the device took 1 lines and does not print them, the first "l2tp-group 1 / start l2tp ip 2.2.2.2 fullusername hb@hb"',
    );
    expect(oracle.text).toBe(before);
  });

  test("is found where it stands, if few views were changed", async () => {
    const oracle = oracleOf("usg6000");
    await using device = await open(oracle);
    await device.apply(LAC, NEVER);
    const [first, ...others] = LAC.policies;
    const narrower = { ...LAC, policies: [{ ...first!, source: "10.1.1.0/25" }, ...others], lns: "2.2.2.9" };
    oracle.o = { ignore: (line) => line === "action permit" };
    const heard = oracle.sent.length;
    expect((await refusalOf(device.apply(narrower, NEVER))).output).toBe(
      "security-policy / rule name trust_dmz / action permit",
    );
    expect(oracle.sent.slice(heard).filter((line) => line.startsWith("display "))).toEqual([
      "display this",
      "display this",
    ]);
    oracle.o = deaf;
    expect((await refusalOf(device.dial({ tester: "2.2.2.9" }, NEVER))).message).toContain(
      '"l2tp-group 1 / start l2tp ',
    );
    oracle.o = {};
    await device.apply(narrower, NEVER);
    expect(device.intent).toEqual(narrower);
  });

  test("is a line of the log where the lab says so", async () => {
    await using device = await open(oracleOf("usg6000", deaf), { readBack: "note" });
    await device.apply(LAC, NEVER);
    expect(await device.log(0)).toContain("# the device took 1 lines and does not print them");
  });
});

test("a default that was said and is not printed can go again", async () => {
  const oracle = oracleOf("usg6000");
  await using device = await open(oracle);
  await device.apply({ ...LAC, helloSeconds: 60, mru: 1500 }, NEVER);
  const heard = oracle.sent.length;
  await device.apply(LAC, NEVER);
  expect(oracle.sent.slice(heard)).toContain("undo tunnel timer hello");
  expect(device.intent).toEqual(LAC);
});

test("an MSS to clamp at is one line of the template, another replaces it, and without it the line goes", async () => {
  const oracle = oracleOf("usg6000");
  await using device = await open(oracle);
  await device.apply(LAC, NEVER);
  const plain = oracle.text;
  const heardFor = async (intent: Intent): Promise<readonly string[]> => {
    const from = oracle.sent.length;
    await device.apply(intent, NEVER);
    return oracle.sent.slice(from).filter((line) => line.includes("mss"));
  };
  expect(await heardFor({ ...LAC, mss: 1200 })).toEqual(["tcp adjust-mss 1200"]);
  expect(oracle.text).toContain("interface Virtual-Template1\n");
  expect(oracle.text).toContain("\n tcp adjust-mss 1200\n");
  expect(await heardFor({ ...LAC, mss: 1300 })).toEqual(["tcp adjust-mss 1300"]);
  expect(await heardFor(LAC)).toEqual(["undo tcp adjust-mss"]);
  expect(oracle.text).toBe(plain);
});

test("a device that refuses to clamp is as it was before the call", async () => {
  const oracle = oracleOf("usg6000", { refuse: (line) => (line.startsWith("tcp ") ? "Error: Wrong." : undefined) });
  const before = oracle.text;
  await using device = await open(oracle);
  const refusal = await refusalOf(device.apply({ ...LAC, mss: 1200 }, NEVER));
  expect(refusal.message).toContain("device: tcp adjust-mss 1200: the device refused it in ");
  expect(oracle.text).toBe(before);
});

test("a device that leaves a view by itself is followed", async () => {
  const alone = oracleOf("usg6000");
  await using other = await open(alone, { id: "fw2" });
  await other.apply(LAC, NEVER);
  const oracle = oracleOf("usg6000", { wanders: (line) => /^(?:tunnel name|source-zone) /.test(line) });
  await using device = await open(oracle);
  await device.apply(LAC, NEVER);
  expect(oracle.text).toBe(alone.text);
});

test("a two-phase device that refuses to commit what is taken back keeps no draft of it", async () => {
  const oracle = oracleOf("v8");
  const before = oracle.text;
  await using device = await open(oracle);
  await device.apply(LAC, NEVER);
  oracle.o = { ...oracle.o, refuse: (line) => (line === "commit" ? "Failed to generate committed config" : undefined) };
  const refusal = await refusalOf(device.restore(NEVER));
  expect(refusal.message).toMatch(/^device: commit: the device refused it in \S+; \S+ holds what is to be undone: /);
  expect(oracle.drafted).toBe(false);
  oracle.o = { twoPhase: true };
  expect((await device.restore(NEVER)).differences).toEqual([]);
  expect(oracle.text).toBe(before);
});

test("a question that nobody foresaw is not answered, and the call is taken back", async () => {
  const oracle = oracleOf("usg6000", { asks: (line) => line === "ip address ppp-negotiate" });
  const before = oracle.text;
  await using device = await open(oracle);
  const refusal = await refusalOf(device.apply(LAC, NEVER));
  expect(refusal.message).toBe('device: ip address ppp-negotiate: it asked "a question", which nobody answers for it');
  expect(oracle.text).toBe(before);
});
