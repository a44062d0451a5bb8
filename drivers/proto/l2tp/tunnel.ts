/** RFC 2661 §7.2.1: the states of a control connection; originator and receiver share one table. */
export type TunnelState = "idle" | "wait-ctl-reply" | "wait-ctl-conn" | "established";

/** The messages that §7.2.1 reacts to, "ok" where acceptable, "bad" where not. */
export type TunnelMessage = "SCCRQ" | "SCCRP" | "SCCCN" | "StopCCN";
export type TunnelEvent = "open" | "close" | "SCCRQ lost-tie" | TunnelMessage | `${TunnelMessage} ${"ok" | "bad"}`;

export type TunnelAction =
  | "send SCCRQ"
  | "send SCCRP"
  | "send SCCCN"
  | "send StopCCN"
  | "clean up"
  | "requeue SCCRQ"
  /** Tells the sessions that wait for the tunnel. */
  | "tunnel-open";

type Row = readonly [next: TunnelState, ...does: TunnelAction[]];

/** RFC 2661 §7.2.1 as it prints it. A row without "ok" or "bad" is for both, as the RFC's rows without "acceptable". */
const TABLE: Readonly<Record<TunnelState, Readonly<Partial<Record<TunnelEvent, Row>>>>> = {
  idle: {
    open: ["wait-ctl-reply", "send SCCRQ"],
    "SCCRQ ok": ["wait-ctl-conn", "send SCCRP"],
    "SCCRQ bad": ["idle", "send StopCCN", "clean up"],
    SCCRP: ["idle", "send StopCCN", "clean up"],
    SCCCN: ["idle", "clean up"],
    StopCCN: ["idle", "clean up"],
  },
  "wait-ctl-reply": {
    "SCCRP ok": ["established", "send SCCCN", "tunnel-open"],
    "SCCRP bad": ["idle", "send StopCCN", "clean up"],
    "SCCRQ lost-tie": ["idle", "clean up", "requeue SCCRQ"],
    SCCCN: ["idle", "send StopCCN", "clean up"],
    StopCCN: ["idle", "clean up"],
  },
  "wait-ctl-conn": {
    "SCCCN ok": ["established", "tunnel-open"],
    "SCCCN bad": ["idle", "send StopCCN", "clean up"],
    SCCRP: ["idle", "send StopCCN", "clean up"],
    SCCRQ: ["idle", "send StopCCN", "clean up"],
    StopCCN: ["idle", "clean up"],
  },
  established: {
    open: ["established", "tunnel-open"],
    close: ["idle", "send StopCCN", "clean up"],
    SCCRQ: ["idle", "send StopCCN", "clean up"],
    SCCRP: ["idle", "send StopCCN", "clean up"],
    SCCCN: ["idle", "send StopCCN", "clean up"],
    StopCCN: ["idle", "clean up"],
  },
};

export interface TunnelStep {
  readonly next: TunnelState;
  readonly does: readonly TunnelAction[];
}

/** Pure: says what to do and does nothing. `undefined` means that the RFC has no such row. */
export function step(state: TunnelState, event: TunnelEvent): TunnelStep | undefined {
  const rows = TABLE[state];
  const row = rows[event] ?? rows[event.replace(/ (ok|bad)$/, "") as TunnelEvent];
  if (row === undefined) return undefined;
  const [next, ...does] = row;
  return { next, does };
}
