/** RFC 2661 §4.4: AVPs that may be hidden, by the message that carries them. */
import { CLAUSES, type ClauseId } from "#clauses";
import { avpOf, fromHex, type Avp, type AvpName } from "#peer/script";

export const SIXTEEN = fromHex("2a 4c 6e 0b 1d 3f 5a 7c 9e b0 d2 f4 16 38 5a 7c");
const CONFREQ = fromHex("05 06 1b 2c 3d 4e");

/** The clause that permits hiding the AVP, and what the message holds of it where it does not have one anyway. */
export interface Hideable {
  readonly clause: ClauseId;
  readonly avp?: Avp;
}

export const OPENING = {
  framingCapabilities: { clause: "RFC2661-4.4.3-26" },
  bearerCapabilities: { clause: "RFC2661-4.4.3-29", avp: avpOf("bearerCapabilities", 0) },
  firmwareRevision: { clause: "RFC2661-4.4.3-35", avp: avpOf("firmwareRevision", 0x0102) },
  vendorName: { clause: "RFC2661-4.4.3-40", avp: avpOf("vendorName", "l2tpspec") },
  assignedTunnelId: { clause: "RFC2661-4.4.3-42" },
  challenge: { clause: "RFC2661-4.4.3-48", avp: avpOf("challenge", SIXTEEN) },
} as const satisfies Partial<Record<AvpName, Hideable>>;

export const IN_ICRQ = {
  assignedSessionId: { clause: "RFC2661-4.4.4-14" },
  callSerialNumber: { clause: "RFC2661-4.4.4-17" },
  bearerType: { clause: "RFC2661-4.4.4-26", avp: avpOf("bearerType", 1) },
  calledNumber: { clause: "RFC2661-4.4.4-32", avp: avpOf("calledNumber", "5550100") },
  callingNumber: { clause: "RFC2661-4.4.4-34", avp: avpOf("callingNumber", "5550199") },
  subAddress: { clause: "RFC2661-4.4.4-36", avp: avpOf("subAddress", "12") },
  physicalChannelId: { clause: "RFC2661-4.4.4-44", avp: avpOf("physicalChannelId", 7) },
} as const satisfies Partial<Record<AvpName, Hideable>>;

export const IN_ICCN = {
  framingType: { clause: "RFC2661-4.4.4-29" },
  txConnectSpeed: { clause: "RFC2661-4.4.4-38" },
  rxConnectSpeed: { clause: "RFC2661-4.4.4-41", avp: avpOf("rxConnectSpeed", 64_000) },
  privateGroupId: { clause: "RFC2661-4.4.4-47", avp: avpOf("privateGroupId", fromHex("62 6c 75 65")) },
  initialReceivedLcpConfReq: { clause: "RFC2661-4.4.5-10", avp: avpOf("initialReceivedLcpConfReq", CONFREQ) },
  lastSentLcpConfReq: { clause: "RFC2661-4.4.5-12", avp: avpOf("lastSentLcpConfReq", CONFREQ) },
  lastReceivedLcpConfReq: { clause: "RFC2661-4.4.5-14", avp: avpOf("lastReceivedLcpConfReq", CONFREQ) },
  proxyAuthenType: { clause: "RFC2661-4.4.5-16", avp: avpOf("proxyAuthenType", 4) },
  proxyAuthenName: { clause: "RFC2661-4.4.5-19", avp: avpOf("proxyAuthenName", "nobody") },
  proxyAuthenChallenge: { clause: "RFC2661-4.4.5-21", avp: avpOf("proxyAuthenChallenge", SIXTEEN) },
  proxyAuthenId: { clause: "RFC2661-4.4.5-23", avp: avpOf("proxyAuthenId", 17) },
  proxyAuthenResponse: { clause: "RFC2661-4.4.5-26", avp: avpOf("proxyAuthenResponse", SIXTEEN) },
} as const satisfies Partial<Record<AvpName, Hideable>>;

export const IN_OCRQ = {
  minimumBps: { clause: "RFC2661-4.4.4-20" },
  maximumBps: { clause: "RFC2661-4.4.4-23" },
} as const satisfies Partial<Record<AvpName, Hideable>>;

export const clausesOf = (table: Readonly<Record<string, Hideable>>) =>
  Object.values(table).map((row) => CLAUSES[row.clause]);
export const paramsOf = <N extends string>(table: Readonly<Record<N, Hideable>>) =>
  (Object.keys(table) as N[]).map((avp) => ({ avp }));
