/** A message that the device sends of itself, for cases that write down what it has of one AVP. */
import type { CaseContext, Tunnel } from "#conformance";
import type { ClauseId } from "#clauses";
import { given, may } from "#expect/ladder";
import { control, nonZero, type FieldSpec } from "#expect/matchers";

type Context = Pick<CaseContext<Record<string, never>>, "note" | "climb">;
type Caught = Awaited<ReturnType<Context["climb"]>>;

/** The message comes at once, if it comes. */
export const NOTED_WITHIN_MS = 1_000;

/** Less than the wait before a repeat (RFC 2661 §5.8): the bench does not acknowledge before it has noted what it wants. */
export const NOTED_AT_ONCE_MS = 500;

/** Hidden, or not (RFC 2661 §4.3). */
export const hides = (avp: string): FieldSpec => ({ [`avp.${avp}.h`]: true });

/** Notes whether the message is of that kind. A device that does not send it at all has shown nothing: inconclusive. */
export async function ofItsOwn(
  { note, climb }: Context,
  message: Parameters<typeof control>[0],
  fields: FieldSpec,
  kind: FieldSpec,
  clause: ClauseId,
): Promise<Caught> {
  const noted = await note(may(control(message, { ...fields, ...kind }), clause).within(NOTED_WITHIN_MS));
  return noted ?? (await climb(given(control(message, fields))));
}

/** The device, as LAC, asks for a call; or as LNS with OCRQ. */
export async function request(
  context: Context,
  tunnel: Tunnel,
  message: "ICRQ" | "OCRQ",
  kind: FieldSpec,
  clause: ClauseId,
): Promise<ReturnType<Tunnel["newCall"]>> {
  const fields = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": 0, "avp.assignedSessionId": nonZero };
  const asked = await ofItsOwn(context, message, fields, kind, clause);
  const call = tunnel.newCall();
  call.peerId = asked.number("avp.assignedSessionId");
  return call;
}
