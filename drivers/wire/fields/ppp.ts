import type { PutField } from "../fields.ts";
import { namesOf } from "../names.ts";
import { hex } from "../octets.ts";
import type { PppView } from "../packet.ts";
import type { ChapView } from "../ppp/chap.ts";
import type { ControlView, OptionView } from "../ppp/control.ts";
import { isNcp, PPP, pppName } from "../ppp/frame.ts";
import { IPCP_CODES, type IpcpView } from "../ppp/ipcp.ts";
import { authName, type LcpView } from "../ppp/lcp.ts";
import type { PapView } from "../ppp/pap.ts";
import { Repeats } from "./repeats.ts";

export function pppFields(ppp: PppView, octets: Uint8Array, put: PutField): void {
  const { frame, lcp, pap, chap, ipcp, other } = ppp;
  put("ppp.addressControl", frame.at, frame.addressControl ? 2 : 0, frame.addressControl);
  if (frame.protocolLength > 0) {
    put("ppp.protocol", frame.protocolAt, frame.protocolLength, frame.protocol);
    put("ppp.protocolLength", frame.protocolAt, frame.protocolLength, frame.protocolLength);
    put("ppp.name", frame.protocolAt, frame.protocolLength, protocolName(frame.protocol));
  }
  if (lcp !== undefined) lcpFields(lcp, octets, put);
  if (pap !== undefined) papFields(pap, octets, put);
  if (chap !== undefined) chapFields(chap, octets, put);
  if (ipcp !== undefined) ipcpFields(ipcp, octets, put);
  if (other !== undefined) otherFields(other, octets, put);
}

/** `LCP`; `0x80cf` for a protocol that has no name. */
export function protocolName(protocol: number): string {
  return pppName(protocol) ?? `0x${protocol.toString(16).padStart(4, "0")}`;
}

function controlFields(view: ControlView, codeName: string | undefined, prefix: string, put: PutField): void {
  // -1 stands for a field that the frame is too short for.
  if (view.code >= 0) put(`${prefix}.code`, view.at, 1, codeName ?? view.code);
  if (view.id >= 0) put(`${prefix}.id`, view.at + 1, 1, view.id);
  if (view.length >= 0) put(`${prefix}.length`, view.at + 2, 2, view.length);
}

const CONFIGURE: ReadonlySet<string | undefined> = new Set([
  "Configure-Request",
  "Configure-Ack",
  "Configure-Nak",
  "Configure-Reject",
]);

function lcpFields(lcp: LcpView, octets: Uint8Array, put: PutField): void {
  controlFields(lcp, lcp.codeName, "lcp", put);
  if (CONFIGURE.has(lcp.codeName)) {
    optionFields(lcp, lcp.options, "lcp", octets, put);
    return;
  }
  if (lcp.magic !== undefined) put("lcp.magic", lcp.dataAt, 4, lcp.magic);
  if (lcp.rejectedProtocol !== undefined) put("lcp.rejectedProtocol", lcp.dataAt, 2, lcp.rejectedProtocol);
  const rest = lcp.codeName === "Code-Reject" ? "lcp.rejectedPacket" : "lcp.data";
  put(rest, lcp.bodyAt, lcp.end - lcp.bodyAt, hex(octets, lcp.bodyAt, lcp.end));
}

function ipcpFields(ipcp: IpcpView, octets: Uint8Array, put: PutField): void {
  controlFields(ipcp, ipcp.codeName, "ipcp", put);
  if (CONFIGURE.has(ipcp.codeName)) {
    optionFields(ipcp, ipcp.options, "ipcp", octets, put);
    return;
  }
  const rest = ipcp.codeName === "Code-Reject" ? "ipcp.rejectedPacket" : "ipcp.data";
  put(rest, ipcp.bodyAt, ipcp.end - ipcp.bodyAt, hex(octets, ipcp.bodyAt, ipcp.end));
}

