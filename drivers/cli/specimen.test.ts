import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Frame } from "#capture/frame";
import { PACKAGE_ROOT } from "#fixtures/root";
import { loadLab } from "#lab/load";
import type { LabSpec } from "#lab/schema";
import { hidden, type ControlMessage, fromHex, sccrp } from "#peer/script";
import { VENDOR_NAME } from "#peer/vendor-name";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { encodeControl } from "#wire/l2tp/header";
import { encodeMessage } from "#wire/l2tp/message";
import { specimenIn, specimenOf } from "./specimen.ts";

const LABS = readdirSync(join(PACKAGE_ROOT, "fixtures/labs"));
const OWN = [
  "embedded.yaml",
  "embedded-udp.yaml",
  "vrp-emulator.yaml",
  "vrp-emulator-usg.yaml",
  "vrp-emulator-v8.yaml",
];

describe("a lab's own device is known by what its driver starts", () => {
  test.each(LABS)("%s", (name) => {
    const { spec } = loadLab(`fixtures/labs/${name}`);
    expect(specimenOf(spec) !== null).toBe(OWN.includes(name));
    const { device } = spec;
    expect(specimenOf({ device: { ...device, id: "some-product" } }) !== null).toBe(OWN.includes(name));
  });

  const command = loadLab("fixtures/labs/embedded-udp.yaml").spec.device as Extract<
    LabSpec["device"],
    { driver: "command" }
  >;
  test.each<[string, boolean]>([
    ["node /opt/x/dist/drivers/cli/main.js peer lns --listen {device}", true],
    ["l2tpspec peer lac {tester}", true],
    ["npx l2tpspec --debug peer lns", true],
    ["npx l2tpspec \\\n  peer lns", true],
    ["xl2tpd -D -c {run}/xl2tpd.conf", false],
    ["cat /srv/l2tpspec/notes; xl2tpd-peer lns", false],
    ["echo l2tpspec\nother peer lns", false],
  ])("%s", (start, own) => {
    expect(specimenOf({ device: { ...command, dial: undefined, start: [start] } }) !== null).toBe(own);
  });

  test.each<[Record<string, unknown>, boolean]>([
    [{ program: "node_modules/.bin/l2tpspec" }, true],
    [{ start: { words: ["sh", "-c", "l2tpspec peer lns"] } }, true],
    [{ argv: ["node", "/opt/x/dist/drivers/cli/main.js"] }, true],
    [{ user: "l2tpspec", key: "file:/home/l2tpspec/id", host: "192.0.2.1" }, false],
    [{}, false],
  ])("a driver of one's own with %j", (options, own) => {
    const device: LabSpec["device"] = { driver: "own", id: "some-product", name: "mybox", options };
    expect(specimenOf({ device }) !== null).toBe(own);
  });
});

describe("and by what its captures show", () => {
  const [tester, device] = [
    { address: "192.0.2.1", port: 40000 },
    { address: "192.0.2.2", port: 1701 },
  ];
  const tunnelSecret = fromHex("73 65 63 72 65 74");
  const frame = (m: ControlMessage, o: Partial<Frame> = {}): Frame => {
    const message = encodeControl({ tunnelId: 7, sessionId: 0, ns: 0, nr: 1 }, encodeMessage(m));
    const octets = encodeUdpDatagram(device, tester, message);
    const base = { no: 1, tNs: 1n, clock: "tap", point: "wan", from: "dut", linkType: "ipv4" } as const;
    return { ...base, src: device, dst: tester, octets, ...o };
  };
  const named = (vendorName: string): ControlMessage => sccrp({ assignedTunnelId: 7, vendorName });
  const own = named(VENDOR_NAME);
  const hiding = hidden(own, { secret: tunnelSecret, randomVector: fromHex("41 9e 06 b3") }, "vendorName");

  test.each<[string, Frame, boolean]>([
    ["the reference peer's own word", frame(own), true],
    ["a word that it hides", frame(hiding), true],
    ["another vendor's", frame(named("Huawei")), false],
    ["none", frame(sccrp({ assignedTunnelId: 7, hostName: "LNS" })), false],
    ["the bench's", frame(own, { from: "ref" }), false],
    ["virtual time", frame(named("Huawei"), { clock: "virtual" }), true],
  ])("%s", (_, one, known) => {
    expect(specimenIn([one], { tunnelSecret }) !== null).toBe(known);
  });
});
