import { l2tpTypeOf } from "../fields/l2tp.ts";
import type { AvpView } from "../l2tp/avp.ts";
import { type HeaderView, VERSIONS } from "../l2tp/header.ts";
import type { L2tpView } from "../l2tp/message.ts";
import { isProxiedPassword, MASK } from "../secret.ts";
import { hexNumber, shortHex, shortText } from "./value.ts";

const VERSION_NAMES: Readonly<Record<number, string>> = { [VERSIONS.L2F]: " (L2F)", [VERSIONS.L2TPv3]: " (L2TPv3)" };

/** `L2TP SCCRP tid 7 sid 0 Ns 0 Nr 1 | hostName=lns, assignedTunnelId=1` */
export function l2tpText(view: L2tpView, octets: Uint8Array, showSecrets: boolean): string {
  const { header, kind, avps } = view;
  if (kind === "other-version") return `L2TP version ${header.version}${VERSION_NAMES[header.version] ?? ""}`;
  let text = `L2TP ${l2tpTypeOf(view)}${numbersOf(header)}`;
  let separator = " | ";
  for (const avp of avps) {
    // The Message Type has been said already.
    if (avp.name === "messageType" && avp === avps[0] && avp.value !== undefined) continue;
    const masks = avp.name === "proxyAuthenResponse" && !showSecrets && isProxiedPassword(view);
    text += `${separator}${avp.name ?? `AVP ${avp.vendor}/${avp.type}`}${masks ? `=${MASK}` : valueText(avp, octets)}`;
    separator = ", ";
  }
  return text;
}

function numbersOf({ fieldAt, tunnelId, sessionId, ns, nr }: HeaderView): string {
  if (fieldAt.sessionId === undefined) return "";
  const ids = ` tid ${tunnelId} sid ${sessionId}`;
  return ns === undefined ? ids : `${ids} Ns ${ns} Nr ${nr ?? "?"}`;
}

function valueText(avp: AvpView, octets: Uint8Array): string {
  const { name, value, h, revealed } = avp;
  if (value === undefined) {
    if (h && revealed === undefined) return "=<hidden>";
    return name === undefined
      ? `=${revealed ? shortHex(revealed) : shortHex(octets, avp.valueAt, avp.valueEnd)}`
      : "=<malformed>";
  }
  if (value === true) return "";
  if (typeof value === "number") return `=${value}`;
  if (typeof value === "string") return `=${shortText(value)}`;
  if (value instanceof Uint8Array) return `=${shortHex(value)}`;
  if ("result" in value) {
    const message = value.message === undefined ? "" : ` ${shortText(value.message)}`;
    return `=${value.result}${value.error === undefined ? "" : `/${value.error}`}${message}`;
  }
  if ("send" in value) return `=${hexNumber(value.send)}/${hexNumber(value.receive)}`;
  return `={${Object.entries(value).map(partText).join(" ")}}`;
}

function partText([name, value]: [string, unknown]): string {
  return `${name} ${typeof value === "string" ? shortText(value) : String(value)}`;
}
