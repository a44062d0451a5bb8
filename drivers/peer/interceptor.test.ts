import { describe, expect, test } from "vitest";
import { VirtualClock } from "#link/clock";
import { MemoryNetwork } from "#link/memory";
import { encodeControl, encodeData } from "#wire/l2tp/header";
import { avpIn, encodeMessage, viewL2tp } from "#wire/l2tp/message";
import { hex, ofText, textOf } from "#wire/octets";
import { LOGIN, testCall } from "./call.fixture.ts";
import { intercept, type Lie } from "./interceptor.ts";
import {
  alterMessage,
  answer,
  delay,
  drop,
  dropIncoming,
  duplicate,
  incoming,
  named,
  repeatStored,
  replace,
} from "./lies.ts";
import { all, isAny, isRepeat, nth } from "./match.ts";
import { hello, lcp, pap, sccrq, tweakAvp } from "./script.ts";

const A = { address: "1.1.1.1", port: 1 };
const B = { address: "2.2.2.2", port: 2 };
const HELLO = encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(hello()));
const data = (payload: Uint8Array): Uint8Array => encodeData({ tunnelId: 1, sessionId: 1 }, payload);

/** Two links with lies on the first; what each hears. */
function bench(lies: readonly Lie[]): {
  clock: VirtualClock;
  liar: ReturnType<typeof intercept>;
  send: (from: "liar" | "other", octets: Uint8Array) => void;
  heard: string[];
  settle: () => Promise<unknown>;
} {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, { delayMs: 0 });
  const liar = intercept(network.attach(A), clock, lies);
  const other = network.attach(B);
  const heard: string[] = [];
  const show = (octets: Uint8Array): string => {
    const view = viewL2tp(octets);
    return view.kind === "data" ? textOf(octets, view.header.payloadAt) : (view.type ?? view.kind);
  };
  liar.onDatagram((octets) => heard.push(`liar ${show(octets)}@${clock.now()}`));
  other.onDatagram((octets) => heard.push(`other ${show(octets)}@${clock.now()}`));
  const send = (from: "liar" | "other", octets: Uint8Array): void =>
    from === "liar" ? liar.send(octets, B) : other.send(octets, A);
  return { clock, liar, send, heard, settle: () => clock.until(() => false, clock.now() + 100) };
}

describe("intercept", () => {
  test("without lies everything passes, and each link hears its own", async () => {
    const { send, heard, settle } = bench([]);
    send("liar", HELLO);
    send("other", data(ofText("d")));
    await settle();
    expect(heard).toEqual(["other HELLO@0", "liar d@0"]);
  });

  test.each<[string, Lie, string[]]>([
    ["drop", drop("HELLO"), []],
    ["duplicate", duplicate("HELLO", 3), ["other HELLO@0", "other HELLO@0", "other HELLO@0"]],
    ["delay", delay("HELLO", 5), ["other HELLO@5"]],
    [
      "replace",
      replace("HELLO", () => [data(ofText("x")), { octets: data(ofText("y")), delayMs: 2 }]),
      ["other x@0", "other y@2"],
    ],
    ["send back", replace("HELLO", (octets) => [{ octets, back: true }]), ["liar HELLO@0"]],
    ["incoming", incoming(drop("HELLO")), ["other HELLO@0"]],
  ])("%s", async (name, lie, expected) => {
    const { send, heard, settle, liar } = bench([named(name, lie)]);
    send("liar", HELLO);
    await settle();
    expect(heard).toEqual(expected);
    expect(liar.fired.get(name)).toBe(lie.direction === "in" ? 0 : 1);
  });

  test("what comes in may be dropped, or answered in the machine's place", async () => {
    const reply = () => [data(ofText("mine"))];
    const { send, heard, settle } = bench([
      incoming(drop(nth(1, "HELLO"))),
      answer(nth(2, "HELLO"), reply, { instead: true }),
      answer(nth(3, "HELLO"), reply),
    ]);
    for (const _ of [1, 2, 3]) send("other", HELLO);
    await settle();
    expect(heard).toEqual(["other mine@0", "liar HELLO@0", "other mine@0"].sort());
  });

  test("nth counts each kind apart, retransmissions too, and no datagram twice for two lies", async () => {
    const seen: string[] = [];
    const note = (name: string): Lie => ({
      name,
      direction: "out",
      when: (_view, n) => (seen.push(`${name}${n}`), false),
      then: () => [],
    });
    const { send } = bench([note("a"), note("b")]);
    send("liar", HELLO);
    send("liar", HELLO);
    send("liar", data(lcp.configureRequest(1, [])));
    send("liar", data(lcp.echoRequest(2, 0)));
    send("liar", data(lcp.configureRequest(3, [])));
    send("liar", data(pap.request(1, "a", "b")));
    send("liar", encodeControl({ tunnelId: 1, sessionId: 0, ns: 1, nr: 0 }, new Uint8Array()));
    expect(seen.filter((one) => one.startsWith("a"))).toEqual(["a1", "a2", "a1", "a1", "a2", "a1", "a1"]);
    expect(seen.filter((one) => one.startsWith("b"))).toEqual(["b1", "b2", "b1", "b1", "b2", "b1", "b1"]);
  });

  test("each lie sees what the one before made; what was dropped is seen by none", async () => {
    const grow = (letter: string): Lie => replace(isAny, (octets) => [data(ofText(textOf(octets, 6) + letter))]);
    const { send, heard, settle, liar } = bench([
      named("a", grow("a")),
      named("twice", duplicate(isAny)),
      named("b", grow("b")),
      named("end", drop(isAny)),
      named("never", grow("c")),
    ]);
    send("liar", data(ofText("x")));
    await settle();
    expect(heard).toEqual([]);
    expect(Object.fromEntries(liar.fired)).toEqual({ a: 1, twice: 1, b: 2, end: 2, never: 0 });
  });

  test("delays add up", async () => {
    const { send, heard, settle } = bench([delay(isAny, 2), delay(isAny, 3)]);
    send("liar", HELLO);
    await settle();
    expect(heard).toEqual(["other HELLO@5"]);
  });

  test("a repeat is told by its Ns in its tunnel, and may be sent as it was the first time", async () => {
    const sent = (tunnelId: number, ns: number, nr: number): Uint8Array =>
      encodeControl({ tunnelId, sessionId: 0, ns, nr }, encodeMessage(hello()));
    const seen: string[] = [];
    const { liar, clock, send, settle } = bench([repeatStored("HELLO"), dropIncoming(all("HELLO", isRepeat))]);
    liar.onDatagram((octets) => seen.push(`in ${viewL2tp(octets).header.nr}`));
    for (const nr of [1, 2])
      for (const [tunnel, ns] of [
        [5, 0],
        [5, 1],
        [6, 0],
      ] as const)
        liar.send(sent(tunnel, ns, nr), B);
    for (const nr of [1, 2]) send("other", sent(7, 0, nr));
    await settle();
    expect([...liar.fired.values()]).toEqual([3, 1]);
    expect(seen).toEqual(["in 1"]);
    expect(clock.now()).toBe(100);
  });

  test("one lie serves several peers, each counted by itself", async () => {
    const first = drop(nth(1, "HELLO"));
    for (const { send, heard, settle } of [bench([first]), bench([first])]) {
      send("liar", HELLO);
      send("liar", HELLO);
      await settle();
      expect(heard).toEqual(["other HELLO@0"]);
    }
  });
});

