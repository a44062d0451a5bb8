import type { EndReason } from "#proto/l2tp/endpoint";

export type PeerErrorCode = "tunnel-ended" | "session-ended" | "ppp-failed" | "timeout" | "no-session";

/** What a peer was told to do did not come about. One line, with what the other end said. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly code: PeerErrorCode;

  constructor(code: PeerErrorCode, text: string) {
    super(text);
    this.code = code;
  }
}

/** "by the other end, Result Code 2, Error Code 6: no users" */
export function showReason(reason: EndReason): string {
  const by = { us: "by this end", peer: "by the other end", timeout: "since nothing was acknowledged" }[reason.by];
  const result = reason.result === undefined ? "" : `, Result Code ${reason.result}`;
  const error = reason.error === undefined ? "" : `, Error Code ${reason.error}`;
  return `${by}${result}${error}${reason.message ? `: ${reason.message}` : ""}`;
}
