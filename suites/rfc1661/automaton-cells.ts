/** One cell of the table in RFC 1661 §4.1, put to the device: the state is reached, the event happens, what follows is judged. */
import { isClauseId, type ClauseId } from "#clauses";
import { must, never } from "#expect/ladder";
import { anyOf, type Match } from "#expect/matchers";
import { control, lcp, PPP } from "#peer/script";
import { EVENT_ID, reach, type Automaton, type ReachedState } from "./automaton.ts";

type Context = Parameters<typeof reach>[0];

/** The receive events that any device shows something of, in words, and the packets that are them. */
const EVENTS = {
  RCRPLUS: { words: "a good Configure-Request", send: (a) => a.ask(EVENT_ID) },
  RCRMINUS: { words: "a Configure-Request with an unknown option", send: (a) => a.askTooMuch(EVENT_ID) },
  RCA: { words: "the Configure-Ack of its request", send: (a) => a.acknowledge() },
  RCN: { words: "the refusal of an option of its request", send: (a) => a.refuse() },
  RTR: { words: "a Terminate-Request", send: (a) => a.call.send(lcp.terminateRequest(EVENT_ID)) },
  // As from a peer that is Closed: to the device's own request.
  RTA: { words: "a Terminate-Ack", send: (a) => a.call.send(lcp.terminateAck(a.asked.number("lcp.id"))) },
  RUC: { words: "an unknown Code", send: (a) => a.call.send(control(PPP.LCP, 100, EVENT_ID, Uint8Array.of(1, 2, 3))) },
  RXJPLUS: {
    words: "a Code-Reject of a Code that LCP can do without",
    send: (a) => a.call.send(lcp.codeReject(EVENT_ID, Uint8Array.of(12, 1, 0, 4))),
  },
  RXJMINUS: {
    words: "a Code-Reject of its Configure-Request",
    send: (a) => a.call.send(lcp.codeReject(EVENT_ID, a.requestedPacket)),
  },
  RXR: {
    words: "an Echo-Request, an Echo-Reply and a Discard-Request",
    send: (a) => {
      a.call.send(a.echoRequest(EVENT_ID));
      a.call.sendBehind(lcp.echoReply(EVENT_ID, 0));
      a.call.sendBehind(lcp.discardRequest(EVENT_ID, 0));
    },
  },
} satisfies Record<string, { readonly words: string; readonly send: (a: Automaton) => void }>;
export type EventName = keyof typeof EVENTS;

/** The actions of §4.4 that are packets, in words, and what they look like. */
const ACTIONS = {
  sca: { words: "Configure-Ack", match: (a) => a.of("Configure-Ack", { "lcp.id": EVENT_ID }) },
  scn: {
    words: "Configure-Reject or -Nak",
    match: (a) =>
      anyOf(a.of("Configure-Reject", { "lcp.id": EVENT_ID }), a.of("Configure-Nak", { "lcp.id": EVENT_ID })),
  },
  scr: { words: "a Configure-Request at once", match: (a) => a.request },
  sta: { words: "Terminate-Ack", match: (a) => a.of("Terminate-Ack") },
  scj: { words: "Code-Reject", match: (a) => a.of("Code-Reject") },
} satisfies Record<string, { readonly words: string; readonly match: (a: Automaton) => Match }>;
export type ActionName = keyof typeof ACTIONS;

/** How the state after the event shows. Each names what the device must do in it and in no neighbour. */
const PROOFS = {
  "Req-Sent": {
    words: "its Ack of a request opens nothing and begins nothing anew before the bench's Ack",
    show: async (a, clause) => {
      // Listened to from the request on: a device that opens may begin authentication before it acknowledges.
      const acknowledged = a.offer();
      await a.staysReqSent(clause);
      await a.context.climb(must(acknowledged, clause));
      await a.nextRequest(clause);
      a.acknowledge();
      await a.opens(clause);
    },
  },
  "Req-Sent, acknowledged": {
    words: "the bench's Ack opens nothing before its own",
    show: async (a, clause) => {
      // A device that has given up never asks again by itself.
      await a.nextRequest(clause);
      a.acknowledge();
      await a.staysShut(clause);
      a.inTime(await a.agree(clause));
      await a.opens(clause);
    },
  },
  "Ack-Rcvd": {
    words: "its Ack of a request opens LCP",
    show: async (a, clause) => {
      a.inTime(await a.agree(clause));
      await a.opens(clause);
    },
  },
  "Ack-Sent": {
    words: "the bench's Ack opens LCP, and not before",
    show: async (a, clause) => {
      await a.staysShut(clause);
      await a.nextRequest(clause);
      a.acknowledge();
      await a.opens(clause);
    },
  },
  Opened: { words: "LCP is open", show: (a, clause) => a.opens(clause) },
  "still open": { words: "LCP stays open", show: (a, clause) => a.isOpen(clause) },
  nothing: { words: "and no more", show: () => Promise.resolve() },
} satisfies Record<
  string,
  { readonly words: string; readonly show: (a: Automaton, clause: ClauseId) => Promise<void> }
