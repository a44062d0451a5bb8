/**
 * A request (ICRQ, OCRQ) for a call that stands already, and one that the device makes anew under an ID that it has used.
 *
 * The tables of §7.4 and §7.5 end the call for which a request comes, and only the Session ID of the header can say which one
 * that is. But a request bears 0 there (§5.3), and two more readings are left to who gets another value: the type decides, so
 * a new call is asked for; or the header is malformed, so the message is dropped (§7.1). Both are remarks.
 */
import type { Call, CaseContext, Tunnel } from "#conformance";
import type { Clause } from "#clauses";
import { may, must } from "#expect/ladder";
import { acks, anyOf, control, disconnected, stopped } from "#expect/matchers";
import { icrq, ocrq } from "#peer/script";

type Context = CaseContext<Record<string, string>>;
type ClauseId = Clause["id"];

/** §7.1 lets a control connection be cleared for any message that is invalid; the tables end only the call. */
export const WHOLE_TUNNEL = "the whole tunnel is cleared for what ends only the call";
const NEW_CALL = "the request is taken for one of a new call, though its header names this one";
const DROPPED = "the request is passed over: it should bear Session ID 0";

const REQUESTS = { ICRQ: icrq, OCRQ: ocrq } as const;
const GRANTS = { ICRQ: "ICRP", OCRQ: "OCRP" } as const;

/** Sends the request under the call's own ID and listens to what the device makes of it: true where it has ended the call. */
export async function ends(
  { climb, note, allow }: Pick<Context, "climb" | "note" | "allow">,
  o: {
    readonly type: keyof typeof REQUESTS;
    readonly call: Call;
    /** Whose id stands in the request, and may be the one that the device then goes by. */
    readonly named: Call;
    readonly clause: ClauseId;
    /** What comes first: a claim on what the device must not send. */
    readonly before?: () => Promise<void>;
  },
): Promise<boolean> {
  const { type, call, named, clause, before } = o;
  const { tunnel } = call;
  tunnel.send(REQUESTS[type]({ assignedSessionId: named.id }), { sessionId: call.peerId });
  await before?.();
  const ended = disconnected(tunnel.id, [call.id, named.id], { "avp.assignedSessionId": call.peerId });
  const granted = control(GRANTS[type], { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": named.id });
  const answer = await note(
    may(ended, clause)
      .or(stopped(tunnel.id), WHOLE_TUNNEL)
      .or(anyOf(granted, disconnected(tunnel.id, [named.id])), NEW_CALL),
  );
  if (answer === undefined) await climb(must(ended, clause).or(acks(tunnel.hello(), { tunnel: tunnel.id }), DROPPED));
  // The outcome of the call that it thinks of.
  if (answer?.field("l2tp.type")?.value === GRANTS[type]) allow(control("OCCN"), control("CDN"));
  return answer?.field("avp.assignedSessionId")?.value === call.peerId;
}

/**
 * Whether the device asks for another call under the ID of one that is over, as it may: an answer to that ID is then one to
 * the new call. The acknowledgement of what ended the call may be that very request.
 */
export async function asksAnew(
  { note }: Pick<Context, "note">,
  o: {
    readonly type: keyof typeof REQUESTS;
    readonly tunnel: Tunnel;
    readonly call: Call;
    readonly clause: ClauseId;
    readonly ack?: Awaited<ReturnType<Context["climb"]>>;
  },
): Promise<boolean> {
  const { type, tunnel, call, clause, ack } = o;
  if (ack?.field("l2tp.type")?.value === type && ack.field("avp.assignedSessionId")?.value === call.peerId) return true;
  const again = control(type, { "l2tp.tunnelId": tunnel.id, "avp.assignedSessionId": call.peerId });
  return (await note(may(again, clause).within(500))) !== undefined;
}
