/** RFC 1661 §4.1: the option negotiation automaton as its printed table. Pure: `step` says what to do and does nothing. */

/** In the order of the RFC's numbers, 0 to 9. */
export const STATES = [
  "Initial",
  "Starting",
  "Closed",
  "Stopped",
  "Closing",
  "Stopping",
  "Req-Sent",
  "Ack-Rcvd",
  "Ack-Sent",
  "Opened",
] as const;
export type State = (typeof STATES)[number];

export const EVENTS = [
  "Up",
  "Down",
  "Open",
  "Close",
  "TO+",
  "TO-",
  "RCR+",
  "RCR-",
  "RCA",
  "RCN",
  "RTR",
  "RTA",
  "RUC",
  "RXJ+",
  "RXJ-",
  "RXR",
] as const;
export type Event = (typeof EVENTS)[number];

/** RFC 1661 §4.4. The Illegal-Event action has no name here: `step` has no answer for it. */
export type Action =
  "tlu" | "tld" | "tls" | "tlf" | "irc" | "zrc" | "scr" | "sca" | "scn" | "str" | "sta" | "scj" | "ser";

/** p: passive option (§4.2 Stopped). r: restart option (§4.3 Open). x: crossed connection (§4.3 RCA). */
export type Footnote = "p" | "r" | "x";

export interface Transition {
  readonly next: State;
  /** In the order of the cell; the RFC allows any. */
  readonly actions: readonly Action[];
  readonly footnote: Footnote | undefined;
}

type Cell = readonly [next: State, ...does: (Action | `[${Footnote}]`)[]];

