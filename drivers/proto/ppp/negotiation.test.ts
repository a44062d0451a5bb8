import { describe, expect, test } from "vitest";
import { EVENTS, STATES, negotiating, step, timerRuns, type Event, type State } from "./negotiation.ts";

/** RFC 1661 §4.1 as it is printed, action/new-state, transcribed by eye and not from the code. */
const PRINTED = `
      |    0         1         2         3         4         5
Events| Initial   Starting  Closed    Stopped   Closing   Stopping
------+-----------------------------------------------------------
 Up   |    2     irc,scr/6     -         -         -         -
 Down |    -         -         0       tls/1       0         1
 Open |  tls/1       1     irc,scr/6     3r        5r        5r
 Close|    0       tlf/0       2         2         4         4
      |
  TO+ |    -         -         -         -       str/4     str/5
  TO- |    -         -         -         -       tlf/2     tlf/3
      |
 RCR+ |    -         -       sta/2 irc,scr,sca/8   4         5
 RCR- |    -         -       sta/2 irc,scr,scn/6   4         5
 RCA  |    -         -       sta/2     sta/3       4         5
 RCN  |    -         -       sta/2     sta/3       4         5
      |
 RTR  |    -         -       sta/2     sta/3     sta/4     sta/5
 RTA  |    -         -         2         3       tlf/2     tlf/3
      |
 RUC  |    -         -       scj/2     scj/3     scj/4     scj/5
 RXJ+ |    -         -         2         3         4         5
 RXJ- |    -         -       tlf/2     tlf/3     tlf/2     tlf/3
      |
 RXR  |    -         -         2         3         4         5

      |    6         7         8           9
Events| Req-Sent  Ack-Rcvd  Ack-Sent    Opened
------+-----------------------------------------
 Up   |    -         -         -           -
 Down |    1         1         1         tld/1
 Open |    6         7         8           9r
 Close|irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4
      |
  TO+ |  scr/6     scr/6     scr/8         -
  TO- |  tlf/3p    tlf/3p    tlf/3p        -
      |
 RCR+ |  sca/8   sca,tlu/9   sca/8   tld,scr,sca/8
 RCR- |  scn/6     scn/7     scn/6   tld,scr,scn/6
 RCA  |  irc/7     scr/6x  irc,tlu/9   tld,scr/6x
 RCN  |irc,scr/6   scr/6x  irc,scr/8   tld,scr/6x
      |
 RTR  |  sta/6     sta/6     sta/6   tld,zrc,sta/5
 RTA  |    6         6         8       tld,scr/6
      |
 RUC  |  scj/6     scj/7     scj/8       scj/9
 RXJ+ |    6         6         8           9
 RXJ- |  tlf/3     tlf/3     tlf/3   tld,irc,str/5
      |
 RXR  |    6         7         8         ser/9
`;

interface PrintedCell {
  readonly state: State;
  readonly event: Event;
  readonly printed: string;
}

function cells(): PrintedCell[] {
  const found: PrintedCell[] = [];
  let columns: State[] = [];
  for (const line of PRINTED.split("\n")) {
    const [event, ...rest] = line.split("|");
    const texts = rest.join("").trim().split(/\s+/);
    if (event === "Events") columns = texts as State[];
    else if (rest.length > 0 && event?.trim())
      texts.forEach((printed, i) => found.push({ state: columns[i] as State, event: event.trim() as Event, printed }));
  }
  return found;
}

/** Writes a transition in the notation of the table. */
function print(state: State, event: Event): string {
  const does = step(state, event);
  if (!does) return "-";
  const actions = does.actions.length > 0 ? `${does.actions.join(",")}/` : "";
  return `${actions}${STATES.indexOf(does.next)}${does.footnote ?? ""}`;
}

describe("RFC 1661 §4.1", () => {
  test("the transcription has all ten states and sixteen events, each cell once", () => {
    const keys = cells().map(({ state, event }) => `${state} ${event}`);
    expect(keys).toHaveLength(160);
    expect(new Set(keys)).toEqual(new Set(STATES.flatMap((state) => EVENTS.map((event) => `${state} ${event}`))));
  });

  test.each(cells())("$state, $event: $printed", ({ state, event, printed }) => {
    expect(print(state, event)).toBe(printed);
  });

  test("the Restart timer runs in the states that have a Timeout, and only actions that start it lead there", () => {
    const running = STATES.filter((state) => timerRuns(state));
    expect(running).toEqual(["Closing", "Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent"]);
    for (const { state, event } of cells()) {
      const does = step(state, event);
      if (!does || timerRuns(state) || !timerRuns(does.next)) continue;
      expect(does.actions.some((action) => action === "scr" || action === "str" || action === "zrc")).toBe(true);
    }
  });

  test("This-Layer-Up and -Down stand exactly where Opened is entered and left", () => {
    for (const { state, event } of cells()) {
      const does = step(state, event);
      if (!does) continue;
      expect(does.actions.includes("tlu")).toBe(state !== "Opened" && does.next === "Opened");
      expect(does.actions.includes("tld")).toBe(state === "Opened" && does.next !== "Opened");
    }
  });

  test("a negotiation is under way in three states", () => {
    expect(STATES.filter(negotiating)).toEqual(["Req-Sent", "Ack-Rcvd", "Ack-Sent"]);
  });
});