>;

/** A row of a table of cells. */
export interface Cell {
  readonly id: string;
  readonly clause: ClauseId;
  readonly state: ReachedState;
  readonly event: EventName;
  /** What the cell sends, in any order. */
  readonly does: readonly ActionName[];
  readonly then: keyof typeof PROOFS;
}

/** What stands in a row of a table: id, event, packets, what shows the next state. */
export type CellRow = readonly [id: string, event: EventName, does: readonly ActionName[], then: Cell["then"]];

const STATE_IDS = {
  "Req-Sent": "REQSENT",
  "Ack-Rcvd": "ACKRCVD",
  "Ack-Sent": "ACKSENT",
  Opened: "OPENED",
  Stopping: "STOPPING",
  Closing: "CLOSING",
} as const;

/** The rows of one state. */
export function cellsOf(state: keyof typeof STATE_IDS, rows: readonly CellRow[]): readonly Cell[] {
  return rows.map(([id, event, does, then]) => {
    const clause = `RFC1661-4.1-T-${STATE_IDS[state]}-${event}`;
    if (!isClauseId(clause)) throw new Error(`${id}: there is no clause ${clause}`);
    return { id, clause, state, event, does, then };
  });
}

/** The cell in one sentence. */
export function storyOf({ state, event, does, then }: Cell): string {
  const answer = does.length === 0 ? "no answer" : does.map((action) => ACTIONS[action].words).join(" and ");
  return `${state}, ${EVENTS[event].words}: ${answer}; ${PROOFS[then].words}`;
}

/** The same of a cell whose outcome no row says. */
export function storyIn(state: ReachedState, event: EventName, outcome: string): string {
  return `${state}, ${EVENTS[event].words}: ${outcome}`;
}

/** Has the event happen in the state. */
export function happen(a: Automaton, event: EventName): void {
  EVENTS[event].send(a);
}

/** Shows that the device is in that state now. */
export async function prove(a: Automaton, state: Cell["then"], clause: ClauseId): Promise<void> {
  await PROOFS[state].show(a, clause);
}

/** Whether the cell ends Opened, so that what stands above LCP has to stop (RFC 1661 §4.2). */
export function leavesOpened({ state, then }: Cell): boolean {
  return state === "Opened" && then !== "still open";
}

/** Puts the cell to the device. */
export async function judgeCell(context: Context, cell: Cell): Promise<void> {
  const { clause, state, event, does, then } = cell;
  const a = await reach(context, state, clause);
  if (a === undefined) return;
  happen(a, event);
  // Ack-Rcvd and its like have to be shown within the Restart time; from Stopping on nothing is asked of the rest of it.
  const silentMs = then === "nothing" ? a.restartMs / 2 : a.restartMs / 4;
  if (does.length === 0) await context.silence(never(anyOf(a.replies(), a.request), clause).within(silentMs));
  else {
    // Before the Restart timer could send one by itself.
    const within = (action: ActionName): number | undefined => (action === "scr" ? a.restartMs / 2 : undefined);
    const caught = await context.climbAll(
      ...does.map((action) => {
        const rung = must(ACTIONS[action].match(a), clause);
        const ms = within(action);
        return ms === undefined ? rung : rung.within(ms);
      }),
    );
    const [asked] = caught.filter((_, i) => does[i] === "scr");
    if (asked !== undefined) a.asked = asked;
    if (state === "Ack-Rcvd") a.inTime(caught[0]!);
  }
  if (leavesOpened(cell)) {
    await a.leavesOpened();
    // What follows counts from a request of which nobody else knows.
    if (then === "Req-Sent") await a.nextRequest(clause);
  }
  await prove(a, then, clause);
}