/** A cell that is absent is the RFC's dash: an event that cannot occur there. */
const TABLE: Readonly<Record<State, Readonly<Partial<Record<Event, Cell>>>>> = {
  Initial: {
    Up: ["Closed"],
    Open: ["Starting", "tls"],
    Close: ["Initial"],
  },
  Starting: {
    Up: ["Req-Sent", "irc", "scr"],
    Open: ["Starting"],
    Close: ["Initial", "tlf"],
  },
  Closed: {
    Down: ["Initial"],
    Open: ["Req-Sent", "irc", "scr"],
    Close: ["Closed"],
    "RCR+": ["Closed", "sta"],
    "RCR-": ["Closed", "sta"],
    RCA: ["Closed", "sta"],
    RCN: ["Closed", "sta"],
    RTR: ["Closed", "sta"],
    RTA: ["Closed"],
    RUC: ["Closed", "scj"],
    "RXJ+": ["Closed"],
    "RXJ-": ["Closed", "tlf"],
    RXR: ["Closed"],
  },
  Stopped: {
    Down: ["Starting", "tls"],
    Open: ["Stopped", "[r]"],
    Close: ["Closed"],
    "RCR+": ["Ack-Sent", "irc", "scr", "sca"],
    "RCR-": ["Req-Sent", "irc", "scr", "scn"],
    RCA: ["Stopped", "sta"],
    RCN: ["Stopped", "sta"],
    RTR: ["Stopped", "sta"],
    RTA: ["Stopped"],
    RUC: ["Stopped", "scj"],
    "RXJ+": ["Stopped"],
    "RXJ-": ["Stopped", "tlf"],
    RXR: ["Stopped"],
  },
  Closing: {
    Down: ["Initial"],
    Open: ["Stopping", "[r]"],
    Close: ["Closing"],
    "TO+": ["Closing", "str"],
    "TO-": ["Closed", "tlf"],
    "RCR+": ["Closing"],
    "RCR-": ["Closing"],
    RCA: ["Closing"],
    RCN: ["Closing"],
    RTR: ["Closing", "sta"],
    RTA: ["Closed", "tlf"],
    RUC: ["Closing", "scj"],
    "RXJ+": ["Closing"],
    "RXJ-": ["Closed", "tlf"],
    RXR: ["Closing"],
  },
  Stopping: {
    Down: ["Starting"],
    Open: ["Stopping", "[r]"],
    Close: ["Closing"],
    "TO+": ["Stopping", "str"],
    "TO-": ["Stopped", "tlf"],
    "RCR+": ["Stopping"],
    "RCR-": ["Stopping"],
    RCA: ["Stopping"],
    RCN: ["Stopping"],
    RTR: ["Stopping", "sta"],
    RTA: ["Stopped", "tlf"],
    RUC: ["Stopping", "scj"],
    "RXJ+": ["Stopping"],
    "RXJ-": ["Stopped", "tlf"],
    RXR: ["Stopping"],
  },
  "Req-Sent": {
    Down: ["Starting"],
    Open: ["Req-Sent"],
    Close: ["Closing", "irc", "str"],
    "TO+": ["Req-Sent", "scr"],
    "TO-": ["Stopped", "tlf", "[p]"],
    "RCR+": ["Ack-Sent", "sca"],
    "RCR-": ["Req-Sent", "scn"],
    RCA: ["Ack-Rcvd", "irc"],
    RCN: ["Req-Sent", "irc", "scr"],
    RTR: ["Req-Sent", "sta"],
    RTA: ["Req-Sent"],
    RUC: ["Req-Sent", "scj"],
    "RXJ+": ["Req-Sent"],
    "RXJ-": ["Stopped", "tlf"],
    RXR: ["Req-Sent"],
  },
  "Ack-Rcvd": {
    Down: ["Starting"],
    Open: ["Ack-Rcvd"],
    Close: ["Closing", "irc", "str"],
    "TO+": ["Req-Sent", "scr"],
    "TO-": ["Stopped", "tlf", "[p]"],
    "RCR+": ["Opened", "sca", "tlu"],
    "RCR-": ["Ack-Rcvd", "scn"],
    RCA: ["Req-Sent", "scr", "[x]"],
    RCN: ["Req-Sent", "scr", "[x]"],
    RTR: ["Req-Sent", "sta"],
    RTA: ["Req-Sent"],
    RUC: ["Ack-Rcvd", "scj"],
    "RXJ+": ["Req-Sent"],
    "RXJ-": ["Stopped", "tlf"],
    RXR: ["Ack-Rcvd"],
  },
  "Ack-Sent": {
    Down: ["Starting"],
    Open: ["Ack-Sent"],
    Close: ["Closing", "irc", "str"],
    "TO+": ["Ack-Sent", "scr"],
    "TO-": ["Stopped", "tlf", "[p]"],
    "RCR+": ["Ack-Sent", "sca"],
    "RCR-": ["Req-Sent", "scn"],
    RCA: ["Opened", "irc", "tlu"],
    RCN: ["Ack-Sent", "irc", "scr"],
    RTR: ["Req-Sent", "sta"],
    RTA: ["Ack-Sent"],
    RUC: ["Ack-Sent", "scj"],
    "RXJ+": ["Ack-Sent"],
    "RXJ-": ["Stopped", "tlf"],
    RXR: ["Ack-Sent"],
  },
  Opened: {
    Down: ["Starting", "tld"],
    Open: ["Opened", "[r]"],
    Close: ["Closing", "tld", "irc", "str"],
    "RCR+": ["Ack-Sent", "tld", "scr", "sca"],
    "RCR-": ["Req-Sent", "tld", "scr", "scn"],
    RCA: ["Req-Sent", "tld", "scr", "[x]"],
    RCN: ["Req-Sent", "tld", "scr", "[x]"],
    RTR: ["Stopping", "tld", "zrc", "sta"],
    RTA: ["Req-Sent", "tld", "scr"],
    RUC: ["Opened", "scj"],
    "RXJ+": ["Opened"],
    "RXJ-": ["Stopping", "tld", "irc", "str"],
    RXR: ["Opened", "ser"],
  },
};

const FOOTNOTES: Readonly<Record<string, Footnote>> = { "[p]": "p", "[r]": "r", "[x]": "x" };

/** What RFC 1661 §4.1 prints for `event` in `state`; undefined for its dash, which changes nothing (§4.4 Illegal-Event). */
export function step(state: State, event: Event): Transition | undefined {
  const cell = TABLE[state][event];
  if (!cell) return undefined;
  const [next, ...does] = cell;
  const last = does.at(-1);
  const footnote = last === undefined ? undefined : FOOTNOTES[last];
  return { next, actions: (footnote ? does.slice(0, -1) : does) as readonly Action[], footnote };
}

/** RFC 1661 §4.1: the Restart timer runs where the table has a Timeout. */
export function timerRuns(state: State): boolean {
  return TABLE[state]["TO+"] !== undefined;
}

/** A Configure-Request of ours is under way and no layer is up: what was agreed so far still holds. */
export function negotiating(state: State): boolean {
  return state === "Req-Sent" || state === "Ack-Rcvd" || state === "Ack-Sent";
}
