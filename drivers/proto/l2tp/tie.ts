/** `no-tie`: neither side asked for a single tunnel, so both are opened. */
export type TieOutcome = "won" | "lost" | "both-lost" | "no-tie";

/**
 * Two SCCRQs crossed (RFC 2661 §4.4.3): the Tie Breaker of ours that is still unanswered against that of the one that came.
 * The lower value wins, and one that is there wins over none.
 */
export function breakTie(ours: Uint8Array | undefined, theirs: Uint8Array | undefined): TieOutcome {
  if (ours === undefined) return theirs === undefined ? "no-tie" : "lost";
  if (theirs === undefined) return "won";
  for (let i = 0; i < 8; i++) {
    const difference = (ours[i] ?? 0) - (theirs[i] ?? 0);
    if (difference !== 0) return difference < 0 ? "won" : "lost";
  }
  return "both-lost";
}
