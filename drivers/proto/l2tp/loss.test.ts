import { describe, expect, test } from "vitest";
import { ofText } from "#wire/octets";
import { type Fate, Pair, type Passing, type Role } from "./pair.ts";

/** Opens, calls, sends data, hangs up and closes over a network that treats some datagrams badly; the LNS closes. */
function wholeLife(fate: (p: Passing) => Fate, o: { queueOutOfOrder?: boolean; initialNs?: number } = {}): Pair {
  const start = o.initialNs ?? 0;
  const delivery = { queueOutOfOrder: o.queueOutOfOrder === true, initialNs: start, initialNr: start };
  const pair = new Pair({ lac: { delivery, helloAfterMs: 10_000 }, lns: { delivery }, fate });
  const { tunnel, session } = pair.connect();
  pair.until(() => pair.happened("lac").includes("session-up") && pair.happened("lns").includes("session-up"));
  // A HELLO falls due in this time.
  pair.run(15_000);
  pair.lac.sendData(tunnel, session, ofText("frame"), pair.now);
  pair.run(100);
  pair.lac.hangUp(tunnel, session, pair.now);
  pair.until(() => pair.happened("lns").includes("session-down"));
  pair.lns.close(pair.lns.tunnels()[0] ?? 0, pair.now);
  return pair.run(70_000);
}

const LIFE: Readonly<Record<Role, readonly string[]>> = {
  lac: ["tunnel-up", "session-up", "session-down", "tunnel-down"],
  lns: ["tunnel-up", "session-up", "data", "session-down", "tunnel-down"],
};

function expectWholeLife(pair: Pair): void {
  expect(pair.happened("lac")).toEqual(LIFE.lac);
  expect(pair.happened("lns")).toEqual(LIFE.lns);
  // Each message was delivered once and in order, whatever the network did.
  const messages = (role: Role): (string | undefined)[] =>
    pair.events[role].flatMap((e) => (e.type === "message" ? [e.message.type] : []));
  expect(messages("lns").filter((m) => m !== "HELLO")).toEqual(["SCCRQ", "SCCCN", "ICRQ", "ICCN", "CDN"]);
  expect(messages("lac")).toEqual(["SCCRP", "ICRP", "StopCCN"]);
  expect([pair.lac.nextTimerAt(), pair.lns.nextTimerAt()], "both have fallen silent").toEqual([undefined, undefined]);
}

/** Every control message of that life, and how often its end sends it when nothing is lost. */
const MESSAGES: readonly (readonly [Role, string, number])[] = [
  ["lac", "SCCRQ", 1],
  ["lns", "SCCRP", 1],
  ["lac", "SCCCN", 1],
  ["lac", "ICRQ", 1],
  ["lns", "ICRP", 1],
  ["lac", "ICCN", 1],
  ["lac", "HELLO", 1],
  ["lac", "CDN", 1],
  ["lns", "StopCCN", 1],
  ["lac", "ZLB", 1],
  ["lns", "ZLB", 4],
];

const CASES = MESSAGES.flatMap(([from, name, times]) =>
  Array.from({ length: times }, (_, i) => ({ from, name, nth: i + 1 })),
);
const FATES: readonly (readonly [string, Fate])[] = [
  ["is lost", "drop"],
  ["comes twice", "twice"],
  ["comes 1.5 s late", { delayMs: 1500 }],
  ["comes 20 ms late", { delayMs: 20 }],
];

test("nothing lost: the counts that the cases below rely on", () => {
  const pair = wholeLife(() => "pass");
  expectWholeLife(pair);
  for (const [from, name, times] of MESSAGES) {
    expect(pair.passings.filter((p) => p.from === from && p.name === name).length, name).toBeGreaterThanOrEqual(times);
  }
});

describe.each(FATES)("one message %s", (_, fate) => {
  test.each(CASES)("$from $name #$nth", ({ from, name, nth }) => {
    let met = 0;
    const pair = wholeLife((p) => {
      if (p.from !== from || p.name !== name || p.nth !== nth) return "pass";
      met++;
      return fate;
    });
    expect(met).toBe(1);
    expectWholeLife(pair);
  });
});

