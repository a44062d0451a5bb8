import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../octets.ts";
import { PPP } from "./frame.ts";
import { encodeIpcp, IPCP_CODES, IPCP_OPTIONS, type IpcpOption, ipcpOf, type IpcpPacket, viewIpcp } from "./ipcp.ts";

/** Seen on the line between pppd, a slirp client and l2tpns. */
const VECTORS: readonly (readonly [string, string, IpcpPacket])[] = [
  [
    "a client asks for an address",
    "0101000a 030600000000",
    { code: "Configure-Request", id: 1, options: [{ type: "address", value: "0.0.0.0" }] },
  ],
  [
    "l2tpns gives address and name servers",
    "03020016 03060a620101 81060a620035 83060a620036",
    {
      code: "Configure-Nak",
      id: 2,
      options: [
        { type: "address", value: "10.98.1.1" },
        { type: "primaryDns", value: "10.98.0.53" },
        { type: "secondaryDns", value: "10.98.0.54" },
      ],
    },
  ],
  [
    "pppd acknowledges",
    "0201000a 0306ac100101",
    { code: "Configure-Ack", id: 1, options: [{ type: "address", value: "172.16.1.1" }] },
  ],
  ["pppd ends", "05020004", { code: "Terminate-Request", id: 2, data: new Uint8Array(0) }],
  // Not seen, built from RFC 1332 §2 to §4 and RFC 1877 §1.
  [
    "Van Jacobson and the name servers of NetBIOS are refused",
    "04050016 0206002d0f01 820600000000 840600000000",
    {
      code: "Configure-Reject",
      id: 5,
      options: [
        { type: "compression", protocol: PPP.VJ_COMPRESSED, maxSlotId: 15, compSlotId: 1 },
        { type: "primaryNbns", value: "0.0.0.0" },
        { type: "secondaryNbns", value: "0.0.0.0" },
      ],
    },
  ],
  [
    "the old way, another compression, an option without a name",
    "0106001a 010a0a0000010a000002 0205006107 c803aa 020442ff",
    {
      code: "Configure-Request",
      id: 6,
      options: [
        { type: "addresses", source: "10.0.0.1", destination: "10.0.0.2" },
        { type: "compression", protocol: 0x0061, data: fromHex("07") },
        { type: 200, octets: fromHex("aa") },
        { type: "compression", protocol: 0x42ff },
      ],
    },
  ],
  ["Terminate-Ack with data", "06070005 61", { code: "Terminate-Ack", id: 7, data: fromHex("61") }],
  [
    "Code-Reject of a code that only LCP has",
    "0708000c 09010008 00000000",
    { code: "Code-Reject", id: 8, packet: fromHex("0901000800000000") },
  ],
  ["that code itself", "09010008 00000000", { code: 9, id: 1, data: fromHex("00000000") }],
];

const request = (...options: IpcpOption[]) => encodeIpcp({ code: "Configure-Request", id: 1, options });
const codes = (octets: Uint8Array) => viewIpcp(octets).issues.map((issue) => issue.code);

describe("vectors", () => {
  test.each(VECTORS)("%s: encodes", (_, text, packet) => {
    expect(hex(encodeIpcp(packet))).toBe(hex(fromHex(text)));
  });

  test.each(VECTORS)("%s: is read and comes back as it was", (_, text, packet) => {
    const octets = fromHex(text);
    const view = viewIpcp(octets);
    const code = typeof packet.code === "number" ? packet.code : IPCP_CODES[packet.code];
    expect(view).toMatchObject({ protocol: PPP.IPCP, code, id: packet.id, end: octets.length, malformed: false });
    expect(view.codeName).toBe(typeof packet.code === "string" ? packet.code : undefined);
    expect(hex(encodeIpcp(ipcpOf(view, octets)))).toBe(hex(octets));
  });

  test("what the options say", () => {
    const seen = (i: number) =>
      viewIpcp(fromHex(VECTORS[i]![1])).options.map(({ name, type, value }) => [name ?? type, value]);
    expect(seen(1)).toEqual([
      ["address", "10.98.1.1"],
      ["primaryDns", "10.98.0.53"],
      ["secondaryDns", "10.98.0.54"],
    ]);
    expect(seen(4)).toEqual([
      ["compression", { protocol: 0x2d, maxSlotId: 15, compSlotId: 1, data: new Uint8Array(0) }],
      ["primaryNbns", "0.0.0.0"],
      ["secondaryNbns", "0.0.0.0"],
    ]);
    expect(seen(5)).toEqual([
      ["addresses", { source: "10.0.0.1", destination: "10.0.0.2" }],
      ["compression", { protocol: 0x61, data: fromHex("07") }],
      [200, fromHex("aa")],
      ["compression", { protocol: 0x42ff, data: new Uint8Array(0) }],
    ]);
  });

  test("options of LCP mean nothing here", () => {
    expect(viewIpcp(request({ type: 5, octets: fromHex("00000000") }))).toMatchObject({
      issues: [],
      options: [{ type: 5, name: undefined }],
    });
  });
});

