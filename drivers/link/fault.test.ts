import { describe, expect, test } from "vitest";
import { ofText, textOf } from "#wire/octets";
import { VirtualClock } from "./clock.ts";
import { dataMessages, type Fault, type FaultAction, fault, messages, theNth, zlbs } from "./fault.ts";
import { MemoryNetwork } from "./memory.ts";
import { encodeControl, encodeData } from "#wire/l2tp/header";
import { encodeMessage, message, type MessageName } from "#wire/l2tp/message";

const A = { address: "1.1.1.1", port: 1 };
const B = { address: "2.2.2.2", port: 2 };

/** Sends "1" to "4" a millisecond apart through one fault on the second; what arrives, and when. */
async function throughFault(
  then: FaultAction,
  direction: Fault["direction"] = "out",
): Promise<{ heard: string[]; fired: number }> {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, { delayMs: 0 });
  const faults: Fault[] = [{ name: "it", direction, select: theNth(2), then }];
  const plain = network.attach(A);
  const other = network.attach(B);
  const faulty = fault(direction === "out" ? plain : other, clock, faults);
  const [sender, receiver] = direction === "out" ? [faulty, other] : [plain, faulty];
  const heard: string[] = [];
  receiver.onDatagram((octets) => heard.push(`${textOf(octets)}@${clock.now()}`));
  for (const n of [1, 2, 3, 4]) clock.schedule(n, () => sender.send(ofText(String(n)), B));
  await clock.until(() => false, 100);
  return { heard, fired: faulty.fired.get("it") ?? -1 };
}

describe.each(["out", "in"] as const)("direction %s", (direction) => {
  test.each<[string, FaultAction, string[]]>([
    ["drop", "drop", ["1@1", "3@3", "4@4"]],
    ["duplicate", { duplicate: 3 }, ["1@1", "2@2", "2@2", "2@2", "3@3", "4@4"]],
    ["delay", { delayMs: 1.5 }, ["1@1", "3@3", "2@3.5", "4@4"]],
    ["swap", "swap-with-next", ["1@1", "3@3", "2@3", "4@4"]],
    ["corrupt", { corrupt: (octets) => octets.fill(0x21) }, ["1@1", "!@2", "3@3", "4@4"]],
  ])("%s takes the second and leaves the others", async (_name, then, expected) => {
    expect(await throughFault(then, direction)).toEqual({ heard: expected, fired: 1 });
  });
});

test("corrupting works on a copy", async () => {
  const clock = new VirtualClock();
  const link = new MemoryNetwork(clock).attach(A);
  const octets = ofText("mine");
  fault(link, clock, [{ name: "it", direction: "out", select: () => true, then: { corrupt: (o) => o.fill(0) } }]).send(
    octets,
    B,
  );
  expect(textOf(octets)).toBe("mine");
});

test("a fault that never strikes is counted as 0, and the first of two that select has the datagram", () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  let packets = 0;
  network.onPacket(() => packets++);
  const link = fault(network.attach(A), clock, [
    { name: "idle", direction: "in", select: () => true, then: "drop" },
    { name: "first", direction: "out", select: () => true, then: "drop" },
    { name: "second", direction: "out", select: () => true, then: { duplicate: 2 } },
  ]);
  link.send(ofText("x"), B);
  expect(Object.fromEntries(link.fired)).toEqual({ idle: 0, first: 1, second: 0 });
  expect(packets).toBe(0);
});

test("datagrams are selected by kind, and the n-th of a kind", () => {
  const of = (type: MessageName): Uint8Array =>
    encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(message(type)));
  const [request, connected, keepalive] = [of("SCCRQ"), of("SCCCN"), of("HELLO")];
  const zlb = encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, new Uint8Array());
  const data = encodeData({ tunnelId: 1, sessionId: 1 }, ofText("x"));
  const all = [request, connected, zlb, data, keepalive, keepalive];

  expect(all.map(messages("SCCRQ", "HELLO"))).toEqual([true, false, false, false, true, true]);
  expect(all.map(zlbs)).toEqual([false, false, true, false, false, false]);
  expect(all.map(dataMessages)).toEqual([false, false, false, true, false, false]);
  const second = theNth(2, messages("HELLO"));
  expect(all.map((octets) => second(octets, 0))).toEqual([false, false, false, false, false, true]);
});