describe("a peer that lies", () => {
  test("its message is altered on the wire, counted, and its machine does not know", async () => {
    const lie = named(
      "hostName M 0",
      alterMessage("SCCRQ", (m) => tweakAvp(m, "hostName", { m: 0 })),
    );
    const { lac, packets } = testCall({ lac: { lies: [lie] } });
    await lac.open();
    expect(lac.fired.get("hostName M 0")).toBe(1);
    const { avps, type, issues } = viewL2tp(packets[0]!, 28);
    expect(type).toBe("SCCRQ");
    expect(avps.find((avp) => avp.name === "hostName")?.m).toBe(false);
    expect(issues.filter((issue) => issue.code.startsWith("header"))).toEqual([]);
  });

  test("a retransmission is altered like the first", async () => {
    const { lac, lns, packets } = testCall({
      lac: { lies: [alterMessage("SCCRQ", () => sccrq({ assignedTunnelId: 77, hostName: "other" }))] },
    });
    await lns[Symbol.asyncDispose]();
    await expect(lac.open({ withinMs: 5_000 })).rejects.toThrow("in time");
    const names = packets.map((ipv4) => avpIn(viewL2tp(ipv4, 28), "hostName"));
    expect(names).toEqual(["other", "other", "other"]);
    expect(new Set(packets.map((ipv4) => hex(ipv4.subarray(28))))).toHaveLength(1);
  });

  test("a peer that repeats with a stale Nr", async () => {
    const { lac, lns, packets } = testCall({
      lac: { lies: [repeatStored("ICRQ")] },
      lns: { lies: [incoming(drop("ICRQ"))] },
    });
    const tunnel = await lac.open();
    const calling = lac.call(tunnel, { withinMs: 3_500 });
    lns.l2tp.send(lns.l2tp.tunnels()[0]!, hello(), lac.clock.now());
    lns.wake();
    await expect(calling).rejects.toThrow("in time");
    const sent = packets.map((ipv4) => viewL2tp(ipv4, 28)).filter((view) => view.type === "ICRQ");
    expect(sent.map((view) => view.header.nr)).toEqual([1, 1, 1]);
    expect(lac.fired.get("repeat stored ICRQ")).toBe(2);
  });

  test("a peer that hears nothing of a HELLO still serves the rest", async () => {
    const { lac, lns, clock } = testCall({ lac: LOGIN, lns: { lies: [incoming(drop(nth(1, "SCCRQ")))] } });
    const began = clock.now();
    await lac.open();
    expect(clock.now() - began).toBeGreaterThan(999);
    expect([...lns.fired.values()]).toEqual([1]);
  });
});