describe("lengths", () => {
  test.each(VECTORS)("%s, cut at every octet", (_, text) => {
    const whole = fromHex(text);
    for (let size = 0; size < whole.length; size++) {
      const view = viewIpcp(whole.subarray(0, size));
      expect(view.malformed).toBe(true);
      expect(view.issues[0]!.code).toBe(size < 4 ? "control-truncated" : "control-length");
      for (const { end } of view.options) expect(end).toBeLessThanOrEqual(size);
    }
  });

  /** Type, least and greatest Length. */
  const LENGTHS = {
    addresses: [1, 10, 10],
    compression: [2, 4, 255],
    address: [3, 6, 6],
    mobileIpv4: [4, 6, 6],
    primaryDns: [129, 6, 6],
    primaryNbns: [130, 6, 6],
    secondaryDns: [131, 6, 6],
    secondaryNbns: [132, 6, 6],
  } as const;

  test("no option is left out", () => {
    expect(Object.keys(LENGTHS)).toEqual(Object.keys(IPCP_OPTIONS));
  });

  test.each(Object.entries(LENGTHS))("%s", (name, [type, least, most]) => {
    for (let length = 2; length <= 12; length++) {
      const octets = request({ type, octets: new Uint8Array(length - 2).fill(1) });
      const good = length >= least && length <= most;
      expect(viewIpcp(octets)).toMatchObject({ malformed: false, options: [{ name, type, length }] });
      expect(codes(octets)).toEqual(good ? [] : ["option-length"]);
      expect(hex(encodeIpcp(ipcpOf(viewIpcp(octets), octets)))).toBe(hex(octets));
    }
  });

  test.each([
    ["one octet too long for the packet", "0307ac100101", "option-overrun"],
    ["Length 1", "0301ac100101", "option-length"],
    ["a Type alone", "03", "option-truncated"],
  ])("%s breaks the packet", (_, text, code) => {
    const octets = encodeIpcp({ code: 1, id: 1, data: fromHex(text) });
    expect(viewIpcp(octets)).toMatchObject({ malformed: true, issues: [{ code }] });
  });
});

describe("values", () => {
  test.each([
    ["002d", ["option-value"]],
    ["002d0f", ["option-value"]],
    ["002d0000", []],
    ["002dff01", []],
    ["002d0f02", ["option-value"]],
    ["002d0f0100", ["option-value"]],
  ])("compression %s", (text, expected) => {
    const octets = request({ type: 2, octets: fromHex(text) });
    expect(codes(octets)).toEqual(expected);
    expect(hex(encodeIpcp(ipcpOf(viewIpcp(octets), octets)))).toBe(hex(octets));
  });

  test("what follows a short compression option is not taken for its slots", () => {
    const octets = fromHex("ff038021 01010008 0204002d 0f01");
    const value = { protocol: PPP.VJ_COMPRESSED, data: new Uint8Array(0) };
    expect(viewIpcp(octets, 4)).toMatchObject({ end: 12, options: [{ at: 8, end: 12 }] });
    expect(viewIpcp(octets, 4).options[0]!.value).toEqual(value);
  });

  test("any address can be asked for; what is none is the caller's mistake", () => {
    expect(codes(request({ type: "address", value: "255.255.255.255" }))).toEqual([]);
    expect(() => request({ type: "address", value: "lns" })).toThrow(RangeError);
  });

  test("an option twice in a request", () => {
    const twice: IpcpOption[] = [
      { type: "address", value: "10.0.0.1" },
      { type: "address", value: "10.0.0.2" },
    ];
    expect(codes(request(...twice))).toEqual(["option-twice"]);
    expect(codes(encodeIpcp({ code: "Configure-Nak", id: 1, options: twice }))).toEqual([]);
  });

  test("a Configure-Reject is not to blame for what it gives back", () => {
    expect(
      codes(encodeIpcp({ code: "Configure-Reject", id: 1, options: [{ type: 3, octets: fromHex("0a0000") }] })),
    ).toEqual([]);
  });

  test("a Length that lies", () => {
    expect(hex(request({ type: "address", value: "10.0.0.1", tweak: { length: 5 } }))).toBe("0101000a03050a000001");
    expect(
      hex(encodeIpcp({ code: "Code-Reject", id: 1, packet: fromHex("09") }, { length: 4, trailing: fromHex("00") })),
    ).toBe("070100040900");
  });
});
