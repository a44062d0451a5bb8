import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { has } from "#fixtures/machine";
import { PACKAGE_ROOT } from "#fixtures/root";
import { captureRecords } from "#capture/file";
import { PcapngWriter } from "#capture/writer";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { type Avp, AVP_NAMES, avpOf, type AvpValues, unknownAvp } from "#wire/l2tp/avp";
import { encodeControl, encodeData } from "#wire/l2tp/header";
import { encodeMessage, message, type MessageName, MESSAGES } from "#wire/l2tp/message";
import { concat, fromHex } from "#wire/octets";
import { dissect, type LinkType } from "#wire/packet";
import { encodeChap } from "#wire/ppp/chap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { encodeIpcp } from "#wire/ppp/ipcp";
import { encodeLcp } from "#wire/ppp/lcp";
import { encodePap } from "#wire/ppp/pap";
import { compareCapture, compareFrame } from "./compare.ts";
import { type TsharkFrame, tsharkFrames } from "./tshark.ts";

const hasTshark = has("the comparison of the two decoders", "tshark");

const OWN = fileURLToPath(new URL("../../fixtures/captures/", import.meta.url));
/** Captures by third parties, which are not the project's to hand on: the folder is named in the environment. */
const FOREIGN = process.env["L2TPSPEC_CAPTURES"] ?? join(PACKAGE_ROOT, "../shared/captures");

const capturesIn = (folder: string): readonly string[] =>
  (folder !== "" && existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /\.p?cap(ng)?$/.test(name))
    .map((name) => join(folder, name));

describe.skipIf(!hasTshark)("the two decoders agree (needs tshark)", () => {
  test.skipIf(capturesIn(OWN).length === 0)("on captures of other implementations", { timeout: 60_000 }, async () => {
    const { file, origin } = merged(capturesIn(OWN));
    const { differences, values } = await compareCapture(file);
    expect(differences.map((difference) => ({ ...difference, frame: origin[difference.frame - 1] }))).toEqual([]);
    expect(values).toBeGreaterThan(50_000);
  });

  test.skipIf(capturesIn(FOREIGN).length === 0)(
    "on captures by third parties, malformed ones included (folder in L2TPSPEC_CAPTURES)",
    { timeout: 60_000 },
    async () => {
      const { file, origin } = merged(capturesIn(FOREIGN));
      const { differences, values } = await compareCapture(file);
      expect(differences.map((difference) => ({ ...difference, frame: origin[difference.frame - 1] }))).toEqual([]);
      expect(values).toBeGreaterThan(0);
    },
  );

  test("on every AVP and PPP packet that we encode", { timeout: 20_000 }, async () => {
    const { file, frames } = written(OUR_FRAMES);
    const comparison = await compareCapture(file);
    expect(comparison).toMatchObject({ differences: [], frames });
    expect(comparison.explained).toEqual([]);
    const named = new Set(OUR_AVPS.flatMap((avp) => ("name" in avp ? [avp.name] : [])));
    expect(AVP_NAMES.filter((name) => !named.has(name))).toEqual(["messageType"]);
  });

  test("but for what is known to differ, with its reason", { timeout: 20_000 }, async () => {
    const random = fromHex("00112233445566778899aabbccddeeff");
    const hide = { secret: fromHex("736563726574"), randomVector: random };
    const { file } = written([
      sccrq(avpOf("randomVector", random), avpOf("assignedTunnelId", 7, { hide })),
      sccrq(avpOf("receiveWindowSize", 4, { reserved: 1 })),
      encodeControl({ tunnelId: 1, sessionId: 0, ns: 0, nr: 0 }, new Uint8Array(), { version: 3 }),
    ]);
    const { differences, explained } = await compareCapture(file);
    expect(differences).toEqual([]);
    expect([1, 2, 3].map((frame) => explained.find((e) => e.frame === frame)?.reason)).toEqual([
      expect.stringContaining("hidden AVP"),
      expect.stringContaining("reserved bit"),
      expect.stringContaining("L2TPv3"),
    ]);
  });
});

