import { escaped, quoted } from "./escape.ts";
import { fieldsOf, type Field } from "./fields.ts";
import type { Packet } from "./packet.ts";
import { MASK, masked } from "./secret.ts";
import { endpoints, ipText } from "./text/ip.ts";
import { l2tpText } from "./text/l2tp.ts";
import { pppText } from "./text/ppp.ts";

export interface TextOptions {
  /** Passwords as they stand in the packet, not masked. */
  readonly showSecrets?: boolean;
}

/**
 * A packet in one line: `10.0.0.1:1701 > 10.0.0.2:40000 L2TP SCCRP tid 7 sid 0 Ns 0 Nr 1 | hostName=lns`. Codes of issues
 * follow, each behind a `!`. Long values are cut; whatever is not printable is escaped.
 */
export function line(p: Packet, { showSecrets = false }: TextOptions = {}): string {
  return bodyOf(p, showSecrets) + issueCodes(p);
}

function bodyOf(p: Packet, showSecrets: boolean): string {
  const { ip, l2tp, ppp, inner } = p;
  if (ip === undefined) {
    return ppp === undefined ? `${p.linkType}, ${p.octets.length} octets` : pppText(ppp, inner, p.octets, showSecrets);
  }
  if (l2tp === undefined) return ipText(p);
  const outer = `${endpoints(p)} ${l2tpText(l2tp, p.octets, showSecrets)}`;
  return ppp === undefined ? outer : `${outer} | ${pppText(ppp, inner, p.octets, showSecrets)}`;
}

function issueCodes({ issues }: Packet): string {
  if (issues.length === 0) return "";
  if (issues.length === 1) return ` !${issues[0]!.code}`;
  return ` !${[...new Set(issues.map((issue) => issue.code))].join(" !")}`;
}

/**
 * A packet as lines: a field each, with offset and length in octets, and in its place each issue, marked with `!`. Ends
 * with a newline.
 */
export function tree(p: Packet, { showSecrets = false }: TextOptions = {}): string {
  const fields = showSecrets ? fieldsOf(p) : masked(fieldsOf(p), p);
  const pathWidth = fields.reduce((width, field) => Math.max(width, field.path.length), 0);
  const lines = [`${p.linkType}, ${p.octets.length} octets`, ...fields.map((field) => fieldLine(field, pathWidth))];
  // Fields do not come strictly by offset, so an issue goes behind the last one that begins no later.
  for (const issue of p.issues.toReversed()) {
    const after = fields.findLastIndex((field) => field.at <= issue.at);
    lines.splice(after + 2, 0, `! ${column(issue.at)}       ${issue.code}: ${escaped(issue.text)}`);
  }
  return `${lines.join("\n")}\n`;
}

function fieldLine({ path, at, length, value }: Field, pathWidth: number): string {
  const shown = typeof value !== "string" ? numberOrFlag(path, value) : value === MASK ? MASK : quoted(value);
  return `  ${column(at)} ${`+${length}`.padEnd(5)} ${path.padEnd(pathWidth)}  ${shown}`;
}

/** Fields that a reader wants in hex. */
const IN_HEX = /(^|\.)(flags|checksum|magic|accm|protocol|reserved|rejectedProtocol|send|receive)(#\d+)?$/;

function numberOrFlag(path: string, value: number | boolean): string {
  if (typeof value === "number" && IN_HEX.test(path)) return `0x${value.toString(16)}`;
  return String(value);
}

function column(at: number): string {
  return String(at).padStart(5);
}
