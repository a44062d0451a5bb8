import type { Field } from "./fields.ts";
import type { L2tpView } from "./l2tp/message.ts";
import { avpIn } from "./l2tp/message.ts";
import type { Packet } from "./packet.ts";
import { PPP } from "./ppp/frame.ts";
import type { PapView } from "./ppp/pap.ts";

/** What stands in place of a password that a line carries in clear. */
export const MASK = "***";

/** The fields with every password masked, for what is shown to people; the judge works with the fields themselves. */
export function masked(fields: readonly Field[], p: Packet): readonly Field[] {
  return fields.map((field) => (holdsPassword(field.path, p) ? { ...field, value: MASK } : field));
}

/** Where the packet carries a password in clear: offset and length in its octets. */
export function passwordsIn(fields: readonly Field[], p: Packet): readonly Pick<Field, "at" | "length">[] {
  return fields.filter((field) => holdsPassword(field.path, p));
}

function holdsPassword(path: string, { l2tp, ppp }: Packet): boolean {
  if (path === "pap.password" || path === "pap.data") return true;
  if (path === "pap.peerId") return ppp?.pap !== undefined && swallowsPassword(ppp.pap);
  // A Protocol-Reject returns what it rejects: of a PAP request, the password with it.
  if (path === "lcp.data") return ppp?.lcp?.rejectedProtocol === PPP.PAP;
  return /^avp\.proxyAuthenResponse(#\d+)?$/.test(path) && l2tp !== undefined && isProxiedPassword(l2tp);
}

/** A Peer-ID-Length that runs over the end takes the password for a part of the name. */
export function swallowsPassword({ issues }: Pick<PapView, "issues">): boolean {
  return issues.some((issue) => issue.code === "pap-overrun");
}

/** Proxy Authen Types whose response is a hash and no password: CHAP and MS-CHAP (RFC 2661 §4.4.5). */
const HASHES: ReadonlySet<number | undefined> = new Set([2, 5]);

/** The Proxy Authen Response is, or may be, the password itself. */
export function isProxiedPassword(l2tp: L2tpView): boolean {
  return !HASHES.has(avpIn(l2tp, "proxyAuthenType"));
}