describe.skipIf(!hasTshark)("a decoder that is wrong is found out (needs tshark)", () => {
  const octets = ipPacket(sccrq(avpOf("hostName", "lac"), avpOf("framingCapabilities", 3)));
  const packet = dissect(octets);
  let theirs: TsharkFrame;
  beforeAll(async () => {
    for await (const frame of tsharkFrames(
      written([sccrq(avpOf("hostName", "lac"), avpOf("framingCapabilities", 3))]).file,
    )) {
      theirs = frame;
    }
  });

  test("neither is wrong to begin with", () => {
    const { values, differences } = compareFrame(1, packet, theirs);
    expect(differences).toEqual([]);
    expect(values).toBeGreaterThan(25);
  });

  test.each([
    ["l2tp.tunnel", { show: "9" }, { path: "l2tp.tunnelId", ours: 0, theirs: 9 }],
    ["l2tp.avp.host_name", { value: "6c6163" + "00" }, { path: "avp.hostName", ours: "lac", theirs: "lac\0" }],
    ["l2tp.avp.sync_framing_supported", { show: "0" }, { path: "avp.framingCapabilities", ours: true, theirs: false }],
    ["l2tp.avp.mandatory", { unmasked: "8408" }, { path: "avp.messageType.reserved", ours: 0, theirs: 1 }],
    ["l2tp.avp.hidden", { show: "1" }, { path: "avp.messageType.h", ours: false, theirs: true }],
  ])("in a value: %s", (name, lie, difference) => {
    const { differences } = compareFrame(1, packet, altered(theirs, name, lie));
    expect(differences).toEqual([expect.objectContaining(difference)]);
  });

  test("in an offset", () => {
    const shifted = altered(theirs, "l2tp.avp.host_name", { at: 500 });
    expect(compareFrame(1, packet, shifted).differences).toEqual([
      { frame: 1, path: "avp.hostName", at: 500, ours: undefined, theirs: "lac" },
      { frame: 1, path: "avp.hostName", at: 20 + 8 + 12 + 8 + 6, ours: "lac", theirs: undefined },
    ]);
  });

  test("in taking a packet for L2TP", () => {
    expect(compareFrame(1, packet, undefined).differences).toEqual([
      { frame: 1, path: "l2tp", at: 28, ours: true, theirs: false },
    ]);
    expect(compareFrame(1, dissect(octets.slice(0, 20)), theirs).differences).toMatchObject([
      { path: "l2tp", ours: false, theirs: true },
    ]);
  });
});

/** The frame with the first field of that name changed. */
function altered(frame: TsharkFrame, name: string, change: object): TsharkFrame {
  let done = false;
  const layers = frame.layers.map((layer) => ({
    ...layer,
    fields: layer.fields.map((field) => {
      if (done || field.name !== name) return field;
      done = true;
      return { ...field, ...change };
    }),
  }));
  expect(done, `tshark shows ${name}`).toBe(true);
  return { ...frame, layers };
}

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "l2tpspec-compare-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ipPacket(l2tp: Uint8Array): Uint8Array {
  return encodeUdpDatagram({ address: "10.0.0.2", port: 40000 }, { address: "10.0.0.1", port: 1701 }, l2tp);
}

function written(datagrams: readonly Uint8Array[]): { file: string; frames: number } {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block));
  const interfaceId = writer.interface({ name: "test", linkType: "ipv4" });
  datagrams.forEach((octets, i) => writer.packet({ interfaceId, tNs: BigInt(i), octets: ipPacket(octets) }));
  const file = join(folder, `${datagrams.length}.pcapng`);
  writeFileSync(file, concat(...blocks));
  return { file, frames: datagrams.length };
}

/** All packets of several captures in one file, so that tshark starts once; `origin` says where each came from. */
function merged(files: readonly string[]): { file: string; origin: readonly string[] } {
  const blocks: Uint8Array[] = [];
  const origin: string[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block));
  const interfaces = new Map<LinkType, number>();
  for (const file of files) {
    let no = 0;
    for (const { linkType, tNs, octets, originalLength } of captureRecords(file)) {
      const interfaceId = interfaces.get(linkType) ?? writer.interface({ name: linkType, linkType });
      interfaces.set(linkType, interfaceId);
      writer.packet({ interfaceId, tNs, octets, originalLength });
      origin.push(`${basename(file)} #${(no += 1)}`);
    }
  }
  const file = join(folder, "merged.pcapng");
  writeFileSync(file, concat(...blocks));
  return { file, origin };
}

function control(type: MessageName, ...avps: Avp[]): Uint8Array {
  return encodeControl(
    { tunnelId: 0x0102, sessionId: 0x0304, ns: 65535, nr: 7 },
    encodeMessage(message(type, ...avps)),
  );
}

function sccrq(...avps: Avp[]): Uint8Array {
  return encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, encodeMessage(message("SCCRQ", ...avps)));
}

