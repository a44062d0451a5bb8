import { beforeEach, expect, test } from "vitest";
import { VirtualClock } from "#link/clock";
import { MemoryNetwork } from "#link/memory";
import { encodeControl } from "#wire/l2tp/header";
import { encodeMessage, viewL2tp, type L2tpView } from "#wire/l2tp/message";
import { hello, sccrp, sccrq, scccn } from "./script.ts";
import { ScriptedTunnel } from "./scripted-tunnel.ts";

const BENCH = { address: "1.1.1.1", port: 40000 };
const PEER = { address: "2.2.2.2", port: 1701 };

let clock: VirtualClock;
let sent: L2tpView[];
let tunnel: ScriptedTunnel;
let answer: (octets: Uint8Array) => void;

beforeEach(() => {
  clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const [link, peer] = [network.attach(BENCH), network.attach(PEER)];
  sent = [];
  peer.onDatagram((octets) => sent.push(viewL2tp(octets)));
  answer = (octets) => peer.send(octets, BENCH);
  tunnel = new ScriptedTunnel({ link, clock, remote: PEER, id: 5 });
  link.onDatagram((octets, from) => tunnel.receive(octets, from));
});

const elapse = (ms: number): Promise<boolean> => clock.until(() => false, clock.now() + ms);
const numbers = (): string[] =>
  sent.map((v) => `${v.type ?? v.kind} ${v.header.ns} ${v.header.nr} to ${v.header.tunnelId}`);
const control = (message: Uint8Array, ns: number, nr: number): Uint8Array =>
  encodeControl({ tunnelId: 5, sessionId: 0, ns, nr }, message);

test("numbers what it sends, learns the peer's id, and lets the acknowledgement ride", async () => {
  tunnel.send(sccrq({ assignedTunnelId: 5 }));
  await elapse(1);
  answer(control(encodeMessage(sccrp({ assignedTunnelId: 9 })), 0, 1));
  await elapse(1);
  tunnel.send(scccn());
  await elapse(1);
  expect(numbers()).toEqual(["SCCRQ 0 0 to 0", "SCCCN 1 1 to 9"]);
});

test("acknowledges by itself when nothing else is to be sent", async () => {
  answer(control(encodeMessage(hello()), 0, 0));
  await elapse(100);
  expect(numbers()).toEqual(["zlb 0 1 to 0"]);
});

test("repeats what is not acknowledged, and stops when told", async () => {
  tunnel.send(hello());
  await elapse(3500);
  expect(numbers()).toEqual(["HELLO 0 0 to 0", "HELLO 0 0 to 0", "HELLO 0 0 to 0"]);
  tunnel.stop();
  await elapse(60_000);
  expect(sent).toHaveLength(3);
});

test("sends the same message again with its Ns and a fresh Nr", async () => {
  const ns = tunnel.send(hello());
  await elapse(1);
  answer(control(encodeMessage(hello()), 0, 1));
  await elapse(1);
  tunnel.resend(ns);
  await elapse(1);
  expect(numbers()).toEqual(["HELLO 0 0 to 0", "HELLO 0 1 to 0"]);
  expect(() => tunnel.resend(77)).toThrow("no message with Ns 77");
});

test("muted, it acknowledges nothing", async () => {
  tunnel.muteAcks(true);
  answer(control(encodeMessage(hello()), 0, 0));
  await elapse(1000);
  expect(sent).toEqual([]);
  tunnel.muteAcks(false);
  await elapse(1000);
  expect(numbers()).toEqual(["zlb 0 1 to 0"]);
});

test("what is sent once takes no number and is never repeated", async () => {
  tunnel.sendOnce(hello(), { ns: 42, nr: 7, tunnelId: 3 });
  await elapse(10_000);
  expect(numbers()).toEqual(["HELLO 42 7 to 3"]);
  expect(tunnel.ns).toBe(0);
});
