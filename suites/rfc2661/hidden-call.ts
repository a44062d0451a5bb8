/** Calls that are asked for with something hidden, and that an LNS may have other reasons to refuse (RFC 2661 §7.4). */
import type { Call, CaseContext } from "#conformance";
import { given } from "#expect/ladder";
import { anyOf, control, stopped, type Match } from "#expect/matchers";
import { icrq, type ControlMessage } from "#peer/script";

export const REFUSED = "the call is refused, by the id that was hidden";
const granted = (call: Call): Match => control("ICRP", { "l2tp.sessionId": call.id });
/** A CDN that names the call by the id in its header, so that this was read. */
export const refused = (call: Call): Match => control("CDN", { "l2tp.sessionId": call.id });

/**
 * Asks for a call in clear and, in a tunnel of its own, for the same one as `veil` makes it. Returns what the device must
 * answer to the second: what it has answered to the first.
 */
export async function likeInClear(
  { bench, climb, allow }: Pick<CaseContext<Record<string, string>>, "bench" | "climb" | "allow">,
  veil: (request: ControlMessage) => ControlMessage,
): Promise<Match> {
  const asks = async (of: (request: ControlMessage) => ControlMessage): Promise<Call> => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    // A tunnel may end with the call that is refused.
    allow(stopped(tunnel.id));
    tunnel.send(of(icrq({ assignedSessionId: call.id, bearerType: 2, calledNumber: "5550100" })));
    return call;
  };
  const clear = await asks((request) => request);
  const answer = await climb(given(anyOf(granted(clear), refused(clear))));
  await clear.tunnel.acknowledged(clear.tunnel.close());
  const call = await asks(veil);
  return answer.text("l2tp.type") === "ICRP" ? granted(call) : anyOf(granted(call), refused(call));
}