describe.each([
  ["dropped", false],
  ["queued", true],
])("early messages %s", (_, queueOutOfOrder) => {
  test("the first two of every kind are lost", () => {
    expectWholeLife(wholeLife((p) => (p.name !== "data" && p.nth <= 2 ? "drop" : "pass"), { queueOutOfOrder }));
  });

  test("everything comes twice", () => {
    expectWholeLife(wholeLife((p) => (p.name === "data" ? "pass" : "twice"), { queueOutOfOrder }));
  });

  test("every second control message comes late, so that messages overtake each other", () => {
    const fate = (p: Passing): Fate => (p.name !== "data" && p.nth % 2 === 1 ? { delayMs: 300 } : "pass");
    expectWholeLife(wholeLife(fate, { queueOutOfOrder }));
  });

  test.each([65_533, 65_534, 65_535])("the numbers begin at %i and wrap", (initialNs) => {
    expectWholeLife(
      wholeLife((p) => (p.nth === 1 && p.name === "ICRP" ? "drop" : "pass"), { queueOutOfOrder, initialNs }),
    );
  });
});

describe("a peer that falls silent", () => {
  /** The LNS is cut off once it has sent `name`. */
  function cutAfter(name: string): Pair {
    let cut = false;
    const pair = new Pair({
      fate: (p) => {
        if (p.name === name) cut = true;
        return cut ? "drop" : "pass";
      },
    });
    pair.connect();
    return pair.run(120_000);
  }

  test.each(["SCCRQ", "SCCRP", "SCCCN", "ICRQ", "ICRP", "ICCN"])("from %s on: both ends clear the tunnel", (name) => {
    const pair = cutAfter(name);
    for (const role of ["lac", "lns"] as const) {
      const down = pair.events[role].filter((e) => e.type === "tunnel-down");
      const knew = pair.events[role].length > 0;
      expect(down, role).toMatchObject(knew ? [{ reason: { by: "timeout" } }] : []);
      const up = pair.happened(role).filter((e) => e === "session-up").length;
      expect(pair.happened(role).filter((e) => e === "session-down").length).toBeGreaterThanOrEqual(up);
      expect(pair.end(role).tunnels()).toEqual([]);
      expect(pair.end(role).nextTimerAt()).toBeUndefined();
    }
  });

  test("SCCRQ unanswered: 1, 2, 4, 8, 8 s between repeats, and the tunnel is given up after 31 s", () => {
    const pair = new Pair({ fate: () => "drop" });
    const tunnel = pair.lac.open({ address: "10.0.0.2", port: 1701 }, 0);
    const session = pair.lac.call(tunnel, 0);
    pair.run(30_999);
    expect(pair.sent).toEqual(Array.from({ length: 6 }, () => "lac SCCRQ Ns 0 Nr 0"));
    expect(pair.events.lac).toEqual([]);
    pair.run(1);
    expect(pair.events.lac).toEqual([
      { type: "session-down", tunnel, session, reason: { by: "timeout" } },
      { type: "tunnel-down", tunnel, reason: { by: "timeout" } },
    ]);
  });

  test("a HELLO finds it out, 60 s and the retransmissions after the last sign of life", () => {
    let cut = false;
    const pair = new Pair({ fate: () => (cut ? "drop" : "pass") });
    pair.connect();
    cut = true;
    pair.clear().run(59_900);
    expect(pair.sent).toEqual([]);
    pair.run(200);
    expect(pair.sent).toEqual(["lns HELLO Ns 2 Nr 4", "lac HELLO Ns 4 Nr 2"]);
    pair.run(31_000);
    expect(pair.happened("lac")).toEqual(["session-down", "tunnel-down"]);
    expect(pair.happened("lns")).toEqual(["session-down", "tunnel-down"]);
  });
});