function optionFields(
  view: ControlView,
  options: readonly OptionView[],
  prefix: string,
  octets: Uint8Array,
  put: PutField,
): void {
  const names = options.map((option) => option.name ?? String(option.type));
  put(`${prefix}.options`, view.dataAt, view.end - view.dataAt, names.join(","));
  const repeats = new Repeats();
  for (const option of options) {
    const path = repeats.next(`${prefix}.option.${option.name ?? option.type}`);
    if (option.length >= 0) put(`${path}.length`, option.at + 1, 1, option.length);
    valueFields(option, path, octets, put);
  }
}

function valueFields({ value, at, dataAt, end }: OptionView, path: string, octets: Uint8Array, put: PutField): void {
  const length = end - dataAt;
  if (value === undefined) put(`${path}.octets`, dataAt, length, hex(octets, dataAt, end));
  // A flag has no data: the option itself is what says it.
  else if (value === true) put(path, at, end - at, true);
  else if (value instanceof Uint8Array) put(path, dataAt, length, hex(value));
  else if (typeof value !== "object") put(path, dataAt, length, value);
  else if ("source" in value) {
    put(path, dataAt, length, `${value.source},${value.destination}`);
    put(`${path}.source`, dataAt, 4, value.source);
    put(`${path}.destination`, dataAt + 4, 4, value.destination);
  } else {
    put(path, dataAt, length, authName(value));
    put(`${path}.protocol`, dataAt, 2, value.protocol);
    if (value.algorithm !== undefined) put(`${path}.algorithm`, dataAt + 2, 1, value.algorithm);
    if (value.maxSlotId !== undefined) put(`${path}.maxSlotId`, dataAt + 2, 1, value.maxSlotId);
    if (value.compSlotId !== undefined) put(`${path}.compSlotId`, dataAt + 3, 1, value.compSlotId);
    if (value.data.length > 0) put(`${path}.data`, end - value.data.length, value.data.length, hex(value.data));
  }
}

function papFields(pap: PapView, octets: Uint8Array, put: PutField): void {
  controlFields(pap, pap.codeName, "pap", put);
  if (pap.peerId !== undefined) put("pap.peerId", pap.peerIdAt, pap.peerIdEnd - pap.peerIdAt, pap.peerId);
  if (pap.password !== undefined) put("pap.password", pap.passwordAt, pap.passwordEnd - pap.passwordAt, pap.password);
  if (pap.message !== undefined) put("pap.message", pap.messageAt, pap.messageEnd - pap.messageAt, pap.message);
  if (pap.codeName === undefined) put("pap.data", pap.dataAt, pap.end - pap.dataAt, hex(octets, pap.dataAt, pap.end));
}

function chapFields(chap: ChapView, octets: Uint8Array, put: PutField): void {
  controlFields(chap, chap.codeName, "chap", put);
  if (chap.value !== undefined) put("chap.value", chap.valueAt, chap.valueEnd - chap.valueAt, hex(chap.value));
  if (chap.name !== undefined) put("chap.name", chap.valueEnd, chap.end - chap.valueEnd, chap.name);
  if (chap.message !== undefined) put("chap.message", chap.dataAt, chap.end - chap.dataAt, chap.message);
  if (chap.codeName === undefined) {
    put("chap.data", chap.dataAt, chap.end - chap.dataAt, hex(octets, chap.dataAt, chap.end));
  }
}

function otherFields(other: ControlView, octets: Uint8Array, put: PutField): void {
  const prefix = protocolName(other.protocol).toLowerCase();
  controlFields(other, ncpCodeName(other), prefix, put);
  put(`${prefix}.data`, other.dataAt, other.end - other.dataAt, hex(octets, other.dataAt, other.end));
}

const NCP_CODE_NAMES: ReadonlyMap<number, string> = namesOf(IPCP_CODES);
/** RFC 1962 §3: CCP has two more. */
const CCP_CODE_NAMES: ReadonlyMap<number, string> = namesOf({ ...IPCP_CODES, "Reset-Request": 14, "Reset-Ack": 15 });

/** The first seven codes mean the same in every NCP (RFC 1661 §5); EAP and CBCP have codes of their own. */
export function ncpCodeName({ protocol, code }: ControlView): string | undefined {
  if (protocol === PPP.CCP || protocol === PPP.CCP_LINK) return CCP_CODE_NAMES.get(code);
  return isNcp(protocol) ? NCP_CODE_NAMES.get(code) : undefined;
}
