/** A device that can do CHAP with MD5 is brought to ask for it, whatever it would rather have. */
import type { Call, CaseContext } from "#conformance";
import { given } from "#expect/ladder";
import { lcp, present } from "#expect/matchers";
import { CHAP_ALGORITHMS, lcp as lcpPacket, PPP } from "#peer/script";

export const MD5 = { type: "auth", protocol: PPP.CHAP, algorithm: CHAP_ALGORITHMS.MD5 } as const;
export const IS_MD5 = { "lcp.option.auth": "CHAP-MD5", "lcp.option.auth.length": 5 };

/** Its request for that: the first one, or the one behind a Nak of what it asked first (RFC 1661 §6.2). */
export async function askedForMd5(
  climb: CaseContext<unknown>["climb"],
  call: Call,
): ReturnType<CaseContext<unknown>["climb"]> {
  const asked = await climb(given(lcp("Configure-Request", { "lcp.option.auth.protocol": present })));
  if (asked.text("lcp.option.auth") === "CHAP-MD5") return asked;
  call.send(lcpPacket.configureNak(asked.number("lcp.id"), [MD5]));
  return climb(given(lcp("Configure-Request", IS_MD5)));
}