const sixteen = fromHex("000102030405060708090a0b0c0d0e0f");
const options = fromHex("010405dc0506deadbeef");
const VALUES: Omit<{ readonly [N in keyof AvpValues]: readonly AvpValues[N][] }, "messageType"> = {
  resultCode: [{ result: 1 }, { result: 2, error: 8 }, { result: 2, error: 6, message: "grüße" }],
  protocolVersion: [0x0100],
  framingCapabilities: [3, 1],
  bearerCapabilities: [2],
  tieBreaker: [fromHex("0102030405060708")],
  firmwareRevision: [0x0690],
  hostName: ["lac.example"],
  vendorName: ["l2tpspec"],
  assignedTunnelId: [0x5f2b],
  receiveWindowSize: [10],
  challenge: [sixteen],
  q931CauseCode: [
    { cause: 16, msg: 5 },
    { cause: 17, msg: 9, advisory: "busy" },
  ],
  challengeResponse: [sixteen],
  assignedSessionId: [65535],
  callSerialNumber: [0xdeadbeef],
  minimumBps: [9600],
  maximumBps: [4294967295],
  bearerType: [1],
  framingType: [2],
  calledNumber: ["5551234"],
  callingNumber: ["+49 30 1"],
  subAddress: ["12"],
  txConnectSpeed: [100000000],
  rxConnectSpeed: [50000000],
  physicalChannelId: [0x01020304],
  privateGroupId: [fromHex("0102ff")],
  initialReceivedLcpConfReq: [options],
  lastSentLcpConfReq: [options],
  lastReceivedLcpConfReq: [options],
  proxyAuthenType: [2],
  proxyAuthenName: ["alice"],
  proxyAuthenChallenge: [sixteen],
  proxyAuthenId: [7],
  proxyAuthenResponse: [sixteen],
  callErrors: [
    {
      crcErrors: 1,
      framingErrors: 0x10000,
      hardwareOverruns: 3,
      bufferOverruns: 4,
      timeoutErrors: 5,
      alignmentErrors: 0xffffffff,
    },
  ],
  accm: [{ send: 0xa0000, receive: 0xffffffff }],
  randomVector: [sixteen],
  sequencingRequired: [true],
  pppDisconnectCause: [
    { code: 3, protocol: 0, direction: 1 },
    { code: 16, protocol: 0xc023, direction: 2, message: "bad password" },
  ],
};
const OUR_AVPS: readonly Avp[] = [
  ...Object.entries(VALUES).flatMap(([name, values]) =>
    values.map((value) => avpOf(name as keyof AvpValues, value as never)),
  ),
  unknownAvp(0, 99, fromHex("0102")),
  unknownAvp(9, 1, fromHex("ff")),
  unknownAvp(65535, 65535, new Uint8Array()),
];

const ppp = (protocol: number, payload: Uint8Array, o?: Parameters<typeof encodePpp>[2]): Uint8Array =>
  encodeData({ tunnelId: 1, sessionId: 2 }, encodePpp(protocol, payload, o));
const echo = encodeLcp({ code: "Echo-Request", id: 9, magic: 0x12345678, data: fromHex("aabb") });

const OUR_FRAMES: readonly Uint8Array[] = [
  encodeControl({ tunnelId: 1, sessionId: 0, ns: 4, nr: 5 }, new Uint8Array()),
  ...(Object.keys(MESSAGES) as MessageName[]).map((type) => control(type)),
  ...OUR_AVPS.map((avp) => control("ICCN", avp)),
  control("ICCN", ...OUR_AVPS.slice(0, 20)),
  encodeData({ tunnelId: 1, sessionId: 2, length: true, ns: 3, nr: 4, priority: true }, encodePpp(PPP.LCP, echo)),
  encodeData({ tunnelId: 1, sessionId: 2, offset: fromHex("00000000") }, encodePpp(PPP.LCP, echo)),
  ppp(PPP.LCP, echo, { addressControl: false }),
  ppp(PPP.CCP, encodeLcp({ code: "Configure-Request", id: 1, options: [] })),
  ppp(
    PPP.LCP,
    encodeLcp({
      code: "Configure-Request",
      id: 1,
      options: [
        { type: "mru", value: 1460 },
        { type: "accm", value: 0xa0000 },
        { type: "auth", protocol: PPP.CHAP, algorithm: 5 },
        { type: "magic", value: 0xfeedface },
        { type: "pfc" },
        { type: "acfc" },
        { type: "mrru", value: 1614 },
      ],
    }),
  ),
  ppp(PPP.LCP, encodeLcp({ code: "Configure-Nak", id: 2, options: [{ type: "auth", protocol: PPP.PAP }] })),
  ppp(PPP.LCP, encodeLcp({ code: "Configure-Reject", id: 3, options: [{ type: 200, octets: fromHex("01") }] })),
  ppp(PPP.LCP, encodeLcp({ code: "Terminate-Request", id: 4, data: fromHex("627965") })),
  ppp(PPP.LCP, encodeLcp({ code: "Protocol-Reject", id: 5, protocol: PPP.CCP, data: fromHex("01010004") })),
  ppp(PPP.LCP, encodeLcp({ code: "Code-Reject", id: 6, packet: fromHex("0c0100080000000f") })),
  ppp(PPP.PAP, encodePap({ code: "Authenticate-Request", id: 1, peerId: "alice", password: "s3cret" })),
  ppp(PPP.PAP, encodePap({ code: "Authenticate-Nak", id: 1, message: "no" })),
  ppp(PPP.CHAP, encodeChap({ code: "Challenge", id: 1, value: sixteen, name: "lns" })),
  ppp(PPP.CHAP, encodeChap({ code: "Response", id: 1, value: sixteen, name: "alice" })),
  ppp(PPP.CHAP, encodeChap({ code: "Success", id: 1, message: "welcome" })),
  ppp(
    PPP.IPCP,
    encodeIpcp({
      code: "Configure-Request",
      id: 1,
      options: [
        { type: "address", value: "10.1.2.3" },
        { type: "primaryDns", value: "10.0.0.53" },
        { type: "secondaryDns", value: "0.0.0.0" },
        { type: "primaryNbns", value: "10.0.0.54" },
        { type: "secondaryNbns", value: "10.0.0.55" },
      ],
    }),
  ),
];
