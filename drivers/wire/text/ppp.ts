import { ncpCodeName, protocolName } from "../fields/ppp.ts";
import type { Packet, PppView } from "../packet.ts";
import type { ChapView } from "../ppp/chap.ts";
import type { ControlView, OptionView } from "../ppp/control.ts";
import { authName, type LcpView } from "../ppp/lcp.ts";
import type { PapView } from "../ppp/pap.ts";
import { MASK, swallowsPassword } from "../secret.ts";
import { ipText } from "./ip.ts";
import { hexNumber, shortHex, shortText } from "./value.ts";

/** `LCP Configure-Request id 1 mru 1500 auth PAP magic 0x1234`, or the IPv4 packet inside. */
export function pppText(ppp: PppView, inner: Packet | undefined, octets: Uint8Array, showSecrets: boolean): string {
  const { frame, lcp, pap, chap, ipcp, other } = ppp;
  if (inner !== undefined) return ipText(inner);
  if (lcp !== undefined) return lcpText(lcp, octets);
  if (pap !== undefined) return papText(pap, showSecrets);
  if (chap !== undefined) return chapText(chap);
  if (ipcp !== undefined) return headText("IPCP", ipcp, ipcp.codeName) + optionsText(ipcp.options, octets);
  if (other !== undefined) return headText(protocolName(other.protocol), other, ncpCodeName(other));
  if (frame.protocolLength === 0) return `PPP without Protocol (${frame.end - frame.at} octets)`;
  return `PPP ${protocolName(frame.protocol)} (${frame.end - frame.payloadAt} octets)`;
}

/** -1 stands for a field that the frame is too short for. */
function headText(protocol: string, { code, id }: ControlView, codeName: string | undefined): string {
  if (code < 0) return `${protocol} cut short`;
  return `${protocol} ${codeName ?? `code ${code}`}${id < 0 ? "" : ` id ${id}`}`;
}

function lcpText(view: LcpView, octets: Uint8Array): string {
  let text = headText("LCP", view, view.codeName) + optionsText(view.options, octets);
  if (view.magic !== undefined) text += ` magic ${hexNumber(view.magic)}`;
  if (view.rejectedProtocol !== undefined) text += ` rejected ${protocolName(view.rejectedProtocol)}`;
  return text;
}

function papText(view: PapView, showSecrets: boolean): string {
  let text = headText("PAP", view, view.codeName);
  if (view.peerId !== undefined)
    text += ` peerId=${showSecrets || !swallowsPassword(view) ? shortText(view.peerId) : MASK}`;
  if (view.password !== undefined) text += ` password=${showSecrets ? shortText(view.password) : MASK}`;
  if (view.message !== undefined) text += ` message=${shortText(view.message)}`;
  return text;
}

function chapText(view: ChapView): string {
  let text = headText("CHAP", view, view.codeName);
  if (view.value !== undefined) text += ` value=${shortHex(view.value)}`;
  if (view.name !== undefined) text += ` name=${shortText(view.name)}`;
  if (view.message !== undefined) text += ` message=${shortText(view.message)}`;
  return text;
}

function optionsText(options: readonly OptionView[], octets: Uint8Array): string {
  let text = "";
  for (const option of options) text += ` ${optionText(option, octets)}`;
  return text;
}

function optionText({ name, type, value, dataAt, end }: OptionView, octets: Uint8Array): string {
  if (name === undefined) return `option-${type} ${shortHex(octets, dataAt, end)}`;
  if (value === undefined) return `${name} <malformed>`;
  if (value === true) return name;
  if (typeof value === "number") {
    return `${name} ${name === "magic" || name === "accm" ? hexNumber(value) : value}`;
  }
  if (typeof value === "string") return `${name} ${value}`;
  if (value instanceof Uint8Array) return `${name} ${shortHex(value)}`;
  return "source" in value ? `${name} ${value.source},${value.destination}` : `${name} ${authName(value)}`;
}
