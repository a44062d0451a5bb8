/** RFC 2661 §7.4 and §7.5: the state table of a call depends on which end this is and on who asked for the call. */
export type SessionSide = "lac-incoming" | "lns-incoming" | "lac-outgoing" | "lns-outgoing";

export type SessionState = "idle" | "wait-tunnel" | "wait-reply" | "wait-connect" | "wait-cs-answer" | "established";

/** The messages that the tables react to, "ok" where acceptable, "bad" where not. */
export type SessionMessage = "ICRQ" | "ICRP" | "ICCN" | "OCRQ" | "OCRP" | "OCCN" | "CDN";

/** All messages that belong to one session; the others of RFC 2661 belong to the tunnel. No table names the last two. */
export type MessageOfSession = SessionMessage | "WEN" | "SLI";

const MESSAGES_OF_SESSIONS: ReadonlySet<string> = new Set<MessageOfSession>([
  "ICRQ",
  "ICRP",
  "ICCN",
  "OCRQ",
  "OCRP",
  "OCCN",
  "CDN",
  "WEN",
  "SLI",
]);

export function isOfSession(message: string): message is MessageOfSession {
  return MESSAGES_OF_SESSIONS.has(message);
}

export type SessionEvent =
  /** A ring at the LAC, or an outgoing call wanted at the LNS. */
  | "call"
  | "tunnel-open"
  | "local-close"
  | "line-drop"
  | "bearer-answer"
  | "bearer-failure"
  | SessionMessage
  | `${SessionMessage} ${"ok" | "bad"}`;

export type SessionAction =
  | "open tunnel"
  | "open bearer"
  | "send ICRQ"
  | "send ICRP"
  | "send ICCN"
  | "send OCRQ"
  | "send OCRP"
  | "send OCCN"
  | "send CDN"
  | "clean up"
  | "prepare for data";

type Row = readonly [next: SessionState, ...does: SessionAction[]];
type Table = Readonly<Partial<Record<SessionState, Readonly<Partial<Record<SessionEvent, Row>>>>>>;

/** RFC 2661 §7.4.1. */
const LAC_INCOMING: Table = {
  idle: {
    call: ["wait-tunnel", "open tunnel"],
    ICCN: ["idle", "clean up"],
    ICRP: ["idle", "clean up"],
    CDN: ["idle", "clean up"],
  },
  "wait-tunnel": {
    "line-drop": ["idle", "clean up"],
    "local-close": ["idle", "clean up"],
    "tunnel-open": ["wait-reply", "send ICRQ"],
  },
  "wait-reply": {
    "ICRP ok": ["established", "send ICCN"],
    "ICRP bad": ["idle", "send CDN", "clean up"],
    ICRQ: ["idle", "send CDN", "clean up"],
    CDN: ["idle", "clean up"],
    ICCN: ["idle", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
    "line-drop": ["idle", "send CDN", "clean up"],
  },
  established: {
    CDN: ["idle", "clean up"],
    ICRQ: ["idle", "send CDN", "clean up"],
    ICRP: ["idle", "send CDN", "clean up"],
    ICCN: ["idle", "send CDN", "clean up"],
    "line-drop": ["idle", "send CDN", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
  },
};

/** RFC 2661 §7.4.2. */
const LNS_INCOMING: Table = {
  idle: {
    "ICRQ ok": ["wait-connect", "send ICRP"],
    "ICRQ bad": ["idle", "send CDN", "clean up"],
    ICRP: ["idle", "send CDN", "clean up"],
    ICCN: ["idle", "clean up"],
    CDN: ["idle", "clean up"],
  },
  "wait-connect": {
    "ICCN ok": ["established", "prepare for data"],
    "ICCN bad": ["idle", "send CDN", "clean up"],
    ICRQ: ["idle", "send CDN", "clean up"],
    ICRP: ["idle", "send CDN", "clean up"],
    CDN: ["idle", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
  },
  established: {
    CDN: ["idle", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
    ICRQ: ["idle", "send CDN", "clean up"],
    ICRP: ["idle", "send CDN", "clean up"],
    ICCN: ["idle", "send CDN", "clean up"],
  },
};

/** RFC 2661 §7.5.1. */
const LAC_OUTGOING: Table = {
  idle: {
    "OCRQ ok": ["wait-cs-answer", "send OCRP", "open bearer"],
    "OCRQ bad": ["idle", "send CDN", "clean up"],
    OCRP: ["idle", "send CDN", "clean up"],
    OCCN: ["idle", "clean up"],
    CDN: ["idle", "clean up"],
  },
  "wait-cs-answer": {
    "bearer-answer": ["established", "send OCCN"],
    "bearer-failure": ["idle", "send CDN", "clean up"],
    OCRQ: ["idle", "send CDN", "clean up"],
    OCRP: ["idle", "send CDN", "clean up"],
    OCCN: ["idle", "send CDN", "clean up"],
    CDN: ["idle", "clean up"],
  },
  established: {
    OCRQ: ["idle", "send CDN", "clean up"],
    OCRP: ["idle", "send CDN", "clean up"],
    OCCN: ["idle", "send CDN", "clean up"],
    CDN: ["idle", "clean up"],
    "line-drop": ["idle", "send CDN", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
  },
};

/** RFC 2661 §7.5.2. */
const LNS_OUTGOING: Table = {
  idle: {
    call: ["wait-tunnel", "open tunnel"],
    OCCN: ["idle", "clean up"],
    OCRP: ["idle", "clean up"],
    CDN: ["idle", "clean up"],
  },
  "wait-tunnel": {
    "tunnel-open": ["wait-reply", "send OCRQ"],
    "local-close": ["idle", "clean up"],
  },
  "wait-reply": {
    "OCRP ok": ["wait-connect"],
    "OCRP bad": ["idle", "send CDN", "clean up"],
    OCCN: ["idle", "send CDN", "clean up"],
    OCRQ: ["idle", "send CDN", "clean up"],
    CDN: ["idle", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
  },
  "wait-connect": {
    // One row in the RFC; what ends a session by §4.1 or §7.1 ends this one too.
    "OCCN ok": ["established"],
    "OCCN bad": ["idle", "send CDN", "clean up"],
    OCRQ: ["idle", "send CDN", "clean up"],
    OCRP: ["idle", "send CDN", "clean up"],
    CDN: ["idle", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
  },
  established: {
    CDN: ["idle", "clean up"],
    OCRQ: ["idle", "send CDN", "clean up"],
    OCRP: ["idle", "send CDN", "clean up"],
    OCCN: ["idle", "send CDN", "clean up"],
    "local-close": ["idle", "send CDN", "clean up"],
  },
};

const TABLES: Readonly<Record<SessionSide, Table>> = {
  "lac-incoming": LAC_INCOMING,
  "lns-incoming": LNS_INCOMING,
  "lac-outgoing": LAC_OUTGOING,
  "lns-outgoing": LNS_OUTGOING,
};

export interface SessionStep {
  readonly next: SessionState;
  readonly does: readonly SessionAction[];
}

/**
 * Pure: says what to do and does nothing. `undefined` means that the RFC has no such row. A row without "ok" or "bad" is
 * for both, as the RFC's rows without "acceptable".
 */
export function step(side: SessionSide, state: SessionState, event: SessionEvent): SessionStep | undefined {
  const rows = TABLES[side][state];
  const row = rows?.[event] ?? rows?.[event.replace(/ (ok|bad)$/, "") as SessionEvent];
  if (row === undefined) return undefined;
  const [next, ...does] = row;
  return { next, does };
}
