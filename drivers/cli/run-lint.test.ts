/** What a run's packets say of the device's policies and addresses: the wire half of the policy lint. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Frame, Point, Side } from "#capture/frame";
import { encodeFrames } from "#capture/frames-file";
import { flowLadder } from "#expect/flow-tape";
import type { Role } from "#expect/verdict";
import { loadLab } from "#lab/load";
import type { BenchOf, LabSpec } from "#lab/schema";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { lintRun } from "./run-lint.ts";

const { spec } = loadLab("fixtures/labs/vrp-emulator.yaml");
const { device: DEVICE, wan } = spec.bench as BenchOf<"sites">;
const PEER = wan.peer;
const ASTRAY = "1.1.1.9";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-lint-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
});

/** An L2TP packet of the WAN, or what an observer at another point took for one. */
function sent(no: number, src: string, dst: string, o: { port?: number; point?: Point; from?: Side } = {}): Frame {
  const [source, target] = [
    { address: src, port: 40_000 },
    { address: dst, port: o.port ?? 1701 },
  ];
  const octets = encodeUdpDatagram(source, target, new Uint8Array(12));
  const ends = { from: o.from ?? (src === DEVICE ? "dut" : "ref"), src: source, dst: target } as const;
  return { no, tNs: BigInt(no), clock: "witness", point: o.point ?? "wan", linkType: "ipv4", ...ends, octets };
}

/** The folder of a case that has run, with what the witnesses saw. */
function ran(key: string, role: Role, frames: readonly Frame[]): string {
  const folder = join(dir, "cases", key);
  mkdirSync(folder, { recursive: true });
  const ladder = flowLadder(role, [], { key, device: { addresses: [DEVICE] } });
  writeFileSync(join(folder, "ladder.json"), JSON.stringify(ladder));
  writeFileSync(join(folder, "run.pcapng"), encodeFrames(frames));
  return folder;
}

/** What the lint says: by its answer, and by the file, which is there only where it has something to say. */
function linted(lab: LabSpec = spec): readonly string[] {
  const lines = lintRun(lab, dir);
  const file = join(dir, "lint.txt");
  expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(lines.map((line) => `${line}\n`).join(""));
  return lines;
}

test("packets that go where the configuration says: silence, and no file", () => {
  ran("firewall-0001~lac~protocol=udp", "lac", [sent(1, DEVICE, PEER), sent(2, PEER, DEVICE)]);
  ran("firewall-0002~lns~protocol=udp", "lns", [sent(1, PEER, DEVICE), sent(2, DEVICE, PEER)]);
  expect(linted()).toEqual([]);
});

test("a LAC that calls another address: the packet and its case are named, once for all that go there", () => {
  ran("firewall-0001~lac~protocol=udp", "lac", [sent(1, DEVICE, PEER), sent(2, DEVICE, ASTRAY)]);
  ran("firewall-0003~lac~protocol=tcp", "lac", [sent(1, DEVICE, ASTRAY)]);
  expect(linted()).toEqual([
    `LAC: packet #2 of firewall-0001~lac~protocol=udp: expected destination the LNS's ${PEER}, found destination ${ASTRAY}`,
  ]);
});

test("an LNS that answers from another address: in its own role, at its first packet", () => {
  ran("firewall-0001~lac~protocol=udp", "lac", [sent(1, DEVICE, PEER)]);
  ran("firewall-0002~lns~protocol=udp", "lns", [sent(1, PEER, DEVICE)]);
  ran("firewall-0004~lns~protocol=udp", "lns", [sent(1, PEER, DEVICE), sent(2, ASTRAY, PEER, { from: "dut" })]);
  expect(linted()).toEqual([
    `LNS: packet #2 of firewall-0004~lns~protocol=udp: expected source the device's ${DEVICE}, found source ${ASTRAY}`,
  ]);
});

test("rows that contradict themselves are named beside the packets", () => {
  const l2tp = { name: "l2tp", from: "local", to: "untrust", source: `${DEVICE}/32`, service: "l2tp" } as const;
  const lab: LabSpec = { ...spec, role: ["lac"], policies: { lac: [{ ...l2tp, destination: `${ASTRAY}/32` }] } };
  ran("firewall-0001~lac", "lac", [sent(1, DEVICE, ASTRAY)]);
  expect(linted(lab)).toEqual([
    `LAC: policy l2tp, destination: expected a network with ${PEER}, found ${ASTRAY}/32`,
    `LAC: packet #1 of firewall-0001~lac: expected destination the LNS's ${PEER}, found destination ${ASTRAY}`,
  ]);
});

test.each([
  ["not on the WAN", "firewall-0001~lac", sent(1, DEVICE, ASTRAY, { point: "server" })],
  ["no L2TP", "firewall-0001~lac", sent(1, DEVICE, ASTRAY, { port: 53 })],
  ["between others", "firewall-0001~lac", sent(1, "1.1.1.7", ASTRAY)],
  ["in a case without hosts, whose tester has an address of its own", "call-lns-0001~lac", sent(1, DEVICE, "1.1.1.10")],
  ["in a role that the lab does not put to the test", "firewall-0001~neither", sent(1, DEVICE, ASTRAY)],
])("a packet says nothing that is %s", (_, key, frame) => {
  ran(key, "lac", [frame]);
  expect(linted()).toEqual([]);
});

test("nothing has run, or a case was cut off: what is there is looked at all the same", () => {
  expect(linted()).toEqual([]);
  mkdirSync(join(dir, "cases", "firewall-0001~lac"), { recursive: true });
  truncateSync(join(ran("firewall-0003~lac", "lac", [sent(1, DEVICE, ASTRAY)]), "run.pcapng"), 5);
  expect(linted()).toEqual([]);
  ran("firewall-0005~lac", "lac", [sent(1, DEVICE, ASTRAY)]);
  expect(linted()).toEqual([expect.stringMatching(/^LAC: packet #1 of firewall-0005~lac: /)]);
});

test("a lab without a configured device has nothing to compare", () => {
  ran("firewall-0001~lac", "lac", [sent(1, DEVICE, ASTRAY)]);
  expect(linted(loadLab("fixtures/labs/embedded.yaml").spec)).toEqual([]);
});
