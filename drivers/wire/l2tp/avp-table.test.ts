import { describe, expect, test } from "vitest";
import { AVP_NAMES, type AvpName, avpName, rowOf } from "./avp-table.ts";
import { MESSAGE_NAMES, type MessageName, messageName, MESSAGES } from "./message-type.ts";

const ALL: readonly AvpName[] = ["messageType"];

/** RFC 2661 §6.1 to §6.14, read from there and not from the table: what must stand, what may. AVP 36 may everywhere. */
const SECTION_6: Record<MessageName, readonly [must: readonly AvpName[], may: readonly AvpName[]]> = {
  SCCRQ: [
    [...ALL, "protocolVersion", "hostName", "framingCapabilities", "assignedTunnelId"],
    ["bearerCapabilities", "receiveWindowSize", "challenge", "tieBreaker", "firmwareRevision", "vendorName"],
  ],
  SCCRP: [
    [...ALL, "protocolVersion", "framingCapabilities", "hostName", "assignedTunnelId"],
    ["bearerCapabilities", "firmwareRevision", "vendorName", "receiveWindowSize", "challenge", "challengeResponse"],
  ],
  SCCCN: [ALL, ["challengeResponse"]],
  StopCCN: [[...ALL, "assignedTunnelId", "resultCode"], []],
  HELLO: [ALL, []],
  ICRQ: [
    [...ALL, "assignedSessionId", "callSerialNumber"],
    ["bearerType", "physicalChannelId", "callingNumber", "calledNumber", "subAddress"],
  ],
  ICRP: [[...ALL, "assignedSessionId"], []],
  ICCN: [
    [...ALL, "txConnectSpeed", "framingType"],
    [
      "initialReceivedLcpConfReq",
      "lastSentLcpConfReq",
      "lastReceivedLcpConfReq",
      "proxyAuthenType",
      "proxyAuthenName",
      "proxyAuthenChallenge",
      "proxyAuthenId",
      "proxyAuthenResponse",
      "privateGroupId",
      "rxConnectSpeed",
      "sequencingRequired",
    ],
  ],
  OCRQ: [
    [
      ...ALL,
      "assignedSessionId",
      "callSerialNumber",
      "minimumBps",
      "maximumBps",
      "bearerType",
      "framingType",
      "calledNumber",
    ],
    ["subAddress"],
  ],
  OCRP: [[...ALL, "assignedSessionId"], ["physicalChannelId"]],
  OCCN: [
    [...ALL, "txConnectSpeed", "framingType"],
    ["rxConnectSpeed", "sequencingRequired"],
  ],
  // RFC 3145 §2 adds AVP 46.
  CDN: [
    [...ALL, "resultCode", "assignedSessionId"],
    ["q931CauseCode", "pppDisconnectCause"],
  ],
  WEN: [[...ALL, "callErrors"], []],
  SLI: [[...ALL, "accm"], []],
};

describe.each(MESSAGE_NAMES)("%s", (message) => {
  const [must, may] = SECTION_6[message];
  test("must carry what section 6 says", () => {
    expect(AVP_NAMES.filter((avp) => rowOf(avp).must.includes(message)).sort()).toEqual([...must].sort());
  });
  test("may carry what section 6 says, and a Random Vector", () => {
    const allowed = AVP_NAMES.filter((avp) => rowOf(avp).may.includes(message));
    expect(allowed.sort()).toEqual([...may, "randomVector"].sort());
  });
});

describe("bits", () => {
  /** Types in the sentences of RFC 2661 §4.4 and RFC 3145 §2 that fix a bit. */
  const M_0 = [5, 6, 8, 25, 26, 27, 28, 29, 30, 31, 32, 33, 37, 38, 46];
  const H_0 = [0, 1, 2, 5, 7, 10, 12, 36, 39];

  test("M is 0 for these and 1 for all others", () => {
    const types = AVP_NAMES.filter((name) => rowOf(name).m === 0).map((name) => rowOf(name).type);
    expect(types.sort((a, b) => a - b)).toEqual(M_0);
  });
  test("these are never hidden, all others may be", () => {
    const types = AVP_NAMES.filter((name) => rowOf(name).h === 0).map((name) => rowOf(name).type);
    expect(types.sort((a, b) => a - b)).toEqual(H_0);
  });
});

describe("numbers", () => {
  test("0 to 39 without 20, and 46", () => {
    const types = AVP_NAMES.map((name) => rowOf(name).type).sort((a, b) => a - b);
    expect(types).toEqual([...Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 20), 46]);
  });
  test("are found again, of Vendor ID 0 only", () => {
    for (const name of AVP_NAMES) expect(avpName(0, rowOf(name).type)).toBe(name);
    expect(avpName(0, 20)).toBeUndefined();
    expect(avpName(43, 46)).toBeUndefined();
  });
  test("of messages: 1 to 16 without 5 and 13", () => {
    expect(Object.values(MESSAGES)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]);
    expect([0, 5, 13, 17].map(messageName)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
