import { AVP_NAMES } from "../l2tp/avp.ts";
import { PPP } from "../ppp/frame.ts";
import { IPCP_OPTIONS } from "../ppp/ipcp.ts";
import { LCP_OPTIONS } from "../ppp/lcp.ts";
import { AVP_PARTS } from "./l2tp.ts";

const IP = `version headerLength tos length id dontFragment moreFragments fragmentOffset ttl protocol checksum checksumOk
  src dst`;
const UDP = "srcPort dstPort length checksum checksumOk";
const TCP = "srcPort dstPort seq ack headerLength flags window checksum checksumOk mss";
const ICMP = "type code checksum checksumOk id seq nextHopMtu";
const L2TP = "flags t l s o p reserved version length tunnelId sessionId ns nr offsetSize type";
const AVP_BITS = "m h reserved length vendor type";
const CONTROL = "code id length data";

/** Every path without a repetition or a number in it. */
const FIXED: ReadonlySet<string> = new Set([
  ...under("ip", IP),
  ...under("udp", UDP),
  ...under("tcp", TCP),
  ...under("icmp", ICMP),
  ...under("inner.ip", IP),
  ...under("inner.udp", UDP),
  ...under("inner.tcp", TCP),
  ...under("inner.icmp", ICMP),
  ...under("l2tp", L2TP),
  ...under("ppp", "addressControl protocol protocolLength name"),
  ...under("lcp", `${CONTROL} options magic rejectedProtocol rejectedPacket`),
  ...under("pap", `${CONTROL} peerId password message`),
  ...under("chap", `${CONTROL} value name message`),
  ...under("ipcp", `${CONTROL} options rejectedPacket`),
  ...Object.keys(PPP).flatMap((name) => under(name.toLowerCase(), CONTROL)),
]);

/** What may follow `avp.<name>`; a `#2` in between was taken out. */
const AVPS: ReadonlySet<string> = new Set(
  AVP_NAMES.flatMap((name) => [
    name,
    `${name}.octets`,
    ...under(name, AVP_BITS),
    ...(AVP_PARTS[name] ?? []).map(([part]) => `${name}.${part}`),
  ]),
);
const UNKNOWN_AVP = new RegExp(`^\\d+/\\d+(\\.(${AVP_BITS.replaceAll(" ", "|")}))?$`);

const OPTION_PARTS = "length octets protocol algorithm maxSlotId compSlotId data source destination";
const OPTIONS = { lcp: optionPaths(LCP_OPTIONS), ipcp: optionPaths(IPCP_OPTIONS) };
const UNKNOWN_OPTION = /^\d+(\.(length|octets))?$/;
const OTHER_PROTOCOL = new RegExp(`^0x[0-9a-f]{4}\\.(${CONTROL.replaceAll(" ", "|")})$`);

/** Whether `fieldsOf` can ever give a field of this path: who asks for another has mistyped it. */
export function isFieldPath(path: string): boolean {
  const once = path.replace(/#(?:[2-9]|[1-9]\d+)(?=\.|$)/, "");
  if (once.startsWith("avp.")) return AVPS.has(once.slice(4)) || UNKNOWN_AVP.test(once.slice(4));
  const option = /^(lcp|ipcp)\.option\.(.+)$/.exec(once);
  if (option !== null) {
    const [, protocol, rest = ""] = option;
    return OPTIONS[protocol as keyof typeof OPTIONS].has(rest) || UNKNOWN_OPTION.test(rest);
  }
  return once === path && (FIXED.has(path) || OTHER_PROTOCOL.test(path));
}

function under(prefix: string, names: string): string[] {
  return names.split(/\s+/).map((name) => `${prefix}.${name}`);
}

function optionPaths(options: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(options).flatMap((name) => [name, ...under(name, OPTION_PARTS)]));
}
